"""Ingest: everything once, whatever happens on the way."""

import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import numpy as np
import pytest
from PIL import Image as Pictures

from pipeline.footage.gate import GateSettings
from pipeline.ingest import WatchStep, index_next, plan, watch_next
from pipeline.lease import LEASE, StoppedError
from pipeline.watch import Watch, WatchSettings
from storage.footage.chunks import State, worker_name
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_index
from storage.types import Where
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre, unit, walker_video

BEGAN = datetime(2026, 3, 1, 16, tzinfo=UTC)
SECONDS = 5.0  # of a chunk


class Silent:
    def frame(self) -> None: ...

    def person(self) -> None: ...


def step_in(folder: Path) -> WatchStep:
    watch = Watch(
        BrightRectangles(),
        NearestCentre,
        open_media(f"file:{folder / 'media'}"),
        WatchSettings(gate=GateSettings()),
    )
    return WatchStep(watch, Ledger(f"sqlite:///{folder / 'ledger.db'}"), 5.0, "test")


def ingest(folder: Path, footage: list[str], camera: str = "gate") -> tuple[str, ...]:
    """What the command does, with the stand-ins; returns what was refused."""
    step = step_in(folder)
    done = plan(footage, camera, step, began=BEGAN, seconds=SECONDS)
    while watch_next(step, Silent()) is not None:
        pass
    with closing(open_index(f"edge:{folder / 'index'}", ColourEncoder.model)) as index:
        while index_next(step.ledger, ColourEncoder(), step.watch.media, index, batch=2) is not None:
            pass
    step.ledger.close()
    return done.refused


def sightings(folder: Path) -> dict[str, tuple[object, ...]]:
    """What a search could find."""
    with closing(open_index(f"edge:{folder / 'index'}", ColourEncoder.model)) as index:
        hits = index.nearest(unit(np.ones(3, np.float32)), 1000, Where())
        assert index.count() == len(hits)
    shots = [hit.sighting.shot for hit in hits]
    return {str(shot.id): (shot.track, shot.began, shot.ended, shot.taken, shot.box) for shot in shots}


def people(found: dict[str, tuple[object, ...]]) -> int:
    return len({(row[0], row[1]) for row in found.values()})


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walker_video(tmp_path_factory.mktemp("footage") / "street.mp4")


def test_everybody_is_found_once_across_the_borders_of_chunks(footage: Path, tmp_path: Path) -> None:
    assert ingest(tmp_path, [str(footage)]) == ()
    found = sightings(tmp_path)
    assert people(found) == 4
    assert len(found) <= 12
    assert all((tmp_path / "media").rglob("*.jpg"))


def test_a_second_run_adds_nothing(footage: Path, tmp_path: Path) -> None:
    ingest(tmp_path, [str(footage)])
    before = sightings(tmp_path)
    ingest(tmp_path, [str(footage)])
    assert sightings(tmp_path) == before


def test_the_same_file_on_another_camera_is_other_footage(footage: Path, tmp_path: Path) -> None:
    ingest(tmp_path, [str(footage)])
    ingest(tmp_path, [str(footage)], camera="hall")
    assert people(sightings(tmp_path)) == 4  # tracks of the same number and time, so count the cameras too
    with closing(open_index(f"edge:{tmp_path / 'index'}", ColourEncoder.model)) as index:
        assert index.cameras() == ("gate", "hall")
        assert index.count(Where(cameras=("hall",))) == index.count(Where(cameras=("gate",)))


