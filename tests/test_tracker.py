"""What the tracker promises: numbers that stay, past posts and other people, and a state to go on from."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.detection.clothing import LENGTH, clothing
from models.detection.tracker import PeopleTracker
from models.types import Detections, Image, Tracked

WIDTH, HEIGHT = 40, 100
RED, BLUE, GREEN, WHITE = (200, 40, 40), (40, 60, 200), (40, 160, 60), (230, 230, 230)
Walker = tuple[float, float, tuple[int, int, int]]  # left, top, colour of the clothes


def scene(*walkers: Walker, score: float = 0.9) -> tuple[Detections, Image]:
    """People of one colour each on a grey street; later ones stand before earlier ones."""
    image = np.full((480, 720, 3), 110, np.uint8)
    boxes = np.array([(x, y, x + WIDTH, y + HEIGHT) for x, y, _ in walkers], np.float32).reshape(-1, 4)
    for (x1, y1, x2, y2), (_, _, colour) in zip(boxes.astype(int).tolist(), walkers, strict=True):
        image[max(0, y1) : y2, max(0, x1) : x2] = colour
    return Detections(boxes, np.full(len(walkers), score, np.float32)), image


def people(*lefts: float, score: float = 0.9) -> tuple[Detections, Image]:
    return scene(*((left, 200.0, RED) for left in lefts), score=score)


def by_left(tracked: Tracked) -> list[int]:
    return [int(n) for n in tracked.numbers[np.argsort(tracked.boxes[:, 0])]]


def follow(tracker: PeopleTracker, scenes: Sequence[Sequence[Walker]]) -> list[dict[tuple[int, ...], int]]:
    """The number of each colour of clothes, frame by frame."""
    found = []
    for walkers in scenes:
        detections, image = scene(*walkers)
        tracked = tracker.update(detections, image)
        colours = {(x, y): colour for x, y, colour in walkers}
        places = [(float(box[0]), float(box[1])) for box in tracked.boxes]
        found.append({colours[place]: int(n) for place, n in zip(places, tracked.numbers, strict=True)})
    return found


def test_two_who_cross_keep_their_numbers() -> None:
    scenes = [[(100.0 + 8 * n, 250.0, RED), (420.0 - 8 * n, 200.0, RED)] for n in range(40)]
    tracker = PeopleTracker(fps=10)
    for walkers in scenes:
        tracked = tracker.update(*scene(*walkers))
        rows = dict(zip(tracked.boxes[:, 1].tolist(), tracked.numbers.tolist(), strict=True))
        assert rows == {250.0: 1, 200.0: 2}


def test_two_who_turn_back_at_each_other_are_told_apart_by_their_clothes() -> None:
    """They meet, one hides the other, and both go back the way they came: by speed alone they crossed."""
    near = [(100.0 + 20 * n, 200.0, RED) for n in range(9)]
    far = [(440.0 - 20 * n, 200.0, BLUE) for n in range(9)]
    meet: list[list[Walker]] = [[one, other] for one, other in zip(near, far, strict=True)]
    hidden: list[list[Walker]] = [[(270.0, 200.0, BLUE)]] * 4
    found = follow(PeopleTracker(fps=5), [*meet, *hidden, *reversed(meet)])
    for numbers in found:
        assert numbers == {colour: {RED: 1, BLUE: 2}[colour] for colour in numbers}
    assert set(found[-1]) == {RED, BLUE}


def test_somebody_else_at_the_place_of_one_who_vanished_is_not_the_same() -> None:
    walking: list[list[Walker]] = [[(100.0 + 10 * n, 200.0, RED)] for n in range(10)]
    gone: list[list[Walker]] = [[]] * 3
    other: list[list[Walker]] = [[(220.0 + 10 * n, 200.0, WHITE)] for n in range(5)]
    found = follow(PeopleTracker(fps=5), [*walking, *gone, *other])
    assert found[9] == {RED: 1}
    assert found[-1] == {WHITE: 2}


def test_who_comes_out_from_behind_a_post_keeps_the_number() -> None:
    path: list[list[Walker]] = [[(100.0 + 10 * n, 200.0, GREEN)] for n in range(30)]
    path[12:18] = [[]] * 6
    assert follow(PeopleTracker(fps=5), path)[-1] == {GREEN: 1}


def test_two_trackers_in_one_process_do_not_disturb_each_other() -> None:
    alone, left, right = PeopleTracker(fps=5), PeopleTracker(fps=5), PeopleTracker(fps=5)
    for step in range(12):
        lefts = [50.0 + 5 * step] + ([300.0 + 4 * step] if step > 3 else [])
        expected = alone.update(*people(*lefts))
        assert by_left(left.update(*people(*lefts))) == by_left(expected)
        right.update(*people(10.0 + step, 200.0, 400.0 - step))
    assert by_left(expected) == [1, 2]


def test_numbers_start_at_one_for_every_instance() -> None:
    for _ in range(3):
        assert by_left(PeopleTracker(fps=5).update(*people(10.0, 200.0, 400.0))) == [1, 2, 3]


def test_a_gap_shorter_than_the_memory_keeps_the_number_and_a_longer_one_does_not() -> None:
    for gap, expected in ((5, 1), (30, 2)):
        tracker = PeopleTracker(fps=5, keep_seconds=2)
        for _ in range(4):
            tracker.update(*people(100.0))
        for _ in range(gap):
            assert len(tracker.update(*people()).numbers) == 0
        tracker.update(*people(100.0))
        assert by_left(tracker.update(*people(100.0))) == [expected]


def test_boxes_and_scores_are_those_of_the_detections() -> None:
    tracker = PeopleTracker(fps=5)
    for step in range(6):
        seen, image = people(400.0 - 3 * step, 50.0 + 9 * step, score=0.8)
        tracked = tracker.update(seen, image)
        np.testing.assert_array_equal(tracked.boxes, seen.boxes)
        np.testing.assert_array_equal(tracked.scores, seen.scores)


def test_an_unsure_detection_continues_a_person_but_starts_none() -> None:
    tracker = PeopleTracker(fps=5)
    for step in range(4):
        tracker.update(*people(100.0 + step))
    for _ in range(3):
        assert by_left(tracker.update(*people(104.0, 500.0, score=0.2))) == [1]


def test_a_tracker_made_from_a_state_goes_on_as_the_first_would() -> None:
    rng = np.random.default_rng(4)
    scenes = [
        [
            (60.0 + 11 * n + rng.integers(9), 190.0, RED),
            (500.0 - 9 * n, 230.0, BLUE),
            (240.0, 60.0 + n, GREEN),
        ][: rng.integers(1, 4)]
        for n in range(40)
    ]
    expected = follow(PeopleTracker(fps=5), scenes)
    state, found = "", []
    for start in range(0, 40, 7):
        tracker = PeopleTracker(5, state)
        found += follow(tracker, scenes[start : start + 7])
        state = tracker.state()
    assert found == expected
    assert len(state) < 4000  # it goes into the ledger with each chunk


@pytest.mark.parametrize("state", ["nonsense", "{}", "[]", '{"frames": 1, "next": 2, "people": [{}]}'])
def test_a_state_that_cannot_be_read_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="state of a tracker cannot be read"):
        PeopleTracker(5, state)


@pytest.mark.parametrize("fps", [0, -5])
def test_a_rate_that_is_no_rate_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="fps"):
        PeopleTracker(fps=fps)


def test_clothes_of_one_colour_agree_and_of_others_do_not() -> None:
    _, image = scene((50.0, 100.0, RED), (300.0, 100.0, BLUE), (500.0, 150.0, RED))
    boxes = np.array(
        [(x, y, x + WIDTH, y + HEIGHT) for x, y in ((50, 100), (300, 100), (500, 150))], np.float32
    )
    red, blue, again = (clothing(image, box) for box in boxes)
    assert red.shape == (LENGTH,)
    assert red @ again == pytest.approx(1.0)
    assert red @ blue == pytest.approx(0.0)


@pytest.mark.parametrize(
    "box", [(-30, -50, 4, 20), (700, 470, 760, 560), (719.6, 10, 719.9, 11), (800, 10, 840, 90)]
)
def test_clothes_at_the_edge_of_the_picture_and_beyond_are_numbers(box: tuple[float, ...]) -> None:
    _, image = scene()
    worn = clothing(image, np.array(box, np.float32))
    assert np.isfinite(worn).all()
    assert np.linalg.norm(worn) == pytest.approx(1.0, abs=1e-5)
