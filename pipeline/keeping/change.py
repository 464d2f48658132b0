"""A change of model, told in the database while it goes on, so that whoever asks sees how far it is."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from pipeline.keeping.reindex import Progress
from pipeline.lease import LEASE
from storage.errors import LeaseLostError
from storage.footage.chunks import is_dead, worker_name
from storage.footage.windows import Window, Windows

TASK = "reindex"
_KEPT = (
    "weights",
    "done",
    "of",
    "lost",
    "rate",
    "result",
    "switched",
)  # in the result of the window; it has the times
OFTEN = 1.0  # seconds between two notes of how far it is
BROKEN = "it broke off; what was indexed stays, and the next one goes on from there"

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """How far a change of model is, or was when it ended."""

    weights: str  # empty: those of the setting, or the shipped ones
    began: datetime  # UTC
    ended: datetime | None  # UTC; None while it goes on
    done: int = 0  # shots indexed
    of: int = 0  # shots to index; 0 until they are counted
    lost: int = 0  # shots whose crops are gone
    rate: float = 0.0  # shots a second
    result: str = ""  # what came of it
    switched: bool = False  # whether the new model answers

    @property
    def left(self) -> float | None:
        """Seconds until all shots are indexed, if it goes on like this; None: not known."""
        if self.ended is not None or not self.rate:
            return None
        return (self.of - self.done - self.lost) / self.rate


class Telling:
    """Notes how far a change is."""

    def __init__(self, windows: Windows, window: Window, weights: str, clock: Clock) -> None:
        self.window = window
        self._windows, self._clock = windows, clock
        self._said = Change(weights, window.began, None)
        self._first: datetime | None = None  # when indexing began, which the rate is counted from
        self._noted = window.began

    def note(self, progress: Progress) -> None:
        """Call it with every progress; it is written down once a second, and at the beginning and the end."""
        now = self._clock()
        self._first = self._first or now
        seconds = (now - self._first).total_seconds()
        rate = round(progress.done / seconds, 2) if seconds > 0 else 0.0
        self._said = replace(self._said, done=progress.done, of=progress.of, lost=progress.lost, rate=rate)
        over = progress.done + progress.lost >= progress.of
        if now == self._first or over or (now - self._noted).total_seconds() >= OFTEN:
            self._noted = now
            try:
                self.window = self._windows.renew(replace(self.window, result=self._text()), LEASE)
            except OSError as error:  # the next notes come long before the lease has run out
                log.warning("%s", error)

    def end(self, result: str, *, switched: bool = False) -> None:
        """Note what came of it."""
        self._said = replace(self._said, result=result, switched=switched)
        self._windows.finish(self.window, self._text())

    def _text(self) -> str:
        fields = asdict(self._said)
        return json.dumps({name: fields[name] for name in _KEPT})


def last(windows: Windows, clock: Clock = lambda: datetime.now(UTC)) -> Change | None:
    """The change that began last; None: there never was one."""
    window = windows.last(TASK)
    if window is None:
        return None
    said = Change(**{"weights": "", **json.loads(window.result or "{}")}, began=window.began, ended=None)
    if window.finished is not None:
        return replace(said, ended=window.finished)
    until = window.lease_until
    if until is None or until < clock() or is_dead(window.worker, worker_name()):
        return replace(said, ended=until or window.began, result=BROKEN)
    return said


@contextmanager
def telling(windows: Windows, weights: str, clock: Clock = lambda: datetime.now(UTC)) -> Iterator[Telling]:
    """Tell of the change that the block makes, which calls `end` when it is done; an error is noted too.

    Raises ValueError while another change goes on.
    """
    before = last(windows, clock)
    if before is not None and before.ended is None:
        raise ValueError(f"a change of model goes on since {before.began:%H:%M} UTC: wait until it is done")
    window = windows.claim(TASK, clock(), worker_name(), LEASE)
    assert window is not None, "nobody else claims a window of this very moment"
    told = Telling(windows, window, weights, clock)
    try:
        yield told
    except BaseException as error:
        with suppress(LeaseLostError, OSError):
            told.end(str(error) if isinstance(error, OSError | ValueError) else BROKEN)
        raise
