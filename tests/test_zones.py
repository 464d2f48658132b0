"""People are kept where the camera is asked to look."""

from datetime import UTC, datetime, timedelta

import numpy as np

from models.types import Detections
from pipeline.footage.handoff import Handoff
from pipeline.footage.zones import EVERYWHERE, Zones
from pipeline.types import Frame
from pipeline.watch import Watch, Watching
from tests.fakes import BrightRectangles, NearestCentre, Shelf

SHAPE = (100, 200, 3)
LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
LOW = ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0))
RIGHT = ((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0))


def standing(*feet: tuple[float, float]) -> Detections:
    """People 20 x 40 pixels whose feet are there."""
    boxes = np.array([[x - 10, y - 40, x + 10, y] for x, y in feet], np.float32).reshape(-1, 4)
    return Detections(boxes, np.linspace(0.5, 0.9, len(feet), dtype=np.float32))


def kept(zones: Zones, *feet: tuple[float, float]) -> list[bool]:
    found = standing(*feet)
    left = zones.keep(found, SHAPE)
    assert len(left.scores) == len(left.boxes)
    return [score in left.scores for score in found.scores]


def test_without_zones_everybody_is_kept() -> None:
    assert kept(EVERYWHERE, (10, 50), (190, 99)) == [True, True]


def test_feet_decide_not_the_body() -> None:
    assert kept(Zones((LOW,)), (50, 79), (50, 81)) == [False, True]


def test_one_of_several_zones_is_enough() -> None:
    assert kept(Zones((LEFT, RIGHT)), (90, 50), (110, 50), (150, 50)) == [True, False, True]


def test_a_mask_wins_over_a_zone() -> None:
    assert kept(Zones((LEFT,), (LOW,)), (50, 50), (50, 90)) == [True, False]


def test_a_mask_alone_leaves_the_rest() -> None:
    assert kept(Zones((), (LEFT,)), (50, 50), (150, 50)) == [False, True]


def test_feet_below_the_picture_are_on_its_edge() -> None:
    assert kept(Zones((LOW,)), (50, 100), (50, 104)) == [True, True]


def test_an_empty_picture_stays_empty() -> None:
    assert kept(Zones((LEFT,))) == []


def test_watching_keeps_only_who_stands_where_the_camera_is_to_look() -> None:
    frames = []
    for index in range(10):
        image = np.full(SHAPE, 50, np.uint8)
        for left in (20, 140):
            image[40:90, left + 3 * index : left + 3 * index + 20] = 250
        frames.append(Frame("gate", datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=index / 5), image))

    def lefts(zones: Zones) -> set[bool]:
        work = Watching(Watch(BrightRectangles(), NearestCentre, Shelf(), zones=zones), "gate", Handoff())
        return {crop.box[0] < 100 for crop in [*work.crops(frames), *work.close()]}

    assert lefts(EVERYWHERE) == {True, False}
    assert lefts(Zones((LEFT,))) == {True}
    assert lefts(Zones((), (LEFT,))) == {False}
