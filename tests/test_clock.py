"""A machine whose clock is far from the database server's is told so."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipeline.doctor import look
from pipeline.settings import Settings
from storage.database import clock
from storage.database.tables import open_database
from storage.footage.ledger import Ledger


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


def test_clocks_of_one_machine_agree(engine: Engine) -> None:
    assert abs(clock.ahead(engine)) < clock.FAR
    assert clock.said(clock.ahead(engine)) == ""


def test_a_clock_that_is_off_is_told_with_its_direction(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        assert clock.ahead(engine, lambda: datetime(2001, 1, 1, tzinfo=UTC)) == 0
        return
    slow = clock.ahead(engine, lambda: datetime.now(UTC) - timedelta(minutes=2))
    assert "is 120 s behind that of the database's server" in clock.said(slow)
    assert "is 90 s ahead of that" in clock.said(-90.0)


def test_whoever_opens_the_database_and_the_doctor_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.database.tables.ahead", lambda engine: 102.0)
    monkeypatch.setattr("storage.footage.overview.ahead", lambda engine: 102.0)
    settings = Settings(data=tmp_path)
    with caplog.at_level(logging.WARNING):
        Ledger(settings.database_url).close()
    assert "102 s behind" in caplog.text
    database = next(finding for finding in look(settings, cameras=False) if finding.subject == "database")
    assert not database.well
    assert "set by NTP" in database.said