def test_killed_at_random_and_started_again_ends_with_the_same_sightings(
    footage: Path, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    began = time.monotonic()
    run(whole, footage).wait()
    took = time.monotonic() - began
    chance = random.Random(7)
    for _ in range(6):
        process = run(broken, footage)
        try:
            process.wait(timeout=chance.uniform(0.3, 1.0) * took)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert run(broken, footage).wait() == 0
    assert people(sightings(whole)) == 4
    assert sightings(broken) == sightings(whole)
    ledger = Ledger(f"sqlite:///{broken / 'ledger.db'}")
    counts = ledger.counts()
    ledger.close()
    assert counts[State.INDEXED] == sum(counts.values())


def run(folder: Path, footage: Path) -> "subprocess.Popen[bytes]":
    code = (
        "import sys; from pathlib import Path; from tests.test_ingest import ingest; "
        "ingest(Path(sys.argv[1]), [sys.argv[2]])"
    )
    root = Path(__file__).parent.parent
    return subprocess.Popen([sys.executable, "-c", code, str(folder), str(footage)], cwd=root)


def test_bad_footage_is_refused_and_the_rest_goes_in(footage: Path, tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.mp4", tmp_path / "notes.mp4"
    empty.touch()
    text.write_text("this is no video")
    refused = ingest(tmp_path, [str(empty), str(footage), str(text), str(tmp_path / "missing.mp4")])
    assert len(refused) == 3
    assert "empty" in refused[0]
    assert people(sightings(tmp_path)) == 4


def test_pictures_taken_at_the_same_time_stay_apart(tmp_path: Path) -> None:
    folder = tmp_path / "stills"
    folder.mkdir()
    for number, left in enumerate((40, 300)):
        image = np.full((240, 640, 3), 50, np.uint8)
        image[40:140, left : left + 40] = (250, 240, 230 - number)
        Pictures.fromarray(image).save(folder / f"{number}.png")
    ingest(tmp_path, [str(folder)])
    assert len(sightings(tmp_path)) == 2


def test_a_chunk_whose_crop_is_lost_is_set_aside_with_the_reason(footage: Path, tmp_path: Path) -> None:
    step = step_in(tmp_path)
    plan([str(footage)], "gate", step, began=BEGAN, seconds=SECONDS)
    while watch_next(step, Silent()) is not None:
        pass
    for crop in (tmp_path / "media" / "gate").rglob("*.jpg"):
        crop.unlink()
    with closing(open_index(f"edge:{tmp_path / 'index'}", ColourEncoder.model)) as index:
        while index_next(step.ledger, ColourEncoder(), step.watch.media, index, batch=2) is not None:
            pass
    aside = step.ledger.jobs([State.QUARANTINED])
    step.ledger.close()
    assert aside
    assert all("is not in" in chunk.reason for chunk in aside)


@pytest.mark.parametrize("lost", ["pictures", "state"])
def test_where_a_hand_over_is_lost_watching_goes_on_from_nobody(
    footage: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, lost: str
) -> None:
    step = step_in(tmp_path)
    plan([str(footage)], "gate", step, began=BEGAN, seconds=SECONDS)
    if lost == "pictures":
        watch_next(step, Silent())
        shutil.rmtree(tmp_path / "media" / "open")  # of whoever was in view
    else:
        claimed = step.ledger.claim("watch", worker_name(), LEASE)
        assert claimed is not None
        step.ledger.complete_watch(claimed, [], '{"version": 0}')  # of another time
    while watch_next(step, Silent()) is not None:
        pass
    counts = step.ledger.counts()
    step.ledger.close()
    assert caplog.text.count("whoever was in view before is lost") == 1
    assert counts[State.WATCHED] == sum(counts.values())


def test_watching_stops_at_the_next_frame_when_told(footage: Path, tmp_path: Path) -> None:
    step, stop = step_in(tmp_path), Event()
    plan([str(footage)], "gate", step, began=BEGAN, seconds=SECONDS)

    class StopAtTheThird(Silent):
        seen = 0

        def frame(self) -> None:
            self.seen += 1
            if self.seen == 3:
                stop.set()

    report = StopAtTheThird()
    with pytest.raises(StoppedError):
        watch_next(step, report, stop)
    assert report.seen <= 4
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("decode")]
    assert {(chunk.state, chunk.attempts) for chunk in step.ledger.jobs()} == {(State.QUEUED, 0)}
    step.ledger.close()
