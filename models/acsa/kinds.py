"""What a general word covers, from a list that anybody can edit: a cap is a hat."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

KINDS = Path(__file__).with_name("kinds.txt")


def kinds(phrase: str, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """The kinds of what a phrase names last, with the words before it: "black cap" of "black hats".

    Those that the `wanted` phrases name are left out: "a dark coat, no jacket" does not shut out coats.
    """
    asked = {_thing(one) for one in wanted}
    for word, some in _read().items():
        for ending in (word, f"{word}s"):
            before = phrase[: -len(ending)]
            if phrase.lower().endswith(ending) and (not before or before[-1].isspace()):
                return tuple(before + kind for kind in some if _thing(kind) not in asked)
    return ()


def general() -> Mapping[str, tuple[str, ...]]:
    """Every general word with its kinds; of words for the same kinds the first alone."""
    first = {some: word for word, some in reversed(list(_read().items()))}
    return {word: some for some, word in first.items()}


def _thing(phrase: str) -> str:
    """Its last word, one of it: "coat" of "dark coats"."""
    return phrase.lower().split()[-1].removesuffix("s")


@cache
def _read() -> Mapping[str, tuple[str, ...]]:
    found = {}
    for line in KINDS.read_text(encoding="utf-8").splitlines():
        words, _, some = line.partition("#")[0].partition(":")
        for word in filter(None, _parted(words)):
            found[word] = _parted(some)
    return found


def _parted(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))
