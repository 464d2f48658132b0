"""Asking for people: by a sentence, by somebody who was found, by a picture."""

import base64
import binascii
import io
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query
from PIL import Image as Pictures
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.types import Image
from pipeline.asking.question import Question, literal, read, refused_terms
from pipeline.types import Answer
from storage.accounts.audit import Actor
from storage.accounts.permissions import Principal, allowed
from storage.types import Where
from web.examples import ANSWERED, like
from web.moments import utc
from web.problems import Problem, refused, unknown
from web.rows import Row, rows
from web.seals import Seal
from web.security import By, SealOf, Searcher
from web.site import Site, SiteOf

router = APIRouter(tags=["search"])

LONGEST = 8 << 20  # bytes of a question with a picture in it
_PIXELS = 25_000_000
_MOST = 200  # people on a page

NOWHERE: tuple[str, ...] = ("",)  # no camera has this name, so no filter mistakes it for every camera


class Filters(BaseModel):
    """Where and when, and how much of the answer."""

    model_config = ConfigDict(extra="forbid")

    camera: list[str] = Field(
        default=[], max_length=1000, description="Only these; in place of the sentence's."
    )
    after: datetime | None = Field(default=None, description="Without an offset: the clock of the site.")
    before: datetime | None = None
    limit: int = Field(default=20, ge=1, le=_MOST)
    page: int = Field(default=1, ge=1, le=1000)


class Sentence(Filters):
    """A question in words."""

    q: str = Field(max_length=2000, examples=["red coat at the north gate yesterday after four"])
    min_probability: float | None = Field(default=None, ge=0, le=1, description="Default: the model's own.")
    literal: bool = Field(
        default=False, description="Take the whole sentence for what the person looks like."
    )


