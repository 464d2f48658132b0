"""Frames: true times, a steady rate, seeking that changes nothing, and damage that stops nothing."""

import logging
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pictures

from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.footage.skipping import left_out
from pipeline.footage.sources import chunks
from pipeline.types import Frame

BEGAN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def scene(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """A grating whose place and brightness tell the frames apart."""
    x = np.arange(width)[None, :] + np.arange(height)[:, None]
    grey = ((x * 3 + index * 7) % 200 + index % 50).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def write(path: Path, times: list[float], *, codec: str = "libx264", **options: str) -> str:
    """Encode one frame for each presentation time in seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10, options=options)
        stream.width, stream.height, stream.gop_size = 96, 64, 10
        stream.codec_context.time_base = Fraction(1, 1000) if codec == "libx264" else Fraction(1, 10)
        for index, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(scene(index), format="rgb24")
            frame.pts = round(time / stream.codec_context.time_base)
            frame.time_base = stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return str(path)


def steady(count: int) -> list[float]:
    return [index / 10 for index in range(count)]


def read(path: str, fps: float, start: float = 0.0, end: float | None = None) -> list[Frame]:
    return list(frames(probe(path), "gate", began=BEGAN, fps=fps, start=start, end=end))


def seconds(read: list[Frame]) -> list[float]:
    return [round((frame.taken - BEGAN).total_seconds(), 3) for frame in read]


def contents(read: list[Frame]) -> list[tuple[datetime, bytes]]:
    return [(frame.taken, frame.image.tobytes()) for frame in read]


def test_times_that_go_back_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = Path(write(tmp_path / "one.ts", steady(30)))
    twice = tmp_path / "twice.ts"
    twice.write_bytes(one.read_bytes() * 2)

    found = read(str(twice), fps=5)
    (line,) = [one.getMessage() for one in caplog.records if "times that go back" in one.getMessage()]

    assert contents(found) == contents(read(str(one), fps=5))  # not only its keyframes
    assert "twice.ts has times that go back from 2.9 s to 0.0 s: what is timed as before" in line


def test_half_the_rate_is_every_second_frame(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.mp4", steady(20)), fps=5)

    assert seconds(found) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8]
    assert found[0].camera == "gate"
    assert found[0].image.shape == (64, 96, 3)
    np.testing.assert_allclose(found[3].image.mean(), scene(6).mean(), atol=4)


def test_asking_for_more_than_there_is_gives_all(tmp_path: Path) -> None:
    assert seconds(read(write(tmp_path / "a.mkv", steady(12)), fps=30)) == steady(12)


def test_a_varying_rate_is_sampled_by_time(tmp_path: Path) -> None:
    times = [0.0, 0.05, 0.1, 0.199, 0.25, 1.0, 1.02, 1.3, 2.5, 2.54]

    found = read(write(tmp_path / "a.mkv", times), fps=5)

    assert seconds(found) == [0.0, 0.199, 1.0, 1.3, 2.5]  # 0.199 is 0.2, rounded by a container


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain.mp4", {}),
        ("open.mp4", {"x264-params": "open-gop=1:bframes=3:keyint=10"}),
        ("plain.mkv", {"bf": "2"}),
        ("plain.ts", {"bf": "2"}),
        ("refresh.ts", {"x264-params": "keyint=250:bframes=0"}),
        ("raw.h264", {}),
    ],
)
def test_chunks_give_exactly_the_frames_of_one_run(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    path = write(tmp_path / name, steady(120), **options)
    whole = contents(read(path, fps=5))
    assert len(whole) == (25 if name == "raw.h264" else 60)  # raw: no times, so 25 per second is assumed

    for length in (1.0, 2.7, 5.0, 60.0):
        parts = [read(path, 5, span.start, span.end) for span in chunks(probe(path), length)]
        assert [frame for part in parts for frame in contents(part)] == whole


def test_chunks_of_an_old_avi_give_exactly_the_frames_of_one_run(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", steady(60), codec="mpeg4")
    parts = [read(path, 5, span.start, span.end) for span in chunks(probe(path), 1.3)]

    assert [frame for part in parts for frame in contents(part)] == contents(read(path, 5))


def test_an_end_before_the_rest_is_kept_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", steady(40))

    assert seconds(read(path, 5, 1.1, 2.0)) == [1.2, 1.4, 1.6, 1.8]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("name", ["a.avi", "a.mkv", "a.ts", "fast.mp4"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_a_cut_off_file_gives_what_is_there_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, share: float
) -> None:
    whole = tmp_path / name
    options = {"movflags": "faststart"} if name.endswith(".mp4") else {}
    with av.open(str(whole), "w", options=options) as container:
        stream = container.add_stream("mpeg4" if name.endswith(".avi") else "libx264", rate=10)
        stream.width, stream.height, stream.gop_size = 96, 64, 10
        noise = np.random.default_rng(0)  # so that the frames outweigh the headers
        for _ in range(100):
            image = noise.integers(0, 255, (64, 96, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    full = read(str(whole), 5)
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])

    found = read(str(whole), 5)
    messages = warnings(caplog)

    parts = [read(str(whole), 5, span.start, span.end) for span in chunks(probe(str(whole)), 3)]
    assert [frame for part in parts for frame in contents(part)] == contents(found)
    assert 0 < len(found) < len(full)
    sure = len(found) - 2  # next to the break, frames may be missing that others were predicted from
    assert contents(found)[:sure] == contents(full)[:sure]
    if not name.endswith(".ts"):  # a transport stream has no header that could tell it was longer
        assert len(messages) == 1
        assert "is broken at" in messages[0]


def test_a_span_behind_the_break_is_empty(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = Path(write(tmp_path / "a.mkv", steady(100)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert read(str(path), 5, 9.0, 10.0) == []
    assert len(warnings(caplog)) == 1


def test_rubbish_in_the_middle_is_read_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = Path(write(tmp_path / "a.avi", steady(100), codec="mpeg4"))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 600] = bytes(range(256)) * 2 + bytes(88)
    path.write_bytes(content)

    found = read(str(path), 5)

    assert found[-1].taken > BEGAN + timedelta(seconds=9)
    assert len(found) > 40
    assert len(warnings(caplog)) <= 1


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.mp4", steady(5)))
    upright = read(str(path), 10)[0].image
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 44  # a quarter turn: a phone held on its side
    one = 1 << 16
    turn = [0, one, 0, -one, 0, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in turn)
    path.write_bytes(content)

    turned = read(str(path), 10)[0].image

    assert turned.shape == (96, 64, 3)
    np.testing.assert_array_equal(turned, np.rot90(upright, -1))


def test_an_image_is_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Pictures.fromarray(scene(3)).save(path)

    found = read(str(path), 5, 0.0, 0.0)

    assert [frame.taken for frame in found] == [BEGAN]
    np.testing.assert_array_equal(found[0].image, scene(3))


def test_a_changing_resolution_changes_the_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.h264"
    parts = []
    for width in (96, 128):
        part = tmp_path / f"{width}.h264"
        with av.open(str(part), "w") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height = width, 64
            for index in range(10):
                frame = av.VideoFrame.from_ndarray(scene(index, width), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))

    assert {frame.image.shape for frame in read(str(path), 10)} == {(64, 96, 3), (64, 128, 3)}


def test_a_rate_of_nothing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", steady(5))
    with pytest.raises(ValueError, match="positive"):
        read(path, 0)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_at_a_low_rate_keyframes_are_enough(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, steady(120))  # a keyframe a second
    assert left_out(probe(path), Fraction(1)) == "NONKEY"
    whole = read(path, 0.5)
    assert seconds(whole) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    np.testing.assert_allclose(whole[2].image.mean(), scene(40).mean(), atol=4)
    parts = [read(path, 0.5, span.start, span.end) for span in chunks(probe(path), 2.7)]
    assert [frame for part in parts for frame in contents(part)] == contents(whole)


def test_what_no_other_picture_needs_is_left_out_where_enough_remain(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "a.mp4", steady(120), **{"x264-params": "bframes=1:b-adapt=0:keyint=40"})
    assert left_out(probe(path), Fraction(2)) == "NONREF"
    assert left_out(probe(path), Fraction(5)) == "DEFAULT"
    whole = read(path, 2)
    np.testing.assert_allclose(seconds(whole)[:24], np.arange(24) / 2, atol=0.11)
    parts = [read(path, 2, span.start, span.end) for span in chunks(probe(path), 2.7)]
    assert [frame for part in parts for frame in contents(part)] == contents(whole)
    assert warnings(caplog) == []
