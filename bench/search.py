"""How long a search takes over many sightings, stage by stage, and the nearest step beside two peers.

    python -m bench.search [--sightings 10000] [--rounds 5] [--weights W.safetensors]

The whole search is `pipeline.search.Search`: the text branch, the nearest sightings of the Edge index with
their parts, cross-attention over the pool, one row per person with its reasons.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient
from qdrant_client.models import (
    Distance,
    FieldCondition,
    Filter,
    MatchValue,
    PointStruct,
    VectorParams,
)
from rich.console import Console
from rich.table import Table

from bench.footage import read_footage, shared_folder
from bench.stages import Stages
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.types import Floats, ImageFeatures
from pipeline.search import Search
from pipeline.types import Query
from storage.sightings.index import Index, open_index
from storage.types import Shot, Sighting, Where

POOLS = (100, 200)
CAMERAS = ("gate", "hall", "platform", "stairs")  # a filter on one leaves a quarter
SHOTS = 3  # of one person
SPREAD = 0.5  # length of the noise added to a unit vector: cosine 0.89 with what it came from
WORKS = ("text", "nearest", "close look")
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
TEXTS = (
    "a woman with blond hair in a long black coat",
    "person in a red jacket and blue jeans",
    "a man in a dark suit with a briefcase and no hat",
    "light blue hoodie and a white cap",
    "somebody in a grey cardigan and dark leggings, with long brown hair",
    "an old man with glasses, a green coat and brown trousers, carrying a shopping bag",
    "yellow raincoat",
    "a young woman with a white top, a denim skirt and a red handbag",
)


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Milliseconds of every search under one condition."""

    pool: int
    filtered: bool  # by one camera
    whole: Floats  # (n,)
    stages: dict[str, Floats]  # (n,) each; "rows" is the rest


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """Median milliseconds of the nearest step under one condition."""

    pool: int
    filtered: bool
    edge: float
    numpy: float
    client: float


def sightings(
    seen: Sequence[ImageFeatures], model: str, number: int, rng: np.random.Generator
) -> Iterator[Sighting]:
    """Perturbed copies of what an encoder made of crops, three shots to a person."""
    for at in range(number):
        source = seen[int(rng.integers(len(seen)))]
        noise = rng.standard_normal(source.vector.size).astype(np.float32)
        vector = source.vector + SPREAD * noise / np.linalg.norm(noise)
        parts = source.parts + (0.05 * rng.standard_normal(source.parts.shape)).astype(np.float16)
        person = at // SHOTS
        began = BEGAN + timedelta(seconds=7 * person)
        shot = Shot(
            camera=CAMERAS[person % len(CAMERAS)],
            source="bench",
            track=person,
            shot=at % SHOTS,
            began=began,
            ended=began + timedelta(seconds=20),
            taken=began + timedelta(seconds=5 * (at % SHOTS)),
            box=(10.0, 10.0, 60.0, 170.0),
            score=0.8,
            crop=f"bench/{person}-{at % SHOTS}.jpg",
        )
        yield Sighting(shot, model, vector / np.linalg.norm(vector), parts)


def features(encoder: AcsaEncoder, shared: Path) -> tuple[list[ImageFeatures], str]:
    """What the encoder makes of real crops, or of noise where they are absent, and which it was."""
    try:
        crops = [crop.image for crop in read_footage(shared).gallery]
        kind = f"perturbed copies of {len(crops)} real crops"
    except FileNotFoundError:
        rng = np.random.default_rng(0)
        crops = [rng.integers(0, 255, (192, 96, 3), dtype=np.uint8) for _ in range(64)]
        kind = "perturbed copies of 64 crops of noise"
    return encoder.encode_images(crops), kind


def measure(search: Search, stages: Stages, rounds: int) -> Iterator[Timed]:
    """Time searches under every condition; the parts of `search` report to `stages`."""
    for pool in POOLS:
        search.pool = pool
        for filtered in (False, True):
            cameras = CAMERAS[:1] if filtered else ()
            asked = [Query(text, cameras=cameras, min_probability=0.0) for text in TEXTS]
            search.find(asked[0])  # the first search reads what the others find in memory
            stages.take()
            rows = [_one(search, query, stages) for _ in range(rounds) for query in asked]
            table = np.array(rows, np.float32)  # (n, 1 + stages)
            works = dict(zip(WORKS, table[:, 1:].T, strict=True))
            works["rows"] = table[:, 0] - table[:, 1:].sum(axis=1)
            yield Timed(pool, filtered, table[:, 0], works)


def _one(search: Search, query: Query, stages: Stages) -> list[float]:
    started = time.perf_counter()
    search.find(query)
    whole = time.perf_counter() - started
    spent = stages.take()
    return [1000 * seconds for seconds in (whole, *(spent[work] for work in WORKS))]


