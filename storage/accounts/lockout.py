"""Slow down whoever guesses passwords: counts attempts per account and per address, in the database."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from storage.accounts.tables import attempts

FORGOTTEN = timedelta(hours=1)  # without a failure, after which the count begins anew
FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)  # locked; doubles with every further failure


class LockedError(PermissionError):
    """Too many failures; `until` says when the next attempt counts."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many failed attempts: try again after {until:%H:%M:%S} UTC")
        self.until = until


@dataclass(frozen=True, slots=True)
class Door:
    """Something that is locked by itself: an account or an address."""

    key: str
    free: int  # failures before it locks


def account_door(name: str) -> Door:
    """Unknown names have one too, or a lock would tell who exists."""
    return Door(_hashed("account", name), 5)


def address_door(address: str) -> Door:
    """IPv6 counts by network of 64 bits, of which every household has one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return Door(_hashed("address", address), 30)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return Door(_hashed("address", str(parsed.ipv4_mapped)), 30)
        return Door(_hashed("address", str(ipaddress.ip_network((parsed, 64), strict=False))), 30)
    return Door(_hashed("address", str(parsed)), 30)


def attempt(connection: Connection, doors: Sequence[Door], now: datetime) -> bool:
    """Count an attempt as failed before it is tried, so that a thousand at once gain nothing.

    Returns whether this one locked a door; raises LockedError when one was locked already.
    """
    connection.execute(delete(attempts).where(attempts.c.last < now - FORGOTTEN))
    by_key = {door.key: door for door in doors}
    query = select(attempts).where(attempts.c.key.in_(by_key)).order_by(attempts.c.key).with_for_update()
    known = {row.key: row for row in connection.execute(query)}
    locked = [row.until for row in known.values() if row.until is not None and row.until > now]
    if locked:
        raise LockedError(max(locked))
    locks = False
    for key, door in sorted(by_key.items()):
        row = known.get(key)
        failures = 1 if row is None else row.failures + 1
        until = None
        if failures >= door.free:
            until = now + min(LONGEST, FIRST * 2 ** min(failures - door.free, 10))
            locks = True
        values = {"failures": failures, "last": now, "until": until}
        if row is None:
            connection.execute(insert(attempts).values(key=key, **values))
        else:
            connection.execute(update(attempts).where(attempts.c.key == key).values(values))
    return locks


def forgive(connection: Connection, account: Door, others: Sequence[Door]) -> None:
    """Take back a counted attempt that was right; it clears its account but no more than itself elsewhere.

    Otherwise somebody with an account could guess others' for ever by logging in between.
    """
    connection.execute(delete(attempts).where(attempts.c.key == account.key))
    for door in others:
        mine = update(attempts).where(attempts.c.key == door.key)
        connection.execute(mine.values(failures=attempts.c.failures - 1, until=None))


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}|{value}".encode("utf-8", "surrogatepass")).hexdigest()
