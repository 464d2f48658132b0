"""Time and memory of one training step of a preset at full size, and what a whole run would take.

    python -m bench.step [--presets paper clip] [--batch 4] [--steps 5] [--device cpu]

The weights are random (time and memory do not depend on them), the pictures noise, the captions of the mean
length of CUHK-PEDES, the identities as many as it trains on. Everything else is the training as it is:
augmentation, mixed precision, losses, the optimiser. The whole run is the measured time per picture times the
preset's epochs over the 34,054 training pictures of CUHK-PEDES: an extrapolation, not a measurement.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from models.evaluation.published import COUNTS
from models.training.batches import ALONE
from models.training.objective import Objective
from models.training.recipe import Preset, read_preset
from models.training.run import Run, prepare
from models.training.trainer import Trainer

WORDS = 23  # of a caption, mean of CUHK-PEDES
COLOURS = ("red", "green", "blue", "white", "black", "grey", "brown", "dark")
GARMENTS = ("coat", "jacket", "shirt", "skirt", "trousers", "shoes", "bag", "hat")
TRAINED_ON = next(row for row in COUNTS["CUHK-PEDES"] if row.split == "train")
RANDOM = ("recipe.trunk_from=random", "recipe.text_from=random")


@dataclass(frozen=True, slots=True)
class Task:
    """One preset on one device."""

    preset: str
    batch: int
    steps: int
    device: str
    threads: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One preset's training step."""

    parameters: int
    seconds: float  # of a step, median
    memory: float  # GB at most: of the GPU, or of the process
    run: float  # seconds of a whole run at this speed


def measure(task: Task) -> Measured:
    """Train on noise for a few steps; in a process of its own, whose peak memory is that of the preset."""
    torch.set_num_threads(task.threads)
    device = torch.device(task.device)
    preset = read_preset(task.preset, [*RANDOM, f"recipe.batch={task.batch}"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_people(folder, preset, 2 * task.batch)
        ready = prepare(Run(preset, folder, folder / "run", folder / "cache", steps=task.steps + 1), ALONE)
        objective = Objective(ready.network, preset.recipe.losses, TRAINED_ON.identities)
        wreck = folder / "wreck.pt"
        trainer = Trainer(objective, preset.recipe, ready.steps, device=device, share=ALONE, wreck=wreck)
        times = []
        for number in range(ready.steps):
            began = time.perf_counter()
            trainer.step(number, ready.training, ready.sampler)  # ends with a figure read off the device
            times.append(time.perf_counter() - began)
    seconds = statistics.median(times[1:])  # the first one allocates
    if device.type == "cuda":
        memory = torch.cuda.max_memory_allocated(device) / 1e9
    else:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    run = preset.recipe.epochs * TRAINED_ON.images * seconds / ready.sampler.batch
    return Measured(sum(one.numel() for one in objective.parameters()), seconds, memory, run)


def write_people(folder: Path, preset: Preset, count: int) -> None:
    """A CSV data set of `count` pictures of noise to train on and two to validate with."""
    rng = np.random.default_rng(0)
    rows = ["image,caption,identity,split"]
    for number in range(count + 2):
        picture = rng.integers(0, 256, (preset.architecture.image.height, 96, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
        pieces = [f"{rng.choice(COLOURS)} {rng.choice(GARMENTS)}" for _ in range(WORDS // 4)]
        caption = "a person in a " + " and a ".join(pieces)
        rows.append(f"{number}.png,{caption},{number},{'train' if number < count else 'val'}")
    (folder / "pairs.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row per preset."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.step",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    there = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--presets", nargs="+", default=["paper", "clip"])
    parser.add_argument("--batch", type=int, default=4, help="pictures of a step; 0 for the preset's own")
    parser.add_argument("--steps", type=int, default=5, help="that are timed, after one that is not")
    parser.add_argument("--device", default=there, help="cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--threads", type=int, default=1, help="of torch on a CPU")
    options = parser.parse_args(arguments)
    where = torch.cuda.get_device_name() if options.device == "cuda" else f"{options.threads} CPU thread(s)"
    table = Table(title=f"one training step, {where}, bfloat16 where the processor has it")
    for heading in ("preset", "parameters", "batch", "s a step", "peak GB", "whole run, extrapolated"):
        table.add_column(heading, justify="left" if heading == "preset" else "right")
    for name in options.presets:
        preset = read_preset(name)
        batch = options.batch or preset.recipe.batch
        task = Task(name, batch, options.steps, options.device, options.threads)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found = pool.submit(measure, task).result()
        size, epochs = f"{found.parameters / 1e6:.0f} M", preset.recipe.epochs
        whole = f"{found.run / 3600:,.0f} h ({epochs:g} epochs of {TRAINED_ON.images:,} pictures)"
        table.add_row(name, size, str(batch), f"{found.seconds:.2f}", f"{found.memory:.1f}", whole)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
