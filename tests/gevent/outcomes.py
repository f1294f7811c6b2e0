#!/usr/bin/env python3
"""What gevent itself does: the expected outcomes of the tests beside this file.

    pip install gevent
    python3 outcomes.py            writes outcomes.txt
    python3 outcomes.py --print    prints it instead

Each case (see cases/) is a small program in a greenlet of its own. What it returns is orders, values and yes or no, never a
duration, so that a second run says the same. Where time matters, it goes in steps of 25 ms.
"""

import io
import pathlib
import platform
import sys

sys.dont_write_bytecode = True

import gevent
import greenlet

from cases import common, greenlets, locals, pools, queues, servers, sockets, sync, timeouts, waiting


def versions():
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"gevent {gevent.__version__}, greenlet {greenlet.__version__}, {python}, {platform.system()}"


def main():
    # Errors that nobody catches are part of several cases.
    gevent.get_hub().exception_stream = io.StringIO()
    lines = [f"# {versions()}"]
    for area in (greenlets, waiting, timeouts, sync, queues, pools, servers, sockets, locals):
        lines.append(f"# {area.__doc__}")
        for case in common.CASES:
            if case.__module__ == area.__name__:
                outcome = gevent.spawn(case).get(timeout=20)
                lines.append(f"{case.__name__}: {outcome}")
    content = "\n".join(lines) + "\n"
    if "--print" in sys.argv[1:]:
        sys.stdout.write(content)
    else:
        pathlib.Path(__file__).with_name("outcomes.txt").write_text(content)


if __name__ == "__main__":
    main()
