"""Gaps, and what the recorder may delete."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.footage.chunks import Chunk, worker_name
from storage.footage.ledger import Ledger
from storage.footage.recordings import Gap, Recordings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def recordings(url: str) -> Iterator[Recordings]:
    with closing(Recordings(url)) as opened:
        yield opened


def segment(number: int) -> Chunk:
    start = number * 10.0
    began = NOON + timedelta(seconds=start)
    return Chunk("gate", f"/segments/{number}.mkv", "recorder:gate:a", began, start, start + 10, number, "v")


def test_one_gap_is_open_at_a_time_with_the_first_reason(recordings: Recordings) -> None:
    recordings.open_gap("gate", NOON, "it ended")
    recordings.open_gap("gate", NOON + MINUTE, "it says nothing")
    recordings.open_gap("hall", NOON, "it refuses the login")
    assert recordings.gaps("gate") == [Gap("gate", NOON, None, "it ended")]
    recordings.close_gap("gate", NOON + 2 * MINUTE)
    recordings.close_gap("gate", NOON + 9 * MINUTE)
    recordings.open_gap("gate", NOON + 3 * MINUTE, "it ended")
    assert recordings.gaps("gate") == [
        Gap("gate", NOON, NOON + 2 * MINUTE, "it ended"),
        Gap("gate", NOON + 3 * MINUTE, None, "it ended"),
    ]
    assert recordings.gaps("hall") == [Gap("hall", NOON, None, "it refuses the login")]


def test_no_gap_ends_before_it_began(recordings: Recordings) -> None:
    recordings.open_gap("gate", NOON, "it ended")
    recordings.close_gap("gate", NOON - MINUTE)
    assert recordings.gaps("gate") == [Gap("gate", NOON, NOON, "it ended")]


def test_a_segment_is_done_with_once_it_was_watched_or_set_aside(url: str, recordings: Recordings) -> None:
    footage = [segment(number) for number in range(4)]
    assert recordings.enter(footage) == 4
    assert recordings.enter(footage) == 0
    with closing(Ledger(url)) as ledger:
        first = ledger.claim("watch", worker_name(), MINUTE)
        assert first is not None
        ledger.complete_watch(first, [], "")
        second = ledger.claim("watch", worker_name(), MINUTE)
        assert second is not None
        ledger.fail(second, "broken", True)
        ledger.claim("watch", worker_name(), MINUTE)
    sources = [chunk.source for chunk in footage]
    assert recordings.done_with([*sources, "/segments/unknown.mkv"]) == set(sources[:2])
    found = recordings.find(sources[3])
    assert found is not None
    assert found.id == footage[3].id
    assert recordings.find("/segments/unknown.mkv") is None


def test_a_database_that_does_not_answer_is_told_from_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    recordings = Recordings(f"sqlite:///{file}")
    recordings.close()
    file.unlink()
    file.mkdir()
    with pytest.raises(OSError, match="does not answer"):
        recordings.gaps("gate")
