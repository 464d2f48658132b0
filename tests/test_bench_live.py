"""The bench of live cameras: what is made of lags and of the processes' work."""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from bench.live import Live, Look, busy, table
from bench.machine import children, slope

LOOKS = tuple(Look(5.0 * at, (10.0, 20.0 + at % 12), 2) for at in range(24))


def live(looks: tuple[Look, ...]) -> Live:
    return Live("a machine", 2, 1, looks, 7, 0, 41, {"web.serve": 0.5, "workers.record": 0.02})


def test_what_came_of_it_is_shown_minute_by_minute() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(table(live(LOOKS)))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("2 live cameras, 1 watchers, a machine", "7 chunks became searchable", "web.serve 0.50"):
        assert words in said, words
    minutes = [[cell.strip() for cell in line.split("│")[1:5]] for line in said.splitlines() if "│" in line]
    assert [row for row in minutes if row[0] in "01"] == [["0", "20", "31", "2"], ["1", "20", "31", "2"]]


def test_a_lag_that_grows_is_told() -> None:
    late = tuple(Look(5.0 * at, (10.0, 20.0 + at), 2) for at in range(24))
    assert live(late).growth == pytest.approx(12)
    assert abs(live(LOOKS).growth) < 6
    assert slope([(1.0, 5.0)]) == 0


def test_the_work_of_each_process_of_a_site_counts_with_its_children() -> None:
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(30_000_000))'])"
    command = f"import subprocess, sys; subprocess.run([sys.executable, '-m', 'timeit', '-n1', {parent!r}])"
    with subprocess.Popen([sys.executable, "-c", command]) as up:
        most: dict[str, float] = {}
        while up.poll() is None:
            try:
                most |= {name: max(used, most.get(name, 0.0)) for name, used in busy(up.pid).items()}
            except (FileNotFoundError, ProcessLookupError):  # one ended between two looks
                continue
    assert most["timeit"] > 0.2
    assert up.pid not in children(os.getpid())
