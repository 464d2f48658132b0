"""Workers on a real Redis: killed, robbed of their broker, given nonsense, and given the same twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from redis import Redis

from bench.servers.broker import Broker
from pipeline.keeping.schedule import DUTIES
from storage.footage.archive import Archive
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from storage.footage.windows import Window, Windows
from storage.types import Shot
from tests.broker_site import EVERYTHING, ROOT, Site, planned, until
from tests.fakes import walker_video, write_video
from tests.needed import needed
from tests.test_ingest import ingest

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server of its own, gone when the tests are."""
    broker = needed(lambda: Broker(tmp_path_factory.mktemp("redis")))
    with broker.running(), Redis(port=broker.port) as client:
        yield client


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walker_video(tmp_path_factory.mktemp("footage") / "street.mp4", seconds=18)


@pytest.fixture(scope="module")
def undisturbed(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Shot]:
    """The shots of a run in which nothing went wrong."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert ingest(folder, [str(footage)]) == ()
    return shots_in(folder / "ledger.db")


def shots_in(database: Path) -> list[Shot]:
    with closing(Ledger(f"sqlite:///{database}")) as ledger:
        found = [shot for chunk in ledger.jobs() for shot in ledger.shots(chunk)]
    return sorted(found, key=lambda shot: shot.crop)


@pytest.fixture(scope="module")
def site(footage: Path, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Its first worker was killed in the middle and its broker lost everything; the second worker still runs.

    Nothing is sent to the second: what it does, its beat and the ledger told it.
    """
    data = tmp_path_factory.mktemp("site") / "data"
    poison = Path(shutil.copy(footage, data.parent / "poison.mp4"))
    gate = Path(shutil.copy(footage, data.parent / "gate.mp4"))
    made = planned(data, redis, 0, gate, poison)
    poison.write_bytes(b"no video any more")
    with made.worker("first", *EVERYTHING, SLOW="0.1") as first:
        made.send("upkeep.refill", queue="upkeep")
        until(lambda: made.states()[State.INDEXED] and made.states()[State.WATCHING], "work in the middle")
        first.send_signal(signal.SIGKILL)
        first.wait()
    redis.flushall()
    with made.worker("second", *EVERYTHING, "--beat", "--schedule", str(data / "beat")):
        until(made.settled, "every chunk to be done or set aside")
        yield made


def test_a_killed_worker_and_a_broker_that_lost_everything_change_nothing(
    site: Site, undisturbed: list[Shot]
) -> None:
    assert [shot for shot in shots_in(site.database) if shot.camera == "gate"] == undisturbed
    with closing(Archive(f"sqlite:///{site.database}")) as archive:
        indexed = [shot for page in archive.indexed() for shot in page]
    assert sorted(indexed, key=lambda shot: shot.crop) == undisturbed


def test_footage_that_cannot_be_read_is_set_aside_with_the_reason(site: Site) -> None:
    with closing(site.ledger()) as ledger:
        aside = ledger.jobs([State.QUARANTINED])
        assert {chunk.camera for chunk in aside} == {"poison"}
        assert all("poison.mp4 is no video" in chunk.reason for chunk in aside)
        assert all(chunk.camera == "poison" or chunk.state is State.INDEXED for chunk in ledger.jobs())


def test_a_client_without_networks_is_answered(site: Site, undisturbed: list[Shot]) -> None:
    code = """
import json, sys
from workers.app import app
asked = app.send_task("search.find", args=["somebody in red"], kwargs={"limit": 50}, queue="search")
answer = asked.get(timeout=60)
assert "torch" not in sys.modules
print(json.dumps(answer))
"""
    settings = {"PASSERBY_DATA": str(site.data), "PASSERBY_BROKER": site.broker}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["matches"]
    assert {match["crop"].rpartition("/media/")[2] for match in found} <= {shot.crop for shot in undisturbed}
    assert found


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        ("search.everything", []),  # there is no such task
        ("search.find", [1, 2, 3, 4, 5, 6, 7]),
        ("watch.next", ["this chunk, please"]),
        ("index.next", [{"crop": "../../etc/passwd"}]),
    ],
)
def test_a_message_that_fits_no_task_is_dropped_and_the_next_is_served(
    site: Site, redis: Redis, task: str, arguments: list[object]
) -> None:
    queue = task.partition(".")[0]
    site.send(task, *arguments, queue=queue)
    assert site.send("search.find", "somebody in red", queue="search").get(timeout=60)["matches"]
    until(lambda: not redis.llen(queue) and not redis.hlen("unacked"), "the queue to be empty")
    assert site.settled()


