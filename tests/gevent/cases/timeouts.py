"""Timeouts."""

import time

import gevent

from cases.common import STEP, case, show, steps


@case
def timeout_cuts_a_sleep():
    log = []
    try:
        with gevent.Timeout(STEP):
            try:
                steps(100)
                log.append("woke")
            finally:
                log.append("finally")
    except gevent.Timeout:
        log.append("timeout")
    return show(log=log)


@case
def timeout_in_time():
    try:
        with gevent.Timeout(3 * STEP):
            steps(1)
            value = 1
        steps(4)
        later = False
    except gevent.Timeout:
        later = True
    return show(value=value, fired_later=later)


@case
def timeout_inner_first():
    log = []
    with gevent.Timeout(6 * STEP, False):
        with gevent.Timeout(STEP, False):
            steps(100)
            log.append("woke")
        log.append("between")
        steps(1)
        log.append("outer_body_ends")
    return show(log=log)


@case
def timeout_outer_first():
    log = []
    with gevent.Timeout(STEP, False):
        with gevent.Timeout(6 * STEP, False):
            steps(100)
            log.append("woke")
        log.append("between")
    log.append("after")
    return show(log=log)


@case
def timeout_tells_whose():
    outer, inner = gevent.Timeout.start_new(STEP), gevent.Timeout.start_new(6 * STEP)
    try:
        steps(100)
    except gevent.Timeout as fired:
        whose = "outer" if fired is outer else "inner"
    outer.close()
    inner.close()
    return show(fired=whose)


@case
def with_timeout_value():
    late = gevent.with_timeout(STEP, steps, 100, timeout_value="instead")
    early = gevent.with_timeout(STEP, lambda: "own", timeout_value="instead")
    return show(late=late, early=early)


@case
def timeout_with_an_error_of_ones_own():
    class Slow(Exception):
        pass

    try:
        with gevent.Timeout(STEP, Slow):
            steps(100)
    except Slow:
        return show(error="slow")


@case
def timeout_needs_a_switch():
    fired = False
    try:
        with gevent.Timeout(STEP):
            end = time.monotonic() + 2 * STEP
            while time.monotonic() < end:
                pass
    except gevent.Timeout:
        fired = True
    return show(fired=fired)


@case
def timeout_of_zero():
    log = []
    try:
        with gevent.Timeout(0):
            log.append("body")
            steps(100)
            log.append("woke")
    except gevent.Timeout:
        log.append("timeout")
    return show(log=log)


@case
def timeout_of_none():
    with gevent.Timeout(None):
        steps(1)
        return show(value=1)


@case
def timeout_swallowed():
    log = []
    try:
        with gevent.Timeout(STEP):
            try:
                steps(100)
            except BaseException:
                log.append("caught")
            steps(1)
            log.append("went_on")
    except gevent.Timeout:
        log.append("timeout")
    return show(log=log)
