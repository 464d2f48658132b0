"""Whether somebody lacks what a question shuts out: a general word alone, and with the kinds that it covers.

    python -m bench.kinds --photographs FOLDER [--weights W.safetensors]

The people are the validation photographs of `synthesis.photographs`, whose looks were written down by eye;
only weights that held them out are judged fairly (the shipped ones saw them at last). A figure is the AUROC
of "no hat" between people without and with a hat, those left out of whom it could not be seen.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from models.acsa.encoder import AcsaEncoder, load_encoder
from models.acsa.kinds import kinds
from models.evaluation.metrics import auroc
from models.types import ImageFeatures, TextFeatures
from synthesis.corpus import HELD_OUT
from synthesis.looks.look import Look
from synthesis.photographs import Labelled, labelled

BAGS = frozenset({"backpack", "shoulder bag", "handbag", "tote bag", "carrier bag", "suitcase"})
COATS = frozenset({"jacket", "coat", "puffer jacket", "blazer", "raincoat"})
TROUSERS = frozenset({"trousers", "jeans", "leggings", "joggers"})
FEWEST = 5  # people with and without it, or a figure says nothing


def _wears(garment: str, some: frozenset[str]) -> Callable[[Look], bool]:
    return lambda look: (worn := getattr(look, garment)) is not None and worn.kind in some


THINGS: Mapping[str, tuple[str, Callable[[Look], bool]]] = {  # what is labelled, and who has the thing
    "hat": ("headwear", _wears("headwear", frozenset({"cap", "beanie", "hat", "helmet"}))),
    "bag": ("carried", lambda look: any(thing.kind in BAGS for thing in look.carried)),
    "jacket": ("outer", _wears("outer", COATS)),
    "coat": ("outer", _wears("outer", COATS)),
    "glasses": ("glasses", lambda look: look.glasses != "none"),
    "trousers": ("lower", _wears("lower", TROUSERS)),
}


@dataclass(frozen=True, slots=True)
class Worth:
    """How well those without a thing are told from those with it, 0..1."""

    have: int
    lack: int
    alone: float
    covered: float  # with the kinds of the word


def worth(
    encoder: AcsaEncoder, people: Sequence[Labelled], seen: Sequence[ImageFeatures]
) -> dict[str, Worth]:
    """Every general word of which there are enough people."""
    vectors = np.stack([one.vector for one in seen])
    parts = np.stack([one.parts for one in seen])
    found = {}
    for word, (detail, has) in THINGS.items():
        judged = np.array([detail not in person.unseen for person in people])
        having = np.array([has(person.look) for person in people]) & judged
        lacking = judged & ~having
        if min(having.sum(), lacking.sum()) < FEWEST:
            continue

        def absent(text: TextFeatures) -> NDArray[np.float32]:
            return encoder.score(text, vectors @ text.vector, parts).agreement[:, -1]

        asked = encoder.encode_text(f"person, no {word}")
        alone, covered = absent(replace(asked, kinds={})), absent(asked)
        found[word] = Worth(
            int(having.sum()),
            int(lacking.sum()),
            auroc(alone[lacking], alone[having]),
            auroc(covered[lacking], covered[having]),
        )
    return found


def table(found: Mapping[str, Worth], model: str) -> Table:
    """One row per word."""
    drawn = Table(title=f"Who lacks what is shut out, AUROC, {model}")
    for heading in ("word", "have it", "lack it", "alone", "with its kinds", "kinds"):
        drawn.add_column(heading)
    for word, one in found.items():
        figures = (f"{one.alone:.2f}", f"{one.covered:.2f}", ", ".join(kinds(word)))
        drawn.add_row(word, str(one.have), str(one.lack), *figures)
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.kinds", description="What exclusions are worth.")
    parser.add_argument("--photographs", type=Path, required=True, help="folder with people/ and pictures/")
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    options = parser.parse_args(arguments)
    try:
        encoder = load_encoder(options.weights)
        people = list(labelled(options.photographs))[::HELD_OUT]
        crops = [cv2.cvtColor(person.crop(), cv2.COLOR_BGR2RGB) for person in people]
        seen = encoder.encode_images([np.asarray(crop, np.uint8) for crop in crops])
    except (OSError, ValueError) as error:
        sys.exit(f"kinds: {error}")
    Console(width=150).print(table(worth(encoder, people, seen), encoder.model))


if __name__ == "__main__":
    main()
