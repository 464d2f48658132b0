"""A window of the schedule is worked on by one process and finished once."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from storage.errors import LeaseLostError
from storage.footage.chunks import worker_name
from storage.footage.windows import PAUSE, Window, Windows
from tests.ledger_chunks import MINUTE, NOON

ME, YOU = "elsewhere:1:a", "elsewhere:2:b"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def windows(url: str, clock: Clock) -> Iterator[Windows]:
    made = Windows(url, clock=clock)
    yield made
    made.close()


def claim(windows: Windows, worker: str = ME) -> Window:
    found = windows.claim("retention", NOON, worker, MINUTE)
    assert found is not None
    return found


def test_a_window_is_given_out_once_and_the_next_is_another(windows: Windows, clock: Clock) -> None:
    mine = claim(windows)
    assert windows.claim("retention", NOON, YOU, MINUTE) is None
    windows.finish(mine, "12 sightings erased")
    clock.now += timedelta(days=1)
    assert windows.claim("retention", NOON, YOU, MINUTE) is None
    assert windows.claim("backfill", NOON, YOU, MINUTE) is not None
    assert windows.claim("retention", NOON + timedelta(days=1), YOU, MINUTE) is not None


def test_of_many_who_ask_at_once_one_gets_it(windows: Windows) -> None:
    workers = [f"elsewhere:{number}:x" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        given = pool.map(lambda worker: windows.claim("retention", NOON, worker, MINUTE), workers)
        assert sum(window is not None for window in given) == 1


def test_the_last_window_is_told_with_its_result(windows: Windows, clock: Clock) -> None:
    assert windows.last("retention") is None
    windows.finish(claim(windows), "nothing was too old")
    last = windows.last("retention")
    assert last is not None
    assert (last.began, last.finished, last.result) == (NOON, clock.now, "nothing was too old")


def test_a_window_whose_lease_ran_out_goes_to_another(windows: Windows, clock: Clock) -> None:
    late = claim(windows)
    clock.now += 2 * MINUTE
    again = claim(windows, YOU)
    assert again.attempts == 2
    for stale in (
        lambda: windows.finish(late, "late"),
        lambda: windows.renew(late, MINUTE),
        lambda: windows.fail(late, "late"),
        lambda: windows.release(late),
    ):
        with pytest.raises(LeaseLostError, match="another worker"):
            stale()
    windows.finish(again, "done")


def test_a_window_whose_worker_died_goes_to_another_at_once(windows: Windows) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    me = worker_name()
    claim(windows, f"{me.rsplit(':', 2)[0]}:{ended.pid}:x")
    assert claim(windows, me).attempts == 2


def test_a_renewed_window_stays_with_its_worker(windows: Windows, clock: Clock) -> None:
    mine = claim(windows)
    for _ in range(3):
        clock.now += timedelta(seconds=50)
        mine = windows.renew(mine, MINUTE)
        assert windows.claim("retention", NOON, YOU, MINUTE) is None
    windows.finish(mine, "done")


def test_what_failed_is_tried_again_after_a_pause_and_three_times_at_most(
    windows: Windows, clock: Clock
) -> None:
    for attempt in (1, 2, 3):
        mine = claim(windows)
        assert mine.attempts == attempt
        windows.fail(mine, "failed: the index does not answer")
        assert windows.claim("retention", NOON, YOU, MINUTE) is None
        clock.now += PAUSE + MINUTE
    assert windows.claim("retention", NOON, YOU, MINUTE) is None
    last = windows.last("retention")
    assert last is not None
    assert last.finished is not None
    assert last.result == "failed: the index does not answer"


def test_a_window_that_kills_its_workers_is_given_up(windows: Windows, clock: Clock) -> None:
    for _ in range(3):
        claim(windows)
        clock.now += 2 * MINUTE
    assert windows.claim("retention", NOON, YOU, MINUTE) is None
    last = windows.last("retention")
    assert last is not None
    assert "given up" in last.result


def test_a_window_given_back_does_not_count_as_tried(windows: Windows) -> None:
    for _ in range(4):
        mine = claim(windows)
        assert mine.attempts == 1
        windows.release(mine)
