"""The bench of speed: ratios, what has fallen, and the picture of both."""

from pathlib import Path

import numpy as np
import PIL.Image

from bench.clips import FPS, HEIGHT, WIDTH, empty_clip
from bench.curves import crowd, curve
from bench.drawing import draw
from bench.speed import Peer, Results, Stage, fallen, table
from pipeline.footage.probe import probe

STAGES = (Stage("one", 2.0, (Peer("slow", 10.0), Peer("slower", 30.0)), 1.0, 0.5), Stage("two", 4.0, ()))
CURVES = (curve("linear", [(1, 3.0), (10, 30.0)]), curve("square", [(1, 2.0), (4, 32.0)]))
RESULTS = Results("a machine", 100.0, 10.0, STAGES, CURVES)


def test_ratios_are_in_times_of_ours_and_curves_have_exponents() -> None:
    assert RESULTS.ratios() == {"one | slow": 5.0, "one | slower": 15.0}
    np.testing.assert_allclose([one.exponent for one in CURVES], [1, 2])
    assert table(RESULTS).row_count == 3 + 2 * len(CURVES)


def test_what_fell_by_more_than_a_quarter_is_named() -> None:
    now = {"one | slow": 3.7, "one | slower": 12.0, "new": 1.0}
    assert fallen(RESULTS.ratios(), now) == ["one | slow: 3.7, was 5.0"]


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
