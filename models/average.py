"""Average runs that began from the same weights ("model soups", Wortsman et al., ICML 2022).

    python -m models.average --weights A.safetensors B.safetensors C.safetensors --out MEAN.safetensors

Runs that differ in their seed alone end in one valley of the loss; the middle of it serves people of other
places better than any of them, at the cost of one. Fit share, probability and threshold anew afterwards
(`python -m models.calibrate`).
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from models.acsa.calibration import UNFITTED
from models.acsa.card import Card
from models.acsa.checkpoint import load_checkpoint, save_checkpoint


def average(weights: Sequence[Path], out: Path) -> Card:
    """Write the mean of several checkpoints to `out`, uncalibrated; returns its card.

    Raises ValueError where there are fewer than two or they are of different architectures or tokenizers, and
    as `load_checkpoint` does.
    """
    if len(weights) < 2:
        raise ValueError("an average needs at least two checkpoints: name more with --weights")
    loaded = [load_checkpoint(path) for path in weights]
    first = loaded[0]
    for path, other in zip(weights[1:], loaded[1:], strict=True):
        if other.card.architecture != first.card.architecture:
            raise ValueError(
                f"{path} is of another architecture than {weights[0]}: average runs of one preset"
            )
        if other.tokenizer.to_str() != first.tokenizer.to_str():
            raise ValueError(
                f"{path} reads words differently than {weights[0]}: average runs of one beginning"
            )
    states = [one.network.state_dict() for one in loaded]
    first.network.load_state_dict(
        {
            name: torch.stack([state[name].double() for state in states]).mean(0).to(tensor.dtype)
            for name, tensor in states[0].items()
        }
    )
    recipe = {**first.card.recipe, "averaged": [one.card.model for one in loaded]}
    card = replace(first.card, weight=0.0, calibration=UNFITTED, metrics={}, recipe=recipe)
    return save_checkpoint(out, first.network, first.tokenizer, card)


def main(line: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m models.average", description="Average checkpoints that began from the same weights."
    )
    parser.add_argument("--weights", type=Path, nargs="+", required=True, help=".safetensors files")
    parser.add_argument("--out", type=Path, required=True, help="the .safetensors file to write")
    arguments = parser.parse_args(line)
    try:
        print(average(arguments.weights, arguments.out).model)
    except (ValueError, OSError) as error:
        print(f"average: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
