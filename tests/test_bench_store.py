"""The benchmark of the store: its exact answers, its bytes, on a small index."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bench.crowd import CAMERAS, sightings
from bench.store import Result, costs
from bench.store_measure import Scan, bytes_by_kind, conditions, fill
from models.types import ImageFeatures
from storage.sightings.edge import EdgeIndex

MODEL = "plain@00000000"
SIZE = 600


@pytest.fixture
def seen() -> list[ImageFeatures]:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((5, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [ImageFeatures(vector, rng.standard_normal((3, 8)).astype(np.float16)) for vector in vectors]


def test_the_scan_is_exact_and_knows_what_a_filter_allows(seen: list[ImageFeatures]) -> None:
    scan = Scan(SIZE, 16)
    kept = list(scan.keep(sightings(seen, MODEL, SIZE)))
    query = seen[0].vector
    best = max(range(SIZE), key=lambda row: float(kept[row].vector @ query))
    assert scan.nearest(query, 3, None)[0] == best

    wheres = conditions(scan, CAMERAS[0])
    for where in wheres.values():
        allowed = scan.allowed(where)
        for row, sighting in enumerate(kept):
            shot = sighting.shot
            inside = not where.cameras or shot.camera in where.cameras
            if where.after is not None and where.before is not None:
                inside = inside and shot.ended >= where.after and shot.began <= where.before
            assert allowed[row] == inside
        assert set(scan.nearest(query, 50, allowed)) <= set(np.flatnonzero(allowed))
    assert len(scan.nearest(query, 50, np.zeros(SIZE, bool))) == 0


def test_the_same_numbers_give_the_same_sightings_without_their_parts(seen: list[ImageFeatures]) -> None:
    whole, plain = list(sightings(seen, MODEL, 50)), list(sightings(seen, MODEL, 50, parts=False))
    assert all((one.vector == other.vector).all() for one, other in zip(whole, plain, strict=True))
    assert [one.shot for one in whole] == [other.shot for other in plain]
    assert {len(one.parts) for one in plain} == {0}
    later = next(sightings(seen, MODEL, 1, first=49))
    assert later.shot == whole[49].shot


def test_what_an_index_costs_is_told_by_what_holds_it(seen: list[ImageFeatures], tmp_path: Path) -> None:
    with closing(EdgeIndex(tmp_path / "index", MODEL, reserve=0)) as index:
        filled = fill(index, sightings(seen, MODEL, SIZE))
    used = bytes_by_kind(tmp_path / "index")
    assert used["parts"] >= SIZE * (16 + 2 * 3 * 8)
    assert used["payload"] > 0
    assert costs([Result(SIZE, {"Edge": filled}, used, (1, 2), (3, 0.1, 0.1))]).row_count > len(used)
