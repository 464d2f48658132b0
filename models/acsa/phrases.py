"""Noun phrases of a description, found offline by the closed word classes around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.acsa.words import ADJECTIVES, ENDS_NEGATION, FILLERS, NEGATORS, STOP, VERBS

WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")
SEPARATORS = frozenset(",/&")
ALTERNATIVES = ("or", "nor")  # "not wearing a hat or carrying a bag": the verb behind them stays negated


@dataclass(frozen=True, slots=True)
class Phrase:
    """One noun phrase and where it stands."""

    text: str  # "red padded jacket"; "no bag" where negated
    start: int  # character span of the noun phrase itself in the description
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # lower case
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        return self.text[0].isalnum() and self.text not in STOP


def find_phrases(description: str) -> tuple[Phrase, ...]:
    """All noun phrases of a description, in order.

    A phrase is a run of words of open classes, so determiners, prepositions, conjunctions, verbs of wearing
    and
    carrying, and punctuation end it; "black and white striped shirt" stays together because only modifiers
    stand before the "and". A text with any content word has at least one phrase; one without raises
    ValueError.
    """
    words = [
        _Word(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in WORD.finditer(description)
    ]
    runs = list(_runs(words))
    if not runs:
        raise ValueError(
            f'the description "{description[:60]}" names nothing to look for: '
            'say what the person looks like, for example "red jacket, blue jeans"'
        )
    telling = [(run, negated) for run, negated in runs if _tells(run)]
    return tuple(_phrase(description, run, negated) for run, negated in telling or runs)


def _phrase(description: str, run: list[_Word], negated: bool) -> Phrase:
    start, end = run[0].start, run[-1].end
    return Phrase(("no " if negated else "") + description[start:end], start, end, negated)


def _tells(run: list[_Word]) -> bool:
    return any(word.text not in FILLERS for word in run if word.is_content)


def _runs(words: list[_Word]) -> Iterator[tuple[list[_Word], bool]]:
    """Runs of content words, each with whether a negation reaches it."""
    run: list[_Word] = []
    negated = reached = False  # `reached`: the negation has met its first phrase
    for position, word in enumerate(words):
        previous = words[position - 1].text if position else ""
        if word.is_content:
            run.append(word)
            continue
        if run and _joins(run, words, position):
            run.append(word)
            continue
        if run:
            yield run, negated
            reached, run = True, []
        if word.text in NEGATORS:
            negated, reached = True, False
        elif _ends_negation(word.text) or (reached and word.text in VERBS and previous not in ALTERNATIVES):
            negated = False
    if run:
        yield run, negated


def _ends_negation(word: str) -> bool:
    return word in ENDS_NEGATION or not word[0].isalnum()


def _joins(run: list[_Word], words: list[_Word], position: int) -> bool:
    """Whether the joint at `position` ("and", ",", "/") stands between two modifiers of one noun."""
    if words[position].text != "and" and words[position].text not in SEPARATORS:
        return False
    after = words[position + 1 :]
    if words[position].text == "," and after and after[0].text == "and":
        return False
    if not after or not after[0].is_content or after[0].text not in ADJECTIVES:
        return False
    modifiers_only = all(word.text in ADJECTIVES for word in run if word.is_content)
    # "red, black coat" is one coat; "blue, red" lists two colours.
    noun = next((word for word in after if not (word.is_content and word.text in ADJECTIVES)), None)
    return modifiers_only and noun is not None and (noun.is_content or noun.text == "and")
