"""Keep the few pictures of a person that show them best."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from models.types import Floats, Image
from pipeline.types import Frame
from storage.types import Box

SHOTS = 3  # kept of each person
_MARGIN = 0.05  # of the box's width and height, added on each side of a crop
_TALL = 100.0  # pixels: a person this tall has half the worth of a very tall one
_SHARP = 200.0  # variance of the Laplacian at 64 x 128 pixels: the same for sharpness
_CUT = 0.6  # worth left for each side at which the frame cuts the person
_LONG = 5.0  # seconds after which a picture is as new as time alone can make it
_SAME = 0.2  # novelty below which a picture adds nothing to a better one
_POOR = 0.5  # share of the best one's quality below which a picture harms more than it shows


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One picture of a person, with all that choosing among several needs."""

    taken: datetime  # UTC
    box: Box
    score: float  # the detector's, 0..1
    quality: float  # 0..1
    layout: tuple[int, ...]  # (24,) mean RGB of two columns by four rows, 0..255
    image: Image  # the crop with its margin
    key: str = ""  # where the media store has the image already; empty: nowhere


def view(frame: Frame, box: Box, score: float, others: Floats) -> View | None:
    """Cut a person out of a frame and judge the picture; None when nothing of the box is in the frame.

    `others` are the (n, 4) boxes of the other people in the frame.
    """
    inside = _clip(box, frame.image)
    if inside is None:
        return None
    image = crop(frame.image, inside)
    height = inside[3] - inside[1]
    quality = (
        score
        * height
        / (height + _TALL)
        * _sharpness(image)
        * _CUT ** _sides_cut(inside, frame.image)
        * (1 - _covered(inside, others))
    )
    return View(frame.taken, inside, score, quality, _layout(image), image)


def best(views: Iterable[View]) -> tuple[View, ...]:
    """At most three views, best first, none a repeat of a better one, none much worse than the best."""
    worths = _worths(views)
    least = _POOR * worths[0].view.quality if worths else 0.0
    return tuple(w.view for w in worths if w.novelty >= _SAME and w.view.quality >= least)[:SHOTS]


def keep(views: Iterable[View], new: View) -> tuple[View, ...]:
    """The at most three views worth keeping when one more is seen; feed it view by view.

    A view is worth its quality times its novelty, which is its distance from the nearest better view;
    the view worth least goes. The very best is always kept.
    """
    worths = _worths([*views, new])
    if len(worths) > SHOTS:
        worths.remove(min(worths, key=lambda worth: worth.view.quality * worth.novelty))
    return tuple(worth.view for worth in worths)


def crop(image: Image, box: Box) -> Image:
    """The box with a margin of a twentieth on each side, as far as the frame goes; a copy."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    across, down = (x2 - x1) * _MARGIN, (y2 - y1) * _MARGIN
    left, top = max(0, math.floor(x1 - across)), max(0, math.floor(y1 - down))
    right, bottom = min(width, math.ceil(x2 + across)), min(height, math.ceil(y2 + down))
    return image[top:bottom, left:right].copy()


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    view: View
    novelty: float  # 0..1


def _worths(views: Iterable[View]) -> list[_Worth]:
    ordered = sorted(views, key=lambda view: (-view.quality, view.taken))
    return [
        _Worth(one, min((_distance(one, better) for better in ordered[:rank]), default=1.0))
        for rank, one in enumerate(ordered)
    ]


def _distance(one: View, other: View) -> float:
    """0 for the same picture, 1 for one far away in time, in shape or in colour."""
    later = abs((one.taken - other.taken).total_seconds()) / _LONG
    size = abs(math.log(_height(one) / _height(other)))
    shape = abs(math.log(_width(one) * _height(other) / (_width(other) * _height(one))))
    colour = float(np.abs(np.subtract(one.layout, other.layout)).mean()) / 64
    return min(1.0, 0.5 * min(1.0, later) + 0.5 * size + 0.5 * shape + colour)


def _height(view: View) -> float:
    return view.box[3] - view.box[1]


def _width(view: View) -> float:
    return view.box[2] - view.box[0]


def _clip(box: Box, image: Image) -> Box | None:
    """The part of a box inside the frame; None when it is less than a pixel, or not a number."""
    if not all(map(math.isfinite, box)):
        return None
    height, width = image.shape[:2]
    x1, y1 = max(0.0, box[0]), max(0.0, box[1])
    x2, y2 = min(float(width), box[2]), min(float(height), box[3])
    return (x1, y1, x2, y2) if x2 - x1 >= 1 and y2 - y1 >= 1 else None


def _sharpness(image: Image) -> float:
    """0..1. Variance of the Laplacian (Pech-Pacheco et al., 2000) at one size, so that small is not sharp."""
    grey = cv2.cvtColor(cv2.resize(image, (64, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return variance / (variance + _SHARP)


def _sides_cut(box: Box, image: Image) -> int:
    height, width = image.shape[:2]
    near = 2.0  # pixels: detectors stop a little short of the border
    return sum((box[0] <= near, box[1] <= near, box[2] >= width - near, box[3] >= height - near))


def _covered(box: Box, others: Floats) -> float:
    """Share of the box that the worst of the others covers; half for one who stands behind."""
    if not len(others):
        return 0.0
    wide = np.minimum(others[:, 2], box[2]) - np.maximum(others[:, 0], box[0])
    tall = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
    share = wide.clip(0) * tall.clip(0) / ((box[2] - box[0]) * (box[3] - box[1]))
    behind = others[:, 3] < box[3]  # feet higher in the picture: farther from the camera
    return min(1.0, float(np.where(behind, share / 2, share).max()))


def _layout(image: Image) -> tuple[int, ...]:
    return tuple(int(level) for level in cv2.resize(image, (2, 4), interpolation=cv2.INTER_AREA).ravel())
