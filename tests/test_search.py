"""Search: the right people first, each once, with reasons; and plain words when the question is wrong."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from models.types import Scores, TextFeatures
from pipeline.search import QueryError, Search, descriptions
from pipeline.types import Example, Query, Weight
from storage.types import Hit, Shot, Sighting, Where
from tests.fakes import COLOURS, ColourEncoder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class ListIndex:
    """An index over a list."""

    def __init__(self, sightings: list[Sighting]) -> None:
        self.sightings = sightings

    def nearest(self, vector: np.ndarray, limit: int, where: Where) -> list[Hit]:
        seen = [s for s in self.sightings if not where.cameras or s.shot.camera in where.cameras]
        hits = [Hit(sighting, float(sighting.vector @ vector)) for sighting in seen]
        return sorted(hits, key=lambda hit: -hit.nearness)[:limit]

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        wanted = set(ids)
        return [sighting for sighting in self.sightings if sighting.shot.id in wanted]

    def cameras(self) -> tuple[str, ...]:
        return tuple(sorted({sighting.shot.camera for sighting in self.sightings}))

    def add(self, sightings: object) -> None:
        raise AssertionError("a search adds nothing")

    def count(self, where: Where = Where()) -> int:  # noqa: B008
        return len(self.sightings)

    def close(self) -> None: ...


def sighting(track: int, shot: int, colour: str, camera: str = "gate") -> Sighting:
    began = NOON + timedelta(minutes=20 * track)
    picture = np.full((8, 4, 3), COLOURS[colour], np.uint8)
    picture[0, 0] = shot  # shots of one person differ a little
    feature = ColourEncoder().encode_images([picture])[0]
    record = Shot(
        camera=camera,
        source="f" * 32,
        track=track,
        shot=shot,
        began=began,
        ended=began + timedelta(seconds=20),
        taken=began + timedelta(seconds=shot),
        box=(0, 0, 4, 8),
        score=0.9,
        crop=f"{camera}/{track}-{shot}.jpg",
    )
    return Sighting(record, ColourEncoder.model, feature.vector, feature.parts)


def searcher(pool: int = 100) -> Search:
    people = [(1, "red", "gate"), (2, "green", "gate"), (3, "blue", "hall"), (4, "red", "hall")]
    kept = [sighting(track, shot, colour, camera) for track, colour, camera in people for shot in range(3)]
    return Search(ColourEncoder(), ListIndex(kept), pool=pool, threshold=0.5)


def test_each_person_is_one_row_and_the_right_ones_come_first() -> None:
    answer = searcher().find(Query("red"))
    assert {match.shot.track for match in answer.matches} == {1, 4}
    assert answer.nearest == ()


def test_a_camera_narrows_the_search() -> None:
    answer = searcher().find(Query("red", cameras=("hall",)))
    assert [match.shot.track for match in answer.matches] == [4]


def test_nobody_matches_is_said_with_the_nearest_few() -> None:
    answer = searcher().find(Query("yellow", cameras=("hall",)))
    assert answer.matches == ()
    assert {match.shot.track for match in answer.nearest} == {3, 4}


def test_the_limit_counts_people() -> None:
    assert len(searcher().find(Query("red", limit=1)).matches) == 1


def test_the_threshold_of_a_query_overrides_the_models() -> None:
    assert len(searcher().find(Query("red", min_probability=0.0)).matches) == 4


def test_reasons_name_the_phrase_and_the_part() -> None:
    best = searcher().find(Query("red")).matches[0]
    assert [(reason.phrase, reason.part) for reason in best.reasons] == [("red", "whole")]
    assert best.reasons[0].similarity > 0.99


def test_every_row_tells_the_reasons_of_its_own_description() -> None:
    rows = searcher().find(Query("red; blue")).matches
    assert [[reason.phrase for reason in row.reasons] for row in rows] == [[row.description] for row in rows]
    nearest = searcher().find(Query("yellow", cameras=("hall",))).nearest
    assert [[reason.phrase for reason in row.reasons] for row in nearest] == [["yellow"], ["yellow"]]


def test_the_answer_names_the_model() -> None:
    assert searcher().find(Query("red")).model == ColourEncoder.model


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query("red", cameras=("roof",)), "known cameras: gate, hall"),
        (Query("red", after=NOON, before=NOON - timedelta(hours=1)), "swap --after and --before"),
        (Query("red", limit=0), "at least one"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(query: Query, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        searcher().find(query)


@pytest.mark.parametrize("text", ["", "   ", "the of and"])
def test_a_text_with_nothing_to_look_for_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nothing to look for"):
        searcher().find(Query(text))


class ScriptedEncoder(ColourEncoder):
    """Finds the candidates as likely as it was told, in their order."""

    def __init__(self, *chances: float) -> None:
        self.chances = np.array(chances, np.float32)

    def score(self, text: TextFeatures, nearness: np.ndarray, parts: np.ndarray) -> Scores:
        return replace(super().score(text, nearness, parts), total=self.chances, probability=self.chances)


@pytest.mark.parametrize(
    ("chances", "least", "shown"),
    [
        ((0.8, 0.55, 0.45), None, [0.8, 0.55]),
        ((0.59, 0.55, 0.45), None, []),
        ((0.8, 0.75, 0.65), 0.7, [0.8, 0.75]),
    ],
)
def test_beside_the_best_are_those_who_are_more_likely_than_not(
    chances: tuple[float, ...], least: float | None, shown: list[float]
) -> None:
    index = ListIndex([sighting(number, 0, "red") for number in range(3)])
    search = Search(ScriptedEncoder(*chances), index, pool=10, threshold=0.6)
    answer = search.find(Query("red", min_probability=least))
    assert [round(match.probability, 2) for match in answer.matches] == shown


def test_a_longer_answer_begins_with_the_shorter_whatever_the_pool() -> None:
    whole = [match.shot.id for match in searcher(pool=7).find(Query("red", min_probability=0.0)).matches]
    for limit in range(1, 20):
        answer = searcher(pool=7).find(Query("red", min_probability=0.0, limit=limit))
        assert [match.shot.id for match in answer.matches] == whole[:limit]


def test_of_several_descriptions_each_is_searched_and_rows_say_which() -> None:
    answer = searcher().find(Query("red; blue"))
    assert {(match.shot.track, match.description) for match in answer.matches} == {
        (1, "red"),
        (3, "blue"),
        (4, "red"),
    }
    assert {match.description for match in searcher().find(Query("red")).matches} == {""}


def test_of_several_descriptions_each_has_to_be_matched_and_one_that_is_not_is_told() -> None:
    answer = searcher().find(Query("red; yellow"))
    assert {match.description for match in answer.matches} == {"red"}
    assert answer.query.notices == ('Nobody matches "yellow".',)
    nobody = searcher().find(Query("yellow; yellow and yellow", cameras=("hall",)))
    assert (nobody.matches, nobody.query.notices) == ((), ())
    assert nobody.nearest


def test_descriptions_are_parted_and_exclusions_stay_with_theirs() -> None:
    assert descriptions("red coat, no hat; ; blue jeans; no bag;") == (
        "red coat, no hat",
        "blue jeans, no bag",
    )
    assert descriptions("  ") == ()
    with pytest.raises(QueryError, match="at most 5"):
        descriptions("; ".join(f"coat number {n}" for n in range(6)))


def test_somebody_like_an_example_is_found_without_words() -> None:
    red = sighting(1, 0, "red")
    answer = searcher().find(Query(like=(Example("this one", red.shot.id),)))
    assert answer.matches[0].shot.track == 4
    assert 1 not in [match.shot.track for match in answer.matches]  # is known
    assert {match.probability for match in answer.matches} == {None}
    assert {match.reasons for match in answer.matches} == {()}


def test_a_picture_is_an_example_too() -> None:
    picture = np.full((8, 4, 3), COLOURS["blue"], np.uint8)
    answer = searcher().find(Query(like=(Example("blue.jpg", picture),), limit=1))
    assert [match.shot.track for match in answer.matches] == [3]


def test_words_say_who_matches_and_examples_in_which_order() -> None:
    words = Query("red", min_probability=0.0)
    plain = searcher().find(words)
    greener = searcher().find(replace(words, like=(Example("green", sighting(2, 0, "green").shot.id),)))
    chances = {match.shot.track: match.probability for match in plain.matches}
    assert {match.shot.track: match.probability for match in greener.matches} == {
        track: chance for track, chance in chances.items() if track != 2
    }
    blue = replace(words, unlike=(Example("red", sighting(1, 0, "red").shot.id),))
    assert [match.shot.track for match in searcher().find(blue).matches][-1] != 1


def test_an_example_moves_who_looks_like_it_up_and_a_rejected_one_down() -> None:
    people = [(1, "yellow"), (2, "green"), (3, "red")]
    index = ListIndex([sighting(track, 0, colour) for track, colour in people])
    search = Search(ScriptedEncoder(0.5, 0.5, 0.5), index, pool=10, threshold=0.0)

    def first(**examples: tuple[Example, ...]) -> list[int]:
        return [match.shot.track for match in search.find(Query("red", **examples)).matches]

    green = np.full((8, 4, 3), COLOURS["green"], np.uint8)
    assert first(like=(Example("green", green),))[0] == 2
    assert first(unlike=(Example("green", green),))[-1] == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(), "nothing to look for"),
        (Query(unlike=(Example("a", UUID(int=1)),)), "a is not in the index any more"),
        (Query("red", like=(Example("sighting 7", UUID(int=7)),)), "sighting 7 is not in the index any more"),
        (Query("red", like=tuple(Example("a", UUID(int=n)) for n in range(21))), "over 20 examples"),
    ],
)
def test_poor_examples_are_answered_with_what_to_do(query: Query, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        searcher().find(query)


def test_a_phrase_that_counts_more_decides() -> None:
    index = ListIndex([sighting(1, 0, "red"), sighting(2, 0, "blue")])
    search = Search(ColourEncoder(), index, pool=10, threshold=0.0)

    def first(*weights: Weight) -> int:
        return search.find(Query("red blue", weights=weights)).matches[0].shot.track

    assert (first(Weight("red", 4.0)), first(Weight("blue", 4.0))) == (1, 2)
    assert first(Weight("red", 0.1)) == 2


def test_a_weight_of_one_changes_nothing() -> None:
    plain, weighed = (
        searcher().find(Query("red blue", weights=weights, min_probability=0.0)).matches
        for weights in ((), (Weight("red", 1.0),))
    )
    assert [match.shot.id for match in plain] == [match.shot.id for match in weighed]
    assert [match.probability for match in plain] == pytest.approx([match.probability for match in weighed])