def beside(index: Index, kept: Sequence[Sighting], asked: Sequence[Floats], rounds: int) -> Iterator[Peers]:
    """Time the nearest step of the index, of a numpy scan and of qdrant-client's local mode, in turns."""
    vectors = np.stack([sighting.vector for sighting in kept])
    cameras = np.array([sighting.shot.camera for sighting in kept])
    client = QdrantClient(":memory:")
    client.create_collection("bench", VectorParams(size=vectors.shape[1], distance=Distance.COSINE))
    points = [
        PointStruct(id=row, vector=sighting.vector.tolist(), payload={"camera": sighting.shot.camera})
        for row, sighting in enumerate(kept)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # over 20,000 points it advises a server
        client.upsert("bench", points)
    one = Filter(must=[FieldCondition(key="camera", match=MatchValue(value=CAMERAS[0]))])
    for pool in POOLS:
        for filtered in (False, True):
            where = Where(CAMERAS[:1]) if filtered else Where()

            def edge(vector: Floats, pool: int = pool, where: Where = where) -> object:
                return index.nearest(vector, pool, where)

            def scan(vector: Floats, pool: int = pool, filtered: bool = filtered) -> object:
                near = vectors @ vector
                if filtered:
                    near = np.where(cameras == CAMERAS[0], near, -2)
                best = np.argpartition(-near, pool)[:pool]
                return best[np.argsort(-near[best])]

            def local(vector: Floats, pool: int = pool, filtered: bool = filtered) -> object:
                chosen = one if filtered else None
                return client.query_points("bench", vector.tolist(), limit=pool, query_filter=chosen)

            yield Peers(pool, filtered, *_medians((edge, scan, local), asked, rounds))


def _medians(ways: Sequence[Callable[[Floats], object]], asked: Sequence[Floats], rounds: int) -> list[float]:
    """Median milliseconds of each way; they take turns, so that a busy machine slows all alike."""
    taken: list[list[float]] = [[] for _ in ways]
    for vector in [vector for _ in range(rounds) for vector in asked]:
        for way, times in zip(ways, taken, strict=True):
            started = time.perf_counter()
            way(vector)
            times.append(1000 * (time.perf_counter() - started))
    return [float(np.median(times)) for times in taken]


def search_table(timed: Sequence[Timed], title: str) -> Table:
    """One row per condition, milliseconds."""
    drawn = Table(title=title)
    for heading in ("pool", "cameras", "p50", "p95", "p99", *(f"{work} p50" for work in (*WORKS, "rows"))):
        drawn.add_column(heading, justify="right")
    for each in timed:
        whole = np.percentile(each.whole, (50, 95, 99))
        works = [np.median(each.stages[work]) for work in (*WORKS, "rows")]
        cells = [f"{value:.1f}" for value in (*whole, *works)]
        drawn.add_row(str(each.pool), "one" if each.filtered else "all", *cells)
    return drawn


def peers_table(peers: Sequence[Peers]) -> Table:
    """The nearest step, median milliseconds and how often ours would fit in."""
    drawn = Table(title="Nearest step alone, median ms (ours reads parts too)")
    for heading in ("pool", "cameras", "Edge index", "numpy scan", "x ours", "qdrant-client local", "x ours"):
        drawn.add_column(heading, justify="right")
    for each in peers:
        scan, local = f"{each.numpy / each.edge:.2f}", f"{each.client / each.edge:.2f}"
        where = "one" if each.filtered else "all"
        drawn.add_row(
            str(each.pool), where, f"{each.edge:.1f}", f"{each.numpy:.1f}", scan, f"{each.client:.1f}", local
        )
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="How long a search takes.")
    parser.add_argument("--sightings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5, help=f"of {len(TEXTS)} searches for each condition")
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    options = parser.parse_args(arguments)
    if options.sightings <= 4 * max(POOLS) or options.rounds < 1:
        sys.exit(f"search: give more than {4 * max(POOLS)} sightings and at least one round")
    try:
        encoder = load_encoder(options.weights)
    except (OSError, ValueError) as error:
        sys.exit(f"search: {error}")
    seen, kind = features(encoder, shared_folder())
    kept = list(sightings(seen, encoder.model, options.sightings, np.random.default_rng(1)))
    console = Console(width=130)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_index(f"edge:{folder}", encoder.model)) as index,
    ):
        index.add(kept)
        index.optimize()
        asked = [encoder.encode_text(text).vector for text in TEXTS]
        peers = list(beside(index, kept, asked, options.rounds))
        stages = Stages()
        stages.time(encoder, "text", "encode_text")
        stages.time(encoder, "close look", "score")
        stages.time(index, "nearest", "nearest")
        timed = list(measure(Search(encoder, index, pool=POOLS[0], threshold=0.0), stages, options.rounds))
    title = f"Search over {options.sightings} sightings ({kind}), {encoder.model}, one thread, ms"
    console.print(search_table(timed, title))
    console.print(peers_table(peers))


if __name__ == "__main__":
    main()
