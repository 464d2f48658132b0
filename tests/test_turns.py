"""Threads of one process make a thing once, do a verb one at a time, and miss no call."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from workers.turns import Alone, Once


def test_a_thing_is_made_once_however_many_ask() -> None:
    together, made = Barrier(4), list[int]()

    def make() -> object:
        made.append(1)
        return object()

    thing = Once(make)

    def ask(_: int) -> object:
        together.wait()
        return thing()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    assert len(made) == 1


def test_what_could_not_be_made_is_made_on_the_next_call() -> None:
    away = [OSError("the store is away")]

    def make() -> str:
        if away:
            raise away.pop()
        return "here"

    thing = Once(make)
    with pytest.raises(OSError, match="away"):
        thing()
    assert thing() == "here"


def test_who_comes_meanwhile_leaves_and_the_one_at_work_looks_again() -> None:
    alone, began, go_on, done = Alone(), Event(), Event(), list[str]()

    def work() -> None:
        began.set()
        assert go_on.wait(10)
        done.append("looked")

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(alone, work)
        assert began.wait(10)
        alone(lambda: done.append("never"))
        assert done == []
        go_on.set()
        first.result(10)
    assert done == ["looked", "looked"]


def test_a_work_that_fails_lets_the_next_one_in() -> None:
    alone, done = Alone(), list[str]()
    with pytest.raises(ZeroDivisionError):
        alone(lambda: print(1 / 0))
    alone(lambda: done.append("done"))
    assert done == ["done"]
