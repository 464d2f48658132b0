"""Clips that were cut a moment ago, in memory: a player asks for one in many ranges."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

ROOM = 64 << 20  # bytes


class Clips:
    """Keeps the clips asked for last. One is cut at a time, for that takes every core there is."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, cut: Callable[[], bytes]) -> bytes:
        """The clip of a key; raises what cutting it raises."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = cut()
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._room:
                self._kept.popitem(last=False)
            return self._kept[key]

    def clear(self) -> None:
        """Forget all, as after an erasure."""
        with self._lock:
            self._kept.clear()
