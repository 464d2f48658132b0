"""Room on the disk for segments: what has been watched goes when it is old, or when space runs out."""

import errno
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from pipeline.recording.segments import taken

RESERVE = 512 << 20  # bytes that recording leaves free, for the database, the index and the crops

log = logging.getLogger(__name__)


class Room:
    """The folder of all cameras' segments. Threads may share it."""

    def __init__(
        self,
        folder: Path,
        done_with: Callable[[Sequence[str]], set[str]],
        *,
        keep: timedelta,
        reserve: int = RESERVE,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """`done_with` says which of some segments nobody has to watch any more."""
        self._folder, self._done_with, self._keep = folder, done_with, keep
        self._reserve, self._free = reserve, free
        self._lock = Lock()

    def expire(self, now: datetime) -> int:
        """Delete what was watched and is older than it has to be kept; return how many files those were."""
        limit = now - self._keep
        with self._lock:
            return sum(1 for _ in self._delete_watched(lambda segment: taken(segment) < limit))

    def make(self) -> None:
        """See to it that the reserve is free, deleting the oldest watched segments where it is not.

        Raises OSError when nothing more can go: what nobody has watched stays.
        """
        if self._enough():
            return
        with self._lock:
            gone = sum(1 for _ in self._delete_watched(lambda _: not self._enough()))
            if gone:
                log.warning("%s: space runs out, deleted the %d oldest watched segments", self._folder, gone)
            if not self._enough():
                raise OSError(
                    errno.ENOSPC,
                    f"the disk of {self._folder} is full and no segment there has been watched; make room, "
                    "or let the workers catch up",
                )

    def _enough(self) -> bool:
        return self._free(self._folder) >= self._reserve

    def _delete_watched(self, wanted: Callable[[Path], bool]) -> Iterator[Path]:
        """Delete watched segments of all cameras, oldest first, for as long as they are wanted gone."""
        for day in sorted({folder.name for folder in self._folder.glob("*/????-??-??")}):
            segments = sorted(self._folder.glob(f"*/{day}/??????-???.mkv"), key=lambda path: path.name)
            if segments and not wanted(segments[0]):
                return
            done = self._done_with([str(segment) for segment in segments])
            for segment in segments:
                if not wanted(segment):
                    return
                if str(segment) in done:
                    segment.unlink(missing_ok=True)
                    if not any(segment.parent.iterdir()):
                        segment.parent.rmdir()
                    yield segment
