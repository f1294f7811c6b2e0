"""What asyncio does, case by case: `python3 asyncio_cases.py > asyncio_outcomes.txt`.

The Rust tests (asyncio.rs) do the same and compare. A case is a function that returns what it has seen: orders, values, yes or no,
never a duration. What has an order is put into it by events.
"""

import asyncio
import inspect
import platform
import threading

FOR_EVER = 3600
SHORT = 0.02
CASES = []


def case(f):
    CASES.append(f)


def show(**seen):
    return " ".join(f"{name}={value}" for name, value in seen.items())


def words(values):
    return " ".join(str(value) for value in values)


def name(error):
    text = str(error)
    return f"{type(error).__name__}({text})" if text else type(error).__name__


async def raised(awaitable):
    """What comes out of it instead of a value."""
    try:
        await awaitable
    except BaseException as error:
        return name(error)


class Line:
    """Tasks that end one after the other, in the order of their numbers."""

    def __init__(self, log):
        self.events = [asyncio.Event() for _ in range(7)]
        self.log = log
        self.events[0].set()

    async def end(self, number, value):
        await self.events[number].wait()
        self.log.append(number)
        self.events[number + 1].set()
        if isinstance(value, Exception):
            raise value
        return value


async def sleeper(log, entry, begun):
    """Tells that it has begun, and that it was cut short."""
    try:
        begun.release()
        await asyncio.sleep(FOR_EVER)
    finally:
        log.append(entry)


async def all_begun(begun, count):
    for _ in range(count):
        await begun.acquire()


@case
def run_returns_the_value():
    async def main():
        return 42

    return show(value=asyncio.run(main()))


@case
def run_raises():
    async def main():
        raise ValueError("boom")

    try:
        asyncio.run(main())
    except ValueError as error:
        return show(raised=name(error))


@case
def run_with_a_task_left():
    log = []

    async def main():
        begun = asyncio.Semaphore(0)
        task = asyncio.create_task(sleeper(log, "cancelled", begun))
        await all_begun(begun, 1)
        return task

    asyncio.run(main())
    return show(left=words(log))


@case
async def gather_keeps_the_order():
    log = []
    line = Line(log)
    results = await asyncio.gather(line.end(2, "a"), line.end(0, "b"), line.end(1, "c"))
    return show(ended=words(log), results=words(results))


@case
async def gather_of_nothing():
    return show(results=words(await asyncio.gather()))


@case
async def gather_nested():
    line = Line([])
    results = await asyncio.gather(
        asyncio.gather(line.end(3, 1), line.end(1, 2)), asyncio.gather(line.end(2, 3), line.end(0, 4))
    )
    return show(results=words(words(inner) for inner in results))


@case
async def gather_raises_what_came_first():
    line = Line([])
    # Number 2 is not due before somebody ends number 1.
    tasks = [asyncio.create_task(line.end(*task)) for task in ((2, ValueError("late")), (0, ValueError("early")))]
    error = await raised(asyncio.gather(*tasks))
    await line.end(1, None)
    await asyncio.wait(tasks)
    return show(raised=error)


@case
async def gather_leaves_the_others_alone():
    log = []
    line = Line(log)
    gate = asyncio.Event()
    ended = asyncio.Event()

    async def other():
        await gate.wait()
        log.append("other")
        ended.set()

    error = await raised(asyncio.gather(other(), line.end(0, ValueError("boom"))))
    log.append(error)
    gate.set()
    await ended.wait()
    return show(log=words(log))


@case
async def gather_return_exceptions():
    line = Line([])
    tasks = line.end(2, 1), line.end(0, ValueError("boom")), line.end(1, 3)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return show(results=words(name(r) if isinstance(r, Exception) else r for r in results))


@case
async def gather_cancelled():
    log = []
    begun = asyncio.Semaphore(0)

    async def outer():
        await asyncio.gather(sleeper(log, "a", begun), sleeper(log, "b", begun))

    task = asyncio.create_task(outer())
    await all_begun(begun, 2)
    task.cancel()
    return show(raised=await raised(task), cancelled=words(sorted(log)))


@case
async def gather_with_a_cancelled_child():
    begun = asyncio.Semaphore(0)
    child = asyncio.create_task(sleeper([], "child", begun))
    await all_begun(begun, 1)
    child.cancel()
    return show(raised=await raised(asyncio.gather(child)))


