"""What an erasure finds in alerts and cases, and takes out of them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, true, update

from storage.casework.tables import alert_tracks, alerts, case_entries
from storage.types import Where

_AT_ONCE = 500  # ids in one question: databases limit its length

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where people keep something of sightings."""

    alerts: int
    entries: int  # of cases


def mentions(connection: Connection, where: Where | None, ids: Collection[UUID]) -> Mentions:
    """Count what there is of these sightings, and of everybody that `where` describes."""
    return Mentions(*(len(_named(connection, table, where, ids)) for table in (alerts, case_entries)))


def erase(connection: Connection, where: Where | None, ids: Collection[UUID], at: datetime) -> None:
    """Delete the alerts; of the entries of cases stays that there was one, and when it was erased."""
    for some in _few(_named(connection, alerts, where, ids)):
        connection.execute(delete(alert_tracks).where(alert_tracks.c.alert.in_(some)))
        connection.execute(delete(alerts).where(alerts.c.id.in_(some)))
    nothing = dict.fromkeys(("sighting", "camera", "began", "ended", "taken"))
    for some in _few(_named(connection, case_entries, where, ids)):
        mine = update(case_entries).where(case_entries.c.id.in_(some))
        connection.execute(mine.values(**nothing, note="", erased=at))


def _named(connection: Connection, table: Table, where: Where | None, ids: Collection[UUID]) -> list[object]:
    found: dict[object, None] = {}
    for wanted in _wanted(table, where, ids):
        found.update(dict.fromkeys(connection.scalars(select(table.c.id).where(wanted))))
    return list(found)


def _wanted(table: Table, where: Where | None, ids: Collection[UUID]) -> Iterator[ColumnElement[bool]]:
    if where is not None:
        yield and_(
            table.c.camera.in_(where.cameras) if where.cameras else table.c.camera.is_not(None),
            true() if where.after is None else table.c.ended >= where.after,
            true() if where.before is None else table.c.began <= where.before,
        )
    for some in _few(str(each) for each in ids):
        yield table.c.sighting.in_(some)


def _few(names: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(names)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
