"""What a caption claims and what is true of a look, in the same words: which captions fit which pictures."""

import re

from synthesis.describing.captions import Caption
from synthesis.describing.facts import facts
from synthesis.looks.look import Look

# Words that say nothing by which one person could be told from another.
_EMPTY = frozenset({
    "a", "an", "the", "and", "with", "in", "of", "on", "is", "are", "has", "have", "wearing",
    "wears", "wear", "dressed", "carrying", "carries", "person", "someone", "somebody",
    "individual", "pedestrian", "adult", "their", "they", "he", "she", "his", "her", "who", "it",
    "i", "me", "find", "looking", "for", "one", "any", "all", "both", "also", "up", "worn", "man",
    "woman",
})  # fmt: skip


def truths(look: Look, facing: str) -> frozenset[str]:
    """Every statement that is true of the look as seen from there, such as "top.colour=dark blue"."""
    return frozenset(
        f"{_place(attribute, look)}={word.lower()}"
        for attribute, true in facts(look, facing).items()
        for word in true
    )


def claims(caption: Caption, look: Look, facing: str) -> frozenset[str] | None:
    """The statements that together make the caption true, or None when it says more than they cover.

    `look` and `facing` are those the caption was composed for. A garment counts as "top" when it is the
    outermost, whatever is below, because nobody who reads "red jacket" thinks of layers.
    """
    true = facts(look, facing)
    rest = caption.text.lower()
    found = set()
    # What the caption surely speaks of comes first; the rest may explain the words that are left.
    for attribute in (*sorted(caption.mentions), *sorted(true.keys() - caption.mentions)):
        said = [word.lower() for word in true.get(attribute, ()) if _says(rest, word.lower())]
        if not said:
            if attribute in caption.mentions and attribute.split(".")[0] != "carried":
                return None
            continue
        word = max(said, key=len)
        found.add(f"{_place(attribute, look)}={word}")
        rest = re.sub(_pattern(word), " ", rest, count=1)
    left = set(re.findall(r"[a-z]+", rest)) - _EMPTY
    return None if left or not found else frozenset(found)


def _says(text: str, word: str) -> bool:
    return re.search(_pattern(word), text) is not None


def _pattern(word: str) -> str:
    return rf"\b{re.escape(word)}\b"


def _place(attribute: str, look: Look) -> str:
    field, _, detail = attribute.partition(".")
    if field == "outer" or (field == "upper" and look.outer is None):
        return f"top.{detail}"
    return f"inner.{detail}" if field == "upper" else attribute
