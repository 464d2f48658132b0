"""Sightings as points of a Qdrant collection, and back; what a collection is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    Record,
    ScoredPoint,
    SearchParams,
    TurboQuantBitSize,
    TurboQuantization,
    TurboQuantQuantizationConfig,
    VectorParams,
)

from storage.sightings.payload import KEYWORDS, TIMES, microseconds, to_payload, to_shot
from storage.types import Hit, Sighting, Where


@dataclass(frozen=True, slots=True)
class Shape:
    """What the vectors in a collection are, and how it is cut."""

    vector: int  # dimensions
    parts: tuple[int, int]  # (p, e)
    by_day: bool  # every day has shards of its own

    def tell(self) -> dict[str, Any]:
        """As it is kept with the collection."""
        return {"vector": self.vector, "parts": list(self.parts), "by_day": self.by_day}

    @classmethod
    def told(cls, kept: Mapping[str, Any]) -> "Shape":
        rows, width = kept["parts"]
        return cls(kept["vector"], (rows, width), bool(kept.get("by_day")))


def vectors(dimensions: int, part: int) -> dict[str, VectorParams]:
    """`vector` is compared by 4-bit codes in memory, `parts` are only ever read back.

    Neither has a graph, for the reasons measured with Qdrant Edge, the same engine: see `points`.
    """
    no_graph = HnswConfigDiff(m=0)
    codes = TurboQuantQuantizationConfig(bits=TurboQuantBitSize.BITS4, memory=Memory.PINNED)
    return {
        "vector": VectorParams(
            size=dimensions,
            distance=Distance.COSINE,
            datatype=Datatype.FLOAT16,
            memory=Memory.COLD,
            quantization_config=TurboQuantization(turbo=codes),
            hnsw_config=no_graph,
        ),
        "parts": VectorParams(
            size=part,
            distance=Distance.DOT,  # cosine would normalise what is kept
            datatype=Datatype.FLOAT16,
            memory=Memory.COLD,
            multivector_config=MultiVectorConfig(comparator=MultiVectorComparator.MAX_SIM),
            hnsw_config=no_graph,
        ),
    }


def payload_indexes() -> dict[str, KeywordIndexParams | IntegerIndexParams]:
    """To be made before the first point: a server that is given one later works long on it."""
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
    return Hit(to_sighting(point), point.score)


def to_sighting(point: ScoredPoint | Record) -> Sighting:
    """`point` was asked for with payload and both vectors."""
    payload: Any = point.payload
    kept: Any = point.vector
    vector: NDArray[np.float32] = np.array(kept["vector"], np.float32)
    parts: NDArray[np.float16] = np.array(kept["parts"], np.float16)
    return Sighting(to_shot(payload), payload["model"], vector, parts)


def search_params() -> SearchParams:
    """The codes choose five times as many as are asked for, and the vectors themselves the best of those."""
    return SearchParams(quantization=QuantizationSearchParams(rescore=True, oversampling=5.0))


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
