"""Saved searches in workers on a real Redis: whoever comes fires once, however often messages come."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from bench.servers.broker import Broker
from storage.accounts.audit import Actor
from storage.casework.fresh import Fresh
from storage.casework.saved import Question, SavedSearches
from storage.footage.chunks import State
from tests.broker_site import EVERYTHING, planned, until
from tests.fakes import walker_video
from tests.hook_server import Receiver
from tests.needed import needed

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server of its own, gone when the tests are."""
    broker = needed(lambda: Broker(tmp_path_factory.mktemp("redis")))
    with broker.running(), Redis(port=broker.port) as client:
        yield client


def test_a_worker_fires_and_tells_once_however_often_it_is_asked(redis: Redis, tmp_path: Path) -> None:
    footage = walker_video(tmp_path / "street.mp4", seconds=18)
    site = planned(tmp_path / "data", redis, 1, footage)
    url, allowed = f"sqlite:///{site.database}", {"PASSERBY_WEBHOOK_HOSTS": "127.0.0.1"}
    with (
        Receiver([500, 204]).running() as receiver,
        closing(SavedSearches(url)) as saved,
        closing(Fresh(url)) as fresh,
    ):
        yellow = Question("yellows", "yellow", "yellow", least=0.9, webhook=f"{receiver.url}/in")
        saved.add(Actor("os:root"), "os:root", yellow)
        with site.worker("first", *EVERYTHING, **allowed):
            site.send("upkeep.refill", queue="upkeep")
            until(lambda: site.settled() and receiver.requests, "the first attempt to tell")
        with site.worker(
            "second", *EVERYTHING, "--beat", "--schedule", str(tmp_path / "beat"), **allowed
        ):  # nothing is sent to it: its beat looks
            until(lambda: len(receiver.requests) == 2, "the second attempt")
            for _ in range(3):
                for task, queue in (("index.next", "index"), ("upkeep.deliver", "upkeep")):
                    site.send(task, queue=queue)
            until(lambda: redis.llen("index") == redis.llen("upkeep") == 0, "every message to be taken")
        assert fresh.waiting() == 0
        bodies = [json.loads(body) for _, _, body in receiver.requests]
    assert [body["search"]["name"] for body in bodies] == ["yellows", "yellows"]
    assert len({body["id"] for body in bodies}) == 1
    assert site.states()[State.INDEXED] > 1
