"""A saved search as somebody wishes it, checked and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from pipeline.asking.question import literal, read
from pipeline.asking.terms import Terms
from pipeline.casework.hooks import Reachable
from pipeline.recording.hours import Hours
from pipeline.search import QueryError
from storage.casework.saved import Question, SavedError

NAME = 100  # characters of the longest


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be told of."""

    name: str
    sentence: str
    cameras: tuple[str, ...] = ()  # in place of those of the sentence
    least: float | None = None  # probability; None: the model's threshold
    quiet: str = ""  # hours, by the clock of the site
    webhook: str = ""
    literal: bool = False  # the whole sentence is what the person looks like


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site allows."""

    zone: tzinfo | None
    refused: Terms | None
    reachable: Reachable


def standing(wish: Wish, known: Sequence[str], rules: Rules) -> tuple[Question, tuple[str, ...]]:
    """The question to be saved, and what the user should know of how it was understood.

    `known` are the cameras that whoever asks may see. Raises ValueError, of whichever kind, with what to
    do.
    """
    _check(wish, known, rules)
    if wish.literal:
        asked = literal(wish.sentence, rules.refused)
    else:
        asked = read(wish.sentence, known, datetime.now(UTC), zone=rules.zone, refused=rules.refused)
    times = " ".join(f'"{chip.text}"' for chip in asked.chips if chip.kind == "time")
    if times:
        raise QueryError(f"a saved search looks at who comes from now on: leave out {times}")
    if asked.weights:
        raise QueryError('a saved search counts every phrase alike: leave out what stands behind "^"')
    query = asked.query(cameras=wish.cameras)
    question = Question(
        name=wish.name.strip(),
        sentence=wish.sentence.strip(),
        description=query.text,
        cameras=tuple(query.cameras),
        least=wish.least,
        quiet=wish.quiet.strip(),
        webhook=wish.webhook.strip(),
    )
    return question, query.notices


def quiet_hours(text: str) -> Hours | None:
    """The hours in which nothing is delivered, None where there are none; raises SavedError."""
    if not text.strip():
        return None
    try:
        hours = Hours.read(text)
    except ValueError as error:
        raise SavedError(f"quiet hours: {error}") from error
    if hours.end(datetime.now(UTC)) is None:
        raise SavedError("quiet hours that never end would deliver nothing: leave some time free")
    return hours


def _check(wish: Wish, known: Sequence[str], rules: Rules) -> None:
    if not 0 < len(wish.name.strip()) <= NAME:
        raise SavedError(f"a saved search needs a name of 1 to {NAME} characters")
    if wish.least is not None and not 0 <= wish.least <= 1:
        raise SavedError(f"the least probability is {wish.least:g}: give a number from 0 to 1")
    for camera in wish.cameras:
        if camera not in known:
            names = ", ".join(known) or "none yet"
            raise QueryError(f'no footage of a camera "{camera}"; known cameras: {names}')
    quiet_hours(wish.quiet)
    if wish.webhook.strip():
        rules.reachable.check(wish.webhook.strip())
