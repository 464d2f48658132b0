"""Threads of one worker's process: everything is made once, and each verb is done by one at a time."""

from collections.abc import Callable
from threading import Event, Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes something on the first call, in the process that uses it, and gives the same on every other."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """Raises what making it raises; the next call tries again."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


class Alone:
    """Lets one thread do a work. Who comes meanwhile leaves at once, and the one at work looks once more."""

    def __init__(self) -> None:
        self._busy = Lock()
        self._wanted = Event()

    def __call__(self, work: Callable[[], None]) -> None:
        self._wanted.set()
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                work()
            finally:
                self._busy.release()
