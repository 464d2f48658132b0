"""Shapes of every preset in a tiny random form, and what the branches promise."""

from pathlib import Path
from typing import Any

import pytest
import torch

from models.acsa.architecture import Architecture, read_architecture
from models.acsa.backbone import Stages
from models.acsa.batch import TextBatch, batch_texts
from models.acsa.image import REGIONS, ImageEmbedding
from models.acsa.network import Acsa, local_scores
from models.acsa.text import TextEmbedding
from models.acsa.tokens import Reader, learn_tokenizer
from models.training.recipe import read_preset

TEXTS = [
    "A man in a red padded jacket with a grey hood, blue jeans and white trainers.",
    "green coat",
    "no bag, black hat",
]
BERT = {
    "vocab_size": 120, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 128,
}  # fmt: skip
CLIP = BERT | {"bos_token_id": 2, "eos_token_id": 3}
SWIN = {"embed_dim": 8, "depths": [1, 1, 1, 1], "num_heads": [1, 1, 2, 2]}
TINY: dict[str, dict[str, Any]] = {
    "small": {"height": 64, "width": 32},
    "paper": {"height": 64, "width": 64, "options": SWIN},
    "base": {"height": 96, "width": 32, "options": SWIN},
    "clip": {"height": 64, "width": 32, "options": {"embed_dim": 24, "depth": 3, "num_heads": 2}},
}


def tiny(preset: str, **changes: Any) -> Architecture:
    values = read_preset(preset).architecture.record()
    values["image"] |= TINY[preset]
    values["text"]["shape"] = CLIP if values["text"]["family"] == "clip" else BERT
    return read_architecture(values | {"width": 20, "attention": 12, **changes})


def texts_of(architecture: Architecture) -> TextBatch:
    reader = Reader(learn_tokenizer(TEXTS, 120), architecture.text)
    return batch_texts([reader.read(text) for text in TEXTS])


@pytest.mark.parametrize("preset", sorted(TINY))
def test_shapes(preset: str) -> None:
    architecture = tiny(preset)
    network, shape = Acsa(architecture), architecture.image
    image, text, close = network(torch.rand(2, 3, shape.height, shape.width), texts_of(architecture))
    assert image.vector.shape == (2, 20)
    assert image.parts.shape == (2, len(architecture.parts), 20)
    assert text.vector.shape == (3, 20)
    assert text.phrases.shape == (3, 5, 20)
    assert text.present.sum(1).tolist() == [5, 1, 2]
    assert close.i2t.shape == close.t2i.shape == (2, 3)
    assert close.phrases.shape == (2, 3, 5)


@pytest.mark.parametrize(
    ("backbone", "height", "width", "options"),
    [
        ("timm:swin_tiny_patch4_window7_224", 96, 64, SWIN),
        ("timm:swin_small_patch4_window7_224", 64, 64, SWIN),
        ("timm:resnet18", 96, 32, {}),
        ("timm:vit_tiny_patch16_224", 64, 48, {"depth": 2}),
        ("yolo11n", 128, 64, {}),
    ],
)
def test_any_backbone_at_any_size(backbone: str, height: int, width: int, options: dict[str, Any]) -> None:
    image = {"backbone": backbone, "height": height, "width": width, "options": options, "windows": [3, 2]}
    architecture = read_architecture(
        {"width": 16, "attention": 8, "image": image, "text": {"shape": BERT, "phrases": "span"}}
    )
    embedded = Acsa(architecture).eval().embed_images(torch.rand(1, 3, height, width))
    assert embedded.parts.shape == (1, 1 + 4 + 6, 16)


def test_an_unknown_backbone_is_refused() -> None:
    for name in ("timm:no_such_network", "resnet18", "timm:"):
        with pytest.raises(ValueError, match="unknown: use yolo11n or timm"):
            Acsa(read_architecture({"image": {"backbone": name}, "text": {"shape": BERT}}))


