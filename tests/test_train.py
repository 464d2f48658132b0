"""Training: the pieces of a step, resuming, overfitting every preset, and the command line's refusals."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from models.acsa.backbone import YoloTrunk
from models.acsa.checkpoint import load_checkpoint
from models.augment import Augment, augment
from models.batches import ALONE
from models.data import read_dataset
from models.objective import Objective, Truth, phrase_truth
from models.pictures import cache_pictures
from models.recipe import Preset, read_preset
from models.sampler import IdentitySampler
from models.schedule import rate_at
from models.train import main
from models.trainer import Trainer
from models.training import Run, check, prepare

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


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32 people to train on and 4 to validate with, of one picture each: a jacket and trousers of plain
    colours.
    """
    folder = tmp_path_factory.mktemp("people")
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


@pytest.mark.parametrize("preset", sorted(TINY))
def test_every_preset_learns_32_pairs_by_heart(preset: str, people: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    run = Run(tiny(preset), people, tmp_path / "run", tmp_path / "cache", steps=200)
    ready = prepare(run, ALONE)
    objective = Objective(ready.network, run.preset.recipe.losses, 32)
    trainer = Trainer(
        objective,
        run.preset.recipe,
        run.steps or 0,
        device=torch.device("cpu"),
        share=ALONE,
        wreck=tmp_path / "w",
    )
    for number in range(run.steps or 0):
        trainer.step(number, ready.training, ready.sampler)
        if number % 20 == 19:
            result = check(ready.network, ready.training)
            if result.nearness.r1 == result.whole.r1 == 100:
                return
    pytest.fail(f"R@1 {result.nearness.r1} by global vectors, {result.whole.r1} in all after 200 steps")


def steps_of(out: Path) -> list[dict[str, str]]:
    with (out / "steps.csv").open() as file:
        return [{key: row[key] for key in ("step", "loss", "rate")} for row in csv.DictReader(file)]


def preset_file(folder: Path, **recipe: Any) -> str:
    preset = tiny("small", **recipe)
    values = {"architecture": preset.architecture.record(), "recipe": preset.recipe.record()}
    path = folder / "tiny.json"
    path.write_text(json.dumps(values))
    return str(path)


def line(people: Path, folder: Path, out: str, *more: str) -> Sequence[str]:
    return ["--data", str(people), "--out", str(folder / out), *more]


def test_a_run_leaves_all_its_files_and_loads(people: Path, tmp_path: Path) -> None:
    preset = preset_file(tmp_path, batch=8)
    assert main(line(people, tmp_path, "run", "--preset", preset, "--steps", "4")) == 0
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {
        "checkpoint.safetensors", "checkpoint.json", "checkpoint.tokenizer.json", "config.json", "steps.csv",
        "validation.csv", "curves.png", "last.pt",
    }  # fmt: skip
    card = load_checkpoint(tmp_path / "run" / "checkpoint.safetensors").card
    assert card.data["pictures"] == 32
    assert card.metrics["split"] == "val"
    assert card.recipe["batch"] == 8
    more = line(people, tmp_path, "more", "--preset", preset, "--steps", "1")
    assert main([*more, "--from", str(tmp_path / "run" / "checkpoint.safetensors")]) == 0


def test_a_resumed_run_ends_like_an_unbroken_one(people: Path, tmp_path: Path) -> None:
    whole = Augment(0.5, 0.1, 0.1, 5.0, 0.2, 0.05, 0.5, 0.5, 0.5, 0.5, 0.5)
    changes = {"augment": {name: getattr(whole, name) for name in STILL}, "pictures_per_identity": 2}
    preset = preset_file(tmp_path, batch=8, accumulate=2, evaluations=1, **changes)
    once = line(people, tmp_path, "once", "--preset", preset, "--steps", "6")
    assert main(once) == 0
    run = Run(read_preset(preset), people, tmp_path / "broken", tmp_path / "cache", steps=6)
    ready = prepare(run, ALONE)
    objective = Objective(ready.network, run.preset.recipe.losses, 32)
    trainer = Trainer(
        objective, run.preset.recipe, 6, device=torch.device("cpu"), share=ALONE, wreck=tmp_path / "w"
    )
    for number in range(3):
        trainer.step(number, ready.training, ready.sampler)
    run.out.mkdir()
    trainer.save(run.out / "last.pt", 3, -1.0)
    assert main([*line(people, tmp_path, "broken", "--preset", preset, "--steps", "6"), "--resume"]) == 0
    assert steps_of(tmp_path / "broken") == steps_of(tmp_path / "once")[3:]
    states = [
        torch.load(tmp_path / name / "last.pt", weights_only=True)["objective"] for name in ("once", "broken")
    ]
    for name, one in states[0].items():
        assert torch.equal(one, states[1][name]), name


def test_a_broken_loss_stops_and_keeps_the_batch(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = preset_file(tmp_path, batch=8, rate_heads=1e30, clip=0, warm_up=0)
    assert main(line(people, tmp_path, "run", "--preset", preset, "--steps", "9")) == 1
    assert "is not finite" in capsys.readouterr().err
    wreck = torch.load(tmp_path / "run" / "wreck.pt", weights_only=False)
    assert wreck["images"].shape == (8, 64, 32, 3)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--preset", "huge"], 'preset "huge" is unknown'),
        (["--trunk-from", "nowhere.safetensors"], "nowhere.safetensors is missing"),
        (["--batch", "3", "--set", "recipe.pictures_per_identity=2"], "multiple of pictures_per_identity"),
        (["--resume"], "there is nothing to resume"),
        (["--from", "nowhere.safetensors"], "nowhere.json is missing"),
        (["--trunk-from", "hub"], "yolo11n has no hub weights"),
        (["--set", 'recipe.losses={"cmpm": 0, "cmpc": 0, "local": 0}'], "every loss has weight 0"),
    ],
)  # fmt: skip
def test_faults_are_one_sentence(
    arguments: list[str], told: str, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = preset_file(tmp_path, batch=8)
    assert main([*line(people, tmp_path, "run", "--preset", preset, "--steps", "1"), *arguments]) == 1
    assert told in capsys.readouterr().err


def test_a_trunk_of_another_shape_is_refused(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"0.conv.weight": torch.zeros(3)}, tmp_path / "other.pt")
    preset = preset_file(tmp_path, batch=8)
    more = ["--trunk-from", str(tmp_path / "other.pt")]
    assert main([*line(people, tmp_path, "run", "--preset", preset, "--steps", "1"), *more]) == 1
    assert "does not fit YoloTrunk" in capsys.readouterr().err


