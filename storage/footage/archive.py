"""The ledger looked through as a whole, to find what other stores have lost and let it be made again."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from storage.database.answering import answering
from storage.database.tables import chunks, open_database, shots
from storage.footage.chunks import State
from storage.footage.rows import shot_of
from storage.types import Shot

PAGE = 500  # shots or ids in one question: databases limit its length


@dataclass(frozen=True, slots=True)
class Recording:
    """All chunks of one recording that were cut alike; their people are handed on from one to the next."""

    camera: str
    fingerprint: str
    version: str
    places: tuple[str, ...]  # where its footage is, or was


class Archive:
    """Raises OSError while the database does not answer."""

    def __init__(self, url: str) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)

    def close(self) -> None:
        self._engine.dispose()

    def indexed(self) -> Iterator[dict[Shot, str]]:
        """Every shot that is said to be in the index, a page at a time, with the id of its chunk."""
        last = ""
        while True:
            query = (
                select(shots)
                .join(chunks, chunks.c.id == shots.c.chunk)
                .where(chunks.c.state == State.INDEXED, shots.c.id > last)
                .order_by(shots.c.id)
                .limit(PAGE)
            )
            page = self._rows(query)
            if not page:
                return
            last = page[-1].id
            yield {shot_of(row): row.chunk for row in page}

    def days(self, camera: str) -> Iterator[date]:
        """The days, in UTC, from the camera's first shot to its last."""
        (row,) = self._rows(
            select(func.min(shots.c.began).label("first"), func.max(shots.c.began).label("last")).where(
                shots.c.camera == camera
            )
        )
        if row.first is None:
            return
        for ahead in range((row.last.date() - row.first.date()).days + 1):
            yield row.first.date() + timedelta(days=ahead)

    def of_day(self, camera: str, day: date) -> dict[Shot, str]:
        """The camera's shots of people first seen on this day of UTC, with the ids of their chunks."""
        began = datetime.combine(day, time(), UTC)
        query = select(shots).where(
            shots.c.camera == camera, shots.c.began >= began, shots.c.began < began + timedelta(days=1)
        )
        return {shot_of(row): row.chunk for row in self._rows(query)}

    def count(self, camera: str) -> int:
        """How many shots the camera has."""
        with answering(), self._engine.begin() as connection:
            query = select(func.count()).select_from(shots).where(shots.c.camera == camera)
            return connection.scalar(query) or 0

    def still(self, some: Collection[Shot]) -> set[Shot]:
        """Those of the shots that the ledger still has."""
        known: set[str] = set()
        for ids in _pages(str(shot.id) for shot in some):
            known.update(row.id for row in self._rows(select(shots.c.id).where(shots.c.id.in_(ids))))
        return {shot for shot in some if str(shot.id) in known}

    def index_again(self, ids: Iterable[str]) -> int:
        """Let these chunks be indexed again that are said to be indexed; return how many those were."""
        return sum(
            self._change(and_(chunks.c.id.in_(some), chunks.c.state == State.INDEXED), State.WATCHED)
            for some in _pages(ids)
        )

    def recordings(self, ids: Iterable[str]) -> list[Recording]:
        """The recordings that these chunks are part of."""
        named = (chunks.c.camera, chunks.c.fingerprint, chunks.c.version)
        found = {
            (row.camera, row.fingerprint, row.version): None
            for some in _pages(ids)
            for row in self._rows(select(*named).where(chunks.c.id.in_(some)).distinct())
        }
        return [self._recording(*key) for key in found]

    def watch_again(self, recording: Recording) -> int:
        """Let the whole recording be watched again, for people are handed on from its first chunk."""
        return self._change(
            _part_of(recording.camera, recording.fingerprint, recording.version), State.QUEUED
        )

    def _recording(self, camera: str, fingerprint: str, version: str) -> Recording:
        mine = _part_of(camera, fingerprint, version)
        places = self._rows(select(chunks.c.source).where(mine, chunks.c.source != "").distinct())
        return Recording(camera, fingerprint, version, tuple(row.source for row in places))

    def _change(self, which: ColumnElement[bool], state: State) -> int:
        values: dict[str, Any] = {"state": state, "attempts": 0, "worker": "", "lease_until": None}
        if state is State.QUEUED:
            values["handoff"] = ""
        with answering(), self._engine.begin() as connection:
            again = update(chunks).where(which).values(**values, reason="", changed=datetime.now(UTC))
            return connection.execute(again).rowcount

    def _rows(self, query: Any) -> list[Any]:
        with answering(), self._engine.begin() as connection:
            return list(connection.execute(query))


def _part_of(camera: str, fingerprint: str, version: str) -> ColumnElement[bool]:
    return and_(chunks.c.camera == camera, chunks.c.fingerprint == fingerprint, chunks.c.version == version)


def _pages(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    for start in range(0, len(every), PAGE):
        yield every[start : start + PAGE]
