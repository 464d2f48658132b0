"""When a camera is to be recorded."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.recording.hours import Hours

MONDAY, SATURDAY, SUNDAY = (2026, 3, 2), (2026, 3, 7), (2026, 3, 8)


def at(day: tuple[int, int, int], hour: int, minute: int = 0) -> datetime:
    return datetime(*day, hour, minute).astimezone()


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("", [at(MONDAY, 3), at(SUNDAY, 23, 59)], []),
        ("07:00-19:00", [at(SUNDAY, 7), at(MONDAY, 18, 59)], [at(MONDAY, 6, 59), at(MONDAY, 19)]),
        ("mon-fri 7:00-19:00", [at(MONDAY, 12)], [at(SATURDAY, 12)]),
        ("MON - FRI 07:00 - 19:00, sat 08:00-12:00", [at(SATURDAY, 8)], [at(SATURDAY, 12), at(SUNDAY, 8)]),
        ("sat mon 00:00-24:00", [at(MONDAY, 0), at(SATURDAY, 23, 59)], [at(SUNDAY, 12)]),
        ("sat-sun 22:00-06:00", [at(SATURDAY, 22), at(SUNDAY, 5, 59), at(MONDAY, 5)], [at(SATURDAY, 5)]),
        ("fri-mon 08:00-09:00", [at(SUNDAY, 8), at(MONDAY, 8)], [at((2026, 3, 3), 8)]),
    ],
)
def test_spans_cover_their_days_and_times(text: str, inside: list[datetime], outside: list[datetime]) -> None:
    hours = Hours.read(text)
    assert all(hours.covers(moment) for moment in inside)
    assert not any(hours.covers(moment) for moment in outside)


@pytest.mark.parametrize("text", ["always", "7-19", "25:00-26:00", "mo 07:00-19:00", "07:00-19:00,", "mon"])
def test_what_are_no_hours_is_said_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        Hours.read(text)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "now", "end"),
    [
        ("22:00-06:00", "2026-03-02T23:30+01:00", "2026-03-03T06:00+01:00"),  # over midnight
        ("22:00-06:00", "2026-03-03T05:59:59+01:00", "2026-03-03T06:00+01:00"),
        ("mon 20:00-24:00, tue 00:00-08:00", "2026-03-02T21:00+01:00", "2026-03-03T08:00+01:00"),
        ("22:00-06:00", "2026-03-28T23:00+01:00", "2026-03-29T06:00+02:00"),  # an hour shorter
        ("22:00-02:30", "2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00"),  # 02:30 does not come
        ("22:00-06:00", "2026-10-24T23:00+02:00", "2026-10-25T06:00+01:00"),  # an hour longer
    ],
)
def test_hours_end_by_the_clock_on_the_wall(text: str, now: str, end: str) -> None:
    hours, moment = Hours.read(text), datetime.fromisoformat(now)
    assert hours.covers(moment, BERLIN)
    assert hours.end(moment, BERLIN) == datetime.fromisoformat(end)


@pytest.mark.parametrize("text", ["", "00:00-24:00", "07:00-07:00"])
def test_hours_that_never_end_have_no_end(text: str) -> None:
    assert Hours.read(text).end(at(MONDAY, 3)) is None
