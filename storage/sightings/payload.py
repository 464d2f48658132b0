"""What a sighting must be to be kept, and how it is written beside its vectors in any Qdrant."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import OtherModelError
from storage.types import Shot, Sighting

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KEYWORDS = ("camera",)  # fields that are filtered by equality
TIMES = ("began", "ended")  # fields that are filtered by range


def check(sightings: Sequence[Sighting], model: str, dimensions: int, parts: tuple[int, int]) -> None:
    """Raise ValueError unless an index of `model` can keep every sighting and find it again.

    Qdrant itself stores a NaN vector, which nothing finds, and half of a batch with a wrong one in it.
    """
    for sighting in sightings:
        shot = sighting.shot
        name = f"sighting {shot.crop!r}"
        if sighting.model != model:
            raise OtherModelError(
                f"{name} was made by model {sighting.model} and this index holds {model}: "
                "index it with that model or open another index"
            )
        check_vector(sighting.vector, dimensions, name)
        if sighting.parts.shape != parts or not np.isfinite(sighting.parts).all():
            raise ValueError(
                f"{name} has parts of shape {sighting.parts.shape}, or with NaN in them, "
                f"and this index keeps finite {parts}: check what the encoder returns"
            )
        if not np.isfinite([*shot.box, shot.score]).all():
            raise ValueError(f"{name} has a box or score that is not finite: check what the detector returns")
        for time in (shot.began, shot.ended, shot.taken):
            microseconds(time)


def check_vector(vector: NDArray[np.float32], dimensions: int, name: str) -> None:
    """Raise ValueError unless `vector` is finite, of unit length and (dimensions,)."""
    if vector.shape != (dimensions,):
        raise ValueError(f"{name} has a vector of shape {vector.shape}; this index keeps ({dimensions},)")
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not abs(length - 1) < 1e-3:  # also when it is NaN
        raise ValueError(f"{name} has a vector of length {length:.4g} instead of 1: normalise it first")


def check_limit(limit: int) -> None:
    if limit < 1:
        raise ValueError(f"the limit is {limit}: ask for one sighting or more")


def parts_shape(sighting: Sighting) -> tuple[int, int]:
    """(p, e) as the first sighting of an index has it; (0, 0), which `check` refuses, when it has none."""
    return (sighting.parts.shape[0], sighting.parts.shape[1]) if sighting.parts.ndim == 2 else (0, 0)


def to_payload(sighting: Sighting) -> dict[str, Any]:
    shot = sighting.shot
    return {
        "camera": shot.camera,
        "source": shot.source,
        "track": shot.track,
        "shot": shot.shot,
        "began": microseconds(shot.began),
        "ended": microseconds(shot.ended),
        "taken": microseconds(shot.taken),
        "box": [float(side) for side in shot.box],
        "score": float(shot.score),
        "crop": shot.crop,
        "model": sighting.model,
    }


def to_shot(payload: Mapping[str, Any]) -> Shot:
    x1, y1, x2, y2 = payload["box"]
    return Shot(
        camera=payload["camera"],
        source=payload["source"],
        track=payload["track"],
        shot=payload["shot"],
        began=moment(payload["began"]),
        ended=moment(payload["ended"]),
        taken=moment(payload["taken"]),
        box=(x1, y1, x2, y2),
        score=payload["score"],
        crop=payload["crop"],
    )


def microseconds(time: datetime) -> int:
    """Since 1970 UTC: exact, also as the float64 of a range filter; raises ValueError without a zone."""
    if time.tzinfo is None:
        raise ValueError(f"the time {time.isoformat()} has no time zone: give it one, preferably UTC")
    return (time - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND
