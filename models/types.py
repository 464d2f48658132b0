"""What the networks take and give: numpy arrays in small checked records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # (height, width, 3) RGB
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """People found in one frame."""

    boxes: Floats  # (n, 4) x1 y1 x2 y2 in pixels of the frame
    scores: Floats  # (n,) 0..1

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.scores), 4):
            raise ValueError(f"boxes are {self.boxes.shape} but there are {len(self.scores)} scores")


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """The people of one frame whom the tracker follows, each under a number that stays theirs."""

    numbers: NDArray[np.int64]  # (n,)
    boxes: Floats  # (n, 4) x1 y1 x2 y2 in pixels of the frame
    scores: Floats  # (n,) 0..1


@dataclass(frozen=True, slots=True, eq=False)
class ImageFeatures:
    """One crop as the index keeps it."""

    vector: Floats  # (d,) unit length: the whole person, for the pool
    parts: NDArray[np.float16]  # (p, e): whole, body regions, windows; for cross-attention


@dataclass(frozen=True, slots=True, eq=False)
class TextFeatures:
    """One description: the sentence and its phrases."""

    vector: Floats  # (d,) unit length
    phrases: tuple[str, ...]  # what the rows of `phrase_vectors` say; "no bag" where it is excluded
    phrase_vectors: Floats  # (len(phrases), e); of an excluded phrase that of the thing itself
    excluded: tuple[bool, ...]  # whether somebody of whom the phrase's thing is true is not wanted
    kinds: Mapping[int, Floats] = field(default_factory=dict)  # by excluded row: (k, e) of what it covers too


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """How well n candidates answer one description."""

    total: Floats  # (n,) (1 - w) global + w local; only the order means anything
    probability: Floats  # (n,) calibrated on validation pairs, 0..1
    similarity: Floats  # (n, phrases, parts) cosine of each phrase with each part, -1..1
    agreement: Floats  # (n, phrases) how likely the phrase is true of the candidate, 0..1
