"""Answers to requests that name themselves, kept for a day: the same request again is not done again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from storage.accounts.tables import replies
from storage.database.tables import open_database, twice

KEPT = timedelta(hours=24)


class RepeatedError(ValueError):
    """The name stands for another request, or for one whose end is not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Replies:
    """Every method is one transaction; `key` and `asked` are SHA-256 in hexadecimal digits."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def begin(self, key: str, asked: str) -> Reply | None:
        """Claim the key for a request; the answer instead when it was given already.

        Raises RepeatedError when the key stands for another request, and while the same one is being done.
        One that broke off keeps its key for the day, for nobody knows what came of it.
        """
        now = self._clock()

        def work(connection: Connection) -> Reply | None:
            connection.execute(delete(replies).where(replies.c.began <= now - KEPT))
            known = connection.execute(select(replies).where(replies.c.key == key)).one_or_none()
            if known is None:
                row = {"key": key, "asked": asked, "began": now, "headers": "{}", "body": b""}
                connection.execute(insert(replies).values(row))
                return None
            if known.asked != asked:
                raise RepeatedError("this Idempotency-Key was used for another request: take a new one")
            if known.status is None:
                raise RepeatedError(
                    "a request with this Idempotency-Key was begun and has no answer yet: ask again in a "
                    "while, or look what came of it and take a new one"
                )
            return Reply(known.status, json.loads(known.headers), bytes(known.body))

        return twice(self._engine, work)

    def end(self, key: str, reply: Reply) -> None:
        """Keep the answer."""
        values = {"status": reply.status, "headers": json.dumps(dict(reply.headers)), "body": reply.body}
        with self._engine.begin() as connection:
            connection.execute(update(replies).where(replies.c.key == key).values(values))

    def forget(self, key: str) -> None:
        """Give the key back, because nothing was done."""
        with self._engine.begin() as connection:
            connection.execute(delete(replies).where(replies.c.key == key))
