"""Best shots: large, sharp, whole, in the open, and unlike each other."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from pipeline.footage.shots import View, best, crop, keep, view
from pipeline.types import Frame
from storage.types import Box

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ALONE = np.zeros((0, 4), np.float32)
BOX = (100.0, 100.0, 140.0, 200.0)


def frame(second: float = 0.0, texture: int = 255) -> Frame:
    image = np.random.default_rng(0).integers(0, texture + 1, (300, 400, 3)).astype(np.uint8)
    return Frame("gate", BEGAN + timedelta(seconds=second), image)


def quality(box: Box = BOX, score: float = 0.9, others: np.ndarray = ALONE, texture: int = 255) -> float:
    seen = view(frame(texture=texture), box, score, others)
    assert seen is not None
    return seen.quality


def test_quality_falls_with_everything_that_hides_a_person() -> None:
    whole = quality()

    assert 0 < whole <= 1
    assert quality(score=0.5) < whole
    assert quality(box=(100.0, 100.0, 120.0, 150.0)) < whole  # small
    assert quality(texture=20) < whole  # blurred
    assert quality(box=(0.0, 100.0, 40.0, 200.0)) < whole  # cut by the frame
    assert quality(box=(100.0, 200.0, 140.0, 300.0)) < whole  # feet out of sight


def test_who_stands_in_front_hides_more_than_who_stands_behind() -> None:
    front = np.array([[120, 120, 160, 220]], np.float32)
    behind = np.array([[120, 80, 160, 180]], np.float32)
    aside = np.array([[200, 100, 240, 200]], np.float32)

    assert quality(others=front) < quality(others=behind) < quality(others=aside) == quality()


def test_a_box_outside_the_frame_or_without_size_or_number_is_no_view() -> None:
    nan = float("nan")
    for box in [(500.0, 0.0, 600.0, 50.0), (10.0, 10.0, 10.0, 50.0), (nan, nan, nan, nan)]:
        assert view(frame(), box, 0.9, ALONE) is None


def test_boxes_are_clipped_and_crops_have_a_margin() -> None:
    seen = view(frame(), (-20.0, 100.0, 40.0, 200.0), 0.9, ALONE)

    assert seen is not None
    assert seen.box == (0.0, 100.0, 40.0, 200.0)
    assert seen.image.shape == (110, 42, 3)
    np.testing.assert_array_equal(crop(frame().image, BOX), frame().image[95:205, 98:142])


def made(second: float, quality: float, level: int = 100, height: float = 100.0) -> View:
    image = np.full((10, 5, 3), level, np.uint8)
    box = (0.0, 0.0, height * 0.4, height)
    return View(BEGAN + timedelta(seconds=second), box, 0.9, quality, (level,) * 24, image)


def chosen(views: list[View]) -> tuple[View, ...]:
    kept: tuple[View, ...] = ()
    for one in views:
        kept = keep(kept, one)
        assert len(kept) <= 3
    return best(kept)


def test_the_best_is_never_lost_and_comes_first() -> None:
    views = [made(index / 5, 0.5 + 0.4 * np.sin(index)) for index in range(200)]

    found = chosen(views)

    assert found[0] is max(views, key=lambda one: one.quality)
    assert [one.quality for one in found] == sorted((one.quality for one in found), reverse=True)


def test_shots_are_far_apart_in_time() -> None:
    times = sorted(one.taken for one in chosen([made(index / 5, 0.6) for index in range(200)]))

    assert len(times) == 3
    assert all(later - earlier > timedelta(seconds=3) for earlier, later in pairwise(times))


def test_another_look_is_worth_more_than_a_little_quality() -> None:
    front = [made(index / 5, 0.8, level=60) for index in range(20)]
    back = [made(4 + index / 5, 0.6, level=180) for index in range(5)]

    assert {one.layout[0] for one in chosen(front + back)} == {60, 180}


def test_a_picture_much_worse_than_the_best_is_left_out() -> None:
    assert len(chosen([made(0, 0.8), made(10, 0.3, level=200)])) == 1
    assert len(chosen([made(0, 0.8), made(10, 0.5, level=200)])) == 2
    assert best([]) == ()


def test_a_glimpse_is_not_shown_three_times() -> None:
    assert len(chosen([made(index / 5, 0.6) for index in range(4)])) == 1
