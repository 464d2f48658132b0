"""The audit log: who did what and when, in a chain of hashes in which no entry can be changed unseen.

An entry's hash is the SHA-256 of the canonical JSON (sorted keys, no spaces, ASCII) of all its other fields,
`previous`, the hash of the entry before, among them. The newest number and hash are kept beside the log, so
a missing end shows too; whoever can rewrite the whole database is found out by a head kept elsewhere.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, true, update
from sqlalchemy.exc import DBAPIError

from storage.accounts.tables import audit, audit_head
from storage.database.tables import open_database, reading, twice
from storage.errors import DamagedError

GENESIS = "0" * 64  # what the first entry calls the hash before it
PAGE = 1000  # entries read at a time

Details = Mapping[str, Any]  # plain values that JSON knows


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    name: str  # an account; "os:NAME" at the command line; "passerby" for what the schedule does
    address: str = ""  # IP address; empty at the command line


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log at some time."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or len(digest) != 64:
            raise ValueError(f'"{text.strip()}" is no head of the audit log: expected NUMBER:HASH')
        return cls(int(number), digest)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    number: int  # 1, 2, 3, ...
    at: datetime  # UTC
    who: str
    action: str
    subject: str
    details: Details
    address: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries are wanted; what is empty does not matter."""

    who: str = ""
    action: str = ""
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: `fault` is empty when every entry is there as it was written."""

    entries: int  # sound ones before the fault
    head: Head | None  # the end of the log; None while it is empty
    broken: int | None = None  # number of the first entry that is wrong or missing
    fault: str = ""


def write(
    connection: Connection, at: datetime, actor: Actor, action: str, subject: str = "", **details: Any
) -> Head:
    """Append an entry in the caller's transaction, so that what was done and its trace stand or fall as one.

    Run the transaction with `tables.twice`: two processes may both write the first entry. Raises
    DamagedError when the log has lost its head, ValueError for details that JSON cannot say.
    """
    query = select(audit_head.c.number, audit_head.c.hash).with_for_update()  # others wait for this row
    head = connection.execute(query).one_or_none()
    if head is None and connection.scalar(select(func.count()).select_from(audit)):
        head = connection.execute(query).one_or_none()  # somebody wrote the first entry in between
        if head is None:
            raise DamagedError("the audit log has lost its head: run passerby audit verify, restore a backup")
    number, previous = (1, GENESIS) if head is None else (head.number + 1, head.hash)
    row = {
        "number": number,
        "at": _text(at),
        "who": _storable(actor.name),
        "action": action,
        "subject": _storable(subject),
        "details": _canonical(details),
        "address": _storable(actor.address),
        "previous": previous,
    }
    row["hash"] = _digest(row)
    values = {"number": number, "hash": row["hash"]}
    if head is None:
        connection.execute(insert(audit_head).values(id=1, **values))
    else:
        connection.execute(update(audit_head).values(values))
    connection.execute(insert(audit).values(row))
    return Head(number, str(row["hash"]))


class Audit:
    """Every method is one transaction, `verify` and `all` many; any number of processes may append."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def append(self, actor: Actor, action: str, subject: str = "", **details: Any) -> Head:
        """Write down that it happened; on return it is kept. Raises as `write` does."""
        at = self._clock()
        return twice(
            self._engine, lambda connection: write(connection, at, actor, action, subject, **details)
        )

    def newest(self, sought: Sought, *, limit: int = 100, below: int | None = None) -> list[Entry]:
        """The newest entries; `below` the number of the last one shown gives the next page."""
        wanted = _matching(sought)
        if below is not None:
            wanted.append(audit.c.number < below)
        query = select(audit).where(*wanted).order_by(audit.c.number.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def all(self, sought: Sought) -> Iterator[Entry]:
        """Every entry that is wanted, oldest first, however many there are."""
        last = 0
        while True:
            wanted = [audit.c.number > last, *_matching(sought)]
            query = select(audit).where(*wanted).order_by(audit.c.number).limit(PAGE)
            with reading(self._engine) as connection:
                page = [_entry(row) for row in connection.execute(query)]
            if not page:
                return
            yield from page
            last = page[-1].number

    def verify(self, kept: Sequence[Head] = ()) -> Verdict:
        """Check every entry against the one before, the end against the head, and heads `kept` elsewhere."""
        promised = {head.number: head.hash for head in kept}
        last = Head(0, GENESIS)
        while True:
            with reading(self._engine) as connection:
                head = connection.execute(select(audit_head.c.number, audit_head.c.hash)).one_or_none()
                page = _page(connection, last.number)
            for row in page:
                fault = _fault(row, last) or _promise(row, promised)
                if fault is not None:
                    return Verdict(last.number, None, last.number + 1, fault)
                last = Head(row["number"], row["hash"])
            if not page:
                break
        end = Head(0, GENESIS) if head is None else Head(head.number, head.hash)
        if end.number > last.number:
            return Verdict(last.number, None, last.number + 1, "it and all after it are missing")
        if end != last:
            return Verdict(last.number, None, max(end.number, 1), "it is not the end that the head tells of")
        if promised and max(promised) > last.number:
            return Verdict(last.number, None, last.number + 1, "a head kept elsewhere knows more entries")
        return Verdict(last.number, last if last.number else None)


def as_json(entry: Entry) -> str:
    """The entry as a line of JSON; without `hash`, and with `details` as text, it is what was hashed."""
    record = {name: getattr(entry, name) for name in Entry.__slots__}
    return _canonical({**record, "at": _text(entry.at)})


def _page(connection: Connection, last: int) -> list[dict[str, Any]]:
    """The entries after `last`; one that the database itself cannot read has the reason instead of fields."""
    query = select(audit).order_by(audit.c.number)
    after = audit.c.number > last if last else true()  # entries below 1 are for `_fault` to find
    try:
        return [dict(row._mapping) for row in connection.execute(query.where(after).limit(PAGE))]
    except (DBAPIError, UnicodeDecodeError, ValueError):
        numbers = select(audit.c.number).where(after).order_by(audit.c.number).limit(PAGE)
        return [_one(connection, number) for number in connection.scalars(numbers).all()]


def _one(connection: Connection, number: int) -> dict[str, Any]:
    try:
        found = connection.execute(select(audit).where(audit.c.number == number)).one()
    except (DBAPIError, UnicodeDecodeError, ValueError) as error:
        return {"number": number, "unreadable": str(error)}
    return dict(found._mapping)


def _fault(row: Mapping[str, Any], last: Head) -> str | None:
    if row["number"] != last.number + 1:
        return "it is missing" if row["number"] > last.number else f"an entry {row['number']} was put in"
    if "unreadable" in row:
        return "it cannot be read"
    if row["previous"] != last.hash:
        return "it does not follow the entry before it"
    if row["hash"] != _digest(row):
        return "it was changed"
    return None


def _promise(row: Mapping[str, Any], promised: Mapping[int, str]) -> str | None:
    known = promised.get(row["number"], row["hash"])
    return None if known == row["hash"] else "it is not the one of a head kept elsewhere"


def _matching(sought: Sought) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if sought.who:
        wanted.append(audit.c.who == sought.who)
    if sought.action:
        wanted.append(audit.c.action == sought.action)
    if sought.after is not None:
        wanted.append(audit.c.at >= _text(sought.after))
    if sought.before is not None:
        wanted.append(audit.c.at <= _text(sought.before))
    return wanted


def _digest(row: Mapping[str, Any]) -> str:
    hashed = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(_canonical(hashed).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _text(at: datetime) -> str:
    """Always of one length, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _storable(text: str) -> str:
    """Names of users and files may hold bytes that no database takes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _entry(row: Row[Any]) -> Entry:
    fields = {**row._mapping, "at": datetime.fromisoformat(row.at), "details": json.loads(row.details)}
    return Entry(**fields)
