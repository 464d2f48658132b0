"""Packets to segments and back: true times, one person across a border, and sessions that end."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.container import InputContainer

from pipeline.footage.frames import frames
from pipeline.footage.gate import GateSettings
from pipeline.footage.sources import SourceError
from pipeline.ingest import WatchStep, plan, watch_next
from pipeline.recording.connection import LostError
from pipeline.recording.recorded import enter_finished
from pipeline.recording.segmenter import Segmenter
from pipeline.recording.segments import chunk_of, end_of, finished, source_of
from pipeline.watch import Watch, WatchSettings
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.footage.recordings import Recordings
from storage.types import Shot
from tests.fakes import BrightRectangles, NearestCentre, Shelf, transport_stream, walker_video

BEGAN = datetime(2026, 3, 1, 16, 4, 11, 250_000, tzinfo=UTC)


class Clocks:
    """The wall clock and the steady one of a machine on which nothing takes time but what the test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self.set_by = 0.0

    def steady(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now + self.set_by)


class Silent:
    def frame(self) -> None: ...

    def person(self) -> None: ...


def stream(seconds: float = 25, size: tuple[int, int] = (96, 64)) -> InputContainer:
    return av.open(io.BytesIO(transport_stream(seconds, size=size)))


def timed(container: InputContainer) -> Iterator[tuple[float, Any]]:
    """The packets with the seconds after the first at which a camera would send them."""
    zero = None
    for packet in container.demux():
        if packet.size:
            assert packet.pts is not None
            zero = packet.pts if zero is None else zero
            yield float((packet.pts - zero) * packet.time_base), packet


def record(folder: Path, container: InputContainer, clocks: Clocks) -> list[Path]:
    """What a recorder keeps of the whole stream."""
    segmenter = Segmenter(folder, container.streams.video[0], wall=clocks.wall, steady=clocks.steady)
    done, began = [], clocks.now
    for seconds, packet in timed(container):
        clocks.now = began + seconds
        done += segmenter.write(packet)
    return [*done, *segmenter.close()]


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    return folder


def test_segments_are_cut_at_keyframes_and_say_what_they_are_part_of(gate: Path) -> None:
    done = record(gate, stream(), Clocks())
    chunks = [chunk_of(path, "gate", "v") for path in done]
    assert [path.relative_to(gate).as_posix() for path in done] == [
        "2026-03-01/160411-250.mkv",
        "2026-03-01/160421-250.mkv",
        "2026-03-01/160431-250.mkv",
    ]
    assert finished(gate) == done
    assert {chunk.fingerprint for chunk in chunks} == {"recorder:gate:20260301T160411250"}
    assert [chunk.position for chunk in chunks] == [0, 1, 2]
    assert [chunk.start for chunk in chunks] == [0, 10, 20]
    assert [chunk.end for chunk in chunks] == pytest.approx([10, 20, 25], abs=0.01)
    assert [chunk.began for chunk in chunks] == [BEGAN + timedelta(seconds=start) for start in (0, 10, 20)]
    assert not list(gate.glob("*.part"))


def test_frames_of_consecutive_segments_have_the_times_of_one_recording(gate: Path) -> None:
    chunks = [chunk_of(path, "gate", "v") for path in record(gate, stream(), Clocks())]
    found = []
    for chunk in chunks:
        source = source_of(chunk)
        assert source.began is not None
        spans = frames(source, "gate", began=source.began, fps=2.5, start=chunk.start, end=chunk.end)
        found += [((frame.taken - BEGAN).total_seconds(), int(frame.image.mean())) for frame in spans]
    assert [seconds for seconds, _ in found] == pytest.approx(np.arange(0, 25, 0.4).tolist(), abs=0.002)
    assert [level for _, level in found] == pytest.approx(np.arange(0, 125, 2).tolist(), abs=4)


def watched(folder: Path, camera: str, footage: Path, *, cut: bool, late: bool = False) -> list[Shot]:
    """The shots of the footage, watched whole or recorded and cut into segments.

    `late`: the recorder was killed, and the next one ends its session when all else has been watched.
    """
    url = f"sqlite:///{folder / 'ledger.db'}"
    watch = Watch(BrightRectangles(), NearestCentre, Shelf(), WatchSettings(gate=GateSettings()))
    with closing(Ledger(url)) as ledger, closing(Recordings(url)) as recordings:
        step = WatchStep(watch, ledger, 5.0, "v")
        if cut:
            (folder / camera).mkdir()
            with av.open(str(footage)) as container:
                record(folder / camera, container, Clocks())
            last = enter_finished(folder / camera, "v", recordings)
            while late and watch_next(step, Silent()) is not None:
                last = enter_finished(folder / camera, "v", recordings)
            assert last is not None
            recordings.enter([end_of(last)])
        else:
            plan([str(footage)], camera, step, began=BEGAN, seconds=60)
        while watch_next(step, Silent()) is not None:
            pass
        assert {chunk.state for chunk in ledger.jobs()} == {State.WATCHED}
        return [shot for chunk in ledger.jobs() for shot in ledger.shots(chunk)]


