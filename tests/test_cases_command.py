"""`passerby cases` from opening a case to a ZIP of it."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.cli import main
from storage.accounts.audit import Audit, Sought
from storage.footage.ledger import Ledger
from tests.web_client import copy_of


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    return copy_of(filled, tmp_path / "data")


def run(folder: Path, *arguments: str) -> int:
    return main(["--data", str(folder), "cases", *arguments])


def sightings(folder: Path) -> list[str]:
    ledger = Ledger(f"sqlite:///{folder / 'passerby.db'}")
    found = [str(ledger.shots(job)[0].id) for job in ledger.jobs()]
    ledger.close()
    return found


def test_a_case_from_opening_to_closing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = sightings(folder)
    assert run(folder, "open", "thefts", "--owner", "olga", "--notes", "since May") == 0
    assert capsys.readouterr().out == "Case 1 is open.\n"
    assert run(folder, "add", "1", first, second, "--note", "with a bicycle") == 0
    assert run(folder, "note", "1", "comes back", "--entry", "2") == 0
    assert run(folder, "note", "1", "since April") == 0
    assert run(folder, "share", "1", "--with", "ada") == 0
    capsys.readouterr()
    assert run(folder, "show", "1") == 0
    said = capsys.readouterr().out
    assert said.startswith("thefts (open)\nsince April\n")
    assert run(folder, "list") == 0
    assert "olga" in capsys.readouterr().out
    assert run(folder, "take-out", "1", "1") == 0
    assert run(folder, "close", "1") == 0
    assert run(folder, "add", "1", first) == 2
    assert "closed" in capsys.readouterr().err
    assert run(folder, "reopen", "1") == 0
    assert run(folder, "remove", "1") == 0
    capsys.readouterr()
    assert run(folder, "list") == 0
    assert "There is no case yet" in capsys.readouterr().out


def test_what_is_not_there_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"
    assert run(folder, "open", "x", "--owner", "vic") == 2  # a viewer keeps no cases
    assert "may keep cases" in capsys.readouterr().err.replace("\n", " ")
    assert run(folder, "show", "7") == 2
    run(folder, "open", "x")
    assert run(folder, "add", "1", sightings(folder)[0], nobody) == 2
    assert f"no sighting {nobody}" in capsys.readouterr().err.replace("\n", " ")
    assert run(folder, "show", "1") == 0
    assert "Nothing is in it yet" in capsys.readouterr().out  # all of them or none


def test_an_export_says_the_hash_that_the_log_keeps(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(folder, "open", "thefts")
    run(folder, "add", "1", *sightings(folder))
    capsys.readouterr()
    assert (
        run(folder, "export", "1", str(tmp_path / "case.zip"), "--no-clips", "--reason", "for the police")
        == 0
    )
    log = Audit(f"sqlite:///{folder / 'passerby.db'}")
    (begun,), (done,) = (list(log.all(Sought(action=action))) for action in ("export_case", "exported_case"))
    log.close()
    assert begun.details["reason"] == "for the police"
    assert done.details["manifest"] in capsys.readouterr().out
    with ZipFile(tmp_path / "case.zip") as archive:
        assert archive.testzip() is None
        record = json.loads(archive.read("case.json"))
    assert record["exported"]["faces"] == "shown"
    assert {entry["state"] for entry in record["entries"]} == {"kept"}
