"""The bench of speed: ratios, what has fallen, and the picture of both."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from bench import measures, speed
from bench.clips import FPS, HEIGHT, WIDTH, empty_clip
from bench.curves import crowd, curve
from bench.drawing import draw
from bench.measures import Peer, Stage
from bench.speed import Results, fallen, read, table
from pipeline.footage.probe import probe

STAGES = (Stage("one", 2.0, (Peer("slow", 10.0), Peer("slower", 30.0)), 1.0, 0.5), Stage("two", 4.0, ()))
CURVES = (curve("linear", [(1, 3.0), (10, 30.0)]), curve("square", [(1, 2.0), (4, 32.0)]))
RESULTS = Results("a machine", {"f32": 100.0}, 10.0, STAGES, CURVES)


def test_ratios_are_in_times_of_ours_and_curves_have_exponents() -> None:
    assert RESULTS.ratios() == {"one | slow": 5.0, "one | slower": 15.0}
    np.testing.assert_allclose([one.exponent for one in CURVES], [1, 2])
    assert table(RESULTS).row_count == 3 + 2 * len(CURVES)


def test_what_fell_by_more_than_a_quarter_is_named() -> None:
    now = {"one | slow": 3.7, "one | slower": 12.0, "new": 1.0}
    assert fallen(RESULTS.ratios(), now) == ["one | slow: 3.7, was 5.0"]


def test_some_stages_take_the_place_of_their_own_and_leave_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results" / "speed.json"
    RESULTS.write(path)
    assert read(path) == RESULTS
    again = replace(
        RESULTS, gigaflops={"f32": 120.0}, stages=(Stage("two", 3.0, (Peer("slow", 6.0),)),), curves=()
    )
    together = again.over(read(path))
    assert together.ratios() == {"one | slow": 5.0, "one | slower": 15.0, "two | slow": 2.0}
    assert (together.gigaflops, together.curves) == ({"f32": 120.0}, CURVES)
    assert replace(again, machine="another").over(RESULTS).ratios() == {"two | slow": 2.0}


def test_what_is_slower_than_committed_ends_the_check_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "speed.json"
    monkeypatch.setattr(speed, "RESULTS", path)
    took = [4.0]
    stage = lambda parts: iter([Stage("one", took[0], (Peer("slow", 8.0),))])  # noqa: E731
    monkeypatch.setitem(measures.STAGES, "detector", stage)
    with pytest.raises(SystemExit, match="nothing to compare with"):
        speed.main(["detector", "--check"])
    speed.main(["detector"])
    with pytest.raises(SystemExit) as same:
        speed.main(["detector", "--check"])
    took[0] = 6.0
    with pytest.raises(SystemExit, match=r"slower than committed: one \| slow: 1.3, was 2.0"):
        speed.main(["detector", "--check"])
    assert (same.value.code, len(json.loads(path.read_text())["stages"])) == (0, 1)
    with pytest.raises(SystemExit):
        speed.main(["engine"])
    assert "there is no stage engine" in capsys.readouterr().err


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    draw(RESULTS, tmp_path / "speed.png")
    with PIL.Image.open(tmp_path / "speed.png") as picture:
        assert picture.size[0] > 1000


def test_footage_is_made_of_the_size_that_cameras_send(tmp_path: Path) -> None:
    source = probe(str(empty_clip(tmp_path / "empty.mp4", 1)))
    assert (source.size, source.fps) == ((WIDTH, HEIGHT), FPS)


def test_a_crowd_has_as_many_as_are_asked_for() -> None:
    few, many = crowd(1, 0), crowd(40, 3)
    assert few.shape == many.shape == (1080, 1920, 3)
    assert (few != many).any(axis=2).mean() > 0.05
