"""Questions answered: read, looked for where the caller may look, written down, and told in two stages."""

import base64
import binascii
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from models.types import Image
from pipeline import lacking
from pipeline.asking.question import Question, literal, read, refused_terms
from pipeline.examples import PeopleError, cut_out
from pipeline.footage import around
from pipeline.footage.decode import picture
from pipeline.search import Nearest
from pipeline.types import Answer, Example, Query
from storage.accounts.audit import Actor
from storage.accounts.permissions import Principal, allowed
from storage.footage.overview import Seen
from web.examples import ANSWERED, NEAR, like
from web.moments import utc
from web.problems import Problem, refused, unknown
from web.questions import Inquiry, Sample
from web.rows import Glimpse, Row, rows
from web.seals import Seal
from web.site import Site

_PIXELS = 25_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")

NOWHERE: tuple[str, ...] = ("",)  # no camera has this name, so no filter mistakes it for every camera


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


class Near(BaseModel):
    """Who is nearest at the first look; the answer puts them in order, and leaves out who does not match."""

    model_config = like(NEAR)

    query: str
    chips: list[ChipShown] = []
    notices: list[str] = []
    nearest: list[Glimpse]

    def sealed(self, seal: Seal) -> "Near":
        return self.model_copy(update={"nearest": [one.sealed(seal) for one in self.nearest]})


@dataclass(frozen=True, slots=True)
class _Read:
    """A question, understood."""

    query: Query
    entry: dict[str, Any]  # of the audit log
    told: dict[str, Any]  # with every answer

    @property
    def nowhere(self) -> bool:
        return self.query.cameras is NOWHERE


def answered(asked: Inquiry, principal: Principal, by: Actor, site: Site) -> Answered:
    """A page of the answer, with the search written down."""
    known = _understood(asked, principal, site)
    return _answered(known, None if known.nowhere else _near(known, site), asked, by, site)


def in_stages(asked: Inquiry, principal: Principal, by: Actor, site: Site) -> Iterator[Near | Answered]:
    """The same with the nearest people before it. Whom each shows is written down before it is told."""
    known = _understood(asked, principal, site)
    nearest = None if known.nowhere else _near(known, site)
    first = (asked.page - 1) * asked.limit
    shots = nearest.shots(first + asked.limit)[first:] if nearest else ()
    site.audit.append(by, "search", **known.entry, stage="nearest", shown=[str(shot.id) for shot in shots])
    told = {name: known.told[name] for name in ("query", "chips")}
    yield Near(**told, notices=list(known.query.notices), nearest=[Glimpse.seen(shot) for shot in shots])
    yield _answered(known, nearest, asked, by, site, stage="answer")


def _understood(asked: Inquiry, principal: Principal, site: Site) -> _Read:
    """Raises Problem, QueryError and UnknownCameraError."""
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
    chips = [ChipShown.model_validate(chip, from_attributes=True) for chip in query.chips]
    entry = {"text": query.asked, "cameras": list(cameras), **_times(query.after, query.before)}
    told: dict[str, Any] = {"query": query.asked, "chips": chips, "page": asked.page}
    if cameras is NOWHERE:
        notices = (*query.notices, "There is no footage of a camera that you may see yet.")
        return _Read(replace(query, cameras=cameras, notices=notices), entry, told)
    return _Read(lacking.told(replace(query, cameras=cameras), site.overview, site.clock()), entry, told)


def _near(known: _Read, site: Site) -> Nearest:
    with site.meters.stage("near"), refused():
        return site.finder.near(known.query)


def _answered(
    known: _Read, nearest: Nearest | None, asked: Inquiry, by: Actor, site: Site, **entry: str
) -> Answered:
    if nearest is None:
        site.audit.append(by, "search", **known.entry, **entry, shown=[])
        return Answered(**known.told, model="", notices=list(known.query.notices), matches=[], total=0)
    with site.meters.stage("look"):
        answer = site.finder.look(nearest)
    with site.meters.stage("rows"):
        matches, rest = _page(answer, asked, site)
    shown = [str(each) for row in (*matches, *rest) for each in (row.id, *(one.id for one in row.also))]
    site.audit.append(by, "search", **known.entry, **entry, shown=shown)
    told = {**known.told, "notices": list(answer.query.notices), "total": len(answer.matches)}
    return Answered(**told, model=answer.model, matches=matches, nearest=rest)


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
