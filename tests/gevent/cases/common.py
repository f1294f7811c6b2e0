"""What the cases share: how one is registered, and how its outcome is written."""

import errno

import gevent

STEP = 0.025
CASES = []


def case(f):
    CASES.append(f)
    return f


def show(**outcome):
    return " ".join(f"{name}={text(value)}" for name, value in outcome.items())


def text(value):
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "none"
    if isinstance(value, (list, tuple)):
        return ",".join(text(one) for one in value) or "-"
    if isinstance(value, bytes):
        return value.decode() or "empty"
    return str(value)


def fail(what="boom"):
    raise ValueError(what)


def error_of(f, *args, **kwargs):
    """The name of what `f` raises, or none."""
    try:
        f(*args, **kwargs)
    except Exception as error:  # Timeout is none of them
        return type(error).__name__
    return None


def steps(n):
    gevent.sleep(n * STEP)


def finishing(log, name, after):
    def body():
        steps(after)
        log.append(name)
        return name

    return gevent.spawn(body)


def three(log):
    """a, b, c; they finish as b, c, a."""
    return [finishing(log, "a", 5), finishing(log, "b", 1), finishing(log, "c", 3)]


def read_all(client):
    got = b""
    try:
        while chunk := client.recv(100):
            got += chunk
    except OSError as error:
        return errno.errorcode[error.errno]
    return got
