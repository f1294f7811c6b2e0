"""Queues and channels."""

import warnings

import gevent
from gevent import queue

from cases.common import STEP, case, error_of, show, steps


@case
def queue_fifo():
    q = queue.Queue()
    for n in (1, 2, 3):
        q.put(n)
    return show(order=[q.get() for _ in range(3)])


@case
def queue_getters_fifo():
    q, log = queue.Queue(), []

    def body(n):
        log.append(f"{n}:{q.get()}")

    gs = []
    for n in (1, 2, 3):
        gs.append(gevent.spawn(body, n))
        steps(1)
    for item in "abc":
        q.put(item)
        steps(1)
    gevent.joinall(gs)
    return show(served=log)


@case
def queue_putters_fifo():
    q = queue.Queue(1)
    q.put(0)
    gs = []
    for n in (1, 2, 3):
        gs.append(gevent.spawn(q.put, n))
        steps(1)
    return show(order=[q.get() for _ in range(4)])


@case
def queue_put_blocks_when_full():
    q, log = queue.Queue(1), []

    def producer():
        for n in (1, 2):
            q.put(n)
            log.append(f"put{n}")

    g = gevent.spawn(producer)
    steps(1)
    log.append("look")
    log.append(f"got{q.get()}")
    g.join()
    return show(log=log, length=q.qsize())


@case
def queue_full_and_empty():
    q = queue.Queue(1)
    q.put_nowait(1)
    full = error_of(q.put_nowait, 2)
    q.get_nowait()
    return show(put=full, get=error_of(q.get_nowait))


@case
def queue_timeouts():
    q = queue.Queue(1)
    get = error_of(q.get, timeout=STEP)
    q.put(1)
    return show(get_late=get == "Empty", put_late=error_of(q.put, 2, timeout=STEP) == "Full", left=q.qsize())


@case
def queue_peek():
    q = queue.Queue()
    q.put(1)
    q.put(2)
    return show(peeked=[q.peek(), q.peek()], length=q.qsize(), got=q.get())


@case
def queue_peek_waits():
    q = queue.Queue()
    gevent.spawn_later(STEP, q.put, 1)
    return show(peeked=q.peek(), length=q.qsize())


@case
def queue_iteration_ends():
    q = queue.Queue()
    for one in (1, 2, StopIteration):
        q.put(one)
    return show(items=list(q), length=q.qsize())


@case
def queue_of_size_zero():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        q = queue.Queue(0)
    q.put(1, timeout=STEP)
    q.put(2, timeout=STEP)
    return show(holds=q.qsize())


@case
def queue_killed_getter():
    q = queue.Queue()
    g = gevent.spawn(q.get)
    steps(1)
    g.kill()
    q.put(1)
    return show(item=q.get(timeout=STEP))


@case
def priority_queue_order():
    q = queue.PriorityQueue()
    for n in (3, 1, 2):
        q.put(n)
    return show(order=[q.get() for _ in range(3)])


@case
def priority_queue_peek():
    q = queue.PriorityQueue()
    for n in (3, 1, 2):
        q.put(n)
    return show(peeked=q.peek(), length=q.qsize())


@case
def lifo_queue_order():
    q = queue.LifoQueue()
    for n in (1, 2, 3):
        q.put(n)
    return show(order=[q.get() for _ in range(3)])


@case
def joinable_join_waits():
    q, log = queue.JoinableQueue(), []

    def worker():
        for _ in range(2):
            n = q.get()
            steps(1)
            log.append(n)
            q.task_done()

    for n in (1, 2):
        q.put(n)
    g = gevent.spawn(worker)
    q.join()
    log.append("joined")
    g.join()
    return show(log=log)


@case
def joinable_join_timeout():
    q = queue.JoinableQueue()
    q.put(1)
    q.get()
    early = q.join(timeout=STEP)
    q.task_done()
    return show(early=early, then=q.join(timeout=STEP))


@case
def task_done_too_often():
    q = queue.JoinableQueue()
    q.put(1)
    q.get()
    q.task_done()
    return show(refused=error_of(q.task_done) is not None)


@case
def shutdown_gentle():
    q = queue.Queue()
    q.put(1)
    q.put(2)
    q.shutdown()
    put = error_of(q.put, 3) is not None
    got = [q.get(), q.get()]
    return show(put_refused=put, got=got, then_refused=error_of(q.get) is not None)


@case
def shutdown_immediate():
    q = queue.Queue()
    q.put(1)
    q.put(2)
    q.shutdown(immediate=True)
    return show(get_refused=error_of(q.get) is not None, length=q.qsize(), joined=q.join(timeout=STEP))


@case
def shutdown_wakes_waiters():
    empty, full = queue.Queue(), queue.Queue(1)
    full.put(1)
    getter = gevent.spawn(error_of, empty.get)
    putter = gevent.spawn(error_of, full.put, 2)
    steps(1)
    empty.shutdown()
    full.shutdown()
    return show(getter=getter.get() is not None, putter=putter.get() is not None)


@case
def channel_is_a_rendezvous():
    c, log = queue.Channel(), []

    def producer():
        c.put(1)
        log.append("put")

    g = gevent.spawn(producer)
    steps(1)
    log.append("look")
    log.append(f"got{c.get()}")
    g.join()
    return show(log=log, length=c.qsize())


@case
def channel_put_timeout():
    c = queue.Channel()
    put = error_of(c.put, 1, timeout=STEP)
    return show(put_late=put == "Full", get_late=error_of(c.get, timeout=STEP) == "Empty")


@case
def channel_many():
    c, log = queue.Channel(), []
    gs = []
    for n in (1, 2, 3):
        gs.append(gevent.spawn(c.put, n))
        steps(1)
    log = [c.get() for _ in range(3)]
    gevent.joinall(gs)
    return show(order=log)
