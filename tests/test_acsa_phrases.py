"""Noun phrases of descriptions, terse and long."""

import pytest

from models.acsa.phrases import find_phrases


def texts(description: str) -> list[str]:
    return [phrase.text for phrase in find_phrases(description)]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("a red padded jacket with a grey hood", ["red padded jacket", "grey hood"]),
        ("red jacket, blue jeans", ["red jacket", "blue jeans"]),
        ("man, short black hair, no bag", ["man", "short black hair", "no bag"]),
        ("RED JACKET", ["RED JACKET"]),
        ("t-shirt", ["t-shirt"]),
        ("a dress", ["dress"]),
        ("a woman in a long red dress", ["woman", "long red dress"]),
        ("a person in black", ["black"]),
        ("a black and white striped shirt and blue jeans", ["black and white striped shirt", "blue jeans"]),
        ("a blue, white and grey jacket", ["blue, white and grey jacket"]),
        ("a red/black coat", ["red/black coat"]),
        ("a pair of white trainers", ["white trainers"]),
        ("dressed in a white shirt under a navy blazer", ["white shirt", "navy blazer"]),
        ("The woman's brown bag", ["woman's brown bag"]),
    ],
)
def test_phrases_are_runs_of_telling_words(description: str, expected: list[str]) -> None:
    assert texts(description) == expected


@pytest.mark.parametrize(
    ("description", "negated"),
    [
        ("no bag", ["no bag"]),
        ("without a hat or scarf but with gloves", ["no hat", "no scarf"]),
        ("a man without a backpack and a red cap", ["no backpack"]),
        ("she is not wearing glasses, blue coat", ["no glasses"]),
        ("doesn't carry a bag and wears a cap", ["no bag"]),
        ("doesn’t carry a bag", ["no bag"]),
        ("a coat with no hood", ["no hood"]),
        ("blue coat", []),
    ],
)
def test_negations_reach_their_own_phrases_only(description: str, negated: list[str]) -> None:
    assert [phrase.text for phrase in find_phrases(description) if phrase.negated] == negated


def test_spans_point_at_the_words_themselves() -> None:
    description = "Man with no bag, in a Dark green coat."
    found = [description[phrase.start : phrase.end] for phrase in find_phrases(description)]
    assert found == ["Man", "bag", "Dark green coat"]


def test_a_long_description_gives_all_its_phrases() -> None:
    description = (
        "The middle-aged man is walking towards the camera with a black leather briefcase in his right "
        "hand. He wears a "
        "navy blue suit over a white shirt and a striped red tie, and a pair of polished brown shoes; his "
        "grey hair is "
        "short and he has round glasses, but he is not wearing a hat or carrying an umbrella."
    )
    found = texts(description)
    assert "black leather briefcase" in found
    assert "navy blue suit" in found
    assert "striped red tie" in found
    assert "polished brown shoes" in found
    assert found[-2:] == ["no hat", "no umbrella"]


def test_fillers_stand_only_where_nothing_else_does() -> None:
    assert texts("a person") == ["person"]
    assert texts("a person with a bag") == ["bag"]


@pytest.mark.parametrize("description", ["", "   ", "...", "with the and", "is he not"])
def test_a_text_that_names_nothing_is_refused(description: str) -> None:
    with pytest.raises(ValueError, match="names nothing to look for"):
        find_phrases(description)
