"""Puts the pieces of a time together: days, parts of the day and clock times to one stretch of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from pipeline.asking.clock import DAY, HALF_DAY, Clock
from pipeline.search import QueryError

WORKING = range(7 * 60, 19 * 60)  # which reading of "four" is meant where only the day is known


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days; `bound` is "after", "since", "before" or "until" where they only begin or end a time."""

    first: date
    last: date
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a day in minutes since its midnight; the night belongs to the day on which it began."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ClockTimes:
    """Clock times; `around` makes a stretch of the one time, `lasting` lets it go on until now."""

    lower: Clock | None = None
    upper: Clock | None = None
    around: int = 0  # minutes to either side
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time from `start` to `end`, by the clock of the site; None where it is open."""

    start: datetime | None
    end: datetime | None

    def spelt(self) -> str:
        """In words, in full: "Tuesday 10 March 2026, 14:00 to 16:00"."""
        if self.start is None or self.end is None:
            return f"since {_full(self.start)}" if self.start else f"before {_full(self.end)}"
        if self.end - self.start == timedelta(1) and self.start.time() == time():
            return _full(self.start).partition(",")[0]
        same_day = self.end.date() == self.start.date()
        return (
            f"{_full(self.start)} to {self.end:%H:%M}"
            if same_day
            else f"{_full(self.start)} to {_full(self.end)}"
        )


Piece = Days | Part | ClockTimes | Stretch
Pair = tuple[int | None, int | None]  # minutes since a day's midnight; None where an end is open
P = TypeVar("P", Days, Part, ClockTimes, Stretch)


def put_together(pieces: Sequence[Piece], now: datetime) -> Stretch:
    """The one stretch that the pieces say together; what is left open is the latest that has begun.

    `now` and the result are by the clock of the site. QueryError where the pieces contradict each other.
    """
    stretch = _together(pieces, now)
    if stretch.start and stretch.end and stretch.start >= stretch.end:
        raise QueryError(f"the time ends before it begins ({stretch.spelt()}); name the earlier one first")
    return stretch


def _together(pieces: Sequence[Piece], now: datetime) -> Stretch:
    stretches, parts = _of(Stretch, pieces), _of(Part, pieces)
    days, hours = _one_period(_of(Days, pieces)), _one_clock(_of(ClockTimes, pieces))
    if len(stretches) + bool(parts or days or hours) > 1 or len(parts) > 1:
        raise QueryError("the question names several times; keep one and ask for the others one by one")
    if stretches:
        return stretches[0]
    part = parts[0] if parts else None
    if days and hours and days.bound and hours.around:  # "since yesterday 4 pm": the hour begins it
        hours = _bounded(hours, days.bound)
        days = Days(days.first, days.last)
    if days and days.first != days.last and (part or hours):
        part = hours = None  # many stretches; the days hold them all
    if days is None:
        return _latest(part, hours, now)
    if hours:
        return _on(days.first, hours, part, now)
    return _bound(days, part or Part(0, DAY))


def _of(kind: type[P], pieces: Sequence[Piece]) -> list[P]:
    return [piece for piece in pieces if isinstance(piece, kind)]


def _one_period(days: Sequence[Days]) -> Days | None:
    """Days that follow each other become one period; a "since" and an "until" frame one."""
    if not days:
        return None
    ordered = sorted(days, key=lambda one: one.first)
    period = ordered[0]
    for following in ordered[1:]:
        framed = period.bound in ("since", "after") and following.bound in ("until", "before")
        adjoining = not period.bound and not following.bound
        if framed:
            first = period.first if period.bound == "since" else period.last + timedelta(1)
            last = following.last if following.bound == "until" else following.first - timedelta(1)
            period = Days(first, last)
        elif adjoining and (following.first - period.last).days <= 1:
            period = Days(period.first, max(period.last, following.last))
        else:
            raise QueryError("the question names several days; keep one and ask for the others one by one")
    return period


def _one_clock(hours: Sequence[ClockTimes]) -> ClockTimes | None:
    """ "After two" and "before four" become one pair."""
    if not hours:
        return None
    lower = [one for one in hours if one.lower]
    upper = [one for one in hours if one.upper]
    if len(lower) > 1 or len(upper) > 1 or (len(hours) > 1 and any(one.around for one in hours)):
        raise QueryError("the question names several clock times; keep one and ask for the others one by one")
    pair = ClockTimes(lower[0].lower if lower else None, upper[0].upper if upper else None)
    return hours[0] if len(hours) == 1 else pair


def _bounded(hours: ClockTimes, bound: str) -> ClockTimes:
    if bound in ("before", "until"):
        return ClockTimes(upper=hours.lower)
    return ClockTimes(lower=hours.lower, lasting=bound == "since")


def _bound(days: Days, part: Part) -> Stretch:
    start, end = _at(days.first, part.start), _at(days.last, part.end)
    return {
        "after": Stretch(end, None),
        "since": Stretch(start, None),
        "before": Stretch(None, start),
        "until": Stretch(None, end),
    }.get(days.bound, Stretch(start, end))


def _latest(part: Part | None, hours: ClockTimes | None, now: datetime) -> Stretch:
    """The latest day on which it has begun, of both halves of the day where the half is open."""
    if hours is None:
        assert part is not None
        day = now.date() - timedelta(_at(now.date(), part.start) > now)
        return Stretch(_at(day, part.start), _at(day, part.end))
    found: list[tuple[datetime, date, Pair]] = []
    for pair in _readings(hours, part):
        days = (now.date() - timedelta(back) for back in range(3))
        day = next(day for day in days if _at(day, _anchor(pair)) <= now)
        found.append((_at(day, _anchor(pair)), day, pair))
    _, day, pair = max(found, key=lambda one: one[0])
    return _framed(day, pair, hours, part, lasting=hours.lasting or part is None)


def _on(day: date, hours: ClockTimes, part: Part | None, now: datetime) -> Stretch:
    """On a given day "four" is in working hours, unless that is still to come."""
    pairs = list(_readings(hours, part))
    usual = [pair for pair in pairs if _anchor(pair) in WORKING]
    begun = [pair for pair in (*usual, *pairs) if _at(day, _anchor(pair)) <= now]
    return _framed(day, (begun or usual or pairs)[0], hours, part, lasting=hours.lasting)


def _anchor(pair: Pair) -> int:
    """The minute by which it is known whether a pair has begun: its lower end, or else its upper one."""
    low, high = pair
    if low is not None:
        return low
    assert high is not None, "a pair has one end at least"
    return high


def _framed(day: date, pair: Pair, hours: ClockTimes, part: Part | None, *, lasting: bool) -> Stretch:
    """The stretch of a pair; an end that it leaves open is that of the part of the day, the day, or now."""
    low, high = pair
    if hours.around and low is not None:
        return Stretch(_at(day, low - hours.around), _at(day, low + hours.around))
    edges = part or Part(0, DAY)
    start = _at(day, edges.start if low is None else low)
    if high is None and lasting:
        return Stretch(start, None)
    return Stretch(start, _at(day, edges.end if high is None else high))


def _readings(hours: ClockTimes, part: Part | None) -> Iterator[Pair]:
    """What the clock times can mean, in minutes since the day's midnight: the shortest stretches."""
    lower: tuple[int | None, ...] = hours.lower.readings if hours.lower else (None,)
    upper: tuple[int | None, ...] = hours.upper.readings if hours.upper else (None,)
    pairs = [(low, _after(low, high)) for low in lower for high in upper]
    if hours.lower and hours.upper:
        shortest = min(_length(pair) for pair in pairs)
        pairs = [pair for pair in pairs if _length(pair) == shortest]
    if part is None:
        yield from pairs
        return
    fitting = [moved for pair in pairs for moved in _within(pair, part)]
    if not fitting:
        raise QueryError("the clock time lies in another part of the day than the question says; keep one")
    yield from fitting


def _after(low: int | None, high: int | None) -> int | None:
    """The upper end, on the next day where it would come before the lower one; midnight ends a day."""
    return high + DAY if high is not None and high <= (low or 0) else high


def _length(pair: Pair) -> int:
    return (pair[1] or 0) - (pair[0] or 0)


def _within(pair: Pair, part: Part) -> Iterator[Pair]:
    """The pair on this day or the next, where it is near the part: "three in the morning"."""
    begin = part.start if part.start < HALF_DAY else max(HALF_DAY, part.start - 120)
    begin, end = (0, HALF_DAY) if part.end <= HALF_DAY else (begin, max(part.end, DAY))
    for shift in (0, DAY):
        low, high = (None if minute is None else minute + shift for minute in pair)
        if begin <= _anchor((low, high)) < end:
            yield low, high


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def _full(moment: datetime | None) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M}" if moment else ""
