"""The sighting index in a collection of a Qdrant server."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from qdrant_client.models import (
    CollectionStatus,
    CreateAlias,
    CreateAliasOperation,
    FieldCondition,
    Filter,
    FilterSelector,
    HasIdCondition,
    MatchValue,
    OptimizersConfigDiff,
    ShardingMethod,
)

from storage.errors import NewerSchemaError, OtherModelError, UnavailableError
from storage.sightings.payload import check, check_limit, check_vector, parts_shape
from storage.sightings.qdrant_days import Days, before, day_of
from storage.sightings.qdrant_points import (
    Shape,
    payload_indexes,
    search_params,
    to_filter,
    to_hit,
    to_points,
    to_sighting,
    vectors,
)
from storage.sightings.qdrant_server import Server
from storage.types import Hit, Sighting, Where

ALIAS = "passerby"  # names the collection of the model that answers
ANYWHERE = Where()
BATCH = 128  # points in one write: 3 MB with parts of 9 x 256
CAMERAS = 100_000  # more than anybody has
FORGETTING = 300  # seconds: a year of footage is not deleted in ten
SCHEMA = 1  # of the collection: its vectors and payload


class QdrantIndex:
    """Keeps the sightings of one model in one collection; any number of processes may use it at once.

    The collection is made for the first sighting, whose dimensions are those of all.
    """

    def __init__(self, server: Server, model: str, *, claim: str | None = None) -> None:
        """With `claim`, the file of the weights of `model`, a collection that is made here answers searches
        at once; without, it is made beside the one that does.

        Raises OtherModelError, NewerSchemaError or UnavailableError.
        """
        self.model = model
        self._server, self._client = server, server.client
        self._collection, self._claimed = collection_of(model), claim
        self._days = Days(server, self._collection)
        self._writable = False  # by this process: the payload indexes are known to be there
        self._shape = self._read_shape()

    def add(self, sightings: Sequence[Sighting]) -> None:
        """Keep the sightings; one with a known id replaces it. On return the server has them safely.

        All are checked before the first is sent: ValueError for a wrong shape, NaN, a vector that is not of
        unit length or a time without a zone, OtherModelError for another model.
        """
        if not sightings:
            return
        first = sightings[0]
        shape = self._shape or Shape(first.vector.size, parts_shape(first), self._server.cluster.by_day)
        check(sightings, self.model, shape.vector, shape.parts)
        if not self._writable:
            shape = self._make(shape)
        if not shape.by_day:
            self._upsert(sightings, None)
            return
        days = defaultdict[str, list[Sighting]](list)
        for sighting in sightings:
            days[day_of(sighting)].append(sighting)
        self._days.make(days)
        for day, some in days.items():
            self._upsert(some, day)

    def nearest(self, vector: NDArray[np.float32], limit: int, where: Where = ANYWHERE) -> list[Hit]:
        """Return at most `limit` sightings, nearest first, whole; `vector` is (d,) of unit length."""
        check_limit(limit)
        matching = to_filter(where)
        shape = self._known()
        if shape is None:
            return []
        check_vector(vector, shape.vector, "the query")
        found = self._server.ask(
            self._client.query_points,
            self._collection,
            vector.tolist(),
            using="vector",
            limit=limit,
            query_filter=matching,
            search_params=search_params(),
            with_payload=True,
            with_vectors=["vector", "parts"],
        )
        return [to_hit(point) for point in found.points]

    def count(self, where: Where = ANYWHERE) -> int:
        """How many sightings of this model there are, exactly."""
        return self._count(to_filter(where))

    def held(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these shots have a sighting here."""
        wanted = [str(identity) for identity in ids]
        if self._known() is None or not wanted:
            return set()
        found = self._server.ask(
            self._client.retrieve, self._collection, wanted, with_payload=False, with_vectors=False
        )
        return {UUID(str(point.id)) for point in found}

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        """The sightings of these shots that are here, whole, in no order."""
        wanted = [str(identity) for identity in ids]
        if self._known() is None or not wanted:
            return []
        both = ["vector", "parts"]
        found = self._server.ask(
            self._client.retrieve, self._collection, wanted, with_payload=True, with_vectors=both
        )
        return [to_sighting(point) for point in found]

    def cameras(self) -> tuple[str, ...]:
        """The cameras that have sightings, in alphabetical order."""
        if self._known() is None:
            return ()
        found = self._server.ask(self._client.facet, self._collection, "camera", limit=CAMERAS, exact=True)
        return tuple(sorted(str(hit.value) for hit in found.hits if hit.count))

    def delete(self, where: Where) -> int:
        """Forget what `where` describes and return how many that was; `Where()` forgets everything.

        Where every day has shards of its own, days of which nothing would be left are dropped whole. What is
        added to such a day at that very moment goes too, and comes back with the nightly backfill.
        """
        matching = to_filter(where)
        number = self._count(matching)
        if number and self._shape is not None and self._shape.by_day:
            for day in before(where, self._days.there()):
                if self._count(Filter(must_not=[matching]), day) == 0:
                    self._days.drop(day)
        if number:
            self._delete(matching)
        return number

    def delete_ids(self, ids: Iterable[UUID]) -> int:
        """Forget the sightings of these shots; ids that are not there do not matter."""
        wanted = {str(identity) for identity in ids}
        matching = Filter(must=[HasIdCondition(has_id=list(wanted))])
        number = self._count(matching) if wanted else 0
        if number:
            self._delete(matching)
        return number

    def optimize(self) -> None:
        """Wait until the server, which does it by itself, has made the codes of new sightings."""
        while self._known() is not None:
            status = self._server.ask(self._client.get_collection, self._collection).status
            if status is CollectionStatus.RED:
                raise UnavailableError(
                    f"the Qdrant server {self._server.name} cannot work on {self._collection}: read its log"
                )
            if status is not CollectionStatus.YELLOW:
                return
            time.sleep(1)

    def purge(self) -> None:
        """Let the server rewrite what has deleted sightings in it, where it would let a fifth of them lie.

        Its log keeps them until newer writes take their place.
        """
        if self._known() is None:
            return
        change = self._client.update_collection
        thorough = OptimizersConfigDiff(deleted_threshold=1e-9, vacuum_min_vector_number=100)
        self._server.ask(change, self._collection, optimizers_config=thorough)
        try:
            self.optimize()
        finally:
            usual = OptimizersConfigDiff(deleted_threshold=0.2, vacuum_min_vector_number=1000)
            self._server.ask(change, self._collection, optimizers_config=usual)

    def close(self) -> None:
        """Let go of the connection; a second call does nothing."""
        self._server.close()

    def _known(self) -> Shape | None:
        """None until somebody has added the first sighting."""
        if self._shape is None:
            self._shape = self._read_shape()
        return self._shape

    def _read_shape(self) -> Shape | None:
        if not self._exists():
            return None
        told = self._server.ask(self._client.get_collection, self._collection).config.metadata or {}
        if told.get("model") != self.model:
            raise OtherModelError(
                f"the collection {self._collection} of {self._server.name} holds sightings of "
                f"{told.get('model', 'another program')}, not of {self.model}: rename or delete it"
            )
        if told["schema"] > SCHEMA:
            raise NewerSchemaError(
                f"the collection {self._collection} of {self._server.name} has version {told['schema']} and "
                f"this program reads up to {SCHEMA}: upgrade the program"
            )
        return Shape.told(told)

    def _exists(self) -> bool:
        return self._server.ask(self._client.collection_exists, self._collection)

    def _upsert(self, sightings: Sequence[Sighting], day: str | None) -> None:
        points = to_points(sightings)
        for start in range(0, len(points), BATCH):
            some = points[start : start + BATCH]
            self._server.ask(self._client.upsert, self._collection, some, wait=True, shard_key_selector=day)

    def _make(self, shape: Shape) -> Shape:
        """Make the collection unless it is there, and its payload indexes, before any point; how it is."""
        if not self._exists():
            self._create(shape)
        self._shape = self._read_shape() or shape
        for field, schema in payload_indexes().items():
            self._server.ask(self._client.create_payload_index, self._collection, field, schema, wait=True)
        self._writable = True
        return self._shape

    def _create(self, shape: Shape) -> None:
        cluster = self._server.cluster
        try:
            self._server.ask(
                self._client.create_collection,
                self._collection,
                vectors(shape.vector, shape.parts[1]),
                shard_number=cluster.shards,
                replication_factor=cluster.replicas,
                write_consistency_factor=cluster.writes,
                sharding_method=ShardingMethod.CUSTOM if shape.by_day else None,
                on_disk_payload=True,
                metadata={"schema": SCHEMA, "model": self.model, **shape.tell()},
            )
        except (UnavailableError, ValueError):
            if not self._exists():  # else another process was faster
                raise
        if self._claimed is not None:
            answer_with(self._server, self.model, self._claimed)

    def _count(self, matching: Filter, day: str | None = None) -> int:
        """How many of this model match; of one day where it has shards of its own, else of all."""
        if self._known() is None:
            return 0
        mine = FieldCondition(key="model", match=MatchValue(value=self.model))
        both = Filter(must=[mine, matching])
        count = self._client.count
        return self._server.ask(count, self._collection, both, exact=True, shard_key_selector=day).count

    def _delete(self, matching: Filter) -> None:
        by_day = self._shape is not None and self._shape.by_day
        days: list[int | str] | None = [*self._days.there()] if by_day else None
        if days != []:
            selected = FilterSelector(filter=matching)
            delete = self._client.delete
            self._server.ask(
                delete, self._collection, selected, wait=True, shard_key_selector=days, timeout=FORGETTING
            )


def collection_of(model: str) -> str:
    return f"{ALIAS}-{model}"


def answer_with(server: Server, model: str, weights: str) -> None:
    """Let searches be answered from the collection of `model` from now on, in one step."""
    told = {"weights": weights, "answered": True}
    server.ask(server.client.update_collection, collection_of(model), metadata=told)
    point_to = CreateAlias(alias_name=ALIAS, collection_name=collection_of(model))
    operations = [CreateAliasOperation(create_alias=point_to)]
    server.ask(server.client.update_collection_aliases, operations)
