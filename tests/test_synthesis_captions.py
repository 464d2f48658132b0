"""Captions: repeatable, true of what can be seen, and varied."""

import re
from collections import Counter
from dataclasses import fields, replace
from itertools import cycle, islice

import numpy as np
import pytest

from synthesis.describing import diversity, lexicon
from synthesis.describing.captions import FACINGS, MIX, SIZES, Caption, compose, describe
from synthesis.describing.claims import claims, truths
from synthesis.describing.contrast import contrast, vary
from synthesis.describing.facts import facts
from synthesis.describing.grammar import parse
from synthesis.describing.sentences import RULES, STYLES
from synthesis.describing.slots import SLOTS
from synthesis.describing.voice import Voice, traits
from synthesis.looks.colours import hair_words, words
from synthesis.looks.look import Carried, Colour, Garment, Look
from synthesis.looks.palette import FAMILIES, HAIR_FAMILIES
from synthesis.looks.sample import sample_look

RED = Colour("red", (0.7, 0.1, 0.12))
COLOUR_WORDS = sorted(
    {word.text for table in (FAMILIES, HAIR_FAMILIES) for family in table.values() for word in family.words},
    key=len,
    reverse=True,
)
COLOUR = re.compile(r"\b(" + "|".join(COLOUR_WORDS) + r")\b")
NOT_COLOURS = re.compile(r"\bdark glasses|dark (clothes|clothing|colours)")
THINGS = {
    "backpack": r"backpack|rucksack|knapsack|school bag|back pack",
    "umbrella": r"umbrella|brolly",
    "suitcase": r"suitcase|luggage",
    "envelope": r"envelope|letter\b",
}


def people(count: int, seed: int) -> list[Look]:
    rng = np.random.default_rng(seed)
    return [sample_look(rng) for _ in range(count)]


def captioned(count: int, seed: int) -> list[tuple[Look, str, str]]:
    """(look, facing, caption in lower case and British spelling)"""
    rng = np.random.default_rng(seed)
    found = []
    for look, facing in zip(people(count, seed), cycle(FACINGS)):
        for text in describe(look, rng, count=3, facing=facing):
            text = text.lower().replace("gray", "grey").replace("colored", "coloured")
            found.append((look, facing, text))
    return found


def colours_of(look: Look) -> set[str]:
    garments = [
        garment for garment in (look.headwear, look.upper, look.outer, look.lower, look.shoes) if garment
    ]
    worn = [colour for garment in garments for colour in (garment.colour, garment.second) if colour]
    worn += [colour for colour in (look.scarf, look.gloves) if colour] + [
        thing.colour for thing in look.carried
    ]
    return {word for colour in worn for word, _ in words(colour)} | {
        word for word, _ in hair_words(look.hair_colour)
    }


def test_the_same_generator_gives_the_same_captions() -> None:
    look = people(1, 3)[0]
    first, again = (describe(look, np.random.default_rng(8), count=5, facing="side") for _ in range(2))
    assert first == again
    assert len(set(first)) == 5


def test_every_colour_word_is_one_of_the_look() -> None:
    for look, _, text in captioned(300, 1):
        said = set(COLOUR.findall(NOT_COLOURS.sub("", text)))
        assert said <= colours_of(look), text


@pytest.mark.parametrize("kind", THINGS)
def test_a_thing_is_told_only_where_it_is_carried_or_missed(kind: str) -> None:
    for look, _, text in captioned(300, 2):
        if kind not in {thing.kind for thing in look.carried}:
            text = re.sub(r"\b(no|without|not carrying)( an?)? \w+", "", text)
            assert not re.search(THINGS[kind], text), text


def test_the_back_hides_face_logo_and_what_is_held_in_front() -> None:
    rng = np.random.default_rng(4)
    for look in people(150, 4):
        look = replace(look, glasses="sunglasses", sex="male", beard=True, carried=(Carried("cup", RED),))
        look = replace(look, upper=replace(look.upper, pattern="logo", second=RED), pose="walk")
        for text in describe(look, rng, count=3, facing="back"):
            assert not re.search(
                r"beard|glasses|spectacles|shades|logo|chest\b|lettering|cup\b|coffee|drink", text
            ), text


def test_an_upper_garment_under_a_closed_coat_is_not_described() -> None:
    rng = np.random.default_rng(5)
    coats = [
        look for look in people(400, 5) if look.outer and look.outer.kind == "coat" and not look.outer.open
    ]
    assert coats
    for look in coats:
        assert not any(name.startswith("upper") for name in facts(look, "front"))
        assert not any(name.startswith("upper") for name in compose(look, rng, facing="front").mentions)


def test_sexes_are_not_mixed() -> None:
    for look, _, text in captioned(200, 6):
        other = (
            r"\b(she|her|woman|lady|female|girl)\b"
            if look.sex == "male"
            else r"\b(he|his|man|guy|male|gentleman|boy)\b"
        )
        assert not re.search(other, text), text


def test_sizes_follow_the_mix_and_their_bounds() -> None:
    captions = diversity.sample_captions(1200, seed=7)
    shares = Counter(caption.size for caption in captions)
    for size, share in MIX.items():
        assert shares[size] / len(captions) == pytest.approx(share, abs=0.06)
    for caption in captions:
        low, high = SIZES[caption.size]
        assert low <= len(caption.text.split()) <= high
    assert {caption.style for caption in captions} == {style.name for style in STYLES}