@case
async def gather_return_exceptions_with_a_cancelled_child():
    begun = asyncio.Semaphore(0)
    child = asyncio.create_task(sleeper([], "child", begun))
    await all_begun(begun, 1)
    child.cancel()
    results = await asyncio.gather(child, return_exceptions=True)
    return show(results=words(name(r) for r in results))


@case
async def task_group_cancels_the_others():
    log = []
    begun = asyncio.Semaphore(0)

    async def fails():
        await all_begun(begun, 2)
        raise ValueError("boom")

    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in sleeper(log, "a", begun), fails(), sleeper(log, "b", begun):
                group.create_task(coroutine)
    except ExceptionGroup as errors:
        return show(raised=words(name(e) for e in errors.exceptions), cancelled=words(sorted(log)))


@case
async def wait_for_in_time():
    async def quick():
        await asyncio.sleep(0)
        return 1

    return show(value=await asyncio.wait_for(quick(), FOR_EVER))


@case
async def wait_for_too_long():
    log = []
    begun = asyncio.Semaphore(0)
    error = await raised(asyncio.wait_for(sleeper(log, "cancelled", begun), SHORT))
    log.append(error)
    return show(log=words(log))


@case
async def timeouts_nested():
    log = []
    try:
        async with asyncio.timeout(SHORT):
            try:
                async with asyncio.timeout(FOR_EVER):
                    await asyncio.sleep(FOR_EVER)
            except TimeoutError:
                log.append("inner")
            log.append("between")
    except TimeoutError:
        log.append("outer")
    return show(log=words(log))


@case
async def cancel_runs_finally():
    log = []
    begun = asyncio.Semaphore(0)
    task = asyncio.create_task(sleeper(log, "finally", begun))
    await all_begun(begun, 1)
    task.cancel()
    log.append(await raised(task))
    return show(log=words(log), cancelled=task.cancelled())


@case
async def cancel_when_done():
    async def quick():
        return 1

    task = asyncio.create_task(quick())
    await asyncio.wait([task])
    task.cancel()
    return show(value=await task)


@case
async def cancel_swallowed():
    log = []
    begun = asyncio.Semaphore(0)

    async def stubborn():
        try:
            begun.release()
            await asyncio.sleep(FOR_EVER)
        except asyncio.CancelledError:
            log.append("caught")
        await asyncio.sleep(0)
        log.append("went_on")

    task = asyncio.create_task(stubborn())
    await all_begun(begun, 1)
    task.cancel()
    return show(raised=await raised(task), log=words(log))


@case
async def cancel_goes_on_to_what_is_awaited():
    log = []
    begun = asyncio.Semaphore(0)
    inner = asyncio.create_task(sleeper(log, "inner", begun))

    async def outer():
        await inner

    task = asyncio.create_task(outer())
    await all_begun(begun, 1)
    await asyncio.sleep(0)
    task.cancel()
    log.append(await raised(task))
    return show(log=words(sorted(log)))


@case
async def shield_stops_a_cancel():
    log = []
    gate = asyncio.Event()
    awaits = asyncio.Event()

    async def protected():
        await gate.wait()
        return "inner"

    inner = asyncio.create_task(protected())

    async def outer():
        awaits.set()
        await asyncio.shield(inner)

    task = asyncio.create_task(outer())
    await awaits.wait()
    task.cancel()
    log.append(await raised(task))
    gate.set()
    log.append(await inner)
    return show(log=words(log))


@case
async def first_completed():
    line = Line([])
    begun = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(c) for c in (sleeper([], "a", begun), line.end(0, 7), sleeper([], "b", begun))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return show(done=words(task.result() for task in done), pending=len(pending))


@case
async def as_completed():
    line = Line([])
    order = []
    # In between there are numbers that this function ends.
    tasks = line.end(2, "a"), line.end(4, "b"), line.end(0, "c")
    for number, next_one in zip((1, 3, 5), asyncio.as_completed(tasks)):
        order.append(await next_one)
        await line.end(number, None)
    return show(order=words(order))


@case
async def to_thread():
    here = threading.get_ident()
    there = await asyncio.to_thread(threading.get_ident)
    return show(elsewhere=here != there)


print(f"asyncio of {platform.python_implementation()} {platform.python_version()}")
for f in CASES:
    outcome = asyncio.run(f()) if inspect.iscoroutinefunction(f) else f()
    print(f"{f.__name__}: {outcome}")
