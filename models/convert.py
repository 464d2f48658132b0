"""Convert a checkpoint of the public ACSA release into ours, as far as its tensors have a place here.

    python -m models.convert --released best.pth.tar --tokenizer tokenizer.json --out
    runs/released/checkpoint.safetensors

Carried over: the Swin trunk, BERT, both batch-norm necks and the four attention maps, whose layer norms over
phrases and channels become norms over channels by averaging over the phrases. Body regions and windows of the
release are
slices of channels, so they have no place in spatial ones: those maps begin at random and the result has to be
trained on (`models.train --from`) before its cross-attention says anything; the global vectors work at once.
"""

import argparse
import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from models.acsa.architecture import Architecture
from models.acsa.card import Card
from models.acsa.checkpoint import save_checkpoint
from models.acsa.network import Acsa
from models.acsa.tokens import load_tokenizer
from models.training.recipe import read_preset

log = logging.getLogger(__name__)

# Beginnings of names in the release and here, tried in order; Swin's stages hand down-sampling to the next
# one.
NAMES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (
        r"image_model\.layers\.(\d+)\.downsample\.",
        lambda m: f"image.trunk.net.layers_{int(m[1]) + 1}.downsample.",
    ),
    (r"image_model\.layers\.(\d+)\.", lambda m: f"image.trunk.net.layers_{m[1]}."),
    (r"image_model\.norm\.", lambda m: "image.trunk.norm."),
    (r"image_model\.", lambda m: "image.trunk.net."),
    (r"language_model\.textExtractor\.", lambda m: "text.tower."),
    (r"bottleneck_image\.", lambda m: "image.neck.norm."),
    (r"bottleneck_text\.", lambda m: "text.neck.norm."),
    (r"fc_image_(query|value)\.", lambda m: f"attention.image_{m[1]}."),
    (r"fc_text_(key|value)\.", lambda m: f"attention.text_{m[1]}.0."),
    (r"bottleneck_text_(key|value)\.", lambda m: f"attention.text_{m[1]}.1."),
)
CUHK_MEAN, CUHK_STD = (0.391, 0.367, 0.350), (0.217, 0.212, 0.206)  # what the release takes off its pictures


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of a checkpoint."""

    network: Acsa
    left_out: tuple[str, ...]  # names in the release that have no place here
    at_random: tuple[str, ...]  # names here that the release does not fill


def convert(state: Mapping[str, Tensor], architecture: Architecture) -> Converted:
    """Fill a network from the release's `network` dict.

    Raises ValueError where a tensor has a place but another shape, or where nothing has a place.
    """
    network = Acsa(architecture)
    own = network.state_dict()
    filled: dict[str, Tensor] = {}
    left_out: list[str] = []
    for given, tensor in state.items():
        name = rename(given.removeprefix("module."))
        if name not in own:
            left_out.append(given)
            continue
        if name.startswith("attention.text_") and tensor.ndim == 2 and own[name].ndim == 1:
            tensor = tensor.mean(
                0
            )  # (phrases, width): the release's norm has a gain for each place in the list
        if tensor.shape != own[name].shape:
            raise ValueError(
                f"{given} is {tuple(tensor.shape)} but {name} is {tuple(own[name].shape)}: "
                "convert with the preset of the checkpoint's backbone"
            )
        filled[name] = tensor
    if not filled:
        raise ValueError("nothing in the checkpoint has a name of the release: is it one of its best models?")
    network.load_state_dict({**own, **filled})
    at_random = tuple(name for name in own if name not in filled and not name.endswith("num_batches_tracked"))
    return Converted(network, tuple(left_out), at_random)


def rename(given: str) -> str:
    """The name here of a tensor of the release; as given where it has none."""
    for pattern, name in NAMES:
        match = re.match(pattern, given)
        if match:
            return name(match) + given[match.end() :]
    return given


def read_released(path: Path) -> dict[str, Tensor]:
    """The `network` dict of a checkpoint file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: give a checkpoint of the release")
    values = torch.load(path, map_location="cpu", weights_only=True)
    state = values.get("network") if isinstance(values, dict) else None
    if not isinstance(state, dict):
        raise ValueError(f'{path} has no "network" in it: it is no checkpoint of the ACSA release')
    return state


def main(line: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m models.convert",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--released", type=Path, required=True, help="checkpoint of the release")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json of bert-base-uncased")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint to write, .safetensors")
    parser.add_argument("--preset", default="paper", help="architecture to fill (default: paper)")
    arguments = parser.parse_args(line)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        preset = read_preset(arguments.preset).architecture
        architecture = replace(preset, image=replace(preset.image, mean=CUHK_MEAN, std=CUHK_STD))
        tokenizer = load_tokenizer(arguments.tokenizer)
        converted = convert(read_released(arguments.released), architecture)
        card = Card(
            architecture, recipe={"converted": arguments.released.name}, licence="none given by the release"
        )
        told = save_checkpoint(arguments.out, converted.network, tokenizer, card)
    except (ValueError, OSError) as error:
        print(f"convert: {error}", file=sys.stderr)
        return 1
    log.info(
        "%s: %d tensors left out, %d begin at random",
        told.model,
        len(converted.left_out),
        len(converted.at_random),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
