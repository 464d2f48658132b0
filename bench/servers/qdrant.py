"""A stand-in for a Qdrant server: it speaks Qdrant's gRPC over the client's own local mode, all in memory.

No package of the registries brings a Qdrant server, so this shows what goes over the wire, not what the
engine does with it.
"""

import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from qdrant_client import QdrantClient
from qdrant_client import grpc as wire
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.models import Filter, FilterSelector, HasIdCondition, PointIdsList

from bench.servers.server import Server


class StayingClient(QdrantClient):
    """Local mode in memory, which outlives whoever used it."""

    def __init__(self) -> None:
        super().__init__(":memory:")

    def close(self, grpc_grace: float | None = None, **kwargs: Any) -> None:
        pass

    def create_payload_index(self, *args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it has no such indexes, and says so
            return super().create_payload_index(*args, **kwargs)

    def query_points(self, *args: Any, search_params: Any = None, **kwargs: Any) -> Any:
        return super().query_points(*args, **kwargs)  # it compares with every point, and warns


class Collections(wire.CollectionsServicer):
    def __init__(self, client: QdrantClient) -> None:
        self.client = client
        self.created: dict[str, Any] = {}  # collection: the request that made it
        self.vacuums: list[float] = []  # share of deleted sightings from which on it was told to rewrite
        self.indexed: list[str] = []  # payload fields
        self.indexed_before_points: list[str] = []
        self.keys: dict[str, dict[str, set[str]]] = {}  # collection cut by hand: ids by shard key
        self.cut: list[Any] = []  # the requests that made those shard keys
        self.dropped: list[str] = []  # shard keys

    def CollectionExists(self, request: Any, context: Any) -> Any:
        exists = self.client.collection_exists(request.collection_name)
        return wire.CollectionExistsResponse(result=wire.CollectionExists(exists=exists))

    def Create(self, request: Any, context: Any) -> Any:
        self.created[request.collection_name] = request
        if request.sharding_method == wire.ShardingMethod.Custom:
            self.keys[request.collection_name] = {}
        config = GrpcToRest.convert_vectors_config(request.vectors_config)
        metadata = GrpcToRest.convert_payload(request.metadata)
        return self._done(self.client.create_collection(request.collection_name, config, metadata=metadata))

    def Update(self, request: Any, context: Any) -> Any:
        if request.HasField("optimizers_config"):
            self.vacuums.append(request.optimizers_config.deleted_threshold)
            return self._done(True)
        metadata = GrpcToRest.convert_payload(request.metadata)
        return self._done(self.client.update_collection(request.collection_name, metadata=metadata))

    def Delete(self, request: Any, context: Any) -> Any:
        self.keys.pop(request.collection_name, None)
        return self._done(self.client.delete_collection(request.collection_name))

    def CreateShardKey(self, request: Any, context: Any) -> Any:
        keys, key = self.keys[request.collection_name], request.request.shard_key.keyword
        if key in keys:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"shard key {key} already exists")
        keys[key] = set()
        self.cut.append(request.request)
        return wire.CreateShardKeyResponse(result=True)

    def DeleteShardKey(self, request: Any, context: Any) -> Any:
        key = request.request.shard_key.keyword
        held = self.keys[request.collection_name].pop(key)
        self.dropped.append(key)
        if held:
            self.client.delete(request.collection_name, PointIdsList(points=list(held)))
        return wire.DeleteShardKeyResponse(result=True)

    def ListShardKeys(self, request: Any, context: Any) -> Any:
        keys = [wire.ShardKey(keyword=key) for key in self.keys.get(request.collection_name, {})]
        return wire.ListShardKeysResponse(shard_keys=[wire.ShardKeyDescription(key=key) for key in keys])

    def told(self, request: Any, context: Any, *, must: bool) -> list[set[str]] | None:
        """The ids under the shard keys that the request names; None: it concerns all there are.

        A server takes no write without a key where a collection is cut by hand, and no unknown key anywhere.
        """
        keys = self.keys.get(request.collection_name)
        named = [key.keyword for key in request.shard_key_selector.shard_keys]
        if (must and keys is not None and not named) or any(key not in (keys or {}) for key in named):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"no shard key, or an unknown one: {named}")
        return [keys[key] for key in named] if keys is not None and named else None

    def Get(self, request: Any, context: Any) -> Any:
        info = self.client.get_collection(request.collection_name)
        return wire.GetCollectionInfoResponse(result=RestToGrpc.convert_collection_info(info))

    def List(self, request: Any, context: Any) -> Any:
        names = [wire.CollectionDescription(name=c.name) for c in self.client.get_collections().collections]
        return wire.ListCollectionsResponse(collections=names)

    def ListAliases(self, request: Any, context: Any) -> Any:
        aliases = [RestToGrpc.convert_alias_description(a) for a in self.client.get_aliases().aliases]
        return wire.ListAliasesResponse(aliases=aliases)

    def UpdateAliases(self, request: Any, context: Any) -> Any:
        operations = [GrpcToRest.convert_alias_operations(action) for action in request.actions]
        return self._done(self.client.update_collection_aliases(operations))

    def _done(self, result: bool) -> Any:
        return wire.CollectionOperationResponse(result=result)


