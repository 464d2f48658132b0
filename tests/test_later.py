"""Pictures decoded when they are looked at: the same as always, and no more of them than are needed."""

import gc
import logging
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from models.detection.tracker import PeopleTracker
from pipeline.footage.ahead import ahead
from pipeline.footage.frames import frames
from pipeline.footage.handoff import Handoff
from pipeline.footage.later import Decoder, Group, Later
from pipeline.footage.probe import probe
from pipeline.types import Frame
from pipeline.watch import Watch, Watching
from storage.media import open_media
from tests.fakes import BrightRectangles
from tests.test_frames import contents, steady, write

BEGAN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
PLAIN = {"bf": "0"}


def read(path: str, *, later: bool = True, start: float = 0.0, fps: float = 5) -> Iterator[Frame]:
    return frames(probe(path), "gate", began=BEGAN, fps=fps, start=start, later=later)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The times of all packets that are decoded later on."""
    times = list[int]()
    whole = Decoder._decode

    def noted(self: Decoder, group: Group, number: int) -> None:
        times.append(group.times[number])
        whole(self, group, number)

    monkeypatch.setattr(Decoder, "_decode", noted)
    return times


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("start", [0.0, 3.4])
def test_the_pictures_are_those_of_always(tmp_path: Path, name: str, start: float) -> None:
    path = write(tmp_path / name, steady(80), **PLAIN)

    found = list(read(path, start=start))

    assert sum(isinstance(frame.pixels, Later) for frame in found) > len(found) / 2
    assert contents(found) == contents(list(read(path, start=start, later=False)))


def test_pictures_can_be_looked_at_in_any_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", steady(80), **PLAIN)
    found, wanted = list(read(path)), contents(list(read(path, later=False)))

    for place in np.random.default_rng(0).permutation(len(found)):
        assert (found[place].taken, found[place].image.tobytes()) == wanted[place]


def test_what_nobody_looks_at_is_not_decoded(tmp_path: Path, decoded: list[int]) -> None:
    path = write(tmp_path / "a.mp4", steady(100), **PLAIN)

    found = list(read(path))
    assert decoded == []
    assert all(frame.image.any() for frame in found if frame.begins)

    keyframes = [frame.taken - BEGAN for frame in found if frame.begins]
    assert keyframes == [timedelta(seconds=second) for second in range(1, 10)]
    assert len(decoded) == len(keyframes)


def test_a_picture_takes_those_before_it_and_leaves_those_behind_it(
    tmp_path: Path, decoded: list[int]
) -> None:
    found = list(read(write(tmp_path / "a.mp4", steady(40), **PLAIN)))
    group = [frame for frame in found if frame.taken - BEGAN >= timedelta(seconds=2)][:5]

    assert group[2].image.any()
    assert len(decoded) == 5, "the keyframe and four more, up to the third of those that are wanted"
    assert group[1].image.any()
    assert len(decoded) == 5, "it came out on the way"
    assert group[3].image.any()
    assert len(decoded) == 7, "from where it stood"


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("b.mp4", "libx264", {"bf": "2"}),
        ("open.mp4", "libx264", {"x264-params": "open-gop=1:bframes=3:keyint=10"}),
        ("refresh.ts", "libx264", {"x264-params": "keyint=2500:bframes=0"}),
        ("raw.h264", "libx264", PLAIN),
        ("old.avi", "mpeg4", {}),
    ],
)
def test_what_allows_no_more_is_decoded_at_once(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = write(tmp_path / name, steady(80), codec=codec, **options)

    found = list(read(path))

    assert not any(isinstance(frame.pixels, Later) for frame in found)
    assert contents(found) == contents(list(read(path, later=False)))


def test_what_only_the_container_knows_keeps_pictures_at_once(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.mp4", steady(40), **PLAIN))
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 44  # a quarter turn: a phone held on its side
    turn = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in turn)
    path.write_bytes(content)

    assert {frame.image.shape for frame in read(str(path))} == {(96, 64, 3)}


def test_damage_is_told_once_and_the_picture_before_stands_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = write(tmp_path / "a.mp4", steady(80), **PLAIN)
    wanted = contents(list(read(whole)))
    with av.open(whole) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    content = bytearray(Path(whole).read_bytes())
    place = content.index(b"\x41", places[44][0]) + 1  # behind the first byte of a slice in a whole group
    content[place : place + 40] = b"\xff" * 40
    Path(whole).write_bytes(content)

    found = list(read(whole))
    seen = contents(found)

    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    assert "is broken at" in caplog.records[0].getMessage()
    assert seen[:20] == wanted[:20]
    assert [frame.taken for frame in found] == [taken for taken, _ in wanted]
    damaged = [frame for frame in found if not frame.develop()]
    assert damaged, "a picture that cannot be had is known to be none"
    kept = [frame.taken for frame in ahead(read(whole), 4)]
    assert kept == [frame.taken for frame in found if frame not in damaged]


def test_a_decoder_goes_with_its_last_picture_and_waits_for_no_collector(tmp_path: Path) -> None:
    found = list(read(write(tmp_path / "a.mp4", steady(80), **PLAIN)))
    assert all(frame.image.any() for frame in found)
    last = found[-1].pixels
    assert isinstance(last, Later)
    held = weakref.ref(last._group.decoder)

    gc.disable()
    try:
        del found, last
        assert held() is None, "it holds pictures of its own: tens of megabytes for each chunk"
    finally:
        gc.enable()


def street(path: Path, *, seconds: int = 40) -> str:
    """Nobody, then somebody who crosses, and nobody again."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options=PLAIN)
        stream.width, stream.height, stream.gop_size = 640, 240, 10
        for index in range(10 * seconds):
            image = np.full((240, 640, 3), 50, np.uint8)
            step = index - 10 * (seconds // 2) - 3
            if 0 <= step < 60:
                image[60:110, 10 + 10 * step : 32 + 10 * step] = (250, 120, 120)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return str(path)


def seen(watching: Watching, given: Iterator[Frame]) -> list[tuple[object, ...]]:
    crops = [*watching.crops(given), *watching.close()]
    return [(crop.began, crop.ended, crop.taken, crop.box) for crop in crops]


def test_watching_an_empty_street_decodes_little_and_misses_nobody(
    tmp_path: Path, decoded: list[int]
) -> None:
    path = street(tmp_path / "street.mp4")
    parts = Watch(BrightRectangles(), partial(PeopleTracker, 5), open_media(f"file:{tmp_path}"))

    at_once = seen(Watching(parts, "gate", Handoff()), read(path, later=False))
    later = seen(Watching(parts, "gate", Handoff()), read(path))
    number = len(decoded)
    watching = Watching(parts, "gate", Handoff())
    beside = seen(watching, ahead(read(path), 4, watching.resting))

    assert at_once
    assert later == at_once
    assert beside == at_once
    assert number < 150, "of 400, of which 60 show somebody"
