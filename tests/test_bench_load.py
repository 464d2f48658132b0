"""The bench of load: what is made of the users' times, and of the memory of the service."""

import io
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
from rich.console import Console

from bench.load import Load, Memory, Timed, filled, growth, resident, show
from bench.machine import machine

MB = 1_000_000
GROWING = [  # for three minutes
    Memory(5.0 * at, (500 + max(0, at - 12)) * MB, 100 * MB, 300 * MB, at * MB) for at in range(37)
]


def test_growth_is_that_of_the_second_half_a_minute() -> None:
    assert growth(GROWING, lambda one: one.service) == pytest.approx(12 * MB)
    assert growth(GROWING, lambda one: one.watching) == pytest.approx(0, abs=1)
    assert growth(GROWING[:1], lambda one: one.service) == 0


def test_what_came_of_it_is_shown_by_act_by_error_and_by_minute() -> None:
    timed = [Timed("hello", 3, 0.01, 0.02), Timed("search", 2, 0.1, 0.5)]
    load = Load("a machine", 50, 3.0, 7, ["page: 500", "page: 500"], timed, 79.5, GROWING)
    console = Console(file=io.StringIO(), width=120)
    show(load, console)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("50 users, 3 min, a machine", "25.0", "2 errors of 7 requests: 2 x page: 500", "+12.0"):
        assert words in said, words
    minutes = [[cell.strip() for cell in line.split("│")[1:6]] for line in said.splitlines() if "│" in line]
    assert [row for row in minutes if row[0] in "0123"] == [
        ["0", "500", "100", "300", "0"],
        ["1", "500", "100", "300", "12"],
        ["2", "512", "100", "300", "24"],
        ["3", "524", "100", "300", "36"],
    ]


def test_memory_is_that_of_a_process_and_of_its_children_apart() -> None:
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    before = resident(os.getpid())
    done, seen = Event(), Event()

    def parent() -> None:
        with subprocess.Popen(waits, stdin=subprocess.PIPE) as child:
            seen.set()
            done.wait()
            child.communicate()

    thread = Thread(target=parent)  # as the service starts its child
    thread.start()
    seen.wait()
    mine, files, others = resident(os.getpid())
    done.set()
    thread.join()
    assert 0 < files < mine
    assert others > before[2]


def test_what_a_folder_fills_is_what_was_written_not_what_was_reserved(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "written").write_bytes(os.urandom(MB))
    with (tmp_path / "reserved").open("wb") as reserved:
        reserved.truncate(100 * MB)
    assert MB <= filled(tmp_path) < 2 * MB


def test_the_machine_is_named() -> None:
    assert machine().endswith("cores")
