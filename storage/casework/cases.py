"""Cases: folders of sightings that somebody confirmed, with notes, shared with whom the owner names."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, true, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.casework.tables import case_entries, case_members, cases
from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice
from storage.footage.overview import Visible
from storage.types import Shot

T = TypeVar("T")


class CaseError(ValueError):
    """The case, or what is asked of it, cannot be."""


@dataclass(frozen=True, slots=True)
class Case:
    """A folder of sightings."""

    id: int
    name: str
    notes: str
    owner: str  # an account, or os:NAME
    members: tuple[str, ...]  # accounts with whom the owner shares it
    opened: datetime  # UTC
    closed: datetime | None  # UTC; None: open
    entries: int  # that whoever asked may see


@dataclass(frozen=True, slots=True)
class Entry:
    """A sighting in a case, or the trace of one that was erased."""

    id: int
    sighting: UUID | None  # None, as all times and the camera: it was erased
    camera: str
    began: datetime | None  # UTC
    ended: datetime | None  # UTC
    taken: datetime | None  # UTC
    note: str
    added: datetime  # UTC
    added_by: str
    erased: datetime | None  # UTC


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose cases are meant, and what of them may be seen."""

    name: str | None  # None: everybody's
    visible: Visible


class Cases:
    """Every method is one transaction, and raises OSError while the database does not answer.

    Changes leave their trace in the audit log; whether `by` may make them is the caller's to know. A case
    that is closed refuses them with CaseError, and so does one that is not there.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def all(self, reader: Reader) -> list[Case]:
        """The cases that `reader` owns or is a member of, open ones first, the newest at the front."""
        order = cases.c.closed.is_not(None), cases.c.opened.desc(), cases.c.id.desc()
        with reading(self._engine) as connection:
            rows = connection.execute(select(cases).where(_of(reader)).order_by(*order)).all()
            return [_case(connection, row, reader.visible) for row in rows]

    def get(self, identity: int, reader: Reader) -> Case | None:
        """One case; None for one that is unknown or not the reader's."""
        with reading(self._engine) as connection:
            row = connection.execute(select(cases).where(_of(reader), cases.c.id == identity)).one_or_none()
            return None if row is None else _case(connection, row, reader.visible)

    def entries(self, identity: int, visible: Visible) -> list[Entry]:
        """The entries by the time of their pictures, those that were erased last."""
        query = (
            select(case_entries)
            .where(case_entries.c.case == identity, _seen(visible))
            .order_by(case_entries.c.taken.is_(None), case_entries.c.taken, case_entries.c.id)
        )
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def open(self, by: Actor, owner: str, name: str, notes: str = "") -> int:
        """Make a case and return its number."""
        now = self._clock()

        def work(connection: Connection) -> int:
            row = {"name": _named(name), "notes": notes, "owner": owner, "opened": now}
            made: int = connection.execute(insert(cases).values(row).returning(cases.c.id)).scalar_one()
            audit.write(connection, now, by, "open_case", str(made), name=name, owner=owner)
            return made

        return self._write(work)

    def change(self, by: Actor, identity: int, *, name: str | None = None, notes: str | None = None) -> None:
        """Rename it or write other notes; None leaves what there is."""
        given = {"name": None if name is None else _named(name), "notes": notes}
        values = {field: value for field, value in given.items() if value is not None}

        def work(connection: Connection) -> None:
            _require_open(connection, identity)
            if values:
                connection.execute(update(cases).where(cases.c.id == identity).values(values))
                self._told(connection, by, "change_case", identity, changed=sorted(values))

        self._write(work)

    def set_closed(self, by: Actor, identity: int, closed: bool) -> None:
        """Close it, after which nothing in it can be changed, or open it again."""

        def work(connection: Connection) -> None:
            row = _require(connection, identity)
            if (row.closed is not None) is not closed:
                value = self._clock() if closed else None
                connection.execute(update(cases).where(cases.c.id == identity).values(closed=value))
                self._told(connection, by, "close_case" if closed else "reopen_case", identity)

        self._write(work)

    def share(self, by: Actor, identity: int, members: Collection[str]) -> None:
        """Share it with these accounts and no others."""
        names = sorted(set(members))

        def work(connection: Connection) -> None:
            row = _require_open(connection, identity)
            connection.execute(delete(case_members).where(case_members.c.case == identity))
            others = [{"case": identity, "name": name} for name in names if name != row.owner]
            if others:
                connection.execute(insert(case_members), others)
            self._told(connection, by, "share_case", identity, members=[each["name"] for each in others])

        self._write(work)

    def remove(self, by: Actor, identity: int) -> None:
        """Forget the case with its notes; the sightings stay where they are."""

        def work(connection: Connection) -> None:
            row = _require(connection, identity)
            for table in (case_entries, case_members):
                connection.execute(delete(table).where(table.c.case == identity))
            connection.execute(delete(cases).where(cases.c.id == identity))
            self._told(connection, by, "remove_case", identity, name=row.name, owner=row.owner)

        self._write(work)

    def add(self, by: Actor, identity: int, shot: Shot, note: str = "") -> int:
        """Put a sighting in and return the number of its entry; one that is in it keeps that and its note."""
        now, sighting = self._clock(), str(shot.id)
        mine = case_entries.c.case == identity, case_entries.c.sighting == sighting

        def work(connection: Connection) -> int:
            _require_open(connection, identity)
            known = connection.scalar(select(case_entries.c.id).where(*mine))
            if known is not None:
                return int(known)
            row = {
                "case": identity,
                "sighting": sighting,
                "camera": shot.camera,
                "began": shot.began,
                "ended": shot.ended,
                "taken": shot.taken,
                "note": note,
                "added": now,
                "added_by": by.name,
            }
            made: int = connection.execute(
                insert(case_entries).values(row).returning(case_entries.c.id)
            ).scalar_one()
            self._told(connection, by, "add_to_case", identity, sighting=sighting, camera=shot.camera)
            return made

        return self._write(work)

    def write_note(self, by: Actor, identity: int, entry: int, note: str) -> None:
        """Replace the note of an entry that was not erased."""

        def work(connection: Connection) -> None:
            _require_open(connection, identity)
            mine = (
                case_entries.c.id == entry,
                case_entries.c.case == identity,
                case_entries.c.erased.is_(None),
            )
            if not connection.execute(update(case_entries).where(*mine).values(note=note)).rowcount:
                raise CaseError("the sighting of this entry was erased, and nothing can be noted of it")
            self._told(connection, by, "note_in_case", identity, entry=entry)

        self._write(work)

    def take_out(self, by: Actor, identity: int, entry: int) -> None:
        """Take an entry out; the sighting stays where it is."""

        def work(connection: Connection) -> None:
            _require_open(connection, identity)
            mine = case_entries.c.id == entry, case_entries.c.case == identity
            row = connection.execute(select(case_entries).where(*mine)).one_or_none()
            if row is None:
                raise CaseError(f"the case has no entry {entry}")
            connection.execute(delete(case_entries).where(*mine))
            self._told(connection, by, "take_out_of_case", identity, sighting=row.sighting)

        self._write(work)

    def _told(self, connection: Connection, by: Actor, action: str, identity: int, **told: Any) -> None:
        audit.write(connection, self._clock(), by, action, str(identity), **told)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with answering():
            return twice(self._engine, work)


