"""Deleting people for good, with proof."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.keeping.erasure import erase
from pipeline.keeping.survey import Request, survey
from storage.accounts.audit import Sought
from storage.accounts.permissions import Action, Principal
from storage.footage.erasures import Selection
from storage.types import Where
from web.examples import OUTCOME, PAST, like
from web.moments import utc
from web.paging import Below
from web.problems import refused
from web.repeats import Repeatable
from web.security import By, allowed, require_whole
from web.site import Site, SiteOf

Eraser = Annotated[Principal, Depends(allowed(Action.ERASE))]

router = APIRouter(prefix="/erasures", tags=["privacy"], route_class=Repeatable)


class Erasure(BaseModel):
    """What is to go: everybody of cameras and a time, or sightings, or whole appearances.

    A dry run counts; to erase, say as `yes` how many sightings go.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "camera": ["north-gate"],
                    "before": "2026-03-01T00:00",
                    "reason": "request 17",
                    "dry_run": True,
                }
            ]
        },
    )

    camera: list[str] = Field(default=[], max_length=1000)
    after: datetime | None = None
    before: datetime | None = None
    sightings: list[UUID] = Field(default=[], max_length=10_000)
    appearances: list[UUID] = Field(default=[], max_length=10_000)
    reason: Annotated[str, Field(max_length=500)] = ""
    dry_run: bool = False
    yes: Annotated[int, Field(ge=0, description="How many sightings go.")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self._ranged() and (self.sightings or self.appearances):
            raise ValueError("name cameras and a time, or sightings, not both")
        if not self.dry_run and self.yes is None:
            raise ValueError("ask with dry_run first, then say the number of sightings that go as yes")
        return self

    def _ranged(self) -> bool:
        return bool(self.camera or self.after or self.before)

    def selection(self, site: Site) -> Selection:
        """What an erasure is told."""
        zone = site.settings.zone
        times = utc(self.after, zone), utc(self.before, zone)
        where = Where(tuple(self.camera), *times) if self._ranged() else None
        return Selection(where, tuple(self.sightings), tuple(self.appearances))


class Counted(BaseModel):
    """How much there is of it."""

    sightings: int
    shots: int
    crops: int
    segments: int
    alerts: int
    entries: int  # of cases


class Outcome(BaseModel):
    """What would go, or went."""

    model_config = like(OUTCOME)

    erased: bool
    number: int  # sightings that go, by the ledger or the index that knows of more
    before: Counted
    after: Counted | None  # counted again; null for a dry run
    remains: list[str]  # what is still there and why
    entry: int | None  # of the audit log, where the same stands


class Past(BaseModel):
    """An erasure that was done, as the audit log has it."""

    model_config = like(PAST)

    entry: int
    at: datetime
    who: str
    reason: str
    selection: dict[str, Any]
    before: Counted
    after: Counted
    remains: list[str]


@router.get("")
def erasures(
    principal: Eraser,
    site: SiteOf,
    below: Below = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Past]:
    """The reports of what was erased, the newest first."""
    require_whole(principal)
    found = site.audit.newest(Sought(action="erased"), limit=limit, below=below)
    return [Past(entry=each.number, at=each.at, who=each.who, **each.details) for each in found]


@router.post("")
def erasure(asked: Erasure, principal: Eraser, by: By, site: SiteOf) -> Outcome:
    """Count what an erasure would reach, or erase it from vectors, crops, kept footage and ledger."""
    confirmed = None if asked.dry_run else asked.yes
    with refused():
        request = Request(
            asked.selection(site), principal, by.address, reason=asked.reason, confirmed=confirmed
        )
        with site.upkeep.stores() as stores:
            found = survey(stores.erasure, request)
            report = None if asked.dry_run else erase(stores.erasure, request)
    if report is None:
        site.audit.append(by, "survey_erasure", number=found.number, reason=asked.reason)
    else:
        site.clips.clear()
    return Outcome(
        erased=report is not None,
        number=found.number,
        before=Counted.model_validate(found.before, from_attributes=True),
        after=Counted.model_validate(report.after, from_attributes=True) if report else None,
        remains=list(report.remains if report else found.remains),
        entry=report.number if report else None,
    )
