"""A site on a real Redis: its data, its broker, and workers that tests start, stop and kill."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from celery import Celery
from redis import Redis

from pipeline.ingest import plan
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from tests.test_ingest import BEGAN, SECONDS, step_in

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds for something to happen on a busy machine
EVERYTHING = ("--pool", "threads", "--concurrency", "6", "--queues", "search,index,upkeep,watch")


@dataclass(frozen=True, slots=True)
class Site:
    """A data folder and a broker."""

    data: Path
    broker: str

    @property
    def database(self) -> Path:
        return self.data / "passerby.db"

    def ledger(self) -> Ledger:
        return Ledger(f"sqlite:///{self.database}")

    def send(self, task: str, *arguments: Any, queue: str) -> Any:
        app = Celery("client", broker=self.broker, backend=self.broker)
        return app.send_task(task, args=arguments, queue=queue)

    @contextmanager
    def worker(self, name: str, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        log = self.data / f"{name}.log"
        settings = {"PASSERBY_DATA": str(self.data), "PASSERBY_BROKER": self.broker, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.site_worker", "--hostname", f"{name}@here", *arguments]
        with log.open("ab") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **settings, **environment}, stdout=out, stderr=out
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, name: str) -> str:
        return (self.data / f"{name}.log").read_text()

    def states(self) -> dict[State, int]:
        with closing(self.ledger()) as ledger:
            return ledger.counts()

    def settled(self) -> bool:
        states = self.states()
        return states[State.INDEXED] + states[State.QUARANTINED] == sum(states.values())


def until(happened: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def planned(data: Path, redis: Redis, database: int, *footage: Path) -> Site:
    """A site whose footage waits to be watched, on a database of the broker of its own."""
    data.mkdir()
    port = redis.connection_pool.connection_kwargs["port"]
    site = Site(data, f"redis://127.0.0.1:{port}/{database}")
    step = step_in(data)
    step.ledger.close()
    with closing(site.ledger()) as ledger:
        for file in footage:
            done = plan([str(file)], file.stem, replace(step, ledger=ledger), began=BEGAN, seconds=SECONDS)
            assert done.refused == ()
    return site
