"""What a description shuts out, apart from what it asks for: "dark coat, no bag" is a dark coat and a bag."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.acsa.phrases import WORD, Phrase, find_phrases
from models.acsa.words import ADJECTIVES, COLOURS, HAIR_COLOURS, LEADING, NEGATORS

ANYBODY = "person"  # what is asked for where a description only shuts out


@dataclass(frozen=True, slots=True)
class Asked:
    """One description in two halves; both are texts that can be read as descriptions themselves."""

    wanted: str
    excluded: tuple[str, ...]


def part(description: str) -> Asked:
    """Cut every negated clause out, with the words that led to it.

    A network that averages over words hears "no bag" as a bag, so what is shut out has to be scored apart.
    ValueError for a description that names nothing, as `find_phrases` raises.
    """
    found = find_phrases(description)
    if not any(phrase.negated for phrase in found):
        return Asked(description, ())
    rest = description
    for start, end in reversed(list(_clauses(description, found))):
        rest = rest[:start] + rest[end:]
    rest = re.sub(r"([,.;])[,.;]+", r"\1", re.sub(r"\s+(?=[,.;])", "", re.sub(r"\s+", " ", rest)))
    rest = re.sub(r"^(and|but|with) (?=with|in|and)|^but ", "", rest.strip(" ,;."))
    excluded = tuple(
        _named(description, found, number) for number, phrase in enumerate(found) if phrase.negated
    )
    return Asked(rest or ANYBODY, excluded)


def _clauses(description: str, found: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Character spans of the negated clauses, in order, with the words that lead to the negation."""
    words = [(match.group().lower().replace("’", "'"), match.start()) for match in WORD.finditer(description)]
    end = 0
    for number, phrase in enumerate(found):
        if not phrase.negated or phrase.start < end:
            continue
        while number + 1 < len(found) and _continues(description, found[number], found[number + 1]):
            number += 1
        before = [place for place, (_, start) in enumerate(words) if end <= start < phrase.start]
        first = next((place for place in before if words[place][0] in NEGATORS), before[0] if before else 0)
        while first and words[first - 1][1] >= end and words[first - 1][0] in LEADING:
            first -= 1
        start, end = words[first][1], found[number].end
        yield start, end


def _continues(description: str, one: Phrase, following: Phrase) -> bool:
    """Whether the negation of `one` reaches `following` too, with no new one between them."""
    between = {match.group().lower() for match in WORD.finditer(description[one.end : following.start])}
    return following.negated and not between & NEGATORS


def _named(description: str, found: Sequence[Phrase], number: int) -> str:
    """The excluded phrase as somebody would search for it: an adjective alone borrows its noun."""
    phrase = found[number]
    text = description[phrase.start : phrase.end]
    words = text.lower().split()
    if words[-1] in HAIR_COLOURS:
        return f"{text} hair"
    if words[-1] not in ADJECTIVES | COLOURS:
        return text
    lead = description[: phrase.start].lower()
    noun = next((one for one in reversed(found[:number]) if not one.negated), None)
    if noun is not None and re.search(r"\b(that|which) (is|are|was)\b[^,;.]*$", lead):
        return f"{text} {description[noun.start : noun.end].split()[-1]}"
    return f"something {text}"
