"""What the real msgpack-rpc-python sends, and how its msgpack writes values: a line each, a name and the bytes in hex.

    python3.8 -m venv peer && peer/bin/pip install msgpack-rpc-python==0.4.1
    peer/bin/python tests/rpc/peer.py > tests/rpc/frames.txt

Newer Pythons do not run that package any more.
"""

import socket
import threading

import msgpack
import msgpackrpc


def show(name, frame):
    print(f"{name}: {frame.hex()}")


def frames(sock, count):
    """The next so many messages of a socket, as they are on the wire."""
    received, found = b"", []
    while len(found) < count:
        block = sock.recv(65536)
        assert block, "closed"
        received += block
        found, rest = [], received
        while rest:
            unpacker = msgpack.Unpacker(raw=False)
            unpacker.feed(rest)
            try:
                unpacker.skip()
            except msgpack.OutOfData:
                break
            found.append(rest[: unpacker.tell()])
            rest = rest[unpacker.tell() :]
    return found


def requests():
    """What its client sends."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = msgpackrpc.Client(msgpackrpc.Address("127.0.0.1", listener.getsockname()[1]), timeout=1)
    client.call_async("add", 1, 2)
    client.call_async("echo", "häß", -1, 2**63, [None, True, False], {"key": 1.5})
    client.call_async("long", "x" * 100)
    client.notify("note", "hello")
    peer, _ = listener.accept()
    looping = threading.Thread(target=client._loop.start, daemon=True)
    looping.start()
    for name, frame in zip(["request", "request_of_all_kinds", "request_long", "notification"], frames(peer, 4)):
        show(name, frame)


class Service:
    def add(self, a, b):
        return a + b

    def fail(self, why):
        raise Exception(why)

    def nothing(self):
        return None


def responses():
    """What its server answers."""
    server = msgpackrpc.Server(Service())
    server.listen(msgpackrpc.Address("127.0.0.1", 0))
    port = next(iter(server._listeners))._mp_server._sockets
    port = list(port.values())[0].getsockname()[1]
    threading.Thread(target=server.start, daemon=True).start()
    sock = socket.create_connection(("127.0.0.1", port))
    asked = [
        ("response", "add", [1, 2]),
        ("response_nothing", "nothing", []),
        ("response_error", "fail", ["on purpose"]),
        ("response_no_method", "subtract", [1, 2]),
    ]
    for number, (name, method, params) in enumerate(asked, 1):
        sock.sendall(msgpack.packb([0, number, method, params], use_bin_type=False))
        show(name, frames(sock, 1)[0])


def values():
    """Each form of a value, at the limits of its length."""
    numbers = [0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
    numbers += [-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)]
    for number in numbers:
        show(f"int {number}", msgpack.packb(number))
    for length in [0, 31, 32, 255, 256]:
        show(f"str {length}", msgpack.packb("x" * length, use_bin_type=True))
    for length in [0, 255, 256]:
        show(f"bin {length}", msgpack.packb(b"x" * length, use_bin_type=True))
    for length in [0, 15, 16]:
        show(f"array {length}", msgpack.packb([None] * length))
        show(f"map {length}", msgpack.packb({key: True for key in range(length)}))
    for length in [1, 2, 3, 4, 8, 16, 17, 256]:
        show(f"ext {length}", msgpack.packb(msgpack.ExtType(5, b"x" * length)))
    show("float 1.5", msgpack.packb(1.5))
    show("single 1.5", msgpack.packb(1.5, use_single_float=True))


requests()
responses()
values()
