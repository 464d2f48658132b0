"""Sources: what can be used, what is refused and why, and how recordings are cut."""

import os
import wave
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pictures

from pipeline.footage.probe import probe
from pipeline.footage.sources import Source, SourceError, Span, chunks, expand, redact


def video(path: Path, count: int = 20, rate: int = 10, **metadata: str) -> Path:
    """A small grey clip of `count` frames."""
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata)
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height = 64, 48
        for index in range(count):
            image = np.full((48, 64, 3), index * 5 % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_a_video_says_what_it_is(tmp_path: Path) -> None:
    source = probe(str(video(tmp_path / "a.mp4", creation_time="2024-05-06T07:08:09Z")))

    assert (source.kind, source.size, source.fps) == ("video", (64, 48), 10)
    assert source.duration == pytest.approx(2.0)
    assert (source.began, source.clock) == (datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "container")


def test_without_a_creation_time_a_video_ended_when_its_file_was_last_touched(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    os.utime(path, (1_700_000_000, 1_700_000_000))

    source = probe(str(path))

    assert (source.began, source.clock) == (datetime.fromtimestamp(1_699_999_998, UTC), "file")


def test_a_clock_that_was_never_set_is_not_believed(tmp_path: Path) -> None:
    assert probe(str(video(tmp_path / "a.mp4", creation_time="1970-01-01T00:00:00Z"))).clock == "file"


def test_a_given_time_wins_and_needs_a_zone(tmp_path: Path) -> None:
    path = str(video(tmp_path / "a.mp4", creation_time="2024-05-06T07:08:09Z"))
    noon = datetime(2025, 1, 1, 12, tzinfo=UTC)

    assert (probe(path, began=noon).began, probe(path, began=noon).clock) == (noon, "given")
    with pytest.raises(SourceError, match="time zone"):
        probe(path, began=datetime(2025, 1, 1, 12))


def test_the_fingerprint_follows_the_content_only(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    moved = tmp_path / "elsewhere.mp4"
    moved.write_bytes(path.read_bytes())
    os.utime(moved, (0, 0))
    other = video(tmp_path / "b.mp4", count=21)

    assert probe(str(path)).fingerprint == probe(str(moved)).fingerprint
    assert probe(str(path)).fingerprint != probe(str(other)).fingerprint


def test_large_files_differ_by_what_is_sampled(tmp_path: Path) -> None:
    first, last = bytearray(video(tmp_path / "a.mp4").read_bytes()), b"\0" * 3_000_000
    one, two = tmp_path / "one.mp4", tmp_path / "two.mp4"
    one.write_bytes(first + last)
    two.write_bytes(first + last[:-1] + b"\1")

    assert probe(str(one)).fingerprint != probe(str(two)).fingerprint


def test_a_still_image_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Pictures.new("RGB", (40, 30)).save(path)

    source = probe(str(path))

    assert (source.kind, source.size, source.duration) == ("image", (40, 30), 0.0)
    assert chunks(source) == [Span(0.0, 0.0)]


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        probe(str(path))
    return str(caught.value)


def test_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()

    assert "No such file" in refused(tmp_path / "missing.mp4")
    assert "0 bytes" in refused(tmp_path / "empty.mp4")
    assert "is a folder" in refused(tmp_path)


def test_text_named_like_a_video_or_a_picture_is_refused(tmp_path: Path) -> None:
    for name in ("text.mp4", "text.jpg", "text.avi"):
        (tmp_path / name).write_text("not a picture\n" * 200)

    assert "no video that can be read" in refused(tmp_path / "text.mp4")
    assert "no video that can be read" in refused(tmp_path / "text.avi")
    assert "no picture that can be read" in refused(tmp_path / "text.jpg")


def test_a_cut_off_picture_is_refused(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jpg", tmp_path / "cut.jpg"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Pictures.fromarray(noise).save(whole)
    cut.write_bytes(whole.read_bytes()[:-1000])

    assert "cut off" in refused(cut)


def test_an_mp4_without_its_index_is_called_cut_off(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", count=50)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert "moov" in refused(path)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))

    assert "has no video in it, only audio" in refused(tmp_path / "sound.wav")


def test_a_container_with_no_frame_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 64, 48
        container.start_encoding()

    assert "no picture that can be decoded" in refused(path)


def test_streams_are_checked_by_their_address_alone() -> None:
    source = probe("rtsp://user:secret@camera.example/live")

    assert (source.kind, source.duration, source.clock) == ("stream", None, "arrival")
    assert source.name == "rtsp://***@camera.example/live"
    assert "secret" not in repr(source)
    assert source.location == "rtsp://user:secret@camera.example/live"


@pytest.mark.parametrize(
    "address", ["ftp://user:secret@host/a", "rtsp:///nohost?password=secret", "rtsp://[x"]
)
def test_addresses_of_no_use_are_refused_without_their_secrets(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        probe(address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://u:p@h/x", "rtsp://***@h/x"),
        ("open rtsp://u:p@ss/w@h/x failed", "open rtsp://***@h/x failed"),
        ("http://h/x?a=1&token=abc&b=2", "http://h/x?a=1&token=***&b=2"),
        ("http://h/x?PassWord=abc", "http://h/x?PassWord=***"),
        ("rtsp://h:554/x", "rtsp://h:554/x"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_folders_are_expanded_in_order_and_files_stay(tmp_path: Path) -> None:
    for name in ("b/2.MP4", "b/1.jpg", "a.avi", "notes.txt", "b/.hidden.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = expand(["rtsp://camera/x", str(tmp_path), "odd.name"])

    inside = [str(tmp_path / name) for name in ("a.avi", "b/1.jpg", "b/2.MP4")]
    assert found == ["rtsp://camera/x", *inside, "odd.name"]


def test_a_folder_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no video and no picture"):
        expand([str(tmp_path)])


def recording(duration: float | None) -> Source:
    return Source("a", "a", "video", "f", duration, (64, 48), 10.0, datetime(2024, 1, 1, tzinfo=UTC), "file")


def test_chunks_touch_and_cover_everything() -> None:
    assert chunks(recording(130.0), 60) == [Span(0, 60), Span(60, 120), Span(120, 130.0)]
    assert chunks(recording(125.0), 60) == [Span(0, 60), Span(60, 125.0)]  # a short rest joins
    assert chunks(recording(3.0), 60) == [Span(0, 3.0)]


def test_streams_and_lengths_of_nothing_are_not_cut() -> None:
    with pytest.raises(ValueError, match="stream"):
        chunks(recording(None))
    with pytest.raises(ValueError, match="positive"):
        chunks(recording(3.0), 0)
