"""What a description shuts out, parted from what it asks for."""

import pytest

from models.acsa.exclusions import Asked, part
from models.acsa.kinds import kinds


@pytest.mark.parametrize(
    ("description", "wanted", "excluded"),
    [
        ("dark coat but no bag", "dark coat", ("bag",)),
        ("man in jeans who is not carrying any paper", "man in jeans", ("paper",)),
        ("woman in jeans without a red jacket", "woman in jeans", ("red jacket",)),
        ("man without a coat or jacket", "man", ("coat", "jacket")),
        ("black-haired woman who isn't wearing a cardigan", "black-haired woman", ("cardigan",)),
        ("not wearing a hat or carrying a bag, red top", "red top", ("hat", "bag")),
        ("Man, no bag, no hat, blue jeans", "Man, blue jeans", ("bag", "hat")),
        ("a man without a backpack and a red cap", "a man and a red cap", ("backpack",)),
        ("blue jacket with no hood and white trousers", "blue jacket and white trousers", ("hood",)),
        ("He wears a coat. He does not wear a hat. Black shoes.", "He wears a coat. Black shoes", ("hat",)),
        ("without a hat or scarf but with gloves", "with gloves", ("hat", "scarf")),
    ],
)
def test_a_negated_clause_goes_with_the_words_that_lead_to_it(
    description: str, wanted: str, excluded: tuple[str, ...]
) -> None:
    assert part(description) == Asked(wanted, excluded)


@pytest.mark.parametrize(
    ("description", "excluded"),
    [
        ("a coat that is not black or dark", ("black coat", "dark coat")),
        ("holding papers but not wearing anything red", ("something red",)),
        ("grey cardigan, but not blonde", ("blonde hair",)),
    ],
)
def test_an_adjective_alone_is_given_its_noun(description: str, excluded: tuple[str, ...]) -> None:
    assert part(description).excluded == excluded


def test_a_description_without_negation_stays_as_it_is() -> None:
    assert part("Red coat,  grey hood.") == Asked("Red coat,  grey hood.", ())


def test_a_description_that_only_shuts_out_asks_for_anybody() -> None:
    assert part("no hat") == Asked("person", ("hat",))


def test_nothing_to_look_for_is_refused() -> None:
    with pytest.raises(ValueError, match="names nothing"):
        part("not the")


@pytest.mark.parametrize("phrase", ["hat", "hats", "Hat"])
def test_a_general_word_covers_its_kinds(phrase: str) -> None:
    assert {"cap", "beanie", "helmet"} <= set(kinds(phrase))


def test_what_stands_before_a_general_word_goes_with_its_kinds() -> None:
    assert "big black backpack" in kinds("big black bag")


@pytest.mark.parametrize("phrase", ["backpack", "what", "handbag", "red", "hat band"])
def test_a_word_that_is_not_general_covers_itself_alone(phrase: str) -> None:
    assert kinds(phrase) == ()


def test_what_is_asked_for_is_not_shut_out_as_a_kind() -> None:
    assert "coat" in kinds("jacket")
    left = kinds("jacket", ["person", "dark coats"])
    assert not any(kind.endswith("coat") and kind != "raincoat" for kind in left)
    assert "leather jacket" in left
