"""Choose a checkpoint's weight, probability and threshold anew, as for the people of one's own site.

    python -m models.calibrate --weights models/weights/acsa-small.safetensors --data MINE --split val

Only the JSON beside the weights changes. The weights and the model's id stay, so every index stays valid.
Weights of a run that held nobody out have no people left to be judged by; they take over what a twin was
given, a run by the same recipe that held some out:

    python -m models.calibrate --weights MEAN.safetensors --like TWIN.safetensors --threshold 0.42
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from models.acsa.calibration import Calibration
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
    metrics = {
        **card.metrics,
        "split": f"{split}: {people.data.identity_count} people",
        "whole": asdict(result.whole),
        "global": asdict(result.nearness),
    }
    write_card(weights, replace(card, weight=result.weight, calibration=result.calibration, metrics=metrics))
    return _told(result.weight, result.calibration, result.whole.map, result.nearness.map)


def _told(weight: float, calibration: Calibration, whole: float, nearness: float) -> dict[str, float]:
    return {"map": whole, "global_map": nearness, "weight": weight, "threshold": calibration.threshold}


def adopt(weights: Path, twin: Path, *, threshold: float | None = None) -> dict[str, float]:
    """Write weight, calibration and metrics of `twin` into the card of `weights`; returns as `recalibrate`.

    Raises as `load_checkpoint` does, and ValueError for a twin of another architecture or one that was never
    calibrated.
    """
    card, other = load_checkpoint(weights).card, load_checkpoint(twin).card
    if other.architecture != card.architecture:
        raise ValueError(f"{twin} is of another architecture than {weights}: name a run by the same recipe")
    if "whole" not in other.metrics:
        raise ValueError(
            f"{twin} was never calibrated: do that first, with --data and the people it held out"
        )
    calibration = other.calibration
    if threshold is not None:
        calibration = replace(calibration, threshold=threshold)
    metrics = {**other.metrics, "measured on": f"its twin {other.model}"}
    write_card(weights, replace(card, weight=other.weight, calibration=calibration, metrics=metrics))
    return _told(other.weight, calibration, other.metrics["whole"]["map"], other.metrics["global"]["map"])


def main(line: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        description="Choose weight, probability and threshold of a checkpoint anew."
    )
    parser.add_argument("--weights", type=Path, required=True, help="a .safetensors file with its .json")
    people = parser.add_mutually_exclusive_group(required=True)
    people.add_argument("--data", type=Path, help="a data set in any format that training reads")
    people.add_argument("--like", type=Path, help="take over what these weights were given")
    parser.add_argument("--split", default="val")
    parser.add_argument("--threshold", type=float, help="instead of the fitted least probability of a match")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="folder for resized pictures")
    args = parser.parse_args(line)
    torch.set_num_threads(1)
    try:
        if args.like is not None:
            fitted = adopt(args.weights, args.like, threshold=args.threshold)
        else:
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
