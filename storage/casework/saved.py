"""Saved searches: questions that stand, and are compared with everybody who comes."""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.casework.tables import alert_tracks, alerts, saved_searches
from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice

PREFIX = "whsec_"  # as receivers of standard webhooks know it
MOST = 200  # searches of one owner, each of which is compared with everybody who comes
_QUESTION = ("sentence", "description", "cameras", "least")  # who changes one of these asks anew


T = TypeVar("T")


class SavedError(ValueError):
    """The saved search, or what is asked of it, cannot be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a saved search asks, and what becomes of those who match."""

    name: str
    sentence: str  # as it was written
    description: str  # for the encoder
    cameras: tuple[str, ...] = ()  # empty: all that the owner may see
    least: float | None = None  # probability; None: the model's threshold
    quiet: str = ""  # hours in which nothing is delivered, as `pipeline.recording.hours` reads them
    webhook: str = ""  # address that is told; empty: none


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question that stands, and whose it is."""

    id: str
    owner: str  # an account, or os:NAME
    question: Question
    since: datetime  # UTC: what was indexed before is not its business
    paused: datetime | None = None  # UTC


class SavedSearches:
    """Every method is one transaction, and raises OSError while the database does not answer.

    `by` is who asks for a change; whether they may is the caller's to know.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def add(self, by: Actor, owner: str, question: Question) -> tuple[str, SavedSearch]:
        """Save a search and return the secret of its webhook, shown this once, with it.

        Raises SavedError when the owner has one of that name, or too many.
        """
        secret, now = new_secret(), self._clock()
        made = SavedSearch(secrets.token_hex(4), owner, question, now)

        def work(connection: Connection) -> None:
            self._refuse_twin(connection, owner, question.name, made.id)
            mine = select(func.count()).select_from(saved_searches).where(saved_searches.c.owner == owner)
            if (connection.scalar(mine) or 0) >= MOST:
                raise SavedError(f"{owner} has {MOST} saved searches already: remove one first")
            row = {"id": made.id, "owner": owner, "secret": secret, "since": now, **_row(question)}
            connection.execute(insert(saved_searches).values(row))
            audit.write(connection, now, by, "save_search", made.id, owner=owner, **_told(question))

        self._write(work)
        return secret, made

    def all(self, owner: str | None = None) -> list[SavedSearch]:
        """Those of an owner, or of everybody, by name."""
        query = select(saved_searches).order_by(saved_searches.c.name, saved_searches.c.owner)
        if owner is not None:
            query = query.where(saved_searches.c.owner == owner)
        with reading(self._engine) as connection:
            return [saved_of(row) for row in connection.execute(query)]

    def get(self, identity: str) -> SavedSearch | None:
        with reading(self._engine) as connection:
            return _get(connection, identity)

    def secret(self, identity: str) -> str:
        """What signs its deliveries; empty when there is no such search."""
        mine = select(saved_searches.c.secret).where(saved_searches.c.id == identity)
        with reading(self._engine) as connection:
            return connection.scalar(mine) or ""

    def change(self, by: Actor, identity: str, question: Question) -> SavedSearch:
        """Let it ask something else, from now on where the question itself changed. Raises SavedError."""
        now = self._clock()

        def work(connection: Connection) -> SavedSearch:
            known = _known(connection, identity)
            self._refuse_twin(connection, known.owner, question.name, identity)
            anew = any(getattr(known.question, part) != getattr(question, part) for part in _QUESTION)
            changed = replace(known, question=question, since=now if anew else known.since)
            self._update(connection, identity, {**_row(question), "since": changed.since})
            audit.write(connection, now, by, "change_saved_search", identity, **_told(question))
            return changed

        return self._write(work)

    def pause(self, by: Actor, identity: str, paused: bool) -> SavedSearch:
        """Let it look no more, or again, but not at what came meanwhile. Raises SavedError."""
        now = self._clock()

        def work(connection: Connection) -> SavedSearch:
            known = _known(connection, identity)
            values = {"paused": now} if paused else {"paused": None, "since": now}
            self._update(connection, identity, values)
            audit.write(connection, now, by, "pause_saved_search", identity, paused=paused)
            return replace(known, **values)

        return self._write(work)

    def renew_secret(self, by: Actor, identity: str) -> str:
        """A new secret in place of the old one, shown this once. Raises SavedError."""
        secret, now = new_secret(), self._clock()

        def work(connection: Connection) -> str:
            _known(connection, identity)
            self._update(connection, identity, {"secret": secret})
            audit.write(connection, now, by, "renew_webhook_secret", identity)
            return secret

        return self._write(work)

    def remove(self, by: Actor, identity: str) -> None:
        """Forget it and its alerts. Raises SavedError."""

        def work(connection: Connection) -> None:
            known = _known(connection, identity)
            connection.execute(delete(alert_tracks).where(alert_tracks.c.search == identity))
            number = connection.execute(delete(alerts).where(alerts.c.search == identity)).rowcount
            connection.execute(delete(saved_searches).where(saved_searches.c.id == identity))
            told = {"name": known.question.name, "owner": known.owner, "alerts": number}
            audit.write(connection, self._clock(), by, "remove_saved_search", identity, **told)

        self._write(work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with answering():
            return twice(self._engine, work)

    def _refuse_twin(self, connection: Connection, owner: str, name: str, identity: str) -> None:
        mine = saved_searches.c.owner == owner, saved_searches.c.name == name
        twin = connection.scalar(select(saved_searches.c.id).where(*mine, saved_searches.c.id != identity))
        if twin is not None:
            raise SavedError(f'there is a saved search "{name}" already: choose another name')

    def _update(self, connection: Connection, identity: str, values: Mapping[str, Any]) -> None:
        connection.execute(update(saved_searches).where(saved_searches.c.id == identity).values(values))


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def saved_of(row: Row[Any]) -> SavedSearch:
    question = Question(
        row.name,
        row.sentence,
        row.description,
        tuple(json.loads(row.cameras)),
        row.least,
        row.quiet,
        row.webhook,
    )
    return SavedSearch(row.id, row.owner, question, row.since, row.paused)


def _row(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "sentence": question.sentence,
        "description": question.description,
        "cameras": json.dumps(question.cameras),
        "least": question.least,
        "quiet": question.quiet,
        "webhook": question.webhook,
    }


def _told(question: Question) -> dict[str, Any]:
    """For the audit log; of a webhook the host, for its path may be a secret."""
    host = question.webhook.partition("://")[2].partition("/")[0].rpartition("@")[2]
    told = {"name": question.name, "text": question.sentence, "cameras": list(question.cameras)}
    return {**told, "quiet": question.quiet, "webhook": host}


def _get(connection: Connection, identity: str) -> SavedSearch | None:
    mine = select(saved_searches).where(saved_searches.c.id == identity)
    row = connection.execute(mine).one_or_none()
    return None if row is None else saved_of(row)


def _known(connection: Connection, identity: str) -> SavedSearch:
    known = _get(connection, identity)
    if known is None:
        raise SavedError(f"there is no saved search {identity}: passerby saved list shows them")
    return known
