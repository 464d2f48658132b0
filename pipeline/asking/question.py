"""One English sentence to a question: what the person looks like, where, when, and what is shut out."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path

from models.acsa.exclusions import part
from models.acsa.phrases import WORD
from models.acsa.words import STOP
from pipeline.asking.days import WEEKDAYS
from pipeline.asking.language import EMOJI, EXAMPLE, clean, foreign
from pipeline.asking.phrases import Caret, doubts, exclusions, find_carets, weights, without_carets
from pipeline.asking.places import find_places
from pipeline.asking.stretch import ClockTimes, Days, Part, Stretch, put_together
from pipeline.asking.terms import Terms
from pipeline.asking.traced import Traced
from pipeline.asking.when import MASK, Found, find_times
from pipeline.asking.wording import Rewording, one_of_several, shut_out
from pipeline.search import QueryError
from pipeline.types import Chip, Example, Kind, Query, Weight

REFUSED = Path(__file__).parent / "refused.txt"
UNKNOWABLE = Path(__file__).parent / "unknowable.txt"
REQUESTS = {  # words that ask, but say nothing of the person
    *("show", "find", "search", "see", "want", "need", "please", "list", "get", "give", "locate"),
    *("everything", "me", "us"),
}
WEEKDAY = re.compile(rf"(?<![\w-])(?:{'|'.join(WEEKDAYS)})(?![\w'’-])", re.IGNORECASE)

# "who is", "looks very": words that lead to what pictures cannot tell, and go with it.
_LEAD = (
    r"(?:and\s+)?(?:(?:who|that)\s+)?(?:(?:is|was|looks?|looked|looking|seems?|appears?|acting|acts|behaving)\s+)?"
    r"(?:(?:not|very|rather|quite|slightly|visibly|obviously)\s+)?"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence as it was understood; every word of it is in a chip or in the description."""

    sentence: str
    description: str  # for the encoder, with the words for what is shut out
    cameras: tuple[str, ...] = ()  # empty: all
    after: datetime | None = None  # UTC
    before: datetime | None = None  # UTC
    exclusions: tuple[str, ...] = ()  # "bag" of "no bag"
    weights: tuple[Weight, ...] = ()
    chips: tuple[Chip, ...] = ()
    notices: tuple[str, ...] = ()

    def query(
        self,
        *,
        cameras: Sequence[str] = (),
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 20,
        min_probability: float | None = None,
        like: Sequence[Example] = (),
        unlike: Sequence[Example] = (),
    ) -> Query:
        """The query to search with; cameras or a time given here stand in place of those of the sentence."""
        timed = after is not None or before is not None
        notices = list(self.notices)
        for given, kind, word in ((bool(cameras), "camera", "cameras"), (timed, "time", "time")):
            said = " ".join(f'"{chip.text}"' for chip in self.chips if chip.kind == kind)
            if given and said:
                notices.append(f"The options name the {word}; {said} is not used.")
        return Query(
            text=self.description,
            cameras=tuple(cameras) or self.cameras,
            after=after if timed else self.after,
            before=before if timed else self.before,
            limit=limit,
            min_probability=min_probability,
            sentence=self.sentence,
            exclusions=self.exclusions,
            weights=self.weights,
            like=tuple(like),
            unlike=tuple(unlike),
            chips=self.chips,
            notices=tuple(notices),
        )


def refused_terms(setting: str) -> Terms | None:
    """The list that a setting names: a path, "" for the shipped list, "off" for none."""
    return None if setting.lower() == "off" else Terms.read(Path(setting) if setting else REFUSED)


def literal(sentence: str, refused: Terms | None) -> Question:
    """The whole sentence as the description; QueryError for one that cannot be searched for, as in `read`."""
    text = clean(sentence)
    _moderate(without_carets(text), refused)
    carets = find_carets(text)
    plain = Traced.whole(text)
    for caret in reversed(carets):
        plain = plain.replace(caret.start, caret.end, "")
    plain = plain.tidy()
    weighed = tuple(weight for _, weight in weights(text, plain, carets))
    return Question(sentence, plain.text, exclusions=part(plain.text).excluded, weights=weighed)


