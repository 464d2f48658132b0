"""Say which detections are right, and how good a detector is by that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.types import Detections, Floats

TALL = 60.0  # pixels: smaller people are too small to describe


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The people who really are in a frame."""

    people: Floats  # (n, 4) x1 y1 x2 y2 in pixels
    ignore: Floats  # (m, 4) areas in which a detection is neither right nor wrong


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """The detections of many frames, best first, without those that fall into an area to ignore."""

    scores: Floats  # (n,)
    heights: Floats  # (n,) pixels
    right: NDArray[np.bool_]  # (n,)
    right_tall: NDArray[np.bool_]  # (n,) right, and the person is at least 60 px high
    people: int  # all there are to find
    tall_people: int


def overlap(boxes: Floats, others: Floats) -> tuple[Floats, Floats]:
    """IoU (n, m), and the share of each of the m others that each of the n boxes covers (n, m)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(2)
    area, other_area = (np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (boxes, others))
    union = area[:, None] + other_area[None] - common
    return (common / union).astype(np.float32), (common / other_area[None]).astype(np.float32)


def mark(truths: Sequence[Truth], found: Sequence[Detections]) -> Marked:
    """Match the detections of each frame to its people, greedily in order of score, at IoU >= 0.5.

    A detection that matches nobody but covers at least half of an area to ignore is left out.
    """
    rows: list[tuple[float, float, bool, bool]] = []
    for truth, detections in zip(truths, found, strict=True):
        iou, _ = overlap(detections.boxes, truth.people)
        _, covered = overlap(detections.boxes, truth.ignore)
        free = np.ones(len(truth.people), bool)
        for row in np.argsort(-detections.scores, kind="stable"):
            fits = np.where(free, iou[row], 0.0)
            best = int(fits.argmax()) if len(fits) else -1
            right, tall = best >= 0 and bool(fits[best] >= 0.5), False
            if right:
                free[best] = False
                tall = bool(truth.people[best, 3] - truth.people[best, 1] >= TALL)
            elif (covered[row] >= 0.5).any():
                continue
            height = detections.boxes[row, 3] - detections.boxes[row, 1]
            rows.append((float(detections.scores[row]), float(height), right, tall))
    rows.sort(key=lambda each: -each[0])
    heights = np.concatenate([truth.people[:, 3] - truth.people[:, 1] for truth in truths])
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    return Marked(
        scores=np.array(columns[0], np.float32),
        heights=np.array(columns[1], np.float32),
        right=np.array(columns[2], bool),
        right_tall=np.array(columns[3], bool),
        people=len(heights),
        tall_people=int((heights >= TALL).sum()),
    )


def average_precision(marked: Marked) -> float:
    """Area under precision over recall, each recall at the best precision reached from there on."""
    precision = marked.right.cumsum() / np.arange(1, len(marked.right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[marked.right].sum() / marked.people)


def best_threshold(marked: Marked) -> float:
    """The score from which on precision and recall have the greatest harmonic mean."""
    right = marked.right.cumsum()
    f1 = 2 * right / (np.arange(1, len(right) + 1) + marked.people)
    return float(marked.scores[int(f1.argmax())])
