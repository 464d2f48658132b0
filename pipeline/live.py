"""Listen to a camera's stream: stamp frames as they arrive, and come back after every outage."""

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic

import av

from models.types import Image
from pipeline.decode import rgb, video_stream
from pipeline.sources import Source, SourceError, redact
from pipeline.types import Frame

log = logging.getLogger(__name__)

_WAITING = 16  # frames held for a slow reader before the oldest goes


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a stream, in seconds, and how often to try."""

    connect: float = 10.0
    read: float = 10.0  # without a picture: then the connection counts as lost
    first_wait: float = 1.0  # before the second attempt; doubles with each that fails
    longest_wait: float = 60.0
    tries: int | None = None  # failures in a row before giving up; None: never give up


PATIENT = Patience()


def live(
    source: Source, camera: str, *, fps: float, end: float | None = None, patience: Patience = PATIENT
) -> Iterator[Frame]:
    """Yield frames as they come, at most `fps` each second, for `end` seconds or for ever.

    A thread of its own reads, so that a slow consumer never makes the camera wait: it gets newer frames
    instead, and the loss is logged. Stamps are the wall clock at arrival and never go back. An outage is
    logged once when it begins and once when it ends. Raises SourceError when the camera refuses the
    login, has no video, is a finished recording, or failed `patience.tries` times in a row.
    """
    reader = _Reader(source, fps, patience)
    thread = Thread(target=reader.run, name=f"live {source.name}", daemon=True)
    thread.start()
    until = None if end is None else monotonic() + end
    try:
        while True:
            try:
                arrived = reader.arrived.get(timeout=None if until is None else max(0.0, until - monotonic()))
            except Empty:
                return
            if isinstance(arrived, Exception):
                raise arrived
            yield Frame(camera, arrived.taken, arrived.image)
            if until is not None and monotonic() >= until:
                return
    finally:
        reader.stop.set()
        thread.join(timeout=1.0)  # it may sit in a read; the read's own time limit ends it


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    taken: datetime
    image: Image


class _Lost(Exception):
    """The connection is of no more use."""


class _Reader:
    """Keeps one stream connected and puts what arrives into a short queue."""

    def __init__(self, source: Source, fps: float, patience: Patience) -> None:
        self.source, self.fps, self.patience = source, fps, patience
        self.arrived: Queue[_Arrival | Exception] = Queue(maxsize=_WAITING)
        self.stop = Event()
        self.last = datetime.min.replace(tzinfo=UTC)
        self.failures = 0
        self.dropped = 0

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._listen()
            except SourceError as error:
                self._put(error)
                return
            except (av.FFmpegError, _Lost) as error:
                if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
                    self._put(SourceError(f"{self.source.name} refuses the login; check user and password."))
                    return
                self._outage(error)
            except Exception as error:  # the consumer must hear of it, not wait for a dead thread
                self._put(error)
                return

    def _outage(self, error: Exception) -> None:
        self.failures += 1
        reason = redact(str(getattr(error, "strerror", None) or error))
        if self.patience.tries is not None and self.failures >= self.patience.tries:
            message = (
                f"{self.source.name} gave nothing in {self.failures} attempts ({reason}); check the camera."
            )
            self._put(SourceError(message))
            self.stop.set()
            return
        longest = min(self.patience.longest_wait, self.patience.first_wait * 2 ** min(self.failures - 1, 30))
        wait = longest * random.uniform(0.5, 1.0)  # jitter: cameras behind one switch come back together
        if self.failures == 1:
            log.warning("%s: stream lost (%s), retrying in %.1f s", self.source.name, reason, wait)
        self.stop.wait(wait)

    def _listen(self) -> None:
        """Read one connection until it fails. Raises av.FFmpegError, _Lost or SourceError."""
        options = {"rtsp_transport": "tcp"} if self.source.location.startswith("rtsp") else {}
        timeout = (self.patience.connect, self.patience.read)
        with av.open(self.source.location, options=options, timeout=timeout) as container:
            stream = video_stream(container, self.source.name)
            if container.duration:
                raise SourceError(
                    f"{self.source.name} is a finished recording; download it and name the file."
                )
            clock, heard = _Clock(self.last), monotonic()
            for packet in container.demux(stream):
                try:
                    pictures = packet.decode()
                except av.error.InvalidDataError:  # one bad packet; the next keyframe mends it
                    pictures = []
                for shown in pictures:
                    if shown.is_corrupt:
                        continue
                    heard = monotonic()
                    self._back()
                    taken = clock.now()
                    if self._slot(taken) > self._slot(self.last):
                        self._put(_Arrival(taken, rgb(shown)))
                        self.last = taken
                if self.stop.is_set():
                    return
                if monotonic() - heard > self.patience.read:
                    raise _Lost("data comes, but no picture can be made of it")
        raise _Lost("the stream ended")

    def _slot(self, taken: datetime) -> int:
        return int((taken - datetime.min.replace(tzinfo=UTC)).total_seconds() * self.fps)

    def _back(self) -> None:
        if self.failures:
            log.warning("%s: stream is back after %d failed attempts", self.source.name, self.failures)
            self.failures = 0

    def _put(self, arrival: _Arrival | Exception) -> None:
        while True:
            try:
                self.arrived.put_nowait(arrival)
                return
            except Full:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        try:
            self.arrived.get_nowait()
        except Empty:  # the consumer took it first
            return
        self.dropped += 1
        if self.dropped.bit_count() == 1:  # at 1, 2, 4, 8, ...: seen early, never a flood
            log.warning(
                "%s: frames come faster than they are analysed, %d dropped", self.source.name, self.dropped
            )


class _Clock:
    """The wall clock, read once for each connection and carried on by the steady one: it never goes back."""

    def __init__(self, last: datetime) -> None:
        self.began = max(datetime.now(UTC), last)
        self.origin = monotonic()

    def now(self) -> datetime:
        return self.began + timedelta(seconds=monotonic() - self.origin)
