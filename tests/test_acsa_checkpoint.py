"""Checkpoints describe themselves, load strictly and fail clearly."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.acsa.architecture import Architecture, read_architecture
from models.acsa.calibration import Calibration
from models.acsa.card import Card, digest, read_card, write_card
from models.acsa.checkpoint import load_checkpoint, save_checkpoint
from models.acsa.network import Acsa
from models.acsa.tokens import learn_tokenizer

TINY = read_architecture(
    {
        "name": "tiny", "width": 16, "attention": 8, "image": {"height": 64, "width": 32},
        "text": {"shape": {"vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 1,
                           "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 64}},
    }
)  # fmt: skip
TOKENIZER = learn_tokenizer(["red coat, blue jeans"], 60)


def saved(folder: Path, architecture: Architecture = TINY) -> tuple[Path, Acsa]:
    torch.manual_seed(0)
    network = Acsa(architecture)
    card = Card(
        architecture, weight=0.3, calibration=Calibration(9.0, -3.0, 0.4, 5.0, -1.0), data={"name": "toy"}
    )
    save_checkpoint(folder / "tiny.safetensors", network, TOKENIZER, card)
    return folder / "tiny.safetensors", network


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path, network = saved(tmp_path)
    loaded = load_checkpoint(path)
    assert loaded.card.model == f"tiny@{loaded.card.sha256[:8]}"
    assert (loaded.card.weight, loaded.card.calibration.threshold) == (0.3, 0.4)
    assert loaded.card.architecture == TINY
    assert loaded.card.data == {"name": "toy"}
    assert loaded.tokenizer.to_str() == TOKENIZER.to_str()
    for name, one in network.state_dict().items():
        torch.testing.assert_close(loaded.network.state_dict()[name], one, atol=1e-3, rtol=1e-3)


def test_saving_again_gives_the_same_model(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    loaded = load_checkpoint(path)
    again = save_checkpoint(tmp_path / "again.safetensors", loaded.network, loaded.tokenizer, loaded.card)
    assert again.model == loaded.card.model


def test_words_are_kept_in_eight_bits_near_what_they_were(tmp_path: Path) -> None:
    path, network = saved(tmp_path)
    kept = load_file(path)
    name = "text.tower.embeddings.word_embeddings.weight"
    assert [each for each, one in kept.items() if one.dtype == torch.int8] == [name]
    before, after = network.state_dict()[name], load_checkpoint(path).network.state_dict()[name]
    step = before.abs().amax(1, keepdim=True) / 127
    assert ((before - after).abs() <= 1.01 * step).all()
    assert torch.nn.functional.cosine_similarity(before, after, dim=1)[1:].min() > 0.9999


def test_weights_whose_words_are_kept_in_full_load_as_well(tmp_path: Path) -> None:
    path, network = saved(tmp_path)
    save_file({name: one.contiguous() for name, one in network.state_dict().items()}, path)
    write_card(path, replace(read_card(path), sha256=digest(path)))
    for name, one in load_checkpoint(path).network.state_dict().items():
        torch.testing.assert_close(one, network.state_dict()[name], rtol=0, atol=0)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    for suffix in (".tokenizer.json", ".safetensors", ".json"):
        path.with_suffix(suffix).unlink()
        with pytest.raises(FileNotFoundError, match="tiny" + suffix):
            load_checkpoint(path)


def test_damage_is_noticed(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="sha256 differs"):
        load_checkpoint(path)


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    beside = path.with_suffix(".json")
    values = json.loads(beside.read_text())
    values["architecture"]["width"] = 24
    beside.write_text(json.dumps(values))
    with pytest.raises(ValueError, match="does not fit the architecture"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "describes no ACSA network"),
        ('{"format": 99}', "another format"),
        ("[]", "describes no ACSA network"),
    ],
)
def test_json_that_is_none_of_ours_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path, _ = saved(tmp_path)
    path.with_suffix(".json").write_text(text)
    with pytest.raises(ValueError, match=told):
        load_checkpoint(path)


def test_a_diverged_network_is_not_saved(tmp_path: Path) -> None:
    path, network = saved(tmp_path)
    before = path.read_bytes()
    with torch.no_grad():
        network.attention.image_query.weight[0, 0] = 1e9
    with pytest.raises(ValueError, match="not finite in half precision"):
        save_checkpoint(path, network, TOKENIZER, Card(TINY))
    assert path.read_bytes() == before
