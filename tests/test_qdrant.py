"""The index on a Qdrant server: how it is made there, and what happens while the server is away."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import grpc
import pytest
from qdrant_client import grpc as wire

from bench.servers.qdrant import StayingClient, WireServer
from storage.errors import NewerSchemaError, OtherModelError, UnavailableError
from storage.sightings import qdrant_server
from storage.sightings.index import open_index, open_models
from storage.sightings.qdrant import QdrantIndex, collection_of
from storage.sightings.qdrant_days import Days
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Sighting, Where
from tests.test_edge import MODEL, sighting

StatusCode = grpc.StatusCode


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WireServer]:
    monkeypatch.setattr(qdrant_server, "PAUSES", (0.01, 0.01))
    with WireServer().running() as running:
        yield running


def test_a_collection_is_made_as_the_cluster_wants_it(server: WireServer) -> None:
    cluster = Cluster(shards=6, replicas=2, writes=2)
    with closing(open_index(server.url, MODEL, cluster=cluster)) as index:
        index.add([sighting(1)])
    made = server.collections.created[collection_of(MODEL)]
    assert (made.shard_number, made.replication_factor, made.write_consistency_factor) == (6, 2, 2)
    vectors = made.vectors_config.params_map.map
    assert vectors["vector"].size == 16
    assert vectors["vector"].datatype == vectors["parts"].datatype == wire.Datatype.Float16
    assert vectors["vector"].quantization_config.HasField("turboquant")
    assert vectors["parts"].distance == wire.Distance.Dot
    assert vectors["vector"].hnsw_config.m == vectors["parts"].hnsw_config.m == 0
    assert vectors["parts"].HasField("multivector_config")


def test_payload_indexes_come_before_the_first_point(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL)) as index:
        index.add([sighting(1)])
    wanted = {"camera", "model", "began", "ended"}
    assert set(server.collections.indexed_before_points) == wanted


def test_the_first_to_write_makes_the_collection_and_the_second_uses_it(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL)) as one, closing(open_index(server.url, MODEL)) as two:
        one.add([sighting(1)])
        two.add([sighting(2)])
        assert one.count() == two.count() == 2
        assert one.cameras() == ("gate",)


def test_a_purge_lets_the_server_rewrite_everything_once(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL)) as index:
        index.add([sighting(1)])
        index.purge()
        assert index.count() == 1
    assert server.collections.vacuums == pytest.approx([1e-9, 0.2])


@pytest.mark.parametrize(
    "status", [StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.RESOURCE_EXHAUSTED]
)
def test_a_call_is_made_again_while_the_server_is_away(server: WireServer, status: StatusCode) -> None:
    with closing(open_index(server.url, MODEL)) as index:
        index.add([sighting(1)])
        server.moods.next = [status, status]
        index.add([sighting(2)])
        assert index.count() == 2


def test_what_is_said_when_the_server_stays_away_or_refuses(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL)) as index:
        index.add([sighting(1)])
        for status, tries, said in (
            (StatusCode.UNAVAILABLE, 3, "does not answer"),
            (StatusCode.UNAUTHENTICATED, 1, "PASSERBY_INDEX_KEY"),
            (StatusCode.NOT_FOUND, 1, "another process dropped them"),
            (StatusCode.INVALID_ARGUMENT, 1, "refuses a request"),
        ):
            server.moods.next = [status] * tries
            with pytest.raises(UnavailableError, match=said):
                index.nearest(sighting(1).vector, 5, Where())
            assert server.moods.next == []
        assert index.count() == 1


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qdrant_server, "PAUSES", ())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening
        port = nobody.getsockname()[1]
        with pytest.raises(OSError, match=rf"127.0.0.1:{port - 1} does not answer.*PASSERBY_INDEX"):
            open_index(f"http://127.0.0.1:{port - 1}", MODEL)


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qdrant_server, "PAUSES", ())
    monkeypatch.setattr(qdrant_server, "DEADLINE", 1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(UnavailableError, match="does not answer"),
    ):
        open_index(f"http://127.0.0.1:{silent.getsockname()[1] - 1}", MODEL)


@pytest.mark.parametrize("url", ["http:", "http://", "https:qdrant"])
def test_a_url_without_a_server_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="http://HOST:6333"):
        open_models(url)


def local(model: str = MODEL) -> tuple[StayingClient, Callable[[], QdrantIndex]]:
    client = StayingClient()
    return client, lambda: QdrantIndex(Server(client, "local mode", Cluster()), model)


def test_a_newer_collection_and_a_strange_one_are_refused() -> None:
    client, opened = local()
    opened().add([sighting(1)])
    client.update_collection(collection_of(MODEL), metadata={"schema": 99})
    with pytest.raises(NewerSchemaError, match="upgrade"):
        opened()
    client.update_collection(collection_of(MODEL), metadata={"model": "other@11111111"})
    with pytest.raises(OtherModelError, match="other@11111111"):
        opened()


def test_what_cannot_be_found_again_is_refused() -> None:
    _, opened = local()
    index, good = opened(), sighting(1)
    index.add([good])
    for wrong, said in (
        (replace(good, vector=good.vector[:8]), "shape"),
        (replace(good, parts=good.parts[:2]), "parts"),
        (replace(good, model="other@11111111"), "other@11111111"),
    ):
        with pytest.raises(ValueError, match=said):
            index.add([sighting(5), wrong])
    assert index.count() == 1
    with pytest.raises(ValueError, match="one sighting or more"):
        index.nearest(good.vector, 0, Where())


BY_DAY = Cluster(shards=3, replicas=2, by_day=True)
DAY = timedelta(days=1)


def on(day: int, number: int, camera: str = "gate") -> Sighting:
    """A sighting that many days after the first."""
    made = sighting(number)
    began = made.shot.began + day * DAY
    return replace(made, shot=replace(made.shot, camera=camera, began=began, ended=began, taken=began))


def midnight(day: int) -> datetime:
    began = on(day, 0).shot.began
    return began.replace(hour=0, minute=0, second=0, microsecond=0)


def test_every_day_has_shards_that_are_there_before_its_first_point(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(0, 1), on(1, 2), on(1, 3)])
        index.add([on(1, 2)])
        assert index.count() == 3
    made = server.collections.created[collection_of(MODEL)]
    assert made.sharding_method == wire.ShardingMethod.Custom
    keys = server.collections.keys[collection_of(MODEL)]
    assert {key: len(ids) for key, ids in keys.items()} == {"2026-03-01": 1, "2026-03-02": 2}
    assert [(one.shards_number, one.replication_factor) for one in server.collections.cut] == [(3, 2)] * 2


def test_an_index_stays_cut_as_it_was_made(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(0, 1)])
    with closing(open_index(server.url, MODEL)) as index:
        index.add([on(5, 2)])
        assert index.count() == 2
    assert len(server.collections.keys[collection_of(MODEL)]) == 2


def test_retention_drops_whole_days_and_deletes_in_the_last(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(day, 10 * day + number) for day in range(4) for number in range(3)])
        assert index.delete(Where(before=on(2, 21).shot.began)) == 8
        assert index.count() == 4
        assert server.collections.dropped == ["2026-03-01", "2026-03-02"]
        index.add([on(0, 1)])  # late, and kept until the next night
        assert index.count() == 5


def test_a_day_of_which_another_camera_keeps_something_is_not_dropped(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(0, 1), on(0, 2, "hall"), on(1, 3)])
        assert index.delete(Where(("gate",), before=midnight(1))) == 1
        assert index.count(Where(("hall",))) == 1
        assert server.collections.dropped == []
        assert index.delete(Where(("gate", "hall"), before=midnight(1))) == 1
        assert server.collections.dropped == ["2026-03-01"]


def test_a_range_with_a_beginning_and_single_ids_drop_no_day(server: WireServer) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(0, 1), on(1, 2), on(2, 3)])
        assert index.delete(Where(after=midnight(0), before=midnight(1))) == 1
        assert index.delete_ids([on(1, 2).shot.id]) == 1
        assert index.count() == 1
        assert server.collections.dropped == []


def test_two_processes_may_begin_a_day_at_once(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_index(server.url, MODEL, cluster=BY_DAY)) as index:
        index.add([on(0, 1)])
        looks = iter([["2026-03-01"], ["2026-03-01", "2026-03-02"]])
        server.collections.keys[collection_of(MODEL)]["2026-03-02"] = set()
        monkeypatch.setattr(Days, "there", lambda days: next(looks))
        index.add([on(1, 2)])
        assert index.count() == 2
