"""`passerby jobs` shows how far the footage is and gives what was set aside another chance."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from tests.ledger_chunks import MINUTE, chunk, shots_of


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """One chunk done, one at work, one set aside, one waiting."""
    made = Ledger(f"sqlite:///{tmp_path / 'passerby.db'}")
    made.plan([chunk(0, camera=camera) for camera in ("a", "b", "c", "d")])
    made.complete_watch(claim(made, "a"), shots_of(chunk(0, camera="a"), ""), "{}")
    indexing = made.claim("index", "elsewhere:1:a", MINUTE)
    assert indexing is not None
    made.complete_index(indexing)
    claim(made, "b")
    made.fail(claim(made, "c"), "c.mp4 is cut off", permanent=True)
    yield made
    made.close()


def claim(ledger: Ledger, camera: str) -> Chunk:
    """Chunks of one moment come by their ids, so the others are given back."""
    others = []
    while (found := ledger.claim("watch", "elsewhere:1:a", timedelta(hours=1))) is not None:
        if found.camera == camera:
            for other in others:
                ledger.release(other)
            return found
        others.append(found)
    raise AssertionError(f"nothing of {camera} waits")


def jobs(tmp_path: Path, *arguments: str) -> int:
    return main(["--data", str(tmp_path), "jobs", *arguments])


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert jobs(tmp_path, *arguments, "--json") == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def state_of(ledger: Ledger, camera: str) -> State:
    return next(job.state for job in ledger.jobs() if job.camera == camera)


def test_what_is_at_work_and_what_was_set_aside_is_shown(
    tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    record = told(tmp_path, capsys)
    assert record["counts"] == {
        "queued": 1,
        "watching": 1,
        "watched": 0,
        "indexing": 0,
        "indexed": 1,
        "quarantined": 1,
    }
    by_camera = {one["camera"]: one for one in record["chunks"]}
    assert set(by_camera) == {"b", "c"}
    assert by_camera["b"]["worker"] == "elsewhere:1:a"
    assert (by_camera["c"]["reason"], by_camera["c"]["attempts"]) == ("c.mp4 is cut off", 1)
    assert 0 <= by_camera["c"]["age"] < 600

    assert jobs(tmp_path) == 0
    said = capsys.readouterr().out
    assert f"{chunk(0, camera='c').id[:10]} quarantined for " in said
    assert "c, file:/c.mp4 from 0 s to 60 s\n" in said
    assert "c.mp4 is cut off\n" in said


def test_states_and_ids_say_what_is_listed(
    tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = told(tmp_path, capsys, "--state", "queued", "--state", "indexed")["chunks"]
    assert {one["camera"] for one in listed} == {"a", "d"}
    (named,) = told(tmp_path, capsys, listed[0]["id"][:8])["chunks"]
    assert named["id"] == listed[0]["id"]


def test_retry_and_drop_reach_what_is_named(
    tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.fail(claim(ledger, "d"), "d.mp4 is cut off", permanent=True)
    c, d = chunk(0, camera="c"), chunk(0, camera="d")
    (retried,) = told(tmp_path, capsys, c.id, "--retry")["chunks"]
    assert (retried["camera"], retried["state"], retried["attempts"]) == ("c", "queued", 0)
    assert state_of(ledger, "d") is State.QUARANTINED
    assert told(tmp_path, capsys, d.id[:10], "--drop")["chunks"] == []
    assert d.id not in {job.id for job in ledger.jobs()}


def test_without_ids_everything_that_was_set_aside_is_meant(tmp_path: Path, ledger: Ledger) -> None:
    ledger.fail(claim(ledger, "d"), "d.mp4 is cut off", permanent=True)
    assert jobs(tmp_path, "--retry") == 0
    assert state_of(ledger, "c") is state_of(ledger, "d") is State.QUEUED
    assert state_of(ledger, "a") is State.INDEXED


@pytest.mark.parametrize("act", ["--retry", "--drop"])
def test_what_was_not_set_aside_is_left_alone_and_said(
    tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str], act: str
) -> None:
    assert jobs(tmp_path, chunk(0, camera="b").id, act) == 2
    assert "was not set aside" in " ".join(capsys.readouterr().err.split())
    assert state_of(ledger, "b") is State.WATCHING


def test_an_id_that_names_none_or_several_is_said(
    tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert jobs(tmp_path, "nothing-like-it") == 2
    assert "no chunk" in capsys.readouterr().err
    assert jobs(tmp_path, "") == 2
    assert "4 chunks" in capsys.readouterr().err
