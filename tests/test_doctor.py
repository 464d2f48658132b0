"""A check-up of a site names what is wrong and what to do."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.doctor import Finding, look
from pipeline.settings import Settings
from storage.footage.cameras import Camera, Cameras
from storage.footage.chunks import Chunk, worker_name
from storage.footage.ledger import Ledger


def findings(settings: Settings, *, cameras: bool = False) -> dict[str, Finding]:
    return {finding.subject: finding for finding in look(settings, cameras=cameras)}


def test_a_fresh_site_is_well(tmp_path: Path) -> None:
    found = findings(Settings(data=tmp_path))
    assert [finding for finding in found.values() if not finding.well] == []
    assert list(found) == ["disk", "database", "media", "broker", "index", "footage"]
    assert not any((tmp_path / "media").rglob("*.jpg"))


def test_each_part_that_is_away_is_named_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    settings = Settings(data=tmp_path, media=f"file:{blocked}/media", broker="redis://u:secret@localhost:1/0")
    found = findings(settings)
    assert {name for name, finding in found.items() if not finding.well} == {"media", "broker"}
    assert "mend PASSERBY_BROKER" in found["broker"].said
    assert "secret" not in found["broker"].said


def test_footage_that_was_set_aside_is_told(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with closing(Ledger(settings.database_url)) as ledger:
        ledger.plan([Chunk("gate", "a.mp4", "f", datetime(2026, 3, 1, tzinfo=UTC), 0, 60, 0, "v")])
        chunk = ledger.claim("watch", worker_name(), timedelta(minutes=1))
        assert chunk is not None
        ledger.fail(chunk, "it is no video", permanent=True)
    footage = findings(settings)["footage"]
    assert not footage.well
    assert "passerby jobs" in footage.said


def test_cameras_are_asked_only_on_request(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with closing(Cameras(settings.database_url)) as cameras:
        cameras.put(Camera("gate", str(tmp_path / "missing.mp4")))
    assert "camera gate" not in findings(settings)
    assert not findings(settings, cameras=True)["camera gate"].well
