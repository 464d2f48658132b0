"""The ledger: which chunks of footage there are, who works on them, and what they brought.

State, leases and attempts live here and not in a queue, so losing the queue loses nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, insert, select, update

from storage.casework import fresh
from storage.database.answering import answering
from storage.database.tables import chunks, open_database, shots, twice
from storage.errors import LeaseLostError
from storage.footage.chunks import Chunk, State, is_dead
from storage.footage.rows import chunk_of, chunk_row, shot_of, shot_row
from storage.types import Shot

ATTEMPTS = 3  # after which a chunk is set aside

Step = Literal["watch", "index"]

# step: (waiting for it, at work on it)
STEPS: dict[Step, tuple[State, State]] = {
    "watch": (State.QUEUED, State.WATCHING),
    "index": (State.WATCHED, State.INDEXING),
}
WAITING = {busy: waiting for waiting, busy in STEPS.values()}


def now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """Every method is one transaction, and raises OSError while the database does not answer.

    Any number of processes may use the same database. A chunk that `claim` returned carries its lease: the
    methods that finish it raise LeaseLostError, and change nothing, when the lease ran out and another
    worker took over.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = now) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def plan(self, planned: Iterable[Chunk]) -> int:
        """Enter the chunks that are not in the ledger yet; return how many those were.

        A known chunk stays as it is, except that its source is looked for where it was planned last.
        """
        wanted = {chunk.id: chunk for chunk in planned}

        def enter(connection: Connection) -> int:
            fresh = 0
            for identity, chunk in wanted.items():
                moved = update(chunks).where(chunks.c.id == identity).values(source=chunk.source)
                if not connection.execute(moved).rowcount:
                    entered = replace(chunk, changed=self._clock())
                    connection.execute(insert(chunks).values(chunk_row(entered)))
                    fresh += 1
            return fresh

        with answering():
            return twice(self._engine, enter)

    def claim(self, step: Step, worker: str, lease: timedelta) -> Chunk | None:
        """Give `worker` (see `worker_name`) the oldest chunk that waits for `step`, or None.

        Chunks of a source are watched in order, each after the one before has been watched or set aside,
        since open tracks are handed over. A chunk whose worker died, or let its lease run out, is given
        out again; the third time it is quarantined instead.
        """
        if worker.count(":") < 2:
            raise ValueError(f"{worker!r} is no worker's name: pass what worker_name() returns")
        waiting, busy = STEPS[step]
        with self._begin() as connection:
            self._take_back(connection, busy, worker)
            ready: list[ColumnElement[bool]] = [chunks.c.state == waiting]
            if step == "watch":
                ready.append(~_waits_for_another())
            query = (
                select(chunks)
                .where(*ready)
                .order_by(chunks.c.began, chunks.c.position, chunks.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            found = chunk_of(row)
            claimed = replace(
                found,
                state=busy,
                attempts=found.attempts + 1,
                worker=worker,
                lease_until=self._clock() + lease,
                changed=self._clock(),
            )
            connection.execute(update(chunks).where(chunks.c.id == found.id).values(chunk_row(claimed)))
            return claimed

    def renew(self, chunk: Chunk, lease: timedelta) -> Chunk:
        """Hold on to the chunk for another `lease` from now."""
        renewed = replace(chunk, lease_until=self._clock() + lease)
        with self._begin() as connection:
            self._settle(connection, chunk, lease_until=renewed.lease_until)
        return renewed

    def complete_watch(self, chunk: Chunk, found: Sequence[Shot], handoff: str) -> None:
        """Replace the chunk's shots by `found`, keep `handoff` for the next chunk, and let it be indexed."""
        with self._begin() as connection:
            self._settle(
                connection,
                chunk,
                state=State.WATCHED,
                attempts=0,
                worker="",
                lease_until=None,
                handoff=handoff,
            )
            connection.execute(delete(shots).where(shots.c.chunk == chunk.id))
            _keep(connection, chunk, found)

    def complete_index(self, chunk: Chunk) -> None:
        """Note that every shot of the chunk is in the index, and is to be compared with saved searches."""
        with self._begin() as connection:
            self._settle(connection, chunk, state=State.INDEXED, attempts=0, worker="", lease_until=None)
            fresh.note(connection, chunk, self._clock())

    def fail(self, chunk: Chunk, reason: str, permanent: bool) -> None:
        """Let the step be tried again or, when `permanent` or tried three times, quarantine the chunk."""
        aside = permanent or chunk.attempts >= ATTEMPTS
        state = State.QUARANTINED if aside else WAITING[chunk.state]
        with self._begin() as connection:
            self._settle(connection, chunk, state=state, reason=reason, worker="", lease_until=None)

    def release(self, chunk: Chunk) -> None:
        """Give the chunk back unfinished without counting the attempt, as when somebody stops the worker."""
        with self._begin() as connection:
            self._settle(
                connection,
                chunk,
                state=WAITING[chunk.state],
                attempts=chunk.attempts - 1,
                worker="",
                lease_until=None,
            )

    def handoff_before(self, chunk: Chunk) -> str:
        """What the nearest watched chunk before left open; empty for the first of a source.

        A chunk that could not be watched is passed over: whoever was in view before it is handed on, and
        numbers go on where they were.
        """
        query = (
            select(chunks.c.handoff)
            .where(
                chunks.c.camera == chunk.camera,
                chunks.c.fingerprint == chunk.fingerprint,
                chunks.c.version == chunk.version,
                chunks.c.position < chunk.position,
                chunks.c.handoff != "",
            )
            .order_by(chunks.c.position.desc())
            .limit(1)
        )
        with self._begin() as connection:
            return connection.scalar(query) or ""

    def shots(self, chunk: Chunk) -> list[Shot]:
        """The shots that watching the chunk brought, by track, best first."""
        query = select(shots).where(shots.c.chunk == chunk.id).order_by(shots.c.track, shots.c.shot)
        with self._begin() as connection:
            return [shot_of(row) for row in connection.execute(query)]

    def counts(self) -> dict[State, int]:
        """How many chunks are in each state, states without any included."""
        query = select(chunks.c.state, func.count()).group_by(chunks.c.state)
        with self._begin() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in State}

    def cameras(self) -> tuple[str, ...]:
        """The cameras that have footage in the ledger, in alphabetical order."""
        with self._begin() as connection:
            return tuple(connection.scalars(select(chunks.c.camera).distinct().order_by(chunks.c.camera)))

    def jobs(self, states: Collection[State] = tuple(State)) -> list[Chunk]:
        """The chunks in these states, oldest footage first."""
        query = select(chunks).where(chunks.c.state.in_(states)).order_by(chunks.c.began, chunks.c.position)
        with self._begin() as connection:
            return [chunk_of(row) for row in connection.execute(query)]

    def retry(self, chunk: Chunk) -> bool:
        """Let a quarantined chunk be tried again where it failed; False when it is not quarantined."""
        watched = chunks.c.handoff != ""  # so it was indexing that failed
        again = (
            update(chunks)
            .where(chunks.c.id == chunk.id, chunks.c.state == State.QUARANTINED)
            .values(
                state=case((watched, State.WATCHED), else_=State.QUEUED),
                attempts=0,
                reason="",
                changed=self._clock(),
            )
        )
        with self._begin() as connection:
            return connection.execute(again).rowcount == 1

    def drop(self, chunk: Chunk) -> bool:
        """Forget a quarantined chunk and its shots, until it is planned again; False when it is not there."""
        mine = and_(chunks.c.id == chunk.id, chunks.c.state == State.QUARANTINED)
        with self._begin() as connection:
            connection.execute(delete(shots).where(shots.c.chunk.in_(select(chunks.c.id).where(mine))))
            return connection.execute(delete(chunks).where(mine)).rowcount == 1

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with answering(), self._engine.begin() as connection:
            yield connection

    def _take_back(self, connection: Connection, busy: State, me: str) -> None:
        """End the leases at this step that ran out or whose worker died."""
        query = select(chunks).where(chunks.c.state == busy).with_for_update(skip_locked=True)
        for chunk in [chunk_of(row) for row in connection.execute(query)]:
            overdue = chunk.lease_until is None or chunk.lease_until < self._clock()
            if overdue or is_dead(chunk.worker, me):
                aside = chunk.attempts >= ATTEMPTS
                self._settle(
                    connection,
                    chunk,
                    state=State.QUARANTINED if aside else WAITING[busy],
                    worker="",
                    lease_until=None,
                    reason=f"worker {chunk.worker} died or overran its lease while {busy}, "
                    f"attempt {chunk.attempts} of {ATTEMPTS}",
                )

    def _settle(self, connection: Connection, chunk: Chunk, **values: Any) -> None:
        """Change the chunk if its lease is still the one that was claimed."""
        held = and_(
            chunks.c.id == chunk.id,
            chunks.c.state == chunk.state,
            chunks.c.worker == chunk.worker,
            chunks.c.attempts == chunk.attempts,
        )
        if "state" in values:
            values["changed"] = self._clock()
        if not connection.execute(update(chunks).where(held).values(**values)).rowcount:
            raise LeaseLostError(
                f"{chunk.camera}, {chunk.source} from {chunk.start:g} s is no longer leased to "
                f"{chunk.worker or 'anybody'}: drop this result, another worker has the chunk"
            )


def _keep(connection: Connection, chunk: Chunk, found: Sequence[Shot]) -> None:
    """Add `found` to the shots of the chunk."""
    rows = {shot.id: shot_row(shot, chunk.id) for shot in found}
    for row in rows.values():  # another version of the settings may have found the same shot
        connection.execute(delete(shots).where(shots.c.id == row["id"]))
    if rows:
        connection.execute(insert(shots), list(rows.values()))


def _waits_for_another() -> ColumnElement[bool]:
    """Whether an earlier chunk of the same source is still to be watched."""
    earlier = chunks.alias("earlier")
    return exists().where(
        earlier.c.camera == chunks.c.camera,
        earlier.c.fingerprint == chunks.c.fingerprint,
        earlier.c.version == chunks.c.version,
        earlier.c.position < chunks.c.position,
        earlier.c.state.in_([State.QUEUED, State.WATCHING]),
    )
