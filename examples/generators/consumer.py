"""What main.rs does, with Python's generators: `python3 consumer.py ITEMS DEPTH`."""

import sys, time

def consumer(depth):
    if depth:
        yield from consumer(depth - 1)
    total = 0
    while True:
        total += yield total

def producer(items, send):
    for item in range(items):
        total = send(item)
    return total

items, depth = map(int, sys.argv[1:])
sys.setrecursionlimit(10 * depth + 1000)
consuming = consumer(depth)
next(consuming)
start = time.process_time()
total = producer(items, consuming.send)
print(total, time.process_time() - start)
