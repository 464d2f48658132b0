"""Somebody to look for, cut out of a picture: by a box, or by the detector where one person is in it."""

from collections.abc import Callable

from models.types import Image
from pipeline.ports import Detector
from pipeline.search import QueryError
from storage.types import Box

SURE = 0.5  # score of the detector from which somebody is in the picture
BESIDE = 0.5  # height, of the tallest person's, from which another may be meant
LEAST = 8  # pixels, of either side of a box
LISTED = 12  # boxes in a sentence


class PeopleError(QueryError):
    """A picture in which not exactly one person is found; `boxes` are those who are."""

    def __init__(self, said: str, boxes: tuple[Box, ...]) -> None:
        super().__init__(said)
        self.boxes = boxes  # from left to right


def cut_out(picture: Image, name: str, box: Box | None, detector: Callable[[], Detector]) -> Image:
    """The pixels of the person; `name` is how the user knows the picture.

    Raises PeopleError where the detector has to look and does not find exactly one person, QueryError for a
    box that is not in the picture.
    """
    if box is None:
        boxes = _people(picture, detector())
        if len(boxes) != 1:
            raise PeopleError(_said(name, boxes), boxes)
        (box,) = boxes
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (round(side) for side in box)
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    if x2 - x1 < LEAST or y2 - y1 < LEAST:
        raise QueryError(
            f"the box {written(box)} holds less than {LEAST} x {LEAST} pixels of {name}, which has {width} x "
            f"{height}: give x1,y1,x2,y2 in its pixels"
        )
    return picture[y1:y2, x1:x2]


def written(box: Box) -> str:
    """A box as a user writes it."""
    return ",".join(f"{side:.0f}" for side in box)


def _people(picture: Image, detector: Detector) -> tuple[Box, ...]:
    """Everybody who may be meant: the tallest, and who is not much smaller than they are."""
    (found,) = detector.detect([picture])
    boxes = found.boxes[found.scores >= SURE]
    heights = boxes[:, 3] - boxes[:, 1]
    meant = boxes[heights >= BESIDE * heights.max(initial=0)]
    rows = [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in meant]
    return tuple(sorted(rows))


def _said(name: str, boxes: tuple[Box, ...]) -> str:
    if not boxes:
        return f"nobody is found in {name}; if somebody is, give the box around them"
    listed = "; ".join(written(box) for box in boxes[:LISTED])
    return f"{len(boxes)} people are in {name}; say who is meant by a box, from left to right: {listed}"
