"""Which of a caption's claims one phrase of it makes."""

import re
from functools import lru_cache


def said_by(phrase: str, claims: frozenset[str]) -> frozenset[str]:
    """The claims whose words stand in the phrase.

    A claim is "thing.detail=words"; the detail "kind" is that of words that name the thing, such as
    "top.kind=jacket". Where the phrase names a thing only claims about named things count, so that "black
    jacket" says nothing of trousers that are black as well. What could be about several things that are not
    named ("black") counts for none, and so does a negated phrase ("no bag").
    """
    if phrase.startswith("no "):
        return frozenset()
    said = {claim: _thing(claim) for claim in claims if _words(claim).search(phrase.lower())}
    named = {thing for claim, thing in said.items() if claim.partition("=")[0].endswith(".kind")}
    things = named or set(said.values())
    if not named and len(things) > 1:
        return frozenset()
    return frozenset(claim for claim, thing in said.items() if thing in things)


def _thing(claim: str) -> str:
    return claim.partition("=")[0].partition(".")[0]


@lru_cache(maxsize=1 << 16)
def _words(claim: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(claim.partition('=')[2])}\b")
