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
)

from storage.payload import KEYWORDS, TIMES, microseconds, to_payload, to_shot
from storage.types import Hit, Sighting, Where


def shard_config(dimensions: int, *, thorough: bool = False) -> EdgeConfig:
    """What a shard is; a `thorough` one gives up every segment with a deleted vector when it is optimised."""
    # 4-bit TurboQuant with rescoring finds as much as 8-bit scalars at half the memory.
    codes = TurboQuantQuantizationConfig(bits=TurboQuantBitSize.Bits4, memory=Memory.Cached)
    vector = EdgeVectorParams(dimensions, Distance.Cosine, quantization_config=codes)
    least, share = (1, 1e-9) if thorough else (1000, 0.2)
    optimizers = EdgeOptimizersConfig(deleted_threshold=share, vacuum_min_vector_number=least)
    return EdgeConfig(vectors={"vector": vector}, optimizers=optimizers, wal_enabled=True)


def create_shard(folder: Path, dimensions: int) -> EdgeShard:
    """Make an empty shard; its payload indexes come first, so that the graph is built with them."""
    folder.mkdir()
    shard = EdgeShard.create(str(folder), shard_config(dimensions))
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
    vector = np.array(point.vector["vector"], np.float32)
    return Hit(Sighting(to_shot(point.payload), point.payload["model"], vector, parts), point.score)


def to_query(vector: NDArray[np.float32], limit: int, where: Where) -> QueryRequest:
    """Ask for the nearest by cosine.

    On 20,000 clustered vectors of 256 dimensions these settings find 99.7 % of the true first hundred
    in 0.9 ms; half the beam (`hnsw_ef`) finds 98.4 % in 0.6 ms.
    """
    rescore = QuantizationSearchParams(rescore=True, oversampling=2.0)
    return QueryRequest(
        limit,
        query=Query.Nearest(vector.tolist(), using="vector"),
        filter=to_filter(where),
        params=SearchParams(hnsw_ef=max(512, 2 * limit), quantization=rescore),
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
