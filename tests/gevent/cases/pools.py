"""Groups, pools, thread pools."""

import threading
import time

import gevent
from gevent import pool, threadpool

from cases.common import STEP, case, error_of, fail, finishing, show, steps


@case
def group_tracks_the_living():
    group = pool.Group()
    for n in (1, 3):
        group.spawn(steps, n)
    counts = [len(group)]
    steps(2)
    counts.append(len(group))
    joined = group.join(timeout=20 * STEP)
    counts.append(len(group))
    return show(counts=counts, joined=joined)


@case
def group_join_timeout():
    group = pool.Group()
    group.spawn(steps, 4)
    early = group.join(timeout=STEP)
    return show(early=early, then=group.join())


@case
def group_kill():
    group = pool.Group()
    gs = [group.spawn(steps, 100) for _ in range(2)]
    steps(1)
    group.kill()
    return show(length=len(group), ready=[g.ready() for g in gs])


@case
def group_discard():
    group = pool.Group()
    g = group.spawn(steps, 100)
    group.discard(g)
    length = len(group)
    joined = group.join(timeout=STEP)
    running = not g.ready()
    g.kill()
    return show(length=length, joined=joined, running=running)


@case
def group_adds_a_stranger():
    group = pool.Group()
    g = gevent.spawn(steps, 1)
    group.add(g)
    before = len(group)
    group.join()
    return show(before=before, after=len(group), ready=g.ready())


@case
def pool_blocks_when_full():
    p, log = pool.Pool(2), []

    def body(n, k):
        log.append(f"start{n}")
        steps(k)
        log.append(f"end{n}")

    p.spawn(body, 1, 2)
    p.spawn(body, 2, 5)
    p.spawn(body, 3, 6)
    log.append("third_spawned")
    p.join()
    return show(log=log)


@case
def pool_free_count():
    p = pool.Pool(2)
    counts = [p.free_count()]
    p.spawn(steps, 1)
    counts.append(p.free_count())
    p.spawn(steps, 1)
    counts.append(p.free_count())
    full = p.full()
    p.join()
    counts.append(p.free_count())
    return show(counts=counts, full=full)


@case
def pool_full_without_waiting():
    p = pool.Pool(1)
    p.spawn(steps, 2)
    refused = error_of(p.add, gevent.Greenlet(steps, 1), blocking=False)
    p.join()
    later = error_of(p.add, gevent.Greenlet(steps, 0), blocking=False)
    return show(refused=refused is not None, later_refused=later is not None)


@case
def pool_wait_available():
    p = pool.Pool(1)
    p.spawn(steps, 2)
    before = p.free_count()
    p.wait_available()
    return show(before=before, after=p.free_count())


@case
def pool_map_order():
    def square(n):
        steps(4 - n)
        return n * n

    return show(values=pool.Pool(3).map(square, [1, 2, 3]))


@case
def pool_map_failure():
    log = []

    def body(n):
        if n == 2:
            fail()
        steps(n)
        log.append(n)
        return n

    p = pool.Pool(3)
    try:
        p.map(body, [1, 2, 3])
        error = None
    except ValueError as raised:
        error = raised
    p.join()
    return show(map_raises=error, others_finished=log)


@case
def pool_imap_order():
    def body(n):
        steps(4 - n)
        return n

    return show(values=list(pool.Pool(3).imap(body, [1, 2, 3])))


@case
def pool_imap_failure():
    def body(n):
        if n == 2:
            fail()
        return n

    items, log = pool.Pool(3).imap(body, [1, 2, 3]), []
    while True:
        try:
            log.append(next(items))
        except ValueError as error:
            log.append(error)
        except StopIteration:
            break
    return show(items=log)


@case
def pool_imap_unordered_order():
    def body(n):
        steps(2 * n)
        return n

    return show(values=list(pool.Pool(3).imap_unordered(body, [3, 1, 2])))


@case
def pool_imap_unordered_failure():
    def body(n):
        if n == 2:
            fail()
        return n

    items, log = pool.Pool(3).imap_unordered(body, [1, 2, 3]), []
    while True:
        try:
            log.append(next(items))
        except ValueError as error:
            log.append(error)
        except StopIteration:
            break
    return show(items=sorted(map(str, log)))


