"""Cases: folders of sightings with notes, shared with whom their owner names."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from storage.accounts.permissions import Action, Principal
from storage.casework.cases import Case, Entry, Reader
from web.api.saved import whose
from web.examples import CASE, CASE_ENTRY, WHOLE_CASE, like
from web.paging import PagingOf
from web.problems import Problem, refused, unknown
from web.repeats import Repeatable
from web.rows import ROOT
from web.seals import Seal
from web.security import By, SealOf, allowed
from web.site import Site, SiteOf
from web.tags import EditOf, tag_of

router = APIRouter(prefix="/cases", tags=["cases"], route_class=Repeatable)

Keeper = Annotated[Principal, Depends(allowed(Action.KEEP_CASES))]
Note = Annotated[str, Field(max_length=5000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Shown(BaseModel):
    """A case."""

    model_config = like(CASE)

    id: int
    name: str
    notes: str
    owner: str
    members: list[str]  # accounts with whom the owner shares it
    opened: datetime
    closed: datetime | None
    entries: int  # that you may see

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls.model_validate(case, from_attributes=True)

    @property
    def edited(self) -> "Shown":
        """What of it is edited as one; entries are by themselves."""
        return self.model_copy(update={"entries": 0})


class ShownEntry(BaseModel):
    """A sighting in a case; of one that was erased only that there was one."""

    model_config = like(CASE_ENTRY)

    id: int
    sighting: UUID | None
    crop: str | None
    camera: str
    began: datetime | None
    ended: datetime | None
    taken: datetime | None
    note: str
    added: datetime
    added_by: str
    erased: datetime | None
    etag: str  # goes into `If-Match` of a change of this entry

    @classmethod
    def of(cls, entry: Entry, seal: Seal) -> Self:
        kept = cls.model_fields.keys() - {"crop", "etag"}
        crop = None if entry.sighting is None else seal(f"{ROOT}/sightings/{entry.sighting}/crop")
        etag = tag_of(Noted(note=entry.note))
        return cls(**{name: getattr(entry, name) for name in kept}, crop=crop, etag=etag)


class Whole(BaseModel):
    """A case with what is in it, by time."""

    model_config = like(WHOLE_CASE)

    case: Shown
    entries: list[ShownEntry]


class Wanted(BaseModel):
    """A case to open."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "bicycle thefts", "notes": "since May"}]}
    )

    name: Name
    notes: Note = ""


class Changes(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"notes": "see page 3"}, {"members": ["olga"]}]}
    )

    name: Name | None = None
    notes: Note | None = None
    closed: bool | None = None
    members: Annotated[list[str] | None, Field(max_length=100, description="Accounts that share it.")] = None


class Added(BaseModel):
    """A sighting to put in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"sighting": "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f", "note": "with the bicycle"}]
        },
    )

    sighting: UUID
    note: Note = ""


class Noted(BaseModel):
    """Another note for an entry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "with the bicycle"}]})

    note: Note


@router.get("")
def cases(principal: Keeper, site: SiteOf, paging: PagingOf) -> list[Shown]:
    """Those that one owns or shares; an administrator who sees every camera is shown all."""
    return [Shown.of(case) for case in paging.of(site.cases.all(reader(principal)))]


@router.post("", status_code=201)
def open_case(wanted: Wanted, principal: Keeper, by: By, site: SiteOf) -> Shown:
    """Open a case of one's own."""
    with refused():
        made = site.cases.open(by, principal.name, wanted.name, wanted.notes)
    return Shown.of(known(made, principal, site))


@router.get("/{id}")
def case(id: Number, principal: Keeper, by: By, site: SiteOf, seal: SealOf, edit: EditOf) -> Whole:
    """A case with its entries on cameras that one may see; its ETag goes into `If-Match` of a change."""
    found = known(id, principal, site)
    entries = site.cases.entries(id, principal.cameras)
    shown = [str(entry.sighting) for entry in entries if entry.sighting is not None]
    site.audit.append(by, "view_case", str(id), shown=shown)
    edit.shown(Shown.of(found).edited)
    return Whole(case=Shown.of(found), entries=[ShownEntry.of(entry, seal) for entry in entries])


