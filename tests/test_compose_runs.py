"""What docker-compose.yml starts, as processes: the same commands and settings, on servers of the test."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from bench.servers.broker import Broker
from bench.servers.postgres import Postgres
from bench.servers.qdrant import QdrantStandIn
from bench.servers.server import free_port
from pipeline.ingest import WatchStep, plan
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from tests.needed import needed
from tests.test_compose import OURS, ROOT, seconds
from tests.wheel_pictures import wheel_picture

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        "PASSERBY_TEST_COMPOSE" not in os.environ, reason="takes minutes: set PASSERBY_TEST_COMPOSE"
    ),
]

PROGRAMS = {"passerby": ["-m", "pipeline.cli"], "celery": ["-m", "celery"], "python": []}
STREET = str(wheel_picture("bus.jpg"))
CAMERA = '[[camera]]\nname = "gate"\nurl = "rtsp://127.0.0.1/gate"\nenabled = false\n'
PATIENCE = 240.0  # seconds: every process loads networks


@dataclass
class Running:
    """The services of the file that Passerby's image has, and where their stores are."""

    services: dict[str, "subprocess.Popen[bytes]"]
    environment: dict[str, str]
    folder: Path
    port: int

    def line(self, command: str | list[str]) -> list[str]:
        """A command of the file, for this machine: its program, its port and its folders."""
        words = shlex.split(command) if isinstance(command, str) else command
        here = {"8000": str(self.port), "/tmp/beat": str(self.folder / "beat")}
        words = [here.get(word, word.replace(":8000", f":{self.port}")) for word in words]
        return [sys.executable, *PROGRAMS[words[0]], *words[1:]]

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("wb") as out:
            return subprocess.Popen(
                self.line(OURS[name]["command"]),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=out,
                stderr=out,
            )

    def healthy(self, name: str) -> bool:
        check = OURS[name]["healthcheck"]["test"]
        assert check[0] == "CMD"
        environment = {**os.environ, **self.environment}
        done = subprocess.run(self.line(check[1:]), cwd=ROOT, env=environment, capture_output=True)
        return done.returncode == 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "redis").mkdir()
    with ExitStack() as stack:
        broker = stack.enter_context(needed(lambda: Broker(folder / "redis")).running())
        database = needed(Postgres)
        stack.callback(database.remove)
        database.start()
        index = stack.enter_context(QdrantStandIn().running())
        given: dict[str, Any] = OURS["record"]["environment"]
        here = {
            "PASSERBY_DATA": str(folder / "data"),
            "PASSERBY_MEDIA": f"file:{folder / 'data' / 'media'}",
            "PASSERBY_INDEX": index.url,
            "PASSERBY_BROKER": broker.url,
            "PASSERBY_CAMERAS": str(folder / "cameras.toml"),
        }
        assert {name for name in given if name.startswith("PASSERBY_")} == set(here)
        environment = {**given, **here, "PASSERBY_DATABASE": database.url}  # in the file, a secret
        (folder / "cameras.toml").write_text(CAMERA)
        made = Running({}, environment, folder, free_port())
        _enter(database.url)
        for name, service in OURS.items():
            if "profiles" not in service:
                made.services[name] = made.start(name)
        try:
            yield made
        finally:
            for process in made.services.values():
                process.kill()
                process.wait()


def _enter(database: str) -> None:
    with closing(Ledger(database)) as ledger:
        step = WatchStep(None, ledger, 5.0, "test")  # type: ignore[arg-type] # planning needs no more
        done = plan([STREET], "street", step, began=datetime(2026, 3, 1, tzinfo=UTC), seconds=60)
        assert done.new == 1


def until(happened: Callable[[], object], what: str) -> None:
    latest = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < latest, f"waited in vain for {what}"
        time.sleep(1)


def test_footage_becomes_searchable_and_every_service_is_healthy(running: Running) -> None:
    with closing(Ledger(running.environment["PASSERBY_DATABASE"])) as ledger:
        until(lambda: ledger.counts()[State.INDEXED] == 1, "the street to be indexed")
    app = Celery(
        "client",
        broker=running.environment["PASSERBY_BROKER"],
        backend=running.environment["PASSERBY_BROKER"],
    )
    answer = app.send_task("search.find", args=["somebody in a coat"], queue="search").get(timeout=PATIENCE)
    assert answer["model"].startswith("acsa-")
    until(lambda: running.healthy("web"), "the service to be ready")
    assert running.healthy("watch")
    assert [name for name, process in running.services.items() if process.poll() is not None] == []


def test_every_service_ends_within_its_grace(running: Running) -> None:
    began = time.monotonic()
    for process in running.services.values():
        process.terminate()
    for name, process in running.services.items():
        process.wait(timeout=seconds(OURS[name]["stop_grace_period"]))
        log = (running.folder / f"{name}.log").read_text()
        assert "Traceback" not in log, (name, log)
    assert time.monotonic() - began < 90
