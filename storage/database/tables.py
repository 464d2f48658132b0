"""The tables of the database, for SQLite and Postgres alike, and how it is opened.

A change here needs a step in `storage/database/migrations/versions` that makes the same change.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError

from storage.database.answering import answering
from storage.database.clock import ahead, said
from storage.database.migrate import migrate
from storage.errors import NewerSchemaError


class Utc(TypeDecorator[datetime]):
    """Aware datetimes in and out; SQLite keeps the digits only, so they are always those of UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone: give it one, preferably UTC")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


T = TypeVar("T")

log = logging.getLogger(__name__)

# A server whose machine vanished answers nobody and refuses nobody: without these, a call waits for hours.
POSTGRES = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}

_READING = "passerby_reading"  # option of a connection

metadata = MetaData()

chunks = Table(
    "chunks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("camera", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),
    Column("position", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("lease_until", Utc),
    Column("reason", Text, nullable=False),
    Column("handoff", Text, nullable=False),
    Column("changed", Utc),  # when its state last changed; null: before that was noted
    Index("chunks_by_state", "state", "began"),
    Index("chunks_of_source", "camera", "fingerprint", "version", "position"),
)

shots = Table(
    "shots",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("chunk", ForeignKey("chunks.id"), nullable=False, index=True),
    Column("camera", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("track", Integer, nullable=False),
    Column("shot", Integer, nullable=False),
    Column("began", Utc, nullable=False),
    Column("ended", Utc, nullable=False),
    Column("taken", Utc, nullable=False),
    Column("x1", Float, nullable=False),
    Column("y1", Float, nullable=False),
    Column("x2", Float, nullable=False),
    Column("y2", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("crop", Text, nullable=False),
    Index("shots_by_day", "camera", "began"),
)

cameras = Table(
    "cameras",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("fps", Float),  # null: as the setting says
    Column("zones", Text, nullable=False),  # JSON; "": the whole picture
    Column("hours", Text, nullable=False),  # "": always
    Column("retention_days", Integer),  # null: for ever
    Column("batch", Boolean, nullable=False),  # indexed nightly instead of live
    Column("enabled", Boolean, nullable=False),
    Column("source", String(8), nullable=False),  # file, database
    Column("changed", Utc, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("ended", Utc),  # null: not over yet
    Column("reason", Text, nullable=False),
    Index("gaps_of_camera", "camera", "began"),
)

windows = Table(
    "windows",
    metadata,
    Column("task", Text, primary_key=True),
    Column("began", Utc, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("lease_until", Utc),
    Column("finished", Utc),  # null: not yet
    Column("result", Text, nullable=False),
)


def open_database(url: str) -> Engine:
    """Connect to a SQLAlchemy URL and bring the tables to the newest shape, from none or an older one.

    Raises ValueError when the URL is none or its driver is missing, OSError when the database cannot be
    reached, and NewerSchemaError when a later version of the program made it.
    """
    try:
        address = make_url(url)
        more = POSTGRES if address.get_backend_name() == "postgresql" else {}
        engine = create_engine(address, connect_args=more)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise ValueError(
            f"the database URL does not work ({error}): write sqlite:///FILE, or postgresql+psycopg://... "
            "with the package psycopg installed"
        ) from error
    if engine.dialect.name == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        _prepare_sqlite(engine)
    try:
        migrate(engine)
        wrong = said(ahead(engine))
    except DatabaseError as error:
        engine.dispose()
        raise OSError(
            f"the database {address.render_as_string()} does not open ({error.orig}): "
            "check the URL, that its server runs, and that this user may write to it"
        ) from error
    except (NewerSchemaError, OSError):
        engine.dispose()
        raise
    if wrong:
        log.warning("%s", wrong)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    """Let transactions wait for each other instead of failing, and keep them whole from their start."""

    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # or the driver begins a transaction when it sees fit
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    def begin(connection: Connection) -> None:
        only = bool(connection.get_execution_options().get(_READING))
        connection.exec_driver_sql(f"PRAGMA query_only = {int(only)}")
        # Taking the lock only at the first write would fail, not wait, when somebody wrote in between.
        connection.exec_driver_sql("BEGIN" if only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: it waits for nobody who writes, and nothing can be written in it.

    Raises OSError while the database does not answer.
    """
    options = {_READING: True, "postgresql_readonly": True}
    with answering(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def twice(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` in a transaction and once more if another process made the same rows meanwhile."""
    try:
        with engine.begin() as connection:
            return work(connection)
    except IntegrityError:
        with engine.begin() as connection:
            return work(connection)
