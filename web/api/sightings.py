"""One sighting: what is known of it, its picture, the frame and the clip around it, who looks alike."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel

from pipeline.privacy import blur_head
from storage.accounts.audit import Actor
from storage.accounts.permissions import Action, Principal
from storage.footage.overview import Seen
from web import footage
from web.api.search import Answered, Filters, similar
from web.faces import hidden
from web.media import jpeg, ranged
from web.problems import Problem, unknown
from web.rows import ROOT, Picture
from web.security import By, Searcher, Viewer
from web.site import Site, SiteOf

router = APIRouter(prefix="/sightings", tags=["sightings"])

GONE: dict[int | str, dict[str, Any]] = {410: {"description": "The footage is not kept any more"}}
JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}, "description": "A JPEG"},
    **GONE,
}
MP4: dict[int | str, dict[str, Any]] = {
    200: {"content": {"video/mp4": {}}, "description": "An MP4"},
    206: {"content": {"video/mp4": {}}, "description": "The range that was asked for"},
    **GONE,
}

Because = Annotated[
    str, Query(max_length=500, description="Why faces have to be seen; without it they are hidden.")
]


class Sighting(BaseModel):
    """A sighting; times are UTC, the box x1 y1 x2 y2 in pixels of the frame."""

    id: UUID
    camera: str
    track: int
    began: datetime
    ended: datetime
    taken: datetime
    box: tuple[float, float, float, float]
    score: float  # of the detector
    crop: str
    frame: str
    clip: str
    clip_from: datetime
    clip_to: datetime
    shots: list[Picture]


def seen(id: UUID, principal: Viewer, site: SiteOf) -> Seen:
    """The one door to a sighting: what is not there and what may not be seen are the same."""
    found = site.overview.sighting(id, principal.cameras)
    if found is None:
        raise unknown("sighting")
    return found


SeenOf = Annotated[Seen, Depends(seen)]


@router.get("/{id}")
def sighting(found: SeenOf, by: By, site: SiteOf) -> Sighting:
    """What is known of one sighting, and the other pictures of the same person in view."""
    shot, here = found.shot, f"{ROOT}/sightings/{found.shot.id}"
    site.audit.append(by, "view_sighting", str(shot.id), camera=shot.camera)
    after, before = footage.span(found)
    return Sighting(
        id=shot.id,
        camera=shot.camera,
        track=shot.track,
        began=shot.began,
        ended=shot.ended,
        taken=shot.taken,
        box=shot.box,
        score=shot.score,
        crop=f"{here}/crop",
        frame=f"{here}/frame",
        clip=f"{here}/clip",
        clip_from=after,
        clip_to=before,
        shots=[Picture.of(each) for each in site.overview.appearances([shot])[shot.id]],
    )


@router.get("/{id}/crop", response_class=Response, responses=JPEG)
def crop(found: SeenOf, principal: Viewer, by: By, site: SiteOf, reason: Because = "") -> Response:
    """The person's picture, the head hidden unless a reason is given by somebody who may see it."""
    _note("crop", found, principal, by, site, reason=reason)
    try:
        image = site.media.get(found.shot.crop)
    except FileNotFoundError:
        raise Problem(410, "the picture of this sighting is not kept any more") from None
    return jpeg(image if reason else blur_head(image), hidden=not reason)


@router.get("/{id}/frame", response_class=Response, responses=JPEG)
def frame(found: SeenOf, principal: Viewer, by: By, site: SiteOf, reason: Because = "") -> Response:
    """The whole frame with a box around the person; heads are hidden as in the crop."""
    _note("frame", found, principal, by, site, reason=reason)
    camera = site.cameras.get(found.shot.camera)
    fps = (camera and camera.fps) or site.settings.fps
    image = footage.still(found, site.settings.segments, fps)
    if not reason:
        (image,) = hidden([image], site.detector())
    return jpeg(footage.boxed(image, found.shot.box), hidden=not reason)


@router.get("/{id}/clip", response_class=Response, responses=MP4)
def clip(
    found: SeenOf,
    principal: Viewer,
    by: By,
    site: SiteOf,
    reason: Because = "",
    range: Annotated[str | None, Header(max_length=100, description="One range of bytes.")] = None,
) -> Response:
    """The seconds around the sighting, cut when they are asked for; heads are hidden as in the crop."""
    _note("clip", found, principal, by, site, reason=reason)

    def cut() -> bytes:
        images = footage.clip(found, site.settings.segments)
        return footage.encoded(images if reason else hidden(images, site.detector()))

    data = site.clips.get((found.shot.id, bool(reason)), cut)
    return ranged(data, range, hidden=not reason)


@router.get("/{id}/similar")
def alike(
    id: UUID, filters: Annotated[Filters, Query()], principal: Searcher, by: By, site: SiteOf
) -> Answered:
    """Who else looks like this person, best first."""
    return similar(id, filters, principal, by, site)


def _note(what: str, found: Seen, principal: Principal, by: Actor, site: Site, *, reason: str) -> None:
    """Write the view down before it is given; raises ForbiddenError for one that may not see faces."""
    if reason:
        principal.require(Action.UNBLUR)
    told = {"camera": found.shot.camera, "faces": "shown" if reason else "hidden"}
    site.audit.append(by, f"view_{what}", str(found.shot.id), **told, reason=reason)
