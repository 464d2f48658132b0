"""Spelling: American forms, and the slips that people make when they type."""

import re

import numpy as np

_AMERICAN = {
    "grey": "gray", "colour": "color", "coloured": "colored", "greyish": "grayish", "greying": "graying",
    "woollen": "woolen",
}  # fmt: skip
_SLIPS = {
    "wearing": ("wering", "waering", "wearng"), "jacket": ("jaket", "jackt", "jacktet"),
    "trousers": ("trowsers", "trouser", "trousrs"), "carrying": ("carying", "carring"),
    "shoulder": ("sholder", "shoudler"), "backpack": ("backpak", "back-pack", "bagpack"),
    "with": ("wiht", "whit"), "hair": ("hiar",), "walking": ("walkin", "waking"),
    "towards": ("toward", "twards"), "sweater": ("sweatter", "swaeter"), "glasses": ("glases",),
    "shoes": ("shose", "sheos"), "holding": ("holdng",), "jeans": ("jeens", "jens"),
    "hoodie": ("hoddie", "hodie"), "sneakers": ("snekers", "sneekers"), "and": ("adn",),
    "woman": ("women",), "camera": ("camra",), "person": ("peron", "persn"), "striped": ("stripped",),
    "sleeves": ("sleves",), "trainers": ("trainer", "tranners"), "shirt": ("shrit", "shrt"),
    "scarf": ("scraf",), "short": ("shrot",),
}  # fmt: skip


def american(text: str) -> str:
    """The text in American spelling."""
    return re.sub(r"[A-Za-z]+", lambda match: _AMERICAN.get(match[0], match[0]), text)


def misspell(text: str, rng: np.random.Generator) -> str:
    """The text with one word misspelt as people misspell it; unchanged where it has no such word."""
    places = [match for match in re.finditer(r"[a-z]+", text) if match[0] in _SLIPS]
    if not places:
        return text
    place = places[int(rng.integers(len(places)))]
    wrong = _SLIPS[place[0]]
    return text[: place.start()] + wrong[int(rng.integers(len(wrong)))] + text[place.end() :]
