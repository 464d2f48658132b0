"""What the service does beside requests: indexing, watching in a child, and what it says of a failure."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from storage.footage.chunks import State, worker_name
from tests.web_client import copy_of, settings_in, site_in
from web.serve import main
from web.site import Site
from web.watcher import watch

HOUR = timedelta(hours=1)
PATIENCE = 60.0  # seconds


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


def wait_for_indexed(site: Site, number: int) -> None:
    until = monotonic() + PATIENCE
    while site.ledger.counts()[State.INDEXED] != number:
        assert monotonic() < until
        sleep(0.05)


def test_what_was_watched_is_indexed_and_found(site: Site) -> None:
    job = next(job for job in site.ledger.jobs() if job.camera == "yard")
    shots = [replace(shot, camera="hall") for shot in site.ledger.shots(job)]
    site.ledger.plan([replace(job, camera="hall", state=State.QUEUED, handoff="")])
    claimed = site.ledger.claim("watch", worker_name(), HOUR)
    assert claimed is not None
    site.ledger.complete_watch(claimed, shots, job.handoff)
    assert "hall" not in site.finder.cameras()
    with site.upkeep.running():
        wait_for_indexed(site, 3)
    assert "hall" in site.finder.cameras()


def test_a_chunk_in_hand_is_given_back_when_the_service_stops(site: Site) -> None:
    with site.upkeep.running():
        pass
    assert site.ledger.counts()[State.INDEXING] == site.ledger.counts()[State.WATCHING] == 0


def test_the_watcher_ends_when_told_to(tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    watch(settings_in(tmp_path), stop)


def test_the_watcher_takes_no_chunk_that_another_has(site: Site) -> None:
    job = site.ledger.jobs()[0]
    site.ledger.plan([replace(job, version="another", state=State.QUEUED, handoff="")])
    claimed = site.ledger.claim("watch", worker_name(), HOUR)
    assert claimed is not None
    environment = {**os.environ, "PASSERBY_DATA": str(site.settings.data)}
    child = subprocess.Popen([sys.executable, "-m", "web.watcher"], env=environment)
    try:
        sleep(0.5)
        site.ledger.renew(claimed, HOUR)  # raises once another has it
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) in (0, -signal.SIGTERM)


def test_a_site_that_cannot_be_opened_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE", "no-such-database://x")
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert "database URL does not work" in caplog.text


def test_the_service_begins_without_the_networks_libraries() -> None:
    told = "import sys, web.serve; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
