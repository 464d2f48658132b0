"""Sampled people: repeatable, coherent, and with everything often enough to be learned."""

import json
from collections import Counter

import numpy as np
import pytest

from synthesis.looks import colours
from synthesis.looks.look import (
    CARRIED,
    HAIR,
    HEADWEAR,
    LOWER,
    MATERIALS,
    ONE_PIECE,
    OUTER,
    PATTERNS,
    POSES,
    SHOES,
    UPPER,
    Colour,
    Garment,
    Look,
)  # fmt: skip
from synthesis.looks.sample import sample_look

COUNT = 2500


def people(count: int, seed: int) -> list[Look]:
    rng = np.random.default_rng(seed)
    return [sample_look(rng) for _ in range(count)]


@pytest.fixture(scope="module")
def crowd() -> list[Look]:
    return people(COUNT, 0)


def garments(look: Look) -> list[Garment]:
    worn = (look.headwear, look.upper, look.outer, look.lower, look.shoes)
    return [garment for garment in worn if garment is not None]


def test_the_same_generator_gives_the_same_people() -> None:
    assert people(20, 5) == people(20, 5)
    assert people(20, 5) != people(20, 6)


def test_looks_use_only_the_words_of_the_contract(crowd: list[Look]) -> None:
    kinds = {*UPPER, *OUTER, *LOWER, *ONE_PIECE, *SHOES, *HEADWEAR}
    for look in crowd:
        assert look.hair in HAIR
        assert look.pose in POSES
        assert look.hair_colour.family in colours.HAIR_FAMILIES
        assert {thing.kind for thing in look.carried} <= set(CARRIED)
        for garment in garments(look):
            assert garment.kind in kinds
            assert garment.pattern in PATTERNS
            assert garment.material in MATERIALS
            assert colours.name(garment.colour.rgb) == garment.colour.family


def test_people_are_coherent(crowd: list[Look]) -> None:
    for look in crowd:
        kinds = {garment.kind for garment in garments(look)}
        held = {thing.kind for thing in look.carried} - {"backpack", "shoulder bag"}
        outermost = look.outer or look.upper
        assert (look.lower is None) == (look.upper.kind in ONE_PIECE)
        assert not (look.sex == "male" and kinds & {"dress", "skirt", "blouse"})
        assert not (look.sex == "female" and look.beard)
        assert "hood" not in kinds or outermost.hood
        assert not (look.pose in ("hands in pockets", "arms folded") and held)
        assert look.pose != "phone" or "phone" in held
        assert len(held) <= 1


def test_patterns_have_a_second_colour_of_another_family(crowd: list[Look]) -> None:
    for look in crowd:
        for garment in garments(look):
            if garment.pattern != "plain":
                assert garment.second is not None
                assert garment.second.family != garment.colour.family


def test_every_kind_pattern_and_thing_is_common_enough(crowd: list[Look]) -> None:
    seen = Counter[str]()
    for look in crowd:
        seen.update({garment.kind for garment in garments(look)})
        seen.update({garment.pattern for garment in garments(look)})
        seen.update({garment.material for garment in garments(look)})
        seen.update(thing.kind for thing in look.carried)
        seen.update([look.hair, look.glasses])
        seen.update(name for name in ("scarf", "gloves", "beard", "outer") if getattr(look, name))
    named = {*UPPER, *OUTER, *LOWER, *ONE_PIECE, *SHOES, *HEADWEAR, *PATTERNS, *MATERIALS, *CARRIED, *HAIR}
    rare = {
        name: seen[name]
        for name in {*named, "scarf", "gloves", "beard", "sunglasses"}
        if seen[name] < 0.02 * COUNT
    }
    assert not rare


def test_clothes_are_mostly_dark_yet_every_colour_is_worn(crowd: list[Look]) -> None:
    tops = Counter((look.outer or look.upper).colour.family for look in crowd)
    assert set(tops) == set(colours.FAMILIES)
    assert min(tops.values()) > 0.015 * COUNT
    assert tops.most_common(1)[0][0] == "black"
    legs = [colours.lightness(look.lower.colour) for look in crowd if look.lower]
    assert np.median(legs) < 40


def test_a_record_is_plain_json(crowd: list[Look]) -> None:
    record = json.loads(json.dumps(crowd[0].record()))
    assert record["upper"]["kind"] == crowd[0].upper.kind


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (100.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (53.24, 80.09, 67.20)),
        ((0.0, 0.0, 1.0), (32.30, 79.19, -107.86)),
    ],
)
def test_cielab_agrees_with_published_values(
    rgb: tuple[float, float, float], lab: tuple[float, float, float]
) -> None:
    assert colours.to_lab(rgb) == pytest.approx(lab, abs=0.05)
    assert colours.to_rgb(lab) == pytest.approx(rgb, abs=0.01)


@pytest.mark.parametrize("family", colours.FAMILIES)
def test_a_sampled_colour_is_named_as_asked(family: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        colour = colours.sample_colour(rng, {family: 1.0})
        assert colours.name(colour.rgb) == colour.family == family
        assert all(0.0 <= value <= 1.0 for value in colour.rgb)


def test_words_are_true_and_the_borders_overlap() -> None:
    navy = Colour("navy", (0.09, 0.11, 0.22))
    assert {"navy", "dark blue", "blue"} <= {word for word, _ in colours.words(navy)}
    black, navy_anchor = (
        np.array(colours.FAMILIES["black"].anchors[1]),
        np.array(colours.FAMILIES["navy"].anchors[0]),
    )
    border = colours.to_rgb(tuple(black + 0.53 * (navy_anchor - black)))
    said = dict(colours.words(Colour("navy", tuple(border))))
    assert said["dark blue"] > said["black"] > 0


def test_an_impossible_chroma_is_refused() -> None:
    with pytest.raises(ValueError, match="No grey has a chroma"):
        colours.sample_colour(np.random.default_rng(0), {"grey": 1.0}, chroma=(60.0, 90.0))
