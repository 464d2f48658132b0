"""The encoder: features, scores in numpy equal to the network's, refusals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.acsa.architecture import read_architecture
from models.acsa.calibration import Calibration
from models.acsa.card import Card
from models.acsa.checkpoint import load_checkpoint, save_checkpoint
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.acsa.kinds import kinds
from models.acsa.network import Acsa
from models.acsa.portable import close_look
from models.acsa.tokens import learn_tokenizer
from models.runtimes.choice import Runtime
from models.types import Image

SHAPE = {
    "vocab_size": 80, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 64,
}  # fmt: skip
TEXT = "red coat with a grey hood, blue jeans, no umbrella"
RNG = np.random.default_rng(0)
CROPS: list[Image] = [
    RNG.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in ((90, 40), (300, 120), (31, 77), (64, 32))
]


def make(folder: Path, local: str = "mean", phrases: str = "span") -> tuple[AcsaEncoder, Acsa]:
    torch.manual_seed(0)
    text = {"shape": SHAPE, "phrases": phrases, "longest": 24}
    architecture = read_architecture(
        {
            "name": "tiny",
            "width": 16,
            "attention": 8,
            "local": local,
            "image": {"height": 64, "width": 32},
            "text": text,
        }
    )
    network, path = Acsa(architecture), folder / "tiny.safetensors"
    card = Card(architecture, weight=0.4, calibration=Calibration(9.0, -3.0, 0.4, 5.0, -1.0))
    save_checkpoint(path, network, learn_tokenizer([TEXT], 80), card)
    return load_encoder(str(path), batch=3), network


def test_the_close_look_gives_what_torch_gives_in_float32(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    network = close_look(tmp_path / "tiny.safetensors", encoder.card)
    torch_run, run = (Runtime(kind, tmp_path / "cache").open(network) for kind in ("torch", "openvino"))
    ((parts, key, value),) = network.examples()
    for rows in (1, 100):
        wanted, found = (way(parts[:rows], key[:1], value[:1]) for way in (torch_run, run))
        for one, other in zip(wanted, found, strict=True):
            np.testing.assert_allclose(other, one, atol=1e-5 * float(np.abs(one).max()))
    (record,) = (tmp_path / "cache").glob("tiny-look-*/checked.json")
    assert '"precision": "f32"' in record.read_text()


@pytest.mark.parametrize("local", ["i2t", "t2i", "mean"])
@pytest.mark.parametrize("phrases", ["span", "alone"])
def test_numpy_scores_equal_the_network(tmp_path: Path, local: str, phrases: str) -> None:
    encoder, _ = make(tmp_path, local, phrases)
    network = load_checkpoint(tmp_path / "tiny.safetensors").network
    features, text = encoder.encode_images(CROPS), encoder.encode_text(TEXT)
    parts = np.stack([one.parts for one in features])
    nearness = np.stack([one.vector for one in features]) @ text.vector
    found = encoder.score(text, nearness, parts)
    wanted, umbrella = torch.from_numpy(text.phrase_vectors).split([3, 1])
    with torch.no_grad():
        rows = torch.from_numpy(parts).float()
        close = network.attention(rows, wanted[None], torch.ones(1, 3, dtype=torch.bool))
        shut_out = network.attention(rows, umbrella[None], torch.ones(1, 1, dtype=torch.bool))
    i2t, t2i = close.i2t[:, 0].numpy(), close.t2i[:, 0].numpy()
    expected = {"i2t": i2t, "t2i": t2i, "mean": (i2t + t2i) / 2}[local]
    true = 1 / (1 + np.exp(1 - 5 * torch.cat([close.phrases[:, 0], shut_out.phrases[:, 0]], 1).numpy()))
    np.testing.assert_allclose(found.agreement[:, :3], true[:, :3], atol=1e-5)
    np.testing.assert_allclose(found.agreement[:, 3], 1 - true[:, 3], atol=1e-5)
    expected_total = 0.6 * nearness + 0.4 * expected + np.log(2 - 2 * true[:, 3]) / 9
    np.testing.assert_allclose(found.total, expected_total, atol=1e-5)
    np.testing.assert_allclose(found.probability, 1 / (1 + np.exp(3 - 9 * found.total)), atol=1e-5)
    assert found.similarity.shape == (4, 4, 9)
    assert np.abs(found.similarity).max() <= 1 + 1e-5


@pytest.mark.parametrize("phrases", ["span", "alone"])
def test_an_excluded_general_word_is_as_true_as_the_truest_of_its_kinds(tmp_path: Path, phrases: str) -> None:
    encoder, _ = make(tmp_path, phrases=phrases)
    features = encoder.encode_images(CROPS)
    parts, vectors = np.stack([one.parts for one in features]), np.stack([one.vector for one in features])

    def absent(thing: str) -> np.ndarray:
        text = replace(encoder.encode_text(f"red coat, no {thing}"), kinds={})
        return encoder.score(text, vectors @ text.vector, parts).agreement[:, 1]

    text = encoder.encode_text("red coat, no red bags")
    found = encoder.score(text, vectors @ text.vector, parts)
    least = np.min([absent(thing) for thing in ("red bags", *kinds("red bags"))], axis=0)
    assert text.phrases == ("red coat", "no red bags")
    np.testing.assert_allclose(found.agreement[:, 1], least, atol=1e-5)
    assert (least < absent("red bags")).any()
    assert found.similarity.shape == (4, 2, 9)


def test_features_are_what_the_index_keeps(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    assert encoder.parts[:5] == ("whole", "head", "upper body", "lower body", "feet")
    assert encoder.model.startswith("tiny@")
    assert encoder.threshold == 0.4
    for one in encoder.encode_images(CROPS):
        assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)
        assert one.parts.dtype == np.float16
        assert one.parts.shape == (9, 16)
    text = encoder.encode_text(TEXT)
    assert text.phrases == ("red coat", "grey hood", "blue jeans", "no umbrella")
    assert text.phrase_vectors.shape == (4, 16)
    assert text.excluded == (False, False, False, True)


def test_what_is_shut_out_does_not_colour_what_is_wanted(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    plain, without = encoder.encode_text("red coat"), encoder.encode_text("red coat, but no bag")
    np.testing.assert_allclose(without.vector, plain.vector, atol=1e-5)
    np.testing.assert_allclose(without.phrase_vectors[0], plain.phrase_vectors[0], atol=1e-5)
    bag = encoder.encode_text("bag")
    np.testing.assert_allclose(without.phrase_vectors[1], bag.phrase_vectors[0], atol=1e-5)


def test_a_crop_is_encoded_alike_in_any_batch(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    together = encoder.encode_images(CROPS)
    for crop, one in zip(CROPS, together, strict=True):
        np.testing.assert_allclose(encoder.encode_images([crop])[0].vector, one.vector, atol=1e-5)
    assert encoder.encode_images([]) == []


def test_a_view_of_a_frame_is_encoded_like_its_copy(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    view = CROPS[1][20:200, 10:90]
    first, second = encoder.encode_images([view, view.copy()])
    np.testing.assert_array_equal(first.vector, second.vector)


def test_phrases_left_out_are_told(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    assert encoder.left_out(TEXT) == ()
    assert encoder.left_out(", ".join([TEXT] * 4)) != ()


def test_bad_input_is_refused(tmp_path: Path) -> None:
    encoder, _ = make(tmp_path)
    with pytest.raises(ValueError, match="names nothing"):
        encoder.encode_text("the")
    for crop in (CROPS[0][..., 0], CROPS[0].astype(np.float32), CROPS[0][:0]):
        with pytest.raises(ValueError, match="not \\(height, width, 3\\) uint8"):
            encoder.encode_images([crop])  # type: ignore[list-item]
    text = encoder.encode_text(TEXT)
    with pytest.raises(ValueError, match="same model only"):
        encoder.score(text, np.zeros(2, np.float32), np.zeros((2, 5, 16), np.float16))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json is missing"):
        load_encoder(str(tmp_path / "nowhere.safetensors"))
