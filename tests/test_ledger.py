"""The ledger gives every chunk to one worker at a time and ends with each finished or set aside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage.errors import LeaseLostError
from storage.footage.chunks import Chunk, State, is_dead, worker_name
from storage.footage.ledger import Ledger
from tests.ledger_chunks import MINUTE, NOON, chunk, shots_of

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
def ledger(url: str, clock: Clock) -> Iterator[Ledger]:
    made = Ledger(url, clock=clock)
    yield made
    made.close()


def claim(ledger: Ledger, worker: str = ME) -> Chunk:
    found = ledger.claim("watch", worker, MINUTE)
    assert found is not None
    return found


def test_planning_twice_adds_nothing(ledger: Ledger) -> None:
    assert ledger.plan([chunk(0), chunk(1), chunk(1)]) == 2
    assert ledger.plan([chunk(1), chunk(2)]) == 1
    assert ledger.counts()[State.QUEUED] == 3
    assert ledger.counts()[State.INDEXED] == 0
    assert ledger.jobs() == [chunk(0), chunk(1), chunk(2)]


def test_a_moved_source_is_found_where_it_was_planned_last(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    ledger.plan([replace(chunk(0), source="file:/elsewhere.mp4")])
    assert claim(ledger).source == "file:/elsewhere.mp4"


def test_the_id_names_footage_and_way_of_watching_alone() -> None:
    assert chunk(0).id == replace(chunk(0), source="file:/x", state=State.INDEXED, attempts=2).id
    assert len({chunk(0).id, chunk(1).id, chunk(0, version="2").id, chunk(0, camera="yard").id}) == 4


def test_chunks_of_a_source_are_watched_in_order_and_sources_side_by_side(ledger: Ledger) -> None:
    ledger.plan([chunk(1), chunk(0), chunk(0, camera="yard")])
    first, second = claim(ledger), claim(ledger, YOU)
    assert {first.camera, second.camera} == {"gate", "yard"}
    assert (first.position, second.position) == (0, 0)
    assert ledger.claim("watch", YOU, MINUTE) is None

    ledger.complete_watch(next(c for c in (first, second) if c.camera == "gate"), [], "[7]")

    third = claim(ledger)
    assert third.position == 1
    assert ledger.handoff_before(third) == "[7]"
    assert ledger.handoff_before(first) == ""


def test_a_chunk_set_aside_does_not_hold_up_the_next(ledger: Ledger) -> None:
    ledger.plan([chunk(0), chunk(1)])
    ledger.fail(claim(ledger), "no such codec", permanent=True)
    assert claim(ledger).position == 1


def test_shots_come_back_as_they_were_and_again_replaces_them(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    claimed = claim(ledger)
    berlin = timezone(timedelta(hours=1))
    found = [replace(shot, began=shot.began.astimezone(berlin)) for shot in shots_of(claimed, "")]
    ledger.complete_watch(claimed, [*found, found[0]], "")
    assert ledger.shots(claimed) == found
    assert all(shot.began.tzinfo is UTC for shot in ledger.shots(claimed))

    ledger.plan([chunk(0, version="2")])
    again = claim(ledger)
    ledger.complete_watch(again, found[1:], "")
    assert ledger.shots(again) == found[1:]
    assert ledger.shots(claimed) == found[:1]  # a shot belongs to the chunk that found it last


def test_a_chunk_is_indexed_once_it_has_been_watched(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    assert ledger.claim("index", ME, MINUTE) is None
    ledger.complete_watch(claim(ledger), [], "")
    indexing = ledger.claim("index", ME, MINUTE)
    assert indexing is not None
    assert indexing.state is State.INDEXING
    ledger.complete_index(indexing)
    assert ledger.counts()[State.INDEXED] == 1
    assert ledger.claim("index", ME, MINUTE) is None


def test_a_lease_that_ran_out_goes_to_another_and_the_late_result_is_refused(
    ledger: Ledger, clock: Clock
) -> None:
    ledger.plan([chunk(0)])
    late = claim(ledger)
    assert ledger.claim("watch", YOU, MINUTE) is None
    clock.now += 2 * MINUTE
    current = claim(ledger, YOU)
    assert current.attempts == 2

    for stale in (
        lambda: ledger.complete_watch(late, shots_of(late, "late"), ""),
        lambda: ledger.renew(late, MINUTE),
        lambda: ledger.fail(late, "late", permanent=True),
        lambda: ledger.release(late),
    ):
        with pytest.raises(LeaseLostError, match="another worker"):
            stale()
    ledger.complete_watch(current, shots_of(current, ""), "")
    assert ledger.shots(current) == shots_of(current, "")


def test_a_renewed_lease_holds(ledger: Ledger, clock: Clock) -> None:
    ledger.plan([chunk(0)])
    claimed = claim(ledger)
    for _ in range(5):
        clock.now += timedelta(seconds=50)
        claimed = ledger.renew(claimed, MINUTE)
        assert ledger.claim("watch", YOU, MINUTE) is None
    ledger.complete_watch(claimed, [], "")


def test_the_third_failure_sets_a_chunk_aside_and_retry_brings_it_back(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    for _ in range(3):
        ledger.fail(claim(ledger), "camera unplugged", permanent=False)
    (job,) = ledger.jobs([State.QUARANTINED])
    assert (job.reason, job.attempts) == ("camera unplugged", 3)
    assert ledger.claim("watch", ME, MINUTE) is None

    assert ledger.retry(job)
    assert not ledger.retry(job)
    assert claim(ledger).attempts == 1


def test_the_third_lost_worker_sets_a_chunk_aside(ledger: Ledger, clock: Clock) -> None:
    ledger.plan([chunk(0)])
    for _ in range(3):
        claim(ledger)
        clock.now += 2 * MINUTE
    assert ledger.claim("watch", ME, MINUTE) is None
    (job,) = ledger.jobs([State.QUARANTINED])
    assert ME in job.reason
    assert "3 of 3" in job.reason


def test_failing_to_index_does_not_watch_again(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    ledger.complete_watch(claim(ledger), [], "")
    indexing = ledger.claim("index", ME, MINUTE)
    assert indexing is not None
    ledger.fail(indexing, "index locked", permanent=False)
    assert ledger.counts()[State.WATCHED] == 1


def test_released_chunks_do_not_count_as_tried(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    for _ in range(5):
        ledger.release(claim(ledger))
    assert ledger.jobs() == [chunk(0)]


def test_only_what_was_set_aside_can_be_dropped(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    assert not ledger.drop(chunk(0))
    ledger.complete_watch(claim(ledger), shots_of(chunk(0), ""), "")
    indexing = ledger.claim("index", ME, MINUTE)
    assert indexing is not None
    ledger.fail(indexing, "broken crop", permanent=True)

    assert ledger.drop(chunk(0))
    assert ledger.jobs() == []
    assert ledger.shots(chunk(0)) == []
    assert ledger.plan([chunk(0)]) == 1


def test_cameras_are_listed_once(ledger: Ledger) -> None:
    ledger.plan([chunk(0, camera="yard"), chunk(0), chunk(1)])
    assert ledger.cameras() == ("gate", "yard")


def test_a_chunk_says_since_when_it_is_in_its_state(ledger: Ledger, clock: Clock) -> None:
    ledger.plan([chunk(0)])
    clock.now += MINUTE
    claimed = claim(ledger)
    assert claimed.changed == NOON + MINUTE
    clock.now += MINUTE
    ledger.renew(claimed, MINUTE)
    assert ledger.jobs()[0].changed == NOON + MINUTE
    ledger.fail(claimed, "broken", permanent=True)
    assert ledger.jobs()[0].changed == NOON + 2 * MINUTE


def test_what_failed_to_be_indexed_is_retried_there(ledger: Ledger) -> None:
    ledger.plan([chunk(0)])
    ledger.complete_watch(claim(ledger), shots_of(chunk(0), ""), "{}")
    indexing = ledger.claim("index", ME, MINUTE)
    assert indexing is not None
    ledger.fail(indexing, "broken crop", permanent=True)
    assert ledger.retry(chunk(0))
    assert ledger.counts()[State.WATCHED] == 1


def test_times_need_a_zone(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="time zone"):
        ledger.plan([replace(chunk(0), began=datetime(2026, 3, 1))])
    with pytest.raises(ValueError, match="worker_name"):
        ledger.claim("watch", "me", MINUTE)


def test_a_database_that_does_not_open_is_named(tmp_path: Path) -> None:
    (tmp_path / "passerby.db").mkdir()
    with pytest.raises(OSError, match="check the URL"):
        Ledger(f"sqlite:///{tmp_path}/passerby.db")


@pytest.mark.parametrize("url", ["", "passerby.db", "sqlite+nothing:///x", "oddbase://x"])
def test_an_unknown_url_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///FILE"):
        Ledger(url)


def test_a_dead_worker_of_this_host_is_known() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, pid, _ = worker_name().rsplit(":", 2)
    me = worker_name()

    assert is_dead(f"{host}:{ended.pid}:x", me)
    assert is_dead(f"{host}:{pid}:before-the-restart", me)
    assert not is_dead(me, me)
    assert not is_dead(f"{host}:{os.getppid()}:x", me)
    assert not is_dead(f"elsewhere:{ended.pid}:x", me)
