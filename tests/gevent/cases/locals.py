"""What a greenlet has for itself, and what it inherits."""

import contextvars

import gevent
from gevent import local

from cases.common import case, show, steps


@case
def locals_are_separate():
    data = local.local()
    data.x = "outer"

    def body():
        before = getattr(data, "x", "unset")
        data.x = "inner"
        gevent.sleep(0)
        return [before, data.x]

    inner = gevent.spawn(body).get()
    return show(inner=inner, outer=data.x)


@case
def locals_end_with_the_greenlet():
    log = []

    class Value:
        def __del__(self):
            log.append("dropped")

    data = local.local()

    def body():
        data.x = Value()
        steps(1)
        log.append("end")

    gevent.spawn(body).join()
    steps(1)
    return show(log=log)


@case
def context_of_a_new_greenlet():
    var = contextvars.ContextVar("var", default="unset")
    var.set("outer")
    return show(child_sees=gevent.spawn(var.get).get())


@case
def tree_locals_are_inherited():
    def parent_of_the_tree():
        gevent.getcurrent().spawn_tree_locals["x"] = "tree"
        return gevent.spawn(lambda: gevent.getcurrent().spawn_tree_locals.get("x")).get()

    return show(child_sees=gevent.spawn(parent_of_the_tree).get())
