"""Finds the times in a sentence: "yesterday between 2 and 4 pm", "in the last two hours", "after dark"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.acsa.phrases import WORD
from models.acsa.words import STOP
from pipeline.asking.clock import COUNT, DAY, EXACT, HOUR, LOOSE, NAMED, Clock, read_clock, read_number
from pipeline.asking.days import DATED, GUARDED, NTH, PLAIN, WEEKDAYS, read_days
from pipeline.asking.stretch import WORKING, ClockTimes, Days, Part, Piece, Stretch
from pipeline.asking.terms import PEOPLE
from pipeline.search import QueryError

MASK, DAYS_MASK = "¦", "‖"  # stand for each letter of what is found already, the second for that of days

PARTS = {
    "morning": Part(6 * 60, 12 * 60),
    "afternoon": Part(12 * 60, 18 * 60),
    "evening": Part(18 * 60, DAY),
    "night": Part(18 * 60, DAY + 6 * 60),
    "lunchtime": Part(11 * 60 + 30, 14 * 60),
    "daylight": Part(6 * 60, 18 * 60),
    "small hours": Part(0, 6 * 60),
    "dawn": Part(5 * 60, 8 * 60),
    "dusk": Part(17 * 60, 21 * 60),
}
AT, AROUND = 15, 30  # minutes to either side of "at four" and of "around four" or "two hours ago"
JUST_NOW = 10  # minutes
UNITS = {"s": 1 / 60, "m": 1, "h": 60, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY, "y": 365 * DAY}  # minutes
BOUNDS = {"from": "since", "till": "until", "by": "until"}  # other words for a bound of days


@dataclass(frozen=True, slots=True)
class Found:
    """What one run of words says of the time."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    recurring: bool  # "every Tuesday" names many stretches, of which the latest is meant


