"""What was indexed and not yet compared with the saved searches, and that nobody fires twice."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, exists, func, insert, literal, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.casework.tables import alert_tracks, alert_turns, alerts, fresh_chunks, saved_searches
from storage.database.answering import answering
from storage.database.tables import Utc, chunks, open_database, shots, twice
from storage.errors import LeaseLostError
from storage.footage.chunks import Chunk, is_dead
from storage.footage.rows import shot_of
from storage.types import Shot

ATTEMPTS = 3  # after which a chunk is left alone
PAGE = 100  # chunks of one turn
PASSERBY = Actor("passerby")

_ALERTS = UUID("3f8a3f2e-6f9c-5a53-8a57-0f5f3f6f6a10")  # the namespace of alert ids


@dataclass(frozen=True, slots=True)
class Ground:
    """How one phrase agreed with a part of the picture: a reason, as an alert keeps it."""

    phrase: str
    part: str
    similarity: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Finding:
    """The best shot of somebody who matches a saved search."""

    shot: Shot
    probability: float  # 0..1
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as one search sees them: all tracks known to be theirs, and why they match if they do."""

    search: str
    owner: str
    name: str  # of the search
    tracks: tuple[Shot, ...]  # a shot of each, earliest first
    finding: Finding | None  # None: they do not, but may belong to somebody who fired
    deliver: bool  # there is a webhook to tell


@dataclass(frozen=True, slots=True)
class Fired:
    """What a settled chunk brought."""

    alert: str
    search: str
    name: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Indexed:
    """A chunk and when it was indexed."""

    chunk: str
    since: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to compare what is new of one camera."""

    camera: str
    worker: str
    lease_until: datetime  # UTC
    waiting: tuple[Indexed, ...] = ()  # those indexed first at the front


def note(connection: Connection, chunk: Chunk, at: datetime) -> None:
    """Write down that a chunk was indexed, in the caller's transaction, if any search looks at all."""
    connection.execute(delete(fresh_chunks).where(fresh_chunks.c.chunk == chunk.id))
    looks = exists().where(saved_searches.c.paused.is_(None))
    row = select(literal(chunk.id), literal(chunk.camera), literal(at, Utc()), literal(0)).where(looks)
    columns = ["chunk", "camera", "since", "attempts"]
    connection.execute(insert(fresh_chunks).from_select(columns, row))


class Fresh:
    """Every method is one transaction, and raises OSError while the database does not answer.

    Methods that take a turn raise LeaseLostError, and change nothing, when another worker has it.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def waiting(self) -> int:
        """How many chunks are to be compared."""
        with answering(), self._engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(fresh_chunks)) or 0

    def claim(self, worker: str, lease: timedelta) -> Turn | None:
        """Give `worker` (see `worker_name`) the camera that waits longest and is nobody's, or None."""
        oldest = func.min(fresh_chunks.c.since)
        cameras = select(fresh_chunks.c.camera).group_by(fresh_chunks.c.camera).order_by(oldest)

        def work(connection: Connection) -> Turn | None:
            for camera in connection.scalars(cameras).all():
                turn = Turn(camera, worker, self._clock() + lease)
                if self._take(connection, turn):
                    return replace(turn, waiting=_waiting(connection, camera))
            return None

        with answering():
            return twice(self._engine, work)

    def renew(self, turn: Turn, lease: timedelta) -> Turn:
        """Hold on to the turn for another `lease` from now."""
        renewed = replace(turn, lease_until=self._clock() + lease)
        with answering(), self._engine.begin() as connection:
            _require(connection, turn)
            mine = alert_turns.c.camera == turn.camera
            connection.execute(update(alert_turns).where(mine).values(lease_until=renewed.lease_until))
        return renewed

    def release(self, turn: Turn) -> None:
        """Let others have the camera."""
        with answering(), self._engine.begin() as connection:
            _require(connection, turn)
            connection.execute(delete(alert_turns).where(alert_turns.c.camera == turn.camera))

    def shots(self, turn: Turn, chunk: str, around: timedelta) -> tuple[list[Shot], list[Shot]]:
        """The shots of a chunk, and others of its camera in view at most `around` before or after them."""
        mine = select(shots).where(shots.c.chunk == chunk).order_by(shots.c.id)
        with answering(), self._engine.begin() as connection:
            own = [shot_of(row) for row in connection.execute(mine)]
            if not own:
                return [], []
            near = select(shots).where(
                shots.c.camera == turn.camera,
                shots.c.chunk != chunk,
                shots.c.ended >= min(shot.began for shot in own) - around,
                shots.c.began <= max(shot.ended for shot in own) + around,
            )
            return own, [shot_of(row) for row in connection.execute(near.order_by(shots.c.id))]

    def settle(self, turn: Turn, chunk: str, people: Sequence[Person]) -> list[Fired]:
        """Fire for those who match and have not fired yet, and never look at the chunk again.

        A person has fired when any of their tracks has; the other tracks are noted with it.
        """
        now = self._clock()

        def work(connection: Connection) -> list[Fired]:
            _require(connection, turn)
            fired = [one for person in people if (one := _fire(connection, person, now)) is not None]
            connection.execute(delete(fresh_chunks).where(fresh_chunks.c.chunk == chunk))
            return fired

        with answering():
            return twice(self._engine, work)

    def fail(self, turn: Turn, chunk: str) -> bool:
        """Count a failure; return whether that was one too many, so that the chunk is left alone."""
        mine = fresh_chunks.c.chunk == chunk
        with answering(), self._engine.begin() as connection:
            _require(connection, turn)
            more = update(fresh_chunks).where(mine).values(attempts=fresh_chunks.c.attempts + 1)
            connection.execute(more)
            return bool(
                connection.execute(
                    delete(fresh_chunks).where(mine, fresh_chunks.c.attempts >= ATTEMPTS)
                ).rowcount
            )

    def _take(self, connection: Connection, turn: Turn) -> bool:
        held = select(alert_turns).where(alert_turns.c.camera == turn.camera).with_for_update()
        row = connection.execute(held).one_or_none()
        values = {"worker": turn.worker, "lease_until": turn.lease_until}
        if row is None:
            connection.execute(insert(alert_turns).values(camera=turn.camera, **values))
            return True
        if row.lease_until > self._clock() and not is_dead(row.worker, turn.worker):
            return False
        connection.execute(update(alert_turns).where(alert_turns.c.camera == turn.camera).values(values))
        return True