class Inquiry(Filters):
    """A question in words, or one of who looks like somebody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"q": "red coat, no bag", "camera": ["north-gate"], "limit": 20},
                {"like": "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"},
            ]
        },
    )

    q: str | None = Field(default=None, max_length=2000)
    min_probability: float | None = Field(default=None, ge=0, le=1)
    literal: bool = False
    like: UUID | None = Field(default=None, description="A sighting.")
    picture: str | None = Field(default=None, description="A JPEG, PNG or WebP of one person, in base64.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.q, self.like, self.picture)) != 1:
            raise ValueError("give one of q, like and picture")
        return self


class ChipShown(BaseModel):
    """A part of the sentence that was understood as more than description."""

    kind: str
    text: str
    meaning: str
    start: int
    end: int


class Answered(BaseModel):
    """A page of people, best first; `nearest` is filled when nobody matches."""

    model_config = like(ANSWERED)

    query: str
    model: str
    chips: list[ChipShown] = []
    notices: list[str] = []
    matches: list[Row]
    nearest: list[Row] = []
    total: int
    page: int

    def sealed(self, seal: Seal) -> "Answered":
        """The same with pictures for whoever asked; the entry of the search names the people shown."""
        matches, nearest = ([row.sealed(seal) for row in some] for some in (self.matches, self.nearest))
        return self.model_copy(update={"matches": matches, "nearest": nearest})


@router.get("/search")
def ask(
    asked: Annotated[Sentence, Query()], principal: Searcher, by: By, site: SiteOf, seal: SealOf
) -> Answered:
    """Find people by description; the sentence may also name cameras and a time."""
    return _described(asked, principal, by, site).sealed(seal)


@router.post("/search")
def inquire(asked: Inquiry, principal: Searcher, by: By, site: SiteOf, seal: SealOf) -> Answered:
    """The same as GET, or find who looks like a sighting or a picture."""
    return _inquired(asked, principal, by, site).sealed(seal)


def _inquired(asked: Inquiry, principal: Principal, by: Actor, site: Site) -> Answered:
    filters = {name: getattr(asked, name) for name in Filters.model_fields}
    if asked.q is not None:
        sentence = Sentence(
            q=asked.q, min_probability=asked.min_probability, literal=asked.literal, **filters
        )
        return _described(sentence, principal, by, site)
    if asked.picture is not None:
        return likeness(_picture(asked.picture), "a picture", asked, principal, by, site)
    assert asked.like is not None, "one of the three is there"
    return similar(asked.like, asked, principal, by, site)


def similar(sighting: UUID, filters: Filters, principal: Principal, by: Actor, site: Site) -> Answered:
    """Who looks like a sighting, without the person themselves."""
    seen = site.overview.sighting(sighting, principal.cameras)
    if seen is None:
        raise unknown("sighting")
    try:
        picture = site.media.get(seen.shot.crop)
    except FileNotFoundError:
        raise Problem(410, "the picture of this sighting is not kept any more") from None
    return likeness(picture, f"sighting {sighting}", filters, principal, by, site, shown=seen.shot.id)


def likeness(
    picture: Image,
    name: str,
    filters: Filters,
    principal: Principal,
    by: Actor,
    site: Site,
    *,
    shown: UUID | None = None,
) -> Answered:
    """Who looks like the person in a picture; `shown` is the sighting that it is of."""
    zone = site.settings.zone
    after, before = utc(filters.after, zone), utc(filters.before, zone)
    cameras = _visible(principal, filters.camera, site)
    told = {"like": name, "cameras": list(cameras), **_times(after, before)}
    if cameras is NOWHERE:
        site.audit.append(by, "search", **told, shown=[])
        return Answered(query=name, model="", matches=[], total=0, page=filters.page)
    with site.meters.stage("find"):
        found = site.finder.like(picture, Where(cameras, after, before), site.settings.pool)
    with site.meters.stage("rows"):
        first = (filters.page - 1) * filters.limit
        others = site.overview.appearances([match.shot for match in found])
        if shown is not None:
            found = [match for match in found if shown not in {each.id for each in others[match.shot.id]}]
        page = rows(found[first : first + filters.limit], others, first=first + 1, sure=False)
    site.audit.append(by, "search", **told, shown=[str(row.id) for row in page])
    model, _ = site.finder.held()
    return Answered(query=name, model=model, matches=page, total=len(found), page=filters.page)


def _described(asked: Sentence, principal: Principal, by: Actor, site: Site) -> Answered:
    zone = site.settings.zone
    with site.meters.stage("read"), refused():
        known = tuple(camera for camera in site.finder.cameras() if principal.sees(camera))
        question = _question(asked, known, site)
        query = question.query(
            cameras=asked.camera,
            after=utc(asked.after, zone),
            before=utc(asked.before, zone),
            limit=site.settings.pool,  # behind those nobody was looked at closely
            min_probability=asked.min_probability,
        )
        cameras = _visible(principal, query.cameras, site)
    entry = {"text": query.asked, "cameras": list(cameras), **_times(query.after, query.before)}
    chips = [ChipShown.model_validate(chip, from_attributes=True) for chip in query.chips]
    told: dict[str, Any] = {"query": query.asked, "chips": chips, "page": asked.page}
    if cameras is NOWHERE:
        site.audit.append(by, "search", **entry, shown=[])
        notices = [*query.notices, "There is no footage of a camera that you may see yet."]
        return Answered(**told, model="", notices=notices, matches=[], total=0)
    with site.meters.stage("find"), refused():
        answer = site.finder.find(replace(query, cameras=cameras))
    with site.meters.stage("rows"):
        matches, nearest = _page(answer, asked, site)
    site.audit.append(by, "search", **entry, shown=[str(row.id) for row in (*matches, *nearest)])
    told |= {"notices": query.notices, "total": len(answer.matches)}
    return Answered(**told, model=answer.model, matches=matches, nearest=nearest)


def _question(asked: Sentence, cameras: tuple[str, ...], site: Site) -> Question:
    terms = refused_terms(site.settings.refused_terms)
    if asked.literal:
        return literal(asked.q, terms)
    return read(asked.q, cameras, site.clock(), zone=site.settings.zone, refused=terms)


def _visible(principal: Principal, wanted: list[str] | tuple[str, ...], site: Site) -> tuple[str, ...]:
    """The cameras to search; empty: all. Raises UnknownCameraError."""
    if principal.cameras is None and not wanted:
        return ()
    known = site.finder.cameras()
    if not wanted and not any(principal.sees(camera) for camera in known):
        return NOWHERE
    return allowed(principal, wanted, known)


def _page(answer: Answer, asked: Sentence, site: Site) -> tuple[list[Row], list[Row]]:
    first = (asked.page - 1) * asked.limit
    matches = answer.matches[first : first + asked.limit]
    others = site.overview.appearances([match.shot for match in (*matches, *answer.nearest)])
    return rows(matches, others, first=first + 1), rows(answer.nearest, others)


def _picture(text: str) -> Image:
    try:
        data = base64.b64decode(text, validate=True)
        with Pictures.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > _PIXELS:
                raise Problem(422, f"the picture has over {_PIXELS:,} pixels: cut the person out")
            return np.asarray(picture.convert("RGB"))
    except (binascii.Error, OSError, SyntaxError, ValueError, Pictures.DecompressionBombError):
        raise Problem(422, "this is no JPEG, PNG or WebP in base64") from None


def _times(after: datetime | None, before: datetime | None) -> dict[str, Any]:
    named = {"after": after, "before": before}
    return {name: time.isoformat() for name, time in named.items() if time is not None}