@case
def pool_imap_reads_ahead_so_far():
    started = []

    def endless():
        n = 0
        while True:
            yield n
            n += 1

    def body(n):
        started.append(n)
        return n

    p = pool.Pool(2)
    items = p.imap(body, endless(), maxsize=3)
    first = [next(items) for _ in range(4)]
    steps(2)
    ahead = len(started) - len(first)
    items.kill()
    return show(read=first, ahead_at_most_pool_and_buffer=ahead <= 2 + 3)


@case
def pool_imap_without_a_bound():
    started = []

    def body(n):
        started.append(n)
        return n

    items = pool.Pool(2).imap(body, range(50))
    first = next(items)
    steps(2)
    return show(read=first, begun=len(started))


@case
def pool_bounds_map():
    now, most = [0], [0]

    def body(_):
        now[0] += 1
        most[0] = max(most[0], now[0])
        steps(1)
        now[0] -= 1

    pool.Pool(2).map(body, range(6))
    return show(most_at_once=most[0])


@case
def pool_kill():
    p, log = pool.Pool(2), []

    def body():
        try:
            steps(100)
        finally:
            log.append("finally")

    p.spawn(body)
    p.spawn(body)
    steps(1)
    p.kill()
    return show(log=log, free=p.free_count())


@case
def pool_apply():
    p = pool.Pool(1)
    return show(value=p.apply(lambda: 7))


@case
def pool_apply_within():
    p = pool.Pool(1)

    def outer():
        me = gevent.getcurrent()
        return p.apply(lambda: gevent.getcurrent() is me)

    return show(inline=p.spawn(outer).get(timeout=20 * STEP))


@case
def pool_apply_failure():
    try:
        pool.Pool(1).apply(fail)
    except ValueError as error:
        return show(error=error)


@case
def pool_of_size_zero():
    p = pool.Pool(0)
    try:
        with gevent.Timeout(2 * STEP):
            p.spawn(lambda: None)
        blocked = False
    except gevent.Timeout:
        blocked = True
    return show(spawn_blocks=blocked)


@case
def threadpool_map_order():
    def body(n):
        time.sleep((3 - n) * STEP)
        return n * n

    t = threadpool.ThreadPool(3)
    try:
        return show(values=t.map(body, [0, 1, 2, 3]))
    finally:
        t.kill()


@case
def threadpool_result():
    t = threadpool.ThreadPool(1)
    try:
        r = t.spawn(lambda: 7)
        return show(value=r.get(), again=r.get())
    finally:
        t.kill()


@case
def threadpool_failure():
    t = threadpool.ThreadPool(1)
    try:
        t.spawn(fail).get()
    except ValueError as error:
        return show(error=error, pool_goes_on=t.apply(lambda: True))
    finally:
        t.kill()


@case
def threadpool_callback():
    t, log = threadpool.ThreadPool(1), []
    r = t.spawn(lambda: 7)
    r.rawlink(lambda r: log.append(r.value))
    r.get()
    steps(1)
    t.kill()
    return show(log=log)


@case
def threadpool_apply_lets_others_run():
    log = []
    t = threadpool.ThreadPool(1)
    other = finishing(log, "greenlet", 1)
    log.append(t.apply(lambda: time.sleep(4 * STEP) or "thread"))
    other.join()
    t.kill()
    return show(order=log)


@case
def threadpool_limit():
    guard, now, most = threading.Lock(), [0], [0]

    def body(_):
        with guard:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(STEP)
        with guard:
            now[0] -= 1

    t = threadpool.ThreadPool(2)
    t.map(body, range(6))
    t.kill()
    return show(most_at_once=most[0])


@case
def threadpool_spawn_when_busy():
    t, log = threadpool.ThreadPool(1), []
    first = t.spawn(time.sleep, 3 * STEP)
    second = t.spawn(time.sleep, 3 * STEP)
    third = t.spawn(lambda: None)
    log.append(first.ready())
    for one in (first, second, third):
        one.get()
    t.kill()
    return show(spawn_waited_for_a_thread=log[0])
