"""What each piece of the method brings: one short training with more and more of it, under several seeds.

    python -m bench.ablation --data data/people --trunk-from TRUNK.safetensors --text-from MINILM

Every run is the network of the preset `small` with half of its text tower, on small pictures, with the lower
half of the trunk and the words held fixed, so that all of them take about half an hour of one fast core:
enough to compare with each other, not with anything else. The share of the local score is chosen on the
validation people, the figures are of the test people, whom no run has seen.
Runs that --out holds already are not made again; a run that was broken off goes on.
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from models.acsa.architecture import build_record
from models.data.dataset import Dataset, read_dataset
from models.evaluate import NEARNESS, WHOLE, evaluate
from models.evaluation.metrics import Retrieval
from models.training.recipe import Preset, read_preset
from models.training.run import Run, train

log = logging.getLogger(__name__)
TEXT_SHAPE = (
    '{"vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 2, "num_attention_heads": 12, '
    '"intermediate_size": 1536, "max_position_embeddings": 512, '
    '"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}'
)
SHORT = (  # learns the most in few minutes of one core
    "architecture.image.height=128",
    "architecture.image.width=64",
    f"architecture.text.shape={TEXT_SHAPE}",
    "recipe.frozen_text_layers=0",
    'recipe.frozen_trunk=["0.", "1.", "2.", "3.", "4."]',
    "recipe.batch=64",
    "recipe.rate_trunk=4e-4",
    "recipe.rate_text=2e-4",
    "recipe.average=0.98",
    "recipe.contrary=0",
    'recipe.augment={"flip": 0.5, "zoom": 0.1, "shift": 0.05}',
    "recipe.evaluations=1",
)
ALIKE = "architecture.sharpness=0"  # parts and phrases are compared by plain means instead of attention
GLOBAL, FULL = "global only", "+ cross-attention"
VARIANTS: Mapping[str, tuple[str, ...]] = {
    GLOBAL: (
        "architecture.image.regions=false", "architecture.image.windows=[0, 0]",
        "recipe.losses.local_nce=0", "recipe.losses.phrase=0",
    ),
    "+ regions": (ALIKE, "architecture.image.windows=[0, 0]"),
    "+ windows": (ALIKE,),
    FULL: (),
    "the same, phrases encoded alone": ("architecture.text.phrases=alone",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """One finished run on the test people, text to image."""

    weight: float  # share of the local score
    nearness: Retrieval  # by the global vectors alone
    whole: Retrieval


@dataclass(frozen=True, slots=True)
class Plan:
    """What all runs have in common."""

    data: Path
    out: Path
    trunk: str
    text: str
    steps: int

    def preset(self, variant: str, seed: int) -> Preset:
        begin = (f"recipe.trunk_from={self.trunk}", f"recipe.text_from={self.text}", f"recipe.seed={seed}")
        return read_preset("small", [*SHORT, *begin, *VARIANTS[variant]])

    def folder(self, variant: str, seed: int) -> Path:
        return self.out / f"{''.join(c if c.isalnum() else '-' for c in variant).strip('-')}-{seed}"


def settle(plan: Plan, variant: str, seed: int, test: Dataset) -> Figures | None:
    """The figures of one run, trained unless it is finished; None where it was asked to stop.

    Raises ValueError where the folder holds a run with other settings.
    """
    preset, folder = plan.preset(variant, seed), plan.folder(variant, seed)
    path, weights = folder / "figures.json", folder / "checkpoint.safetensors"
    settings = {"architecture": preset.architecture.record(), "recipe": preset.recipe.record()}
    settings = json.loads(json.dumps({**settings, "steps": plan.steps, "data": str(plan.data.resolve())}))
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["settings"] != settings:
            raise ValueError(f"{folder} holds a run with other settings: give another --out")
        return _figures(kept["figures"])
    run = Run(
        preset, plan.data, folder, plan.out / "cache", steps=plan.steps, resume=(folder / "last.pt").is_file()
    )
    log.info("%s, seed %d", variant, seed)
    train(run, torch.device("cpu"))
    if not weights.is_file():  # the only validation comes at the end
        return None
    found = evaluate(weights, test, torch.device("cpu"))
    rankings = {name: found.rankings[name].text_to_image for name in (NEARNESS, WHOLE)}
    figures = Figures(found.weight, rankings[NEARNESS], rankings[WHOLE])
    path.write_text(json.dumps({"settings": settings, "figures": asdict(figures)}, indent=2) + "\n")
    return figures


def _figures(values: Mapping[str, object]) -> Figures:
    record = dict(values)
    for name in ("nearness", "whole"):
        record[name] = Retrieval(**record[name])  # type: ignore[arg-type]
    return build_record(Figures, record, "the figures")


def table(finished: Mapping[str, Mapping[int, Figures]]) -> str:
    """Markdown: mean and deviation over the seeds, percent; below it what the full method adds, by seed."""
    lines = [
        "| | seeds | global R@1 | global mAP | score R@1 | score mAP | local share |",
        "|---|---|---|---|---|---|---|",
    ]
    for variant, runs in finished.items():
        kinds = [(one.nearness.r1, one.nearness.map, one.whole.r1, one.whole.map) for one in runs.values()]
        cells = [_spread(column) for column in zip(*kinds, strict=True)]
        share = np.mean([one.weight for one in runs.values()])
        lines.append(f"| {variant} | {len(runs)} | {' | '.join(cells)} | {share:.2f} |")
    less, more = finished.get(GLOBAL, {}), finished.get(FULL, {})
    both = sorted(less.keys() & more.keys())
    if both:
        gains = [
            (more[n].whole.r1 - less[n].nearness.r1, more[n].whole.map - less[n].nearness.map) for n in both
        ]
        r1, mean = (_spread(column) for column in zip(*gains, strict=True))
        lines.append(f"\nThe full score above global only, seed by seed: R@1 {r1}, mAP {mean}.")
    return "\n".join(lines) + "\n"


def _spread(values: Sequence[float]) -> str:
    deviation = f" ±{np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    return f"{np.mean(values):.1f}{deviation}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is missing and print the table; a fault ends it with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ablation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="a rendered data set with its captions")
    parser.add_argument("--trunk-from", required=True, help="image trunk, as models.distil leaves it")
    parser.add_argument(
        "--text-from", required=True, help="words and lowest layers: a folder or a name on the hub"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--steps", type=int, default=300, help="of each run")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    plan = Plan(options.data, options.out, options.trunk_from, options.text_from, options.steps)
    finished: dict[str, dict[int, Figures]] = {}
    try:
        test = read_dataset(plan.data, split="test")
        for seed in range(options.seeds):
            for variant in VARIANTS:
                figures = settle(plan, variant, seed, test)
                if figures is None:
                    sys.exit("ablation: stopped; the same command goes on")
                finished.setdefault(variant, {})[seed] = figures
                (plan.out / "table.md").write_text(table(finished), encoding="utf-8")
    except (OSError, ValueError, FloatingPointError, MemoryError) as error:
        sys.exit(f"ablation: {error}")
    print(table(finished))


if __name__ == "__main__":
    main()
