"""What the package greenlet does, case by case: `python3 greenlet_cases.py > greenlet_outcomes.txt`.

The Rust tests (switch.rs) do the same and compare. A case is a function that returns what it has seen.
"""

import greenlet as package
from greenlet import GreenletExit, getcurrent, greenlet

print("greenlet", package.__version__)
CASES = []


def case(f):
    CASES.append(f)


def seen(f):
    """The value, or the exception by its name and text."""
    try:
        value = f()
    except Exception as error:
        return f"{type(error).__name__}({error})"
    return "exited" if isinstance(value, GreenletExit) else str(value)


@case
def new_one_has_not_run():
    log = []
    g = greenlet(lambda v: log.append(v))
    return log == [], bool(g), g.dead


@case
def first_switch_passes_argument():
    return greenlet(lambda v: v + 1).switch(41)


@case
def switch_to_main_passes_value():
    main = getcurrent()
    return greenlet(lambda v: main.switch(v * 2)).switch(21)


@case
def switch_back_returns_value():
    main = getcurrent()
    g = greenlet(lambda v: main.switch(v) * 10)
    return g.switch(1), g.switch(5)


@case
def active_and_dead():
    main = getcurrent()
    g = greenlet(lambda v: main.switch(v))
    out = [bool(g), g.dead]
    g.switch(0)
    out += [bool(g), g.dead]
    g.switch(0)
    return out + [bool(g), g.dead]


@case
def ping_pong():
    main = getcurrent()
    log = []

    def ping(v):
        while v < 6:
            log.append(f"ping{v}")
            v = b.switch(v + 1)
        main.switch(v)

    def pong(v):
        while True:
            log.append(f"pong{v}")
            v = a.switch(v + 1)

    a, b = greenlet(ping), greenlet(pong)
    return [a.switch(0)] + log


@case
def parent_is_creator():
    main = getcurrent()
    outer = []

    def body(v):
        outer.append(greenlet(lambda v: v).parent is getcurrent())
        return v

    g = greenlet(body)
    g.switch(0)
    return g.parent is main, outer[0]


@case
def return_goes_to_parent():
    main = getcurrent()
    log = []

    def parent(v):
        log.append(child.switch(v + 1))
        return 100

    p = greenlet(parent)
    child = greenlet(lambda v: v + 1, p)
    return p.switch(1), log[0]


@case
def return_goes_to_parent_not_to_switcher():
    log = []

    def switcher(v):
        log.append("switcher starts")
        g.switch(v)
        log.append("switcher goes on")

    s = greenlet(switcher)
    g = greenlet(lambda v: v * 2)
    return s.switch(4), list(log), s.dead


@case
def return_starts_parent_that_has_not_started():
    p = greenlet(lambda v: v + 1)
    return greenlet(lambda v: v * 10, p).switch(4), p.dead


@case
def switch_to_dead_returns_value():
    g = greenlet(lambda v: v)
    g.switch(1)
    return g.switch(9)


@case
def switch_to_dead_goes_to_parent():
    main = getcurrent()

    def parent(v):
        while True:
            v = main.switch(f"parent got {v}")

    p = greenlet(parent)
    p.switch(0)
    g = greenlet(lambda v: v, p)
    g.switch(1)
    return g.dead, g.switch(2)


@case
def switch_to_self_returns_at_once():
    return greenlet(lambda v: getcurrent().switch(v + 1)).switch(1)


@case
def main_switch_to_self_returns_at_once():
    return getcurrent().switch(5)


@case
def main_has_no_parent():
    main = getcurrent()
    return main.parent is None, bool(main), main.dead


@case
def getcurrent_inside():
    g = greenlet(lambda v: getcurrent() is g)
    return g.switch(0)


@case
def exception_goes_to_parent():
    def body(v):
        raise ValueError("boom")

    g = greenlet(body)
    return seen(lambda: g.switch(0)), g.dead


@case
def exception_goes_to_parent_not_to_switcher():
    log = []

    def failing(v):
        raise ValueError("boom")

    def switcher(v):
        try:
            g.switch(v)
        except ValueError:
            log.append("switcher caught")
        finally:
            log.append("switcher left")

    g = greenlet(failing)
    s = greenlet(switcher)
    return seen(lambda: s.switch(0)), list(log), s.dead


@case
def exception_climbs_through_parents():
    log = []

    def parent(v):
        try:
            return child.switch(v)
        finally:
            log.append("parent left")

    def failing(v):
        raise ValueError("boom")

    p = greenlet(parent)
    child = greenlet(failing, p)
    return seen(lambda: p.switch(0)), list(log), p.dead, child.dead