def read(
    sentence: str, cameras: Sequence[str], now: datetime, *, zone: tzinfo | None, refused: Terms | None
) -> Question:
    """Understand one sentence.

    `cameras` are the known ones, `now` is any aware time, `zone` is that of the site (None: this machine's).
    QueryError for a sentence that is too long, empty, not in Latin letters, refused, or that contradicts
    itself, and for a camera or a date that there is not.
    """
    text = clean(sentence)
    _moderate(without_carets(text), refused)
    reading = _Reading(text, now.astimezone(zone).replace(tzinfo=None), zone)
    reading.weights()
    reading.places(cameras)
    reading.times()
    reading.unknowable()
    reading.wording()
    return reading.question(sentence, cameras)


def _moderate(text: str, refused: Terms | None) -> None:
    for mention in refused.find(text) if refused else ():
        term = text[mention.start : mention.end]
        logger.warning('question refused: "%s" (%s)', term, mention.section)
        raise QueryError(
            f'this site does not search for people by {mention.section} ("{term}"); '
            "describe clothes, hair, shoes and bags instead"
        )


@cache
def _unknowable() -> Terms:
    return Terms.read(UNKNOWABLE, lead=_LEAD)


class _Reading:
    """A sentence while it is read: each step takes out what it knows, the rest is the description."""

    def __init__(self, text: str, now: datetime, zone: tzinfo | None) -> None:
        self.text, self.now, self.zone = text, now, zone  # `text` with MASK over all that is taken
        self.sentence = text
        self.cameras: tuple[str, ...] = ()
        self.stretch: Stretch | None = None
        self.chips: list[Chip] = []
        self.notices: list[str] = []
        self.changes: list[Rewording] = []
        self.carets: list[Caret] = []

    def weights(self) -> None:
        self.carets = find_carets(self.text)
        for caret in self.carets:
            self._cut(caret.start, caret.end)

    def places(self, known: Sequence[str]) -> None:
        asked: dict[str, None] = {}
        unwanted: set[str] = set()
        for place in find_places(self.text, known):
            if place.notice:
                self.notices.append(f"{place.notice}; these words are part of the description")
                continue
            names = ", ".join(place.cameras)
            self._take(
                "camera", place.start, place.end, f"not on {names}" if place.shut_out else f"on {names}"
            )
            if place.shut_out:
                unwanted.update(place.cameras)
            else:
                asked.update(dict.fromkeys(place.cameras))
        if asked or unwanted:
            self.cameras = tuple(camera for camera in asked or known if camera not in unwanted)
            if not self.cameras:
                raise QueryError("the question shuts out every camera that it asks for; name one to search")

    def times(self) -> None:
        if found := find_times(self.text, self.now):
            self._time(found)
        for match in WEEKDAY.finditer(self.text):
            day = match.group()
            self.notices.append(
                f'"{day}" is part of the description; for the day write "on {day}," with a comma'
            )

    def _time(self, found: Sequence[Found]) -> None:
        pieces = [piece for one in found for piece in one.pieces]
        self.stretch = put_together(pieces, self.now)
        said = self.stretch.spelt()
        if self.stretch.start and self.stretch.start > self.now:
            words = " ".join(self.sentence[one.start : one.end].strip() for one in found)
            raise QueryError(f'"{words}" is still to come ({said}); name a time that footage can be of')
        if any(one.recurring for one in found):
            self.notices.append(
                f"a search covers one stretch of time, so only the latest is searched: {said}"
            )
        long = any(isinstance(piece, Days) and piece.first != piece.last for piece in pieces)
        if long and any(isinstance(piece, Part | ClockTimes) for piece in pieces):
            self.notices.append(f"a search covers one stretch of time, so whole days are searched: {said}")
        start = found[0].start
        for one, following in zip(found, [*found[1:], None], strict=True):
            between = self.text[one.end : following.start] if following else ""
            if following is None or not re.fullmatch(r"[\s,]*(?:(?:and|at|on|in|or)\b)?[\s,]*", between):
                self._take("time", start, one.end, said)
                start = following.start if following else start

    def unknowable(self) -> None:
        for mention in _unknowable().find(self.text):
            words = self._take(
                "unknown", mention.start, mention.end, f"pictures cannot tell {mention.section}"
            )
            self.notices.append(
                f'pictures cannot tell {mention.section}, so "{words}" is left out of the search'
            )
        for match in EMOJI.finditer(self.text):
            words = self._take("unknown", *match.span(), "emoji are not understood")
            self.notices.append(f'emoji are not understood, so "{words}" is left out of the search')

    def wording(self) -> None:
        self.changes += shut_out(self.text)
        for change in one_of_several(self.text):
            self.changes.append(change)
            words = self._chip("count", change.start, change.end, f'one person at a time: "{change.new}"')
            self.notices.append(f'people are found one at a time, so "{words}" is searched as "{change.new}"')
        if language := foreign(self.text):
            self.notices.append(f"this looks like {language}; only English is understood")

    def question(self, sentence: str, known: Sequence[str]) -> Question:
        description = self._description()
        words = {match.group().lower() for match in WORD.finditer(description.text)}
        if self.chips and not {word for word in words - STOP - REQUESTS if word[0].isalnum()}:
            understood = ", ".join(f'"{chip.text}"' for chip in sorted(self.chips, key=_place))
            raise QueryError(f"understood {understood}, but there is nothing to look for: {EXAMPLE}")
        excluded = part(description.text).excluded
        self.chips += exclusions(self.sentence, description, excluded)
        weighed = list(weights(self.sentence, description, self.carets))
        for caret, weight in weighed:
            said = f'"{weight.phrase}" counts {weight.factor:g} times'
            self._chip("weight", caret.start, caret.end, said)
        self.notices += doubts(description.text, excluded)
        after, before = self._utc()
        return Question(
            sentence,
            description.text,
            self.cameras,
            after,
            before,
            excluded,
            tuple(weight for _, weight in weighed),
            tuple(sorted(self.chips, key=_place)),
            tuple(f"{notice[0].upper()}{notice[1:]}." for notice in self.notices),
        )

    def _take(self, kind: Kind, start: int, end: int, meaning: str) -> str:
        words = self._chip(kind, start, end, meaning)
        self._cut(start, end)
        return words

    def _cut(self, start: int, end: int) -> None:
        self.changes.append(Rewording(start, end, ""))
        self.text = self.text[:start] + MASK * (end - start) + self.text[end:]

    def _chip(self, kind: Kind, start: int, end: int, meaning: str) -> str:
        words = self.sentence[start:end]
        self.chips.append(Chip(kind, words, meaning, start, end))
        return words

    def _description(self) -> Traced:
        """The sentence without what was taken, and in the plainer words."""
        traced = Traced.whole(self.sentence)
        for change in sorted(self.changes, key=lambda one: -one.start):
            if any(
                other is not change and other.start <= change.start and change.end <= other.end
                for other in self.changes
            ):
                continue  # "drunk" inside of "two drunk men"
            traced = traced.replace(change.start, change.end, "" if change.at_end else change.new)
            if change.at_end:
                traced = traced.append(change.new, change.start, change.end)
        return traced.tidy()

    def _utc(self) -> tuple[datetime | None, datetime | None]:
        """The stretch in UTC; of the hour that comes twice in autumn both are in it."""
        start, end = (self.stretch.start, self.stretch.end) if self.stretch else (None, None)
        return (
            start and start.replace(tzinfo=self.zone, fold=0).astimezone(UTC),
            end and end.replace(tzinfo=self.zone, fold=1).astimezone(UTC),
        )


def _place(chip: Chip) -> int:
    return chip.start
