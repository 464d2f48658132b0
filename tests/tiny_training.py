"""A data set and presets small enough to train on in a test."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from models.training.batches import ALONE
from models.training.objective import Objective
from models.training.recipe import Preset, read_preset
from models.training.run import Prepared, Run
from models.training.trainer import Trainer

COLOURS = {
    "red": (200, 30, 30), "green": (30, 160, 40), "blue": (30, 50, 200), "yellow": (230, 210, 40),
    "black": (20, 20, 20), "white": (235, 235, 235),
}  # fmt: skip
BERT = {
    "vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 64, "max_position_embeddings": 128, "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}  # fmt: skip
CLIP = BERT | {"bos_token_id": 2, "eos_token_id": 3}
SWIN = {"embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [1, 2, 4, 4], "drop_path_rate": 0.0}
TINY: dict[str, dict[str, Any]] = {
    "small": {"height": 64, "width": 32},
    "paper": {"height": 64, "width": 64, "options": SWIN},
    "base": {"height": 64, "width": 32, "options": SWIN},
    "clip": {"height": 64, "width": 32, "options": {"embed_dim": 48, "depth": 4, "num_heads": 4}},
}
STILL = {"flip": 0, "zoom": 0, "shift": 0, "rotate": 0, "light": 0, "cast": 0, "blur": 0, "shrink": 0,
         "noise": 0, "compress": 0, "erase": 0}  # fmt: skip


def make_people(folder: Path) -> Path:
    """32 people to train on and 4 to validate with, of one picture each, in clothes of plain colours."""
    (folder / "imgs").mkdir()
    rng = np.random.default_rng(0)
    pairs = [(upper, lower) for upper in COLOURS for lower in COLOURS]
    records = []
    for number, (upper, lower) in enumerate(pairs[:36]):
        picture = np.full((64, 32, 3), 120, np.uint8)
        picture[12:34, 8:24], picture[34:58, 10:22] = COLOURS[upper], COLOURS[lower]
        picture = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / "imgs" / f"{number}.png"), picture[..., ::-1])
        facts = [f"upper={upper}", f"lower={lower}"]
        records.append(
            {
                "split": "train" if number < 32 else "val", "id": number, "file_path": f"{number}.png",
                "captions": [f"a person in a {upper} jacket and {lower} trousers"],
                "facts": facts, "caption_facts": [facts],
            }
        )  # fmt: skip
    (folder / "reid_raw.json").write_text(json.dumps(records))
    return folder


def tiny(preset: str, **recipe: Any) -> Preset:
    """A preset small enough for a test, with nothing random but the order of the pictures."""
    text = json.dumps(CLIP if preset == "clip" else BERT)
    image = [f"architecture.image.{key}={json.dumps(value)}" for key, value in TINY[preset].items()]
    changes = [
        *image, f"architecture.text.shape={text}", "architecture.width=32", "architecture.attention=32",
        "architecture.dropout=0", f"recipe.augment={json.dumps(STILL)}", "recipe.batch=32",
        "recipe.pictures_per_identity=1", "recipe.warm_up=0.1", "recipe.decay=cosine",
        "recipe.trunk_from=random", "recipe.frozen_trunk=[]", "recipe.text_from=random",
        "recipe.frozen_text_layers=0", "recipe.frozen_text_embeddings=false",
        "recipe.rate_trunk=2e-3", "recipe.rate_text=2e-3", "recipe.rate_heads=2e-3", "recipe.evaluations=2",
    ]  # fmt: skip
    values = [f"recipe.{key}={json.dumps(value)}" for key, value in recipe.items()]
    return read_preset(preset, [*changes, *values])


def preset_file(folder: Path, name: str = "small", **recipe: Any) -> str:
    """A tiny preset as the JSON file that the command line takes."""
    preset = tiny(name, **recipe)
    values = {"architecture": preset.architecture.record(), "recipe": preset.recipe.record()}
    path = folder / "tiny.json"
    path.write_text(json.dumps(values))
    return str(path)


def trainer_of(run: Run, ready: Prepared) -> Trainer:
    """What takes the steps of a prepared run, on the CPU."""
    objective = Objective(ready.network, run.preset.recipe.losses, ready.training.data.identity_count)
    wreck = run.out.parent / "wreck.pt"
    device = torch.device("cpu")
    return Trainer(objective, run.preset.recipe, ready.steps, device=device, share=ALONE, wreck=wreck)
