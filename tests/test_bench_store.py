"""The benchmark of the store: its exact answers, its recall, its bytes, on a small index."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bench.search import CAMERAS, sightings
from bench.store import Result, costs, searches
from bench.store_measure import Scan, ask, ask_scan, bytes_by_kind, conditions, fill
from models.types import ImageFeatures
from storage.sightings.edge import EdgeIndex
from storage.types import Where

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
    kept = list(scan.keep(sightings(seen, MODEL, SIZE, np.random.default_rng(1))))
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


def test_an_index_is_measured_against_the_scan(seen: list[ImageFeatures], tmp_path: Path) -> None:
    scan = Scan(SIZE, 16)
    made = sightings(seen, MODEL, SIZE, np.random.default_rng(1))
    queries = [each.vector for each in seen]
    with closing(EdgeIndex(tmp_path / "index", MODEL, reserve=0)) as index:
        filled = fill(index, scan.keep(made))
        wheres = conditions(scan, CAMERAS[0])
        asked = list(ask("Edge", index, scan, queries, limit=20, wheres=wheres))
        index.delete(Where(cameras=CAMERAS[:2]))
        (lacking,) = ask("Edge", index, scan, queries, limit=SIZE, wheres={"half": Where()})
    assert {each.condition for each in asked} == set(wheres)
    assert [each.recall for each in asked] == pytest.approx(
        [1] * 4, abs=0.1
    )  # codes of 16 dimensions are coarse
    assert all(len(each.milliseconds) == len(seen) for each in asked)
    assert lacking.recall == pytest.approx(0.5, abs=0.02)
    asked += ask_scan(scan, queries, limit=20, wheres=wheres)

    used = bytes_by_kind(tmp_path / "index")
    assert used["parts"] >= SIZE * (16 + 2 * 3 * 8)
    assert used["payload"] > 0
    result = Result(SIZE, {"Edge": filled}, used, (1, 2), asked, (3, 0.1, 0.1))
    assert costs([result]).row_count > len(used)
    assert searches([result]).row_count == len(asked) == 8
