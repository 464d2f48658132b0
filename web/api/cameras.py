"""Cameras: their names for whoever searches, all of them for whoever looks after them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline.footage.sources import is_stream, redact
from pipeline.privacy import hidden
from pipeline.recording.cameras import Corners, camera
from pipeline.recording.glance import glance
from storage.accounts.audit import Actor
from storage.accounts.permissions import Action, Principal
from storage.footage.cameras import Camera
from web.addresses import check
from web.examples import CAMERA, PLAN, like
from web.media import jpeg
from web.paging import PagingOf
from web.problems import Problem, unknown
from web.repeats import Repeatable
from web.security import By, Paced, Searcher, allowed
from web.site import Site, SiteOf
from web.tags import CHANGED, EditOf

router = APIRouter(prefix="/cameras", tags=["cameras"], route_class=Repeatable)

Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_CAMERAS))]

EXAMPLE: dict[str, Any] = {
    "name": "north-gate",
    "url": "rtsp://user:password@192.0.2.7/stream",
    "fps": 5,
    "hours": "mon-fri 07:00-19:00",
    "retention_days": 30,
}
Address = Annotated[str, Field(max_length=2000)]


class Changes(BaseModel):
    """What is to be another way; zones and masks have corners as shares of the picture's sides."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"retention_days": 14, "enabled": True}]}
    )

    url: Address | None = None
    fps: float | None = None
    zones: tuple[Corners, ...] = Field(default=(), max_length=50)
    masks: tuple[Corners, ...] = Field(default=(), max_length=50)
    hours: Annotated[str, Field(max_length=500)] = ""
    retention_days: int | None = Field(default=None, le=36500)
    batch: bool = False
    enabled: bool = True


class Wanted(Changes):
    """A camera to enter."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Annotated[str, Field(max_length=64)]
    url: Address


class Plan(BaseModel):
    """How a camera is recorded and watched."""

    model_config = like(PLAN)

    url: str  # without its password
    fps: float | None
    zones: tuple[tuple[tuple[float, float], ...], ...]
    masks: tuple[tuple[tuple[float, float], ...], ...]
    hours: str
    retention_days: int | None
    batch: bool
    enabled: bool
    source: str  # "file": it stands in cameras.toml and is changed there


class Named(BaseModel):
    """A camera that was entered, or that has footage."""

    model_config = like(CAMERA)

    name: str
    people: int  # shots of people in the ledger
    plan: Plan | None  # null for who may not look after cameras, and for footage that was only ingested


@router.get("")
def cameras(principal: Searcher, site: SiteOf, paging: PagingOf) -> list[Named]:
    """The cameras that may be named in a question."""
    people = site.overview.cameras(principal.cameras)
    plans = {each.name: each for each in site.cameras.all() if principal.sees(each.name)}
    manages = principal.may(Action.MANAGE_CAMERAS)
    return [
        Named(
            name=name,
            people=people.get(name, 0),
            plan=_plan(plans[name]) if manages and name in plans else None,
        )
        for name in paging.of(sorted({*people, *plans}))
    ]


@router.get("/{name}")
def one(name: str, principal: Manager, site: SiteOf, edit: EditOf) -> Named:
    """One camera; its ETag goes into `If-Match` of a change."""
    return edit.shown(_named(_known(name, principal, site), site))


@router.post("", status_code=201)
def add(wanted: Wanted, principal: Manager, by: By, site: SiteOf) -> Named:
    """Enter a camera; a recorder that runs picks it up."""
    if not principal.sees(wanted.name):
        raise Problem(403, "your account is limited to some cameras and this is none of them")
    check(wanted.url)
    entered = camera(wanted.model_dump(), "database")
    if not site.cameras.add(entered):
        raise Problem(409, f"there is a camera {wanted.name} already: give another name, or change that one")
    return _told(entered, "add_camera", by, site)


@router.patch("/{name}")
def change(name: str, changes: Changes, principal: Manager, by: By, site: SiteOf, edit: EditOf) -> Named:
    """Change what is given and leave the rest."""
    known = _mine(name, principal, site)
    edit.require(_named(known, site))
    wanted = changes.model_dump(exclude_unset=True)
    if wanted.get("url", "") is None:
        raise Problem(422, "url: a camera needs an address")
    if "url" in wanted:
        check(wanted["url"])
    fields = {field: getattr(known, field) for field in Changes.model_fields}
    changed = camera({"name": name, **fields, **wanted}, "database")
    if not site.cameras.change(known, changed):
        raise Problem(412, CHANGED)
    return edit.shown(_told(changed, "change_camera", by, site))


@router.delete("/{name}", status_code=204)
def remove(name: str, principal: Manager, by: By, site: SiteOf, edit: EditOf) -> None:
    """Forget a camera; its footage and its people stay."""
    edit.require(_named(_mine(name, principal, site), site))
    site.cameras.remove(name)
    site.audit.append(by, "remove_camera", name)


@router.get(
    "/{name}/frame",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
    dependencies=[Paced],
)
def frame(name: str, principal: Manager, by: By, site: SiteOf) -> Response:
    """What the camera sees now, with heads hidden: to test it, and to draw zones on it."""
    known = _known(name, principal, site)
    if is_stream(known.url):
        check(known.url)
    site.audit.append(by, "view_camera", name)
    (image,) = hidden([glance(known.url).image], site.detector())
    return jpeg(image, hidden=True)


def _known(name: str, principal: Principal, site: Site) -> Camera:
    known = site.cameras.get(name) if principal.sees(name) else None
    if known is None:
        raise unknown("camera")
    return known


def _mine(name: str, principal: Principal, site: Site) -> Camera:
    known = _known(name, principal, site)
    if known.source == "file":
        raise Problem(409, f"the camera {name} stands in a cameras.toml: change it there")
    return known


def _told(changed: Camera, action: str, by: Actor, site: Site) -> Named:
    site.audit.append(by, action, changed.name, **_plan(changed).model_dump(mode="json"))
    return _named(changed, site)


def _named(known: Camera, site: Site) -> Named:
    people = site.overview.cameras(frozenset({known.name})).get(known.name, 0)
    return Named(name=known.name, people=people, plan=_plan(known))


def _plan(known: Camera) -> Plan:
    fields = {name: getattr(known, name) for name in Plan.model_fields}
    return Plan(**{**fields, "url": redact(known.url)})
