"""What weights say of themselves: the JSON beside them, read without any library of networks."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.acsa.architecture import Architecture, build_record, read_architecture
from models.acsa.calibration import UNFITTED, Calibration

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


def write_card(path: Path, card: Card) -> None:
    """The JSON beside the weights at `path`, replaced whole."""
    values = {"format": FORMAT, "model": card.model, **asdict(card)}
    write_whole(path.with_suffix(".json"), json.dumps(values, indent=2) + "\n")


def verified(path: Path) -> Card:
    """The JSON beside the weights at `path`, which are there and are the ones that it describes.

    Raises FileNotFoundError for a missing file and ValueError for damage and for another format.
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
    return card


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


def write_whole(path: Path, text: str) -> None:
    """Write a file that is never seen half written."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
