"""Fixtures for tests of several modules."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.servers.postgres import Postgres
from tests.needed import needed

if TYPE_CHECKING:
    from tests.web_client import Client
    from web.site import Site


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A Postgres for all tests, each of which makes databases of its own there."""
    server = needed(Postgres)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new SQLite file, and a new database of a real Postgres."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/passerby.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as address:
        yield address


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small site with people and accounts; `tests.web_client.copy_of` makes one to change."""
    from tests.fakes import walker_video
    from tests.web_client import fill

    folder = tmp_path_factory.mktemp("filled")
    fill(folder / "site", walker_video(folder / "street.mp4", seconds=16))
    return folder / "site"


@pytest.fixture(scope="module")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Site]":
    """A copy of the filled site for the tests of one module."""
    from tests.web_client import copy_of, site_in

    with site_in(copy_of(filled, tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="module")
def ada(site: "Site") -> "Client":
    """Its administrator, logged in."""
    from tests.web_client import Client

    return Client.of(site).log_in("ada")
