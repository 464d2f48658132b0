"""The audit log: who did what, and whether the log of it is whole."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from storage.accounts.audit import Sought, as_json
from storage.accounts.permissions import Action, Principal
from web.examples import ENTRY, VERDICT, like
from web.moments import utc
from web.paging import Below
from web.security import By, allowed
from web.site import Site, SiteOf

router = APIRouter(prefix="/audit", tags=["audit"])

Reader = Annotated[Principal, Depends(allowed(Action.READ_AUDIT))]


class Filter(BaseModel):
    """Which entries are wanted."""

    model_config = ConfigDict(extra="forbid")

    who: str = ""
    action: str = ""
    after: datetime | None = None
    before: datetime | None = None


class Entry(BaseModel):
    """One line of the log."""

    model_config = like(ENTRY)

    number: int
    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str
    hash: str


class Verdict(BaseModel):
    """Whether every entry is there as it was written."""

    model_config = like(VERDICT)

    sound: bool
    entries: int  # sound ones before the fault
    head: str  # number and hash of the newest; keep it elsewhere
    broken: int | None
    fault: str


class Paged(Filter):
    """A page of them."""

    below: Below = None
    limit: Annotated[int, Query(ge=1, le=1000)] = 100


@router.get("")
def entries(asked: Annotated[Paged, Query()], _: Reader, site: SiteOf) -> list[Entry]:
    """The newest entries first."""
    found = site.audit.newest(_sought(asked, site), limit=asked.limit, below=asked.below)
    return [Entry(**{name: getattr(one, name) for name in Entry.model_fields}) for one in found]


@router.get("/verify")
def verify(_: Reader, site: SiteOf) -> Verdict:
    """Check the whole chain."""
    found = site.audit.verify()
    head = "" if found.head is None else str(found.head)
    told = {name: value for name, value in asdict(found).items() if name != "head"}
    return Verdict(sound=not found.fault, head=head, **told)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "An entry each line"}},
)
def export(asked: Annotated[Filter, Query()], _: Reader, by: By, site: SiteOf) -> StreamingResponse:
    """The entries as lines of JSON, oldest first."""
    sought = _sought(asked, site)
    site.audit.append(by, "export_audit", sought=asked.model_dump(mode="json", exclude_defaults=True))
    lines: Iterator[str] = (as_json(entry) + "\n" for entry in site.audit.all(sought))
    headers = {"Content-Disposition": 'attachment; filename="audit.ndjson"'}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


def _sought(asked: Filter, site: Site) -> Sought:
    zone = site.settings.zone
    return Sought(asked.who, asked.action, utc(asked.after, zone), utc(asked.before, zone))
