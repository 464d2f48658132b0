"""Reading and writing one database at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine, insert, select

from storage.accounts.audit import Actor, Audit
from storage.database.tables import gaps, open_database, reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GAP = {"camera": "gate", "began": NOON, "reason": "it is dark"}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


def reasons(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(gaps.c.reason)))


def test_whoever_reads_waits_for_nobody_who_writes(engine: Engine) -> None:
    with engine.begin() as writing:
        writing.execute(insert(gaps).values(GAP))
        seen: list[list[str]] = []
        reader = Thread(target=lambda: seen.append(reasons(engine)))
        reader.start()
        reader.join(10)  # SQLite's patience is 30 s
        assert seen == [[]]
    assert reasons(engine) == ["it is dark"]


def test_nothing_is_written_by_whoever_reads_and_the_connection_is_good_for_writing_again(
    engine: Engine,
) -> None:
    for _ in range(2):
        with pytest.raises(OSError, match="does not answer"), reading(engine) as connection:
            connection.execute(insert(gaps).values(GAP))
        assert reasons(engine) == []
    with engine.begin() as connection:
        connection.execute(insert(gaps).values(GAP))
    assert reasons(engine) == ["it is dark"]


def test_many_write_and_read_at_the_same_time(url: str) -> None:
    log = Audit(url)

    def use() -> None:
        for _ in range(10):
            log.append(Actor("ada"), "search")
            log.verify()

    threads = [Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify().entries == 60
    log.close()
