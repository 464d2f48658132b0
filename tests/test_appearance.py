"""Which tracks become one person: alike, one after the other, and nothing speaking against it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.appearance import Track, same_person, track_of
from pipeline.search import one_per_person
from pipeline.types import Match
from storage.types import Hit, Shot, Sighting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BLACK_COAT, LIKE_IT, TWIN, OTHER = 0.0, 0.3, 0.02, 1.5  # angles between vectors; cos 0.3 = 0.955


def hit(number: int, began: float, ended: float, angle: float, camera: str = "gate", shot: int = 0) -> Hit:
    record = Shot(
        camera=camera,
        source="f" * 32,
        track=number,
        shot=shot,
        began=NOON + timedelta(seconds=began),
        ended=NOON + timedelta(seconds=ended),
        taken=NOON + timedelta(seconds=began),
        box=(0, 0, 40, 100),
        score=0.9,
        crop=f"{camera}/{number}-{shot}.jpg",
    )
    vector = np.array([np.cos(angle), np.sin(angle)], np.float32)
    return Hit(Sighting(record, "model@0", vector, vector[None].astype(np.float16)), 0.5)


def whose(hits: list[Hit]) -> dict[Track, Track]:
    return {track: looks.person for track, looks in same_person(hits, (0,)).items()}


def people(*hits: Hit) -> set[frozenset[int]]:
    groups: dict[object, set[int]] = {}
    for track, person in whose(list(hits)).items():
        groups.setdefault(person, set()).add(track[3])
    return {frozenset(group) for group in groups.values()}


def test_who_comes_back_looking_the_same_is_one_person() -> None:
    assert people(hit(1, 0, 10, BLACK_COAT), hit(2, 18, 30, LIKE_IT), hit(3, 50, 60, TWIN)) == {
        frozenset({1, 2, 3})
    }


@pytest.mark.parametrize(
    "second",
    [
        hit(2, 18, 30, OTHER),
        hit(2, 5, 30, TWIN),  # both in the picture at once
        hit(2, 45, 60, TWIN),  # too long away
        hit(2, 18, 30, 0.5, camera="hall"),
    ],
    ids=["looks", "time", "absence", "camera"],
)
def test_who_is_somebody_else_stays_so(second: Hit) -> None:
    assert people(hit(1, 0, 10, BLACK_COAT), second) == {frozenset({1}), frozenset({2})}


def test_where_two_at_once_look_alike_looks_are_no_evidence() -> None:
    in_uniform = [hit(1, 0, 10, BLACK_COAT), hit(2, 5, 15, 0.1), hit(3, 20, 30, 0.3)]
    assert people(*in_uniform) == {frozenset({1}), frozenset({2}), frozenset({3})}


def test_the_more_alike_pair_wins_where_only_one_can() -> None:
    hits = [hit(1, 0, 10, 0.0), hit(2, 15, 30, 0.25), hit(3, 20, 35, -0.05)]
    assert people(*hits) == {frozenset({1, 3}), frozenset({2})}


def test_a_third_track_joins_no_two_who_were_there_at_once() -> None:
    hits = [hit(1, 0, 10, 0.0), hit(2, 5, 15, 0.6), hit(3, 20, 30, 0.3)]
    assert sorted(map(len, people(*hits))) == [1, 2]


def test_the_order_of_the_hits_changes_nothing() -> None:
    hits = [hit(n, 12 * n, 12 * n + 8, 0.1 * (n % 3)) for n in range(8)] + [hit(20, 30, 50, OTHER)]
    rng = np.random.default_rng(0)
    expected = whose(hits)
    for _ in range(5):
        assert whose([hits[place] for place in rng.permutation(len(hits))]) == expected


def test_all_shots_of_a_track_speak_for_it() -> None:
    turned = [hit(1, 0, 10, 0.9, shot=0), hit(1, 0, 10, -0.9, shot=1)]  # the mean of front and back is 0
    assert people(*turned, hit(2, 15, 25, 0.0)) == {frozenset({1, 2})}


def test_nobody_is_nobody() -> None:
    assert same_person([], (0,)) == {}


def test_one_row_shows_the_best_shot_and_lists_the_other_tracks() -> None:
    hits = [hit(1, 0, 10, 0.0, shot=1), hit(2, 15, 25, 0.1), hit(3, 5, 8, OTHER), hit(2, 15, 25, 0.1, shot=1)]
    ranked = [Match(each.sighting.shot, 1.0 - place / 10, 0.9, ()) for place, each in enumerate(hits)]

    rows = one_per_person(ranked, same_person(hits, (0,)))

    assert [row.shot.track for row in rows] == [1, 3]
    assert [(again.shot.track, again.shot.shot) for again in rows[0].also] == [(2, 0)]
    assert rows[0].also[0].likeness == pytest.approx(np.cos(0.1))
    assert rows[1].also == ()
    assert track_of(rows[0].shot) in same_person(hits, (0,))


def test_one_shot_that_flatters_does_not_make_a_row_likely() -> None:
    shots = [hit(1, 0, 10, 0.0, shot=number) for number in range(4)]
    other = hit(2, 50, 60, OTHER)
    chances = {0: 0.9, 1: 0.5, 2: 0.1, 3: 0.01}  # the best three speak for the person
    ranked = [Match(each.sighting.shot, chances[n], chances[n], ()) for n, each in enumerate(shots)]
    ranked.insert(1, Match(other.sighting.shot, 0.8, 0.8, ()))

    rows = one_per_person(ranked, same_person([*shots, other], (0,)))

    assert [(row.shot.track, row.shot.shot) for row in rows] == [(2, 0), (1, 0)]
    assert [row.score for row in rows] == pytest.approx([0.8, 0.5])
    assert [row.probability for row in rows] == pytest.approx([0.8, 0.5])  # odds 9, 1 and 1/9


def test_a_row_of_one_description_is_not_judged_by_another() -> None:
    one = hit(1, 0, 10, 0.0)
    ranked = [Match(one.sighting.shot, mark, mark, (), text) for mark, text in ((0.9, "red"), (0.2, "blue"))]
    (row,) = one_per_person(ranked, same_person([one], (0,)))
    assert (row.description, row.probability) == ("red", pytest.approx(0.9))


def test_who_walks_on_to_another_camera_is_one_person() -> None:
    hits = [hit(1, 0, 10, BLACK_COAT), hit(2, 0, 10, OTHER), hit(3, 400, 410, LIKE_IT, "hall")]
    assert people(*hits) == {frozenset({1, 3}), frozenset({2})}


@pytest.mark.parametrize(
    "more",
    [
        [hit(2, 900, 910, TWIN, "hall")],  # a longer way than anybody walks
        [hit(2, 400, 410, 0.48, "hall")],  # not that alike in another light
        [hit(2, 400, 410, LIKE_IT, "hall"), hit(3, 405, 410, 0.35, "hall")],  # two alike at once
    ],
    ids=["time", "looks", "uniform"],
)
def test_who_is_somebody_else_on_another_camera_stays_so(more: list[Hit]) -> None:
    assert all(len(group) == 1 for group in people(hit(1, 0, 10, BLACK_COAT), *more))


def test_on_another_camera_only_the_most_alike_is_the_same_person() -> None:
    hits = [hit(1, 0, 10, BLACK_COAT), hit(2, 300, 310, TWIN, "hall"), hit(3, 400, 410, LIKE_IT, "hall")]
    assert people(*hits) == {frozenset({1, 2}), frozenset({3})}


def test_two_who_were_there_at_once_are_not_joined_by_way_of_another_camera() -> None:
    together = [hit(1, 0, 10, 0.0), hit(2, 5, 15, 0.8)]
    elsewhere = [hit(3, 100, 110, 0.3, "hall"), hit(4, 100, 110, 0.5, "roof")]
    assert not any({1, 2} <= group for group in people(*together, *elsewhere))


def test_examples_are_left_out_and_their_other_tracks_are_not() -> None:
    hits = [hit(1, 0, 10, BLACK_COAT), hit(2, 15, 25, TWIN)]
    ranked = [Match(each.sighting.shot, 1.0, 0.9, ()) for each in hits]
    rows = one_per_person(ranked, same_person(hits, (0,)), without={track_of(hits[0].sighting.shot)})
    assert [row.shot.track for row in rows] == [2]
