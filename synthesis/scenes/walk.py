"""Walking along a path: where one is and at what moment of the gait, so that feet stay where they are put."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.anatomy import Anatomy
from synthesis.picturing.cutout import Person, placed
from synthesis.picturing.viewpoint import Spot

PHASES = 48  # of the gait at which the advance is measured
STEPS = 2.0  # a second, of somebody walking at ease
VIGOUR = (0.8, 1.08)  # what still looks like a person
DENSE = 40  # points of a path between two way points


@dataclass(frozen=True, slots=True)
class Gait:
    """How far a person has come at each phase of one cycle, metres, from the foot that stands."""

    advance: NDArray[np.float64]  # (PHASES + 1,) rising from 0 to the length of a cycle

    def phase(self, distance: float) -> float:
        """The moment of the cycle, 0..1, after a distance in metres."""
        at = np.linspace(0, 1, PHASES + 1)
        return float(np.interp(distance % self.advance[-1], self.advance, at)) % 1.0


def measure_gait(anatomy: Anatomy, person: Person) -> Gait:
    """Read the advance off the ball of the standing foot, left for the first half of the cycle, right after.

    Raises ValueError for a person who does not walk.
    """
    if person.manner.legs not in ("walk", "run"):
        raise ValueError(f"A person who {person.manner.legs}s has no gait; choose a look that walks.")
    balls = []
    for phase in np.linspace(0, 1, PHASES + 1):
        bones, _ = placed(anatomy, person, float(phase) % 1.0, Spot(0.0, 0.0, 0.0))
        numbers = [anatomy.number[f"foot.{side}"] for side in "LR"]
        balls.append([float(bones[n, 2, :3] @ person.body.tails[n] + bones[n, 2, 3]) for n in numbers])
    steps = -np.diff(np.array(balls), axis=0)  # (PHASES, 2) how far each foot slips back below the body
    standing = np.where(np.arange(PHASES) < PHASES / 2, steps[:, 0], steps[:, 1])
    return Gait(np.concatenate([[0.0], np.cumsum(np.maximum(standing, 2e-3))]))


def fit_gait(anatomy: Anatomy, person: Person, pace: float) -> Gait:
    """Fit somebody's stride, within reason, so that a pace in metres a second takes easy steps."""
    for _ in range(3):
        cycle = measure_gait(anatomy, person).advance[-1]
        person.manner.vigour = float(np.clip(person.manner.vigour * 2 * pace / STEPS / cycle, *VIGOUR))
    return measure_gait(anatomy, person)


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A smooth line over the ground through way points (x, z) in metres."""

    places: NDArray[np.float64]  # (n, 2) dense
    reached: NDArray[np.float64]  # (n,) metres from the start

    @property
    def length(self) -> float:
        """Metres from end to end."""
        return float(self.reached[-1])

    def spot(self, distance: float) -> Spot:
        """The place on the path after a distance in metres, and the way that one faces there."""
        x, z = (float(np.interp(distance, self.reached, self.places[:, axis])) for axis in (0, 1))
        ahead, behind = (np.clip(distance + step, 0, self.length) for step in (0.25, -0.25))
        dx, dz = (
            float(np.interp(ahead, self.reached, self.places[:, axis]))
            - float(np.interp(behind, self.reached, self.places[:, axis]))
            for axis in (0, 1)
        )
        return Spot(x, z, float(np.rad2deg(np.arctan2(dx, dz))))


def path_through(way_points: Sequence[tuple[float, float]]) -> Path:
    """A Catmull-Rom curve through at least two way points. Raises ValueError for fewer."""
    if len(way_points) < 2:
        raise ValueError(f"A path needs two way points or more; it has {len(way_points)}.")
    points = np.array(way_points, np.float64)
    points = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, DENSE, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False)
    ]
    places = np.concatenate([*parts, points[-2:-1]])
    steps = np.hypot(*np.diff(places, axis=0).T)
    return Path(places, np.concatenate([[0.0], np.cumsum(steps)]))
