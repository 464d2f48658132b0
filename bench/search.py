"""How long a search takes, stage by stage, and how well its pool is chosen, beside two peers.

    python -m bench.search [--sightings 10000 100000] [--rounds 5] [--weights W.safetensors] [--folder FOLDER]

The whole search is `pipeline.search.Search`: the text branch, the nearest sightings of the Edge index with
their parts, cross-attention over the pool, one row per person with its reasons. It is asked everywhere, on
one camera, in one hour, both, and while another thread adds sightings, as many as one core can embed. The
recall is that of the pool against the exact nearest. An index that lies in FOLDER is used again: 1000000
sightings take minutes to make.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.crowd import BEGAN, BETWEEN, CAMERAS, SHOTS, TEXTS, features, sightings
from bench.footage import shared_folder
from bench.stages import Stages
from bench.store_measure import LOCAL, Scan, conditions, fill, local_mode
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.types import Floats, ImageFeatures
from pipeline import build
from pipeline.ports import Index
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.types import Query
from storage.sightings.edge import EdgeIndex
from storage.types import Where

POOL = 200  # nearest sightings that get the close look
WORKS = ("text", "nearest", "close look")
ADDED, PAUSE = 32, 0.1  # sightings that are added at once, and seconds between: as many as one core can embed


Nearest = Callable[[Floats, int, Where], object]


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Milliseconds of every search under one condition."""

    size: int
    condition: str
    share: float  # of the sightings that the condition allows, 0..1
    whole: Floats  # (n,)
    stages: dict[str, Floats]  # (n,) each; "rows" is the rest
    recall: float  # share of the true nearest that the pool holds, 0..1
    peers: dict[str, float]  # median milliseconds of the nearest step of others


