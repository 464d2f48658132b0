"""What sightings cost and how well they are found: Qdrant Edge beside qdrant-client's local mode and numpy.

    python -m bench.store [--sightings 10000 100000] [--weights W.safetensors] [--folder FOLDER]

The sightings are perturbed copies of what the encoder makes of real crops, three shots to a person, a person
every seven seconds on four cameras; the questions are descriptions as people write them. 1000000 sightings
need 12 GB in FOLDER and several minutes.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient
from rich.console import Console
from rich.table import Table

from bench.footage import read_footage, shared_folder
from bench.search import CAMERAS, TEXTS, features, sightings
from bench.store_measure import (
    Asked,
    Filled,
    Floats,
    Scan,
    ask,
    ask_scan,
    bytes_by_kind,
    conditions,
    fill,
    memory,
)
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.types import ImageFeatures
from storage.sightings.edge import EdgeIndex
from storage.sightings.qdrant import QdrantIndex
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Where

POOL = 200  # nearest sightings that a search looks at closely
LOCAL = 20_000  # sightings up to which qdrant-client's local mode is meant to be used
FRESH = 20  # every how many-th sighting is added once more, as if it had just come in


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Everything measured at one size."""

    size: int
    filled: dict[str, Filled]  # by store
    bytes: dict[str, int]  # of the Edge index, by what they hold
    memory: tuple[int, int]  # bytes of the Edge process: its own, mapped files
    asked: list[Asked]
    day: tuple[int, float, float]  # sightings of a day, seconds to delete them, seconds to optimise then


def measure(
    seen: Sequence[ImageFeatures], model: str, queries: Sequence[Floats], size: int, folder: Path
) -> Result:
    """Fill, ask, delete a day; the Edge index stays in `folder`."""
    scan = Scan(size, seen[0].vector.size)
    made = sightings(seen, model, size, np.random.default_rng(1))
    with closing(EdgeIndex(folder, model)) as edge:
        filled = {"Edge": fill(edge, scan.keep(made))}
    used = bytes_by_kind(folder)
    taken = memory(folder, model, queries, POOL)
    wheres = conditions(scan, CAMERAS[0])
    asked: list[Asked] = []
    with closing(EdgeIndex(folder, model)) as edge:
        asked += ask("Edge", edge, scan, queries, limit=POOL, wheres=wheres)
        edge.add(list(sightings(seen, model, size // FRESH, np.random.default_rng(1))))
        fresh = {f"everywhere, {100 / FRESH:g} % just added": Where()}
        asked += ask("Edge", edge, scan, queries, limit=POOL, wheres=fresh)
        day = _delete_a_day(edge, scan)
    asked += ask_scan(scan, queries, limit=POOL, wheres=wheres)
    if size <= LOCAL:
        local = _local(model)
        made = sightings(seen, model, size, np.random.default_rng(1))
        filled["local mode"] = fill(local, made)
        asked += ask("local mode", local, scan, queries, limit=POOL, wheres=wheres)
    return Result(size, filled, used, taken, asked, day)


def _local(model: str) -> QdrantIndex:
    warnings.simplefilter("ignore", UserWarning)  # it says at every step that it is no server
    return QdrantIndex(Server(QdrantClient(":memory:"), "local mode", Cluster()), model)


def _delete_a_day(edge: EdgeIndex, scan: Scan) -> tuple[int, float, float]:
    """As retention does: the oldest day, or the oldest half of what is less than two days."""
    first, last = (scan.began[row].item().replace(tzinfo=UTC) for row in (0, scan.size - 1))
    end = first + min(timedelta(days=1), (last - first) / 2)
    started = time.perf_counter()
    number = edge.delete(Where(before=end))
    deleted = time.perf_counter()
    edge.optimize()
    return number, deleted - started, time.perf_counter() - deleted


def questions(encoder: AcsaEncoder) -> tuple[list[Floats], str]:
    """Descriptions as vectors: those of the labelled footage where it is there, and ours."""
    texts = list(TEXTS)
    with suppress(FileNotFoundError):
        texts += [query.text for query in read_footage(shared_folder()).queries]
    return [encoder.encode_text(text).vector for text in texts], f"{len(texts)} descriptions"


def costs(results: Sequence[Result]) -> Table:
    """Bytes and seconds, a column for each size."""
    drawn = Table("Edge", *(f"{result.size:,}" for result in results), title="What sightings cost")
    kinds = sorted({kind for result in results for kind in result.bytes})
    for kind in kinds:
        cells = [f"{result.bytes.get(kind, 0) / result.size:,.0f}" for result in results]
        drawn.add_row(f"{kind}, bytes a sighting", *cells)
    rows = {
        "all on the disk, bytes a sighting": [f"{sum(r.bytes.values()) / r.size:,.0f}" for r in results],
        "memory of its own, MB": [f"{r.memory[0] / 1e6:,.0f}" for r in results],
        "mapped files in memory, MB": [f"{r.memory[1] / 1e6:,.0f}" for r in results],
        "added a second": [f"{r.size / r.filled['Edge'].seconds:,.0f}" for r in results],
        "  added a second of CPU": [f"{r.size / r.filled['Edge'].adding_cpu:,.0f}" for r in results],
        "optimised a second": [f"{r.size / r.filled['Edge'].optimizing:,.0f}" for r in results],
        "  optimised a second of CPU": [f"{r.size / r.filled['Edge'].optimizing_cpu:,.0f}" for r in results],
        "a day deleted, sightings": [f"{r.day[0]:,}" for r in results],
        "  seconds": [f"{r.day[1]:.2f}" for r in results],
        "  seconds to optimise after it": [f"{r.day[2]:.1f}" for r in results],
        "local mode: added a second": [
            f"{r.size / r.filled['local mode'].seconds:,.0f}" if "local mode" in r.filled else "-"
            for r in results
        ],
    }
    for name, figures in rows.items():
        drawn.add_row(name, *figures)
    return drawn


def searches(results: Sequence[Result]) -> Table:
    """One row per store and condition."""
    title = f"The nearest {POOL}: milliseconds by the clock, and of CPU on average"
    drawn = Table("sightings", "store", "where", "allowed", "p50", "p99", "CPU", "recall", title=title)
    for result in results:
        for each in result.asked:
            half, most = np.percentile(each.milliseconds, (50, 99))
            cells = (
                f"{100 * each.share:.2f} %",
                f"{half:.1f}",
                f"{most:.1f}",
                f"{each.cpu:.1f}",
                f"{each.recall:.4f}",
            )
            drawn.add_row(f"{result.size:,}", each.store, each.condition, *cells)
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.store", description="What sightings cost.")
    parser.add_argument("--sightings", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument(
        "--folder", type=Path, help="where the indexes lie meanwhile (default: a temporary one)"
    )
    options = parser.parse_args(arguments)
    if min(options.sightings) < 1000:
        sys.exit("store: give 1000 sightings or more")
    try:
        encoder = load_encoder(options.weights)
    except (OSError, ValueError) as error:
        sys.exit(f"store: {error}")
    seen, kind = features(encoder, shared_folder())
    queries, asked = questions(encoder)
    results = []
    for size in options.sightings:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            results.append(measure(seen, encoder.model, queries, size, Path(folder) / "index"))
    console = Console(width=130)
    console.print(f"{encoder.model}, {kind}, {asked}, parts of {seen[0].parts.shape}, one thread")
    console.print(costs(results))
    console.print(searches(results))


if __name__ == "__main__":
    main()
