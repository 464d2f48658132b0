"""What is said of single phrases of a description: not wanted, counting more than others, one or another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.acsa.phrases import WORD, Phrase, find_phrases
from models.acsa.words import ADJECTIVES, DETERMINERS, LEADING, NEGATORS
from pipeline.asking.traced import Traced
from pipeline.search import QueryError
from pipeline.types import Chip, Weight

LEAST, MOST = 0.1, 10.0  # of a weight

_CARET = re.compile(r"\s?\^\s?(?P<factor>\d+(?:\.\d+)?)?")
_HOW = 'put it behind the words that count more, as in "red jacket^2"'


@dataclass(frozen=True, slots=True)
class Caret:
    """A weight as it was written."""

    start: int  # character span in the sentence
    end: int
    factor: float


def find_carets(text: str) -> list[Caret]:
    """Every "^2" in the text; QueryError for one without a number, or with one that is out of range."""
    carets = []
    for match in _CARET.finditer(text):
        written = match.group().strip()
        if match["factor"] is None:
            raise QueryError(f'"{written}" needs a number: {_HOW}')
        factor = float(match["factor"])
        if not LEAST <= factor <= MOST:
            raise QueryError(f'"{written}" is out of range: a weight is from {LEAST:g} to {MOST:g}')
        carets.append(Caret(*match.span(), factor))
    return carets


def without_carets(text: str) -> str:
    """The words alone."""
    return _CARET.sub("", text)


def weights(sentence: str, description: Traced, carets: Sequence[Caret]) -> Iterator[tuple[Caret, Weight]]:
    """The phrase that each caret stands behind; QueryError where it stands behind none that is wanted."""
    phrases = find_phrases(description.text) if carets else ()
    for caret in carets:
        before = [(-end, place) for place, (_, end) in enumerate(description.origins) if end <= caret.start]
        end, place = (-min(before)[0], min(before)[1]) if before else (0, -1)
        place = -1 if sentence[end : caret.start].strip() else place  # behind a camera or a time
        phrase = next((one for one in phrases if one.start <= place < one.end), None)
        if phrase is None:
            raise QueryError(f'"^{caret.factor:g}" stands behind no part of the description: {_HOW}')
        if phrase.negated:
            raise QueryError(f'"{phrase.text}" is shut out altogether, so it takes no weight; delete the "^"')
        yield caret, Weight(phrase.text, caret.factor)


def exclusions(sentence: str, description: Traced, excluded: Sequence[str]) -> Iterator[Chip]:
    """One chip for each negation with all that it shuts out."""
    text, names, clauses, done = description.text, iter(excluded), list[tuple[int, int, list[str]]](), 0
    for phrase in find_phrases(text):
        if phrase.negated:
            between = list(WORD.finditer(text, done, phrase.start))
            negators = [match for match in between if match.group().lower().replace("’", "'") in NEGATORS]
            if negators or not clauses:
                lead = (negators or between)[0]
                clauses.append((_with_lead(text, lead.start(), done), phrase.end, [next(names)]))
            else:
                start, _, some = clauses.pop()
                clauses.append((start, phrase.end, [*some, next(names)]))
        done = phrase.end
    for start, end, some in clauses:
        span = description.span(start, end)
        yield Chip("without", sentence[slice(*span)], f"not wanted: {', '.join(some)}", *span)


def doubts(text: str, excluded: Sequence[str]) -> Iterator[str]:
    """Notices of what may not be meant so: two things joined by "or", and what is asked for and shut out."""
    phrases = find_phrases(text)
    yield from _choices(text, phrases)
    for phrase in phrases:
        for out in excluded:
            if not phrase.negated and f" {phrase.text.lower()}".endswith(f" {out.lower()}"):
                yield f'"{phrase.text}" is asked for and "{out}" is shut out: nobody is both'


def _choices(text: str, phrases: Sequence[Phrase]) -> Iterator[str]:
    """A notice for each two wanted phrases with nothing but an "or" between them."""
    for one, other in pairwise(phrases):
        between = {match.group().lower() for match in WORD.finditer(text, one.end, other.start)}
        # "beige or sand-coloured coat" is one thing, and so is "jacket or coat".
        words, others = one.text.lower().split(), other.text.split()
        things = words[-1] not in ADJECTIVES and len(words) > 1 and len(others) > 1
        wanted = things and not (one.negated or other.negated)
        if wanted and "or" in between and between <= {"or", ","} | DETERMINERS:
            yield (
                f'both "{one.text}" and "{other.text}" are looked for in one person; '
                'to search for one or the other, part them by ";"'
            )


def _with_lead(text: str, start: int, since: int) -> int:
    """Where the words begin that lead to a negation: "who does" of "who does not wear"."""
    for match in reversed(list(WORD.finditer(text, since, start))):
        if match.group().lower() not in LEADING or not match.group()[0].isalpha():
            break
        start = match.start()
    return start
