"""Descriptions as padded tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.acsa.tokens import Description


class Pieces(NamedTuple):
    """Padded word pieces."""

    numbers: Tensor  # (n, t) int64
    mask: Tensor  # (n, t) bool, False on padding


class TextBatch(NamedTuple):
    """n descriptions, padded."""

    sentence: Pieces
    spans: Tensor  # (n, k, 2) int64
    present: Tensor  # (n, k) bool: which of the k phrases exist
    alone: Pieces | None  # (present.sum(), t'), the existing phrases row by row

    def to(self, device: torch.device) -> "TextBatch":
        alone = self.alone and Pieces(*(one.to(device) for one in self.alone))
        sentence = Pieces(*(one.to(device) for one in self.sentence))
        return TextBatch(sentence, self.spans.to(device), self.present.to(device), alone)


def batch_texts(descriptions: Sequence[Description]) -> TextBatch:
    """Pad descriptions to the longest of them."""
    most = max(len(one.spans) for one in descriptions)
    spans = torch.zeros(len(descriptions), most, 2, dtype=torch.int64)
    for row, one in enumerate(descriptions):
        spans[row, : len(one.spans)] = torch.tensor(one.spans)
    counts = torch.tensor([len(one.spans) for one in descriptions])
    present = torch.arange(most)[None] < counts[:, None]
    phrases = [phrase for one in descriptions for phrase in one.alone]
    sentence = pad([one.pieces for one in descriptions])
    return TextBatch(sentence, spans, present, pad(phrases) if phrases else None)


def pad(rows: Sequence[Sequence[int]]) -> Pieces:
    """Rows of piece numbers to one rectangle, filled up with piece 0 and masked there."""
    lengths = torch.tensor([len(row) for row in rows])
    numbers = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
    for place, row in enumerate(rows):
        numbers[place, : len(row)] = torch.tensor(row)
    return Pieces(numbers, torch.arange(numbers.shape[1])[None] < lengths[:, None])
