"""Sightings as points of a Qdrant collection, and back; what a collection is made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client.models import (
    Datatype,
    Distance,
    FieldCondition,
    Filter,
    HnswConfigDiff,
    IntegerIndexParams,
    IntegerIndexType,
    KeywordIndexParams,
    KeywordIndexType,
    MatchAny,
    Memory,
    MultiVectorComparator,
    MultiVectorConfig,
    PointStruct,
    QuantizationSearchParams,
    Range,
    ScoredPoint,
    SearchParams,
    TurboQuantBitSize,
    TurboQuantization,
    TurboQuantQuantizationConfig,
    VectorParams,
)

from storage.payload import KEYWORDS, TIMES, microseconds, to_payload, to_shot
from storage.types import Hit, Sighting, Where


def vectors(dimensions: int, part: int) -> dict[str, VectorParams]:
    """`vector` has a graph over 4-bit codes in memory, `parts` are only ever read back.

    What was measured for Qdrant Edge, the same engine, holds: see `storage.points`.
    """
    codes = TurboQuantQuantizationConfig(bits=TurboQuantBitSize.BITS4, memory=Memory.PINNED)
    return {
        "vector": VectorParams(
            size=dimensions,
            distance=Distance.COSINE,
            datatype=Datatype.FLOAT16,
            memory=Memory.COLD,
            quantization_config=TurboQuantization(turbo=codes),
        ),
        "parts": VectorParams(
            size=part,
            distance=Distance.DOT,  # cosine would normalise what is kept
            datatype=Datatype.FLOAT16,
            memory=Memory.COLD,
            multivector_config=MultiVectorConfig(comparator=MultiVectorComparator.MAX_SIM),
            hnsw_config=HnswConfigDiff(m=0),
        ),
    }


def payload_indexes() -> dict[str, KeywordIndexParams | IntegerIndexParams]:
    """To be made before the first point, so that the graph is built with them."""
    keyword = KeywordIndexParams(type=KeywordIndexType.KEYWORD)
    time = IntegerIndexParams(type=IntegerIndexType.INTEGER, lookup=False, range=True)
    return {**dict.fromkeys((*KEYWORDS, "model"), keyword), **dict.fromkeys(TIMES, time)}


def to_points(sightings: Sequence[Sighting]) -> list[PointStruct]:
    """One point each; of two with one id the later counts."""
    latest = {sighting.shot.id: sighting for sighting in sightings}
    return [
        PointStruct(
            id=str(identity),
            vector={
                "vector": sighting.vector.tolist(),
                "parts": sighting.parts.astype(np.float32).tolist(),
            },
            payload=to_payload(sighting),
        )
        for identity, sighting in latest.items()
    ]


def to_hit(point: ScoredPoint) -> Hit:
    """`point` was asked for with payload and both vectors."""
    payload: Any = point.payload
    kept: Any = point.vector
    vector: NDArray[np.float32] = np.array(kept["vector"], np.float32)
    parts: NDArray[np.float16] = np.array(kept["parts"], np.float16)
    return Hit(Sighting(to_shot(payload), payload["model"], vector, parts), point.score)


def search_params(limit: int) -> SearchParams:
    rescore = QuantizationSearchParams(rescore=True, oversampling=2.0)
    return SearchParams(hnsw_ef=max(512, 2 * limit), quantization=rescore)


def to_filter(where: Where) -> Filter:
    """A sighting is in the time range when its track overlaps it, ends included."""
    must: list[Any] = []
    if where.cameras:
        must.append(FieldCondition(key="camera", match=MatchAny(any=list(where.cameras))))
    if where.after is not None:
        must.append(FieldCondition(key="ended", range=Range(gte=microseconds(where.after))))
    if where.before is not None:
        must.append(FieldCondition(key="began", range=Range(lte=microseconds(where.before))))
    return Filter(must=must)
