"""Waiting for several things, and letting others run."""

import gevent
from gevent import event, lock

from cases.common import STEP, case, fail, show, steps, three


@case
def joinall_order():
    log = []
    return show(order=[g.value for g in gevent.joinall(three(log))])


@case
def joinall_timeout():
    log = []
    gs = three(log)
    done = gevent.joinall(gs, timeout=4 * STEP)
    return show(done=[g.value for g in done], first_ready=gs[0].ready())


@case
def joinall_count():
    log = []
    return show(done=[g.value for g in gevent.joinall(three(log), count=1)])


@case
def joinall_raise_error():
    sleeper = gevent.spawn(steps, 100)
    try:
        gevent.joinall([sleeper, gevent.spawn(fail)], raise_error=True)
        error = None
    except ValueError as raised:
        error = raised
    running = not sleeper.ready()
    sleeper.kill()
    return show(error=error, other_goes_on=running)


@case
def iwait_order():
    log = []
    return show(order=[g.value for g in gevent.iwait(three(log))])


@case
def iwait_count():
    log = []
    gs = three(log)
    with gevent.iwait(gs, count=2) as ready:
        done = [g.value for g in ready]
    return show(done=done, first_ready=gs[0].ready())


@case
def wait_mixed():
    e, r, s = event.Event(), event.AsyncResult(), lock.Semaphore(0)
    g = gevent.spawn(steps, 1)
    gevent.spawn_later(3 * STEP, s.release)
    gevent.spawn_later(5 * STEP, e.set)
    gevent.spawn_later(7 * STEP, r.set, 1)
    names = {id(e): "event", id(r): "result", id(s): "semaphore", id(g): "greenlet"}
    return show(order=[names[id(one)] for one in gevent.wait([e, r, s, g])], permits=s.counter)


@case
def wait_mixed_count():
    e, r = event.Event(), event.AsyncResult()
    gevent.spawn_later(1 * STEP, r.set, 1)
    ready = gevent.wait([e, r], count=1)
    return show(ready=["result" if one is r else "event" for one in ready])


@case
def wait_mixed_timeout():
    e, r = event.Event(), event.AsyncResult()
    e.set()
    ready = gevent.wait([e, r], timeout=STEP)
    return show(ready=["result" if one is r else "event" for one in ready])


@case
def killall_all():
    log = []
    sleeping = gevent.spawn(steps, 100)
    steps(1)
    fresh = gevent.spawn(log.append, "ran")
    gevent.killall([sleeping, fresh])
    return show(ready=[sleeping.ready(), fresh.ready()], fresh_ran=bool(log))


@case
def killall_timeout():
    def stubborn():
        try:
            steps(100)
        finally:
            steps(5)

    g = gevent.spawn(stubborn)
    steps(1)
    try:
        gevent.killall([g], timeout=STEP)
        in_time = True
    except gevent.Timeout:
        in_time = False
    g.join()
    return show(in_time=in_time, in_the_end=g.ready())


@case
def sleep_zero_interleaves():
    log = []

    def body(name):
        for n in (1, 2, 3):
            log.append(f"{name}{n}")
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(body, "a"), gevent.spawn(body, "b")])
    return show(order=log)


@case
def sleeps_overlap():
    log = []

    def body(n):
        steps(n)
        log.append(n)

    gevent.joinall([gevent.spawn(body, n) for n in (3, 1, 5)])
    return show(order=log)


@case
def idle_comes_last():
    log = []

    def busy():
        for n in (1, 2, 3):
            log.append(n)
            gevent.sleep(0)

    def background():
        gevent.idle()
        log.append("idle")

    gevent.joinall([gevent.spawn(background), gevent.spawn(busy)])
    return show(order=log)
