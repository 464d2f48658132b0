"""What somebody wears, as colours: enough to tell two people apart who cross, not to know anybody again."""

import cv2
import numpy as np

from models.types import Floats, Image

_SIZE = (16, 48)  # pixels, width and height at which colours are counted
_BANDS = ((0, 9), (9, 26), (26, 44))  # rows of head, upper and lower body; below are shoes and ground
_BINS = (8, 8, 8)  # of lightness and the two colour axes
_GREY, _VIVID = 128, 48  # middle of the colour axes, and how far from it a colour counts as the strongest
_RANGES = (0, 256, *(_GREY - _VIVID, _GREY + _VIVID) * 2)

LENGTH = len(_BANDS) * int(np.prod(_BINS))


def clothing(image: Image, box: Floats) -> Floats:
    """Colours of head, upper and lower body of the person in a box (4,), as a unit vector (LENGTH,).

    The product of two is the mean of the bands' Bhattacharyya coefficients, 1 for the same colours: about
    0.8 for one person a few seconds later, 0.5 for two people. Only the middle half of the box counts, since
    beside it there is mostly street.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box.tolist()
    quarter = (x2 - x1) / 4
    left, right = _span(x1 + quarter, x2 - quarter, width)
    top, bottom = _span(y1, y2, height)
    small = cv2.resize(image[top:bottom, left:right], _SIZE, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    lab[..., 1:] = lab[..., 1:].clip(_GREY - _VIVID, _GREY + _VIVID - 1)
    bands = [cv2.calcHist([lab[a:b]], [0, 1, 2], None, _BINS, _RANGES).ravel() for a, b in _BANDS]
    shares = np.concatenate([band / band.sum() for band in bands]) / len(bands)
    return np.asarray(np.sqrt(shares), np.float32)


def _span(first: float, last: float, size: int) -> tuple[int, int]:
    """Whole pixels from first to last inside the picture, one at least."""
    low = min(max(0, int(np.floor(first))), size - 1)
    return low, max(low + 1, min(size, int(np.ceil(last))))
