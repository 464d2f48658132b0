"""Sightings as the API tells of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from pipeline.types import Match
from storage.types import Shot
from web.examples import PICTURE, ROW, like
from web.seals import Seal

ROOT = "/api/v1"


class Because(BaseModel):
    """How one phrase agrees with the part of the picture that it agrees with best."""

    phrase: str
    part: str
    similarity: float
    agreement: float


class Picture(BaseModel):
    """One best shot of a person."""

    model_config = like(PICTURE)

    id: UUID
    crop: str
    taken: datetime

    @classmethod
    def of(cls, shot: Shot) -> "Picture":
        return cls(id=shot.id, crop=f"{ROOT}/sightings/{shot.id}/crop", taken=shot.taken)

    def sealed(self, seal: Seal) -> Self:
        return self.model_copy(update={"crop": seal(self.crop)})


class Row(BaseModel):
    """One person who answers; times are UTC, boxes x1 y1 x2 y2 in pixels of the frame."""

    model_config = like(ROW)

    id: UUID
    rank: int
    score: float
    probability: float | None  # null where people are compared with a picture
    camera: str
    track: int
    began: datetime
    ended: datetime
    taken: datetime
    box: tuple[float, float, float, float]
    crop: str
    reasons: list[Because]
    shots: list[Picture]

    def sealed(self, seal: Seal) -> Self:
        shots = [shot.sealed(seal) for shot in self.shots]
        return self.model_copy(update={"crop": seal(self.crop), "shots": shots})


def rows(
    matches: Sequence[Match], others: Mapping[UUID, Sequence[Shot]], *, first: int = 1, sure: bool = True
) -> list[Row]:
    """The matches in their order, ranked from `first` on; `others` are all shots of each person."""
    return [_row(rank, match, others[match.shot.id], sure) for rank, match in enumerate(matches, first)]


def _row(rank: int, match: Match, others: Sequence[Shot], sure: bool) -> Row:
    shot = match.shot
    return Row(
        id=shot.id,
        rank=rank,
        score=round(match.score, 6),
        probability=round(match.probability, 4) if sure else None,
        camera=shot.camera,
        track=shot.track,
        began=shot.began,
        ended=shot.ended,
        taken=shot.taken,
        box=shot.box,
        crop=Picture.of(shot).crop,
        reasons=[
            Because(
                phrase=reason.phrase,
                part=reason.part,
                similarity=round(reason.similarity, 4),
                agreement=round(reason.agreement, 4),
            )
            for reason in match.reasons
        ],
        shots=[Picture.of(other) for other in others],
    )
