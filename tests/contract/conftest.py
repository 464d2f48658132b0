"""What every sighting index must do is checked on each implementation, a plain model among them."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.servers.qdrant import StayingClient, WireServer
from storage.sightings.edge_folders import EdgeFolders
from storage.sightings.index import Index, Models, open_models
from storage.sightings.qdrant_collections import QdrantCollections
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Hit, Shot, Sighting, Where

MODEL = "plain@00000000"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANYWHERE = Where()


class MemoryIndex:
    """The model: a dictionary, searched from end to end."""

    def __init__(self, model: str = MODEL) -> None:
        self.model = model
        self.sightings: dict[UUID, Sighting] = {}

    def add(self, sightings: Sequence[Sighting]) -> None:
        for sighting in sightings:
            if not np.isclose(np.linalg.norm(sighting.vector), 1, atol=1e-3):
                raise ValueError("not of unit length")
            if sighting.model != self.model:
                raise ValueError("another model")
        self.sightings.update({sighting.shot.id: sighting for sighting in sightings})

    def nearest(self, vector: NDArray[np.float32], limit: int, where: Where = ANYWHERE) -> list[Hit]:
        hits = [Hit(s, float(s.vector @ vector)) for s in self.sightings.values() if seen(s.shot, where)]
        return sorted(hits, key=lambda hit: -hit.nearness)[:limit]

    def count(self, where: Where = ANYWHERE) -> int:
        return sum(seen(sighting.shot, where) for sighting in self.sightings.values())

    def held(self, ids: Iterable[UUID]) -> set[UUID]:
        return set(ids) & self.sightings.keys()

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        return [self.sightings[identity] for identity in self.held(ids)]

    def cameras(self) -> tuple[str, ...]:
        return tuple(sorted({sighting.shot.camera for sighting in self.sightings.values()}))

    def delete(self, where: Where) -> int:
        return self.delete_ids([i for i, s in self.sightings.items() if seen(s.shot, where)])

    def delete_ids(self, ids: Iterable[UUID]) -> int:
        return sum(self.sightings.pop(identity, None) is not None for identity in ids)

    def optimize(self) -> None:
        pass

    def purge(self) -> None:
        pass

    def close(self) -> None:
        pass


def seen(shot: Shot, where: Where) -> bool:
    return (
        (not where.cameras or shot.camera in where.cameras)
        and (where.after is None or shot.ended >= where.after)
        and (where.before is None or shot.began <= where.before)
    )


class MemoryModels:
    """Only one model, which is enough for what is asked of an index."""

    def __init__(self) -> None:
        self.index = MemoryIndex()

    def open(self, model: str) -> MemoryIndex:
        return self.index


@pytest.fixture(
    params=[
        "memory",
        "edge",
        "local",
        "wire",
        "wire by day",
        pytest.param("server", marks=pytest.mark.server),
    ],
)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], MemoryModels | Models]]:
    """Opens the same index again and again: a dictionary, a folder, qdrant-client's local mode, a gRPC server
    over that, the same with shards for each day, and the Qdrant server that PASSERBY_TEST_QDRANT names.
    """
    match request.param:
        case "memory":
            memory = MemoryModels()
            yield lambda: memory
        case "edge":
            yield lambda: Models(EdgeFolders(tmp_path / "index", reserve=0))
        case "local":
            client = StayingClient()
            yield lambda: Models(QdrantCollections(lambda: Server(client, "local mode", Cluster())))
        case "wire":
            with WireServer().running() as wire:
                yield lambda: open_models(wire.url)
        case "wire by day":
            with WireServer().running() as wire:
                yield lambda: open_models(wire.url, Cluster(by_day=True))
        case "server":
            url = os.environ.get("PASSERBY_TEST_QDRANT")
            if not url:
                pytest.skip("PASSERBY_TEST_QDRANT names no Qdrant server")
            forget_everything(url)
            yield lambda: open_models(url)
            forget_everything(url)


def forget_everything(url: str) -> None:
    collections = QdrantCollections(lambda: Server.at(url, Cluster()))
    for held in collections.held():
        collections.drop(held.model)
    collections.close()


@pytest.fixture
def index(kept: Callable[[], MemoryModels | Models]) -> Iterator[MemoryIndex | Index]:
    made = kept().open(MODEL)
    yield made
    made.close()


@pytest.fixture
def model() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def models(kept: Callable[[], Models]) -> Models:
    """The whole of what lies at one URL."""
    return kept()


@pytest.fixture
def sighting() -> Callable[..., Sighting]:
    """Makes a sighting of 16 dimensions and 3 x 8 parts; the same seed gives the same vectors."""

    def make(
        track: int, *, camera: str = "gate", at: float = 0, seed: int | None = None, model: str = MODEL
    ) -> Sighting:
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
        return Sighting(shot, model, vector / np.linalg.norm(vector), parts)

    return make
