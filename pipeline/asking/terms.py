"""Lists of terms in text files: what a site does not allow, what pictures cannot tell, other languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.acsa.words import ADJECTIVES, COLOURS

SINGULAR = {  # nouns for people whose looks can be asked for
    "people": "person", "persons": "person", "pedestrians": "pedestrian", "adults": "adult",
    "men": "man", "guys": "guy", "gentlemen": "gentleman", "males": "male", "blokes": "bloke",
    "women": "woman", "ladies": "lady", "females": "female",
    "children": "child", "kids": "kid", "boys": "boy", "girls": "girl", "teenagers": "teenager",
    "youths": "youth", "students": "student", "officers": "officer", "workers": "worker",
    "individuals": "individual", "suspects": "suspect", "figures": "figure",
}  # fmt: skip
PEOPLE = frozenset(SINGULAR) | frozenset(SINGULAR.values())
BUILD = ADJECTIVES - COLOURS | {"older", "younger", "teenage"}  # what may stand between a number and a noun
_SURNAME = r"(?:\s+(?!(?:In|With|Wearing|Who|And|At|On|Yesterday|Today)\b)[A-Z][\w'’]+)*"


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found in a text."""

    section: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The sections of one list, each as one pattern."""

    sections: tuple[tuple[str, re.Pattern[str]], ...]

    @classmethod
    def read(cls, path: Path, *, lead: str = "") -> "Terms":
        """Read a list; `lead` is a pattern of what belongs to a term that follows it.

        One term a line under a `[section]`; `#` begins a comment. Between the words of a term stand blanks or
        hyphens; `*` is any ending, PERSON any noun for people with or without "tall", "young" and the like
        before it, NAME words with a capital letter. A term with a capital letter matches only so written,
        with the capitalised words behind it ("John Smith").
        FileNotFoundError where there is no such file, ValueError where a term belongs to no section.
        """
        if not path.is_file():
            raise FileNotFoundError(f"{path} is no list of terms; name a text file, or off for no list")
        terms: dict[str, list[str]] = {}
        section = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not (term := line.partition("#")[0].strip()):
                continue
            if term[0] == "[" and term[-1] == "]":
                section = terms.setdefault(term[1:-1].strip(), [])
            elif section is None:
                raise ValueError(f'{path}, line {number}: "{term}" stands before any [section]; add one')
            else:
                section.append(_pattern(term))
        return cls(
            tuple(
                (name, re.compile(rf"(?<![\w-])(?:{lead})(?:{'|'.join(some)})(?![\w'’]|-\w)"))
                for name, some in terms.items()
                if some
            )
        )

    def find(self, text: str) -> Iterator[Mention]:
        """Every term in the text, section by section."""
        for section, pattern in self.sections:
            for match in pattern.finditer(text):
                yield Mention(section, *match.span())


def _pattern(term: str) -> str:
    words = r"[\s\-]+".join(_word(word) for word in term.split())
    return words + _SURNAME if term[-1].islower() and term.split()[-1][0].isupper() else words


def _word(word: str) -> str:
    if word == "PERSON":
        build, people = ("|".join(sorted(some, reverse=True)) for some in (BUILD, PEOPLE))
        return rf"(?i:(?:(?:{build})\s+){{0,2}}(?:{people}))"
    if word == "NAME":
        return rf"[A-Z][\w'’]+{_SURNAME}"
    spelt = re.escape(word).replace(r"\*", r"\w*")
    return spelt if any(letter.isupper() for letter in word) else f"(?i:{spelt})"
