"""Checkpoints of the release, made here with its names and tiny shapes."""

import json
from pathlib import Path

import pytest
import torch

from models.acsa.architecture import Architecture, read_architecture
from models.acsa.checkpoint import load_checkpoint
from models.acsa.network import Acsa
from models.acsa.tokens import learn_tokenizer
from models.convert import convert, main, read_released, rename

IMAGE = {
    "backbone": "timm:swin_tiny_patch4_window7_224", "height": 64, "width": 64,
    "options": {"embed_dim": 8, "depths": [1, 1, 1, 1], "num_heads": [1, 1, 2, 2]},
}  # fmt: skip
TEXT = {
    "shape": {
        "vocab_size": 60, "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 16, "max_position_embeddings": 64,
    }
}  # fmt: skip
TINY = read_architecture({"width": 64, "attention": 64, "image": IMAGE, "text": TEXT})
BACK = (
    ("image.trunk.net.layers_0.", "image_model.layers.0."),
    ("image.trunk.net.layers_1.downsample.", "image_model.layers.0.downsample."),
    ("image.trunk.net.patch_embed.", "image_model.patch_embed."),
    ("text.tower.", "language_model.textExtractor."),
    ("image.neck.norm.", "bottleneck_image."),
    ("text.neck.norm.", "bottleneck_text."),
    ("attention.image_query.", "fc_image_query."),
    ("attention.text_key.0.", "fc_text_key."),
)


def released(architecture: Architecture = TINY) -> tuple[dict[str, torch.Tensor], Acsa]:
    torch.manual_seed(1)
    source = Acsa(architecture)
    state = {
        "module." + there + name.removeprefix(here): one
        for name, one in source.state_dict().items()
        for here, there in BACK
        if name.startswith(here)
    }
    state["module.bottleneck_text_key.weight"] = torch.arange(10.0)[:, None].expand(10, 64)
    state["module.fc_head.fc_head.weight"] = torch.zeros(64, 20)
    return state, source


def test_tensors_reach_their_places() -> None:
    state, source = released()
    found = convert(state, TINY)
    own, given = found.network.state_dict(), source.state_dict()
    for name in (
        "image.trunk.net.layers_0.blocks.0.attn.qkv.weight",
        "image.trunk.net.layers_1.downsample.reduction.weight",
        "text.tower.encoder.layer.0.output.dense.weight",
        "image.neck.norm.running_mean",
        "attention.image_query.weight",
        "attention.text_key.0.bias",
    ):
        assert torch.equal(own[name], given[name]), name
        assert name not in found.at_random
    assert torch.equal(own["attention.text_key.1.weight"], torch.full((64,), 4.5))
    assert found.left_out == ("module.fc_head.fc_head.weight",)
    assert "image.regions.0.2.weight" in found.at_random


def test_names_of_down_sampling_move_one_stage_on() -> None:
    assert (
        rename("image_model.layers.2.downsample.norm.bias") == "image.trunk.net.layers_3.downsample.norm.bias"
    )
    assert (
        rename("image_model.layers.2.blocks.5.norm1.bias") == "image.trunk.net.layers_2.blocks.5.norm1.bias"
    )


def test_other_shapes_and_other_files_are_refused(tmp_path: Path) -> None:
    state, _ = released()
    state["module.bottleneck_image.weight"] = torch.zeros(32)
    with pytest.raises(ValueError, match=r"bottleneck_image.weight is \(32,\)"):
        convert(state, TINY)
    with pytest.raises(ValueError, match="nothing in the checkpoint"):
        convert({"other.weight": torch.zeros(1)}, TINY)
    torch.save({"model": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="no checkpoint of the ACSA release"):
        read_released(tmp_path / "other.pt")
    with pytest.raises(FileNotFoundError, match="give a checkpoint"):
        read_released(tmp_path / "nowhere.pt")


def test_the_command_writes_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state, _ = released()
    torch.save({"network": state, "epoch": 3}, tmp_path / "best.pth.tar")
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_text(learn_tokenizer(["red coat"], 60).to_str())
    preset = tmp_path / "tiny.json"
    preset.write_text('{"architecture": ' + json.dumps(TINY.record()) + "}")
    out = tmp_path / "out" / "checkpoint.safetensors"
    line = ["--tokenizer", str(tokenizer), "--out", str(out), "--preset", str(preset), "--released"]
    assert main([*line, str(tmp_path / "best.pth.tar")]) == 0
    assert load_checkpoint(out).card.recipe == {"converted": "best.pth.tar"}
    assert main([*line, str(tmp_path / "nowhere")]) == 1
    assert "is missing" in capsys.readouterr().err
