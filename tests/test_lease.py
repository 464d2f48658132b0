"""Work in hand is kept while it goes on, and settled as its end deserves."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from pipeline.footage.sources import SourceError
from pipeline.lease import LEASE, RENEWED, StoppedError, claimed
from storage.errors import OtherModelError, UnavailableError
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from tests.ledger_chunks import chunk


class Clock:
    """The wall's and the steady one in one, for a ledger and a worker."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path / 'passerby.db'}", clock=clock.now)
    made.plan([chunk(0)])
    yield made
    made.close()


def fail_with(ledger: Ledger, error: BaseException) -> None:
    with claimed(ledger, "watch", permanent=(SourceError,)) as held:
        assert held is not None
        raise error


def test_nothing_is_claimed_where_nothing_waits(ledger: Ledger) -> None:
    with claimed(ledger, "index", permanent=()) as held:
        assert held is None


def test_a_fault_of_the_footage_sets_it_aside_at_once(ledger: Ledger) -> None:
    fail_with(ledger, SourceError("gate.mp4 is cut off"))
    (aside,) = ledger.jobs([State.QUARANTINED])
    assert aside.reason == "gate.mp4 is cut off"


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "no space left"),
        UnavailableError("the index does not answer"),
        OtherModelError("another model answers"),
        StoppedError("told to stop"),
        KeyboardInterrupt(),
    ],
)
def test_what_the_chunk_is_not_to_blame_for_gives_it_back_uncounted(
    ledger: Ledger, error: BaseException
) -> None:
    for _ in range(4):
        with pytest.raises(type(error)):
            fail_with(ledger, error)
    assert ledger.jobs() == [chunk(0)]


def test_an_unexpected_error_counts_and_the_third_sets_the_chunk_aside(ledger: Ledger) -> None:
    for _ in range(3):
        assert ledger.counts()[State.QUEUED] == 1
        with pytest.raises(ZeroDivisionError):
            fail_with(ledger, ZeroDivisionError("a box of no height"))
    (aside,) = ledger.jobs([State.QUARANTINED])
    assert aside.reason == "ZeroDivisionError: a box of no height"


def test_a_slow_chunk_stays_with_the_worker_that_holds_it(ledger: Ledger, clock: Clock) -> None:
    with claimed(ledger, "watch", permanent=(), steady=clock.steady) as held:
        assert held is not None
        while clock.seconds < 3 * LEASE.total_seconds():
            clock.seconds += RENEWED
            held.hold()
            assert ledger.claim("watch", "elsewhere:1:a", LEASE) is None
        ledger.complete_watch(held.work, [], "")
    assert ledger.counts()[State.WATCHED] == 1


def test_a_chunk_that_was_not_held_is_lost_to_another_and_its_result_dropped(
    ledger: Ledger, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), claimed(ledger, "watch", permanent=()) as held:
        assert held is not None
        clock.seconds += 2 * LEASE.total_seconds()
        assert ledger.claim("watch", "elsewhere:1:a", LEASE) is not None
        ledger.complete_watch(held.work, [], "late")
    assert "another worker has the chunk" in caplog.text
    assert ledger.counts()[State.WATCHING] == 1


def test_a_worker_waits_for_a_ledger_that_is_away_to_give_the_chunk_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.lease.PAUSE", 0.01)
    release, tries = ledger.release, []

    def away(chunk: Chunk) -> None:
        tries.append(chunk)
        if len(tries) < 3:
            raise OSError("the database does not answer")
        release(chunk)

    monkeypatch.setattr(ledger, "release", away)

    def work(stop: Event | None) -> None:
        with claimed(ledger, "watch", permanent=(), stop=stop) as held:
            assert held is not None
            raise OSError("the database does not answer")

    with pytest.raises(OSError, match="does not answer"):
        work(None)  # somebody at a terminal does not wait
    assert (len(tries), ledger.counts()[State.WATCHING]) == (1, 1)
    release(tries[0])
    tries.clear()
    with pytest.raises(OSError, match="does not answer"):
        work(Event())
    assert len(tries) == 3
    assert ledger.jobs() == [chunk(0)]


def test_whoever_is_told_to_stop_gives_the_chunk_back(ledger: Ledger) -> None:
    stop = Event()

    def work() -> None:
        with claimed(ledger, "watch", permanent=(), stop=stop) as held:
            assert held is not None
            held.hold()
            stop.set()
            held.hold()

    with pytest.raises(StoppedError):
        work()
    assert ledger.jobs() == [chunk(0)]
