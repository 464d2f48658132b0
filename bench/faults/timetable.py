"""What happens to the site and when: the same seed gives the same timetable."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_RESTART = 3.0  # seconds that the broker or a flapping camera is gone
_SILENT = 12.0  # seconds at least: a recorder gives a camera up after ten
_QUIET = 0.05  # share of the time at the beginning and at the end in which nothing happens


class Kind(StrEnum):
    """What can happen."""

    KILL = "process killed (SIGKILL)"
    RESTART = "broker restarted"
    WIPE = "broker wiped"
    DATABASE = "database away"
    INDEX = "index away"
    DISK = "disk full"
    FLAP = "camera flaps"
    SILENT = "camera silent"
    CHANGE = "camera back with another size"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One thing that happens."""

    at: float  # seconds from the start
    lasts: float  # seconds
    kind: Kind
    target: str = ""  # the process


def timetable(seed: int, seconds: float, processes: Sequence[str], every: float) -> list[Event]:
    """What happens within `seconds`, in order: one of `processes` is killed about `every` so many seconds.

    Stores and disk fail one after the other; cameras fail meanwhile, each by itself.
    """
    rng = random.Random(seed)
    first, last = _QUIET * seconds, (1 - _QUIET) * seconds
    events = []
    at = first
    while (at := at + rng.uniform(0.5, 1.5) * every) < last:
        events.append(Event(at, 0, Kind.KILL, rng.choice(processes)))
    stores = [Kind.RESTART, Kind.WIPE, Kind.DATABASE, Kind.INDEX, Kind.DISK]
    rng.shuffle(stores)
    away = seconds / 10
    lasting = {Kind.RESTART: _RESTART, Kind.WIPE: 0, Kind.DATABASE: away, Kind.INDEX: away, Kind.DISK: away}
    slot = (last - first) / len(stores)
    for place, kind in enumerate(stores):
        begins = first + place * slot + rng.uniform(0, slot - lasting[kind])
        events.append(Event(begins, lasting[kind], kind))
    for third in range(3):
        begins = first + (third + rng.uniform(0, 0.8)) * (last - first) / 3
        events.append(Event(begins, _RESTART, Kind.FLAP))
    silent = max(_SILENT, away)
    events.append(Event(rng.uniform(first, last - silent), silent, Kind.SILENT))
    events.append(Event(rng.uniform(first, last - _RESTART), _RESTART, Kind.CHANGE))
    return sorted(events)