def test_captions_are_varied_and_tidy() -> None:
    captions = diversity.sample_captions(800, seed=8)
    found = diversity.measure(captions)
    assert found.distinct_captions > 0.95
    assert found.vocabulary > 450
    for caption in captions:
        assert not re.search(r"[{}()\[\]~*?]{2}|[\[\]{}~*]|\s[,.;]|  |,,|\ba (?!one)[aeio]", caption.text), (
            caption.text
        )


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_every_template_can_be_said_of_somebody(style) -> None:  # type: ignore[no-untyped-def]
    crowd = people(250, 9)
    for template in style.templates:
        voices = (
            Voice(look, facing, np.random.default_rng(0), RULES, SLOTS, detail=0.9)
            for look, facing in zip(crowd, cycle(FACINGS))
        )
        assert any(parse(template).expand(voice) for voice in voices), template


def test_every_rule_is_used() -> None:
    texts = [template for style in STYLES for template in style.templates] + list(RULES.values())
    named = {name.removesuffix("-") for text in texts for name in re.findall(r"\[([^\]]+)\]", text)}
    assert set(RULES) <= named
    assert named == set(RULES) | set(SLOTS) & named


def test_the_lexicon_claims_only_traits_that_exist() -> None:
    known: set[str] = set()
    for look in people(1500, 10):
        voice = Voice(look, "front", np.random.default_rng(0), RULES, SLOTS)
        for garment in (look.upper, look.outer, look.lower, look.shoes, look.headwear):
            known |= traits(voice, garment) if garment else set()
    tables = (lexicon.NOUNS, lexicon.MATERIALS, lexicon.PATTERNS, lexicon.PATTERN_TAILS, lexicon.LENGTHS)
    sources = [source for table in tables for source in table.values()]
    for source in (*sources, lexicon.LENGTH_TAILS, lexicon.FITS, lexicon.SLEEVES):
        for entry in lexicon.entries(source):
            claimed = {claim.removeprefix("!") for group in entry.claims for claim in group}
            assert claimed <= known, entry


def test_vary_changes_one_field_and_names_it() -> None:
    rng = np.random.default_rng(11)
    for look in people(300, 11):
        varied, detail = vary(look, rng)
        changed = [
            field.name for field in fields(Look) if getattr(look, field.name) != getattr(varied, field.name)
        ]
        assert changed == [detail.split(".")[0]]


def test_a_varied_colour_shares_no_word_with_the_old_one() -> None:
    rng = np.random.default_rng(12)
    tried = 0
    for look in people(300, 12):
        varied, detail = vary(look, rng)
        if detail.endswith(".colour"):
            old, new = (getattr(who, detail.split(".")[0]).colour for who in (look, varied))
            assert {word for word, _ in words(old)}.isdisjoint(word for word, _ in words(new))
            tried += 1
    assert tried > 30


def test_a_contrast_is_false_of_the_look() -> None:
    rng = np.random.default_rng(13)
    for look, facing in zip(people(60, 13), cycle(FACINGS)):
        told = contrast(look, rng, facing=facing)
        if told.detail == "sex":
            wrong = (
                r"\b(he|his|\w*man|guy|male|boy)\b"
                if look.sex == "female"
                else r"\b(she|her|\w*woman|lady|female|girl)\b"
            )
            assert re.search(wrong, told.text.lower()), told
        if told.detail.startswith("carried."):
            assert told.detail not in facts(look, facing)


def test_facts_name_only_what_is_visible() -> None:
    for look in islice(people(40, 14), 40):
        seen, hidden = facts(look, "front"), facts(look, "back")
        assert seen["shoes.colour"]
        assert {"glasses", "beard"} <= set(seen)
        assert not {"glasses", "beard"} & set(hidden)
        assert set(hidden) <= set(seen) | {"facing", "clothes"}  # all dark, where the inner ones hide
        assert all(phrases for phrases in seen.values())


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(ValueError, match="'above' is no facing"):
        describe(people(1, 0)[0], np.random.default_rng(0), count=1, facing="above")


@pytest.mark.parametrize("template", ["a {b|c", "a (b", "[slot", "a) b", "{a|b)"])
def test_unbalanced_templates_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"close|closed"):
        parse(template)


def test_what_captions_claim_is_true_and_mostly_known() -> None:
    known, total = 0, 0
    for number, look in enumerate(people(60, 15)):
        facing, rng = FACINGS[number % 3], np.random.default_rng(number)
        for caption in (compose(look, rng, facing=facing) for _ in range(4)):
            claimed = claims(caption, look, facing)
            assert claimed is None or claimed <= truths(look, facing)
            known, total = known + (claimed is not None), total + 1
    assert known > 0.8 * total


def test_a_colour_is_claimed_of_what_it_stands_with() -> None:
    worn = Garment("shirt", Colour("blue", (0.1, 0.2, 0.7)))
    bag = Carried("carrier bag", Colour("black", (0.05, 0.05, 0.05)))
    look = replace(people(1, 3)[0], upper=worn, outer=None, headwear=None, carried=(bag,), hair="short")
    caption = Caption("blue shirt, black plastic bag", "operator", "short", frozenset({"upper.colour"}))
    assert claims(caption, look, "front") == {
        "top.kind=shirt", "top.colour=blue", "carrier bag.kind=plastic bag", "carrier bag.colour=black",
    }  # fmt: skip
