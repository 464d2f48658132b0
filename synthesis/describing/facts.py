"""Every truthful word for every visible attribute of a look: labels for attribute losses, "
"and what captions may say."""

from collections.abc import Iterable

import numpy as np

from synthesis.describing import lexicon
from synthesis.describing.figure import PERSON_NOUNS, hair_shows
from synthesis.describing.sentences import RULES
from synthesis.describing.slots import SLOTS
from synthesis.describing.voice import Voice, traits
from synthesis.looks.colours import hair_words, words
from synthesis.looks.look import Garment, Look


def facts(look: Look, facing: str) -> dict[str, list[str]]:
    """Attribute -> true short phrases, most usual first, as seen from the "front", the "side" or the "back".

    Attributes are the names that `captions.Caption.mentions` and `contrast.vary` use ("outer.colour",
        "carried.cup"),
    and "age", "build", "height", "hair", "pose" and "facing". What is hidden has no entry.
    """
    voice = Voice(look, facing, np.random.default_rng(0), RULES, SLOTS)
    found = {
        "sex": _true(PERSON_NOUNS[look.sex, look.age], frozenset()),
        "age": [look.age],
        "build": [look.build],
        "height": [look.height],
        "pose": [look.pose],
        "facing": [facing],
    }
    for field, garment in voice.garments().items():
        found |= _garment(voice, field, garment)
    if look.headwear is not None:
        if look.headwear.kind == "hood":
            found["headwear.kind"] = ["hood up"]
        else:
            found |= _garment(voice, "headwear", look.headwear)
    if hair_shows(voice):
        found["hair"] = [look.hair]
        if look.hair != "bald":
            found["hair_colour"] = _ranked(hair_words(look.hair_colour))
    if facing != "back":
        found["glasses"] = [look.glasses]
        found["beard"] = ["beard" if look.beard else "no beard"]
    if look.scarf:
        found["scarf"] = [f"{word} scarf" for word in _ranked(words(look.scarf))]
    if look.gloves and look.pose not in ("hands in pockets", "arms folded"):
        found["gloves"] = [f"{word} gloves" for word in _ranked(words(look.gloves))]
    for thing in voice.things:
        found[f"carried.{thing.kind}"] = _true(lexicon.NOUNS[thing.kind], frozenset())
        found[f"carried.{thing.kind}.colour"] = _ranked(words(thing.colour))
    return found


def _garment(voice: Voice, field: str, garment: Garment) -> dict[str, list[str]]:
    have = traits(voice, garment)
    found = {
        f"{field}.kind": _true(lexicon.NOUNS[garment.kind], have),
        f"{field}.colour": _ranked(words(garment.colour)),
        f"{field}.material": _true(lexicon.MATERIALS[garment.material], have),
    }
    if garment.pattern == "plain":
        found[f"{field}.pattern"] = ["plain"]
    elif garment.pattern != "logo" or voice.facing != "back":
        found[f"{field}.pattern"] = _true(lexicon.PATTERNS[garment.pattern], have)
    if garment.second is not None:
        found[f"{field}.second"] = _ranked(words(garment.second))
    return found


def _true(source: str, have: frozenset[str]) -> list[str]:
    return _ranked([(entry.text, entry.weight) for entry in lexicon.entries(source) if entry.holds(have)])


def _ranked(weighted: Iterable[tuple[str, float]]) -> list[str]:
    return [text for text, _ in sorted(weighted, key=lambda pair: -pair[1])]
