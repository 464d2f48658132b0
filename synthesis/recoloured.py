"""Real people in clothes of other colours: the same person, place and light, and another description."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.dressing.meshes import Floats
from synthesis.looks import dyes
from synthesis.looks.colours import sample_colour, to_lab
from synthesis.looks.look import Colour, Garment, Look
from synthesis.photographs import Labelled
from synthesis.picturing.dyeing import Rows, dye, find
from synthesis.picturing.imaging import Bytes

APART = 18.0  # CIELAB distance from the old colour, at least: below, one description may fit both
BOTH = 0.4  # chance that both garments change, where both can
LEGS_WIDEST = 0.62  # of a picture's width; arms reach further than legs
TO = {"waist": 0.5, "thigh": 0.64, "knee": 0.74, "calf": 0.84, "ankle": 0.9}  # where a length ends, by row
TRIES = 20


def recoloured(
    person: Labelled, picture: Bytes, count: int, rng: np.random.Generator
) -> Iterator[tuple[Bytes, Look]]:
    """`count` pictures like this one, BGR, and what their person looks like.

    There are none where no garment is surely found.
    """
    if not count:
        return
    found: dict[str, Floats] = {}
    top = "outer" if person.look.outer else "upper"
    for part in () if person.look.pose == "sit" else (top, "lower"):
        garment = getattr(person.look, part)
        if garment is None or garment.pattern != "plain" or {part, f"{part}.colour"} & person.unseen:
            continue
        widest = {"widest": LEGS_WIDEST} if part == "lower" else {}
        where = find(picture, garment.colour.family, _rows(person, part, garment), **widest)
        if where is not None:
            found[part] = where
    for _ in range(count if found else 0):
        changing = list(found) if rng.random() < BOTH else [str(rng.choice(list(found)))]
        changed, look = picture, person.look
        for part in changing:
            old: Garment = getattr(look, part)
            new = _other(old, _odds(part, old), rng)
            changed = dye(changed, found[part], old.colour.family, new)
            changes: dict[str, Any] = {part: replace(old, colour=new)}
            look = replace(look, **changes)
        yield changed, look


def _rows(person: Labelled, part: str, garment: Garment) -> Rows:
    if part == "lower":
        return (0.46, 0.7) if garment.kind in ("shorts", "skirt") else (0.52, 0.9)
    if "lower" in person.unseen:  # cut off above the legs
        return 0.32, 1.0
    return 0.17, TO.get(garment.length, 0.54)


def _odds(part: str, garment: Garment) -> dyes.Odds:
    if part == "outer":
        return dyes.COAT
    if part == "lower":
        return dyes.DENIM if garment.kind == "jeans" else dyes.LEGS
    return dyes.SHIRT if garment.kind in ("shirt", "blouse") else dyes.TOP


def _other(old: Garment, odds: dyes.Odds, rng: np.random.Generator) -> Colour:
    """A colour that people wear and nobody would call by the old one's name."""
    others = {family: weight for family, weight in odds.items() if family != old.colour.family}
    was = np.array(to_lab(old.colour.rgb))
    for _ in range(TRIES):
        new = sample_colour(rng, others)
        if np.linalg.norm(was - to_lab(new.rgb)) >= APART:
            return new
    raise ValueError(f"no colour is far enough from {old.colour.family}: widen the odds")
