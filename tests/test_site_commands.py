"""`passerby users`, `tokens`, `audit`, `erase` and `hold`, as somebody at a terminal uses them."""

import io
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipeline.cli import main
from pipeline.commands.audit import note_search, operator
from pipeline.settings import Settings
from pipeline.types import Query
from storage.footage.chunks import Chunk, worker_name
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_index
from storage.types import Shot, Sighting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = "correct horse battery"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a data folder of its own; returns the exit code and what was said."""
    monkeypatch.setenv("COLUMNS", "200")

    def once(*line: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["--data", str(tmp_path), *line])
        said = capsys.readouterr()
        return code, " ".join((said.out + said.err).split())

    return once


def populate(folder: Path, number: int) -> list[Shot]:
    """People at the gate, a minute apart, indexed."""
    settings = Settings(data=folder)
    media = open_media(settings.media_url)
    chunk = Chunk("gate", "file", "print", NOON, 0, 1, 0, "1")
    times = [datetime(2026, 3, 1, 12, minute, tzinfo=UTC) for minute in range(number)]
    shots = [
        Shot("gate", "print", track, 0, time, time, time, (0, 0, 9, 20), 0.9, f"gate/{track}.jpg")
        for track, time in enumerate(times)
    ]
    vector = np.array([1, 0, 0], np.float32)
    with closing(Ledger(settings.database_url)) as ledger:
        ledger.plan([chunk])
        claimed = ledger.claim("watch", worker_name(), timedelta(minutes=1))
        assert claimed is not None
        ledger.complete_watch(claimed, shots, "")
    with closing(open_index(settings.index_url, "plain@00000000")) as index:
        index.add(
            [Sighting(shot, "plain@00000000", vector, vector[None].astype(np.float16)) for shot in shots]
        )
    for shot in shots:
        media.put(shot.crop, np.zeros((20, 9, 3), np.uint8))
    return shots


def test_accounts_are_made_changed_and_shut(run: Run) -> None:
    assert run("users", "list") == (0, "There is no account yet: passerby users add NAME")
    assert run("users", "add", "root", "--role", "administrator", typed=GOOD + "\n")[0] == 0
    assert run("users", "add", "alice", "--camera", "gate", "--camera", "hall", typed=GOOD)[0] == 0
    assert run("users", "role", "alice", "operator")[0] == 0
    assert "alice │ operator │ gate, hall" in run("users", "list")[1]
    assert run("users", "cameras", "alice")[0] == 0
    assert "alice │ operator │ all" in run("users", "list")[1]
    assert run("users", "passwd", "alice", typed="another good one")[0] == 0
    assert run("users", "disable", "alice")[0] == 0
    assert "disabled" in run("users", "list")[1]
    assert run("users", "enable", "alice")[0] == 0
    assert GOOD not in run("audit", "export")[1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["users", "add", "alice"], "12 to 1024 characters"),
        (["users", "add", "A B"], "cannot name an account"),
        (["users", "passwd", "nobody"], "no account nobody"),
        (["users", "disable", "root"], "last administrator"),
        (["users", "invite"], "already"),
        (["tokens", "add", "x", "--user", "nobody", "--scope", "search"], "no account nobody"),
        (["tokens", "revoke", "x"], "no token x"),
        (["hold", "remove", "7"], "no hold 7"),
        (["hold", "add", "--reason", " "], "needs a reason"),
        (["erase"], "nothing to erase is named"),
        (["erase", "--camera", "attic"], 'no footage of a camera "attic"'),
        (["erase", "--sighting", "6f0bd5a6-2f0c-5d0e-9a55-70a55e2b1e00"], "no sighting 6f0bd5a6"),
        (["erase", "--camera", "a", "--sighting", "6f0bd5a6-2f0c-5d0e-9a55-70a55e2b1e00"], "not both"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(run: Run, line: list[str], expected: str) -> None:
    run("users", "add", "root", "--role", "administrator", typed=GOOD)
    code, said = run(*line, typed="short" if line[2:] == ["alice"] else GOOD)
    assert (code, expected in said) == (2, True), said


def test_a_token_is_shown_once(run: Run) -> None:
    run("users", "add", "root", "--role", "administrator", typed=GOOD)
    line = ["tokens", "add", "nightly [report]", "--user", "root", "--scope", "search", "--scope", "export"]
    code, secret = run(*line)
    assert code == 0
    assert secret.startswith("passerby_")
    listed = run("tokens", "list")[1]
    assert "nightly [report] │ root │ export, search │ all" in listed
    assert secret not in listed
    identity = listed.split("┡")[1].split("│")[1].strip()
    assert run("tokens", "revoke", identity)[0] == 0
    assert "revoked" in run("tokens", "list")[1]


def test_the_first_administrator_is_invited(run: Run) -> None:
    code, token = run("users", "invite")
    assert (code, len(token)) == (0, 43)


def test_the_log_is_verified_listed_and_exported(run: Run, tmp_path: Path) -> None:
    heads = tmp_path / "heads.txt"
    assert run("audit", "verify", "--heads", str(heads)) == (0, "The audit log is empty.")
    note_search(Query("red coat [bold]\x1b[31m", ("gate",), NOON), Settings(data=tmp_path))
    assert run("audit", "verify", "--heads", str(heads))[1].startswith("1 entries, each as it was written.")
    run("hold", "add", "--reason", "case 12")
    for _ in range(2):
        assert run("audit", "verify", "--heads", str(heads))[0] == 0
    assert [line.split(":")[0] for line in heads.read_text().splitlines()] == ["1", "2"]

    exported = [json.loads(line) for line in run("audit", "export", "--action", "search")[1].split("\n")]
    assert [(entry["who"], entry["details"]["text"]) for entry in exported] == [
        (operator().name, "red coat [bold]\x1b[31m")
    ]
    assert exported[0]["details"]["after"] == "2026-03-01T12:00:00+00:00"
    listed = run("audit", "list", "--after", "2026-03-01")[1]
    assert "red coat [bold]�[31m" in listed
    assert "place_hold" in listed

    heads.write_text(f"1:{'0' * 64}\n")
    code, said = run("audit", "verify", "--heads", str(heads))
    assert code == 2
    assert "broken at entry 1" in said
    heads.write_text("nonsense\n")
    assert "no head of the audit log" in run("audit", "verify", "--heads", str(heads))[1]


def test_people_are_erased_with_a_report(run: Run, tmp_path: Path) -> None:
    first, *_ = shots = populate(tmp_path, 4)
    assert "4 of 4 sightings would go." in run("erase", "--camera", "gate", "--dry-run")[1]
    code, said = run("erase", "--appearance", str(first.id), "--reason", "asked to")
    assert code == 0
    assert "This report is entry 2 of the audit log." in said
    assert "crops │ 1 │ 0" in said
    run("hold", "add", "--camera", "gate", "--before", "2026-03-01T12:01+00:00", "--reason", "case 12")
    code, said = run("erase", "--camera", "gate")
    assert (code, "a legal hold covers some of this, 1 (case 12)" in said) == (2, True)
    assert "case 12" in run("hold", "list")[1]
    run("hold", "remove", "1")
    assert run("erase", "--camera", "gate", "--after", "2026-03-01T12:02+00:00")[0] == 0
    assert [path.name for path in (tmp_path / "media" / "gate").iterdir()] == [shots[1].crop.split("/")[1]]


def test_mass_deletion_asks_for_its_number(run: Run, tmp_path: Path) -> None:
    populate(tmp_path, 25)
    code, said = run("erase", "--camera", "gate")
    assert code == 2
    assert "this erases 25 of 25 sightings: to go on, repeat it with --yes-erase 25" in said
    assert run("erase", "--camera", "gate", "--yes-erase", "25")[0] == 0
    assert list((tmp_path / "media" / "gate").iterdir()) == []
