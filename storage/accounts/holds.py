"""Legal holds: footage of a camera or a time that nothing may delete."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.accounts.tables import holds
from storage.database.tables import open_database, reading, twice
from storage.types import Where


@dataclass(frozen=True, slots=True)
class Hold:
    """What is kept, whatever else is said: everything in view in this time, ends included."""

    id: int
    camera: str | None  # None: every camera
    after: datetime | None
    before: datetime | None
    reason: str
    placed: datetime
    lifted: datetime | None = None

    def covers(self, camera: str, began: datetime, ended: datetime) -> bool:
        """Whether anything of `camera` from `began` to `ended` is held."""
        return (
            (self.camera is None or self.camera == camera)
            and (self.after is None or ended >= self.after)
            and (self.before is None or began <= self.before)
        )

    def meets(self, where: Where) -> bool:
        """Whether anything that `where` describes could be held."""
        return (
            (self.camera is None or not where.cameras or self.camera in where.cameras)
            and (self.after is None or where.before is None or where.before >= self.after)
            and (self.before is None or where.after is None or where.after <= self.before)
        )


class HeldError(ValueError):
    """A legal hold forbids the deletion."""


class Holds:
    """Every method is one transaction; placing and lifting leave their trace in the audit log with it."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def place(
        self, by: Actor, camera: str | None, after: datetime | None, before: datetime | None, reason: str
    ) -> Hold:
        """Hold what this camera saw in this time; None is every camera, or no end on that side."""
        if not reason.strip():
            raise ValueError("a hold needs a reason, such as the number of the case")
        if after is not None and before is not None and after >= before:
            raise ValueError(f"the hold ends ({before}) before it begins ({after}): swap the two")
        now = self._clock()
        values = {"camera": camera, "after": after, "before": before, "reason": reason, "placed": now}

        def work(connection: Connection) -> Hold:
            made = connection.execute(insert(holds).values(values).returning(holds.c.id)).scalar_one()
            span = [None if time is None else time.isoformat() for time in (after, before)]
            audit.write(connection, now, by, "place_hold", str(made), camera=camera, span=span, reason=reason)
            return Hold(made, camera, after, before, reason, now)

        return twice(self._engine, work)

    def lift(self, by: Actor, identity: int) -> None:
        """End a hold; raises ValueError when none of that number is in force."""
        now = self._clock()

        def work(connection: Connection) -> None:
            mine = update(holds).where(holds.c.id == identity, holds.c.lifted.is_(None))
            if not connection.execute(mine.values(lifted=now)).rowcount:
                raise ValueError(f"no hold {identity} is in force: passerby hold list shows them")
            audit.write(connection, now, by, "lift_hold", str(identity))

        twice(self._engine, work)

    def all(self) -> list[Hold]:
        """Every hold there ever was, oldest first."""
        with reading(self._engine) as connection:
            return [Hold(**row._mapping) for row in connection.execute(select(holds).order_by(holds.c.id))]

    def in_force(self) -> list[Hold]:
        return [hold for hold in self.all() if hold.lifted is None]
