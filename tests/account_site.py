"""A database with accounts in it, a clock to turn, and cheap passwords, for tests of what guards them."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

from storage.accounts.audit import Actor, Audit, Sought
from storage.accounts.lockout import LockedError
from storage.accounts.passwords import Passwords
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role
from storage.accounts.sessions import RefusedError, Sessions
from storage.accounts.tokens import Tokens

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = Actor("os:root")
GOOD, OTHER = "correct horse battery", "staple correct horse"
HOME = "192.0.2.7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Site:
    """One database and everything that looks after accounts in it."""

    def __init__(self, url: str, hasher: PasswordHasher = CHEAP) -> None:
        self.url, self.clock = url, Clock()
        self.passwords = Passwords(hasher)
        self.accounts = Accounts(url, self.passwords, clock=self.clock)
        self.sessions = Sessions(url, self.passwords, clock=self.clock)
        self.tokens = Tokens(url, clock=self.clock)
        self.log = Audit(url, clock=self.clock)

    def populate(self) -> None:
        """An administrator called root, and a viewer called alice who sees the gate."""
        self.accounts.add(ROOT, "root", OTHER, Role.ADMINISTRATOR)
        self.accounts.add(ROOT, "alice", GOOD, Role.VIEWER, cameras=["gate"])

    def close(self) -> None:
        for part in (self.accounts, self.sessions, self.tokens, self.log):
            part.close()

    def log_in(
        self, name: str = "alice", password: str = GOOD, address: str = HOME, replaces: str = ""
    ) -> str:
        return self.sessions.log_in(name, password, address=address, replaces=replaces)

    def actions(self) -> list[str]:
        return [entry.action for entry in self.log.all(Sought())]

    def stored(self) -> str:
        """Everything in the database, as somebody who stole it would read it."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            tables = ["users", "sessions", "tokens", "invitations", "attempts", "audit"]
            rows = [row for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))]
        engine.dispose()
        return repr(rows)


def refused(site: Site, **given: str) -> str:
    with pytest.raises((RefusedError, LockedError)) as error:
        site.log_in(**given)
    return f"{type(error.value).__name__}: {error.value}"
