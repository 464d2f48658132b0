"""A network on disk: weights as safetensors, beside them JSON that describes them and the tokenizer.

`x.safetensors`, `x.json` and `x.tokenizer.json` belong together. Matrices are kept in half precision.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from models.acsa.architecture import Architecture, build_record, read_architecture
from models.acsa.calibration import UNFITTED, Calibration
from models.acsa.network import Acsa
from models.acsa.tokens import load_tokenizer

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a checkpoint says of itself."""

    architecture: Architecture
    weight: float = 0.0  # share of cross-attention in the score
    calibration: Calibration = UNFITTED
    sha256: str = ""  # of the weights file
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "of the data it was trained on: say what that allows"

    @property
    def model(self) -> str:
        """name@sha8"""
        return f"{self.architecture.name}@{self.sha256[:8]}"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A loaded network, ready for use."""

    network: Acsa
    tokenizer: Tokenizer
    card: Card


def save_checkpoint(path: Path, network: Acsa, tokenizer: Tokenizer, card: Card) -> Card:
    """Write the three files; returns the card with the sha of the weights.

    The JSON is written last and each file is replaced whole, so a torn write is noticed on loading.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        name: (one.half() if one.is_floating_point() and one.ndim > 1 else one).contiguous().cpu()
        for name, one in network.state_dict().items()
    }
    overflown = [name for name, one in state.items() if one.is_floating_point() and not one.isfinite().all()]
    if overflown:
        raise ValueError(
            f"{overflown[0]} is not finite in half precision: the training has diverged, lower its rates"
        )
    unfinished = path.with_suffix(".part")
    save_file(state, unfinished)
    sha = digest(unfinished)
    os.replace(unfinished, path)
    _write(path.with_suffix(".tokenizer.json"), tokenizer.to_str())
    told = replace(card, sha256=sha)
    write_card(path, told)
    return told


def write_card(path: Path, card: Card) -> None:
    """The JSON beside the weights at `path`, replaced whole."""
    values = {"format": FORMAT, "model": card.model, **asdict(card)}
    _write(path.with_suffix(".json"), json.dumps(values, indent=2) + "\n")


def load_checkpoint(path: Path) -> Checkpoint:
    """Read the three files and check them against each other.

    Raises FileNotFoundError for a missing file and ValueError for damage, another format or another
    architecture.
    """
    card = read_card(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: fetch the weights that {path.with_suffix('.json').name} describes"
        )
    if digest(path) != card.sha256:
        raise ValueError(
            f"{path} is not the file that {path.with_suffix('.json').name} describes (its sha256 differs): "
            "copy both again from one place"
        )
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}): copy it again") from error
    network = Acsa(card.architecture)
    own = network.state_dict()
    wrong = sorted(
        name
        for name in own.keys() | state.keys()
        if name not in own or name not in state or own[name].shape != state[name].shape
    )
    if wrong:
        raise ValueError(
            f"{path} does not fit the architecture in its JSON: {len(wrong)} tensors differ, first {wrong[0]}"
        )
    network.load_state_dict({name: one.to(own[name].dtype) for name, one in state.items()})
    return Checkpoint(network.eval(), load_tokenizer(path.with_suffix(".tokenizer.json")), card)


def resized(network: Acsa, height: int, width: int) -> Acsa:
    """The same weights for pictures of another size, as FixRes trains on (Touvron et al., NeurIPS 2019).

    Raises ValueError where the weights belong to one size, as those of a vision transformer do.
    """
    before = network.architecture
    image = replace(before.image, height=height, width=width)
    other = Acsa(replace(before, image=image))
    own, state = other.state_dict(), network.state_dict()
    if any(own[name].shape != one.shape for name, one in state.items()):
        raise ValueError(
            f"the weights of {before.image.backbone} are made for pictures of "
            f"{before.image.height} x {before.image.width}, not of {height} x {width}: leave --size out"
        )
    other.load_state_dict(state)
    return other


def read_card(path: Path) -> Card:
    """The JSON beside weights."""
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise FileNotFoundError(f"{beside} is missing: weights need their JSON beside them, copy it too")
    try:
        values = json.loads(beside.read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError(f"{beside} has another format than {FORMAT}: use the release that wrote it")
        values.pop("model")
        architecture = read_architecture(values.pop("architecture"))
        calibration = build_record(Calibration, values.pop("calibration"), "calibration")
    except (json.JSONDecodeError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{beside} describes no ACSA network ({error!r}): copy it again") from error
    return build_record(
        Card, {**values, "architecture": architecture, "calibration": calibration}, str(beside)
    )


def digest(path: Path) -> str:
    """sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