class Bench:
    """One index of `size` sightings, and the exact answers."""

    def __init__(self, encoder: AcsaEncoder, seen: Sequence[ImageFeatures], size: int, folder: Path) -> None:
        self.encoder, self.seen, self.size = encoder, seen, size
        self.index = EdgeIndex(folder, encoder.model)
        if self.index.count() < size:
            fill(self.index, sightings(seen, encoder.model, size))
        plain = sightings(seen, encoder.model, size, parts=False)
        self.scan = Scan.of(plain, size, seen[0].vector.size)

    def close(self) -> None:
        self.index.close()

    def measure(self, rounds: int) -> Iterator[Timed]:
        """Time searches under every condition."""
        stages = Stages()
        stages.time(self.encoder, "text", "encode_text")
        stages.time(self.encoder, "close look", "score")
        stages.time(self.index, "nearest", "nearest")
        search = Search(self.encoder, self.index, pool=POOL, threshold=0.0)
        wheres = conditions(self.scan, CAMERAS[0])
        with ExitStack() as stack:
            peers: dict[str, Nearest] = {"numpy scan": self._scan}
            if self.size <= LOCAL:
                local = stack.enter_context(closing(local_mode(self.encoder.model)))
                fill(local, sightings(self.seen, self.encoder.model, self.size))
                peers["qdrant-client local"] = local.nearest
            for condition, where in wheres.items():
                yield self._one(search, stages, rounds, condition, where, peers)
        with self._adding():
            for condition in ("everywhere", "one camera, one hour"):
                name = f"{condition}, while footage is indexed"
                yield self._one(search, stages, rounds, name, wheres[condition], {})
        for work in ("encode_text", "score"):
            delattr(self.encoder, work)  # the timed ones; the class has its own

    def _one(
        self,
        search: Search,
        stages: Stages,
        rounds: int,
        condition: str,
        where: Where,
        peers: Mapping[str, Nearest],
    ) -> Timed:
        asked = [Query(text, where.cameras, where.after, where.before, min_probability=0.0) for text in TEXTS]
        search.find(asked[0])  # the first search reads what the others find in memory
        stages.take()
        rows = np.array([_timed(search, query, stages) for _ in range(rounds) for query in asked], np.float32)
        works = dict(zip(WORKS, rows[:, 1:].T, strict=True))
        works["rows"] = rows[:, 0] - rows[:, 1:].sum(axis=1)
        vectors = [search.encoder.encode_text(text).vector for text in TEXTS]
        nearest = {name: _median(way, where, vectors, rounds) for name, way in peers.items()}
        allowed = self.scan.allowed(where)
        recall = float(np.mean([self._recall(search.index, each, where, allowed) for each in vectors]))
        return Timed(self.size, condition, float(allowed.mean()), rows[:, 0], works, recall, nearest)

    def _recall(self, index: Index, vector: Floats, where: Where, allowed: NDArray[np.bool_]) -> float:
        true = set(self.scan.nearest(vector, POOL, allowed).tolist())
        found = [hit.sighting.shot for hit in index.nearest(vector, POOL, where)]
        return len({shot.track * SHOTS + shot.shot for shot in found} & true) / max(1, len(true))

    def _scan(self, vector: Floats, limit: int, where: Where) -> object:
        return self.scan.nearest(vector, limit, self.scan.allowed(where) if where != Where() else None)

    @contextmanager
    def _adding(self) -> Iterator[None]:
        """Another thread adds sightings of later days, which no condition but "everywhere" allows."""
        stop, first = Event(), 2 * self.size

        def add() -> None:
            at = first
            while not stop.wait(PAUSE):
                self.index.add(list(sightings(self.seen, self.encoder.model, ADDED, first=at)))
                at += ADDED

        thread = Thread(target=add)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self.index.delete(Where(after=BEGAN + BETWEEN * (first // SHOTS)))


def _timed(search: Search, query: Query, stages: Stages) -> list[float]:
    started = time.perf_counter()
    search.find(query)
    whole = time.perf_counter() - started
    spent = stages.take()
    return [1000 * seconds for seconds in (whole, *(spent[work] for work in WORKS))]


def _median(way: Nearest, where: Where, asked: Sequence[Floats], rounds: int) -> float:
    """Milliseconds."""
    taken = []
    for vector in [vector for _ in range(rounds) for vector in asked]:
        started = time.perf_counter()
        way(vector, POOL, where)
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.median(taken))


def searches(timed: Sequence[Timed], title: str) -> Table:
    """One row per condition, milliseconds."""
    drawn = Table(title=title)
    headings = ("sightings", "where", "allowed", "p50", "p99", *(f"{work} p50" for work in (*WORKS, "rows")))
    for heading in (*headings, "recall of the pool"):
        drawn.add_column(heading, justify="left" if heading == "where" else "right")
    for each in timed:
        whole = [f"{value:.0f}" for value in np.percentile(each.whole, (50, 99))]
        works = [f"{np.median(each.stages[work]):.1f}" for work in (*WORKS, "rows")]
        share = f"{100 * each.share:.2f} %"
        recall = (
            f"{each.recall:.4f}" if each.peers else "-"
        )  # what is added meanwhile, the scan does not know
        drawn.add_row(f"{each.size:,}", each.condition, share, *whole, *works, recall)
    return drawn


def beside(timed: Sequence[Timed]) -> Table:
    """The nearest step alone; ours hands out payload and parts too."""
    names = list(dict.fromkeys(name for each in timed for name in each.peers))
    drawn = Table(title="The nearest step alone, median ms")
    drawn.add_column("sightings", justify="right")
    drawn.add_column("where")
    for heading in ("Edge index", *(column for name in names for column in (name, "x ours"))):
        drawn.add_column(heading, justify="right")
    for each in timed:
        ours = float(np.median(each.stages["nearest"]))
        cells = [
            cell
            for name in names
            for cell in (
                (f"{each.peers[name]:.1f}", f"{each.peers[name] / ours:.2f}")
                if name in each.peers
                else ("-", "-")
            )
        ]
        if each.peers:
            drawn.add_row(f"{each.size:,}", each.condition, f"{ours:.1f}", *cells)
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="How long a search takes.")
    parser.add_argument("--sightings", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5, help=f"of {len(TEXTS)} searches for each condition")
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--folder", type=Path, help="where indexes lie, and stay (default: a temporary one)")
    options = parser.parse_args(arguments)
    if min(options.sightings) <= 4 * POOL or options.rounds < 1:
        sys.exit(f"search: give more than {4 * POOL} sightings and at least one round")
    try:
        encoder = load_encoder(options.weights, runtime=build.runtime(Settings()))
    except (OSError, ValueError) as error:
        sys.exit(f"search: {error}")
    # The reference, so that an index in FOLDER holds the same vectors whatever runs the networks here.
    seen, kind = features(load_encoder(options.weights), shared_folder())
    timed: list[Timed] = []
    with tempfile.TemporaryDirectory() as temporary:
        for size in options.sightings:
            folder = (options.folder or Path(temporary)) / str(size)
            with closing(Bench(encoder, seen, size, folder)) as bench:
                timed += bench.measure(options.rounds)
    console = Console(width=150)
    title = f"A search, the closest {POOL} looked at closely, {kind}, {encoder.model}, one thread, ms"
    console.print(searches(timed, title))
    console.print(beside(timed))


if __name__ == "__main__":
    main()
