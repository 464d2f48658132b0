"""Accounts: who may use Passerby, as what, and on which cameras. Every change stands in the audit log."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.accounts import audit
from storage.accounts.audit import Actor
from storage.accounts.lockout import account_door
from storage.accounts.passwords import Passwords, check_password
from storage.accounts.permissions import Principal, Role
from storage.accounts.tables import attempts, invitations, sessions, users
from storage.database.tables import open_database, reading, twice

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
INVITED = timedelta(hours=24)  # for which a one-time token works


class AccountError(ValueError):
    """The account, or what is asked of it, cannot be."""


@dataclass(frozen=True, slots=True)
class User:
    """One account. It is never deleted, only disabled, for the audit log names it."""

    name: str
    role: Role
    cameras: frozenset[str] | None  # None: all
    created: datetime  # UTC
    disabled: datetime | None  # UTC; None: not

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.role, None, self.cameras)


class Accounts:
    """Every method is one transaction; `by` is who asks for a change."""

    def __init__(
        self,
        url: str,
        passwords: Passwords | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._passwords = passwords or Passwords()
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def all(self) -> list[User]:
        """Every account, by name."""
        with reading(self._engine) as connection:
            return [user_of(row) for row in connection.execute(select(users).order_by(users.c.name))]

    def get(self, name: str) -> User:
        """Raises AccountError for a name that nobody has."""
        with reading(self._engine) as connection:
            return _user(connection, name)

    def acting(self, name: str) -> Principal | None:
        """Whoever acts under a name while nobody is logged in: None for a disabled or unknown account.

        "os:NAME", who came by the command line, owns the machine.
        """
        if name.startswith("os:"):
            return Principal(name, Role.ADMINISTRATOR)
        with reading(self._engine) as connection:
            in_use = users.c.name == name, users.c.disabled.is_(None)
            row = connection.execute(select(users).where(*in_use)).one_or_none()
        return None if row is None else user_of(row).principal

    def add(
        self, by: Actor, name: str, password: str, role: Role, *, cameras: Collection[str] | None = None
    ) -> User:
        """Make an account; without `cameras` it sees all. Raises ValueError for a poor name or password."""
        hashed = self._hash(name, password)

        def work(connection: Connection) -> User:
            return self._enter(connection, by, name, (hashed, role, cameras))

        return twice(self._engine, work)

    def invite(self, by: Actor) -> str:
        """A one-time token with which the first administrator makes an account; an earlier one stops working.

        Raises AccountError when there is an account already.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()

        def work(connection: Connection) -> str:
            _require_nobody(connection)
            connection.execute(delete(invitations))
            connection.execute(insert(invitations).values(hash=digest(token), expires=now + INVITED))
            audit.write(connection, now, by, "invite_administrator")
            return token

        return twice(self._engine, work)

    def accept(self, token: str, name: str, password: str, *, address: str = "") -> User:
        """Make the first administrator with the token of `invite`, which is used up.

        Raises AccountError when it is wrong, used, too old, or there is an account already.
        """
        hashed = self._hash(name, password)
        used = delete(invitations).where(
            invitations.c.hash == digest(token), invitations.c.expires > self._clock()
        )

        def work(connection: Connection) -> User:
            _require_nobody(connection)
            if not connection.execute(used).rowcount:
                raise AccountError("this one-time token does not work any more: run passerby users invite")
            return self._enter(connection, Actor(name, address), name, (hashed, Role.ADMINISTRATOR, None))

        return twice(self._engine, work)

    def set_password(self, by: Actor, name: str, password: str) -> None:
        """Change the password, end the account's sessions, and unlock it."""
        hashed = self._hash(name, password)

        def work(connection: Connection) -> None:
            connection.execute(delete(attempts).where(attempts.c.key == account_door(name).key))
            self._change(connection, by, name, "set_password", {"password": hashed})

        twice(self._engine, work)

    def set_role(self, by: Actor, name: str, role: Role) -> None:
        """Raises AccountError when nobody would be left to administer."""

        def work(connection: Connection) -> None:
            if role is not Role.ADMINISTRATOR:
                _require_another(connection, name)
            self._change(connection, by, name, "set_role", {"role": role}, role=role)

        twice(self._engine, work)

    def set_cameras(self, by: Actor, name: str, cameras: Collection[str] | None) -> None:
        """Let the account see these cameras only; None is all."""

        def work(connection: Connection) -> None:
            told = None if cameras is None else sorted(cameras)
            self._change(connection, by, name, "set_cameras", {"cameras": to_json(cameras)}, cameras=told)

        twice(self._engine, work)

    def disable(self, by: Actor, name: str) -> None:
        """Shut the account and end its sessions; its tokens rest. Raises AccountError as `set_role` does."""

        def work(connection: Connection) -> None:
            _require_another(connection, name)
            self._change(connection, by, name, "disable_user", {"disabled": self._clock()})

        twice(self._engine, work)

    def enable(self, by: Actor, name: str) -> None:
        """Open a disabled account again."""
        twice(self._engine, lambda c: self._change(c, by, name, "enable_user", {"disabled": None}))

    def _hash(self, name: str, password: str) -> str:
        check_password(name, password)
        return self._passwords.hash(password)

    def _enter(
        self, connection: Connection, by: Actor, name: str, made: tuple[str, Role, Collection[str] | None]
    ) -> User:
        hashed, role, cameras = made
        if not NAME.fullmatch(name):
            raise AccountError(f'"{name}" cannot name an account: use small letters, digits and . _ @ + -')
        if connection.scalar(select(users.c.name).where(users.c.name == name)) is not None:
            raise AccountError(f"there is an account {name} already: choose another name")
        now = self._clock()
        row = {"name": name, "password": hashed, "role": role, "cameras": to_json(cameras), "created": now}
        connection.execute(insert(users).values(row))
        told = None if cameras is None else sorted(cameras)
        audit.write(connection, now, by, "add_user", name, role=role, cameras=told)
        return _user(connection, name)

    def _change(
        self,
        connection: Connection,
        by: Actor,
        name: str,
        action: str,
        values: dict[str, Any],
        **told: Any,
    ) -> None:
        """Whoever changes what an account may do ends its sessions, so that nothing old stays open."""
        _user(connection, name)
        connection.execute(update(users).where(users.c.name == name).values(values))
        connection.execute(delete(sessions).where(sessions.c.owner == name))
        audit.write(connection, self._clock(), by, action, name, **told)


def _user(connection: Connection, name: str) -> User:
    row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
    if row is None:
        raise AccountError(f"there is no account {name}: passerby users list shows them")
    return user_of(row)


def _require_nobody(connection: Connection) -> None:
    if connection.scalar(select(func.count()).select_from(users)):
        raise AccountError("there is an account already: log in as an administrator, or use passerby users")


def _require_another(connection: Connection, name: str) -> None:
    """Another administrator than `name`, locked until the change is made, or both might go at once."""
    others = select(users.c.name).where(users.c.role == Role.ADMINISTRATOR, users.c.disabled.is_(None))
    names = connection.scalars(others.order_by(users.c.name).with_for_update()).all()
    if names == [name]:
        raise AccountError(f"{name} is the last administrator: make another one first")


def user_of(row: Row[Any]) -> User:
    return User(row.name, Role(row.role), from_json(row.cameras), row.created, row.disabled)


def to_json(cameras: Collection[str] | None) -> str | None:
    return None if cameras is None else json.dumps(sorted(cameras))


def from_json(cameras: str | None) -> frozenset[str] | None:
    return None if cameras is None else frozenset(json.loads(cameras))


def digest(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a fast hash is safe."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
