"""The mean of several checkpoints."""

from pathlib import Path

import pytest
import torch

from models.acsa.calibration import UNFITTED
from models.acsa.card import Card
from models.acsa.checkpoint import load_checkpoint, save_checkpoint
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
            torch.testing.assert_close(tensor, mean, rtol=2e-3, atol=1e-4)  # kept in half precision
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
