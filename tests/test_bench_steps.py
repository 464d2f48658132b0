"""What steps of a search are worth, and who is put together: counted on a handful of sightings."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.appearances import Links, count
from bench.feedback import WAYS, feedback
from bench.footage import Footage, GalleryCrop, LookupQuery
from bench.steps import STEPS, miscalibration, wanted_only
from models.types import TextFeatures
from pipeline.search import Search
from pipeline.types import Query
from storage.sightings.edge import EdgeIndex
from storage.types import Hit, Shot, Sighting
from tests.fakes import COLOURS, ColourEncoder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sighting(camera: str, track: int, shot: int, colour: str, seconds: int = 0) -> Sighting:
    picture = np.full((8, 4, 3), COLOURS[colour], np.uint8)
    picture[0, 0] = shot
    (seen,) = ColourEncoder().encode_images([picture])
    began = NOON + timedelta(seconds=seconds)
    ended = began + timedelta(seconds=5)
    record = Shot(
        camera, "bench", track, shot, began, ended, began, (0, 0, 4, 8), 0.9, f"{camera}{track}{shot}"
    )
    return Sighting(record, ColourEncoder.model, seen.vector, seen.parts)


def test_links_of_two_cameras_are_right_or_wrong() -> None:
    kept = [
        sighting("gate", 1, 0, "red"),
        sighting("hall", 1, 0, "red", 60),
        sighting("gate", 2, 0, "green", 1),
        sighting("hall", 2, 0, "green", 61),
        sighting("hall", 3, 0, "blue", 62),
    ]
    names = {"gate1": "ann", "hall1": "ann", "gate2": "bob", "hall2": "cid", "hall3": None}
    links = count(
        [Hit(one, 0.5) for one in kept], ColourEncoder(), lambda shot: names[f"{shot.camera}{shot.track}"]
    )
    assert links == Links(pairs=4, same=1, right=1, wrong=1)
    assert links + links == Links(8, 2, 2, 2)


def test_each_step_makes_fewer_rows_of_the_same_people(tmp_path: Path) -> None:
    kept = [sighting("gate", track, shot, "red", 10 * track) for track in (1, 2) for shot in range(3)]
    with closing(EdgeIndex(tmp_path / "index", ColourEncoder.model, reserve=0)) as index:
        index.add(kept)
        search = Search(ColourEncoder(), index, pool=50, threshold=0.5)
        rows = {step.rows: len(step.find(search, "red")) for step in STEPS}
        assert rows == {"shots": 6, "tracks": 2, "people": 1}
        (best,) = STEPS[-1].find(search, "red")
        assert best.shot == search.find(Query("red", min_probability=0.0)).matches[0].shot


def test_a_description_without_what_it_shuts_out() -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    asked = TextFeatures(vectors[0], ("red coat", "no bag", "jeans"), vectors, (False, True, False))
    wanted = wanted_only(asked)
    assert (wanted.phrases, wanted.excluded) == (("red coat", "jeans"), (False, False))
    assert wanted.phrase_vectors.tolist() == [[0, 1], [4, 5]]


def test_a_probability_that_is_right_as_often_as_it_says_has_no_error() -> None:
    assert miscalibration([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0)
    assert miscalibration([(0.9, False), (0.9, False)]) == pytest.approx(0.9)
    assert miscalibration([(1.0, True), (0.0, True)]) == pytest.approx(0.5)


def test_only_what_was_not_looked_at_is_scored_after_a_confirmation() -> None:
    """Bob is in red, Ann in pink and in purple: one crop of hers is confirmed, the other is left to find."""
    tints = [("bob", (220, 30, 30)), ("ann", (200, 30, 150)), ("ann", (150, 30, 200)), ("cid", (30, 190, 60))]
    crops = [
        GalleryCrop(str(n), "gate", n, (0, 0, 4, 8), name, False, np.full((8, 4, 3), tint, np.uint8))
        for n, (name, tint) in enumerate(tints)
    ]
    asked = LookupQuery("q1", "short", "red", frozenset({"ann"}), frozenset())
    gone = LookupQuery("q2", "short", "red", frozenset({"bob"}), frozenset())  # nobody is left
    absent = LookupQuery("q3", "absent", "green", frozenset(), frozenset())
    found = feedback(ColourEncoder(), Footage(tuple(crops), (asked, gone, absent), {}))
    assert list(found) == list(WAYS)
    assert [one.map for one in found.values()] == [100, 100, 100, 100]
