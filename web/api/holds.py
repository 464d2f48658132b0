"""Legal holds: footage that nothing may delete."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from storage.accounts.permissions import Action, Principal
from web.examples import HOLD, like
from web.moments import utc
from web.paging import PagingOf
from web.problems import Problem, refused, unknown
from web.repeats import Repeatable
from web.security import By, allowed
from web.site import SiteOf

router = APIRouter(prefix="/holds", tags=["privacy"], route_class=Repeatable)

Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_HOLDS))]


class Wanted(BaseModel):
    """What is to be kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"camera": "north-gate", "after": "2026-03-01", "before": "2026-03-02", "reason": "case 4711"}
            ]
        },
    )

    camera: Annotated[str | None, Field(max_length=64, description="null: every camera")] = None
    after: datetime | None = None
    before: datetime | None = None
    reason: Annotated[str, Field(max_length=500)]


class Shown(BaseModel):
    """A hold."""

    model_config = like(HOLD)

    id: int
    camera: str | None
    after: datetime | None
    before: datetime | None
    reason: str
    placed: datetime
    lifted: datetime | None


@router.get("")
def holds(principal: Manager, site: SiteOf, paging: PagingOf) -> list[Shown]:
    """Every hold there ever was, oldest first."""
    seen = [hold for hold in site.holds.all() if hold.camera is None or principal.sees(hold.camera)]
    return [Shown.model_validate(hold, from_attributes=True) for hold in paging.of(seen)]


@router.post("", status_code=201)
def place(wanted: Wanted, principal: Manager, by: By, site: SiteOf) -> Shown:
    """Forbid that footage is deleted."""
    whole = principal.cameras is None
    if not whole and (wanted.camera is None or not principal.sees(wanted.camera)):
        raise Problem(403, "your account is limited to some cameras: name one of them")
    zone = site.settings.zone
    times = utc(wanted.after, zone), utc(wanted.before, zone)
    with refused():
        hold = site.holds.place(by, wanted.camera, *times, wanted.reason)
    return Shown.model_validate(hold, from_attributes=True)


@router.delete("/{id}", status_code=204)
def lift(id: int, principal: Manager, by: By, site: SiteOf) -> None:
    """End a hold."""
    known = {hold.id: hold for hold in site.holds.in_force()}
    hold = known.get(id)
    if hold is None or not (principal.cameras is None or (hold.camera and principal.sees(hold.camera))):
        raise unknown("hold")
    site.holds.lift(by, id)
