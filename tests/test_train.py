"""Whole training runs: every preset by heart, files, resuming, and the command line's refusals."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from models.acsa.checkpoint import load_checkpoint, resized
from models.acsa.network import Acsa
from models.train import main
from models.training.augment import Augment
from models.training.batches import ALONE
from models.training.recipe import read_preset
from models.training.run import Run, check, prepare
from tests.tiny_training import STILL, TINY, make_people, preset_file, tiny, trainer_of


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_people(tmp_path_factory.mktemp("people"))


@pytest.mark.parametrize("preset", sorted(TINY))
def test_every_preset_learns_32_pairs_by_heart(preset: str, people: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    run = Run(tiny(preset, batch=16), people, tmp_path / "run", tmp_path / "cache", steps=300)
    ready = prepare(run, ALONE)
    trainer = trainer_of(run, ready)
    for number in range(run.steps or 0):
        trainer.step(number, ready.training, ready.sampler)
        if number % 20 == 19:
            result = check(ready.network, ready.training)
            if result.nearness.r1 == result.whole.r1 == 100:
                return
    pytest.fail(f"R@1 {result.nearness.r1} by global vectors, {result.whole.r1} in all after 300 steps")


def steps_of(out: Path) -> list[dict[str, str]]:
    with (out / "steps.csv").open() as file:
        return [{key: row[key] for key in ("step", "loss", "rate")} for row in csv.DictReader(file)]


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
    trainer = trainer_of(run, ready)
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
        (["--size", "96x48"], "--size goes with --from"),
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


def test_weights_go_on_with_larger_pictures(people: Path, tmp_path: Path) -> None:
    preset = preset_file(tmp_path, batch=8)
    assert main(line(people, tmp_path, "small", "--preset", preset, "--steps", "1")) == 0
    small = tmp_path / "small" / "checkpoint.safetensors"
    more = ["--preset", preset, "--steps", "1", "--from", str(small), "--size", "96x48"]
    assert main(line(people, tmp_path, "large", *more)) == 0
    card = load_checkpoint(tmp_path / "large" / "checkpoint.safetensors").card
    assert (card.architecture.image.height, card.architecture.image.width) == (96, 48)
    assert card.recipe["from"] == load_checkpoint(small).card.model, "by name, not by where it lay"


def test_a_transformer_keeps_its_size() -> None:
    network = Acsa(tiny("clip").architecture)
    with pytest.raises(ValueError, match="leave --size out"):
        resized(network, 128, 64)