def find_times(text: str, now: datetime) -> list[Found]:
    """Every time in the text, in order; `now` is by the clock of the site.

    QueryError for a date or a clock time that there is not, such as 31 February.
    """
    found: list[Found] = []
    for pattern, read in _GRAMMAR:
        for match in list(pattern.finditer(text)):
            if not _ends(text, match) or _MEASURE.search(text[: match.start()]):
                continue
            pieces = tuple(read(match, now))
            found.append(Found(*match.span(), pieces, bool(_RECURRING.search(match.group()))))
            mask = DAYS_MASK if any(isinstance(piece, Days) for piece in pieces) else MASK
            text = text[: match.start()] + mask * len(match.group()) + text[match.end() :]
    return sorted(found, key=lambda one: one.start)


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether the words of a time end here, and no thing follows that they describe: "Sunday best"."""
    following = WORD.search(text, match.end())
    if following is None:
        return True
    word, adjoins = following.group().lower(), following.start() == match.end()
    if adjoins and word[0] in "-'’":
        return False
    if not word[0].isalnum() or word in STOP or word in _MORE or match.groupdict().get("guarded") is None:
        return True
    return word in PEOPLE and match.groupdict().get("bare") is None  # "after four men" counts them


_MORE = frozenset(
    (*WEEKDAYS, "morning", "afternoon", "evening", "night", "yesterday", "today", "last", "past", "please")
)
_MEASURE = re.compile(r"\b(?:aged?|ages|sizes?|number|no\.)\s+(?:of\s+)?$", re.IGNORECASE)
_RECURRING = re.compile(
    rf"\b(?:every|each|(?:{'|'.join(WEEKDAYS)}|morning|afternoon|evening|night)s)\b", re.IGNORECASE
)


def _stretch(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    yield Stretch(now - timedelta(minutes=_minutes(match)), None)


def _ago(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    side = timedelta(minutes=min(AROUND, max(5, _minutes(match) / 4)))
    middle = now - timedelta(minutes=_minutes(match))
    yield Stretch(middle - side, middle + side)


def _minutes(match: re.Match[str]) -> float:
    amount, unit = (match["amount"] or "1").lower(), match["unit"].lower()
    number = 0.5 if amount.startswith("half") else float(amount) if "." in amount else read_number(amount)
    return number * UNITS["mo" if unit.startswith("mo") else unit[0]]


def _just_now(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    yield Stretch(now - timedelta(minutes=JUST_NOW), None)


def _from_to(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    """From one day to another, each with or without its clock time."""
    (first, _), (_, last) = (read_days(match[f"day{n}"] or match[f"late{n}"], now.date()) for n in "12")
    starts, ends = (match[f"clock{n}"] or match[f"early{n}"] for n in "12")
    if first > last and (match["day1"] or match["late1"]).lower() in WEEKDAYS:
        first -= timedelta(7)  # "from Friday to Monday"
    if starts or ends:
        yield Stretch(
            datetime.combine(first, time()) + timedelta(minutes=_usual(starts) if starts else 0),
            datetime.combine(last, time()) + timedelta(minutes=_usual(ends) if ends else DAY),
        )
    else:
        yield Days(first, last)


def _usual(text: str) -> int:
    readings = _clock(text).readings
    return next((minute for minute in readings if minute in WORKING), readings[0])


def _between_dates(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    """ "Between 3 and 5 March": both in March."""
    last, _ = read_days(match["day"], now.date())
    first = int(re.sub(r"\D", "", match["nth"]))
    if not 1 <= first <= last.day:
        raise QueryError(f'"{match.group()}" ends before it begins; write the earlier day first')
    yield Days(last.replace(day=first), last)


def _days(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    bound = re.match(r"(?:after|since|from|before|until|till|by)\b", match.group(), re.IGNORECASE)
    word = bound.group().lower() if bound else ""
    yield Days(*read_days(match["day"], now.date()), BOUNDS.get(word, word))


def _tonight(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    """ "This morning", "tonight", "last night"; before six the night that still runs is tonight."""
    which, name = match["which"].strip().lower(), match["part"].lower()
    runs = name == "night" and now.hour < 6
    day = now.date() - timedelta(which == "last" or runs)
    yield Days(day, day)
    yield from _part(match, now)


def _part(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    name, side = match["part"].lower(), (match["side"] or "").strip().lower()
    part = PARTS["lunchtime" if name == "lunch" else name]
    middle = (part.start + part.end) // 2
    yield Part(part.start if side != "late" else middle, part.end if side != "early" else middle)


def _always(name: str) -> Callable[[re.Match[str], datetime], Iterator[Piece]]:
    return lambda match, now: iter([PARTS[name]])


def _between(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    first, last = _clock(match["first"]), _clock(match["clock"])
    yield ClockTimes(first, last)


def _bounded(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    bound, clock = match["bound"].lower(), _clock(match["clock"])
    if bound in ("before", "until", "till", "by"):
        yield ClockTimes(upper=clock)
    else:
        yield ClockTimes(lower=clock, lasting=bound == "since")


def _at(match: re.Match[str], now: datetime) -> Iterator[Piece]:
    roughly = re.match(r"(?:at\s+)?(?:around|about|roughly)", match.group(), re.IGNORECASE)
    yield ClockTimes(lower=_clock(match["clock"]), around=AROUND if roughly else AT)


def _clock(text: str) -> Clock:
    clock = read_clock(text)
    if clock is None:
        raise QueryError(f'"{text}" is no time of day; write for example 16:30 or 4 pm')
    return clock


def _moment(number: int) -> str:
    day = rf"{PLAIN}|{'|'.join(WEEKDAYS)}"
    return (
        rf"(?:(?P<day{number}>{day})(?:,?\s+(?:at\s+)?(?P<clock{number}>{LOOSE}))?"
        rf"|(?P<early{number}>{LOOSE})\s+(?:on\s+)?(?P<late{number}>{day}))"
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE)


# A group called "guarded" makes _ends ask what stands behind; "bare" holds a number that could be a count.
_AMOUNT = rf"(?P<amount>\d{{1,3}}\.\d|half(?:\s+an?|-)?|{COUNT})"
_UNIT = r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\b"
_SURE = rf"(?P<clock>{EXACT})"
_OPEN = rf"(?P<clock>{EXACT}|(?P<guarded>(?P<bare>{LOOSE})))"
_SIDED = r"(?:(?P<side>early|late) )?(?P<part>morning|afternoon|evening|night|lunch(?:time)?)s?\b"
_BOUND = r"\b(?P<bound>after|since|from|before|until|till|by) (?:about )?"
_DAY_LEAD = (
    r"\b(?:(?:early|late) )?(?:(?:after|since|from|before|until|till|by) )?(?:(?:on|in|at|over|during|for) )?"
)
_SET_PHRASES = {
    "(?:(?:at|by|during the) night|overnight|after (?:dark|sunset|nightfall))": "night",
    "(?:by day|(?:in|during) daylight|before (?:dark|sunset|nightfall))": "daylight",
    "in the (?:early|small) hours": "small hours",
    "at (?:dawn|sunrise)": "dawn",
    "at (?:dusk|sunset)": "dusk",
}
_GRAMMAR: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Iterator[Piece]]], ...] = (
    (
        _pattern(rf"\b(?:(?:in|within|over|during|for|from) )?(?:the )?(?:last|past) {_AMOUNT} ?{_UNIT}"),
        _stretch,
    ),
    (
        _pattern(rf"\b(?:in|within|over|during|for) the (?:last|past)(?P<amount>) (?P<guarded>){_UNIT}"),
        _stretch,
    ),
    (_pattern(r"\b(?:the )?(?:last|past)(?P<amount>) (?P<guarded>(?P<unit>minute|hour)\b)"), _stretch),
    (_pattern(rf"\b(?:about |around )?{_AMOUNT} ?(?P<unit>minutes?|mins?|hours?|hrs?) ago\b"), _ago),
    (_pattern(r"\b(?:just|right) now\b|\bat the moment\b|\ba moment ago\b"), _just_now),
    (_pattern(rf"\b(?:between|from) {_moment(1)} (?:and|to|until|till) {_moment(2)}"), _from_to),
    (
        _pattern(
            rf"\b(?:(?:between|from|on) )?(?:the )?(?P<nth>{NTH})"
            rf"(?:\s*[-–]\s*| (?:and|to|until|or) )(?P<day>{DATED})"
        ),
        _between_dates,
    ),
    (
        _pattern(
            r"\b(?P<guarded>(?P<side>early |late )?(?P<which>last |this |to)"
            r"(?P<part>night|evening|afternoon|morning)\b)"
        ),
        _tonight,
    ),
    (_pattern(rf"{_DAY_LEAD}(?P<day>{PLAIN})(?!['’]s)"), _days),
    (_pattern(rf"{_DAY_LEAD}(?P<guarded>(?P<day>{GUARDED}))"), _days),
    (_pattern(rf"(?<={DAYS_MASK}),? (?:in the )?{_SIDED}"), _part),
    (_pattern(rf"\b(?:(?:in|during|throughout) the|every|each) (?P<guarded>){_SIDED}"), _part),
    (_pattern(r"\b(?:at|around|over) (?P<guarded>)(?P<side>)(?P<part>lunch(?:time)?)\b"), _part),
    *((_pattern(rf"\b(?P<guarded>{words})\b"), _always(name)) for words, name in _SET_PHRASES.items()),
    (
        _pattern(rf"\b(?:between|from) (?P<first>{LOOSE})(?:\s*[-–]\s*| (?:and|to|until|till) ){_OPEN}"),
        _between,
    ),
    (_pattern(rf"\b(?P<first>{EXACT}|{HOUR})(?:\s*[-–]\s*| (?:to|until|till) ){_SURE}"), _between),
    (_pattern(rf"{_BOUND}{_OPEN}(?: onwards?)?"), _bounded),
    (_pattern(rf"\bat (?:around |about )?{_OPEN}"), _at),
    (_pattern(rf"(?:(?<={DAYS_MASK})T|(?:\b(?:around|about) )?\b){_SURE}"), _at),
    (_pattern(rf"\b(?:around|about) (?P<guarded>(?P<clock>{NAMED}))"), _at),
)
