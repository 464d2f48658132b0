"""An answer says so when footage that was asked for cannot be found yet."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.lacking import told
from pipeline.types import Query
from storage.footage.chunks import Chunk, worker_name
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def overview(url: str) -> Iterator[Overview]:
    """Two chunks of the gate at noon and one of the hall, set aside, wait or do not wait to be watched."""
    with closing(Ledger(url)) as ledger:
        ledger.plan(
            Chunk("gate", "a.mp4", "a", NOON, start, start + 60, int(start), "v") for start in (0, 60)
        )
        ledger.plan([Chunk("hall", "b.mp4", "b", NOON - timedelta(hours=1), 0, 60, 0, "v")])
        hall = ledger.claim("watch", worker_name(), timedelta(minutes=1))
        assert hall is not None
        assert hall.camera == "hall"
        ledger.fail(hall, "it is no video", permanent=True)
    with closing(Overview(url)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "after"),
    [
        (Query("red coat"), timedelta(minutes=2)),
        (Query("red coat", ("gate", "hall")), timedelta(days=1)),
        (Query("red coat", before=NOON + timedelta(seconds=1)), timedelta(minutes=2)),
    ],
)
def test_footage_that_waits_is_told(overview: Overview, query: Query, after: timedelta) -> None:
    (notice,) = told(query, overview, NOON + after).notices
    assert notice.startswith(
        "this answer is partial: 2 chunks of footage of gate, the oldest of 2026-03-01 12:00"
    )


@pytest.mark.parametrize(
    ("query", "after"),
    [
        (Query("red coat", ("hall",)), timedelta(minutes=2)),  # what was set aside does not wait
        (Query("red coat", before=NOON), timedelta(minutes=2)),
        (Query("red coat"), timedelta(seconds=30)),  # it has only just come in
    ],
)
def test_what_was_not_asked_for_or_is_on_its_way_is_not_told(
    overview: Overview, query: Query, after: timedelta
) -> None:
    assert told(query, overview, NOON + after) == query


def test_a_database_that_is_away_does_not_stop_a_search(
    overview: Overview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise OSError("the database does not answer")

    monkeypatch.setattr(overview, "backlog", away)
    (notice,) = told(Query("red coat"), overview, NOON).notices
    assert notice == "whether footage is still to be indexed is not known: the database does not answer"
