"""Candidates of a detector to people: each once."""

import cv2
import numpy as np

from models.types import Floats


def corners(candidates: Floats) -> Floats:
    """Centre x, centre y, width, height, ... (4 or more, n) to boxes (n, 4)."""
    centre, half = candidates[:2].T, candidates[2:4].T / 2
    return np.concatenate([centre - half, centre + half], 1)


def suppress(boxes: Floats, scores: Floats, overlap: float) -> list[int]:
    """Rows of the boxes (n, 4) that no better one overlaps by more of their union, best first."""
    if not len(boxes):
        return []
    flat = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    return [int(row) for row in cv2.dnn.NMSBoxes(flat.tolist(), scores.tolist(), 0.0, overlap)]