def test_somebody_in_view_across_a_border_is_one_person(tmp_path: Path) -> None:
    footage = walker_video(tmp_path / "street.mp4")
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    whole = watched(tmp_path / "whole", "gate", footage, cut=False)
    cut = watched(tmp_path / "cut", "gate", footage, cut=True)
    people = sorted({(shot.track, shot.began, shot.ended) for shot in whole})
    assert len(people) == 4
    assert any(began < BEGAN + timedelta(seconds=10) < ended for _, began, ended in people)
    assert sorted({(shot.track, shot.began, shot.ended) for shot in cut}) == people


def test_only_the_mark_behind_a_session_files_who_is_in_view(tmp_path: Path) -> None:
    footage = walker_video(tmp_path / "street.mp4", seconds=8)
    (tmp_path / "data").mkdir()
    shots = watched(tmp_path / "data", "gate", footage, cut=True)
    assert {shot.track for shot in shots} == {1, 2}
    (tmp_path / "late").mkdir()
    assert watched(tmp_path / "late", "gate", footage, cut=True, late=True) == shots
    assert all(shot.ended > BEGAN + timedelta(seconds=7.5) for shot in shots)


def test_pictures_of_another_size_end_the_session(gate: Path) -> None:
    clocks, container = Clocks(), stream(5)
    segmenter = Segmenter(gate, container.streams.video[0], wall=clocks.wall, steady=clocks.steady)
    for seconds, packet in timed(container):
        clocks.now = seconds
        assert not list(segmenter.write(packet))
    _, other = next(timed(stream(1, (128, 96))))
    other.pts += 5 * 90_000
    other.dts += 5 * 90_000
    with pytest.raises(LostError, match="size or coding"):
        list(segmenter.write(other))
    (kept,) = segmenter.close()
    assert chunk_of(kept, "gate", "v").end == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("jump", [-30, 3600])
def test_a_clock_that_jumps_ends_the_session(gate: Path, jump: int) -> None:
    clocks, container = Clocks(), stream(5)
    segmenter = Segmenter(gate, container.streams.video[0], wall=clocks.wall, steady=clocks.steady)
    packets = list(timed(container))
    for seconds, packet in packets[:-1]:
        clocks.now = seconds
        list(segmenter.write(packet))
    _, last = packets[-1]
    last.pts += jump * 90_000
    last.dts += jump * 90_000
    with pytest.raises(LostError, match=f"jumped by {jump}"):
        list(segmenter.write(last))


def test_this_machine_s_clock_set_anew_ends_the_session_at_a_border(gate: Path) -> None:
    clocks, container = Clocks(), stream(12)
    segmenter = Segmenter(gate, container.streams.video[0], wall=clocks.wall, steady=clocks.steady)
    done: list[Path] = []

    def write_all() -> None:
        for seconds, packet in timed(container):
            clocks.now = seconds
            clocks.set_by = -3600 if seconds > 6 else 0
            done.extend(segmenter.write(packet))

    with pytest.raises(LostError, match="was set"):
        write_all()
    assert len(done) == 1
    assert not list(segmenter.close())


def test_the_disk_being_full_leaves_no_half_file(gate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.recording.segmenter._UNFINISHED", "full")
    (gate / "full").symlink_to("/dev/full")
    clocks, container = Clocks(), stream(12, (640, 480))
    segmenter = Segmenter(gate, container.streams.video[0], wall=clocks.wall, steady=clocks.steady)

    def write_all() -> None:
        for seconds, packet in timed(container):
            clocks.now = seconds
            list(segmenter.write(packet))

    with pytest.raises(OSError, match="No space left"):
        write_all()
    assert not list(segmenter.close())
    assert not finished(gate)
    assert not (gate / "full").is_symlink()


def test_another_file_is_no_segment(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no segment"):
        chunk_of(walker_video(tmp_path / "a.mkv", seconds=1), "gate", "v")


def entered(url: str) -> list[Chunk]:
    with closing(Ledger(url)) as ledger:
        return ledger.jobs()


def test_what_a_killed_recorder_left_is_entered_once(gate: Path) -> None:
    url = f"sqlite:///{gate.parent / 'ledger.db'}"
    clocks = Clocks()
    first = record(gate, stream(12), clocks)
    with closing(Recordings(url)) as recordings:
        recordings.enter([chunk_of(first[0], "gate", "old")])
        clocks.now += 60
        second = record(gate, stream(11), clocks)
        for _ in range(2):
            newest = enter_finished(gate, "new", recordings)
            assert newest is not None
            assert newest.source == str(second[-1])
    chunks = entered(url)
    assert [(chunk.source, chunk.version) for chunk in chunks] == [
        (str(first[0]), "old"),
        (str(first[1]), "new"),
        ("", "new"),
        (str(second[0]), "new"),
        (str(second[1]), "new"),
    ]
    assert chunks[2].fingerprint == chunks[1].fingerprint != chunks[3].fingerprint


def test_an_empty_folder_has_nothing_to_enter(gate: Path) -> None:
    with closing(Recordings(f"sqlite:///{gate.parent / 'ledger.db'}")) as recordings:
        assert enter_finished(gate, "v", recordings) is None