def test_nonsense_in_a_queue_is_dropped_and_the_next_message_is_served(site: Site, redis: Redis) -> None:
    envelope = {
        "body": "bm9uc2Vuc2U=",
        "content-encoding": "utf-8",
        "content-type": "application/x-python-serialize",
    }
    properties = {"delivery_tag": "1", "delivery_info": {}, "body_encoding": "base64", "delivery_mode": 2}
    redis.lpush("search", json.dumps({**envelope, "headers": {}, "properties": properties}))
    assert site.send("search.find", "somebody in red", queue="search").get(timeout=60)["matches"]
    until(lambda: not redis.llen("search") and not redis.hlen("unacked"), "the queue to be empty")


def test_beats_that_ring_again_and_again_do_the_nights_work_once(site: Site) -> None:
    for _ in range(6):
        site.send("upkeep.nightly", queue="upkeep")
    with closing(Windows(f"sqlite:///{site.database}")) as windows:

        def last() -> list[Window]:
            return [window for duty in DUTIES if (window := windows.last(duty.name)) and window.finished]

        until(lambda: len(last()) == len(DUTIES), "the night's work")
        assert [window.attempts for window in last()] == [1] * len(DUTIES)
        assert not any(window.result.startswith("failed") for window in last())
    assert site.settled()


def test_a_second_copy_of_a_task_changes_nothing(
    footage: Path, redis: Redis, undisturbed: list[Shot], tmp_path: Path
) -> None:
    """The broker gives a task out again after a second, and a turn of work takes many."""
    gate = Path(shutil.copy(footage, tmp_path / "gate.mp4"))
    site = planned(tmp_path / "data", redis, 1, gate)
    short = {"VISIBILITY": "1", "SLOW": "0.5"}
    with ExitStack() as stack:
        stack.enter_context(
            site.worker("one", "--pool", "threads", "--concurrency", "2", "--queues", "watch", **short)
        )
        stack.enter_context(site.worker("two", *EVERYTHING, **short))
        sent = site.send("watch.next", queue="watch").id
        until(site.settled, "every chunk to be done")
        received = f"watch.next[{sent}] received"
        assert site.log("one").count(received) + site.log("two").count(received) >= 2
    assert shots_in(site.database) == undisturbed
    with closing(site.ledger()) as ledger:
        assert {chunk.state for chunk in ledger.jobs()} == {State.INDEXED}


def test_a_chunk_that_kills_its_workers_is_set_aside_and_its_message_does_not_loop(
    redis: Redis, tmp_path: Path
) -> None:
    white = write_video(tmp_path / "white.mp4", [np.full((240, 640, 3), 255, np.uint8)] * 30, 10)
    site = planned(tmp_path / "data", redis, 2, white)
    with site.worker("forking", "--pool", "prefork", "--concurrency", "1", "--queues", "watch"):
        site.send("watch.next", queue="watch")
        until(site.settled, "the chunk to be set aside")
        with closing(site.ledger()) as ledger:
            (aside,) = ledger.jobs()
        assert (aside.state, aside.attempts) == (State.QUARANTINED, 3)
        assert "died" in aside.reason
        with closing(Redis.from_url(site.broker)) as broker:
            until(lambda: not broker.llen("watch") and not broker.hlen("unacked"), "the queue to be empty")


def test_searches_do_not_wait_behind_footage_and_a_worker_that_is_stopped_gives_it_back(
    footage: Path, redis: Redis, tmp_path: Path
) -> None:
    gate = Path(shutil.copy(footage, tmp_path / "gate.mp4"))
    site = planned(tmp_path / "data", redis, 3, gate)
    with site.worker("slow", *EVERYTHING, SLOW="1.5") as worker:  # 9 s for each chunk
        site.send("watch.next", queue="watch")
        until(lambda: site.states()[State.WATCHING], "the first chunk")
        assert site.send("search.find", "somebody in red", queue="search").get(timeout=60)["matches"] == []
        assert site.states()[State.WATCHING] == 1
        worker.terminate()
        worker.wait(timeout=60)
    with closing(site.ledger()) as ledger:
        assert {(chunk.state, chunk.attempts) for chunk in ledger.jobs()} <= {
            (State.QUEUED, 0),
            (State.WATCHED, 0),
            (State.INDEXED, 0),
        }
