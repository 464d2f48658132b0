"""The records that are kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # x1 y1 x2 y2 in pixels of the original frame

SIGHTINGS = UUID("6f0bd5a6-2f0c-5d0e-9a55-70a55e2b1e00")  # the namespace of sighting ids


@dataclass(frozen=True, slots=True)
class Shot:
    """One best shot of one person's track; the picture itself lies in the media store under `crop`."""

    camera: str
    source: str  # fingerprint of the footage: two recordings of a camera number their people alike
    track: int  # the person's number on this camera within one source
    shot: int  # 0, 1, 2: best first
    began: datetime  # UTC: first seen
    ended: datetime  # UTC: last seen
    taken: datetime  # UTC: when this picture was taken
    box: Box
    score: float  # the detector's, 0..1
    crop: str  # media key

    @property
    def id(self) -> UUID:
        """The same person, track and shot get the same id on every run, so a repeat overwrites."""
        return uuid5(
            SIGHTINGS, f"{self.camera}|{self.source}|{self.began.isoformat()}|{self.track}|{self.shot}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A shot with the vectors that one model made of it."""

    shot: Shot
    model: str  # name@sha8 of the weights
    vector: NDArray[np.float32]  # (d,) unit length
    parts: NDArray[np.float16]  # (p, e)


@dataclass(frozen=True, slots=True)
class Where:
    """Which sightings a search may see. A sighting is in the time range when its track overlaps it."""

    cameras: tuple[str, ...] = ()  # empty: all
    after: datetime | None = None  # UTC
    before: datetime | None = None  # UTC


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A sighting near to a query vector."""

    sighting: Sighting
    nearness: float  # cosine, -1..1


class Standing(StrEnum):
    """What the sightings of a model are for."""

    ANSWERS = "answers searches"
    ANSWERED = "answered before"  # whole up to the switch, and there to go back to
    UNFINISHED = "unfinished"  # being indexed beside the one that answers


@dataclass(frozen=True, slots=True)
class Held:
    """A model that has sightings in the index."""

    model: str  # name@sha8
    weights: str  # the file it was read from; empty: those that ship
    standing: Standing
