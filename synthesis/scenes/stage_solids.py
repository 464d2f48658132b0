"""What stands in a place: the ground, boxes and posts, and where rays meet them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats

GROUND, SKY = -1, -2  # in place of the number of a solid
NEAREST = 1e-3  # metres; what a ray meets before is where it starts

# Linear albedo (n, 3) at points (n, 3) with normals (n, 3), metres.
Paint = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box from its least corner to its greatest, metres."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    paint: Paint
    glow: float = 0.0  # light of its own in place of reflected light

    def meet(self, start: Floats, way: Floats) -> Floats:
        """Distances (n,) at which rays enter; infinite where they miss (the slab method)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = np.float32(1) / way
            near = np.full(len(way), -np.inf, np.float32)
            far = np.full(len(way), np.inf, np.float32)
            for axis in range(3):
                first = (np.float32(self.low[axis]) - start[:, axis]) * inverse[:, axis]
                second = (np.float32(self.high[axis]) - start[:, axis]) * inverse[:, axis]
                near = np.maximum(near, np.minimum(first, second))
                far = np.minimum(far, np.maximum(first, second))
        met: Floats = np.where((near <= far) & (near > NEAREST), near, np.inf).astype(np.float32)
        return met

    def normals(self, points: Floats) -> Floats:
        """Outward normals (n, 3) at points of the surface."""
        low, high = np.array(self.low, np.float32), np.array(self.high, np.float32)
        side = (points - (low + high) / 2) / np.maximum((high - low) / 2, 1e-6)
        axis = np.abs(side).argmax(axis=1)
        normals = np.zeros_like(points)
        rows = np.arange(len(points))
        normals[rows, axis] = np.sign(side[rows, axis])
        return normals


@dataclass(frozen=True, slots=True)
class Post:
    """An upright round post without lids, metres."""

    x: float
    z: float
    radius: float
    foot: float
    top: float
    paint: Paint
    glow: float = 0.0

    def meet(self, start: Floats, way: Floats) -> Floats:
        """Distances (n,) at which rays enter; infinite where they miss."""
        ox, oz = start[:, 0] - np.float32(self.x), start[:, 2] - np.float32(self.z)
        a = way[:, 0] ** 2 + way[:, 2] ** 2
        b = ox * way[:, 0] + oz * way[:, 2]
        c = ox**2 + oz**2 - np.float32(self.radius**2)
        with np.errstate(divide="ignore", invalid="ignore"):
            met = (-b - np.sqrt(b * b - a * c)) / a
            height = start[:, 1] + met * way[:, 1]
            good = (met > NEAREST) & (height >= self.foot) & (height <= self.top)
        entered: Floats = np.where(good, met, np.inf).astype(np.float32)
        return entered

    def normals(self, points: Floats) -> Floats:
        """Outward normals (n, 3) at points of the surface."""
        normals = points - np.array([self.x, 0, self.z], np.float32)
        normals[:, 1] = 0
        size = np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        return np.asarray(normals / size, np.float32)


Solid = Box | Post


@dataclass(frozen=True, slots=True)
class Hits:
    """Where rays end."""

    distance: Floats  # (n,) metres along the ray; infinite for the sky
    which: NDArray[np.int16]  # (n,) number of the solid, GROUND or SKY
    points: Floats  # (n, 3); the origin for the sky
    normals: Floats  # (n, 3)


def cast(solids: Sequence[Solid], start: Floats, way: Floats) -> Hits:
    """The first thing that each ray meets; starts (n, 3) metres, ways (n, 3) unit vectors."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = -start[:, 1] / way[:, 1]
    distance = np.where((way[:, 1] < -1e-5) & (distance > NEAREST), distance, np.inf).astype(np.float32)
    which = np.where(np.isfinite(distance), GROUND, SKY).astype(np.int16)
    for number, solid in enumerate(solids):
        met = solid.meet(start, way)
        closer = met < distance
        distance[closer], which[closer] = met[closer], number
    points = np.where(np.isfinite(distance), distance, 0)[:, None] * way + start
    normals = np.zeros_like(points)
    normals[:, 1] = 1
    for number, solid in enumerate(solids):
        here = which == number
        if here.any():
            normals[here] = solid.normals(points[here])
    return Hits(distance, which, points.astype(np.float32), normals)


def blocked(solids: Sequence[Solid], start: Floats, way: Floats, reach: float = np.inf) -> NDArray[np.bool_]:
    """Which rays (n,) meet a solid within `reach` metres; the ground does not count."""
    found = np.zeros(len(start), bool)
    for solid in solids:
        found |= solid.meet(start, way) < reach
    return found
