"""Clips that were cut a moment ago, in memory: a player asks for one in many ranges."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import BoundedSemaphore, Lock

from web.problems import Problem

ROOM = 64 << 20  # bytes
WAITING = 4  # requests that may wait for a clip; every one of them holds a thread that others need


class Clips:
    """Keeps the clips asked for last. One is cut at a time, for that takes every core there is."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock, self._cutting = Lock(), Lock()
        self._places = BoundedSemaphore(WAITING)

    def get(self, key: Hashable, cut: Callable[[], bytes], *, patient: bool = False) -> bytes:
        """The clip of a key; raises what cutting it raises, and Problem while too many wait.

        A `patient` caller waits with them: an export has begun to be sent and cannot be refused any more.
        """
        found = self._find(key)
        if found is not None:
            return found
        if not self._places.acquire(blocking=patient):
            raise Problem(
                503, "many clips are being cut: try again in a while", headers={"Retry-After": "10"}
            )
        try:
            with self._cutting:
                found = self._find(key)  # somebody may have asked for the same one just before
                return self._keep(key, cut()) if found is None else found
        finally:
            self._places.release()

    def clear(self) -> None:
        """Forget all, as after an erasure."""
        with self._lock:
            self._kept.clear()

    def _find(self, key: Hashable) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, clip: bytes) -> bytes:
        with self._lock:
            self._kept[key] = clip
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._room:
                self._kept.popitem(last=False)
        return clip
