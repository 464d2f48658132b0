"""Secrets that a site makes for itself, the same for every process that has its database open."""

import secrets

from sqlalchemy import Connection, insert, select

from storage.accounts.tables import keys
from storage.database.tables import open_database, twice


def site_key(url: str, name: str) -> bytes:
    """The 32 secret bytes of this name, made when somebody first asks for them.

    `url` is any SQLAlchemy URL; raises OSError or NewerSchemaError.
    """

    def work(connection: Connection) -> str:
        known = connection.scalar(select(keys.c.secret).where(keys.c.name == name))
        if known is not None:
            return str(known)
        fresh = secrets.token_hex(32)
        connection.execute(insert(keys).values(name=name, secret=fresh))
        return fresh

    engine = open_database(url)
    try:
        return bytes.fromhex(twice(engine, work))
    finally:
        engine.dispose()
