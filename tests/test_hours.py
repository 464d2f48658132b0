"""When a camera is to be recorded."""

from datetime import datetime

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
