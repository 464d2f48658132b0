"""What a recorder tells the database and asks of it: chunks to watch, gaps, segments done with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, insert, literal, select, update

from storage.database.answering import answering
from storage.database.tables import chunks, gaps, open_database
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.footage.rows import chunk_of

_DONE = (State.WATCHED, State.INDEXING, State.INDEXED, State.QUARANTINED)
_AT_ONCE = 500  # names in one question: databases limit its length


@dataclass(frozen=True, slots=True)
class Gap:
    """A time that a camera should have been recorded and was not."""

    camera: str
    began: datetime  # UTC
    ended: datetime | None  # UTC; None: not over yet
    reason: str


class Recordings:
    """Every method is one transaction, and raises OSError while the database does not answer."""

    def __init__(self, url: str) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._ledger = Ledger(url)

    def close(self) -> None:
        self._ledger.close()
        self._engine.dispose()

    def enter(self, planned: Sequence[Chunk]) -> int:
        """Let chunks be watched; return how many the ledger did not know."""
        with answering():
            return self._ledger.plan(planned)

    def open_gap(self, camera: str, began: datetime, reason: str) -> None:
        """Note that the camera's footage stops; a gap that is open already stays as it is."""
        with answering(), self._engine.begin() as connection:
            known = select(gaps.c.id).where(gaps.c.camera == camera, gaps.c.ended.is_(None)).limit(1)
            if connection.scalar(known) is None:
                values = {"camera": camera, "began": began, "ended": None, "reason": reason}
                connection.execute(insert(gaps).values(values))

    def close_gap(self, camera: str, ended: datetime) -> None:
        """Note that the camera's footage goes on; without an open gap nothing changes."""
        mine = update(gaps).where(gaps.c.camera == camera, gaps.c.ended.is_(None))
        with answering(), self._engine.begin() as connection:
            at = literal(ended, gaps.c.ended.type)  # a camera may send again what it sent before the gap
            connection.execute(mine.values(ended=case((gaps.c.began > at, gaps.c.began), else_=at)))

    def gaps(self, camera: str) -> list[Gap]:
        """The gaps of a camera, oldest first."""
        query = select(gaps).where(gaps.c.camera == camera).order_by(gaps.c.began, gaps.c.id)
        with answering(), self._engine.begin() as connection:
            return [Gap(row.camera, row.began, row.ended, row.reason) for row in connection.execute(query)]

    def find(self, source: str) -> Chunk | None:
        """What the ledger knows of a segment."""
        query = select(chunks).where(chunks.c.source == source).limit(1)
        with answering(), self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else chunk_of(row)

    def done_with(self, sources: Sequence[str]) -> set[str]:
        """Which of these segments nobody has to watch any more."""
        found: set[str] = set()
        with answering(), self._engine.begin() as connection:
            for start in range(0, len(sources), _AT_ONCE):
                some = sources[start : start + _AT_ONCE]
                query = select(chunks.c.source).where(chunks.c.source.in_(some), chunks.c.state.in_(_DONE))
                found.update(connection.scalars(query))
        return found
