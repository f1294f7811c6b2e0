"""Sockets, select, pipes, children, signals, names."""

import _socket
import os
import signal
import threading

import gevent
import greenlet
from gevent import select, socket, subprocess
from gevent.os import make_nonblocking, nb_read

from cases.common import STEP, case, error_of, read_all, show, steps


@case
def recv_timeout():
    a, b = socket.socketpair()
    a.settimeout(STEP)
    try:
        a.recv(1)
        late = False
    except socket.timeout:
        late = True
    b.sendall(b"x")
    return show(timed_out=late, then=a.recv(1))


@case
def shutdown_wakes_the_reader():
    a, b = socket.socketpair()
    reader = gevent.spawn(read_all, a)
    steps(1)
    a.shutdown(socket.SHUT_RDWR)
    return show(read=reader.get())


@case
def two_readers():
    a, b = socket.socketpair()
    first = gevent.spawn(a.recv, 1)
    steps(1)
    second = gevent.spawn(error_of, a.recv, 1)
    steps(1)
    b.sendall(b"xy")
    first.join()
    return show(second_fails=second.get() is not None)


@case
def reader_and_writer_at_once():
    a, b = socket.socketpair()
    reader = gevent.spawn(a.recv, 1)
    steps(1)
    writer = gevent.spawn(a.sendall, b"w")
    got = b.recv(1)
    b.sendall(b"r")
    writer.join()
    return show(peer_got=got, reader_got=reader.get())


@case
def select_tells_who_is_readable():
    (a, x), (b, y) = socket.socketpair(), socket.socketpair()
    gevent.spawn_later(STEP, y.sendall, b"!")
    readable, _, _ = select.select([a, b], [], [], 20 * STEP)
    return show(readable=["a" if one is a else "b" for one in readable])


@case
def select_timeout():
    a, b = socket.socketpair()
    readable, writable, _ = select.select([a], [], [], STEP)
    _, writable, _ = select.select([], [a], [], STEP)
    return show(readable=len(readable), writable=len(writable))


@case
def wait_read_timeout():
    a, b = socket.socketpair()
    try:
        socket.wait_read(a.fileno(), timeout=STEP)
        late = False
    except socket.timeout:
        late = True
    b.sendall(b"x")
    socket.wait_read(a.fileno(), timeout=STEP)
    return show(timed_out=late, then=a.recv(1))


@case
def pipe_read_waits():
    log = []
    r, w = os.pipe()
    make_nonblocking(r)
    reader = gevent.spawn(lambda: log.append(nb_read(r, 10)))
    steps(1)
    log.append("look")
    os.write(w, b"data")
    reader.join()
    os.close(r)
    os.close(w)
    return show(log=log)


@case
def children_overlap():
    log = []

    def child(name, seconds):
        out = subprocess.check_output(["sh", "-c", f"sleep {seconds}; echo {name}"])
        log.append(out.decode().strip())

    gevent.joinall([gevent.spawn(child, "slow", 0.3), gevent.spawn(child, "quick", 0)])
    return show(order=log)


@case
def child_wait_timeout():
    child = subprocess.Popen(["sleep", "60"])
    try:
        child.wait(timeout=STEP)
        late = False
    except subprocess.TimeoutExpired:
        late = True
    child.kill()
    return show(timed_out=late, signal=-child.wait())


@case
def signal_handler_may_block():
    log = []

    def handler():
        log.append("handler" if isinstance(gevent.getcurrent(), greenlet.greenlet) else "?")
        steps(1)
        log.append("slept")

    on = gevent.signal_handler(signal.SIGUSR1, handler)
    os.kill(os.getpid(), signal.SIGUSR1)
    log.append("sent")
    steps(4)
    on.cancel()
    return show(log=log)


@case
def signal_handler_cancelled():
    log = []
    first = gevent.signal_handler(signal.SIGUSR1, log.append, "first")
    second = gevent.signal_handler(signal.SIGUSR1, log.append, "second")
    first.cancel()
    os.kill(os.getpid(), signal.SIGUSR1)
    steps(2)
    second.cancel()
    return show(log=log)


@case
def names_are_looked_up_at_once():
    """Four look-ups, each held up until all four have begun."""
    together, real = threading.Barrier(4), _socket.getaddrinfo

    def held_up(*args, **kwargs):
        together.wait(200 * STEP)
        return real(*args, **kwargs)

    _socket.getaddrinfo = held_up
    try:
        gs = [gevent.spawn(socket.getaddrinfo, "127.0.0.1", port) for port in range(1, 5)]
        gevent.joinall(gs)
    finally:
        _socket.getaddrinfo = real
    return show(found=[g.successful() for g in gs])


@case
def name_of_this_host():
    found = {info[4][0] for info in socket.getaddrinfo("localhost", 80, socket.AF_INET)}
    return show(localhost=sorted(found))


@case
def name_that_does_not_exist():
    return show(fails=error_of(socket.getaddrinfo, "no-such-host.invalid", 80) is not None)
