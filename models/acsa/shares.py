"""Descriptions as the text branch takes them outside of training: pieces, and what is averaged over them."""

from collections.abc import Sequence

import numpy as np

from models.acsa.architecture import TextShape
from models.acsa.tokens import Description
from models.runtimes.portable import Array


def text_inputs(read: Sequence[Description], shape: TextShape) -> tuple[Array, Array, Array]:
    """Pieces (n, t) int64, their mask (n, t) int64 and shares (n, 1 + k, t) float32.

    Row 0 of the shares averages the sentence, the others its phrases where those are spans of it; every row
    adds up to 1, or to 0 for a phrase that is not there.
    """
    most = max(len(one.spans) for one in read) if shape.phrases == "span" else 0
    numbers, mask = padded([one.pieces for one in read])
    shares = np.zeros((len(read), 1 + most, numbers.shape[1]), np.float32)
    shares[:, 0] = _sentence(mask, shape)
    for row, one in enumerate(read):
        for place, (start, stop) in enumerate(one.spans[:most], 1):
            shares[row, place, start:stop] = 1 / (stop - start)
    return numbers, mask, shares


def alone_inputs(read: Sequence[Description], shape: TextShape) -> tuple[Array, Array, Array]:
    """The same for phrases that are encoded by themselves: each is a text with itself as its one phrase."""
    numbers, mask = padded([phrase for one in read for phrase in one.alone])
    return numbers, mask, np.repeat(_sentence(mask, shape)[:, None], 2, axis=1)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Rows of piece numbers as one rectangle, filled up with piece 0, and where it is not."""
    longest = max(map(len, rows))
    numbers = np.array([[*row, *[0] * (longest - len(row))] for row in rows], np.int64)
    mask = np.arange(longest) < np.array([len(row) for row in rows])[:, None]
    return numbers, mask.astype(np.int64)


def _sentence(mask: Array, shape: TextShape) -> Array:
    """(n, t) shares of a sentence's states in its feature."""
    lengths = mask.sum(1)
    if shape.pooling == "mean":
        return np.asarray(mask / lengths[:, None], np.float32)
    place = lengths - 1 if shape.pooling == "last" else np.zeros_like(lengths)
    return np.asarray(np.arange(mask.shape[1]) == place[:, None], np.float32)
