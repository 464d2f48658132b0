"""The benchmark of workers, at a small scale: stand-in networks, a real Redis."""

import os
import sys
from pathlib import Path

import pytest

from bench.workers import SOURCES, Recording, Watching, cpu_seconds, message, table, watching
from tests.fakes import walker_video
from tests.needed import needed
from tests.test_faults import step

WORKER = (sys.executable, "-m", "tests.site_worker")


@pytest.mark.server
def test_workers_are_given_footage_and_timed(tmp_path: Path) -> None:
    clip = walker_video(tmp_path / "street.mp4", seconds=4)
    two = needed(lambda: watching(2, [clip], step, WORKER))
    assert (two.workers, two.chunks, two.frames) == (2, SOURCES, SOURCES * 20)
    assert two.seconds > 0
    assert two.cpu > 0


@pytest.mark.server
def test_a_message_without_work_is_timed() -> None:
    assert 0 < needed(lambda: message(WORKER, number=20)) < 1


def test_the_cpu_of_a_process_grows_with_its_work() -> None:
    before = cpu_seconds(os.getpid())
    sum(number * number for number in range(2_000_000))
    assert cpu_seconds(os.getpid()) > before


def test_efficiency_is_of_as_many_times_one_worker() -> None:
    watched = [Watching(1, 100, 10, 20.0, 18.0), Watching(2, 100, 10, 12.5, 20.0)]
    cells = list(table(watched, 0.004, Recording(4, 30.0, 1.2)).columns[1].cells)
    assert cells == [
        "5.0 frames/s, 100 % of 1 times one, 180 ms of CPU a frame",
        "8.0 frames/s, 80 % of 2 times one, 200 ms of CPU a frame",
        "2.00 s of a worker",
        "4.0 ms, 0.20 % of a chunk",
        "1.0 % of a core each, 1080p at 25 frames/s",
    ]
    assert "not measured: no RTSP server" in list(table(watched, 0.004, "no RTSP server").columns[1].cells)
