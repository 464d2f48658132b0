"""How far a change of model is, as the database, the API and the command tell of it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from pipeline.keeping.change import BROKEN, TASK, last, telling
from pipeline.keeping.reindex import Progress
from pipeline.lease import LEASE
from storage.footage.chunks import worker_name
from storage.footage.windows import Windows
from tests.account_site import NOON, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def windows(url: str, clock: Clock) -> Iterator[Windows]:
    with closing(Windows(url, clock=clock)) as opened:
        yield opened


def test_numbers_a_rate_and_the_time_that_is_left_are_told_while_it_goes_on(
    windows: Windows, clock: Clock
) -> None:
    assert last(windows, clock) is None
    with telling(windows, "other.safetensors", clock) as told:
        begun = last(windows, clock)
        assert begun is not None
        assert (begun.weights, begun.began, begun.of, begun.left) == ("", NOON, 0, None)
        told.note(Progress(0, 100))
        clock.pass_by(seconds=10)
        told.note(Progress(40, 100, lost=10))
        now = last(windows, clock)
        assert now is not None
        assert (now.weights, now.done, now.of, now.lost) == ("other.safetensors", 40, 100, 10)
        assert (now.rate, now.left, now.ended) == (4.0, 12.5, None)
        told.end("it answers", switched=True)
    over = last(windows, clock)
    assert over is not None
    assert (over.result, over.switched, over.ended, over.left) == ("it answers", True, clock.now, None)
    assert (over.done, over.of) == (40, 100)


def test_it_is_not_written_down_more_than_once_a_second_but_for_the_end(
    windows: Windows, clock: Clock
) -> None:
    with telling(windows, "", clock) as told:
        seen = []
        for done in range(5):
            told.note(Progress(done, 4))
            change = last(windows, clock)
            assert change is not None
            seen.append(change.done)
            clock.pass_by(seconds=0.4)
        told.end("it answers", switched=True)
    assert seen == [0, 0, 0, 3, 4]


def test_one_change_at_a_time(windows: Windows, clock: Clock) -> None:
    with telling(windows, "", clock) as told:
        with (
            pytest.raises(ValueError, match="goes on since 12:00 UTC: wait"),
            telling(windows, "other", clock),
        ):
            pass
        told.end("it answers", switched=True)
    clock.pass_by(seconds=1)
    with telling(windows, "other", clock) as told:
        told.end("it answers too", switched=True)


def test_an_error_is_what_came_of_it(windows: Windows, clock: Clock) -> None:
    for error, said in ((ValueError("3 shots are gone"), "3 shots are gone"), (KeyError("x"), BROKEN)):
        with pytest.raises(type(error)), telling(windows, "", clock):
            raise error
        change = last(windows, clock)
        assert change is not None
        assert (change.result, change.switched, change.ended) == (said, False, clock.now)
        clock.pass_by(seconds=1)


def test_one_that_was_killed_or_is_silent_has_broken_off(windows: Windows, clock: Clock) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host, _, token = worker_name().rsplit(":", 2)
    for worker in (f"{host}:{dead.pid}:{token}", "elsewhere:1:a"):
        windows.claim(TASK, clock.now, worker, LEASE)
        if worker.startswith("elsewhere"):
            assert last(windows, clock).ended is None  # type: ignore[union-attr]
            clock.pass_by(seconds=LEASE.total_seconds() + 1)
        change = last(windows, clock)
        assert change is not None
        assert (change.result, change.ended is None) == (BROKEN, False)
        with telling(windows, "", clock) as told:
            told.end("it answers", switched=True)
        clock.now += timedelta(minutes=1)
