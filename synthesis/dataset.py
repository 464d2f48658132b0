"""Writes data sets of rendered people: pictures first, then lists with captions, cheap to remake."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synthesis.corpus import write
from synthesis.looks.sample import sample_look
from synthesis.people import Studio
from synthesis.picturing.imaging import jpeg

LISTED = ("file_path", "id", "look", "picture")
QUALITY = 90  # of the JPEG files
PASSING = 0.35  # share of identities that have somebody to walk through their pictures

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """Folders that the studio reads."""

    makehuman: Path
    garments: Path
    backgrounds: Path

    def open(self) -> Studio:
        """Load everything."""
        return Studio(self.makehuman, self.garments, self.backgrounds)


@dataclass(frozen=True, slots=True)
class Order:
    """A data set to be made."""

    out: Path
    identities: int
    pictures: int
    seed: int


def render_identity(studio: Studio, order: Order, identity: int) -> list[Row]:
    """All pictures of one identity, written to disk; depends on the seed and the identity alone.

    The rows are kept in `rows/`, written last, so an identity counts as done when its rows exist.
    """
    kept = _rows_path(order.out, identity)
    if kept.is_file():
        rows: list[Row] = json.loads(kept.read_text(encoding="utf-8"))
        return rows
    rng = np.random.default_rng([order.seed, identity])
    look = sample_look(rng)
    other = studio.dress(sample_look(rng), rng) if rng.random() < PASSING else None
    rows = []
    try:
        with studio.dress(look, rng) as person:
            for number in range(order.pictures):
                picture = studio.photograph(person, rng, other)
                name = f"rendered/{identity:06d}_{number}.jpg"
                path = order.out / "imgs" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                _replace(path, jpeg(picture.image, QUALITY))
                rows.append(
                    {
                        "file_path": name,
                        "id": identity + 1,
                        "look": look.record(),
                        "picture": picture.record,
                    }
                )
    finally:
        if other is not None:
            other.outfit.close()
    kept.parent.mkdir(parents=True, exist_ok=True)
    _replace(kept, json.dumps(rows).encode())
    return rows


def finish(out: Path, photographs: Path | None = None) -> int:
    """List what is rendered: `looks.jsonl`, and `reid_raw.json` by `corpus`; returns the number of entries.

    Raises FileNotFoundError when nothing is rendered, and ValueError when the listing would lose real
    photographs that joined the set earlier.
    """
    if photographs is None and (out / "imgs/photographs").is_dir():
        raise ValueError(f"{out} holds real photographs too: name their folder with --photographs.")
    rows: list[Row] = []
    for path in sorted((out / "rows").glob("*/*.json")):
        rows.extend(json.loads(path.read_text(encoding="utf-8")))
    if not rows:
        raise FileNotFoundError(f"{out}/rows holds nothing: render some people first.")
    looks = "".join(json.dumps({name: row[name] for name in LISTED}) + "\n" for row in rows)
    _replace(out / "looks.jsonl", looks.encode())
    return write(out, photographs, seed=0)


def render(order: Order, sources: Sources, workers: int, photographs: Path | None = None) -> Iterator[str]:
    """Render all identities that are not there yet, yielding a line of progress after each, then finish."""
    began, drawn = time.monotonic(), 0
    todo = [n for n in range(order.identities) if not _rows_path(order.out, n).is_file()]
    done = order.identities - len(todo)
    for rows in _rendered(order, sources, workers, todo):
        drawn, done = drawn + len(rows), done + 1
        rate = drawn / (time.monotonic() - began)
        left = (order.identities - done) * order.pictures / rate
        yield f"{done}/{order.identities} people, {rate:.1f} pictures/s, {left / 60:.0f} min left"
    yield f"{finish(order.out, photographs)} pictures in {order.out}"


def _rendered(order: Order, sources: Sources, workers: int, todo: list[int]) -> Iterator[list[Row]]:
    if not todo:
        return
    if workers == 1:
        studio = sources.open()
        for identity in todo:
            yield render_identity(studio, order, identity)
        return
    # A forked process would share its parent's graphics context, so workers start afresh.
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_studio, (sources,)) as pool:
        yield from pool.map(_render_here, [order] * len(todo), todo, chunksize=4)


_studio: Studio | None = None  # one for each worker process


def _open_studio(sources: Sources) -> None:
    global _studio
    cv2.setNumThreads(1)
    _studio = sources.open()


def _render_here(order: Order, identity: int) -> list[Row]:
    assert _studio is not None, "the pool's initializer opens the studio"
    return render_identity(_studio, order, identity)


def _rows_path(out: Path, identity: int) -> Path:
    return out / "rows" / f"{identity // 1000:03d}" / f"{identity:06d}.json"


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)
