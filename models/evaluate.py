"""Evaluate weights on a captioned data set, with and without cross-attention.

python -m models.evaluate --weights W.safetensors --data DIR
    [--split test] [--paper-table] [--examples page.png] [--page page.html] [--cost]

Several --weights (the same recipe under several seeds) give mean and deviation as well.
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.console import Console

from models.acsa.checkpoint import load_checkpoint
from models.data.dataset import Dataset, read_dataset
from models.evaluation import tables
from models.evaluation.cost import Cost, measure_cost
from models.evaluation.metrics import Spread, over_seeds
from models.evaluation.page import write_html
from models.evaluation.pairs import PairScores, score_pairs
from models.evaluation.ranking import Ranking, measure
from models.evaluation.sheet import choose_answers, draw_examples, save_page

WHOLE, NEARNESS, LOCAL = "with cross-attention", "global vectors only", "cross-attention only"


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One checkpoint on one data set."""

    model: str  # name@sha8
    weight: float  # share of cross-attention in the score, chosen on validation data
    rankings: Mapping[str, Ranking]  # by way of scoring
    pairs: PairScores


def evaluate(weights: Path, dataset: Dataset, device: torch.device) -> Evaluation:
    """Score all pairs and judge them with the checkpoint's own share of cross-attention, and without any."""
    checkpoint = load_checkpoint(weights)
    pairs = score_pairs(checkpoint, dataset, device)
    weight = checkpoint.card.weight
    rankings = {
        WHOLE: measure(dataset, pairs.total(weight)),
        NEARNESS: measure(dataset, pairs.nearness),
        LOCAL: measure(dataset, pairs.local),
    }
    return Evaluation(checkpoint.card.model, weight, rankings, pairs)


def spreads(evaluations: Sequence[Evaluation]) -> dict[str, tuple[Spread, Spread]]:
    """Text to image and image to text over seeds, by way of scoring."""
    return {
        name: (
            over_seeds([one.rankings[name].text_to_image for one in evaluations]),
            over_seeds([one.rankings[name].image_to_text for one in evaluations]),
        )
        for name in evaluations[0].rankings
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a fault ends it with one sentence and status 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = _parser().parse_args(arguments)
    try:
        _run(options, Console())
    except (OSError, ValueError) as error:
        sys.exit(f"evaluate: {error}")


def _run(options: argparse.Namespace, console: Console) -> None:
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    split = None if options.split == "all" else options.split
    dataset = read_dataset(options.data, split=split, tolerance=options.tolerance)
    console.print(tables.counts(dataset))
    if options.paper_table:
        tables.beside_published(dataset, options.split, ())  # refuse before the work, not after it
    evaluations = [evaluate(weights, dataset, device) for weights in options.weights]
    for one in evaluations:
        console.print(f"{one.model}: {one.weight:.2f} of the score is cross-attention")
        console.print(tables.rankings(one.rankings))
    if len(evaluations) > 1:
        console.print(tables.over_seeds(spreads(evaluations), len(evaluations)))
    if options.paper_table:
        runs = [
            (f"{one.model}, {name}", one.rankings[name].text_to_image)
            for one in evaluations
            for name in (WHOLE, NEARNESS)
        ]
        console.print(tables.beside_published(dataset, options.split, runs))
    first = evaluations[0]
    if options.examples or options.page:
        scores = first.pairs.total(first.weight)
        answers = choose_answers(dataset, scores)
        if options.examples:
            save_page(draw_examples(dataset, answers), options.examples)
        if options.page:
            options.page.parent.mkdir(parents=True, exist_ok=True)
            title = f"{first.model} on {dataset.name} ({options.split})"
            options.page.write_text(write_html(dataset, scores, answers, title), encoding="utf-8")
        console.print("ranked examples:", *filter(None, (options.examples, options.page)))
    cost = None
    if options.cost:
        cost = measure_cost(load_checkpoint(options.weights[0]), dataset.captions[0], device)
        console.print(tables.cost(cost))
    if options.json:
        options.json.write_text(
            json.dumps(_record(dataset, options.split, evaluations, cost), indent=2) + "\n"
        )


def _record(
    dataset: Dataset, split: str, evaluations: Sequence[Evaluation], cost: Cost | None
) -> dict[str, object]:
    """Everything measured, as plain JSON values."""
    return {
        "data": dataset.name,
        "rendered": dataset.rendered,
        "split": split,
        "pictures": len(dataset),
        "captions": len(dataset.captions),
        "runs": [
            {
                "model": one.model,
                "weight": one.weight,
                "rankings": {k: asdict(v) for k, v in one.rankings.items()},
            }
            for one in evaluations
        ],
        "cost": cost and asdict(cost),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m models.evaluate",
        description="Evaluate weights on a captioned data set, with and without cross-attention.",
    )
    parser.add_argument(
        "--weights", type=Path, nargs="+", required=True, help=".safetensors; several for several seeds"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with its annotation file")
    parser.add_argument("--split", default="test", help="train, val, test or all (default: test)")
    parser.add_argument(
        "--tolerance", type=float, default=0.0, help="share of pictures that may be broken, 0..1"
    )
    parser.add_argument("--paper-table", action="store_true", help="set the run beside published rows")
    parser.add_argument("--examples", type=Path, metavar="PNG", help="draw a page of ranked examples")
    parser.add_argument("--page", type=Path, metavar="HTML", help="write the same page as one HTML file")
    parser.add_argument("--cost", action="store_true", help="count parameters and MACs, take times")
    parser.add_argument("--json", type=Path, help="write everything measured to this file")
    parser.add_argument("--device", default="", help="cpu, cuda, cuda:1 (default: cuda where there is one)")
    return parser


if __name__ == "__main__":
    main()
