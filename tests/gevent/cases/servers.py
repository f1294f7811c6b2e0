"""Servers."""

import errno

import gevent
from gevent import queue, server, socket

from cases.common import STEP, case, fail, read_all, show, steps


def connected(s):
    client = socket.create_connection(("127.0.0.1", s.server_port))
    client.settimeout(100 * STEP)
    return client


@case
def server_end_of_handler_closes():
    s = server.StreamServer(("127.0.0.1", 0), lambda stream, _: stream.sendall(b"bye"))
    s.start()
    got = read_all(connected(s))
    s.stop()
    return show(read_to_the_end=got)


@case
def server_handler_fails():
    calls = []

    def handle(stream, _):
        calls.append(1)
        if len(calls) == 1:
            fail()
        stream.sendall(b"served")

    s = server.StreamServer(("127.0.0.1", 0), handle)
    s.start()
    got = [read_all(connected(s)), read_all(connected(s))]
    s.stop()
    return show(clients=got)


@case
def server_limit():
    now, most = [0], [0]

    def handle(stream, _):
        now[0] += 1
        most[0] = max(most[0], now[0])
        steps(1)
        stream.sendall(b"ok")
        now[0] -= 1

    s = server.StreamServer(("127.0.0.1", 0), handle, spawn=2)
    s.start()
    clients = [gevent.spawn(lambda: read_all(connected(s))) for _ in range(5)]
    gevent.joinall(clients)
    s.stop()
    return show(served=[g.value for g in clients], most_at_once=most[0])


@case
def server_stop_drains_then_kills():
    log = []

    def handle(stream, _):
        n = int(stream.recv(1))
        try:
            steps(n)
            log.append(f"drained{n}")
        except gevent.GreenletExit:
            log.append(f"killed{n}")
            raise

    s = server.StreamServer(("127.0.0.1", 0), handle, spawn=10)
    s.start()
    quick, slow = connected(s), connected(s)
    quick.sendall(b"2")
    slow.sendall(b"9")
    steps(1)
    s.stop(timeout=4 * STEP)
    return show(log=log)


@case
def server_stop_without_a_pool():
    log = []

    def handle(stream, _):
        try:
            steps(3)
            log.append("finished")
        except gevent.GreenletExit:
            log.append("killed")

    s = server.StreamServer(("127.0.0.1", 0), handle)
    s.start()
    client = connected(s)
    steps(1)
    s.stop(timeout=STEP)
    log.append("stopped")
    read_all(client)
    return show(log=log)


@case
def server_stopped_refuses():
    s = server.StreamServer(("127.0.0.1", 0), lambda *_: None)
    s.start()
    port = s.server_port
    s.stop()
    try:
        socket.create_connection(("127.0.0.1", port))
    except OSError as error:
        return show(connect=errno.errorcode[error.errno])


@case
def server_on_a_taken_port():
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    s = server.StreamServer(taken.getsockname(), lambda *_: None)
    try:
        s.start()
    except OSError as error:
        return show(start=errno.errorcode[error.errno])
    finally:
        taken.close()


@case
def datagram_server_answers():
    class Upper(server.DatagramServer):
        def handle(self, data, address):
            self.socket.sendto(data.upper(), address)

    s = Upper(("127.0.0.1", 0))
    s.start()
    client = socket.socket(type=socket.SOCK_DGRAM)
    client.settimeout(100 * STEP)
    client.sendto(b"ping", ("127.0.0.1", s.server_port))
    got = client.recv(100)
    s.stop()
    return show(reply=got)


@case
def datagram_server_long_datagram():
    lengths = queue.Queue()
    s = server.DatagramServer(("127.0.0.1", 0), lambda data, _: lengths.put(len(data)))
    s.start()
    client = socket.socket(type=socket.SOCK_DGRAM)
    client.sendto(b"x" * 9000, ("127.0.0.1", s.server_port))
    got = lengths.get(timeout=100 * STEP)
    s.stop()
    return show(sent=9000, received=got)
