"""Record one camera for as long as it is wanted: reconnect after every outage, and note what is missing."""

import fcntl
import logging
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic

from pipeline.footage.sources import redact
from pipeline.recording.connection import PATIENT, LostError, Patience, RefusedError, connected
from pipeline.recording.hours import Hours
from pipeline.recording.recorded import enter_finished, newest
from pipeline.recording.room import Room
from pipeline.recording.segmenter import Segmenter, forget_unfinished
from pipeline.recording.segments import chunk_of, end_of
from storage.footage.cameras import Camera
from storage.footage.chunks import Chunk
from storage.footage.recordings import Recordings

_LOOK = 5.0  # seconds between two looks at the clock or the lock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where recordings go."""

    folder: Path  # of all cameras; absolute, for whoever watches runs elsewhere
    recordings: Recordings
    room: Room


class Recording:
    """The recording of one camera. `run` in a thread of its own; `stop` from any other."""

    def __init__(self, camera: Camera, place: Place, version: str, *, patience: Patience = PATIENT) -> None:
        self.camera = camera
        self._folder, self._room, self._recordings = place.folder / camera.name, place.room, place.recordings
        self._version, self._patience = version, patience
        self._hours = Hours.read(camera.hours)
        self._diary = _Diary(camera, place.recordings)
        self._stopping, self._wanted = Event(), True
        self._last: Chunk | None = None  # of the session at hand
        self._failures = 0

    def stop(self, *, wanted: bool) -> None:
        """Soon finish the segment at hand; `wanted` says whether what follows is missing."""
        self._wanted = wanted
        self._stopping.set()

    def run(self) -> None:
        with self._alone() as alone:
            if not alone:
                return
            self._take_up()
            while not self._stopping.is_set():
                if not self._hours.covers(_now()):
                    self._diary.back(_now())
                    self._diary.tell()
                    self._stopping.wait(_LOOK)
                    continue
                began = monotonic()
                try:
                    self._room.make()
                    self._record()
                    self._end_session()
                except (LostError, OSError) as error:
                    self._lost(error, held=monotonic() - began)
            if self._wanted and self._hours.covers(_now()):
                self._diary.gap(_now(), "the recorder was stopped")
            else:
                self._diary.back(_now())
            self._diary.tell()

    def leave(self) -> None:
        """See to what an earlier recorder left of a camera that is not wanted any more; until it is told."""
        with self._alone() as alone:
            if alone:
                self._take_up()
                self._diary.back(_now())
            while alone and not self._diary.tell() and not self._stopping.wait(_LOOK):
                pass

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Wait until no other process records this camera here; False when that is no longer wanted."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            said = False
            while not self._stopping.is_set():
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not said:
                        log.warning("%s is being recorded by another process; waiting", self.camera.name)
                    said = True
                    self._stopping.wait(_LOOK)
            yield not self._stopping.is_set()

    def _take_up(self) -> None:
        """See to what an earlier recorder left."""
        forget_unfinished(self._folder)
        last = newest(self._folder, self._version)
        if last is None:
            return
        self._diary.take_up(self._folder, last)
        ended = end_of(last).began
        if self._hours.covers(ended):
            self._diary.gap(ended, "the recorder did not run")
        self._diary.tell()

    def _record(self) -> None:
        """Record one connection until it fails, or recording is no longer wanted."""
        with connected(self.camera.url, self._patience) as (container, stream):
            segmenter = Segmenter(self._folder, stream)
            heard = monotonic()
            try:
                for packet in container.demux():
                    if self._stopping.is_set():
                        return
                    if packet.stream_index == stream.index and packet.size:
                        heard = monotonic()
                        for path in segmenter.write(packet):
                            self._keep(path)
                            if not self._hours.covers(_now()):
                                return
                    elif monotonic() - heard > self._patience.read:
                        raise LostError("data comes, but no picture")
                raise LostError("it ended")
            finally:
                for path in segmenter.close():
                    self._keep(path)

    def _keep(self, path: Path) -> None:
        chunk = chunk_of(path, self.camera.name, self._version)
        if self._last is None or self._last.fingerprint != chunk.fingerprint:
            self._end_session()
            self._diary.back(chunk.began)
            if self._failures:
                log.warning("%s: recorded again (failures: %d)", self.camera.name, self._failures)
        self._last = chunk
        self._diary.enter(chunk)
        self._diary.tell()
        self._room.make()

    def _end_session(self) -> datetime:
        """Whoever is in view at the end of the last segment has left; returns when that was."""
        if self._last is None:
            return _now()
        mark, self._last = end_of(self._last), None
        self._diary.enter(mark)
        return mark.began

    def _lost(self, error: Exception, *, held: float) -> None:
        """Note the gap and wait before the next attempt."""
        reason = redact(getattr(error, "strerror", None) or str(error))
        self._diary.gap(self._end_session(), reason)
        self._diary.tell()
        self._failures = 1 if held > self._patience.settled else self._failures + 1
        longest = min(
            self._patience.longest_wait, self._patience.first_wait * 2 ** min(self._failures - 1, 30)
        )
        if isinstance(error, RefusedError):  # cameras lock out whoever tries a wrong password too often
            longest = self._patience.longest_wait
        wait = longest * random.uniform(0.5, 1.0)  # jitter: cameras behind one switch come back together
        if self._failures == 1:
            log.warning("%s: not recorded (%s), trying again in %.1f s", self.camera.name, reason, wait)
        self._stopping.wait(wait)


class _Diary:
    """Tells the database what becomes of a camera, in order, and later what it could not be told."""

    def __init__(self, camera: Camera, recordings: Recordings) -> None:
        self._camera, self._recordings = camera, recordings
        self._untold: deque[Callable[[], object]] = deque()
        self._gap: bool | None = None  # whether one is open; None: who knows
        self._away = False

    def take_up(self, folder: Path, last: Chunk) -> None:
        """What earlier sessions recorded up to `last` is complete, and they have ended."""

        def enter() -> None:
            left = enter_finished(folder, last.version, self._recordings, last=last)
            if left is not None:
                self._recordings.enter([end_of(left)])

        if not self._camera.batch:
            self._untold.append(enter)

    def enter(self, chunk: Chunk) -> None:
        if not self._camera.batch:  # what is watched at night is entered at night
            self._untold.append(partial(self._recordings.enter, [chunk]))

    def gap(self, began: datetime, reason: str) -> None:
        if self._gap is not True:
            self._untold.append(partial(self._recordings.open_gap, self._camera.name, began, reason))
        self._gap = True

    def back(self, ended: datetime) -> None:
        if self._gap is not False:
            self._untold.append(partial(self._recordings.close_gap, self._camera.name, ended))
        self._gap = False

    def tell(self) -> bool:
        """Whether all of it is told."""
        while self._untold:
            try:
                self._untold[0]()
            except OSError as error:
                if not self._away:
                    log.warning("%s: %s; recording goes on", self._camera.name, error)
                self._away = True
                return False
            self._untold.popleft()
        self._away = False
        return True


def _now() -> datetime:
    return datetime.now(UTC)
