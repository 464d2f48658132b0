"""Workers that are killed at random lose nothing and double nothing."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from tests.ledger_chunks import chunk, shots_of

ROOT = Path(__file__).parents[1]
MINUTE = timedelta(minutes=1)

# Watches and indexes until nothing is left. What it finds depends on what the chunk before handed over.
WORKER = """
import random, sys, time
from storage.footage.chunks import worker_name
from tests.test_ledger_kills import Ledger, work
work(Ledger(sys.argv[1]), worker_name(), lambda: time.sleep(random.uniform(0, 0.01)))
"""


def work(ledger: Ledger, worker: str, pause: Callable[[], None]) -> None:
    """The two steps as an ingest runs them, until every chunk is indexed or set aside."""
    while True:
        if watching := ledger.claim("watch", worker, MINUTE):
            handoff = ledger.handoff_before(watching)
            pause()
            ledger.complete_watch(watching, shots_of(watching, handoff), f"{watching.position}")
        elif indexing := ledger.claim("index", worker, MINUTE):
            pause()
            assert ledger.shots(indexing)
            ledger.complete_index(indexing)
        elif all(job.state in (State.INDEXED, State.QUARANTINED) for job in ledger.jobs()):
            return
        else:
            pause()


def test_killed_workers_lose_nothing_and_double_nothing(url: str) -> None:
    planned = [chunk(position, camera=camera) for camera in ("gate", "yard") for position in range(25)]
    ledger, rng = Ledger(url), random.Random(3)
    ledger.plan(planned)

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER, url], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )

    kills = 0
    while any(ledger.counts()[state] for state in State if state not in (State.INDEXED, State.QUARANTINED)):
        workers = [start(), start()]
        if kills < 6:
            before = ledger.counts()
            while ledger.counts() == before and all(worker.poll() is None for worker in workers):
                time.sleep(0.005)
            for worker in workers:
                time.sleep(rng.uniform(0, 0.03))
                worker.send_signal(signal.SIGKILL)
                kills += 1
        for worker in workers:
            _, errors = worker.communicate()
            assert worker.returncode in (0, -signal.SIGKILL), errors

    jobs = ledger.jobs()
    assert kills >= 6
    assert sorted(job.id for job in jobs) == sorted(one.id for one in planned)
    for job in jobs:
        assert job.state in (State.INDEXED, State.QUARANTINED)
        if job.state is State.INDEXED:
            before_it = ledger.handoff_before(job)
            assert job.handoff == f"{job.position}"
            assert ledger.shots(job) == shots_of(job, before_it)
    everything = [shot.id for job in jobs for shot in ledger.shots(job)]
    assert len(everything) == len(set(everything))
    ledger.close()
