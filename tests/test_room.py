"""Old segments go, watched ones first, and what nobody has watched stays."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.commands.record import unheld
from pipeline.recording.room import Room
from pipeline.recording.segments import taken
from storage.accounts.holds import Hold

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = 1000


def segment(folder: Path, camera: str, hours_ago: float) -> Path:
    began = NOON - timedelta(hours=hours_ago)
    path = folder / camera / f"{began:%Y-%m-%d}" / f"{began:%H%M%S}-250.mkv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * SIZE)
    return path


class Site:
    """Segments of two cameras on a disk of ten segments' size."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watched: set[str] = set()

    def done_with(self, sources: Sequence[str]) -> set[str]:
        return self.watched & set(sources)

    def free(self, _: Path) -> int:
        return 10 * SIZE - sum(path.stat().st_size for path in self.folder.rglob("*.mkv"))

    def room(self, *, keep: float = 24, reserve: int = 0) -> Room:
        return Room(
            self.folder, self.done_with, keep=timedelta(hours=keep), reserve=reserve * SIZE, free=self.free
        )


def test_a_segment_s_name_says_when_it_was_taken(tmp_path: Path) -> None:
    assert taken(segment(tmp_path, "gate", 13)) == NOON - timedelta(hours=13) + timedelta(milliseconds=250)


def test_only_watched_segments_grow_too_old(tmp_path: Path) -> None:
    site = Site(tmp_path)
    old, unwatched, young = (segment(tmp_path, "gate", hours) for hours in (30, 29, 2))
    site.watched = {str(old), str(young)}
    assert site.room().expire(NOON) == 1
    assert [path.exists() for path in (old, unwatched, young)] == [False, True, True]


def test_a_day_without_segments_leaves_no_folder(tmp_path: Path) -> None:
    site = Site(tmp_path)
    old = segment(tmp_path, "gate", 60)
    site.watched = {str(old)}
    site.room().expire(NOON)
    assert not old.parent.exists()
    assert old.parent.parent.exists()


def test_the_oldest_watched_of_all_cameras_make_room(tmp_path: Path) -> None:
    site = Site(tmp_path)
    kept = [segment(tmp_path, "gate", hours) for hours in (5, 3, 1)]
    kept += [segment(tmp_path, "hall", hours) for hours in (4, 2)]
    site.watched = {str(path) for path in kept[1:]}
    site.room(reserve=7).make()
    assert [path.exists() for path in kept] == [True, False, True, False, True]


def test_recording_stops_when_nothing_may_go(tmp_path: Path) -> None:
    site = Site(tmp_path)
    unwatched = segment(tmp_path, "gate", 40)
    with pytest.raises(OSError, match="no segment there has been watched"):
        site.room(reserve=10).make()
    assert unwatched.exists()


def test_with_space_enough_nothing_goes(tmp_path: Path) -> None:
    site = Site(tmp_path)
    watched = segment(tmp_path, "gate", 40)
    site.watched = {str(watched)}
    site.room(reserve=9).make()
    assert watched.exists()


def test_a_legal_hold_keeps_segments() -> None:
    held = Hold(
        1, "gate", datetime(2026, 3, 1, 12, tzinfo=UTC), None, "a theft", datetime(2026, 3, 2, tzinfo=UTC)
    )
    early, late = "segments/gate/2026-03-01/115800-000.mkv", "segments/gate/2026-03-01/120500-000.mkv"
    other = "segments/hall/2026-03-01/120500-000.mkv"
    assert unheld({early, late, other}, [held]) == {early, other}
