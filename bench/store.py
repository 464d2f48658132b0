"""What sightings cost in Qdrant Edge, and to add beside qdrant-client's local mode.

    python -m bench.store [--sightings 10000 100000] [--weights W.safetensors] [--folder FOLDER]

The sightings are perturbed copies of what the encoder makes of real crops, three shots to a person, a person
every seven seconds on four cameras. 1000000 sightings need 12 GB in FOLDER and several minutes. How fast and
how well they are found: `bench.search`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.crowd import BEGAN, BETWEEN, SHOTS, TEXTS, features, sightings
from bench.footage import shared_folder
from bench.store_measure import LOCAL, Filled, Floats, bytes_by_kind, fill, local_mode, memory
from models.acsa.encoder import load_encoder
from models.types import ImageFeatures
from storage.sightings.edge import EdgeIndex
from storage.types import Where

POOL = 200  # nearest sightings that a search looks at closely


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Everything measured at one size."""

    size: int
    filled: dict[str, Filled]  # by store
    bytes: dict[str, int]  # of the Edge index, by what they hold
    memory: tuple[int, int]  # bytes of the Edge process: its own, mapped files
    day: tuple[int, float, float]  # sightings of a day, seconds to delete them, seconds to optimise then


def measure(
    seen: Sequence[ImageFeatures], model: str, queries: Sequence[Floats], size: int, folder: Path
) -> Result:
    """Fill, look, delete a day; the Edge index stays in `folder`."""
    with closing(EdgeIndex(folder, model)) as edge:
        filled = {"Edge": fill(edge, sightings(seen, model, size))}
    used = bytes_by_kind(folder)
    taken = memory(folder, model, queries, POOL)
    with closing(EdgeIndex(folder, model)) as edge:
        day = _delete_a_day(edge, size)
    if size <= LOCAL:
        filled["local mode"] = fill(local_mode(model), sightings(seen, model, size))
    return Result(size, filled, used, taken, day)


def _delete_a_day(edge: EdgeIndex, size: int) -> tuple[int, float, float]:
    """As retention does: the oldest day, or the oldest half of what is less than two days."""
    end = BEGAN + min(timedelta(days=1), BETWEEN * (size // SHOTS) / 2)
    started = time.perf_counter()
    number = edge.delete(Where(before=end))
    deleted = time.perf_counter()
    edge.optimize()
    return number, deleted - started, time.perf_counter() - deleted


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
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
    queries = [encoder.encode_text(text).vector for text in TEXTS]
    results = []
    for size in options.sightings:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            results.append(measure(seen, encoder.model, queries, size, Path(folder) / "index"))
    console = Console(width=130)
    console.print(f"{encoder.model}, {kind}, parts of {seen[0].parts.shape}, one thread")
    console.print(costs(results))


if __name__ == "__main__":
    main()
