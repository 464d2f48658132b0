"""What the tracker promises: numbers that stay, start at one, and belong to one instance."""

import numpy as np
import pytest

from models.tracker import ByteTracker
from models.types import Detections, Tracked

WIDTH, HEIGHT = 40.0, 100.0


def people(*lefts: float, score: float = 0.9) -> Detections:
    boxes = [[left, 200.0, left + WIDTH, 200.0 + HEIGHT] for left in lefts]
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(lefts), score, np.float32))


def by_left(tracked: Tracked) -> list[int]:
    return [int(n) for n in tracked.numbers[np.argsort(tracked.boxes[:, 0])]]


def test_two_people_who_cross_keep_their_numbers() -> None:
    tracker = ByteTracker(fps=10)
    first: dict[float, int] = {}
    for step in range(40):
        # The rows differ by half a height, as two paths across a square do.
        near, far = 100.0 + 8 * step, 420.0 - 8 * step
        boxes = np.array(
            [[near, 250, near + WIDTH, 250 + HEIGHT], [far, 200, far + WIDTH, 200 + HEIGHT]], np.float32
        )
        tracked = tracker.update(Detections(boxes, np.full(2, 0.9, np.float32)))
        numbers = dict(zip(tracked.boxes[:, 1].tolist(), tracked.numbers.tolist(), strict=True))
        first = first or numbers
        assert numbers == first
    assert sorted(first.values()) == [1, 2]


def test_two_trackers_in_one_process_do_not_disturb_each_other() -> None:
    alone, left, right = ByteTracker(fps=5), ByteTracker(fps=5), ByteTracker(fps=5)
    for step in range(12):
        lefts = [50.0 + 5 * step] + ([300.0 + 4 * step] if step > 3 else [])
        expected = alone.update(people(*lefts))
        assert by_left(left.update(people(*lefts))) == by_left(expected)
        right.update(people(10.0 + step, 200.0, 400.0 - step))
    assert by_left(expected) == [1, 2]


def test_numbers_start_at_one_for_every_instance() -> None:
    for _ in range(3):
        assert by_left(ByteTracker(fps=5).update(people(10.0, 200.0, 400.0))) == [1, 2, 3]


def test_a_gap_shorter_than_the_memory_keeps_the_number_and_a_longer_one_does_not() -> None:
    for gap, expected in ((5, 1), (30, 2)):
        tracker = ByteTracker(fps=5, keep_seconds=2)
        for _ in range(4):
            tracker.update(people(100.0))
        for _ in range(gap):
            assert len(tracker.update(people()).numbers) == 0
        tracker.update(people(100.0))
        assert by_left(tracker.update(people(100.0))) == [expected]


def test_boxes_and_scores_are_those_of_the_detections() -> None:
    tracker = ByteTracker(fps=5)
    for step in range(6):
        seen = people(400.0 - 3 * step, 50.0 + 9 * step, score=0.8)
        tracked = tracker.update(seen)
        np.testing.assert_array_equal(tracked.boxes, seen.boxes)
        np.testing.assert_array_equal(tracked.scores, seen.scores)


def test_an_unsure_detection_continues_a_person_but_starts_none() -> None:
    tracker = ByteTracker(fps=5)
    for step in range(4):
        tracker.update(people(100.0 + step))
    unsure = Detections(
        np.concatenate([people(104.0).boxes, people(500.0).boxes]), np.array([0.2, 0.2], np.float32)
    )
    for _ in range(3):
        assert by_left(tracker.update(unsure)) == [1]


@pytest.mark.parametrize("fps", [0, -5])
def test_a_rate_that_is_no_rate_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="fps"):
        ByteTracker(fps=fps)
