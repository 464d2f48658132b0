"""Finds the cameras that a sentence names: "at the north gate", "on camera 3", "gate 2 or the lobby"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from models.acsa.words import ADJECTIVES, FILLERS, STOP
from pipeline.asking.clock import HOURS
from pipeline.asking.terms import PEOPLE
from pipeline.search import QueryError

ALIKE = 0.8  # from here on two spellings count as the same name, mistyped
PLACES = {  # what cameras are called after; such a place that no camera has is told to the user
    *("gate", "gates", "lobby", "entrance", "exit", "station", "platform", "hall", "hallway", "corridor"),
    *("foyer", "reception", "stairs", "staircase", "elevator", "lift", "escalator", "turnstile", "barrier"),
    *("garage", "yard", "courtyard", "roof", "warehouse", "dock"),
}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LEAD = r"(?:at|in|on|from|near|by|via|outside|inside|around|through)"
_CAMERA = r"(?:cameras?|cams?)"
_SPOKEN = {word: str(number) for number, word in enumerate(HOURS) if number}  # "three" to "3"
_NUMBER = {number: word for word, number in _SPOKEN.items()}
_GENERIC = {  # "on the security camera" names none
    *("security", "surveillance", "cctv", "video", "any", "all", "every", "each"),
    *("same", "other", "different", "back", "front"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One run of words that names cameras; `cameras` is empty where it names none that there is."""

    start: int
    end: int
    cameras: tuple[str, ...]
    shut_out: bool = False  # "not at the lobby"
    notice: str = ""


def find_places(text: str, cameras: Sequence[str]) -> list[Place]:
    """Every place in the text, in order.

    A name is found however its words are joined: "north gate" is "north-gate". A word that several names
    share names them all ("the gates"). A name of one word needs "at the", "camera" or commas around it, and
    a name of colours and the like ("white") needs "camera". QueryError where the text asks for a camera that
    there is not.
    """
    names = _names(cameras)
    found = list(_known(text, names))
    taken = [(place.start, place.end) for place in found]
    found += [
        place
        for place in _unknown(text, cameras, names)
        if not any(start < place.end and place.start < end for start, end in taken)
    ]
    return sorted(found, key=lambda place: place.start)


def _words(name: str) -> tuple[str, ...]:
    """ "North-Gate03" is north, gate, 3."""
    words = (word.lower() for word in _WORD.findall(name))
    return tuple(str(int(word)) if word.isdigit() else _SPOKEN.get(word, word) for word in words)


