"""Cross-attention between many pictures and descriptions at once, beside the release's loop over captions.

    python -m bench.rerank [--images 1000] [--captions 100] [--threads 2]

The loop follows the published equations literally: each caption's keys and values are repeated for every
picture, and both directions are attended and compared. Both ways begin with the same queries, keys and values
of random parts (nine to a picture) and phrases (ten to a description) at the width of the preset `paper`.
The close look of one search is timed by `bench.speed`.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn import functional

from models.acsa.attention import CrossAttention, Mapped
from models.training.recipe import read_preset

PHRASES = 10
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Race:
    """The two ways over the same pairs."""

    loop: float  # median seconds
    ours: float
    difference: float  # largest, between two scores of one pair

    @property
    def ratio(self) -> float:
        return self.loop / self.ours


def attend(queries: Tensor, sources: Tensor, values: Tensor) -> Tensor:
    """What n sets of queries (n, q, a) take from their sources and values (n, s, a): (n, q, a)."""
    cosine = functional.normalize(queries, dim=2) @ functional.normalize(sources, dim=2).transpose(1, 2)
    likeness = functional.leaky_relu(cosine, 0.1)
    likeness = likeness / (likeness.norm(dim=1, keepdim=True) + 1e-8)
    weights: Tensor = (20 * likeness).softmax(dim=2)
    return weights @ values


def by_caption(image: Mapped, text: Mapped, local: str) -> Tensor:
    """(n_img, n_txt) local scores, one caption after the other; every phrase counts, as in the release."""
    columns = []
    for key, value in zip(text.ask, text.value, strict=True):
        keys = key.repeat(len(image.ask), 1, 1)
        values = value.repeat(len(image.ask), 1, 1)
        from_text = attend(image.ask, keys, values)
        from_image = attend(keys, image.ask, image.value)
        i2t = functional.cosine_similarity(image.value, from_text, dim=2).mean(1)
        t2i = functional.cosine_similarity(values, from_image, dim=2).mean(1)
        columns.append({"i2t": i2t, "t2i": t2i, "mean": (i2t + t2i) / 2}[local])
    return torch.stack(columns, dim=1)


@torch.inference_mode()
def race(images: int, captions: int) -> Race:
    """Time both ways in turns, so that a busy machine slows them alike."""
    torch.manual_seed(0)
    architecture = read_preset("paper").architecture
    width, parts, local = architecture.width, len(architecture.parts), architecture.local
    attention = CrossAttention(width, architecture.attention)
    image = attention.image(torch.randn(images, parts, width))
    text = attention.text(torch.randn(captions, PHRASES, width))
    present = torch.ones(captions, PHRASES, dtype=torch.bool)
    ways: tuple[Callable[[], Tensor], ...] = (
        lambda: by_caption(image, text, local),
        lambda: attention.scores(image, text, present, local),
    )
    times: tuple[list[float], ...] = ([], [])
    for _ in range(ROUNDS):
        found = []
        for way, taken in zip(ways, times, strict=True):
            began = time.perf_counter()
            found.append(way())
            taken.append(time.perf_counter() - began)
    loop, ours = (float(np.median(taken)) for taken in times)
    return Race(loop, ours, float((found[0] - found[1]).abs().max()))


@cache
def _pairs(images: int) -> tuple[Mapped, Mapped, str]:
    architecture = read_preset("paper").architecture
    attention = CrossAttention(architecture.width, architecture.attention)
    with torch.inference_mode():
        image = attention.image(torch.randn(images, len(architecture.parts), architecture.width))
        return image, attention.text(torch.randn(1, PHRASES, architecture.width)), architecture.local


@torch.inference_mode()
def released_look(candidates: int) -> Tensor:
    """The release's comparison of one description with so many pictures, at the width of `paper`."""
    return by_caption(*_pairs(candidates))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.rerank",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--captions", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: 1)")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    console = Console(width=110)
    run = race(options.images, options.captions)
    pairs = Table(
        title=f"{options.images} pictures x {options.captions} descriptions, {options.threads} thread(s)"
    )
    for heading in (
        "loop over captions, s",
        "all pairs at once, s",
        "ratio",
        "largest difference of a score",
    ):
        pairs.add_column(heading, justify="right")
    pairs.add_row(f"{run.loop:.2f}", f"{run.ours:.3f}", f"{run.ratio:.0f}", f"{run.difference:.1e}")
    console.print(pairs)


if __name__ == "__main__":
    main()
