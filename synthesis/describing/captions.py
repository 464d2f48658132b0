"""Describes a look as people would: many manners, lengths and words, all of it true of what can be seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthesis.describing.grammar import parse
from synthesis.describing.sentences import RULES, STYLES, Style
from synthesis.describing.slips import american, misspell
from synthesis.describing.slots import SLOTS
from synthesis.describing.voice import Voice
from synthesis.looks.chance import draw
from synthesis.looks.look import Look

FACINGS = ("front", "side", "back")
SIZES = {"full": (12, 48), "medium": (5, 22), "short": (1, 10)}  # words
MIX = {"full": 0.42, "medium": 0.2, "short": 0.38}
_SLIPS = 0.03  # share of captions with a spelling slip
_TRIES = 40
_TWO_HEDGES = re.compile(
    r"\b(maybe|probably|possibly|I think|what looks like)((?: a)?) (?:maybe|probably|possibly|either)\b"
)


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, the style it was made in, and the details of the look that it pins down ("outer.colour")."""

    text: str
    style: str
    size: str  # of the style: "full" | "medium" | "short"
    mentions: frozenset[str]


def describe(look: Look, rng: np.random.Generator, *, count: int, facing: str) -> list[str]:
    """`count` different captions of a person seen from the "front", the "side" or the "back".

    Raises ValueError for another facing.
    """
    texts: dict[str, None] = {}
    while len(texts) < count:
        texts[compose(look, rng, facing=facing).text] = None
    return list(texts)


def compose(
    look: Look, rng: np.random.Generator, *, facing: str, styles: Sequence[Style] = STYLES
) -> Caption:
    """One caption in a style drawn by size (see MIX) and weight."""
    if facing not in FACINGS:
        raise ValueError(f"{facing!r} is no facing; use one of {', '.join(FACINGS)}.")
    sizes = sorted({style.size for style in styles})
    for _ in range(_TRIES):
        size = draw(rng, {size: MIX[size] for size in sizes})
        style = draw(rng, {style: style.weight for style in styles if style.size == size})
        for _ in range(_TRIES):
            caption = _attempt(look, rng, facing, style)
            if caption is not None:
                return caption
    raise ValueError("None of the styles can describe this look; offer more of STYLES.")


def _attempt(look: Look, rng: np.random.Generator, facing: str, style: Style) -> Caption | None:
    dialect = draw(rng, {"british": 0.4, "american": 0.35, "mixed": 0.25})
    voice = Voice(
        look,
        facing,
        rng,
        RULES,
        SLOTS,
        detail=float(rng.uniform(*style.detail)),
        unsure=style.unsure,
        dialect=dialect,
    )
    template = style.templates[int(rng.integers(len(style.templates)))]
    text = parse(template).expand(voice)
    if text is None:
        return None
    text = finish(text, sentence=style.size == "full" or bool(rng.random() < 0.25))
    low, high = SIZES[style.size]
    if not low <= len(text.split()) <= high:
        return None
    if dialect == "american":
        text = american(text)
    if rng.random() < _SLIPS:
        text = misspell(text, rng)
    if style.size != "full" and rng.random() < 0.5:
        text = text.lower().rstrip(".")
    return Caption(text, style.name, style.size, voice.mentions)


def finish(text: str, *, sentence: bool) -> str:
    """Mend articles, spaces and punctuation; a sentence also gets its capitals."""
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    text = re.sub(r"\s+([,.;:?])", r"\1", text)
    text = re.sub(r"([,;:])(?=[.?])|([.,;:?])(?=[,;.])", "", text)
    text = _TWO_HEDGES.sub(r"\1\2", text)
    text = re.sub(r"\b([Aa]) (?=(?!one\b)[aeioAEIO]|um|un(?!i))", r"\1n ", text)
    text = re.sub(r"\b(\w+) \1\b", r"\1", text)
    if sentence:
        text = re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), text)
    return text