def _names(cameras: Sequence[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The words of each camera's name, and the words that several names share, with what they name."""
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    for camera in cameras:
        words = _words(camera)
        for spelt in {words, words[1:] if words[:1] in (("camera",), ("cam",)) else words}:
            names[spelt] = (*names.get(spelt, ()), camera)
    every = {word for camera in cameras for word in _words(camera) if not word.isdigit()}
    for word in every - {"camera", "cam"} - ADJECTIVES:
        sharing = tuple(camera for camera in cameras if word in _words(camera))
        if len(sharing) > 1:
            names.setdefault((word,), sharing)
            names.setdefault((f"{word}s",), sharing)
    return {words: named for words, named in names.items() if words}


def _known(text: str, names: dict[tuple[str, ...], tuple[str, ...]]) -> Iterator[Place]:
    if not names:
        return
    joined = {"".join(words): named for words, named in names.items()}
    name = "|".join(_spelt(words) for words in sorted(names, key=len, reverse=True))
    one = rf"(?:the\s+)?(?:{_CAMERA}\s+)?(?:{name})(?:\s+{_CAMERA})?"
    joint = rf"(?:\s*[,/&]\s*(?:(?:and|or)\s+)?|\s+(?:and|or|to)\s+)(?:{_LEAD}\s+)?"
    pattern = re.compile(
        rf"(?<![\w\-])(?P<not>(?:but\s+)?(?:not|except|anywhere\s+but|anywhere\s+except)(?:\s+for)?\s+)?"
        rf"(?P<lead>(?:(?:seen|recorded|caught|only)\s+)?{_LEAD}\s+)?(?P<list>{one}(?:{joint}{one})*)(?![\w\-'’]|\s+\d+\b(?!\s*(?:[:.h]\d|[ap]\.?m|o['’]?clock)))",
        re.IGNORECASE,
    )
    for match in pattern.finditer(text):
        spans = re.finditer(rf"(?<![\w\-])(?:{name})(?![\w\-])", match["list"], re.IGNORECASE)
        spelt = [_words(span.group()) for span in spans]
        called = re.search(rf"\b{_CAMERA}\b", match["list"], re.IGNORECASE) is not None
        if called or all(_stands(text, match, words) for words in spelt):
            named = dict.fromkeys(camera for words in spelt for camera in joined["".join(words)])
            yield Place(*match.span(), tuple(named), bool(match["not"]))


def _stands(text: str, match: re.Match[str], words: tuple[str, ...]) -> bool:
    """Whether words that are a camera's name are meant as one where they stand."""
    if all(word in ADJECTIVES | STOP or word.isdigit() for word in words):
        return False
    if match["lead"] or match["not"] or len(words) > 1:
        return True
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return (not before or before[-1] in ",;:¦") and (not after or after[0] in ",;:.¦")


def _spelt(words: Sequence[str]) -> str:
    return r"[\s\-_.]*".join(
        rf"(?:0*{word}|{_NUMBER.get(word, word)})(?!\d)" if word.isdigit() else re.escape(word)
        for word in words
    )


def _unknown(
    text: str, cameras: Sequence[str], names: dict[tuple[str, ...], tuple[str, ...]]
) -> Iterator[Place]:
    """Cameras that there are not: an error where one is called a camera, else a notice with what is near."""
    number = rf"#?\d+|{'|'.join(_SPOKEN)}"
    called = re.compile(
        rf"\b(?:on|from|at|by)\s+(?:{_CAMERA}\s+(?P<behind>(?:{number})\b|[\"“][^\"”]+[\"”])"
        rf"|the\s+(?P<before>(?:[\w\-]+\s+){{1,3}}?){_CAMERA}\b)",
        re.IGNORECASE,
    )
    for match in called.finditer(text):
        asked = (match["behind"] or match["before"]).strip(' "“”')
        if _words(asked) not in names and not _GENERIC & set(_words(asked)):
            known = ", ".join(cameras) or "none yet; ingest some footage first"
            raise QueryError(
                f'no footage of a camera "{asked}"; {_nearest(asked, cameras)}known cameras: {known}'
            )
    pattern = r"\b(?:at|near|by|from|in)\s+(?:the\s+)?(?=((?:[\w\-]+\s+){0,2}[\w\-]+))"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield from _doubtful(match, cameras)


def _doubtful(match: re.Match[str], cameras: Sequence[str]) -> Iterator[Place]:
    """What may be meant for a camera: a name nearly spelt, or a place such as cameras are called after."""
    words = match[1].split()
    for count in range(len(words), 0, -1):
        asked = " ".join(words[:count])
        if words[0].lower() in STOP | ADJECTIVES | FILLERS | PEOPLE:
            return
        near = _nearest(asked, cameras)
        if near or (count == 1 and words[0].lower() in PLACES):
            known = ", ".join(cameras) or "none yet"
            said = f'no camera is called "{asked}"; {near}known cameras: {known}'
            yield Place(match.start(), match.start(1) + len(asked), (), notice=said)
            return


def _nearest(asked: str, cameras: Sequence[str]) -> str:
    spelt = {" ".join(_words(camera)): camera for camera in cameras}
    near = get_close_matches(" ".join(_words(asked)), list(spelt), n=1, cutoff=ALIKE)
    return f'did you mean "{spelt[near[0]]}"? ' if near else ""
