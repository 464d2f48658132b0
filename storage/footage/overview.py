"""What the ledger has, for people who may see some cameras only: every question names those."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, and_, func, literal, or_, select, true

from storage.database.answering import answering
from storage.database.clock import ahead, said
from storage.database.tables import chunks, gaps, open_database, reading, shots
from storage.footage.chunks import Chunk, State
from storage.footage.rows import chunk_of, shot_of
from storage.types import Shot, Where

Visible = frozenset[str] | None  # the cameras that somebody may know of; None: all

_WAITING = (State.QUEUED, State.WATCHING, State.WATCHED, State.INDEXING)
_AT_ONCE = 100  # people in one question: databases limit its length


@dataclass(frozen=True, slots=True)
class Seen:
    """A shot and the chunk of footage that shows it."""

    shot: Shot
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Backlog:
    """What of one camera is not searchable yet."""

    camera: str
    chunks: int
    since: datetime | None  # UTC: when the one that waits longest came into its state
    footage: datetime  # UTC: when the oldest footage that waits was taken


@dataclass(frozen=True, slots=True)
class Age:
    """How old what is kept of one camera is."""

    shots: int
    oldest: datetime | None  # UTC: when the first of them were in view
    older: int  # shots of people who had left before the time that was asked about


class Overview:
    """Every method is one transaction, and raises OSError while the database does not answer."""

    def __init__(self, url: str) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)

    def close(self) -> None:
        self._engine.dispose()

    def sighting(self, identity: UUID, visible: Visible) -> Seen | None:
        """The shot of this id; None for one that is unknown or of a camera that may not be known."""
        mine = shots.c.id == str(identity), _of(shots.c.camera, visible)
        shot = self._rows(select(shots).where(*mine))
        if not shot:
            return None
        chunk = self._rows(select(chunks).where(chunks.c.id == shot[0].chunk))
        return Seen(shot_of(shot[0]), chunk_of(chunk[0]))

    def latest(self, visible: Visible, where: Where, *, limit: int, offset: int = 0) -> list[Shot]:
        """A page of the people in view where and when, by the best shot of each, the newest first."""
        wanted = [shots.c.shot == 0, _of(shots.c.camera, visible)]
        if where.cameras:
            wanted.append(shots.c.camera.in_(where.cameras))
        if where.after is not None:
            wanted.append(shots.c.ended >= where.after)
        if where.before is not None:
            wanted.append(shots.c.began < where.before)
        newest = shots.c.began.desc(), shots.c.id
        query = select(shots).where(*wanted).order_by(*newest).limit(limit).offset(offset)
        return [shot_of(row) for row in self._rows(query)]

    def age(self, camera: str, limit: datetime | None) -> Age:
        """How old the shots of a camera are; without a limit none is too old."""
        older = func.count().filter(shots.c.ended < limit) if limit is not None else literal(0)
        query = select(
            func.count().label("number"), func.min(shots.c.began).label("oldest"), older.label("older")
        )
        (row,) = self._rows(query.where(shots.c.camera == camera))
        return Age(row.number, row.oldest, row.older)

    def appearances(self, some: Iterable[Shot]) -> dict[UUID, tuple[Shot, ...]]:
        """All shots of the people whom these show, by the id that was asked with, best first."""
        wanted = list(some)
        found: dict[tuple[object, ...], list[Shot]] = {}
        columns = (shots.c.camera, shots.c.source, shots.c.began, shots.c.track)
        for start in range(0, len(wanted), _AT_ONCE):
            people = [_person(shot) for shot in wanted[start : start + _AT_ONCE]]
            same = or_(*(and_(*map(_equal, columns, person)) for person in people))
            for row in self._rows(select(shots).where(same).order_by(shots.c.shot)):
                found.setdefault(_person(shot_of(row)), []).append(shot_of(row))
        return {shot.id: tuple(found.get(_person(shot), [shot])) for shot in wanted}

    def jobs(
        self, visible: Visible, states: Collection[State], *, limit: int, offset: int = 0
    ) -> list[Chunk]:
        """A page of the chunks in these states, those that changed last first."""
        query = (
            select(chunks)
            .where(chunks.c.state.in_(states), _of(chunks.c.camera, visible))
            .order_by(chunks.c.changed.desc(), chunks.c.began.desc(), chunks.c.position.desc())
            .limit(limit)
            .offset(offset)
        )
        return [chunk_of(row) for row in self._rows(query)]

    def job(self, identity: str, visible: Visible) -> Chunk | None:
        """The chunk of this id; None as in `sighting`."""
        mine = chunks.c.id == identity, _of(chunks.c.camera, visible)
        found = self._rows(select(chunks).where(*mine))
        return chunk_of(found[0]) if found else None

    def counts(self, visible: Visible) -> dict[State, int]:
        """How many chunks are in each state, states without any included."""
        query = select(chunks.c.state, func.count().label("number")).where(_of(chunks.c.camera, visible))
        found = {row.state: row.number for row in self._rows(query.group_by(chunks.c.state))}
        return {state: found.get(state, 0) for state in State}

    def backlog(self, visible: Visible) -> list[Backlog]:
        """The cameras with footage that is not searchable yet, by name."""
        waiting = chunks.c.state.in_(_WAITING), _of(chunks.c.camera, visible)
        oldest = func.min(chunks.c.changed).label("since"), func.min(chunks.c.began).label("footage")
        query = select(chunks.c.camera, func.count().label("number"), *oldest).where(*waiting)
        rows = self._rows(query.group_by(chunks.c.camera).order_by(chunks.c.camera))
        return [Backlog(row.camera, row.number, row.since, row.footage) for row in rows]

    def cameras(self, visible: Visible) -> dict[str, int]:
        """The cameras that have footage, and how many shots each brought."""
        named = select(chunks.c.camera).where(_of(chunks.c.camera, visible)).distinct()
        query = select(shots.c.camera, func.count().label("number")).group_by(shots.c.camera)
        numbers = {row.camera: row.number for row in self._rows(query)}
        return {row.camera: numbers.get(row.camera, 0) for row in self._rows(named.order_by(chunks.c.camera))}

    def gaps(self) -> dict[str, tuple[int, bool]]:
        """How often each camera's recording stopped, and whether it stands still now."""
        open_now = (func.count() - func.count(gaps.c.ended)).label("open_now")
        query = select(gaps.c.camera, func.count().label("number"), open_now).group_by(gaps.c.camera)
        return {row.camera: (row.number, bool(row.open_now)) for row in self._rows(query)}

    def clock(self) -> str:
        """What is wrong with this machine's clock beside that of the database's server; empty: nothing."""
        with answering():
            return said(ahead(self._engine))

    def _rows(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        with reading(self._engine) as connection:
            return list(connection.execute(query))


def _of(camera: Column[str], visible: Visible) -> ColumnElement[bool]:
    return true() if visible is None else camera.in_(sorted(visible))


def _person(shot: Shot) -> tuple[object, ...]:
    return shot.camera, shot.source, shot.began, shot.track


def _equal(column: Column[Any], value: object) -> ColumnElement[bool]:
    return column == value
