"""Who walks where and when in the demonstration clips."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from synthesis.scenes.stage_places import Site, north_gate, station_hall


@dataclass(frozen=True, slots=True)
class Entrance:
    """One person's way through a clip."""

    actor: str  # id in the cast
    starts: float  # seconds from the first frame
    way: tuple[tuple[float, float], ...]  # x, z in metres; both ends out of sight


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording of one camera."""

    camera: str
    began: datetime
    seconds: float
    site: Callable[[], Site]
    entrances: tuple[Entrance, ...]


CLIPS = (
    Clip(
        "north-gate", datetime(2026, 3, 2, 15, 58, tzinfo=UTC), 38.0, north_gate,
        (
            Entrance("red-jacket", -2.5, ((-1.6, -24.5), (-1.1, -16.0), (0.3, -10.0), (1.2, -3.5))),
            Entrance("white-cap", 3.0, ((-8.4, -10.6), (-1.0, -10.2), (8.0, -9.9))),
            Entrance(
                "long-coat", 7.5, ((1.5, -3.2), (0.9, -8.0), (-0.9, -16.0), (-0.2, -22.0), (6.5, -24.0))
            ),
            Entrance("hi-vis", 10.0, ((-11.0, -13.1), (0.0, -13.3), (4.4, -13.7), (11.0, -13.5))),
            Entrance("orange-backpack", 15.5, ((6.6, -8.0), (0.5, -7.6), (-2.6, -9.9), (-8.5, -10.4))),
            Entrance("turquoise-raincoat", 19.5, ((9.4, -11.3), (1.0, -11.0), (-1.6, -8.4), (-1.9, -3.4))),
            Entrance("old-man", 15.5, ((4.5, -24.0), (0.2, -20.5), (-0.1, -16.0), (0.9, -11.0), (0.6, -3.5))),
        ),
    ),
    Clip(
        "station-hall", datetime(2026, 3, 2, 16, 4, 30, tzinfo=UTC), 38.0, station_hall,
        (
            Entrance("green-dress", -1.0, ((8.8, -12.0), (1.0, -12.6), (-9.4, -12.2))),
            Entrance(
                "orange-backpack", 1.0,
                ((4.6, -20.5), (4.5, -17.5), (2.2, -15.6), (1.4, -12.0), (-1.6, -3.6)),
            ),
            Entrance(
                "black-skirt", 6.5,
                ((2.2, -3.6), (0.2, -8.4), (-1.9, -11.4), (-2.0, -14.4), (-4.8, -17.4), (-5.2, -21.0)),
            ),
            Entrance("red-jacket", 11.0, ((-7.4, -8.0), (0.0, -7.7), (7.2, -8.3))),
            Entrance("pink-puffer", 15.0, ((-10.6, -15.9), (0.0, -15.4), (5.0, -11.0), (8.4, -10.2))),
            Entrance("navy-suit", 19.0, ((7.4, -8.6), (2.2, -7.0), (-6.6, -6.8))),
            Entrance(
                "striped-jumper", 21.0,
                ((-5.1, -20.5), (-4.9, -17.6), (-1.4, -14.6), (1.2, -12.4), (1.7, -9.0), (2.6, -3.6)),
            ),
        ),
    ),
)  # fmt: skip
