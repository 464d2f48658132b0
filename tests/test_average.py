"""The mean of several checkpoints, and what it takes over from a twin that was calibrated."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models import calibrate
from models.acsa.calibration import UNFITTED, Calibration
from models.acsa.card import Card, write_card
from models.acsa.checkpoint import WORDS, load_checkpoint, save_checkpoint
from models.acsa.network import Acsa
from models.acsa.tokens import learn_tokenizer
from models.average import average, main
from tests.tiny_training import tiny


def save(
    path: Path, seed: int, *, captions: tuple[str, ...] = ("a red coat",), preset: str = "small"
) -> Path:
    torch.manual_seed(seed)
    architecture = tiny(preset).architecture
    save_checkpoint(
        path, Acsa(architecture), learn_tokenizer(list(captions), 120), Card(architecture, weight=0.3)
    )
    return path


def test_every_tensor_is_the_mean(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{seed}.safetensors", seed) for seed in range(3)]
    card = average(paths, tmp_path / "soup.safetensors")
    soup = load_checkpoint(tmp_path / "soup.safetensors")
    states = [load_checkpoint(path).network.state_dict() for path in paths]
    for name, tensor in soup.network.state_dict().items():
        if tensor.is_floating_point():
            mean = torch.stack([state[name] for state in states]).mean(0)
            step = float(mean.abs().max()) / 127 if name.endswith(WORDS) else 0  # of the rows in 8 bits
            torch.testing.assert_close(tensor, mean, rtol=2e-3, atol=max(1e-4, 0.51 * step))
    assert card.calibration == UNFITTED
    assert len(card.recipe["averaged"]) == 3


def test_what_does_not_belong_together_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = save(tmp_path / "one.safetensors", 0)
    other = save(tmp_path / "other.safetensors", 1, captions=("blue jeans, green hat",))
    with pytest.raises(ValueError, match="reads words differently"):
        average([one, other], tmp_path / "soup.safetensors")
    paper = save(tmp_path / "paper.safetensors", 1, preset="paper")
    with pytest.raises(ValueError, match="another architecture"):
        average([one, paper], tmp_path / "soup.safetensors")
    assert main(["--weights", str(one), "--out", str(tmp_path / "soup.safetensors")]) == 1
    assert "at least two" in capsys.readouterr().err
    assert not (tmp_path / "soup.safetensors").exists()


def test_a_run_that_held_nobody_out_is_judged_by_its_twin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mean, twin = save(tmp_path / "mean.safetensors", 0), save(tmp_path / "twin.safetensors", 1)
    line = ["--weights", str(mean), "--like", str(twin), "--threshold", "0.3"]
    assert calibrate.main(line) == 2
    assert "never calibrated" in capsys.readouterr().err
    fitted = Calibration(9.0, -2.0, 0.5, 6.0, -1.0)
    metrics = {"split": "val: 3 people", "whole": {"map": 40.0}, "global": {"map": 30.0}}
    write_card(twin, replace(load_checkpoint(twin).card, weight=0.6, calibration=fitted, metrics=metrics))
    assert calibrate.main(line) == 0
    card, model = load_checkpoint(mean).card, load_checkpoint(twin).card.model
    assert (card.weight, card.calibration) == (0.6, replace(fitted, threshold=0.3))
    assert model in card.metrics["measured on"]
    other = save(tmp_path / "paper.safetensors", 1, preset="paper")
    assert calibrate.main(["--weights", str(mean), "--like", str(other)]) == 2
    assert "another architecture" in capsys.readouterr().err
