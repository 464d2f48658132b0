"""Choose a checkpoint's weight, probability and threshold anew, as for the people of one's own site.

    python -m models.calibrate --weights models/weights/acsa-small.safetensors --data MINE --split val

Only the JSON beside the weights changes. The weights and the model's id stay, so every index stays valid.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from models.acsa.card import write_card
from models.acsa.checkpoint import load_checkpoint
from models.acsa.tokens import Reader
from models.data.dataset import read_dataset
from models.training.batches import TrainingSet
from models.training.run import check


def recalibrate(
    weights: Path, data: Path, *, split: str, cache: Path, threshold: float | None = None
) -> dict[str, float]:
    """Fit on a split, write the card, and return what the fit says of itself.

    `threshold` is the least probability of a match where real footage has shown a better one than the fit.

    Raises FileNotFoundError and ValueError as `load_checkpoint` and `read_dataset` do, and ValueError for a
    split without both people who match and people who do not.
    """
    loaded = load_checkpoint(weights)
    card = loaded.card
    reader = Reader(loaded.tokenizer, card.architecture.text)
    people = TrainingSet(read_dataset(data).split(split), reader, card.architecture.image, cache=cache)
    result = check(loaded.network, people)
    if threshold is not None:
        result = replace(result, calibration=replace(result.calibration, threshold=threshold))
    metrics = {**card.metrics, "whole": asdict(result.whole), "global": asdict(result.nearness)}
    write_card(weights, replace(card, weight=result.weight, calibration=result.calibration, metrics=metrics))
    return {
        "map": result.whole.map,
        "global_map": result.nearness.map,
        "weight": result.weight,
        "threshold": result.calibration.threshold,
    }


def main(line: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        description="Choose weight, probability and threshold of a checkpoint anew."
    )
    parser.add_argument("--weights", type=Path, required=True, help="a .safetensors file with its .json")
    parser.add_argument(
        "--data", type=Path, required=True, help="a data set in any format that training reads"
    )
    parser.add_argument("--split", default="val")
    parser.add_argument("--threshold", type=float, help="instead of the fitted least probability of a match")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="folder for resized pictures")
    args = parser.parse_args(line)
    torch.set_num_threads(1)
    try:
        fitted = recalibrate(
            args.weights, args.data, split=args.split, cache=args.cache, threshold=args.threshold
        )
        print(json.dumps(fitted))
    except (ValueError, OSError) as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
