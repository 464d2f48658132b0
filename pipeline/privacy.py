"""Hide faces: the head part of a person's picture becomes a few flat colours."""

from collections.abc import Iterable, Iterator
from typing import cast

import cv2
import numpy as np

from models.types import Floats, Image
from pipeline.ports import Detector

HEAD = 1 / 3  # of a standing person's height, from the top: where the search network looks for the head
_CLOSE = 0.8  # of the width: a box that wide for its height shows less of the body, so more of it is head
_CELLS = 4  # colours across a box; of a standing person's face that leaves one or two


def blur_head(crop: Image) -> Image:
    """A copy of one person's crop, (height, width, 3) RGB, in which nobody can recognise the face.

    What was there cannot be had back: no more of it is kept than the mean colours of a few cells.
    """
    hidden = crop.copy()
    height, width = crop.shape[:2]
    rows = _head_rows(height, width)
    hidden[:rows] = _coarse(crop[:rows])
    return hidden


def blur_heads(frame: Image, boxes: Floats) -> Image:
    """A copy of a frame without the faces of the people in it; `boxes` (n, 4) are x1 y1 x2 y2 in pixels.

    Boxes may reach over the frame's edges.
    """
    hidden = frame.copy()
    height, width = frame.shape[:2]
    for x1, y1, x2, y2 in boxes:
        bottom = y1 + _head_rows(y2 - y1, x2 - x1)
        left, top = max(0, int(np.floor(x1))), max(0, int(np.floor(y1)))
        right, low = min(width, int(np.ceil(x2))), min(height, int(np.ceil(bottom)))
        if left < right and top < low:
            hidden[top:low, left:right] = _coarse(frame[top:low, left:right])
    return hidden


def hidden(images: Iterable[Image], detector: Detector) -> Iterator[Image]:
    """Copies of the frames without faces.

    The detector is asked at its most doubtful, and the heads of the frame before are hidden too, so that a
    person it misses once does not flash up. One whom it does not find at all stays visible.
    """
    before = None
    for image in images:
        (found,) = detector.detect([image])
        clear = blur_heads(image, found.boxes)
        yield clear if before is None else blur_heads(clear, before)
        before = found.boxes


def _head_rows(height: float, width: float) -> int:
    return int(np.ceil(min(height, max(height * HEAD, width * _CLOSE))))


def _coarse(region: Image) -> Image:
    """Mean colours of square cells, drawn smoothly."""
    height, width = region.shape[:2]
    across = min(_CELLS, width)
    down = min(height, max(1, round(height * across / width)))
    cells = cv2.resize(region, (across, down), interpolation=cv2.INTER_AREA)
    return cast(Image, cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR))
