"""What a question may consist of: a sentence of moderate length, in English."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from models.acsa.phrases import WORD
from models.acsa.words import ADJECTIVES, FILLERS, STOP
from pipeline.asking.terms import PEOPLE, Terms
from pipeline.search import QueryError

LONGEST = 2000  # characters
EXAMPLE = 'say what the person looks like, for example "woman in a red jacket"'
EMOJI = re.compile(
    r"[\u2190-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff]+(?:\s*[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]+)*"
)
LANGUAGES = Path(__file__).parent / "languages.txt"


def clean(sentence: str) -> str:
    """The sentence with a blank for each kind of blank and each invisible mark; no letter changes its place.

    QueryError for one that is too long, empty, not text, or in letters that English does not have.
    """
    if len(sentence) > LONGEST:
        raise QueryError(f"the question has {len(sentence):,} characters; ask in at most {LONGEST:,}")
    for place, letter in enumerate(sentence, 1):
        if unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace():
            raise QueryError(f"character {place} of the question is no text (U+{ord(letter):04X}); delete it")
    text = "".join(" " if letter.isspace() or _invisible(letter) else letter for letter in sentence)
    if not text.strip():
        raise QueryError(f"the question is empty, so there is nothing to look for: {EXAMPLE}")
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        raise QueryError(f"the question has no words, so there is nothing to look for: {EXAMPLE}")
    if sum(not _latin(letter) for letter in letters) > len(letters) / 2:
        raise QueryError(f"the question is not in Latin letters; only English is understood: {EXAMPLE}")
    return text


def foreign(text: str) -> str | None:
    """The language that a text seems to be in where that is not English."""
    words = [match.group().lower() for match in WORD.finditer(text) if match.group()[0].isalpha()]
    english = sum(word in STOP | ADJECTIVES | FILLERS | PEOPLE for word in words)
    counts = {name: 0 for name, _ in _languages().sections}
    for mention in _languages().find(text):
        counts[mention.section] += 1
    name, most = max(counts.items(), key=lambda one: one[1])
    if most > english and 2 * most >= len(words):
        return name
    strange = sum(not word.isascii() for word in words)
    other_letters = any(letter.isalpha() and not _latin(letter) for letter in text)
    return "another language" if other_letters or (strange > 1 and 3 * strange >= len(words)) else None


@cache
def _languages() -> Terms:
    return Terms.read(LANGUAGES)


def _invisible(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cf", "Zl", "Zp")


def _latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
