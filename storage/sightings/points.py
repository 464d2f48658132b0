"""Sightings as points of a Qdrant Edge shard, and back."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeOptimizersConfig,
    EdgeShard,
    EdgeVectorParams,
    FieldCondition,
    Filter,
    HnswIndexConfig,
    IntegerIndexParams,
    KeywordIndexParams,
    MatchAny,
    Memory,
    Point,
    QuantizationSearchParams,
    Query,
    QueryRequest,
    RangeFloat,
    SearchParams,
    TurboQuantBitSize,
    TurboQuantQuantizationConfig,
    UpdateOperation,
    VectorStorageDatatype,
)

from storage.sightings.folder import Manifest
from storage.sightings.payload import KEYWORDS, TIMES, microseconds, to_payload, to_shot
from storage.types import Hit, Sighting, Where


def shard_config(manifest: Manifest, *, thorough: bool = False) -> EdgeConfig:
    """What a shard is; a `thorough` one gives up every segment with a deleted vector when it is optimised.

    There is no graph: comparing with the 4-bit codes of 100,000 vectors takes 2 ms of one core, misses 5 of
    1,000, and the codes are made in 2 s. A graph (m 16) was built in 31 s, in which no other thread of the
    process ran, and missed 120 of 1,000 at a beam of 512: descriptions lie apart from pictures, where a
    graph is hard to search.
    """
    codes = TurboQuantQuantizationConfig(bits=TurboQuantBitSize.Bits4, memory=Memory.Cached)
    vector = EdgeVectorParams(
        manifest.vector,
        Distance.Cosine,
        datatype=VectorStorageDatatype.Float32 if manifest.schema == 1 else VectorStorageDatatype.Float16,
        quantization_config=codes,
        hnsw_config=HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000),
    )
    least, share = (1, 1e-9) if thorough else (1000, 0.2)
    optimizers = EdgeOptimizersConfig(deleted_threshold=share, vacuum_min_vector_number=least)
    return EdgeConfig(vectors={"vector": vector}, optimizers=optimizers, wal_enabled=True)


def create_shard(folder: Path, manifest: Manifest) -> EdgeShard:
    """Make an empty shard with its payload indexes."""
    folder.mkdir()
    shard = EdgeShard.create(str(folder), shard_config(manifest))
    for field in KEYWORDS:
        shard.update(UpdateOperation.create_field_index(field, KeywordIndexParams()))
    for field in TIMES:
        schema = IntegerIndexParams(lookup=False, range=True)
        shard.update(UpdateOperation.create_field_index(field, schema))
    shard.flush()
    return shard


def to_point(sighting: Sighting, row: int) -> Point:
    """`row` is where the parts lie in the parts file."""
    return Point(sighting.shot.id, {"vector": sighting.vector.tolist()}, {**to_payload(sighting), "row": row})


def to_hit(point: Any, parts: NDArray[np.float16]) -> Hit:
    """`point` is a ScoredPoint that was asked for with payload and vector."""
    return Hit(to_sighting(point, parts), point.score)


def to_sighting(point: Any, parts: NDArray[np.float16]) -> Sighting:
    """`point` is one of any kind that was asked for with payload and vector."""
    vector = np.array(point.vector["vector"], np.float32)
    return Sighting(to_shot(point.payload), point.payload["model"], vector, parts)


def to_query(vector: NDArray[np.float32], limit: int, where: Where) -> QueryRequest:
    """Ask for the nearest by cosine.

    The codes choose five times as many as are asked for, and the vectors themselves the best of those.
    """
    rescore = QuantizationSearchParams(rescore=True, oversampling=5.0)
    return QueryRequest(
        limit,
        query=Query.Nearest(vector.tolist(), using="vector"),
        filter=to_filter(where),
        params=SearchParams(quantization=rescore),
        with_payload=True,
        with_vector=["vector"],
    )


def to_filter(where: Where) -> Filter:
    """A sighting is in the time range when its track overlaps it, ends included."""
    must: list[Any] = []
    if where.cameras:
        must.append(FieldCondition("camera", match=MatchAny(list(where.cameras))))
    if where.after is not None:
        must.append(FieldCondition("ended", range=RangeFloat(gte=microseconds(where.after))))
    if where.before is not None:
        must.append(FieldCondition("began", range=RangeFloat(lte=microseconds(where.before))))
    return Filter(must=must)