def test_what_is_frozen_stays(people: Path, tmp_path: Path) -> None:
    changes = {"frozen_trunk": ["0.", "1."], "frozen_text_embeddings": True, "frozen_text_layers": 1}
    torch.save(YoloTrunk().net.state_dict(), tmp_path / "trunk.pt")
    run = Run(
        tiny("small", batch=8, trunk_from=str(tmp_path / "trunk.pt"), **changes),
        people,
        tmp_path / "run",
        tmp_path / "cache",
        steps=2,
    )
    ready = prepare(run, ALONE)
    before = {name: one.clone() for name, one in ready.network.state_dict().items()}
    objective = Objective(ready.network, run.preset.recipe.losses, 32)
    trainer = Trainer(
        objective, run.preset.recipe, 2, device=torch.device("cpu"), share=ALONE, wreck=tmp_path / "w"
    )
    for number in range(2):
        trainer.step(number, ready.training, ready.sampler)
    after = ready.network.state_dict()
    same = {name for name, one in after.items() if torch.equal(one, before[name])}
    assert "image.trunk.net.0.bn.running_mean" in same
    assert "text.tower.embeddings.word_embeddings.weight" in same
    assert "text.tower.encoder.layer.0.output.dense.weight" in same
    assert "text.tower.encoder.layer.1.output.dense.weight" not in same
    assert "image.trunk.net.0.conv.weight" in same
    assert "image.trunk.net.2.cv1.conv.weight" not in same
    assert "image.trunk.net.2.cv1.bn.running_mean" not in same
    with pytest.raises(ValueError, match="freezes part of a trunk that begins at random"):
        prepare(replace(run, preset=tiny("small", **changes)), ALONE)


