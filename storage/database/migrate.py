"""Bring a database to the newest shape, whoever comes first, with a copy of the old file beside it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from storage.errors import NewerSchemaError

_FIRST = "0001"  # the shape of databases from before migrations
_BEFORE = 1  # what those say of themselves, in a table `schema`
_LOCK = 0x70617373  # of Postgres; any number that nobody else uses


def migrate(engine: Engine) -> None:
    """Take the steps of `migrations/versions` that the database lacks: all of them, or none when one fails.

    Other processes wait meanwhile. A SQLite file of an older shape is copied first, to a name that says
    which. Raises NewerSchemaError when a later version of the program made the database.
    """
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    steps = list(reversed(list(scripts.walk_revisions())))
    with engine.begin() as connection:  # SQLite takes its lock here: see `open_database`
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)
        missing = _missing(steps, found)
        if missing is None:
            raise NewerSchemaError(
                f"the database {engine.url.render_as_string()} has schema {found} and this program knows up "
                f"to {steps[-1].revision}: upgrade the program or name another database"
            )
        if found and missing:
            _back_up(engine, found)
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for step in missing:
                step.module.upgrade()
                context.stamp(scripts, step.revision)


def _revision(connection: Connection) -> str | None:
    """The database's shape; None while it is empty."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        return MigrationContext.configure(connection).get_current_revision()
    if not tables.has_table("schema"):
        return None
    version = connection.scalar(text("SELECT version FROM schema"))
    return _FIRST if version == _BEFORE else str(version)


def _missing(steps: list[Script], found: str | None) -> list[Script] | None:
    """The steps to take, oldest first; None when nobody here knows the shape."""
    if found is None:
        return steps
    known = [step.revision for step in steps]
    return steps[known.index(found) + 1 :] if found in known else None


def _back_up(engine: Engine, revision: str) -> None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    file = Path(engine.url.database)
    copy = file.with_name(f"{file.name}.schema-{revision}")
    fresh = copy.with_name(f".{copy.name}.part")
    fresh.unlink(missing_ok=True)
    try:
        # A second connection: it sees what is stored, and also what still lies in the write-ahead log.
        with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(fresh)) as new:
            old.backup(new)
    except sqlite3.Error as error:
        raise OSError(
            f"the database {file} is older than this program and cannot be copied before it is changed "
            f"({error}): free space beside it, or see that this user may write there"
        ) from error
    fresh.replace(copy)
