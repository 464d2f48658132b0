"""What the person detector promises, on real pictures and with a network whose answers are known."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.detection.card import read_card
from models.detection.detector import PersonDetector, load_detector
from models.detection.letterbox import letterbox
from models.detection.network import only_person, person_network, untrained
from models.detection.score import Truth, average_precision, best_threshold, mark, overlap
from models.detection.views import read_picture
from models.runtimes.portable import Array, Run
from models.types import Detections, Image
from tests.wheel_pictures import wheel_picture

STREET = wheel_picture("bus.jpg")
ON_THE_STREET = np.array([[49, 399, 241, 904], [222, 406, 345, 861], [670, 394, 810, 879]], np.float32)


@pytest.fixture(scope="module")
def detector() -> PersonDetector:
    return load_detector()


@pytest.fixture(scope="module")
def street() -> Image:
    return read_picture(STREET)


def always(*candidates: tuple[float, float, float, float, float]) -> Run:
    """A network that answers with these (centre x, centre y, width, height, score) in every picture."""
    answer = np.array(candidates, np.float32).reshape(-1, 5).T

    def network(pictures: Array) -> tuple[Array]:
        return (np.repeat(answer[None], len(pictures), 0),)

    return network


def test_the_shipped_detector_finds_the_people_on_the_street(detector: PersonDetector, street: Image) -> None:
    found = detector.detect([street])[0]
    iou, _ = overlap(ON_THE_STREET, found.boxes)
    assert (iou.max(1) > 0.7).all()
    assert len(found.scores) <= 5
    assert (np.diff(found.scores) <= 0).all()


def test_boxes_are_float32_inside_the_picture(detector: PersonDetector, street: Image) -> None:
    half = np.ascontiguousarray(street[:, :700])  # cuts a person in two
    found = detector.detect([half])[0]
    assert found.boxes.dtype == found.scores.dtype == np.float32
    assert len(found.scores) > 0
    assert found.boxes.min() >= 0
    assert found.boxes[:, 2].max() <= 700
    assert found.boxes[:, 3].max() <= street.shape[0]


def test_each_picture_gets_its_own_answer_whatever_lies_beside_it(
    detector: PersonDetector, street: Image
) -> None:
    blank = np.full(street.shape, 90, np.uint8)
    small = np.ascontiguousarray(street[::2, ::2])
    together = detector.detect([blank, street, small, street])
    assert [len(each.scores) > 0 for each in together] == [False, True, True, True]
    alone = detector.detect([street])[0]
    for each in (together[1], together[3]):
        np.testing.assert_allclose(each.boxes, alone.boxes, atol=3)


def test_no_pictures_give_no_answers(detector: PersonDetector) -> None:
    assert detector.detect([]) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 900, 3), (700, 3, 3), (33, 31, 3)])
def test_pictures_of_any_size_are_looked_at(detector: PersonDetector, shape: tuple[int, ...]) -> None:
    found = detector.detect([np.full(shape, 128, np.uint8)])[0]
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0,)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((40, 40), np.uint8),
        np.zeros((40, 40, 1), np.uint8),
        np.zeros((40, 40, 4), np.uint8),
        np.zeros((0, 40, 3), np.uint8),
        np.zeros((40, 40, 3), np.float32),
    ],
    ids=["grey", "one channel", "alpha", "empty", "float"],
)
def test_what_is_no_rgb_picture_is_refused(picture: Image) -> None:
    with pytest.raises(ValueError, match="RGB uint8"):
        PersonDetector(always(), "fake").detect([picture])


def test_boxes_come_back_in_pixels_of_the_picture() -> None:
    # 320 x 160 is doubled to 640 x 320, which needs no border.
    detector = PersonDetector(always((200, 160, 80, 200, 0.9)), "fake")
    found = detector.detect([np.zeros((160, 320, 3), np.uint8)])[0]
    np.testing.assert_allclose(found.boxes, [[80, 30, 120, 130]])
    np.testing.assert_allclose(found.scores, [0.9])


def test_one_person_is_one_box_and_unsure_ones_are_left_out() -> None:
    network = always((100, 100, 40, 100, 0.8), (102, 101, 40, 100, 0.9), (400, 100, 40, 100, 0.3))
    found = PersonDetector(network, "fake", threshold=0.5).detect([np.zeros((640, 640, 3), np.uint8)])[0]
    np.testing.assert_allclose(found.boxes, [[82, 51, 122, 151]])


def test_a_box_that_lies_in_the_border_alone_is_dropped() -> None:
    # 640 x 300 is padded by ten rows above and below.
    detector = PersonDetector(always((300, 4, 40, 6, 0.9)), "fake")
    assert len(detector.detect([np.zeros((300, 640, 3), np.uint8)])[0].scores) == 0


@pytest.mark.parametrize("shape", [(480, 640), (576, 768), (1080, 810), (50, 333)])
def test_letterbox_and_back_is_the_same_place(shape: tuple[int, int]) -> None:
    boxed = letterbox(np.zeros((*shape, 3), np.uint8), 640)
    assert all(side % 32 == 0 for side in boxed.pixels.shape[:2])
    whole = np.array([[0, 0, shape[1], shape[0]]], np.float32)
    inside = whole * boxed.scale + np.array([boxed.left, boxed.top] * 2, np.float32)
    np.testing.assert_allclose(boxed.restore(inside, *shape), whole, atol=0.01)


@pytest.mark.parametrize(("height", "width"), [(1080, 1920), (2160, 3840), (1440, 2560), (1081, 1921)])
def test_large_pictures_shrink_to_the_mean_of_what_they_show(height: int, width: int) -> None:
    street = read_picture(STREET)
    large = np.asarray(cv2.resize(street, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)

    boxed = letterbox(large, 640)

    inner = round(width * boxed.scale), round(height * boxed.scale)
    shown = boxed.pixels[boxed.top : boxed.top + inner[1], boxed.left : boxed.left + inner[0]]
    exact = cv2.resize(large, inner, interpolation=cv2.INTER_AREA).astype(int)
    skipping = cv2.resize(large, inner, interpolation=cv2.INTER_LINEAR)
    assert np.abs(shown - exact).mean() < 0.4 * np.abs(skipping - exact).mean()


def test_the_name_says_which_weights(detector: PersonDetector) -> None:
    name, digest = detector.name.split("@")
    assert name == "person-detector"
    assert len(digest) == 8


@pytest.mark.parametrize("weights", ["nowhere/detector.pt", "no-such-detector"])
def test_weights_that_cannot_be_had_are_named(weights: str) -> None:
    with pytest.raises(ValueError, match="leave the setting empty"):
        load_detector(weights)


def test_a_card_that_belongs_to_other_weights_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "detector.safetensors"
    weights.write_bytes(b"other weights")
    weights.with_suffix(".json").write_text('{"sha256": "0000"}')
    with pytest.raises(ValueError, match="card"):
        read_card(weights)


def test_the_person_channel_of_eighty_classes_fits_the_person_network() -> None:
    torch.manual_seed(0)
    taught, mine = untrained().eval(), person_network().eval()
    mine.model.load_state_dict(only_person(taught.model.state_dict()))  # type: ignore[union-attr]
    pixels = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        all_classes, person = taught(pixels)[0], mine(pixels)[0]
    torch.testing.assert_close(person, all_classes[:, :5])


def test_marking_follows_the_rules() -> None:
    people = np.array([[0, 0, 50, 100], [200, 0, 250, 40]], np.float32)
    ignore = np.array([[400, 0, 450, 100]], np.float32)
    boxes = np.array(
        [[2, 0, 52, 100], [0, 0, 50, 98], [300, 0, 350, 100], [395, 0, 455, 100], [200, 2, 250, 40]],
        np.float32,
    )
    found = Detections(boxes, np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32))
    marked = mark([Truth(people, ignore)], [found])
    # The second box finds its person taken; the fourth is in the area to ignore.
    assert marked.right.tolist() == [True, False, False, True]
    assert marked.right_tall.tolist() == [True, False, False, False]
    assert (marked.people, marked.tall_people) == (2, 1)
    assert average_precision(marked) == pytest.approx((1 + 2 / 4) / 2)
    assert best_threshold(marked) == pytest.approx(0.9)