@router.patch("/{id}")
def change(id: Number, changes: Changes, principal: Keeper, by: By, site: SiteOf, edit: EditOf) -> Shown:
    """Change what is given; only its owner shares it, closes it and opens it again."""
    found = known(id, principal, site)
    edit.require(Shown.of(found).edited)
    if changes.closed is not None or changes.members is not None:
        _require_owner(found, principal)
    for name in changes.members or ():
        account = site.accounts.acting(name)
        if name.startswith("os:") or account is None or not account.may(Action.KEEP_CASES):
            raise Problem(422, f"there is no account {name} in use that may keep cases")
    with refused():
        if changes.closed is False:
            site.cases.set_closed(by, id, False)
        if changes.name is not None or changes.notes is not None:
            site.cases.change(by, id, name=changes.name, notes=changes.notes)
        if changes.members is not None:
            site.cases.share(by, id, changes.members)
        if changes.closed:
            site.cases.set_closed(by, id, True)
    changed = Shown.of(known(id, principal, site))
    edit.shown(changed.edited)
    return changed


@router.delete("/{id}", status_code=204)
def remove(id: Number, principal: Keeper, by: By, site: SiteOf, edit: EditOf) -> None:
    """Forget a case with its notes; the sightings stay where they are."""
    found = known(id, principal, site)
    _require_owner(found, principal)
    edit.require(Shown.of(found).edited)
    with refused():
        site.cases.remove(by, id)


@router.post("/{id}/entries", status_code=201)
def add(id: Number, added: Added, principal: Keeper, by: By, site: SiteOf, seal: SealOf) -> ShownEntry:
    """Put a sighting in; one that is in it already keeps its note."""
    known(id, principal, site)
    seen = site.overview.sighting(added.sighting, principal.cameras)
    if seen is None:
        raise unknown("sighting")
    with refused():
        made = site.cases.add(by, id, seen.shot, added.note)
    return ShownEntry.of(_entry(id, made, principal, site), seal)


@router.patch("/{id}/entries/{entry}")
def note(
    id: Number,
    entry: Number,
    noted: Noted,
    principal: Keeper,
    by: By,
    site: SiteOf,
    seal: SealOf,
    edit: EditOf,
) -> ShownEntry:
    """Write another note; the `etag` of the entry goes into `If-Match`."""
    known(id, principal, site)
    edit.require(Noted(note=_entry(id, entry, principal, site).note))
    with refused():
        site.cases.write_note(by, id, entry, noted.note)
    return ShownEntry.of(_entry(id, entry, principal, site), seal)


@router.delete("/{id}/entries/{entry}", status_code=204)
def take_out(id: Number, entry: Number, principal: Keeper, by: By, site: SiteOf, edit: EditOf) -> None:
    """Take an entry out; its sighting stays where it is."""
    known(id, principal, site)
    edit.require(Noted(note=_entry(id, entry, principal, site).note))
    with refused():
        site.cases.take_out(by, id, entry)


def reader(principal: Principal) -> Reader:
    return Reader(whose(principal), principal.cameras)


def known(identity: int, principal: Principal, site: Site) -> Case:
    """Raises Problem for one that is not there, or neither owned nor shared."""
    found = site.cases.get(identity, reader(principal))
    if found is None:
        raise unknown("case")
    return found


def _entry(case: int, entry: int, principal: Principal, site: Site) -> Entry:
    for found in site.cases.entries(case, principal.cameras):
        if found.id == entry:
            return found
    raise unknown("entry")


def _require_owner(case: Case, principal: Principal) -> None:
    if whose(principal) not in (None, case.owner):
        raise Problem(403, f"only {case.owner}, whose case it is, or an administrator does this")
