"""When upkeep falls due, by the clock on the wall, and that each time is worked on once."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from threading import Event

from pipeline.keeping import integrity, upkeep
from pipeline.keeping.upkeep import Hold, Stores
from pipeline.lease import LEASE, Held, StoppedError
from pipeline.settings import Settings
from storage.errors import LeaseLostError
from storage.footage.chunks import worker_name
from storage.footage.windows import Window, Windows

OpenStores = Callable[[], AbstractContextManager[Stores]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is done every night."""

    name: str
    act: Callable[[Stores, datetime, Hold], str]  # returns what came of it, in a sentence


DUTIES = (
    Duty("recordings", upkeep.index_recordings),
    Duty("retention", upkeep.retain),
    Duty("backfill", upkeep.backfill),
    Duty("integrity", integrity.check),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day at which every duty falls due."""

    at: time
    zone: tzinfo | None  # None: that of this machine

    @classmethod
    def of(cls, settings: Settings) -> "Clock":
        return cls(time.fromisoformat(settings.nightly), settings.zone)

    def last(self, now: datetime) -> datetime:
        """When it fell due last (UTC): once on each day, also where clocks go forward or back."""
        return max(due for due in self._around(now) if due <= now)

    def next(self, now: datetime) -> datetime:
        """When it falls due next (UTC)."""
        return min(due for due in self._around(now) if due > now)

    def _around(self, now: datetime) -> list[datetime]:
        today = now.astimezone(self.zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(-2, 3)]
        return [datetime.combine(day, self.at, self.zone).astimezone(UTC) for day in days]


def run_due(
    windows: Windows,
    clock: Clock,
    stores: OpenStores,
    stop: Event,
    *,
    now: datetime,
    duties: Sequence[Duty] = DUTIES,
) -> None:
    """Do what has fallen due and nobody has done; raises StoppedError once `stop` is set.

    A night that nobody was there for is made up for later, several nights in one.
    """
    for duty in duties:
        window = windows.claim(duty.name, clock.last(now), worker_name(), LEASE)
        if window is not None:
            with suppress(Exception):  # it is logged and noted, and the other duties fall due all the same
                work(duty, window, windows, stores, stop)
            if stop.is_set():
                raise StoppedError("told to stop during upkeep")


def work(duty: Duty, window: Window, windows: Windows, stores: OpenStores, stop: Event) -> str:
    """Do one duty, keep its window meanwhile, and note what came of it; every error is noted and raised."""
    held = Held(window, windows.renew, stop)
    try:
        with stores() as opened:
            result = duty.act(opened, datetime.now(UTC), held.hold)
        windows.finish(held.work, result)
    except LeaseLostError as error:
        log.warning("%s", error)
        raise
    except (StoppedError, KeyboardInterrupt, SystemExit):
        with suppress(LeaseLostError, OSError):
            windows.release(held.work)
        raise
    except Exception as error:
        log.warning("%s failed: %s", duty.name, error, exc_info=not isinstance(error, OSError | ValueError))
        with suppress(LeaseLostError, OSError):
            windows.fail(held.work, f"failed: {error}")
        raise
    log.info("%s: %s", duty.name, result)
    return result
