"""What an erasure finds in the ledger, and takes out of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    true,
    update,
)

from storage.casework import erased
from storage.casework.erased import Mentions
from storage.database.tables import chunks, open_database, shots
from storage.footage.chunks import State, is_dead, worker_name
from storage.footage.rows import shot_of
from storage.types import Shot, Where

_AT_WORK = (State.WATCHING, State.INDEXING)
_AT_ONCE = 500  # ids in one question: databases limit its length

_BEGUN, _DONE = "being erased", "erased"  # why a chunk has nothing in it
NOTHING: Mapping[str, str] = {}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to go: everything in view where and when `where` says, or single sightings, or appearances.

    An appearance is named by the id of any of its sightings.
    """

    where: Where | None = None
    sightings: tuple[UUID, ...] = ()
    appearances: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A chunk of footage, as far as an erasure has to know it."""

    id: str
    camera: str
    source: str
    state: State
    worker: str
    at_work: bool  # a worker that lives, as far as can be known, has it
    began: datetime  # UTC
    ended: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger has of a selection."""

    shots: dict[Shot, str]  # with the id of the chunk that brought it
    inside: tuple[Stretch, ...]  # chunks wholly in the time of `where` that were not emptied before


class Erasures:
    """Every method is one transaction; any number of processes may use the same database."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def total(self) -> int:
        """How many shots the ledger has."""
        with self._engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(shots)) or 0

    def cameras(self) -> tuple[str, ...]:
        """The cameras that have footage in the ledger."""
        with self._engine.begin() as connection:
            return tuple(connection.scalars(select(chunks.c.camera).distinct()))

    def find(self, selection: Selection) -> Found:
        """The shots and chunks that `selection` describes."""
        with self._engine.begin() as connection:
            found: dict[Shot, str] = {}
            for wanted in _shots_of(connection, selection):
                for row in connection.execute(select(shots).where(wanted)):
                    found[shot_of(row)] = row.chunk
            where = selection.where
            return Found(found, () if where is None else tuple(self._inside(connection, where)))

    def stretches(self, *, ids: Iterable[str] = (), sources: Iterable[str] = ()) -> list[Stretch]:
        """The chunks with these ids or of these sources, as they are now."""
        with self._engine.begin() as connection:
            return [
                self._stretch(row)
                for column, names in ((chunks.c.id, ids), (chunks.c.source, sources))
                for some in _few(names)
                for row in connection.execute(_stretches().where(column.in_(some)))
            ]

    def mentions(self, where: Where | None, ids: Collection[UUID]) -> Mentions:
        """How many alerts and entries of cases there are of these sightings and of what `where` describes."""
        with self._engine.begin() as connection:
            return erased.mentions(connection, where, ids)

    def handoffs(self, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Chunk and hand-over, of those that have one."""
        for some in _few(ids):
            query = select(chunks.c.id, chunks.c.handoff).where(chunks.c.id.in_(some), chunks.c.handoff != "")
            with self._engine.begin() as connection:
                rows = connection.execute(query).all()
            yield from ((row.id, row.handoff) for row in rows)

    def settle(self, stretches: Iterable[Stretch]) -> None:
        """Leave nothing to watch or to index in these chunks, unless a worker took one up meanwhile."""
        done = {"state": State.INDEXED, "attempts": 0, "worker": "", "lease_until": None, "reason": _BEGUN}
        with self._engine.begin() as connection:
            for each in stretches:
                same = chunks.c.id == each.id, chunks.c.state == each.state, chunks.c.worker == each.worker
                connection.execute(update(chunks).where(*same).values(done))

    def forget(
        self,
        gone: Collection[UUID],
        settled: Iterable[str] = (),
        handoffs: Mapping[str, str] = NOTHING,
        *,
        where: Where | None = None,
    ) -> None:
        """Delete the shots, replace what settled chunks hand over, and never look at these chunks again.

        Alerts and entries of cases of the shots go too, and those of everybody that `where` describes.
        """
        with self._engine.begin() as connection:
            erased.erase(connection, where, gone, self._clock())
            for some in _few(gone):
                connection.execute(delete(shots).where(shots.c.id.in_([str(each) for each in some])))
            for identity, handoff in handoffs.items():
                mine = chunks.c.id == identity, chunks.c.state == State.INDEXED
                connection.execute(update(chunks).where(*mine).values(handoff=handoff))
            for few in _few(settled):
                emptied = chunks.c.id.in_(few), chunks.c.reason == _BEGUN
                connection.execute(update(chunks).where(*emptied).values(reason=_DONE))

    def _inside(self, connection: Connection, where: Where) -> Iterator[Stretch]:
        emptied = and_(chunks.c.state == State.INDEXED, chunks.c.reason == _DONE)
        # The mark behind a recording's end has no footage; it is for whoever is in view before.
        query = _stretches().where(chunks.c.source != "", ~emptied)
        if where.cameras:
            query = query.where(chunks.c.camera.in_(where.cameras))
        if where.after is not None:
            query = query.where(chunks.c.began >= where.after)
        if where.before is not None:
            query = query.where(chunks.c.began <= where.before)
        for row in connection.execute(query):
            stretch = self._stretch(row)
            if where.before is None or stretch.ended <= where.before:
                yield stretch

    def _stretch(self, row: Row[Any]) -> Stretch:
        state = State(row.state)
        overdue = row.lease_until is None or row.lease_until < self._clock()
        at_work = state in _AT_WORK and not overdue and not is_dead(row.worker, worker_name())
        ended = row.began + timedelta(seconds=row.end - row.start)
        return Stretch(row.id, row.camera, row.source, state, row.worker, at_work, row.began, ended)


def _shots_of(connection: Connection, selection: Selection) -> Iterator[ColumnElement[bool]]:
    where = selection.where
    if where is not None:
        yield and_(
            shots.c.camera.in_(where.cameras) if where.cameras else true(),
            true() if where.after is None else shots.c.ended >= where.after,
            true() if where.before is None else shots.c.began <= where.before,
        )
    for some in _few(selection.sightings):
        yield shots.c.id.in_([str(each) for each in some])
    for some in _few(selection.appearances, 100):
        columns = (shots.c.camera, shots.c.source, shots.c.began, shots.c.track)
        named = select(*columns).where(shots.c.id.in_([str(each) for each in some])).distinct()
        people = connection.execute(named).all()
        if people:
            yield or_(*(_is(columns, person) for person in people))


def _is(columns: Sequence[Column[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(columns, values, strict=True)))


def _stretches() -> Select[Any]:
    told = (
        chunks.c.id,
        chunks.c.camera,
        chunks.c.source,
        chunks.c.state,
        chunks.c.worker,
        chunks.c.lease_until,
    )
    return select(*told, chunks.c.began, chunks.c.start, chunks.c.end)


def _few(names: Iterable[T], number: int = _AT_ONCE) -> Iterator[list[T]]:
    rest = iter(names)
    while some := list(islice(rest, number)):
        yield some
