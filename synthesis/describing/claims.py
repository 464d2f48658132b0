"""What a caption claims and what is true of a look, in the same words: which captions fit which pictures."""

import re
from collections.abc import Collection
from functools import lru_cache

from synthesis.describing.captions import Caption
from synthesis.describing.facts import facts, telling
from synthesis.describing.slips import american
from synthesis.looks.look import Look


def truths(look: Look, facing: str, unseen: Collection[str] = ()) -> frozenset[str]:
    """Every statement that is true of the look as seen from there, such as "top.colour=dark blue".

    `unseen` names what nobody can judge, so that nothing is said of it: "shoes", "upper.sleeves".
    """
    return frozenset(
        f"{_attribute(name, look)}={word}"
        for name, said in _facts(look, facing).items()
        if not any(name == one or name.startswith(f"{one}.") for one in unseen)
        for word in said
    )


def claims(caption: Caption, look: Look, facing: str) -> frozenset[str] | None:
    """The statements that together make the caption true, or None when it says more than they cover.

    `look` and `facing` are those the caption was composed for.
    """
    true, rest = _facts(look, facing), caption.text.lower()
    found = set()
    # What the caption surely speaks of comes first, then whatever explains most of what is left; a colour
    # only of something that is named.
    surely = [
        (name, next((word for word in true.get(name, ()) if _says(rest, word)), None))
        for name in sorted(caption.mentions)
    ]
    others = sorted(
        ((name, word) for name, said in true.items() for word in said), key=lambda one: _length(one[1])
    )
    colours = [one for one in others if _is_colour(one[0])]
    named = set[str]()
    for name, word in [*surely, *(one for one in others if not _is_colour(one[0])), *colours]:
        unnamed = _is_colour(name) and name not in caption.mentions and _thing(name) not in named
        if word is not None and not unnamed and _says(rest, word):
            named.add(_thing(name))
            found.add(f"{_attribute(name, look)}={word}")
            rest = re.sub(_pattern(word), " ", rest, count=1)
    told = {name for name, word in surely if word is not None or name.startswith("carried")}
    left = set(re.findall(r"[a-z]+", rest)) & telling()
    return None if left or not found or told < caption.mentions else frozenset(found)


@lru_cache(maxsize=64)  # a picture has several captions
def _facts(look: Look, facing: str) -> dict[str, list[str]]:
    """In lower case and both spellings, the longest words first."""
    return {
        name: sorted({way(word.lower()) for word in said for way in (str, american)}, key=_length)
        for name, said in facts(look, facing).items()
    }


def _is_colour(attribute: str) -> bool:
    return attribute.endswith(("colour", ".second"))


def _thing(attribute: str) -> str:
    """What an attribute is of: "outer" for "outer.colour", "hair" for "hair_colour"."""
    return re.sub(r"(_|\.)(colour|second|kind)$", "", attribute)


def _length(word: str) -> tuple[int, str]:
    return -len(word), word


def _says(text: str, word: str) -> bool:
    return re.search(_pattern(word), text) is not None


def _pattern(word: str) -> str:
    return rf"\b{re.escape(word)}\b"


def _attribute(name: str, look: Look) -> str:
    """The name of an attribute in statements: a thing and its detail, "kind" where a word names the thing.

    A garment counts as "top" when it is the outermost, whatever is below, because nobody who reads "red
    jacket" thinks of layers.
    """
    if name in ("age", "build"):
        return f"person.{name}"
    renamed = {"sex": "person", "hair_colour": "hair.colour"}.get(name, name.removeprefix("carried."))
    thing, _, detail = renamed.partition(".")
    if thing == "outer" or (thing == "upper" and look.outer is None):
        thing = "top"
    elif thing == "upper":
        thing = "inner"
    return f"{thing}.{detail or 'kind'}"