@case
def parent_may_catch():
    def parent(v):
        try:
            return child.switch(v)
        except ValueError as error:
            return f"caught {error}"

    def failing(v):
        raise ValueError("boom")

    p = greenlet(parent)
    child = greenlet(failing, p)
    return p.switch(0), p.dead


@case
def throw_raises_where_suspended():
    main = getcurrent()

    def body(v):
        try:
            main.switch(v)
        except ValueError as error:
            return f"caught {error}"

    g = greenlet(body)
    g.switch(0)
    return g.throw(ValueError("thrown")), g.dead


@case
def throw_uncaught_comes_back():
    main = getcurrent()
    g = greenlet(lambda v: main.switch(v))
    g.switch(0)
    return seen(lambda: g.throw(ValueError("thrown"))), g.dead


@case
def throw_into_new_one():
    log = []
    g = greenlet(lambda v: log.append(v))
    return seen(lambda: g.throw(ValueError("thrown"))), g.dead, len(log)


@case
def throw_into_dead_one():
    g = greenlet(lambda v: v)
    g.switch(0)
    return seen(lambda: g.throw(ValueError("thrown")))


@case
def kill_suspended():
    main = getcurrent()
    log = []

    def body(v):
        try:
            main.switch(v)
        finally:
            log.append("left")

    g = greenlet(body)
    g.switch(0)
    return seen(g.throw), g.dead, log


@case
def kill_new_one():
    g = greenlet(lambda v: v)
    return seen(g.throw), g.dead


@case
def kill_dead_one():
    g = greenlet(lambda v: v)
    g.switch(0)
    return seen(g.throw)


@case
def kill_is_caught_and_survived():
    main = getcurrent()

    def body(v):
        try:
            main.switch(v)
        except GreenletExit:
            return main.switch("survived")

    g = greenlet(body)
    g.switch(0)
    return g.throw(), g.dead, g.switch("end"), g.dead


@case
def kill_from_sibling_goes_to_parent():
    main = getcurrent()
    log = []
    a = greenlet(lambda v: main.switch(v))
    a.switch(0)

    def sibling(v):
        a.throw()
        log.append("never")

    s = greenlet(sibling)
    return seen(lambda: s.switch(0)), a.dead, s.dead, list(log)


@case
def throw_from_child_into_parent():
    def parent(v):
        try:
            return child.switch(v)
        except ValueError as error:
            return f"caught {error}"

    p = greenlet(parent)
    child = greenlet(lambda v: p.throw(ValueError("up")), p)
    return p.switch(0), p.dead, child.dead


@case
def set_parent_changes_where_it_returns():
    main = getcurrent()

    def other(v):
        while True:
            v = main.switch(f"other got {v}")

    o = greenlet(other)
    o.switch(0)
    g = greenlet(lambda v: v)
    g.parent = o
    return g.switch(3), g.parent is o


@case
def set_parent_while_suspended():
    main = getcurrent()

    def other(v):
        return f"other got {v}"

    g = greenlet(lambda v: main.switch(v))
    g.switch(0)
    g.parent = greenlet(other)
    return g.switch(8)


def refused(f):
    try:
        f()
    except (ValueError, AttributeError, TypeError) as error:
        return "refused"
    return "done"


@case
def set_parent_cycle():
    a = greenlet(lambda v: v)
    b = greenlet(lambda v: v, a)

    def cycle():
        a.parent = b

    return refused(cycle), a.parent is getcurrent()


@case
def set_parent_self():
    a = greenlet(lambda v: v)

    def cycle():
        a.parent = a

    return refused(cycle)


@case
def set_parent_of_main():
    main = getcurrent()

    def orphan():
        main.parent = greenlet(lambda v: v)

    return refused(orphan)


@case
def last_reference_gone_unwinds():
    main = getcurrent()
    log = []

    def body(v):
        try:
            main.switch(v)
        finally:
            log.append("left")

    g = greenlet(body)
    g.switch(0)
    del g
    return log


@case
def last_reference_of_new_one_runs_nothing():
    log = []
    g = greenlet(lambda v: log.append(v))
    del g
    return log


@case
def value_of_child_in_the_middle_of_three():
    log = []

    def a_body(v):
        log.append(f"a{v}")
        return b.switch(v + 1)

    def b_body(v):
        log.append(f"b{v}")
        return c.switch(v + 1)

    def c_body(v):
        log.append(f"c{v}")
        return v + 1

    a = greenlet(a_body)
    b = greenlet(b_body, a)
    c = greenlet(c_body, b)
    return [a.switch(0)] + log + [a.dead, b.dead, c.dead]


def text(value):
    if isinstance(value, (tuple, list)):
        return " ".join(filter(None, map(text, value)))
    return str(value).lower() if isinstance(value, bool) else str(value)


for f in CASES:
    print(f"{f.__name__}: {text(f())}")
