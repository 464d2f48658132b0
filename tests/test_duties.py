"""Every night's work is done once, whatever clocks do and however many look at them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.keeping.schedule import Clock, Duty, run_due
from pipeline.lease import StoppedError
from storage.footage.windows import Windows

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_TWO = Clock(time(2, 30), BERLIN)  # the hour that clock changes skip and repeat


class Nights:
    """Counts a duty; time goes on when it is told to."""

    def __init__(self, url: str) -> None:
        self.windows = Windows(url)
        self.done = 0
        self.stop = Event()

    def act(self, stores: Any, now: datetime, hold: Any) -> str:
        self.done += 1
        return f"{self.done} times"

    def ring(self, now: datetime, clock: Clock = HALF_PAST_TWO) -> None:
        duty = Duty("count", self.act)
        run_due(self.windows, clock, lambda: nullcontext(None), self.stop, now=now, duties=[duty])  # type: ignore[arg-type, return-value]

    def ring_through(self, began: datetime, hours: float, step: float = 0.25) -> int:
        """How often it was done while a beat rang every `step` hours."""
        before = self.done
        for number in range(round(hours / step)):
            self.ring(began + timedelta(hours=number * step))
        return self.done - before


@pytest.fixture
def nights(url: str) -> Iterator[Nights]:
    made = Nights(url)
    yield made
    made.windows.close()


@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 3, 28, 12, tzinfo=UTC),  # in the night that follows there is no 02:30
        datetime(2026, 10, 24, 12, tzinfo=UTC),  # and here there are two
        datetime(2026, 6, 10, 12, tzinfo=UTC),
    ],
    ids=["forward", "back", "summer"],
)
def test_one_night_is_one_where_clocks_change(nights: Nights, day: datetime) -> None:
    nights.ring(day)
    assert nights.ring_through(day, hours=24) == 1
    assert nights.ring_through(day + timedelta(days=1), hours=24) == 1


def test_a_clock_that_is_set_back_repeats_nothing(nights: Nights) -> None:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)
    assert nights.ring_through(noon, hours=36) == 2  # the night before, which nobody did, and the next
    assert nights.ring_through(noon, hours=36) == 0


def test_a_clock_that_was_ahead_does_the_nights_in_between_once(nights: Nights) -> None:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)
    nights.ring(noon + timedelta(days=10))
    assert nights.ring_through(noon, hours=24 * 9) == 10
    assert nights.ring_through(noon + timedelta(days=9), hours=24) == 0  # done ahead of time
    assert nights.ring_through(noon + timedelta(days=10), hours=24) == 1


def test_nights_that_nobody_was_there_for_are_made_up_in_one(nights: Nights) -> None:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)
    nights.ring(noon)
    nights.ring(noon + timedelta(days=5))
    assert nights.done == 2


def test_two_beats_at_once_have_one_effect(nights: Nights) -> None:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(nights.ring, [noon] * 6))
    assert nights.done == 1


def test_what_is_stopped_ends_at_once_and_is_done_later(nights: Nights) -> None:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)

    def stopped(stores: Any, now: datetime, hold: Any) -> str:
        nights.stop.set()
        hold()
        return "never"

    act, nights.act = nights.act, stopped  # type: ignore[method-assign]
    with pytest.raises(StoppedError):
        nights.ring(noon)
    nights.act = act  # type: ignore[method-assign]
    nights.stop.clear()
    nights.ring(noon)
    assert nights.done == 1
