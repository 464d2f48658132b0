"""What speaks for a candidate: each phrase with each part, and what words leave to the examples."""

import numpy as np
import pytest

from models.types import Scores, TextFeatures
from pipeline.evidence import Weighed, body, left_open, likeness
from tests.fakes import ColourEncoder, unit

PARTS = ("whole", "head", "upper body", "lower body", "feet", "window 1")


class Bodies(ColourEncoder):
    parts = PARTS


def asked(*phrases: str, excluded: tuple[bool, ...] = ()) -> TextFeatures:
    vectors = np.ones((len(phrases), 4), np.float32)
    return TextFeatures(unit(np.ones(4, np.float32)), phrases, vectors, excluded or (False,) * len(phrases))


def scores(similarity: np.ndarray) -> Scores:
    count, phrases, _ = similarity.shape
    flat = np.full(count, 0.5, np.float32)
    return Scores(flat, flat, similarity.astype(np.float32), np.full((count, phrases), 0.25, np.float32))


def test_reasons_tell_of_every_part_and_windows_are_none() -> None:
    similarity = np.array([[[0.3, 0.1, 0.7, 0.2, 0.0, 0.9]]])
    weighed = Weighed(np.zeros(1, np.float32), None, asked("red jacket"), scores(similarity), PARTS)
    (reason,) = weighed.reasons(0)
    assert (reason.part, reason.agreement) == ("upper body", 0.25)
    assert reason.similarity == pytest.approx(0.7)
    assert [each.part for each in reason.parts] == [*PARTS[1:5], "whole"]
    assert [each.similarity for each in reason.parts] == pytest.approx([0.1, 0.7, 0.2, 0.0, 0.3])


def test_the_regions_of_the_body_are_known_by_name() -> None:
    assert body(PARTS) == (1, 2, 3, 4)
    assert body(("whole",)) == (0,)


def test_what_a_phrase_tells_people_apart_by_is_not_left_to_examples() -> None:
    similarity = np.full((8, 2, 6), 0.2)
    similarity[::2, 0, 2] = 0.8  # "red jacket": the upper bodies differ
    similarity[::2, 1, 3] = 0.9  # "no skirt" is shut out, so it describes nobody
    open_to_examples = left_open(
        asked("red jacket", "no skirt", excluded=(False, True)), scores(similarity), body(PARTS)
    )
    assert open_to_examples == pytest.approx([1, 0.001, 1, 1])


def test_likeness_is_that_of_the_regions_that_count() -> None:
    example = np.zeros((6, 4), np.float16)
    example[:, 0] = 1
    other = example.copy()
    other[2] = (0, 1, 0, 0)  # another jacket
    other[0] = other[5] = 0  # neither the whole nor windows are asked
    both = np.stack([example, other])
    even = np.ones(4, np.float32)
    assert likeness(both, example, even, Bodies()) == pytest.approx([1, 0.75])
    assert likeness(both, example, np.array([1, 0, 1, 1], np.float32), Bodies()) == pytest.approx([1, 1])
