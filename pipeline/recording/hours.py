"""Hours of a week, as "mon-fri 07:00-19:00, sat 08:00-12:00": when to record, or when to be quiet."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=8)  # longer than one, whatever clocks do in it

_SPAN = re.compile(r"(?P<days>[a-z -]*?)\s*(?P<opens>\d\d?:\d\d)\s*-\s*(?P<closes>\d\d?:\d\d)")


@dataclass(frozen=True, slots=True)
class _Span:
    days: frozenset[int]  # 0 is Monday
    opens: time
    closes: time  # not included; not after `opens`: on the next day

    def covers(self, local: datetime) -> bool:
        now, today = local.time(), local.weekday()
        if self.opens < self.closes:
            return today in self.days and self.opens <= now < self.closes
        yesterday = (today - 1) % 7
        return (today in self.days and now >= self.opens) or (yesterday in self.days and now < self.closes)


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of a week; none at all means always."""

    spans: tuple[_Span, ...]

    @classmethod
    def read(cls, text: str) -> "Hours":
        """Spans with commas between them, each with its days or for every day; 22:00-06:00 ends the next day.

        Raises ValueError for anything else.
        """
        return cls(tuple(_span(part.strip().lower()) for part in text.split(",")) if text.strip() else ())

    def covers(self, moment: datetime, zone: tzinfo | None = None) -> bool:
        """Whether an aware moment lies within the hours, by the clock of `zone`, None of this machine."""
        return not self.spans or any(span.covers(moment.astimezone(zone)) for span in self.spans)

    def end(self, moment: datetime, zone: tzinfo | None = None) -> datetime | None:
        """The first minute (UTC) from a covered moment on that is not; None when they never end.

        Every minute is asked, so that a clock that is set forward or back in the night makes no difference.
        """
        minute = moment.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
        last = minute + WEEK
        while minute < last:
            if not self.covers(minute, zone):
                return minute
            minute += MINUTE
        return None


def _span(text: str) -> _Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" are no hours; write 07:00-19:00 or mon-fri 07:00-19:00')
    try:
        return _Span(_days(found["days"]), _time(found["opens"]), _time(found["closes"]))
    except ValueError as error:
        raise ValueError(f'"{text}" are no hours ({error}); write mon-fri 07:00-19:00') from None


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.replace(" -", "-").replace("- ", "-").split():
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f'"{part}" is no day; days are {" ".join(DAYS)}')
        begin = DAYS.index(first)
        count = (DAYS.index(last or first) - begin) % 7 + 1
        days.update((begin + step) % 7 for step in range(count))
    return frozenset(days or range(7))


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time() if text == "24:00" else time(int(hour), int(minute))
