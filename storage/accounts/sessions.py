"""Logging in with a name and a password, and the sessions that come of it."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.accounts.lockout import account_door, address_door, attempt, forgive
from storage.accounts.passwords import Passwords
from storage.accounts.people import NAME, User, digest, user_of
from storage.accounts.tables import sessions, users
from storage.database.answering import answering
from storage.database.tables import open_database, reading, twice

TOUCH = timedelta(minutes=1)  # how exactly it is known when a session was last used


class RefusedError(PermissionError):
    """Name or password is wrong, or the account disabled: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts."""

    idle: timedelta = timedelta(hours=1)  # without a request
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and whose it is."""

    user: User
    address: str  # from which it was opened
    created: datetime  # UTC
    last_seen: datetime  # UTC, to the minute
    expires: datetime  # UTC, whatever happens


class Sessions:
    """Every method is one transaction, `log_in` two, between which the password is hashed."""

    def __init__(
        self,
        url: str,
        passwords: Passwords | None = None,
        *,
        lifetimes: Lifetimes | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._passwords = passwords or Passwords()
        self._lifetimes = lifetimes or Lifetimes()
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def log_in(self, name: str, password: str, *, address: str, replaces: str = "") -> str:
        """Open a session and return its token, always a new one; the session of `replaces` ends.

        Raises RefusedError, or LockedError after too many failures of the account or the address, which
        are counted alike whether or not there is such an account.
        """
        now, name = self._clock(), name.strip().lower()
        account, place = account_door(name), address_door(address)
        locks = twice(self._engine, lambda connection: attempt(connection, (account, place), now))
        query = select(users).where(users.c.name == (name if NAME.fullmatch(name) else ""))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        known = None if row is None else row.password
        right = self._passwords.verify(known, password)
        fresh = self._passwords.hash(password) if right and self._passwords.is_stale(known or "") else known
        token = secrets.token_urlsafe(32)

        def work(connection: Connection) -> str | None:
            # The account may have been disabled, or its password changed, while this one was hashed.
            still = users.c.name == name, users.c.password == known, users.c.disabled.is_(None)
            if (
                not right
                or not connection.execute(update(users).where(*still).values(password=fresh)).rowcount
            ):
                # What was typed is not written down: it may be a password in the wrong field.
                who = "unknown" if row is None else name
                audit.write(connection, now, Actor(who, address), "log_in_refused", locks=locks)
                return None
            forgive(connection, account, (place,))
            self._prune(connection, now)
            connection.execute(delete(sessions).where(sessions.c.hash == digest(replaces)))
            row_of = {
                "hash": digest(token),
                "owner": name,
                "address": address,
                "created": now,
                "last_seen": now,
                "expires": now + self._lifetimes.longest,
            }
            connection.execute(insert(sessions).values(row_of))
            audit.write(connection, now, Actor(name, address), "log_in")
            return token

        opened = twice(self._engine, work)
        if opened is None:
            raise RefusedError("the name or the password is wrong")
        return opened

    def get(self, token: str) -> Session | None:
        """The session of a cookie, which counts as used now; None when it ended or never was."""
        now = self._clock()
        mine = sessions.c.hash == digest(token)
        columns = (sessions.c.address, sessions.c.last_seen, sessions.c.expires)
        query = select(users, *columns, sessions.c.created.label("opened")).join_from(sessions, users)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(mine, users.c.disabled.is_(None))).one_or_none()
        if row is None:
            return None
        ended = now >= row.expires or now - row.last_seen >= self._lifetimes.idle
        if ended or now - row.last_seen >= TOUCH:
            with answering(), self._engine.begin() as connection:
                touched = update(sessions).where(mine).values(last_seen=now)
                connection.execute(delete(sessions).where(mine) if ended else touched)
        if ended:
            return None
        return Session(user_of(row), row.address, row.opened, row.last_seen, row.expires)

    def log_out(self, token: str, *, address: str) -> None:
        """End the session of a cookie; one that is not there does not matter."""

        def work(connection: Connection) -> None:
            ended = delete(sessions).where(sessions.c.hash == digest(token)).returning(sessions.c.owner)
            owner = connection.scalar(ended)
            if owner is not None:
                audit.write(connection, self._clock(), Actor(owner, address), "log_out")

        twice(self._engine, work)

    def log_out_everywhere(self, by: Actor, name: str) -> int:
        """End every session of an account and return how many there were."""

        def work(connection: Connection) -> int:
            number = connection.execute(delete(sessions).where(sessions.c.owner == name)).rowcount
            audit.write(connection, self._clock(), by, "log_out_everywhere", name, sessions=number)
            return number

        return twice(self._engine, work)

    def _prune(self, connection: Connection, now: datetime) -> None:
        idle = sessions.c.last_seen <= now - self._lifetimes.idle
        connection.execute(delete(sessions).where((sessions.c.expires <= now) | idle))


def csrf(token: str) -> str:
    """The secret that forms of a session carry; it is made of the cookie, so it is kept nowhere."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def is_csrf(token: str, given: str) -> bool:
    """Whether a form's secret is the session's, compared in constant time."""
    return hmac.compare_digest(csrf(token), given.encode("ascii", "replace").decode())
