"""What every sighting index must do is checked on each implementation, a plain model among them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from storage.edge import EdgeIndex
from storage.types import Hit, Shot, Sighting, Where

MODEL = "plain@00000000"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class MemoryIndex:
    """The model: a dictionary, searched from end to end."""

    def __init__(self) -> None:
        self.sightings: dict[UUID, Sighting] = {}

    def add(self, sightings: Sequence[Sighting]) -> None:
        for sighting in sightings:
            if not np.isclose(np.linalg.norm(sighting.vector), 1, atol=1e-3):
                raise ValueError("not of unit length")
            if sighting.model != MODEL:
                raise ValueError("another model")
        self.sightings.update({sighting.shot.id: sighting for sighting in sightings})

    def nearest(self, vector: NDArray[np.float32], limit: int, where: Where) -> list[Hit]:
        hits = [Hit(s, float(s.vector @ vector)) for s in self.sightings.values() if seen(s.shot, where)]
        return sorted(hits, key=lambda hit: -hit.nearness)[:limit]

    def count(self, where: Where = Where()) -> int:  # noqa: B008
        return sum(seen(sighting.shot, where) for sighting in self.sightings.values())

    def cameras(self) -> tuple[str, ...]:
        return tuple(sorted({sighting.shot.camera for sighting in self.sightings.values()}))

    def delete(self, where: Where) -> int:
        return self.delete_ids([i for i, s in self.sightings.items() if seen(s.shot, where)])

    def delete_ids(self, ids: Iterable[UUID]) -> int:
        return sum(self.sightings.pop(identity, None) is not None for identity in ids)

    def close(self) -> None:
        pass


def seen(shot: Shot, where: Where) -> bool:
    return (
        (not where.cameras or shot.camera in where.cameras)
        and (where.after is None or shot.ended >= where.after)
        and (where.before is None or shot.began <= where.before)
    )


@pytest.fixture(params=["memory", "edge"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryIndex | EdgeIndex]:
    made = MemoryIndex() if request.param == "memory" else EdgeIndex(tmp_path / MODEL, MODEL)
    yield made
    made.close()


@pytest.fixture
def model() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def sighting() -> Callable[..., Sighting]:
    """Makes a sighting of 16 dimensions and 3 x 8 parts; the same seed gives the same vectors."""

    def make(track: int, *, camera: str = "gate", at: float = 0, seed: int | None = None) -> Sighting:
        numbers = np.random.default_rng(track if seed is None else seed)
        vector = numbers.standard_normal(16).astype(np.float32)
        began = NOON + timedelta(seconds=at)
        shot = Shot(
            camera=camera,
            source="clip",
            track=track,
            shot=0,
            began=began,
            ended=began + timedelta(seconds=10),
            taken=began + timedelta(seconds=4, microseconds=123_457),
            box=(1.5, 2.0, 30.0, 40.25),
            score=0.75,
            crop=f"{camera}/{track}-0.jpg",
        )
        parts = numbers.standard_normal((3, 8)).astype(np.float16)
        return Sighting(shot, MODEL, vector / np.linalg.norm(vector), parts)

    return make
