"""Processes of a site: started again when they die, ended when told to, never left behind."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from pipeline.commands.up import commands
from pipeline.settings import Settings
from pipeline.supervise import MEND, Patience, supervise

QUICK = Patience(first_wait=0.05, longest_wait=0.2, grace=5.0, look=0.02)


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline, "it did not happen in 20 s"
        time.sleep(0.02)


def test_what_dies_is_started_again_and_all_end_on_request(tmp_path: Path) -> None:
    starts, waits = tmp_path / "starts", tmp_path / "pid"
    stop, codes = Event(), list[int]()
    services = {
        "dies": script(f"open({str(starts)!r}, 'a').write('x')"),
        "waits": script(
            f"import os, time; open({str(waits)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        ),
    }
    thread = Thread(target=lambda: codes.append(supervise(services, stop, patience=QUICK)))
    thread.start()
    until(lambda: starts.is_file() and len(starts.read_text()) >= 3 and waits.is_file())
    stop.set()
    thread.join(20)
    assert codes == [0]
    pid = int(waits.read_text())
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_one_that_needs_mending_ends_them_all(tmp_path: Path) -> None:
    waits = tmp_path / "pid"
    services = {
        "waits": script(
            f"import os, time; open({str(waits)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        ),
        "broken": script(
            f"import os, time\nwhile not os.path.exists({str(waits)!r}): time.sleep(.01)\nos._exit({MEND})"
        ),
    }
    assert supervise(services, Event(), patience=QUICK) == MEND
    text = waits.read_text()
    assert not text or not os.path.exists(f"/proc/{text}")


def test_one_that_ran_before_and_misses_something_now_is_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    services = {
        "recorder": script(
            f"import os; open({str(starts)!r}, 'a').write('x'); "
            f"os._exit(9 if os.path.getsize({str(starts)!r}) == 1 else {MEND})"
        )
    }
    stop, codes = Event(), list[int]()
    thread = Thread(target=lambda: codes.append(supervise(services, stop, patience=QUICK)))
    thread.start()
    until(lambda: starts.is_file() and len(starts.read_text()) >= 4)
    stop.set()
    thread.join(20)
    assert codes == [0]


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    deaf = (
        "import signal, time, os; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"open({str(ready)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    stop = Event()
    patience = Patience(look=0.02, grace=0.3)
    thread = Thread(target=lambda: supervise({"deaf": script(deaf)}, stop, patience=patience))
    thread.start()
    until(lambda: ready.is_file() and bool(ready.read_text()))
    stop.set()
    thread.join(20)
    assert not os.path.exists(f"/proc/{ready.read_text()}")


def test_without_a_broker_the_service_does_everything_but_record(tmp_path: Path) -> None:
    assert list(commands(Settings(data=tmp_path), "127.0.0.1", 8000, 2)) == [
        "service",
        "watcher 2",
        "recorder",
    ]


def test_with_a_broker_every_queue_has_a_worker(tmp_path: Path) -> None:
    cluster = Settings(data=tmp_path, broker="redis://localhost:6379/0", index="http://qdrant:6333")
    lines = commands(cluster, "127.0.0.1", 8000, 2).values()
    queues = [line[line.index("--queues") + 1] for line in lines if "--queues" in line]
    assert sorted(queues) == ["index", "search", "upkeep", "watch", "watch"]


def test_an_embedded_index_and_workers_are_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, broker="redis://localhost:6379/0")
    with pytest.raises(ValueError, match="PASSERBY_INDEX"):
        commands(settings, "127.0.0.1", 8000, 1)
