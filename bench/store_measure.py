"""What a sighting store costs: bytes, seconds, memory; and the exact answers, by a scan."""

import multiprocessing
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient

from pipeline.ports import Index
from storage.sightings.edge import EdgeIndex
from storage.sightings.qdrant import QdrantIndex
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Sighting, Where

Floats = NDArray[np.float32]

LOCAL = 20_000  # sightings up to which qdrant-client's local mode is meant to be used
BATCH = 256  # sightings in one call of `add`
KINDS = {  # what the path of a file has in it, the first that fits: what the file holds
    "parts.f16": "parts",
    "quantized": "codes",
    "vector_storage-vector": "vectors",
    "payload_storage": "payload",
    "payload_index": "payload indexes",
    "wal": "log",  # does not grow
}


def utc(time: datetime) -> np.datetime64:
    """numpy knows no zones."""
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


class Scan:
    """The exact answer by numpy: every vector in memory, compared one by one."""

    def __init__(self, size: int, dimensions: int) -> None:
        self.vectors = np.empty((size, dimensions), np.float32)
        self.cameras = np.empty(size, object)
        self.began = np.empty(size, "datetime64[us]")
        self.ended = np.empty(size, "datetime64[us]")
        self.size = 0

    @classmethod
    def of(cls, sightings: Iterable[Sighting], size: int, dimensions: int) -> "Scan":
        """A scan over these."""
        scan = cls(size, dimensions)
        for _ in scan.keep(sightings):
            pass
        return scan

    def keep(self, sightings: Iterable[Sighting]) -> Iterator[Sighting]:
        """Pass the sightings on, in the order of their rows here."""
        for sighting in sightings:
            shot, row = sighting.shot, self.size
            self.vectors[row], self.cameras[row] = sighting.vector, shot.camera
            self.began[row], self.ended[row] = utc(shot.began), utc(shot.ended)
            self.size += 1
            yield sighting

    def allowed(self, where: Where) -> NDArray[np.bool_]:
        rows = np.ones(self.size, bool)
        if where.cameras:
            rows &= np.isin(self.cameras, where.cameras)
        if where.after is not None:
            rows &= self.ended >= utc(where.after)
        if where.before is not None:
            rows &= self.began <= utc(where.before)
        return rows

    def nearest(self, vector: Floats, limit: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The rows of the nearest, nearest first."""
        near = self.vectors @ vector
        if allowed is not None:
            near[~allowed] = -2
            limit = min(limit, int(allowed.sum()))
        best = np.argpartition(-near, limit - 1)[:limit] if limit else np.empty(0, np.int64)
        return best[np.argsort(-near[best])]


@dataclass(frozen=True, slots=True)
class Filled:
    """How a store took the sightings."""

    seconds: float  # adding, by the clock
    adding_cpu: float
    optimizing: float
    optimizing_cpu: float


class Watch:
    """Seconds by the clock and of CPU, while the `with` lasts, summed up."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began[0]
        self.cpu += time.process_time() - self._began[1]


def local_mode(model: str) -> QdrantIndex:
    """Our index over qdrant-client's local mode, in memory."""
    warnings.simplefilter("ignore", UserWarning)  # it says at every step that it is no server
    return QdrantIndex(Server(QdrantClient(":memory:"), "local mode", Cluster()), model)


def fill(index: Index, sightings: Iterable[Sighting]) -> Filled:
    """Add the sightings in batches, timing only the index itself, and optimise."""
    source, adding, optimizing = iter(sightings), Watch(), Watch()
    while some := list(islice(source, BATCH)):
        with adding:
            index.add(some)
    with optimizing:
        index.optimize()
    return Filled(adding.seconds, adding.cpu, optimizing.seconds, optimizing.cpu)


def conditions(scan: Scan, camera: str) -> dict[str, Where]:
    """No filter, one camera, an hour in the middle, and both."""
    after = scan.began[scan.size // 2].astype(datetime).replace(tzinfo=UTC)
    hour = Where(after=after, before=after + timedelta(hours=1))
    return {
        "everywhere": Where(),
        "one camera": Where((camera,)),
        "one hour": hour,
        "one camera, one hour": Where((camera,), hour.after, hour.before),
    }


def bytes_by_kind(folder: Path) -> dict[str, int]:
    """Bytes on the disk of an Edge index, by what they hold."""
    sizes: dict[str, int] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            path = str(file.relative_to(folder))
            kind = next((kind for part, kind in KINDS.items() if part in path), "ids and the rest")
            sizes[kind] = sizes.get(kind, 0) + file.stat().st_blocks * 512
    return sizes


def memory(folder: Path, model: str, queries: Sequence[Floats], limit: int) -> tuple[int, int]:
    """Bytes that opening and searching takes in a fresh process: its own, and mapped files it has read."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_memory, (folder, model, list(queries), limit))


def _memory(folder: Path, model: str, queries: list[Floats], limit: int) -> tuple[int, int]:
    before = _resident()
    with closing(EdgeIndex(folder, model)) as index:
        for query in queries:
            index.nearest(query, limit)
        after = _resident()
    return after[0] - before[0], after[1] - before[1]


def _resident() -> tuple[int, int]:
    status = Path("/proc/self/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024, int(lines["RssFile"].split()[0]) * 1024
