"""API tokens: what a program shows instead of a password. Only their hashes are kept."""

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.accounts.people import AccountError, digest, from_json, to_json, user_of
from storage.accounts.permissions import Action, Principal
from storage.accounts.tables import tokens, users
from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice

PREFIX = "passerby_"  # lets scanners of source code find a token that leaked
LONGEST = timedelta(days=365)
TOUCH = timedelta(minutes=1)  # how exactly it is known when a token was last used


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; not the token itself."""

    id: str
    label: str
    owner: str
    scopes: frozenset[Action]
    cameras: frozenset[str] | None  # None: all that the owner may see
    created: datetime  # UTC
    expires: datetime  # UTC
    last_used: datetime | None  # UTC, to the minute
    revoked: datetime | None  # UTC


class Tokens:
    """Every method is one transaction; `by` is who asks for a change."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def add(
        self,
        by: Actor,
        owner: str,
        label: str,
        scopes: Collection[Action],
        *,
        lasts: timedelta,
        cameras: Collection[str] | None = None,
    ) -> tuple[str, Token]:
        """Make a token and return it, this once, with its record.

        Raises AccountError for an owner who is unknown or disabled, for a scope that the owner's role does
        not have, a camera that the owner may not see, or a lifetime of over a year.
        """
        if not scopes:
            raise AccountError("a token needs at least one scope, such as search")
        if not timedelta() < lasts <= LONGEST:
            raise AccountError(f"a token lasts for 1 to {LONGEST.days} days")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        values = {
            "id": secrets.token_hex(4),
            "hash": digest(secret),
            "label": label,
            "owner": owner,
            "scopes": json.dumps(sorted(scopes)),
            "cameras": to_json(cameras),
            "created": now,
            "expires": now + lasts,
        }

        def work(connection: Connection) -> Token:
            _require_owned(connection, owner, scopes, cameras)
            connection.execute(insert(tokens).values(values))
            told = {"owner": owner, "scopes": sorted(scopes), "days": lasts.days}
            told |= {"cameras": None if cameras is None else sorted(cameras)}
            audit.write(connection, now, by, "add_token", str(values["id"]), **told)
            mine = select(tokens).where(tokens.c.id == values["id"])
            return _token(connection.execute(mine).one())

        return secret, twice(self._engine, work)

    def all(self) -> list[Token]:
        """Every token there ever was, oldest first."""
        query = select(tokens).order_by(tokens.c.created, tokens.c.id)
        with reading(self._engine) as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke(self, by: Actor, identity: str) -> None:
        """Let the token work no more; raises AccountError when there is none of that id."""
        now = self._clock()

        def work(connection: Connection) -> None:
            mine = update(tokens).where(tokens.c.id == identity, tokens.c.revoked.is_(None))
            if not connection.execute(mine.values(revoked=now)).rowcount:
                raise AccountError(f"no token {identity} is in use: passerby tokens list shows them")
            audit.write(connection, now, by, "revoke_token", identity)

        twice(self._engine, work)

    def principal(self, secret: str) -> Principal | None:
        """Who shows this token, with what it and its owner may both do; None for one that is of no use."""
        now = self._clock()
        mine = tokens.c.hash == digest(secret)
        works = tokens.c.revoked.is_(None), tokens.c.expires > now, users.c.disabled.is_(None)
        narrowed = tokens.c.cameras.label("narrowed")
        query = select(users, tokens.c.scopes, narrowed, tokens.c.last_used).join_from(tokens, users)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(mine, *works)).one_or_none()
        if row is None:
            return None
        if row.last_used is None or now - row.last_used >= TOUCH:
            with answering(), self._engine.begin() as connection:
                connection.execute(update(tokens).where(mine).values(last_used=now))
        owner, cameras = user_of(row), from_json(row.narrowed)
        if cameras is None or owner.cameras is None:
            cameras = owner.cameras if cameras is None else cameras
        else:
            cameras &= owner.cameras
        return Principal(owner.name, owner.role, _scopes(row.scopes), cameras)


def _require_owned(
    connection: Connection, owner: str, scopes: Collection[Action], cameras: Collection[str] | None
) -> None:
    row = connection.execute(select(users).where(users.c.name == owner)).one_or_none()
    if row is None or row.disabled is not None:
        raise AccountError(f"there is no account {owner} in use: passerby users list shows them")
    principal = user_of(row).principal
    for scope in scopes:
        if not principal.may(scope):
            raise AccountError(f"{owner} ({principal.role}) may not {scope}, so no token of theirs may")
    for camera in cameras or ():
        if not principal.sees(camera):
            raise AccountError(f"{owner} does not see a camera {camera}, so no token of theirs may")


def _scopes(text: str) -> frozenset[Action]:
    return frozenset(Action(scope) for scope in json.loads(text))


def _token(row: Row[Any]) -> Token:
    return Token(
        row.id,
        row.label,
        row.owner,
        _scopes(row.scopes),
        from_json(row.cameras),
        row.created,
        row.expires,
        row.last_used,
        row.revoked,
    )
