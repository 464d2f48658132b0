"""The contract of a sighting index."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from storage.types import Hit, Sighting, Where

CLOSE = 1e-3  # a server keeps half precision
Make = Callable[..., Sighting]


def test_an_empty_index_finds_nothing(index: Any, sighting: Make) -> None:
    assert index.nearest(sighting(1).vector, 5, Where()) == []
    assert index.count() == 0
    assert index.cameras() == ()


def test_hits_come_back_whole_and_nearest_first(index: Any, sighting: Make) -> None:
    kept = [sighting(track) for track in range(20)]
    index.add(kept)

    hits = index.nearest(kept[7].vector, 5, Where())

    assert len(hits) == 5
    assert [hit.nearness for hit in hits] == sorted((hit.nearness for hit in hits), reverse=True)
    first = hits[0].sighting
    assert first.shot == kept[7].shot
    assert first.model == kept[7].model
    assert hits[0].nearness == pytest.approx(1, abs=CLOSE)
    np.testing.assert_allclose(first.vector, kept[7].vector, atol=CLOSE)
    np.testing.assert_array_equal(first.parts, kept[7].parts)
    assert first.parts.dtype == np.float16


def test_sightings_are_got_by_their_ids_whole(index: Any, sighting: Make) -> None:
    assert index.get([sighting(1).shot.id]) == []
    kept = [sighting(track) for track in range(5)]
    index.add(kept)

    found = {got.shot: got for got in index.get([kept[1].shot.id, kept[3].shot.id, sighting(9).shot.id])}

    assert set(found) == {kept[1].shot, kept[3].shot}
    for whole in (kept[1], kept[3]):
        np.testing.assert_allclose(found[whole.shot].vector, whole.vector, atol=CLOSE)
        np.testing.assert_array_equal(found[whole.shot].parts, whole.parts)
        assert found[whole.shot].model == whole.model
    assert index.get([]) == []


def test_adding_twice_adds_nothing_and_the_last_one_counts(index: Any, sighting: Make) -> None:
    index.add([sighting(1), sighting(2)])
    changed = sighting(1, seed=99)
    index.add([sighting(1, seed=50), sighting(2), changed])

    assert index.count() == 2
    (hit,) = index.nearest(changed.vector, 1, Where())
    assert hit.nearness == pytest.approx(1, abs=CLOSE)
    np.testing.assert_array_equal(hit.sighting.parts, changed.parts)


def test_a_track_is_in_the_time_range_when_it_overlaps_it(index: Any, sighting: Make) -> None:
    kept = sighting(1)
    index.add([kept])
    began, ended, instant = kept.shot.began, kept.shot.ended, timedelta(microseconds=1)

    assert index.count(Where(after=ended)) == 1
    assert index.count(Where(after=ended + instant)) == 0
    assert index.count(Where(before=began)) == 1
    assert index.count(Where(before=began - instant)) == 0
    assert index.count(Where(after=began + 3 * instant, before=began + 4 * instant)) == 1


def test_cameras_are_told_apart(index: Any, sighting: Make) -> None:
    index.add([sighting(1), sighting(2, camera="yard"), sighting(3, camera="Halle 3")])

    assert index.cameras() == ("Halle 3", "gate", "yard")
    assert index.count(Where(cameras=("gate", "yard"))) == 2
    hits = index.nearest(sighting(1).vector, 9, Where(cameras=("yard",)))
    assert [hit.sighting.shot.track for hit in hits] == [2]


def test_what_is_deleted_is_not_found(index: Any, sighting: Make) -> None:
    index.add([sighting(1), sighting(2, camera="yard"), sighting(3, camera="yard", at=60)])

    assert index.delete(Where(cameras=("yard",), after=sighting(3, at=60).shot.began)) == 1
    assert index.delete_ids([sighting(1).shot.id, sighting(77).shot.id]) == 1
    assert [hit.sighting.shot.track for hit in index.nearest(sighting(1).vector, 9, Where())] == [2]
    assert index.cameras() == ("yard",)


def test_one_wrong_sighting_keeps_the_whole_batch_out(index: Any, sighting: Make) -> None:
    index.add([sighting(1)])
    for wrong in (
        replace(sighting(3), vector=np.full(16, np.nan, np.float32)),
        replace(sighting(3), vector=np.zeros(16, np.float32)),
        replace(sighting(3), model="other@11111111"),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each implementation has its own sentence
            index.add([sighting(2), wrong, sighting(4)])
    assert index.count() == 1


def test_it_is_known_which_shots_have_a_sighting(index: Any, sighting: Make) -> None:
    one, two = sighting(1).shot.id, sighting(2).shot.id
    assert index.held([one]) == set()
    index.add([sighting(1)])
    assert index.held([one, two]) == {one}
    assert index.held([]) == set()


def test_everything_can_be_forgotten(index: Any, sighting: Make) -> None:
    assert index.delete(Where()) == 0
    index.add([sighting(track) for track in range(5)])
    assert index.delete_ids([]) == 0
    assert index.delete(Where()) == 5
    assert index.nearest(sighting(1).vector, 5, Where()) == []
    index.add([sighting(1)])
    assert index.count() == 1


@pytest.mark.parametrize("seed", range(3))
def test_random_operations_agree_with_the_model(seed: int, kept: Any, model: Any, sighting: Make) -> None:
    rng = random.Random(seed)
    index = kept().open(sighting(0).model)

    def somewhere() -> Where:
        start = sighting(0, at=rng.uniform(0, 500)).shot.began
        return Where(
            cameras=tuple(rng.sample(["gate", "yard", "hall"], rng.randint(0, 2))),
            after=rng.choice([None, start]),
            before=rng.choice([None, start + timedelta(seconds=rng.uniform(0, 200))]),
        )

    def any_sighting() -> Sighting:
        camera, track = rng.choice(["gate", "yard", "hall"]), rng.randint(0, 60)
        return sighting(track, camera=camera, at=track * 8, seed=rng.getrandbits(60))

    for _ in range(60):
        match rng.choices(["add", "delete", "forget", "optimize", "purge", "reopen"], [48, 8, 8, 2, 1, 2])[0]:
            case "add":
                batch = [any_sighting() for _ in range(rng.randint(1, 12))]
                index.add(batch)
                model.add(batch)
            case "delete":
                where = replace(somewhere(), cameras=(rng.choice(["gate", "yard"]),))
                assert index.delete(where) == model.count(where)
                model.delete(where)
            case "forget":
                ids = {any_sighting().shot.id for _ in range(5)}
                assert index.held(ids) == model.held(ids)
                assert index.delete_ids(ids) == len(model.held(ids))
                model.delete_ids(ids)
            case "optimize":
                index.optimize()
            case "purge":
                index.purge()
            case "reopen":
                index.close()
                index = kept().open(sighting(0).model)
        where, query, limit = somewhere(), any_sighting().vector, rng.randint(1, 200)
        agree(index.nearest(query, limit, where), model.nearest(query, 10**6, where), limit)
        assert index.count(where) == model.count(where)
        assert index.cameras() == model.cameras()
    index.close()


def agree(found: list[Hit], expected: list[Hit], limit: int) -> None:
    """The same sightings in the same order, except among those that are equally near."""
    true = {hit.sighting.shot.id: hit for hit in expected}
    assert len({hit.sighting.shot.id for hit in found}) == len(found) == min(limit, len(expected))
    for hit, best in zip(found, expected, strict=False):
        same = true[hit.sighting.shot.id]
        assert hit.sighting.shot == same.sighting.shot
        assert hit.nearness == pytest.approx(same.nearness, abs=CLOSE)
        assert same.nearness == pytest.approx(best.nearness, abs=CLOSE)
        np.testing.assert_array_equal(hit.sighting.parts, same.sighting.parts)
