"""Alerts: who matched a saved search, for whoever may see it, and what is still to be delivered."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select, true, update

from storage.accounts import audit
from storage.casework.fresh import PASSERBY, Ground
from storage.casework.saved import SavedSearch, saved_of
from storage.casework.tables import alerts, saved_searches
from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice
from storage.errors import LeaseLostError
from storage.footage.chunks import is_dead
from storage.footage.overview import Visible

ATTEMPTS = 12  # after which a delivery is given up, half a day after the first
AT_ONCE = 50  # more than there are workers that deliver at once
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=4)  # the pauses between attempts


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody who matched, and what has become of the delivery."""

    id: str
    search: str
    name: str  # of the search
    owner: str
    sighting: UUID
    camera: str
    began: datetime  # UTC
    ended: datetime  # UTC
    taken: datetime  # UTC
    probability: float
    grounds: tuple[Ground, ...]
    fired: datetime  # UTC
    due: datetime | None  # UTC: when it is delivered next; None: delivered, given up, or nowhere to
    attempts: int
    quiet_until: datetime | None  # UTC: held back until then; None: it was not
    delivered: datetime | None  # UTC
    trouble: str  # why the last attempt failed


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert that a worker is about to deliver."""

    alert: Alert
    search: SavedSearch
    secret: str
    worker: str
    lease_until: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts somebody may see and wants."""

    owner: str | None  # None: everybody's
    visible: Visible
    search: str = ""  # empty: of every search


class Alerts:
    """Every method is one transaction, and raises OSError while the database does not answer.

    Methods that take a delivery raise LeaseLostError, and change nothing, when another worker has it.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def newest(self, wanted: Wanted, *, limit: int = 100, offset: int = 0) -> list[Alert]:
        """A page of alerts, newest first."""
        query = _joined().where(_matching(wanted)).order_by(alerts.c.fired.desc(), alerts.c.id)
        with reading(self._engine) as connection:
            return [_alert(row) for row in connection.execute(query.limit(limit).offset(offset))]

    def get(self, identity: str, wanted: Wanted) -> Alert | None:
        """One alert; None for one that is unknown or not to be seen."""
        query = _joined().where(_matching(wanted), alerts.c.id == identity)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _alert(row)

    def due(self) -> bool:
        """Whether something is to be delivered now."""
        with reading(self._engine) as connection:
            query = select(alerts.c.id).where(alerts.c.due <= self._clock()).limit(1)
            return connection.scalar(query) is not None

    def claim(self, worker: str, lease: timedelta) -> Delivery | None:
        """Give `worker` (see `worker_name`) the alert that is due longest, or None."""
        now = self._clock()
        query = (
            _joined()
            .where(alerts.c.due <= now)
            .order_by(alerts.c.due, alerts.c.id)
            .limit(AT_ONCE)
            .with_for_update(of=alerts, skip_locked=True)
        )
        with answering(), self._engine.begin() as connection:
            for row in connection.execute(query):
                held = row.lease_until is not None and row.lease_until > now
                if held and not is_dead(row.worker, worker):
                    continue
                until = now + lease
                values = {"worker": worker, "lease_until": until}
                connection.execute(update(alerts).where(alerts.c.id == row.id).values(values))
                search = connection.execute(
                    select(saved_searches).where(saved_searches.c.id == row.search)
                ).one()
                return Delivery(_alert(row), saved_of(search), search.secret, worker, until)
        return None

    def hold_back(self, delivery: Delivery, until: datetime) -> None:
        """Deliver it later: these are quiet hours."""
        self._settle(delivery, {"due": until, "quiet_until": until})

    def deliver(self, delivery: Delivery, host: str) -> None:
        """It arrived."""
        now = self._clock()
        values = {"due": None, "delivered": now, "attempts": delivery.alert.attempts + 1, "trouble": ""}
        self._settle(delivery, values, "deliver_alert", host=host)

    def fail(self, delivery: Delivery, trouble: str, *, final: bool = False) -> bool:
        """It did not arrive; return whether it is tried again, after a pause that grows."""
        attempts = delivery.alert.attempts + 1
        again = not final and attempts < ATTEMPTS
        pause = min(FIRST * 2 ** (attempts - 1), LONGEST)
        values = {"due": self._clock() + pause if again else None, "attempts": attempts, "trouble": trouble}
        if again:
            self._settle(delivery, values)
        else:
            self._settle(delivery, values, "give_up_alert", reason=trouble)
        return again

    def _settle(self, delivery: Delivery, values: dict[str, Any], action: str = "", **told: Any) -> None:
        held = and_(
            alerts.c.id == delivery.alert.id,
            alerts.c.worker == delivery.worker,
            alerts.c.lease_until == delivery.lease_until,
        )
        done = {**values, "worker": "", "lease_until": None}

        def work(connection: Connection) -> None:
            if not connection.execute(update(alerts).where(held).values(done)).rowcount:
                raise LeaseLostError("the alert was erased, or another worker delivers it")
            if action:
                audit.write(connection, self._clock(), PASSERBY, action, delivery.alert.id, **told)

        with answering():
            twice(self._engine, work)


def _joined() -> Select[Any]:
    names = saved_searches.c.name, saved_searches.c.owner
    return select(alerts, *names).join_from(alerts, saved_searches)


def _matching(wanted: Wanted) -> ColumnElement[bool]:
    return and_(
        true() if wanted.owner is None else saved_searches.c.owner == wanted.owner,
        true() if wanted.visible is None else alerts.c.camera.in_(sorted(wanted.visible)),
        true() if not wanted.search else alerts.c.search == wanted.search,
    )


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        row.id,
        row.search,
        row.name,
        row.owner,
        UUID(row.sighting),
        row.camera,
        row.began,
        row.ended,
        row.taken,
        row.probability,
        tuple(Ground(**ground) for ground in json.loads(row.reasons)),
        row.fired,
        row.due,
        row.attempts,
        row.quiet_until,
        row.delivered,
        row.trouble,
    )
