"""Older databases are brought up to date and a copy is kept; newer ones are refused."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

import storage.accounts.tables  # their tables belong to the comparison
import storage.casework.tables
from storage.database.tables import metadata, open_database
from storage.errors import NewerSchemaError
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from tests.ledger_chunks import NOON, chunk

ROOT = Path(__file__).parents[1]

# What a program from before migrations made; it said of itself that this is schema 1.
BEFORE_MIGRATIONS = """
CREATE TABLE schema (version INTEGER NOT NULL, PRIMARY KEY (version));
INSERT INTO schema VALUES (1);
CREATE TABLE chunks (id VARCHAR(32) NOT NULL, camera TEXT NOT NULL, source TEXT NOT NULL,
    fingerprint TEXT NOT NULL, began DATETIME NOT NULL, start FLOAT NOT NULL, "end" FLOAT NOT NULL,
    position INTEGER NOT NULL, version TEXT NOT NULL, state VARCHAR(16) NOT NULL, attempts INTEGER NOT NULL,
    worker TEXT NOT NULL, lease_until DATETIME, reason TEXT NOT NULL, handoff TEXT NOT NULL,
    PRIMARY KEY (id));
CREATE INDEX chunks_by_state ON chunks (state, began);
CREATE INDEX chunks_of_source ON chunks (camera, fingerprint, version, position);
CREATE TABLE shots (id VARCHAR(36) NOT NULL, chunk VARCHAR(32) NOT NULL, camera TEXT NOT NULL,
    source TEXT NOT NULL, track INTEGER NOT NULL, shot INTEGER NOT NULL, began DATETIME NOT NULL,
    ended DATETIME NOT NULL, taken DATETIME NOT NULL, x1 FLOAT NOT NULL, y1 FLOAT NOT NULL, x2 FLOAT NOT NULL,
    y2 FLOAT NOT NULL, score FLOAT NOT NULL, crop TEXT NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(chunk) REFERENCES chunks (id));
CREATE INDEX ix_shots_chunk ON shots (chunk);
"""


def old_database(folder: Path) -> str:
    """One chunk, indexed, as it was before migrations."""
    url = f"sqlite:///{folder / 'passerby.db'}"
    engine = create_engine(url)
    one = chunk(0)
    with engine.begin() as connection:
        for statement in BEFORE_MIGRATIONS.split(";"):
            connection.execute(text(statement))
        values = (one.id, one.camera, one.source, one.fingerprint, "2026-03-01 12:00:00.000000", 0.0, 60.0)
        rest = (0, "1", "indexed", 0, "", None, "", "{}")
        marks = ", ".join("?" * 15)
        connection.exec_driver_sql(f"INSERT INTO chunks VALUES ({marks})", (*values, *rest))
    engine.dispose()
    return url


def differences(engine: Engine) -> list[object]:
    """What the tables of the code have and the database has not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _not_ours})
        return list(compare_metadata(context, metadata))


def _not_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name == "schema")  # for programs from before migrations alone


def test_the_steps_make_the_tables_that_the_code_knows(url: str) -> None:
    assert storage.accounts.tables.users.metadata is storage.casework.tables.alerts.metadata is metadata
    engine = open_database(url)
    assert differences(engine) == []
    engine.dispose()


def test_an_older_database_is_migrated_and_a_copy_of_it_kept(tmp_path: Path) -> None:
    url = old_database(tmp_path)
    ledger = Ledger(url)
    (kept,) = ledger.jobs()
    assert (kept.id, kept.state, kept.began, kept.changed) == (chunk(0).id, State.INDEXED, NOON, None)
    ledger.close()

    engine = open_database(url)
    assert differences(engine) == []
    engine.dispose()
    copy = create_engine(f"sqlite:///{tmp_path / 'passerby.db.schema-0001'}")
    assert set(inspect(copy).get_table_names()) == {"schema", "chunks", "shots"}
    with copy.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM chunks")) == 1
    copy.dispose()


def test_an_older_program_refuses_what_was_migrated(tmp_path: Path) -> None:
    """It asks whether the version in its table is more than the 1 it knows."""
    engine = open_database(old_database(tmp_path))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM schema")) == 2
    engine.dispose()


def test_an_older_database_that_cannot_be_copied_stays_as_it_is(tmp_path: Path) -> None:
    url = old_database(tmp_path)
    (tmp_path / ".passerby.db.schema-0001.part").mkdir()
    with pytest.raises(OSError, match=r"part|copied"):
        Ledger(url)
    engine = create_engine(url)
    assert "alembic_version" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    url = old_database(tmp_path)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE windows (mine TEXT)"))  # the last that the second step makes
    with pytest.raises(OSError, match="windows already exists"):
        Ledger(url)
    assert set(inspect(engine).get_table_names()) == {"schema", "chunks", "shots", "windows"}
    engine.dispose()


def test_a_newer_database_is_refused(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NewerSchemaError, match=r"9999.*upgrade"):
        Ledger(url)


def test_a_newer_database_from_before_migrations_is_refused(tmp_path: Path) -> None:
    url = old_database(tmp_path)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema SET version = 99"))
    engine.dispose()
    with pytest.raises(NewerSchemaError, match="upgrade"):
        Ledger(url)


def test_processes_that_start_at_once_make_the_tables_once(url: str) -> None:
    assert start_at_once(url) == ["0"] * 4


def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    assert start_at_once(old_database(tmp_path)) == ["1"] * 4


def start_at_once(url: str) -> list[str]:
    """How many chunks each of four processes finds that open the database at the same moment."""
    code = (
        "import sys, time; from storage.footage.ledger import Ledger\n"
        "time.sleep(max(0, float(sys.argv[2]) - time.time()))\n"
        "print(len(Ledger(sys.argv[1]).jobs()))"
    )
    command = [sys.executable, "-c", code, url, str(time.time() + 2)]
    started = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    found = []
    for process in started:
        said, errors = process.communicate()
        assert process.returncode == 0, errors
        found.append(said.strip())
    return found


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "passerby.db").write_text(
        "this is something else entirely, and long enough to be looked at" * 20
    )
    with pytest.raises(OSError, match="does not open"):
        Ledger(f"sqlite:///{tmp_path / 'passerby.db'}")