def test_every_picture_comes_once_an_epoch_beside_its_own_kind() -> None:
    identities = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3])
    sampler = IdentitySampler(identities, batch=4, per_identity=2, seed=1)
    for epoch in range(3):
        batches = [sampler.rows(epoch * 3 + place) for place in range(3)]
        assert sorted(np.concatenate(batches)) == list(range(12))
        for rows in batches:
            assert all(identities[rows[at]] == identities[rows[at + 1]] for at in (0, 2))
    first = IdentitySampler(identities, batch=4, per_identity=2, seed=1)
    assert first.rows(7).tolist() == sampler.rows(7).tolist()
    assert [first.rows(step).tolist() for step in range(3)] != [
        first.rows(step).tolist() for step in range(3, 6)
    ]


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(step, 100, warm_up=0.1) for step in range(100)]
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert max(rates) == pytest.approx(1)
    assert rates[-1] < 0.02
    stepped = [rate_at(step, 100, warm_up=0, decay_at=(0.4, 0.75)) for step in (0, 39, 40, 80)]
    assert stepped == pytest.approx([1, 1, 0.1, 0.01])


def test_augmentation_keeps_hues_and_repeats() -> None:
    images = np.zeros((16, 64, 32, 3), np.uint8)
    images[:] = (30, 160, 40)
    how = Augment(0.5, 0.2, 0.1, 8.0, 0.4, 0.05, 0.5, 0.5, 0.5, 0.5, 0.0)
    changed = augment(images, how, np.random.default_rng(3))
    assert changed.shape == images.shape
    assert changed.dtype == np.uint8
    mean = changed.reshape(16, -1, 3).mean(axis=1)
    assert (mean.argmax(axis=1) == 1).all()
    assert (mean[:, 1] > 2 * mean[:, 0]).all()
    assert np.array_equal(changed, augment(images, how, np.random.default_rng(3)))
    assert not np.array_equal(changed, augment(images, how, np.random.default_rng(4)))


def test_no_augmentation_is_the_identity_and_a_flip_is_a_mirror() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 16, 3), dtype=np.uint8)
    still = augment(images, Augment(**STILL), np.random.default_rng(0))
    assert np.array_equal(still, images)
    mirrored = augment(images, Augment(**STILL | {"flip": 1}), np.random.default_rng(0))
    assert np.array_equal(mirrored, images[:, :, ::-1])


def test_pictures_are_cached_until_their_files_change(people: Path, tmp_path: Path) -> None:
    paths = sorted((people / "imgs").glob("*.png"))[:3]
    copies = [tmp_path / path.name for path in paths]
    for path, copy in zip(paths, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    first = cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert first.shape == (3, 32, 16, 3)
    cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    copies[0].write_bytes(paths[1].read_bytes() + b" ")
    changed = cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert np.array_equal(changed[0], changed[1])


def test_short_descriptions_match_all_they_are_true_of(people: Path, tmp_path: Path) -> None:
    data = read_dataset(people).split("train")
    example = replace(data.examples[0], captions=("red jacket",), caption_facts=(frozenset({"upper=red"}),))
    data = replace(data, examples=(example, *data.examples[1:]))
    match = torch.from_numpy(data.matches())
    assert match[:, 0].sum() == 6
    truth = Truth(match, torch.arange(32), torch.ones(32, dtype=torch.bool))
    present = torch.ones(32, 2, dtype=torch.bool)
    present[0, 1] = False  # a description of a single phrase
    true, known = phrase_truth(truth, present)
    assert true[:, 0, 0].sum() == 6
    assert known[:, 0, 0].all()
    assert not known[:, 0, 1].any()
    assert known[:, 1].sum() == 2  # both phrases of the one picture it is true of
