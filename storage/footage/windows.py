"""Windows of the schedule: each is worked on by one process and once, however many clocks ring for it."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice, windows
from storage.errors import LeaseLostError
from storage.footage.chunks import is_dead

ATTEMPTS = 3  # after which a window is given up
PAUSE = timedelta(minutes=10)  # between a failure and the next attempt


@dataclass(frozen=True, slots=True)
class Window:
    """One run of one task of the schedule."""

    task: str
    began: datetime  # UTC: when it fell due
    attempts: int = 1
    worker: str = ""  # who works on it: see `storage.footage.chunks.worker_name`
    lease_until: datetime | None = None  # UTC; without a worker: not to be tried before
    finished: datetime | None = None  # UTC
    result: str = ""


class Windows:
    """Every method is one transaction, and raises OSError while the database does not answer."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def claim(self, task: str, began: datetime, worker: str, lease: timedelta) -> Window | None:
        """Give `worker` the window, or None: it is finished, or somebody is at it.

        One that failed, or whose worker died or let its lease run out, is given out again; the third time it
        is given up instead.
        """
        mine = Window(task, began, worker=worker, lease_until=self._clock() + lease)

        def work(connection: Connection) -> Window | None:
            query = select(windows).where(_is(mine)).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                connection.execute(insert(windows).values(_row(mine)))
                return mine
            held = _window(row)
            if held.finished is not None or not self._abandoned(held, worker):
                return None
            if held.attempts >= ATTEMPTS:
                result = (
                    f"given up: worker {held.worker} died or overran its lease, as {ATTEMPTS - 1} before it"
                )
                given_up = update(windows).where(_is(mine)).values(finished=self._clock(), result=result)
                connection.execute(given_up)
                return None
            again = replace(mine, attempts=held.attempts + 1)
            connection.execute(update(windows).where(_is(mine)).values(_row(again)))
            return again

        with answering():
            return twice(self._engine, work)

    def renew(self, window: Window, lease: timedelta) -> Window:
        """Hold on to the window for another `lease` from now; raises LeaseLostError."""
        renewed = replace(window, lease_until=self._clock() + lease)
        self._settle(window, renewed)
        return renewed

    def finish(self, window: Window, result: str) -> None:
        """Note what came of it; raises LeaseLostError."""
        self._settle(window, replace(window, lease_until=None, finished=self._clock(), result=result))

    def fail(self, window: Window, reason: str) -> None:
        """Let it be tried again in a while, unless that was the third time; raises LeaseLostError."""
        if window.attempts >= ATTEMPTS:
            self.finish(window, reason)
        else:
            until = self._clock() + PAUSE
            self._settle(window, replace(window, worker="", lease_until=until, result=reason))

    def release(self, window: Window) -> None:
        """Give the window back unfinished without counting the attempt; raises LeaseLostError."""
        self._settle(window, replace(window, attempts=window.attempts - 1, worker="", lease_until=None))

    def last(self, task: str) -> Window | None:
        """The window of the task that fell due last, finished or not."""
        newest = select(func.max(windows.c.began)).where(windows.c.task == task).scalar_subquery()
        query = select(windows).where(windows.c.task == task, windows.c.began == newest)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _window(row)

    def _abandoned(self, held: Window, me: str) -> bool:
        if held.lease_until is None or held.lease_until < self._clock():
            return True
        return bool(held.worker) and is_dead(held.worker, me)

    def _settle(self, window: Window, changed: Window) -> None:
        held = and_(_is(window), windows.c.worker == window.worker, windows.c.attempts == window.attempts)
        with answering(), self._engine.begin() as connection:
            done = connection.execute(
                update(windows).where(held, windows.c.finished.is_(None)).values(_row(changed))
            )
            if not done.rowcount:
                raise LeaseLostError(
                    f"another worker has taken over {window.task} of {window.began:%Y-%m-%d %H:%M}"
                )


def _is(window: Window) -> ColumnElement[bool]:
    return and_(windows.c.task == window.task, windows.c.began == window.began)


def _row(window: Window) -> dict[str, object]:
    return {field.name: getattr(window, field.name) for field in fields(window)}


def _window(row: Row[Any]) -> Window:
    return Window(**row._mapping)
