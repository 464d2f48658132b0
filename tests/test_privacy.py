"""Blurring: no face is left, nothing of it can be had back, and the rest of the picture stays."""

import cv2
import numpy as np
import pytest

from models.acsa.image import REGIONS, STRIPES
from models.types import Image
from pipeline.privacy import HEAD, blur_head, blur_heads
from tests.wheel_pictures import wheel_picture

PORTRAIT = wheel_picture("zidane.jpg")  # a photograph that the wheel carries


def noise(height: int, width: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_head_is_where_the_search_network_looks_for_it() -> None:
    assert (max(REGIONS["head"]) + 1) / STRIPES == HEAD


def test_of_a_standing_person_only_the_top_is_hidden() -> None:
    crop = noise(240, 96)
    hidden = blur_head(crop)
    assert np.array_equal(hidden[80:], crop[80:])
    assert (hidden[:80] != crop[:80]).any(axis=(1, 2)).all()
    assert hidden.shape == crop.shape
    assert hidden.dtype == np.uint8


def test_of_somebody_who_is_cut_off_more_is_hidden() -> None:
    crop = noise(100, 100)
    hidden = blur_head(crop)
    assert (hidden[:80] != crop[:80]).any(axis=(1, 2)).all()
    assert np.array_equal(hidden[80:], crop[80:])
    assert (blur_head(noise(60, 200)) != noise(60, 200)).any(axis=(1, 2)).all()


def test_two_faces_with_the_same_few_mean_colours_become_one_picture() -> None:
    """Whatever somebody computes from the blurred picture, it cannot tell the two apart."""
    one = noise(288, 96)
    other = one.copy()
    for top in range(0, 96, 24):  # the cells are 24 pixels; turning them round leaves their means
        for left in range(0, 96, 24):
            cell = other[top : top + 24, left : left + 24]
            other[top : top + 24, left : left + 24] = cell[::-1, ::-1].copy()
    assert not np.array_equal(one, other)
    assert np.array_equal(blur_head(one), blur_head(other))
    whole = np.array([[0, 0, 96, 288]])
    assert np.array_equal(blur_heads(one, whole), blur_heads(other, whole))


def test_of_a_face_that_fills_the_picture_a_few_colours_are_left() -> None:
    face = cv2.imread(str(PORTRAIT))[60:420, 800:1080]
    hidden = blur_head(face)[: int(280 * 0.8)]
    cells = cv2.resize(hidden, (4, 3), interpolation=cv2.INTER_AREA)
    again = cv2.resize(cells, hidden.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    assert np.abs(again.astype(float) - hidden).mean() < 8  # twelve colours tell nearly all of it
    assert np.abs(again.astype(float) - face[: len(hidden)]).mean() > 20


def test_the_same_picture_is_always_blurred_alike_and_never_in_place() -> None:
    crop = noise(200, 80)
    before = crop.copy()
    assert np.array_equal(blur_head(crop), blur_head(crop))
    assert np.array_equal(crop, before)


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 9), (3, 2), (400, 3)])
def test_tiny_crops_are_no_exception(shape: tuple[int, int]) -> None:
    assert blur_head(noise(*shape)).shape == (*shape, 3)


def test_boxes_over_the_edge_or_outside_are_cut() -> None:
    frame = noise(100, 200)
    boxes = np.array([[-20, -10, 30, 90], [180, 50, 260, 180], [300, 300, 350, 400], [50, -80, 70, -5]])
    hidden = blur_heads(frame, boxes)
    changed = (hidden != frame).any(axis=2)
    assert changed[:24, :30].mean() > 0.99
    assert changed[50:95, 180:].mean() > 0.99
    changed[:31, :30] = changed[50:, 180:] = False
    assert not changed.any()
    assert np.array_equal(blur_heads(frame, np.zeros((0, 4), np.float32)), frame)
