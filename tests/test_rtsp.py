"""The recorder's process against real RTSP servers that are killed, silenced, and come back changed."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import av
import numpy as np
import pytest

from bench.servers.camera import RtspServer, looped
from pipeline.recording.glance import glance
from pipeline.recording.segments import finished
from storage.footage.cameras import Camera, Cameras
from storage.footage.chunks import Chunk
from storage.footage.ledger import Ledger
from storage.footage.recordings import Gap, Recordings
from tests.needed import needed

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.server


def served(**mounts: Path) -> RtspServer:
    server = needed(lambda: RtspServer(**mounts))
    server.start()
    return server


def small(file: Path, seconds: int = 90, fps: int = 5) -> Path:
    """Footage of another size."""
    with av.open(str(file), "w", format="matroska") as container:
        options = {"preset": "ultrafast", "tune": "zerolatency"}
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.gop_size = 320, 240, fps
        for index in range(seconds * fps):
            image = np.full((240, 320, 3), index % 250, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return file


@dataclass(frozen=True)
class Story:
    """What was left of a recorder's life."""

    segments: Path
    chunks: list[Chunk]
    gaps: dict[str, list[Gap]]
    output: str
    code: int
    killed: datetime
    back: datetime
    silenced: datetime
    hall_when_silenced: int  # segments

    def of(self, camera: str) -> list[Chunk]:
        return sorted(
            (chunk for chunk in self.chunks if chunk.camera == camera),
            key=lambda chunk: (chunk.fingerprint, chunk.position),
        )


def wait(seconds: float, until: object) -> None:
    assert callable(until)
    latest = monotonic() + seconds
    while not until():
        assert monotonic() < latest, "it never came"
        sleep(0.05)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("site")
    clip, other = looped(ROOT / "demo" / "north-gate.mp4", folder / "a.mkv", 150), small(folder / "b.mkv")
    url, segments = f"sqlite:///{folder / 'passerby.db'}", folder / "segments"
    first, second = served(gate=clip), served(hall=clip)
    with closing(Cameras(url)) as cameras, closing(Recordings(url)) as recordings:
        cameras.put(Camera("gate", first.url("gate")))
        cameras.put(Camera("hall", second.url("hall")))
        cameras.put(Camera("locked", second.url("hall", "user:wrong")))
        environment = {
            **os.environ,
            "PASSERBY_DATA": str(folder),
            "PASSERBY_CAMERAS": str(folder / "no.toml"),
        }
        recorder = subprocess.Popen(
            [sys.executable, "-m", "workers.record"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait(40, lambda: all(finished(segments / name) for name in ("gate", "hall")))
            second.silence()
            silenced, hall = datetime.now(UTC), len(finished(segments / "hall"))
            first.kill()
            killed = datetime.now(UTC)
            wait(20, lambda: recordings.gaps("gate"))
            first.mounts = {"gate": other}
            first.start()
            back = datetime.now(UTC)
            cameras.put(Camera("roof", first.url("gate")))
            wait(40, lambda: all(finished(segments / name) for name in ("gate", "roof")))
            wait(40, lambda: recordings.gaps("gate")[0].ended and recordings.gaps("hall"))
            recorder.terminate()
            output, _ = recorder.communicate(timeout=30)
        finally:
            recorder.kill()
            first.kill()
            second.kill()
        with closing(Ledger(url)) as ledger:
            chunks = ledger.jobs()
        gaps = {name: recordings.gaps(name) for name in ("gate", "hall", "locked", "roof")}
    return Story(segments, chunks, gaps, output, recorder.returncode, killed, back, silenced, hall)


def test_a_killed_server_is_a_gap_and_its_return_a_new_session(story: Story) -> None:
    outage = story.gaps["gate"][0]
    assert outage.ended is not None
    assert abs(outage.began - story.killed) < timedelta(seconds=2)
    assert story.back < outage.ended < story.back + timedelta(seconds=10)
    sessions = {chunk.fingerprint for chunk in story.of("gate")}
    assert len(sessions) == 2


def test_each_session_s_segments_follow_each_other_to_its_end(story: Story) -> None:
    for name in ("gate", "hall", "roof"):
        chunks = story.of(name)
        for session in {chunk.fingerprint for chunk in chunks}:
            run = [chunk for chunk in chunks if chunk.fingerprint == session]
            assert [chunk.position for chunk in run] == list(range(len(run)))
            assert [bool(chunk.source) for chunk in run] == [True] * (len(run) - 1) + [False]
            for before, after in pairwise(run):
                assert after.start == pytest.approx(before.end, abs=0.25)
                expected = before.began + timedelta(seconds=after.start - before.start)
                assert abs(after.began - expected) < timedelta(seconds=0.1)


def test_segments_are_named_by_the_time_of_their_first_picture(story: Story) -> None:
    first = story.of("gate")[0]
    assert (
        first.source
        == str(story.segments / "gate" / f"{first.began:%Y-%m-%d/%H%M%S}-{first.began:%f}")[:-3] + ".mkv"
    )
    assert first.end - first.start == pytest.approx(10, abs=0.3)
    assert story.killed - timedelta(seconds=60) < first.began < story.killed


def test_a_camera_that_comes_back_with_other_pictures_is_read_as_such(story: Story) -> None:
    chunks = [chunk for chunk in story.of("gate") if chunk.source]
    assert glance(chunks[0].source).image.shape == (540, 960, 3)
    assert glance(chunks[-1].source).image.shape == (240, 320, 3)


def test_a_silent_camera_is_given_up_and_holds_up_nobody(story: Story) -> None:
    (gap,) = story.gaps["hall"]
    assert gap.reason == "it says nothing"
    assert abs(gap.began - story.silenced) < timedelta(seconds=2)
    assert len(finished(story.segments / "hall")) <= story.hall_when_silenced + 1
    assert len([chunk for chunk in story.of("gate") if chunk.source]) >= 2


def test_a_camera_added_meanwhile_is_recorded(story: Story) -> None:
    assert finished(story.segments / "roof")
    assert "roof: recording" in story.output


def test_a_refused_login_is_said_and_is_a_gap(story: Story) -> None:
    (gap,) = story.gaps["locked"]
    assert "refuses the login" in gap.reason
    assert not finished(story.segments / "locked")


def test_the_recorder_ends_in_order_and_tells_no_secret(story: Story) -> None:
    assert story.code == 0
    assert "gate: not recorded" in story.output
    assert "gate: recorded again" in story.output
    assert not any(word in story.output for word in ("secret", "wrong", "Traceback"))
    assert not list(story.segments.rglob("*.part"))
