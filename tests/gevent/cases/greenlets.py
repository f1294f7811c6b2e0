"""Greenlets: spawn, kill, join, links, states."""

import io

import gevent

from cases.common import STEP, case, error_of, fail, finishing, show, steps


@case
def spawn_is_queued():
    log = []
    child = gevent.spawn(log.append, "child")
    log.append("spawner")
    child.join()
    return show(order=log)


@case
def spawn_later_order():
    log = []
    later = [gevent.spawn_later(n * STEP, log.append, name) for n, name in ((5, "a"), (1, "b"), (3, "c"))]
    gevent.joinall(later)
    return show(order=log)


@case
def spawn_later_killed_before():
    log = []
    later = gevent.spawn_later(STEP, log.append, "ran")
    later.kill()
    steps(3)
    return show(ran=bool(log), ready=later.ready())


@case
def kill_before_first_run():
    log = []
    child = gevent.spawn(log.append, "ran")
    child.link(lambda _: log.append("link"))
    child.kill()
    steps(1)
    return show(log=log, ready=child.ready())


@case
def kill_counts_as():
    child = gevent.spawn(steps, 100)
    steps(1)
    child.kill()
    return show(successful=child.successful(), value=type(child.value).__name__, exception=child.exception)


@case
def kill_runs_finally():
    log = []

    def body():
        try:
            steps(100)
            log.append("woke")
        finally:
            log.append("finally")

    child = gevent.spawn(body)
    steps(1)
    child.kill()
    return show(log=log)


@case
def finally_may_block():
    log = []

    def body():
        try:
            steps(100)
        finally:
            steps(1)
            log.append("cleaned")

    child = gevent.spawn(body)
    steps(1)
    child.kill()
    return show(log=log, ready=child.ready())


@case
def kill_of_a_dead_one():
    child = gevent.spawn(lambda: 42)
    child.join()
    raised = error_of(child.kill)
    return show(raised=raised, value=child.value, successful=child.successful())


@case
def kill_waits():
    child = gevent.spawn(steps, 100)
    steps(1)
    child.kill()
    return show(dead_when_it_returns=child.dead)


@case
def kill_without_waiting():
    child = gevent.spawn(steps, 100)
    steps(1)
    child.kill(block=False)
    at_once = child.ready()
    child.join()
    return show(at_once=at_once, after_join=child.ready())


@case
def kill_swallowed():
    log = []

    def body():
        try:
            steps(100)
        except gevent.GreenletExit:
            log.append("caught")
        steps(1)
        log.append("went_on")

    child = gevent.spawn(body)
    steps(1)
    child.kill()
    return show(log=log)


@case
def kill_of_oneself():
    log = []

    def body():
        me = gevent.getcurrent()
        me.kill(block=False)
        log.append("after_kill")
        gevent.sleep(0)
        log.append("after_sleep")

    gevent.spawn(body).join()
    return show(log=log)


@case
def join_never_raises():
    child = gevent.spawn(fail)
    raised = error_of(child.join)
    return show(raised=raised, ready=child.ready())


@case
def get_raises():
    child = gevent.spawn(fail)
    try:
        child.get()
    except ValueError as error:
        return show(error=error)


@case
def get_with_timeout():
    child = gevent.spawn(lambda: steps(4) or 7)
    try:
        child.get(timeout=STEP)
        late = False
    except gevent.Timeout:
        late = True
    return show(timed_out=late, then=child.get())


@case
def join_with_timeout():
    child = gevent.spawn(steps, 4)
    child.join(timeout=STEP)
    early = child.ready()
    child.join()
    return show(after_timeout=early, after_join=child.ready())


@case
def state_finished():
    child = gevent.spawn(lambda: 5)
    before = child.ready()
    child.join()
    return show(before=before, ready=child.ready(), successful=child.successful(), value=child.value)


@case
def state_failed():
    child = gevent.spawn(fail)
    child.join()
    return show(ready=child.ready(), successful=child.successful(), value=child.value, error=child.exception)


@case
def truth():
    child = gevent.spawn(steps, 2)
    states = [bool(child)]
    steps(1)
    states.append(bool(child))
    child.join()
    states.append(bool(child))
    return show(spawned_waiting_finished=states)


@case
def link_after_finish():
    log = []
    child = gevent.spawn(lambda: 5)
    child.join()
    child.link(lambda _: log.append("linked"))
    steps(1)
    return show(log=log)


@case
def rawlink_after_finish():
    log = []
    child = gevent.spawn(lambda: 5)
    child.join()
    child.rawlink(lambda _: log.append("linked"))
    at_once = bool(log)
    steps(1)
    return show(at_once=at_once, in_the_end=bool(log))


@case
def links_in_order():
    log = []
    child = gevent.spawn(steps, 1)
    for n in (1, 2, 3):
        child.rawlink(lambda _, n=n: log.append(n))
    child.join()
    steps(1)
    return show(order=log)


@case
def links_by_outcome():
    log = []
    for name, body in (("good", lambda: 1), ("bad", fail)):
        child = gevent.spawn(body)
        child.link_value(lambda _, name=name: log.append(f"value:{name}"))
        child.link_exception(lambda _, name=name: log.append(f"exception:{name}"))
        child.join()
        steps(1)
    return show(log=log)


@case
def link_that_fails():
    log = []
    child = gevent.spawn(steps, 1)
    child.rawlink(lambda _: fail())
    child.rawlink(lambda _: log.append("second"))
    child.join()
    steps(1)
    return show(log=log)


@case
def context_manager_joins():
    log = []
    with finishing(log, "child", 1):
        log.append("body")
    return show(log=log)


@case
def context_manager_body_fails():
    log = []

    def body():
        try:
            steps(3)
            log.append("finished")
        except BaseException as error:
            log.append(f"ended:{type(error).__name__}")
            raise

    try:
        with gevent.spawn(body):
            steps(1)
            fail()
    except ValueError:
        log.append("passed_on")
    return show(log=log)


@case
def current():
    seen = []
    child = gevent.spawn(lambda: seen.append(gevent.getcurrent()))
    child.join()
    return show(same=seen[0] is child)


@case
def parent():
    me = gevent.getcurrent()
    child = gevent.spawn(lambda: None)
    child.join()
    return show(is_the_spawner=child.spawning_greenlet() is me)


@case
def uncaught_is_reported_once():
    hub = gevent.get_hub()
    kept, hub.exception_stream = hub.exception_stream, io.StringIO()
    try:
        gevent.spawn(fail).join()
        reports = hub.exception_stream.getvalue().count("failed with ValueError")
    finally:
        hub.exception_stream = kept
    return show(reports=reports)


@case
def uncaught_but_asked_for():
    hub = gevent.get_hub()
    kept, hub.exception_stream = hub.exception_stream, io.StringIO()
    try:
        error_of(gevent.spawn(fail).get)
        reports = hub.exception_stream.getvalue().count("failed with ValueError")
    finally:
        hub.exception_stream = kept
    return show(reports=reports)


@case
def kill_is_not_reported():
    hub = gevent.get_hub()
    kept, hub.exception_stream = hub.exception_stream, io.StringIO()
    try:
        child = gevent.spawn(steps, 100)
        steps(1)
        child.kill()
        written = hub.exception_stream.getvalue()
    finally:
        hub.exception_stream = kept
    return show(silent=not written)
