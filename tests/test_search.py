"""Search: the right people first, each once, with reasons; and plain words when the question is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.types import Scores, TextFeatures
from pipeline.search import QueryError, Search
from pipeline.types import Query
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

    def cameras(self) -> tuple[str, ...]:
        return tuple(sorted({sighting.shot.camera for sighting in self.sightings}))

    def add(self, sightings: object) -> None:
        raise AssertionError("a search adds nothing")

    def count(self, where: Where = Where()) -> int:  # noqa: B008
        return len(self.sightings)

    def close(self) -> None: ...


def sighting(track: int, shot: int, colour: str, camera: str = "gate") -> Sighting:
    began = NOON + timedelta(minutes=track)
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
