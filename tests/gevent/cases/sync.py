"""Events, results, semaphores, RLock."""

import gevent
from gevent import event, lock

from cases.common import STEP, case, error_of, show, steps


@case
def event_states():
    e = event.Event()
    states = [e.is_set()]
    e.set()
    states.append(e.is_set())
    e.clear()
    states.append(e.is_set())
    return show(states=states)


@case
def event_set_and_cleared_at_once():
    e, log = event.Event(), []
    waiter = gevent.spawn(lambda: log.append(e.wait(4 * STEP)))
    steps(1)
    e.set()
    e.clear()
    waiter.join()
    return show(woken=log, still_set=e.is_set())


@case
def event_wait_after_clear():
    e = event.Event()
    e.set()
    e.clear()
    return show(woken=e.wait(STEP))


@case
def event_wait_timeout():
    e = event.Event()
    late = e.wait(STEP)
    e.set()
    return show(unset=late, set=e.wait(STEP))


@case
def event_wakes_all():
    e, log = event.Event(), []

    def body(n):
        e.wait()
        log.append(n)

    gs = [gevent.spawn(body, n) for n in (1, 2, 3)]
    steps(1)
    e.set()
    gevent.joinall(gs)
    return show(order=log)


@case
def result_many_getters():
    r = event.AsyncResult()
    gs = [gevent.spawn(r.get) for _ in range(3)]
    steps(1)
    r.set(42)
    gevent.joinall(gs)
    return show(got=[g.value for g in gs], later=r.get())


@case
def result_error_to_all():
    r = event.AsyncResult()

    def body():
        try:
            r.get()
        except ValueError as error:
            return str(error)

    gs = [gevent.spawn(body) for _ in range(2)]
    steps(1)
    r.set_exception(ValueError("boom"))
    gevent.joinall(gs)
    return show(errors=[g.value for g in gs], later=body())


@case
def result_set_twice():
    r = event.AsyncResult()
    r.set(1)
    raised = error_of(r.set, 2)
    return show(refused=raised is not None, value=r.get())


@case
def result_get_timeout():
    r = event.AsyncResult()
    try:
        r.get(timeout=STEP)
        late = False
    except gevent.Timeout:
        late = True
    r.set(1)
    return show(timed_out=late, then=r.get(timeout=STEP))


@case
def result_wait_timeout():
    r = event.AsyncResult()
    r.wait(timeout=STEP)
    before = r.ready()
    r.set(1)
    r.wait(timeout=STEP)
    return show(before=before, after=r.ready())


@case
def result_without_waiting():
    r = event.AsyncResult()
    try:
        r.get_nowait()
        early = "value"
    except gevent.Timeout:
        early = "none"
    r.set(1)
    return show(early=early, then=r.get_nowait())


@case
def result_links():
    r, log = event.AsyncResult(), []
    r.rawlink(lambda r: log.append("early"))
    r.set(1)
    steps(1)
    r.rawlink(lambda r: log.append("late"))
    steps(1)
    return show(fired=log)


@case
def semaphore_fifo():
    s, log = lock.Semaphore(0), []

    def body(n):
        s.acquire()
        log.append(n)

    gs = []
    for n in (1, 2, 3):
        gs.append(gevent.spawn(body, n))
        steps(1)
    for _ in gs:
        s.release()
        steps(1)
    gevent.joinall(gs)
    return show(order=log)


@case
def semaphore_limits():
    s, now, most = lock.Semaphore(2), [0], [0]

    def body():
        with s:
            now[0] += 1
            most[0] = max(most[0], now[0])
            steps(1)
            now[0] -= 1

    gevent.joinall([gevent.spawn(body) for _ in range(5)])
    return show(most_at_once=most[0])


@case
def semaphore_without_waiting():
    s = lock.Semaphore(1)
    return show(got=[s.acquire(blocking=False), s.acquire(blocking=False)])


@case
def semaphore_timeout():
    s = lock.Semaphore(1)
    first = s.acquire(timeout=STEP)
    second = s.acquire(timeout=STEP)
    s.release()
    return show(got=[first, second, s.acquire(timeout=STEP)])


@case
def semaphore_released_above_its_start():
    s = lock.Semaphore(1)
    s.release()
    s.release()
    return show(permits=s.counter)


@case
def semaphore_wait_takes_nothing():
    s = lock.Semaphore(0)
    gevent.spawn_later(STEP, s.release)
    s.wait()
    return show(permits=s.counter)


@case
def semaphore_taken_past_a_waiter():
    s, log = lock.Semaphore(0), []

    def body():
        s.acquire()
        log.append("waiter")

    waiter = gevent.spawn(body)
    steps(1)
    s.release()
    overtaken = s.acquire(blocking=False)
    steps(1)
    served = list(log)
    waiter.kill()
    return show(overtaken=overtaken, waiter_served=bool(served))


@case
def semaphore_waiter_killed():
    s, log = lock.Semaphore(0), []

    def body(n):
        s.acquire()
        log.append(n)

    first, second = gevent.spawn(body, 1), gevent.spawn(body, 2)
    steps(1)
    s.release()
    first.kill()
    second.join(timeout=4 * STEP)
    return show(permit_used=bool(log), permits=s.counter)


@case
def rlock_is_reentrant():
    r, log = lock.RLock(), []

    def other():
        with r:
            log.append("other")

    with r:
        with r:
            g = gevent.spawn(other)
            steps(1)
            log.append("inner_ends")
        steps(1)
        log.append("outer_ends")
    g.join()
    return show(order=log)


@case
def rlock_of_another():
    r = lock.RLock()
    with r:
        tried = gevent.spawn(lambda: r.acquire(blocking=False)).get()
    return show(while_held=tried, afterwards=gevent.spawn(lambda: r.acquire(blocking=False)).get())
