"""Asking for people: in words, by examples of whom they look like, or both."""

import base64
import binascii
import io
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.types import Image
from pipeline.asking.question import Question, literal, read, refused_terms
from pipeline.examples import PeopleError, cut_out
from pipeline.footage import around
from pipeline.footage.decode import picture
from pipeline.types import Answer, Example
from storage.accounts.audit import Actor
from storage.accounts.permissions import Principal, allowed
from storage.footage.overview import Seen
from web.examples import ANSWERED, SHOT, like
from web.moments import utc
from web.problems import Problem, refused, unknown
from web.rows import Row, rows
from web.seals import Seal
from web.security import By, SealOf, Searcher
from web.site import Site, SiteOf

router = APIRouter(tags=["search"])

LONGEST = 8 << 20  # bytes of a question with a picture in it
_PIXELS = 25_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST = 200  # people on a page
_EXAMPLES = 20

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


class Words(Filters):
    """A question in words, which may be empty beside examples."""

    q: str = Field(
        default="",
        max_length=2000,
        examples=[
            "red coat^2, no bag, at the north gate yesterday after four",
            "red coat; man in a black suit",
        ],
        description='Several descriptions are parted by ";"; "^2" behind a phrase lets it count twice.',
    )
    min_probability: float | None = Field(default=None, ge=0, le=1, description="Default: the model's own.")
    literal: bool = Field(
        default=False, description="Take the whole sentence for what the person looks like."
    )

    @model_validator(mode="after")
    def _of_words(self) -> Self:
        if self.min_probability is not None and not self.q.strip():
            raise ValueError("min_probability is how likely the words are true: give q too, or leave it out")
        return self


class Sentence(Words):
    """A question in words, with sightings as examples."""

    like: list[UUID] = Field(default=[], max_length=_EXAMPLES, description="Sightings of who looks like it.")
    unlike: list[UUID] = Field(default=[], max_length=_EXAMPLES, description="Sightings of who does not.")


class Sample(BaseModel):
    """Somebody to look for, or not: a sighting, somebody else in the frame around it, or a picture."""

    model_config = ConfigDict(extra="forbid")

    sighting: UUID | None = None
    picture: str | None = Field(default=None, description="A JPEG, PNG or WebP, in base64.")
    box: tuple[float, float, float, float] | None = Field(
        default=None,
        description="x1 y1 x2 y2 of one person, in pixels of the picture or of the frame of the sighting.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.sighting is None) == (self.picture is None):
            raise ValueError("give one of sighting and picture")
        return self


class Inquiry(Words):
    """A question in words, by examples, or both: "like this, but in a red jacket"."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"q": "red coat, no bag", "camera": ["north-gate"], "limit": 20},
                {"q": "red coat; man in a black suit^2"},
                {"like": [{"sighting": SHOT}]},
                {"q": "red jacket", "like": [{"sighting": SHOT}], "unlike": [{"sighting": SHOT}]},
                {"like": [{"sighting": SHOT, "box": [412.0, 88.0, 466.0, 240.0]}]},
            ]
        },
    )

    like: list[Sample] = Field(default=[], max_length=_EXAMPLES)
    unlike: list[Sample] = Field(default=[], max_length=_EXAMPLES)


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
    return answered(inquiry(asked), principal, by, site).sealed(seal)


@router.post("/search")
def inquire(asked: Inquiry, principal: Searcher, by: By, site: SiteOf, seal: SealOf) -> Answered:
    """The same as GET, and pictures may be examples.

    A picture in which not exactly one person is found is answered with 422 and the boxes of those who are,
    in `people`; ask again with the box of one.
    """
    return answered(asked, principal, by, site).sealed(seal)


def inquiry(asked: Sentence) -> Inquiry:
    """The same question with its sightings as examples."""
    given = asked.model_dump(exclude={"like", "unlike"})
    wanted, unwanted = ([Sample(sighting=one) for one in some] for some in (asked.like, asked.unlike))
    return Inquiry(**given, like=wanted, unlike=unwanted)


def answered(asked: Inquiry, principal: Principal, by: Actor, site: Site) -> Answered:
    """A page of the answer, with the search written down."""
    zone = site.settings.zone
    with site.meters.stage("read"), refused():
        known = tuple(camera for camera in site.finder.cameras() if principal.sees(camera))
        wanted, unwanted = (
            [_example(sample, principal, site) for sample in some] for some in (asked.like, asked.unlike)
        )
        query = _question(asked, known, site).query(
            cameras=asked.camera,
            after=utc(asked.after, zone),
            before=utc(asked.before, zone),
            limit=site.settings.pool,  # behind those nobody was looked at closely
            min_probability=asked.min_probability,
            like=wanted,
            unlike=unwanted,
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
    shown = [str(each) for row in (*matches, *nearest) for each in (row.id, *(one.id for one in row.also))]
    site.audit.append(by, "search", **entry, shown=shown)
    told |= {"notices": answer.query.notices, "total": len(answer.matches)}
    return Answered(**told, model=answer.model, matches=matches, nearest=nearest)


def _example(sample: Sample, principal: Principal, site: Site) -> Example:
    """Raises Problem for a sighting or a picture that cannot be used, and QueryError for a poor box."""
    if sample.sighting is None:
        return _cut("the picture", _picture(sample.picture or ""), sample, site)
    seen = site.overview.sighting(sample.sighting, principal.cameras)
    if seen is None:
        raise unknown("sighting")
    name = f"sighting {sample.sighting}"
    return (
        _cut(f"the frame of {name}", _frame(seen, site), sample, site)
        if sample.box
        else Example(name, seen.shot.id)
    )


def _cut(name: str, image: Image, sample: Sample, site: Site) -> Example:
    try:
        return Example(name, cut_out(image, name, sample.box, site.detector))
    except PeopleError as error:
        raise Problem(422, str(error), people=error.boxes) from None


def _frame(seen: Seen, site: Site) -> Image:
    camera = site.cameras.get(seen.shot.camera)
    return around.still(seen, site.settings.segments, (camera and camera.fps) or site.settings.fps)


def _question(asked: Inquiry, cameras: tuple[str, ...], site: Site) -> Question:
    if asked.like and not asked.q.strip():
        return Question("", "")
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


def _page(answer: Answer, asked: Inquiry, site: Site) -> tuple[list[Row], list[Row]]:
    first = (asked.page - 1) * asked.limit
    matches = answer.matches[first : first + asked.limit]
    shown = [shot for match in (*matches, *answer.nearest) for shot in match.shots]
    others = site.overview.appearances(shown)
    return rows(matches, others, first=first + 1), rows(answer.nearest, others)


def _picture(text: str) -> Image:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, "the picture is no base64") from None
    return picture(io.BytesIO(data), name="the picture", pixels=_PIXELS, formats=_FORMATS)


def _times(after: datetime | None, before: datetime | None) -> dict[str, Any]:
    named = {"after": after, "before": before}
    return {name: time.isoformat() for name, time in named.items() if time is not None}
