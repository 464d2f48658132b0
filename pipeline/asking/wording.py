"""Says in plainer words what the search understands one way only: counts of people, and what is shut out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.asking.terms import BUILD, SINGULAR
from pipeline.asking.when import MASK

_NUMBER = (
    r"(?:[2-9]|[1-9]\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|some|many|multiple"
    r"|both|all|(?:a\s+)?few|(?:a|the)\s+(?:couple|pair|group|crowd|bunch|family)\s+of(?:\s+(?:two|three|four|five))?)"
)
_COUNTED = re.compile(
    rf"(?<![\w\-])(?:the\s+)?{_NUMBER}(?:\s+{MASK}+)?\s+(?P<build>(?:(?:{'|'.join(sorted(BUILD))})\s+){{0,2}})"
    rf"(?P<people>{'|'.join(SINGULAR)})(?![\w'’\-])",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"(?<![\w\-])a\s+(?:couple|group|family)"
    r"(?=\s*(?:$|[^\w\s'’\-]|(?:in|with|wearing|who|dressed|walking|standing|carrying|and)\b))",
    re.IGNORECASE,
)

_THINGS = r"(?P<thing>hat|cap|bag|coat|jacket|beard|scarf|tie|mask|helmet|hood|belt|glove|shoe|sock)"
_PAIRS = frozenset(("glove", "shoe", "sock"))
_WITHOUT_ONE = re.compile(
    rf"\b(?:(?:is|was)\s+)?(?:{_THINGS}less|(?P<head>bare[\s\-]?headed))\b(?!-)", re.IGNORECASE
)
_NOT = tuple(
    re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)
    for pattern in (
        r"\b(?:(?:and|dressed|wearing|with|in) ){0,2}(?:any|every)thing"
        r" (?:but|except|besides|other than)(?: for)?\b",
        r"\b(?:except|excluding|minus|sans|other than|rather than|instead of)(?: for)?\b(?! (?:at|in|on)\b)",
        r"\b(?:do not|don['’]?t) (?:show|find|include|want|give)(?: (?:me|us))?"
        r"(?: (?:anyone|anybody|people|those|someone|somebody))?(?: (?:with|in|wearing|carrying))?\b",
        r"\b(?:nobody|none|no[ -]one)(?: who is)?(?: (?:with|in|wearing|carrying))\b",
    )
)
_NON = re.compile(r"\bnon-(?P<quality>\w+)\s+(?P<thing>[\w\-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rewording:
    """Other words for a run of the text, in its place or, where `at_end`, after everything else."""

    start: int
    end: int
    new: str
    at_end: bool = False


def one_of_several(text: str) -> Iterator[Rewording]:
    """ "Two men" is "a man", "a couple" is "a person": a search finds people one at a time."""
    for match in _COUNTED.finditer(text):
        noun = match["build"] + SINGULAR[match["people"].lower()]
        yield Rewording(*match.span(), f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}")
    for match in _TOGETHER.finditer(text):
        yield Rewording(*match.span(), "a person")


def shut_out(text: str) -> Iterator[Rewording]:
    """ "Anything but" is "without", "hatless" is "no hat", "non-black coat" is a "coat that is not black"."""
    for pattern in _NOT:
        for match in pattern.finditer(text):
            yield Rewording(*match.span(), "without")
    for match in _WITHOUT_ONE.finditer(text):
        thing = "hat" if match["head"] else match["thing"].lower()
        yield Rewording(*match.span(), f", no {thing}{'s' * (thing in _PAIRS)}", at_end=True)
    for match in _NON.finditer(text):
        yield Rewording(*match.span(), f"{match['thing']} that is not {match['quality']}")