class Points(wire.PointsServicer):
    def __init__(self, client: QdrantClient, collections: Collections) -> None:
        self.client, self.collections = client, collections

    def CreateFieldIndex(self, request: Any, context: Any) -> Any:
        self.collections.indexed.append(request.field_name)
        return self._done()

    def Upsert(self, request: Any, context: Any) -> Any:
        if not self.collections.indexed_before_points:
            self.collections.indexed_before_points = list(self.collections.indexed)
        held = self.collections.told(request, context, must=True)
        points = [GrpcToRest.convert_point_struct(point) for point in request.points]
        if held is not None:
            held[0].update(str(point.id) for point in points)
        self.client.upsert(request.collection_name, points)
        return self._done()

    def Delete(self, request: Any, context: Any) -> Any:
        held = self.collections.told(request, context, must=True)
        selected = GrpcToRest.convert_filter(request.points.filter)
        self.client.delete(request.collection_name, FilterSelector(filter=_within(selected, held)))
        return self._done()

    def Query(self, request: Any, context: Any) -> Any:
        found = self.client.query_points(
            request.collection_name,
            GrpcToRest.convert_query(request.query),
            using=request.using,
            limit=request.limit,
            query_filter=GrpcToRest.convert_filter(request.filter),
            with_vectors=GrpcToRest.convert_with_vectors_selector(request.with_vectors),
        )
        return wire.QueryResponse(result=[RestToGrpc.convert_scored_point(point) for point in found.points])

    def Get(self, request: Any, context: Any) -> Any:
        ids = [GrpcToRest.convert_point_id(identity) for identity in request.ids]
        wanted = GrpcToRest.convert_with_vectors_selector(request.with_vectors)
        found = self.client.retrieve(request.collection_name, ids, with_vectors=wanted)
        return wire.GetResponse(result=[RestToGrpc.convert_record(record) for record in found])

    def Count(self, request: Any, context: Any) -> Any:
        held = self.collections.told(request, context, must=False)
        matching = _within(GrpcToRest.convert_filter(request.filter), held)
        found = self.client.count(request.collection_name, matching)
        return wire.CountResponse(result=wire.CountResult(count=found.count))

    def Facet(self, request: Any, context: Any) -> Any:
        found = self.client.facet(request.collection_name, request.key, limit=request.limit)
        return wire.FacetResponse(hits=[RestToGrpc.convert_facet_value_hit(hit) for hit in found.hits])

    def _done(self) -> Any:
        return wire.PointsOperationResponse(result=wire.UpdateResult(status=wire.UpdateStatus.Completed))


def _within(matching: Filter, held: list[set[str]] | None) -> Filter:
    """Those of the matching points whose ids are among these."""
    if held is None:
        return matching
    return Filter(must=[matching, HasIdCondition(has_id=[one for some in held for one in some])])


class Moods(grpc.ServerInterceptor):  # type: ignore[misc]
    """Lets the server refuse: each entry of `next` is the status that one call gets instead of an answer."""

    def __init__(self) -> None:
        self.next: list[grpc.StatusCode] = []

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        if not self.next:
            return continuation(details)
        status = self.next.pop(0)

        def refuse(request: Any, context: Any) -> Any:
            context.abort(status, "in a mood")

        return grpc.unary_unary_rpc_method_handler(refuse)


class WireServer:
    """The server in this process, and what it was asked."""

    def __init__(self, port: int = 0) -> None:
        client = StayingClient()
        self.collections, self.moods = Collections(client), Moods()
        # One thread: local mode is made for one caller at a time.
        self._server = grpc.server(ThreadPoolExecutor(1), interceptors=[self.moods])
        wire.add_CollectionsServicer_to_server(self.collections, self._server)  # type: ignore[no-untyped-call]
        points = Points(client, self.collections)
        wire.add_PointsServicer_to_server(points, self._server)  # type: ignore[no-untyped-call]
        self._port = self._server.add_insecure_port(f"127.0.0.1:{port}")

    @property
    def url(self) -> str:
        """gRPC is spoken one port above the one of the URL."""
        return f"http://127.0.0.1:{self._port - 1}"

    @contextmanager
    def running(self) -> Iterator["WireServer"]:
        self._server.start()
        try:
            yield self
        finally:
            self._server.stop(None).wait()


class QdrantStandIn(Server):
    """The stand-in in a process of its own. What it was given is gone when it ends."""

    def command(self) -> Sequence[str]:
        return (sys.executable, "-m", "bench.servers.qdrant", str(self.port))

    def answers(self) -> bool:
        return self._listens()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port - 1}"


if __name__ == "__main__":
    with WireServer(int(sys.argv[1])).running():
        signal.sigwait([signal.SIGTERM])