def test_regions_and_windows_can_be_left_out() -> None:
    values = tiny("small").record()
    values["image"] |= {"regions": False, "windows": [0, 0]}
    architecture = read_architecture(values)
    assert architecture.parts == ("whole",)
    assert Acsa(architecture).eval().embed_images(torch.rand(2, 3, 64, 32)).parts.shape == (2, 1, 20)


def test_regions_look_at_their_own_height() -> None:
    """A change in the top rows of the last stage reaches head, whole and windows, never the feet."""
    torch.manual_seed(0)
    branch = Acsa(tiny("small")).eval().image

    class Fixed(torch.nn.Module):
        def __init__(self, top: float) -> None:
            super().__init__()
            last = torch.zeros(1, 256, 12, 4)
            last[:, ::2, :2] = top
            self.stages = (torch.ones(1, 128, 24, 8), last, last.mean((2, 3)))

        def forward(self, pixels: torch.Tensor) -> Any:
            return Stages(*self.stages)

    names = ("whole", *REGIONS)
    rows = []
    for top in (0.0, 5.0):
        branch.trunk = Fixed(top)
        rows.append(branch(torch.zeros(1)).parts[0])
    changed = [
        name for name, one, other in zip(names, rows[0], rows[1], strict=False) if not torch.equal(one, other)
    ]
    assert changed == ["whole", "head"]


@pytest.mark.parametrize("preset", sorted(TINY))
def test_padding_of_a_batch_changes_no_description(preset: str) -> None:
    torch.manual_seed(0)
    architecture = tiny(preset)
    network = Acsa(architecture).eval()
    reader = Reader(learn_tokenizer(TEXTS, 120), architecture.text)
    read = [reader.read(text) for text in TEXTS]
    together = network.text(batch_texts(read))
    for row, one in enumerate(read):
        alone = network.text(batch_texts([one]))
        torch.testing.assert_close(together.vector[row], alone.vector[0], atol=1e-5, rtol=1e-4)
        k = len(one.phrases)
        torch.testing.assert_close(together.phrases[row, :k], alone.phrases[0], atol=1e-5, rtol=1e-4)
        assert not together.phrases[row, k:].any()


def test_whole_galleries_score_as_pairs_do() -> None:
    torch.manual_seed(0)
    network = Acsa(tiny("small")).eval()
    images = ImageEmbedding(torch.randn(7, 20), torch.randn(7, 9, 20))
    texts = TextEmbedding(
        torch.randn(5, 20),
        torch.randn(5, 3, 20),
        torch.arange(3)[None] < torch.tensor([[1], [2], [3], [1], [2]]),
    )
    close = network.attention(images.parts, texts.phrases, texts.present)
    for cells in (1, 100, 1 << 20):
        torch.testing.assert_close(
            local_scores(network, images, texts, cells=cells), (close.i2t + close.t2i) / 2
        )


def test_unknown_keys_are_named() -> None:
    with pytest.raises(ValueError, match="knows no wings"):
        read_architecture({"wings": 2})
    with pytest.raises(ValueError, match="image branch knows no hight"):
        read_architecture({"image": {"hight": 2}})
    with pytest.raises(ValueError, match="choose"):
        read_architecture({"local": "sideways"})
    with pytest.raises(ValueError, match="from 0 to 30"):
        read_architecture({"sharpness": 100})


def test_presets_can_be_changed_and_missing_ones_are_named(tmp_path: Path) -> None:
    changed = read_preset(
        "small", ["recipe.batch=8", "architecture.image.windows=[3,2]", "architecture.local=t2i"]
    )
    assert changed.recipe.batch == 8
    assert changed.architecture.image.windows == (3, 2)
    assert changed.architecture.local == "t2i"
    with pytest.raises(FileNotFoundError, match="base, clip, paper, small"):
        read_preset("huge")
    with pytest.raises(ValueError, match="the recipe knows no colour"):
        read_preset("small", ["recipe.colour=1"])
