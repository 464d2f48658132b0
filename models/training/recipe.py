"""How a network is trained: the values of a preset's "recipe", and the presets themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.acsa.architecture import Architecture, build_record, read_architecture
from models.acsa.losses import LossWeights
from models.training.augment import Augment


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a training run besides the data and the architecture."""

    epochs: float = 20
    batch: int = 64  # pictures per step and process, before accumulation
    accumulate: int = 1  # batches per step of the optimiser
    pictures_per_identity: int = 2
    contrary: float = 0.0  # share of the pictures that come with a description wrong in one detail, too
    trunk_from: str = "random"  # "random", "hub" or a file
    text_from: str = "random"  # "random", a folder, or a name on the hub
    rate_trunk: float = 1e-4
    rate_text: float = 1e-4
    rate_heads: float = 1e-3
    weight_decay: float = 0.02
    warm_up: float = 0.05  # share of all steps
    decay: str = "cosine"  # "cosine" or "steps"
    decay_at: tuple[float, ...] = ()  # "steps": shares of the run where the rates fall to a tenth
    clip: float = 5.0  # largest norm of the gradient; 0 for none
    average: float = 0.0  # decay of the moving average of the weights, which is what is kept; 0 for none
    frozen_trunk: tuple[str, ...] = ()  # beginnings of names inside the trunk, such as "0." or "patch_embed"
    frozen_trunk_norms: bool = False  # keep all batch norms of the trunk as they came
    frozen_text_embeddings: bool = False
    frozen_text_layers: int = 0
    losses: LossWeights = field(default_factory=LossWeights)
    augment: Augment = field(default_factory=Augment)
    evaluations: int = 10  # on the validation split, evenly over the run
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "decay_at", tuple(self.decay_at))
        object.__setattr__(self, "frozen_trunk", tuple(self.frozen_trunk))
        if self.decay not in ("cosine", "steps"):
            raise ValueError(f'decay is "{self.decay}": choose "cosine" or "steps"')
        if not 0 <= self.average < 1:
            raise ValueError(
                f"average is {self.average}: give a decay from 0 (none) to below 1, such as 0.998"
            )
        if min(self.batch, self.accumulate, self.pictures_per_identity, self.evaluations) < 1:
            raise ValueError("batch, accumulate, pictures_per_identity and evaluations must be at least 1")
        if self.batch % self.pictures_per_identity:
            raise ValueError(
                f"a batch of {self.batch} cannot hold {self.pictures_per_identity} pictures of each "
                "identity: "
                "make batch a multiple of pictures_per_identity"
            )

    def record(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Preset:
    """An architecture and how it is trained."""

    architecture: Architecture
    recipe: Recipe


def read_recipe(values: Mapping[str, Any]) -> Recipe:
    """ValueError names the keys that a recipe does not have."""
    rest = dict(values)
    losses = build_record(LossWeights, rest.pop("losses", {}), "losses")
    augment = build_record(Augment, rest.pop("augment", {}), "augment")
    return build_record(Recipe, {**rest, "losses": losses, "augment": augment}, "the recipe")


def read_preset(name: str, changes: Sequence[str] = ()) -> Preset:
    """A shipped preset by name, or a JSON file by path, with changes such as "recipe.rate_trunk=1e-5".

    Raises FileNotFoundError for an unknown preset and ValueError for what it does not understand.
    """
    folder = files("models.acsa") / "presets"
    shipped = sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name.endswith(".json"))
    if name in shipped:
        text = (folder / f"{name}.json").read_text(encoding="utf-8")
    elif Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        raise FileNotFoundError(
            f'preset "{name}" is unknown: choose {", ".join(shipped)}, or give a JSON file'
        )
    values = json.loads(text)
    for change in changes:
        _apply(values, change)
    return Preset(read_architecture(values.get("architecture", {})), read_recipe(values.get("recipe", {})))


def _apply(values: dict[str, Any], change: str) -> None:
    path, sign, value = change.partition("=")
    if not sign:
        raise ValueError(f'"{change}" changes nothing: write KEY=VALUE, for example recipe.rate_trunk=1e-5')
    *outer, last = path.split(".")
    for key in outer:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            raise ValueError(f'"{path}" leads into a plain value: look at the preset for its keys')
    try:
        values[last] = json.loads(value)
    except json.JSONDecodeError:
        values[last] = value
