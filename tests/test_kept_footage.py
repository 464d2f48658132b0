"""Footage that recorders keep goes with the people it shows, whole segments at a time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.keeping.kept_footage import ended, showing
from pipeline.keeping.survey import Site
from storage.footage.chunks import Chunk, State
from storage.footage.erasures import Selection
from storage.footage.ledger import Ledger
from storage.types import Shot, Where
from tests.erasable_site import OS, at, close_site, open_site, run, segment

BEGAN = (-30, -5, 5, 15, 40)  # seconds; each segment lasts for ten

Files = dict[tuple[str, int], Path]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = open_site(tmp_path)
    yield opened
    close_site(opened)


@pytest.fixture
def files(site: Site) -> Files:
    return {
        (camera, second): segment(site.segments, camera, at(second), 10)
        for camera in ("gate", "yard")
        for second in BEGAN
    }


def gone(files: Files) -> set[tuple[str, int]]:
    return {name for name, path in files.items() if not path.exists()}


def enter(folder: Path, path: Path, began: int, *, state: State, shot: Shot | None = None) -> None:
    """Let the ledger know a segment, and who was seen in it."""
    ledger = Ledger(f"sqlite:///{folder / 'site.db'}")
    chunk = Chunk("gate", str(path), "recorder:gate:x", at(began), began, began + 10, began, "1")
    ledger.plan([chunk])
    if state is not State.QUEUED:
        claimed = ledger.claim("watch", "elsewhere:1:a", timedelta(minutes=30))
        assert claimed is not None
        if state is State.WATCHED:
            ledger.complete_watch(claimed, [shot] if shot else [], "")
    ledger.close()


def test_a_segment_shows_a_time_from_its_first_picture_to_its_last(files: Files) -> None:
    gate = [files["gate", second] for second in BEGAN]

    def shown(after: int | None, before: int | None) -> list[int]:
        times = (None if second is None else at(second) for second in (after, before))
        return [BEGAN[gate.index(path)] for path in showing(gate, *times)]

    assert shown(None, None) == list(BEGAN)
    assert shown(0, 14) == [-5, 5]
    assert shown(-19, -6) == []  # between two
    assert shown(None, -30) == [-30]
    assert shown(41, None) == [40]
    assert shown(60, None) == []
    assert ended(gate[0]) == at(-20)


def test_one_that_cannot_be_read_is_taken_for_a_moment(files: Files) -> None:
    files["gate", 40].write_bytes(b"cut short")
    assert ended(files["gate", 40]) == at(40)


def test_a_range_takes_its_segments_along_even_if_nobody_watched_them(site: Site, files: Files) -> None:
    report = run(site, Selection(Where(("gate",), at(0), at(14))))
    assert gone(files) == {("gate", -5), ("gate", 5)}
    assert (report.before.segments, report.after.segments) == (2, 0)


def test_a_person_takes_along_the_segments_that_show_them(site: Site, files: Files, tmp_path: Path) -> None:
    shot = Shot("gate", "recorder:gate:x", 1, 0, at(8), at(16), at(9), (0, 0, 9, 9), 0.9, "gate/1.jpg")
    enter(tmp_path, files["gate", 15], 15, state=State.WATCHED, shot=shot)
    report = run(site, Selection(appearances=(shot.id,)))
    assert gone(files) == {("gate", 5), ("gate", 15)}
    assert report.remains == ()


def test_a_segment_that_waits_is_never_watched(site: Site, files: Files, tmp_path: Path) -> None:
    enter(tmp_path, files["gate", 5], 5, state=State.QUEUED)
    run(site, Selection(Where(("gate",), at(6), at(8))))  # only a part of it, and yet it goes whole
    assert gone(files) == {("gate", 5)}
    (stretch,) = site.ledger.stretches(sources=[str(files["gate", 5])])
    assert stretch.state is State.INDEXED


def test_a_segment_that_is_being_watched_stays_and_is_named(site: Site, files: Files, tmp_path: Path) -> None:
    enter(tmp_path, files["gate", 5], 5, state=State.WATCHING)
    report = run(site, Selection(Where(("gate",), at(6), at(16))))
    assert gone(files) == {("gate", 15)}
    assert report.remains == (
        "1 chunks of it are being watched or indexed now: erase again when that is done",
        "1 segments of footage are being watched, or under a legal hold",
    )


def test_a_held_segment_stays(site: Site, files: Files) -> None:
    site.holds.place(OS, "yard", at(44), None, "case 12")
    report = run(site, Selection(Where(("yard",))), around_holds=True)
    assert gone(files) == {("yard", second) for second in BEGAN if second != 40}
    assert "1 segments of footage are being watched, or under a legal hold" in report.remains
