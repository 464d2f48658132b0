"""Decoding by a card: what it cannot do the processor does, one line in the log and the same pictures."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import av
import pytest
from av.codec.hwaccel import hwdevices_available

from models.runtimes.choice import DRIVER
from pipeline import build
from pipeline.footage import hardware
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.settings import Settings
from pipeline.types import Decoding
from storage.footage.ledger import Ledger
from tests.test_frames import BEGAN, contents, steady, write


@pytest.fixture(autouse=True)
def new_process() -> Iterator[None]:
    """Nothing was told yet."""
    hardware._tell.cache_clear()
    yield
    hardware._tell.cache_clear()


@pytest.mark.parametrize(
    ("by", "why"),
    [
        pytest.param(
            "cuda", "cannot be used here", marks=pytest.mark.skipif(DRIVER.exists(), reason="it is")
        ),
        pytest.param(
            "vaapi",
            "does not decode h264",
            marks=pytest.mark.skipif("vaapi" in hwdevices_available(), reason="FFmpeg has it"),
        ),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_what_a_card_cannot_do_the_processor_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, by: Decoding, why: str, later: bool
) -> None:
    source = probe(write(tmp_path / "a.mp4", steady(40), bf="0"))

    for start in (0.0, 2.0):  # two chunks of one process
        plain = list(frames(source, "gate", began=BEGAN, fps=5, start=start))
        found = list(frames(source, "gate", began=BEGAN, fps=5, start=start, later=later, by=by))
        assert contents(found) == contents(plain)

    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.startswith(f"decoding by {by}: it {why}")


def test_a_card_is_not_blamed_for_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(1000))
    with pytest.raises(av.FFmpegError):
        hardware.open_video(str(tmp_path / "a.mp4"), "cuda")
    assert not caplog.records


@pytest.mark.parametrize("there", [False, True])
def test_a_card_is_chosen_where_its_driver_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(hardware, "DRIVER", tmp_path if there else tmp_path / "none")
    assert (hardware.card("auto") is not None) == there
    assert hardware.card("processor") is None


def test_a_card_that_was_chosen_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "DRIVER", tmp_path)
    monkeypatch.setattr(hardware, "card", lambda by: hardware.HWAccel("vaapi", allow_software_fallback=True))
    hardware.open_video(write(tmp_path / "a.mp4", steady(5), codec="mpeg4"), "auto").close()
    assert caplog.messages == ["decoding by cuda: it does not decode mpeg4, so the processor decodes"]


def test_the_setting_reaches_what_watches(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, decoder="vaapi", runtime="torch")
    with closing(Ledger(settings.database_url)) as ledger:
        assert build.watch_step(settings, ledger).by == "vaapi"
