"""The audit log: nothing in it can be changed, taken out or cut off unseen."""

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from storage.accounts.audit import GENESIS, Actor, Audit, Head, Sought, as_json
from storage.database.tables import open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE, BOB = Actor("alice", "192.0.2.7"), Actor("os:bob")
COLUMNS = ("number", "at", "who", "action", "subject", "details", "address", "previous", "hash")
ROOT = Path(__file__).parents[1]

APPENDER = """
import sys
from storage.accounts.audit import Actor, Audit
log = Audit(sys.argv[1])
for number in range(25):
    log.append(Actor(sys.argv[2]), "search", text=f"coat {number}")
"""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'site.db'}"


@pytest.fixture
def log(sqlite: str) -> Iterator[Audit]:
    """Twelve entries by two people."""
    log = Audit(sqlite, clock=Clock())
    for number in range(6):
        log.append(ALICE, "search", text=f"größer als {number} \udcff")
        log.append(BOB, "view_media", f"sighting-{number}", reason='a "reason"', boxes=[1.5, None])
    yield log
    log.close()


def tamper(sqlite: str, *statements: str, **values: object) -> None:
    """What somebody does who owns the database."""
    engine = create_engine(sqlite)
    with engine.begin() as connection:
        for trigger in ("audit_update", "audit_delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def test_entries_are_numbered_timed_and_come_back_whole(log: Audit) -> None:
    entries = list(log.all(Sought()))
    assert [entry.number for entry in entries] == list(range(1, 13))
    assert entries[0].previous == GENESIS
    assert entries[1].at == NOON + timedelta(minutes=2)
    assert (entries[1].who, entries[1].action, entries[1].subject) == ("os:bob", "view_media", "sighting-0")
    assert entries[1].details == {"reason": 'a "reason"', "boxes": [1.5, None]}
    assert entries[0].details == {"text": "größer als 0 \udcff"}
    assert log.verify().fault == ""
    assert log.verify().entries == 12


def test_an_empty_log_is_sound(sqlite: str) -> None:
    verdict = Audit(sqlite).verify()
    assert (verdict.entries, verdict.head, verdict.broken, verdict.fault) == (0, None, None, "")


def test_entries_are_found_by_who_action_and_time(log: Audit) -> None:
    assert len(log.newest(Sought(who="alice"))) == 6
    assert len(log.newest(Sought(action="view_media"))) == 6
    third, fourth = NOON + timedelta(minutes=3), NOON + timedelta(minutes=4)
    assert [entry.number for entry in log.newest(Sought(after=third, before=fourth))] == [4, 3]
    assert [entry.number for entry in log.newest(Sought(who="alice"), limit=2, below=7)] == [5, 3]
    assert log.newest(Sought(who="carol")) == []


def test_every_exported_line_proves_its_own_hash(log: Audit) -> None:
    """As somebody without this program would check it, from what the documentation says."""
    previous = GENESIS
    for entry in log.all(Sought()):
        record = json.loads(as_json(entry))
        claimed = record.pop("hash")
        record["details"] = json.dumps(record["details"], sort_keys=True, separators=(",", ":"))
        canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(canonical.encode()).hexdigest() == claimed
        assert record["previous"] == previous
        previous = claimed


def test_flipping_any_bit_of_any_field_names_the_entry(log: Audit, sqlite: str) -> None:
    chance = random.Random(3)
    engine = create_engine(sqlite)
    tamper(sqlite)
    for number in range(1, 13):
        for column in COLUMNS[1:]:
            with engine.begin() as connection:
                whole = connection.scalar(text(f"SELECT {column} FROM audit WHERE number = {number}"))
                data = bytearray(str(whole).encode() or b"\0")
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                change = text(f"UPDATE audit SET {column} = CAST(:data AS TEXT) WHERE number = {number}")
                connection.execute(change, {"data": bytes(data)})
            verdict = log.verify()
            assert verdict.broken == number, (number, column, bytes(data))
            assert verdict.fault
            assert verdict.entries == number - 1
            with engine.begin() as connection:
                back = text(f"UPDATE audit SET {column} = :whole WHERE number = {number}")
                connection.execute(back, {"whole": whole})
    assert log.verify().fault == ""
    engine.dispose()


@pytest.mark.parametrize("other", [-5, 0, 13, 99])
def test_a_changed_number_is_noticed(log: Audit, sqlite: str, other: int) -> None:
    tamper(sqlite, f"UPDATE audit SET number = {other} WHERE number = 5")
    assert log.verify().broken in (1, 5)


def test_a_deleted_entry_is_missed(log: Audit, sqlite: str) -> None:
    tamper(sqlite, "DELETE FROM audit WHERE number = 4")
    verdict = log.verify()
    assert (verdict.broken, verdict.fault) == (4, "it is missing")


def test_a_cut_off_end_is_missed(log: Audit, sqlite: str) -> None:
    tamper(sqlite, "DELETE FROM audit WHERE number > 9")
    assert log.verify().broken == 10


def test_an_entry_behind_the_head_is_noticed(log: Audit, sqlite: str) -> None:
    tamper(sqlite, "UPDATE audit_head SET number = 11")
    assert log.verify().broken == 11


def test_a_rewritten_end_is_found_out_by_a_head_kept_elsewhere(log: Audit, sqlite: str) -> None:
    kept = log.verify().head
    assert kept is not None
    nine = next(entry for entry in log.all(Sought()) if entry.number == 9)
    values = {"hash": nine.hash}
    tamper(
        sqlite,
        "DELETE FROM audit WHERE number > 9",
        "UPDATE audit_head SET number = 9, hash = :hash",
        **values,
    )
    assert log.verify().fault == ""  # the chain alone cannot know
    assert log.verify([kept]).broken == 10
    for _ in range(3):
        log.append(ALICE, "search", text="something harmless")
    assert log.verify([kept]).broken == 12
    assert log.verify([Head(9, nine.hash)]).fault == ""


def test_a_log_without_its_head_takes_no_more(log: Audit, sqlite: str) -> None:
    tamper(sqlite, "DELETE FROM audit_head")
    assert log.verify().broken == 1
    with pytest.raises(OSError, match="lost its head"):
        log.append(ALICE, "search")


def test_the_database_itself_refuses_changes(log: Audit, sqlite: str) -> None:
    engine = open_database(sqlite)
    for statement in ("UPDATE audit SET who = 'carol'", "DELETE FROM audit"):
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_what_json_cannot_say_is_refused(log: Audit) -> None:
    with pytest.raises(ValueError, match="JSON"):
        log.append(ALICE, "search", score=float("nan"))
    assert log.verify().entries == 12


def test_four_processes_append_to_one_chain(url: str) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", APPENDER, url, name], cwd=ROOT) for name in "abcd"]
    assert [worker.wait() for worker in workers] == [0, 0, 0, 0]
    log = Audit(url)
    verdict = log.verify()
    assert (verdict.entries, verdict.fault) == (100, "")
    for name in "abcd":
        texts = [entry.details["text"] for entry in log.all(Sought(who=name))]
        assert texts == [f"coat {number}" for number in range(25)]
    log.close()