def _of(reader: Reader) -> ColumnElement[bool]:
    if reader.name is None:
        return true()
    shared = select(case_members.c.case).where(case_members.c.name == reader.name)
    return or_(cases.c.owner == reader.name, cases.c.id.in_(shared))


def _seen(visible: Visible) -> ColumnElement[bool]:
    """What was erased has no camera any more, and shows nothing to anybody."""
    if visible is None:
        return true()
    return or_(case_entries.c.camera.in_(sorted(visible)), case_entries.c.camera.is_(None))


def _case(connection: Connection, row: Row[Any], visible: Visible) -> Case:
    named = select(case_members.c.name).where(case_members.c.case == row.id).order_by(case_members.c.name)
    mine = and_(case_entries.c.case == row.id, _seen(visible))
    number = connection.scalar(select(func.count()).select_from(case_entries).where(mine)) or 0
    members = tuple(connection.scalars(named))
    return Case(row.id, row.name, row.notes, row.owner, members, row.opened, row.closed, number)


def _entry(row: Row[Any]) -> Entry:
    fields: Mapping[str, Any] = {name: getattr(row, name) for name in Entry.__slots__}
    sighting = None if row.sighting is None else UUID(row.sighting)
    return Entry(**{**fields, "sighting": sighting, "camera": row.camera or ""})


def _require(connection: Connection, identity: int) -> Row[Any]:
    row = connection.execute(select(cases).where(cases.c.id == identity).with_for_update()).one_or_none()
    if row is None:
        raise CaseError(f"there is no case {identity}: passerby cases list shows them")
    return row


def _require_open(connection: Connection, identity: int) -> Row[Any]:
    row = _require(connection, identity)
    if row.closed is not None:
        raise CaseError(f"case {identity} is closed: open it again to change it")
    return row


def _named(name: str) -> str:
    if not name.strip():
        raise CaseError("a case needs a name")
    return name.strip()
