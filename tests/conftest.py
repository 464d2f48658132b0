"""Fixtures for tests of several modules."""

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text


@pytest.fixture(params=["sqlite", "postgres"] if "PASSERBY_TEST_POSTGRES" in os.environ else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new SQLite file, and the Postgres database, emptied, that PASSERBY_TEST_POSTGRES names if it does."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/passerby.db"
    address = os.environ["PASSERBY_TEST_POSTGRES"]
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small site with people and accounts; `tests.web_client.copy_of` makes one to change."""
    from tests.fakes import walker_video
    from tests.web_client import fill

    folder = tmp_path_factory.mktemp("filled")
    fill(folder / "site", walker_video(folder / "street.mp4", seconds=16))
    return folder / "site"
