"""The bench of exclusions: who has a thing by the labels, and what kinds add."""

from pathlib import Path
from typing import Any

import numpy as np

from bench.kinds import table, worth
from models.types import ImageFeatures, Scores, TextFeatures
from synthesis.photographs import labelled


class Knowing:
    """Sees nothing by a general word and everything by its kinds."""

    def __init__(self, hats: np.ndarray) -> None:
        self.hats = hats

    def encode_text(self, text: str) -> TextFeatures:
        row = np.ones((1, 2), np.float32)
        return TextFeatures(row[0], (text,), row, (True,), {0: row})

    def score(self, text: TextFeatures, nearness: Any, parts: Any) -> Scores:
        absent = 1 - self.hats if text.kinds else np.full(len(parts), 0.5)
        flat = np.zeros(len(parts), np.float32)
        return Scores(flat, flat, np.zeros((len(parts), 1, 1)), absent[:, None].astype(np.float32))


def test_kinds_are_scored_against_the_labels() -> None:
    people = list(labelled(Path("no pictures are read")))
    hats = np.array([p.look.headwear is not None and p.look.headwear.kind != "hood" for p in people])
    seen = [ImageFeatures(np.ones(2, np.float32), np.ones((1, 2), np.float16))] * len(people)
    encoder: Any = Knowing(hats.astype(np.float32))

    found = worth(encoder, people, seen)

    hat = found["hat"]
    assert (hat.alone, hat.covered) == (0.5, 1.0)
    assert hat.have + hat.lack <= len(people)
    assert found["bag"].covered < 1  # whoever has a hat need not lack a bag
    assert table(found, "model@0").row_count == len(found)
