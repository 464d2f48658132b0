"""Sightings as the API tells of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from pipeline.types import Match
from storage.types import Shot
from web.examples import ALSO, GLIMPSE, PICTURE, ROW, like
from web.seals import Seal

ROOT = "/api/v1"


class Because(BaseModel):
    """How one phrase agrees with the person: with the part that it agrees with best, and with each."""

    phrase: str
    part: str
    similarity: float
    agreement: float
    parts: dict[str, float] = {}  # empty for an alert, which keeps the best part only


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


class Glimpse(Picture):
    """One person in view, in short."""

    model_config = like(GLIMPSE)

    camera: str
    began: datetime
    ended: datetime

    @classmethod
    def seen(cls, shot: Shot) -> Self:
        """The person whom a shot shows."""
        crop = Picture.of(shot).crop
        return cls(
            id=shot.id,
            crop=crop,
            taken=shot.taken,
            camera=shot.camera,
            began=shot.began,
            ended=shot.ended,
        )


class Also(BaseModel):
    """Another time that somebody of the same looks was in view; nobody has confirmed that it is the same."""

    model_config = like(ALSO)

    id: UUID
    likeness: float
    camera: str
    began: datetime
    ended: datetime
    shots: list[Picture]

    def sealed(self, seal: Seal) -> Self:
        return self.model_copy(update={"shots": [shot.sealed(seal) for shot in self.shots]})


class Row(BaseModel):
    """One person who answers; times are UTC, boxes x1 y1 x2 y2 in pixels of the frame."""

    model_config = like(ROW)

    id: UUID
    rank: int
    score: float
    probability: float | None  # that the words are true; null where there are none
    camera: str
    track: int
    began: datetime
    ended: datetime
    taken: datetime
    box: tuple[float, float, float, float]
    crop: str
    description: str  # which of several it answers; empty where there is one
    reasons: list[Because]
    shots: list[Picture]
    also: list[Also]

    def sealed(self, seal: Seal) -> Self:
        shots, also = [shot.sealed(seal) for shot in self.shots], [one.sealed(seal) for one in self.also]
        return self.model_copy(update={"crop": seal(self.crop), "shots": shots, "also": also})


def rows(matches: Sequence[Match], others: Mapping[UUID, Sequence[Shot]], *, first: int = 1) -> list[Row]:
    """The matches in their order, ranked from `first` on; `others` are all shots of the track of each."""
    return [_row(rank, match, others) for rank, match in enumerate(matches, first)]


def _row(rank: int, match: Match, others: Mapping[UUID, Sequence[Shot]]) -> Row:
    shot = match.shot
    return Row(
        id=shot.id,
        rank=rank,
        score=round(match.score, 6),
        probability=None if match.probability is None else round(match.probability, 4),
        camera=shot.camera,
        track=shot.track,
        began=shot.began,
        ended=shot.ended,
        taken=shot.taken,
        box=shot.box,
        crop=Picture.of(shot).crop,
        description=match.description,
        reasons=[
            Because(
                phrase=reason.phrase,
                part=reason.part,
                similarity=round(reason.similarity, 4),
                agreement=round(reason.agreement, 4),
                parts={each.part: round(each.similarity, 4) for each in reason.parts},
            )
            for reason in match.reasons
        ],
        shots=[Picture.of(other) for other in others[shot.id]],
        also=[
            Also(
                id=again.shot.id,
                likeness=round(again.likeness, 4),
                camera=again.shot.camera,
                began=again.shot.began,
                ended=again.shot.ended,
                shots=[Picture.of(other) for other in others[again.shot.id]],
            )
            for again in match.also
        ],
    )
