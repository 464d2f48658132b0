"""Train ACSA on any data set of the field, on a rendered one, or on your own captions.

    python -m models.train --preset paper --data CUHK-PEDES --out runs/paper
    python -m models.train --preset small --data DIR --out runs/small --trunk-from FILE --text-from FOLDER
    python -m models.train --from models/weights/acsa-small.safetensors --data MINE --out runs/mine --epochs 5
    torchrun --nproc-per-node 4 -m models.train --preset clip --data DIR --out runs/clip

Leaves in --out: checkpoint.safetensors with its .json and .tokenizer.json (the best on the validation split),
config.json, steps.csv, validation.csv, curves.png and last.pt (to --resume from). Ctrl-C or SIGTERM finishes
the step and keeps the state.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import distributed

from models.training.batches import Share
from models.training.recipe import Preset, read_preset
from models.training.run import Run, train

log = logging.getLogger(__name__)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(
        prog="python -m models.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument(
        "--preset", default="small", help="paper, base, clip, small, or a JSON file (default: small)"
    )
    line.add_argument("--data", type=Path, required=True, help="folder of the data set")
    line.add_argument("--out", type=Path, required=True, help="folder of the run")
    line.add_argument(
        "--trunk-from", metavar="WHAT", help='image trunk: "random", "hub" or a file with its tensors'
    )
    line.add_argument(
        "--text-from",
        metavar="WHAT",
        help='text tower: "random", a folder with its weights, or a name on the hub',
    )
    line.add_argument(
        "--from", dest="start", type=Path, metavar="CHECKPOINT", help="go on from trained weights"
    )
    line.add_argument(
        "--size",
        type=_size,
        metavar="HxW",
        help="pixels of the pictures, in place of those of --from: 256x128",
    )
    line.add_argument("--epochs", type=float, help="passes over the pictures")
    line.add_argument("--steps", type=int, help="steps, instead of epochs")
    line.add_argument("--batch", type=int, help="pictures per step and process")
    line.add_argument("--accumulate", type=int, help="batches per step of the optimiser")
    line.add_argument(
        "--seed", type=int, help="of weights, order, captions and augmentation (default: the preset's)"
    )
    line.add_argument(
        "--set", dest="changes", action="append", default=[], metavar="KEY=VALUE",
        help="change a value of the preset, for example recipe.rate_trunk=1e-5 or architecture.width=512",
    )  # fmt: skip
    line.add_argument("--resume", action="store_true", help="go on from the last state in --out")
    line.add_argument("--threads", type=int, default=1, help="CPU threads of torch (default: 1)")
    line.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    line.add_argument(
        "--cache", type=Path, help="where resized pictures are kept (default: cache beside --out)"
    )
    line.add_argument(
        "--tolerance", type=float, default=0.0, help="share of pictures that may be missing (default: 0)"
    )
    return line


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and int(height) and int(width)):
        raise argparse.ArgumentTypeError(f'"{text}" is no size: write height and width, for example 256x128')
    return int(height), int(width)


def preset_from(arguments: argparse.Namespace) -> Preset:
    """The preset with what the command line changes in it."""
    preset = read_preset(arguments.preset, arguments.changes)
    names = ("trunk_from", "text_from", "epochs", "batch", "accumulate", "seed")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    return replace(preset, recipe=replace(preset.recipe, **given))


def main(line: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    arguments = parser().parse_args(line)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(arguments.threads)
    share = Share(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))
    device = torch.device(arguments.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if share.total > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(device)
    try:
        if arguments.size and not arguments.start:
            raise ValueError(
                "--size goes with --from; a preset's size is architecture.image.height and width"
            )
        run = Run(
            preset_from(arguments),
            arguments.data,
            arguments.out,
            arguments.cache or arguments.out.parent / "cache",
            start=arguments.start,
            size=arguments.size,
            steps=arguments.steps,
            resume=arguments.resume,
            tolerance=arguments.tolerance,
        )
        train(run, device, share)
    except (ValueError, OSError, MemoryError, FloatingPointError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()
    return 0


if __name__ == "__main__":
    sys.exit(main())
