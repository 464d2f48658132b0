"""Every truthful word for every visible attribute of a look: what captions may say and so may claim."""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np

from synthesis.describing import lexicon
from synthesis.describing.action import action_facts
from synthesis.describing.figure import PERSON_NOUNS, PRONOUNS, build_words, hair_facts
from synthesis.describing.phrases import length_source, tells_sleeves
from synthesis.describing.sentences import RULES
from synthesis.describing.slips import american
from synthesis.describing.slots import SLOTS, further_facts
from synthesis.describing.voice import Voice, traits
from synthesis.looks.colours import FAMILIES, HAIR_FAMILIES, words
from synthesis.looks.look import Garment, Look

_JOINTS = frozenset(  # parts of wordings that say nothing by themselves
    {"a", "about", "an", "and", "back", "body", "down", "hand", "hard", "her", "his", "in", "it", "look",
     "of", "off", "on", "one", "over", "s", "second", "shoulder", "some", "something", "t", "the", "to",
     "up", "with"}
)  # fmt: skip
_BINDING = frozenset(  # words that say more of the others than these say by themselves
    {"no", "not", "without", "all", "completely", "entirely", "only", "toe", "bottom", "darker", "lighter"}
)


def facts(look: Look, facing: str) -> dict[str, list[str]]:
    """Attribute -> true short phrases, most usual first, as seen from the "front", the "side" or the "back".

    Attributes are the names that `captions.Caption.mentions` and `contrast.vary` use ("outer.colour",
    "carried.cup"), and "sex", "age", "build", "hair", "pose", "facing", "stance", "lacks" and the
    like. What is hidden has no entry. Where other words stand between those of a wording ("long brown hair")
    each of its words has an entry of its own.
    """
    voice = Voice(look, facing, np.random.default_rng(0), RULES, SLOTS)
    found = {
        "sex": [*_true(PERSON_NOUNS[look.sex, look.age], frozenset()), *PRONOUNS[look.sex]],
        "age": [look.age],
        "build": list(build_words(look)),
    }
    for field, garment in voice.garments().items():
        found |= _garment(voice, field, garment)
    if look.headwear is not None:
        if look.headwear.kind == "hood":
            found["headwear.kind"] = ["hood up", "hood pulled up", "hood over", "hood"]
        else:
            found |= _garment(voice, "headwear", look.headwear)
    found |= hair_facts(voice)
    if facing != "back":
        found["glasses"] = {
            "none": ["none"],
            "glasses": ["glasses", "spectacles", "eyeglasses"],
            "sunglasses": ["sunglasses", "dark glasses", "shades", "glasses"],
        }[look.glasses]
        found["beard"] = ["beard", "full beard"] if look.beard else ["no beard"]
    if look.scarf:
        found["scarf"] = _true(lexicon.NOUNS["scarf"], frozenset())
        found["scarf.colour"] = _ranked(words(look.scarf))
    if look.gloves and look.pose not in ("hands in pockets", "arms folded"):
        found["gloves"] = _true(lexicon.NOUNS["gloves"], frozenset())
        found["gloves.colour"] = _ranked(words(look.gloves))
    for thing in voice.things:
        found[f"carried.{thing.kind}"] = _true(lexicon.NOUNS[thing.kind], frozenset())
        found[f"carried.{thing.kind}.colour"] = _ranked(words(thing.colour))
    for more in (action_facts(voice), further_facts(voice)):
        for attribute, said in more.items():
            found[attribute] = [*found.get(attribute, ()), *said]
    return {attribute: said for attribute, said in found.items() if said}


@cache
def telling() -> frozenset[str]:
    """All words by which one look is told from another; a caption's other words say nothing of the look."""
    lines = [*lexicon.NOUNS.values(), *lexicon.MATERIALS.values(), *lexicon.PATTERNS.values(), lexicon.FITS,
             *lexicon.LENGTHS.values(), lexicon.SLEEVES, *PERSON_NOUNS.values()]  # fmt: skip
    texts = [entry.text for line in lines for entry in lexicon.entries(line)]
    colours = [word.text for family in (*FAMILIES.values(), *HAIR_FAMILIES.values()) for word in family.words]
    every = re.findall(r"[a-z]+", f"{(told := ' '.join([*texts, *colours]).lower())} {american(told)}")
    return frozenset(every) - _JOINTS | _BINDING


def _garment(voice: Voice, field: str, garment: Garment) -> dict[str, list[str]]:
    have = traits(voice, garment)
    found = {
        f"{field}.kind": _true(lexicon.NOUNS[garment.kind], have),
        f"{field}.colour": _ranked(words(garment.colour)),
        f"{field}.material": _true(lexicon.MATERIALS[garment.material], have),
        f"{field}.fit": _true(lexicon.FITS, have),
    }
    if (source := length_source(garment)) is not None:
        found[f"{field}.length"] = [*_true(source, have), *_true(lexicon.LENGTH_TAILS, have)]
    if tells_sleeves(garment):
        found[f"{field}.sleeves"] = _true(lexicon.SLEEVES, have)
    if garment.hood:
        found[f"{field}.hood"] = ["hood", "fur-trimmed"] if garment.second is not None else ["hood"]
    if garment.open:
        found[f"{field}.open"] = ["open", "unbuttoned"]
    if garment.pattern == "plain":
        found[f"{field}.pattern"] = ["plain"]
    elif garment.pattern != "logo" or voice.facing != "back":
        tails = " ".join(_true(lexicon.PATTERN_TAILS[garment.pattern], have))
        told = sorted(set(re.findall(r"[a-z]+", tails)) - _JOINTS)
        found[f"{field}.pattern"] = [*_true(lexicon.PATTERNS[garment.pattern], have), *told]
    if garment.second is not None:
        found[f"{field}.second"] = _ranked(words(garment.second))
        if field == "shoes" and garment.pattern == "plain":
            found["shoes.soles"] = ["soles"]
    return found


def _true(source: str, have: frozenset[str]) -> list[str]:
    return _ranked([(entry.text, entry.weight) for entry in lexicon.entries(source) if entry.holds(have)])


def _ranked(weighted: Iterable[tuple[str, float]]) -> list[str]:
    return [text for text, _ in sorted(weighted, key=lambda pair: -pair[1])]
