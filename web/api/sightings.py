"""Sightings: the newest of all, and one with its picture, the frame and clip around it, who looks alike."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel

from pipeline.footage import around
from pipeline.privacy import blur_head, hidden
from storage.accounts.permissions import Action, allowed
from storage.footage.overview import Seen
from storage.types import Where
from web.answering import Answered, answered
from web.examples import SIGHTING, like
from web.media import jpeg, ranged
from web.moments import utc
from web.problems import Problem, unknown
from web.questions import Filters, Sentence, inquiry
from web.rows import ROOT, Glimpse, Picture
from web.seals import Sealed
from web.security import By, CallerOf, Paced, SealOf, Searcher, Viewer
from web.site import SiteOf

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

    model_config = like(SIGHTING)

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


def sealed(
    until: Annotated[int, Query(description="Part of an address that an answer handed out.")] = 0,
    seal: Annotated[str, Query(max_length=64, description="Likewise.")] = "",
    faces: Annotated[bool, Query(description="Likewise.")] = False,
) -> Sealed:
    return Sealed(until, seal, faces)


def faces_shown(
    request: Request,
    found: SeenOf,
    known: CallerOf,
    site: SiteOf,
    address: Annotated[Sealed, Depends(sealed)],
    reason: Because = "",
) -> bool:
    """Whether faces are shown; the look is written down, unless the answer was that handed the address out.

    Raises Problem for a seal that does not hold, ForbiddenError for one that may not see faces.
    """
    if reason or address.faces:
        known.principal.require(Action.UNBLUR)
    path = request.url.path
    if address.seal:
        site.seals.require(path, known.holder, address)
        return address.faces
    told = {"camera": found.shot.camera, "faces": "shown" if reason else "hidden"}
    what = f"view_{path.rpartition('/')[2]}"
    site.audit.append(known.actor, what, str(found.shot.id), **told, reason=reason)
    return bool(reason)


Faces = Annotated[bool, Depends(faces_shown)]


@router.get("")
def newest(
    filters: Annotated[Filters, Query()], principal: Viewer, by: By, site: SiteOf, seal: SealOf
) -> list[Glimpse]:
    """The people who were in view, by the best picture of each, the newest first."""
    zone = site.settings.zone
    where = Where(tuple(filters.camera), utc(filters.after, zone), utc(filters.before, zone))
    if filters.camera:
        allowed(principal, filters.camera, site.overview.cameras(principal.cameras))
    first = (filters.page - 1) * filters.limit
    found = site.overview.latest(principal.cameras, where, limit=filters.limit, offset=first)
    site.audit.append(by, "view_sightings", cameras=filters.camera, shown=[str(shot.id) for shot in found])
    return [Glimpse.seen(shot).sealed(seal) for shot in found]


@router.get("/{id}")
def sighting(found: SeenOf, known: CallerOf, site: SiteOf, reason: Because = "") -> Sighting:
    """What is known of one sighting, and the other pictures of the same person in view.

    The pictures may be looked at for half an hour; with a reason they show faces, to those who may see them.
    """
    if reason:
        known.principal.require(Action.UNBLUR)

    def seal(path: str) -> str:
        return site.seals.address(path, known.holder, faces=bool(reason))

    shot, here = found.shot, f"{ROOT}/sightings/{found.shot.id}"
    shots = site.overview.appearances([shot])[shot.id]
    told = {"camera": shot.camera, "faces": "shown" if reason else "hidden", "reason": reason}
    site.audit.append(
        known.actor, "view_sighting", str(shot.id), **told, shown=[str(each.id) for each in shots]
    )
    after, before = around.span(found)
    return Sighting(
        id=shot.id,
        camera=shot.camera,
        track=shot.track,
        began=shot.began,
        ended=shot.ended,
        taken=shot.taken,
        box=shot.box,
        score=shot.score,
        crop=seal(f"{here}/crop"),
        frame=seal(f"{here}/frame"),
        clip=seal(f"{here}/clip"),
        clip_from=after,
        clip_to=before,
        shots=[Picture.of(each).sealed(seal) for each in shots],
    )


@router.get("/{id}/crop", response_class=Response, responses=JPEG)
def crop(found: SeenOf, faces: Faces, site: SiteOf) -> Response:
    """The person's picture, the head hidden unless a reason is given by somebody who may see it."""
    try:
        image = site.media.get(found.shot.crop)
    except FileNotFoundError:
        raise Problem(410, "the picture of this sighting is not kept any more") from None
    return jpeg(image if faces else blur_head(image), hidden=not faces)


@router.get("/{id}/frame", response_class=Response, responses=JPEG, dependencies=[Paced])
def frame(found: SeenOf, faces: Faces, site: SiteOf) -> Response:
    """The whole frame with a box around the person; heads are hidden as in the crop."""
    camera = site.cameras.get(found.shot.camera)
    fps = (camera and camera.fps) or site.settings.fps
    image = around.still(found, site.settings.segments, fps)
    if not faces:
        (image,) = hidden([image], site.detector())
    return jpeg(around.boxed(image, found.shot.box), hidden=not faces)


@router.get("/{id}/clip", response_class=Response, responses=MP4)
def clip(
    found: SeenOf,
    faces: Faces,
    known: CallerOf,
    site: SiteOf,
    range: Annotated[str | None, Header(max_length=100, description="One range of bytes.")] = None,
) -> Response:
    """The seconds around the sighting, cut when they are asked for; heads are hidden as in the crop."""

    def cut() -> bytes:
        site.pace.spend(known.principal.name)  # here, for a player asks for one clip in many ranges
        images = around.clip(found, site.settings.segments)
        return around.encoded(images if faces else hidden(images, site.detector()))

    data = site.clips.get((found.shot.id, faces), cut)
    return ranged(data, range, hidden=not faces)


@router.get("/{id}/similar", dependencies=[Paced])
def alike(
    id: UUID,
    filters: Annotated[Filters, Query()],
    principal: Searcher,
    by: By,
    site: SiteOf,
    seal: SealOf,
) -> Answered:
    """Who else looks like this person, best first: a search with the sighting as its only example."""
    asked = Sentence(**filters.model_dump(), like=[id])
    return answered(inquiry(asked), principal, by, site).sealed(seal)