def _waiting(connection: Connection, camera: str) -> tuple[Indexed, ...]:
    query = (
        select(fresh_chunks.c.chunk, fresh_chunks.c.since)
        .select_from(fresh_chunks.outerjoin(chunks, chunks.c.id == fresh_chunks.c.chunk))
        .where(fresh_chunks.c.camera == camera)
        .order_by(chunks.c.began, fresh_chunks.c.since, fresh_chunks.c.chunk)
        .limit(PAGE)
    )
    return tuple(Indexed(row.chunk, row.since) for row in connection.execute(query))


def _require(connection: Connection, turn: Turn) -> None:
    """Lock the turn until the transaction ends; whoever took it over has another lease."""
    held = select(alert_turns).where(alert_turns.c.camera == turn.camera).with_for_update()
    row = connection.execute(held).one_or_none()
    if row is None or row.worker != turn.worker or row.lease_until != turn.lease_until:
        raise LeaseLostError(f"another worker compares what is new of {turn.camera} with the saved searches")


def _fire(connection: Connection, person: Person, now: datetime) -> Fired | None:
    keys = [track_key(shot) for shot in person.tracks]
    known = connection.execute(
        select(alert_tracks.c.track, alert_tracks.c.alert).where(
            alert_tracks.c.search == person.search, alert_tracks.c.track.in_(keys)
        )
    ).all()
    told = {row.track for row in known}
    fired = None
    if known:
        alert = known[0].alert
    elif person.finding is None:
        return None
    else:
        alert = str(uuid5(_ALERTS, f"{person.search}|{keys[0]}"))
        fired = Fired(alert, person.search, person.name, person.finding)
        _enter(connection, person, fired, now)
    rows = [{"search": person.search, "track": key, "alert": alert} for key in keys if key not in told]
    if rows:
        connection.execute(insert(alert_tracks), rows)
    return fired


def _enter(connection: Connection, person: Person, fired: Fired, now: datetime) -> None:
    finding = fired.finding
    shot = finding.shot
    row = {
        "id": fired.alert,
        "search": person.search,
        "sighting": str(shot.id),
        "camera": shot.camera,
        "began": shot.began,
        "ended": shot.ended,
        "taken": shot.taken,
        "probability": finding.probability,
        "reasons": json.dumps([asdict(ground) for ground in finding.grounds]),
        "fired": now,
        "due": now if person.deliver else None,
        "attempts": 0,
        "worker": "",
        "trouble": "",
    }
    connection.execute(insert(alerts).values(row))
    told = {"search": person.search, "owner": person.owner, "camera": shot.camera, "sighting": str(shot.id)}
    likely = round(finding.probability, 4)
    audit.write(connection, now, PASSERBY, "alert", fired.alert, **told, probability=likely)


def track_key(shot: Shot) -> str:
    """Names a track without telling of it: what remains says nothing of who was seen where."""
    said = f"{shot.camera}|{shot.source}|{shot.began.isoformat()}|{shot.track}"
    return str(uuid5(_ALERTS, said))
