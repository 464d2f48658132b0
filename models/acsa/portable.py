"""The networks of a checkpoint as runtimes know them, with what each has to prove itself on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from models.acsa.card import Card
from models.acsa.shares import text_inputs
from models.acsa.tokens import Reader
from models.data.pictures import fit
from models.runtimes.portable import Array, Portable
from models.runtimes.sample import people

if TYPE_CHECKING:
    from torch import nn

ALIKE = 0.999  # least cosine of any vector with the reference's
EQUAL = 1e-5  # how far the numbers of the close look may be off, as a share of the largest
ASKED = (
    "A woman with long brown hair in a dark green coat, with black trousers and a red handbag.",
    "man, blue jeans, white trainers, grey hoodie with a print on its back",
    "red jacket",
    "Somebody tall in a yellow high-visibility vest over a navy sweater carries a large black suitcase.",
)


def image_branch(weights: Path, card: Card) -> Portable:
    """Pictures (n, h, w, 3) at the network's size to unit vectors and parts."""
    shape = card.architecture.image

    @cache
    def examples() -> list[tuple[Array, ...]]:
        return [(np.stack([fit(crop, shape.height, shape.width) for crop in people()]),)]

    def build() -> nn.Module:
        from models.acsa.checkpoint import load_checkpoint
        from models.acsa.graphs import ImageGraph

        return ImageGraph(load_checkpoint(weights).network)

    inputs = ((-1, shape.height, shape.width, 3),)
    return Portable(
        f"{card.architecture.name}-image", card.sha256, build, inputs, examples, unlike, singly=True
    )


def text_branch(weights: Path, card: Card, tokenizer: Tokenizer) -> Portable:
    """What `text_inputs` makes of descriptions to unit vectors and phrases."""
    reader = Reader(tokenizer, card.architecture.text)

    @cache
    def examples() -> list[tuple[Array, ...]]:
        return [text_inputs([reader.read(asked)], card.architecture.text) for asked in ASKED]

    def build() -> nn.Module:
        from models.acsa.checkpoint import load_checkpoint
        from models.acsa.graphs import TextGraph

        return TextGraph(load_checkpoint(weights).network)

    inputs = ((-1, -1), (-1, -1), (-1, -1, -1))
    return Portable(f"{card.architecture.name}-text", card.sha256, build, inputs, examples, unlike)


def close_look(weights: Path, card: Card) -> Portable:
    """Stored parts with the keys and values of one text to their products; in float32 throughout."""
    shape = card.architecture
    parts = len(shape.parts)

    def examples() -> list[tuple[Array, ...]]:
        rng = np.random.default_rng(0)
        text = rng.standard_normal((2, 5, shape.attention), np.float32)
        return [(rng.standard_normal((100, parts, shape.width), np.float32).astype(np.float16), *text)]

    def build() -> nn.Module:
        from models.acsa.checkpoint import load_checkpoint
        from models.acsa.graphs import LookGraph

        return LookGraph(load_checkpoint(weights).network)

    inputs = ((-1, parts, shape.width), (-1, shape.attention), (-1, shape.attention))
    return Portable(f"{shape.name}-look", card.sha256, build, inputs, examples, unequal, full=True)


def unequal(wanted: tuple[Array, ...], found: tuple[Array, ...]) -> str:
    """What is wrong with numbers that should be the reference's but for their rounding."""
    off = max(
        float(np.abs(one - other).max() / np.abs(one).max()) for one, other in zip(wanted, found, strict=True)
    )
    return "" if off <= EQUAL else f"its numbers are off by {off:.1e} of the largest, more than {EQUAL}"


def unlike(wanted: tuple[Array, ...], found: tuple[Array, ...]) -> str:
    """What is wrong with vectors that should be nearly the reference's."""
    for name, one, other in zip(("vectors", "parts"), wanted, found, strict=True):
        if one.shape != other.shape or not np.isfinite(other).all():
            return f"its {name} are {other.shape} and should be {one.shape}, and finite"
        lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
        least = float(((one * other).sum(-1) / np.maximum(lengths, 1e-12))[lengths > 0].min(initial=1.0))
        if least < ALIKE:
            return f"a cosine of its {name} with the reference's is {least:.5f}, less than {ALIKE}"
    return ""
