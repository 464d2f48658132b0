"""A whole small site behind a test client: two cameras with people on them, an account of each role."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from pipeline.ingest import WatchStep, index_next, plan, watch_next
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.watch import Watch
from storage.accounts.audit import Actor
from storage.accounts.passwords import Passwords
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role
from storage.accounts.sessions import Sessions
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_index
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre
from web.app import create_app
from web.finder import LocalFinder
from web.site import Site, open_site
from web.upkeep import Upkeep

BEGAN = datetime(2026, 3, 1, 16, tzinfo=UTC)
PASSWORD = "correct horse battery"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
CAMERAS = ("north-gate", "yard")
ROOT = "/api/v1"


class Silent:
    def frame(self) -> None: ...

    def person(self) -> None: ...


def settings_in(folder: Path) -> Settings:
    return Settings(data=folder, timezone="UTC", upload_megabytes=2, upload_hours=0.01, asks_a_minute=100_000)


def fill(folder: Path, footage: Path) -> None:
    """Ingest one file for both cameras, and make an account of each role and two for `yard` alone."""
    settings = settings_in(folder)
    media = open_media(settings.media_url)
    ledger = Ledger(settings.database_url)
    with closing(ledger), closing(open_index(settings.index_url, ColourEncoder.model)) as index:
        step = WatchStep(Watch(BrightRectangles(), NearestCentre, media), ledger, 5.0, "test")
        for camera in CAMERAS:
            plan([str(footage)], camera, step, began=BEGAN, seconds=60.0)
        while watch_next(step, Silent()) is not None:
            pass
        while index_next(ledger, ColourEncoder(), media, index, batch=8) is not None:
            pass
    by = Actor("os:root")
    with closing(Accounts(settings.database_url, CHEAP)) as accounts:
        for name, role in (
            ("ada", Role.ADMINISTRATOR),
            ("olga", Role.OPERATOR),
            ("vic", Role.VIEWER),
            ("aud", Role.AUDITOR),
        ):
            accounts.add(by, name, PASSWORD, role)
        accounts.add(by, "narrow", PASSWORD, Role.OPERATOR, cameras=["yard"])
        accounts.add(by, "narrow-admin", PASSWORD, Role.ADMINISTRATOR, cameras=["yard"])


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    """The site in a folder, with stand-ins for the networks."""
    settings = settings_in(folder)

    @contextmanager
    def searching() -> Iterator[Search]:
        with closing(open_index(settings.index_url, ColourEncoder.model)) as index:
            yield Search(ColourEncoder(), index, pool=50, threshold=0.5)

    with (
        open_site(settings) as site,
        closing(LocalFinder(settings, searching)) as finder,
        closing(Accounts(settings.database_url, CHEAP)) as accounts,
        closing(Sessions(settings.database_url, CHEAP)) as sessions,
    ):
        yield replace(
            site,
            finder=finder,
            accounts=accounts,
            sessions=sessions,
            upkeep=Upkeep(settings, site.ledger, site.windows, finder),
            detector=BrightRectangles,
            events=0.0,
        )


@dataclass(frozen=True)
class Client:
    """A browser: it keeps cookies, and sends the secret of its session with every change."""

    http: TestClient

    @classmethod
    def of(cls, site: Site) -> "Client":
        return cls(TestClient(create_app(site), raise_server_exceptions=False))

    def log_in(self, name: str, password: str = PASSWORD) -> "Client":
        answer = self.http.post(f"{ROOT}/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return self

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """`path` is under /api/v1 unless it begins with //."""
        return self.http.request(method, path[1:] if path.startswith("//") else ROOT + path, **more)

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx2.Response:
        return self.call("POST", path, **more)


def copy_of(folder: Path, into: Path) -> Path:
    """A site of one's own to change; an index is nearly all holes, which are not copied."""
    subprocess.run(["cp", "--recursive", "--sparse=always", f"{folder}/.", str(into)], check=True)
    return into
