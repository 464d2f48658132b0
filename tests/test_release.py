"""What the public release of ACSA gets wrong in ways that change results, each shown not to happen here.

Shown elsewhere: regions are places, not channels, any backbone fits at any size, whole galleries score as
pairs do (test_acsa_network); padding phrases take part in nothing, a phrase's key does not depend on its
companions (test_acsa_attention); targets sum to one, a small CMPM is not dropped (test_acsa_losses); RSTPReid
is read, the wrong label of CUHK-PEDES mended, identities are counted from the data (test_data); neither ties
nor the order of the gallery help (test_metrics, test_evaluate).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from timm.models import get_pretrained_cfg
from torch import Tensor, nn

from models.acsa.backbone import Stages, YoloTrunk
from models.acsa.card import Card
from models.acsa.checkpoint import Checkpoint, load_checkpoint
from models.acsa.image import ImageBranch, ImageEmbedding
from models.acsa.network import Acsa
from models.acsa.tokens import Reader, learn_tokenizer
from models.data.dataset import read_dataset
from models.evaluation.pairs import score_pairs
from models.train import main
from models.training.augment import Augment
from models.training.batches import ALONE, TrainingSet
from models.training.recipe import read_preset
from models.training.run import Run, prepare
from tests.tiny_training import make_people, preset_file, tiny, trainer_of


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_people(tmp_path_factory.mktemp("people"))


class Given(nn.Module):
    """A trunk that gives the same feature maps for any picture."""

    def __init__(self, third: Tensor, last: Tensor, pooled: Tensor) -> None:
        super().__init__()
        self.stages = Stages(third, last, pooled)

    def forward(self, pixels: Tensor) -> Stages:
        return self.stages


def embedded(branch: ImageBranch, third: Tensor, last: Tensor, pooled: Tensor) -> ImageEmbedding:
    branch.trunk = Given(third, last, pooled)
    found: ImageEmbedding = branch(torch.zeros(1))
    return found


def changed(one: ImageEmbedding, other: ImageEmbedding) -> list[int]:
    """Which parts differ."""
    return [n for n, (a, b) in enumerate(zip(one.parts[0], other.parts[0], strict=True)) if not a.equal(b)]


def test_a_pair_scores_alike_in_any_gallery(people: Path) -> None:
    """The release re-ranks by neighbours, pictures and captions mixed up: the order of its files leaks."""
    torch.manual_seed(0)
    architecture = tiny("small").architecture
    data = read_dataset(people)
    tokenizer = learn_tokenizer(data.captions, 120)
    checkpoint = Checkpoint(Acsa(architecture).eval(), tokenizer, Card(architecture))
    whole = score_pairs(checkpoint, data, torch.device("cpu")).total(0.5)
    chosen = np.random.default_rng(0).permutation(len(data))[:10]
    few = replace(data, examples=tuple(data.examples[n] for n in chosen))
    found = score_pairs(checkpoint, few, torch.device("cpu")).total(0.5)
    np.testing.assert_allclose(found, whole[np.ix_(chosen, chosen)], atol=1e-5)


def test_all_that_is_not_frozen_by_name_is_trained(people: Path, tmp_path: Path) -> None:
    """The release freezes by numbers that are off by 17: most of its regions stay random for ever."""
    torch.save(YoloTrunk().net.state_dict(), tmp_path / "trunk.pt")
    frozen = {"frozen_trunk": ["0.", "1."], "frozen_text_embeddings": True, "frozen_text_layers": 1}
    preset = tiny("small", trunk_from=str(tmp_path / "trunk.pt"), **frozen)
    run = Run(preset, people, tmp_path / "run", tmp_path / "cache", steps=2)
    ready = prepare(run, ALONE)
    trainer = trainer_of(run, ready)
    before = {name: one.clone() for name, one in trainer.objective.named_parameters()}
    for number in range(2):
        trainer.step(number, ready.training, ready.sampler)
    trained = [one for group in trainer.optimizer.param_groups for one in group["params"]]
    assert len({id(one) for one in trained}) == len(trained)
    kept = (
        "network.image.trunk.net.0.", "network.image.trunk.net.1.", "network.text.tower.embeddings.",
        "network.text.tower.encoder.layer.0.", "network.image.neck.norm.bias", "network.text.neck.norm.bias",
    )  # fmt: skip
    for name, one in trainer.objective.named_parameters():
        assert (id(one) in {id(other) for other in trained}) != name.startswith(kept), name
        assert one.equal(before[name]) == name.startswith(kept), name


def test_the_whole_picture_enters_cross_attention() -> None:
    """The release puts the mean of the other parts in its place."""
    torch.manual_seed(0)
    branch = Acsa(tiny("small").architecture).eval().image
    third, last, pooled = torch.rand(1, 128, 4, 2), torch.rand(1, 256, 2, 1), torch.rand(1, 256)
    one, other = (embedded(branch, third, last, seen) for seen in (pooled, torch.rand(1, 256)))
    assert changed(one, other) == [0]
    assert not one.vector.equal(other.vector)


def test_each_window_is_its_own_corner_of_the_picture() -> None:
    """The release takes shifted windows that mix far corners, and glues two into one region."""
    torch.manual_seed(0)
    architecture = tiny("small").architecture
    branch = Acsa(architecture).eval().image
    third, last = torch.rand(1, 128, 6, 4), torch.rand(1, 256, 3, 2)
    names = ("window 1", "window 2", "window 3", "window 4")  # row by row
    corners = [(slice(0, 3), slice(0, 2)), (slice(0, 3), slice(2, 4)), (slice(3, 6), slice(0, 2)),
               (slice(3, 6), slice(2, 4))]  # fmt: skip
    before = embedded(branch, third, last, last.mean((2, 3)))
    for name, (rows, columns) in zip(names, corners, strict=True):
        touched = third.clone()
        touched[:, :, rows, columns] += torch.rand(1, 128, 3, 2) * 5
        after = embedded(branch, touched, last, last.mean((2, 3)))
        assert [architecture.parts[n] for n in changed(before, after)] == [name]


def test_phrases_are_cut_alike_in_training_and_in_use(people: Path, tmp_path: Path) -> None:
    """The release trains with 40 word pieces to a phrase and tests with 24."""
    preset = preset_file(tmp_path, batch=8)
    alone = ["--set", "architecture.text.phrases=alone", "--set", "architecture.text.phrase_longest=3"]
    line = ["--preset", preset, "--data", str(people), "--out", str(tmp_path / "run"), "--steps", "1", *alone]
    assert main(line) == 0
    loaded = load_checkpoint(tmp_path / "run" / "checkpoint.safetensors")
    text = loaded.card.architecture.text
    reader = Reader(loaded.tokenizer, text)
    data = read_dataset(people).split("train")
    training = TrainingSet(data, reader, loaded.card.architecture.image, cache=tmp_path / "cache")
    assert max(len(pieces) for one in training.texts for pieces in one.alone) == 3
    assert training.texts == [reader.read(caption) for caption in data.captions]


def with_test_people(folder: Path, caption: str) -> Path:
    """The tiny data set with four more people in its test split, all described alike."""
    make_people(folder)
    records: list[dict[str, Any]] = json.loads((folder / "reid_raw.json").read_text())
    more = [{**one, "split": "test", "id": 900 + n} for n, one in enumerate(records[:4])]
    told = [{**one, "captions": [caption], "caption_facts": [one["facts"]]} for one in more]
    (folder / "reid_raw.json").write_text(json.dumps([*records, *told]))
    return folder


def test_nothing_is_chosen_on_the_test_people(tmp_path: Path) -> None:
    """The release chooses the weight of its scores and the epoch on the test split."""
    cards = []
    for name, caption in (("one", "a red coat"), ("other", "nothing of this is true, a zebra")):
        folder = tmp_path / name
        folder.mkdir()
        preset = preset_file(tmp_path, batch=8)
        data = with_test_people(folder, caption)
        line = ["--data", str(data), "--out", str(folder / "run"), "--steps", "4"]
        assert main([*line, "--preset", preset]) == 0
        cards.append(load_checkpoint(folder / "run" / "checkpoint.safetensors").card)
    assert cards[0].metrics["split"] == "val"
    assert cards[0].sha256 == cards[1].sha256
    assert cards[0] == replace(cards[1], data=cards[0].data)


def test_the_best_checkpoint_stays_where_later_ones_are_worse(people: Path, tmp_path: Path) -> None:
    """The release deletes the first three files that its folder happens to list."""
    preset, out = preset_file(tmp_path, batch=8), tmp_path / "run"
    line = ["--preset", preset, "--data", str(people), "--out", str(out), "--steps", "4"]
    assert main(line) == 0
    best = (out / "checkpoint.safetensors").read_bytes()
    state = torch.load(out / "last.pt", weights_only=True)
    torch.save({**state, "step": 2, "best": 101.0}, out / "last.pt")
    assert main([*line, "--resume"]) == 0
    assert (out / "checkpoint.safetensors").read_bytes() == best
    assert torch.load(out / "last.pt", weights_only=True)["step"] == 4


def test_every_picture_of_a_batch_comes_with_a_caption_of_its_own(people: Path, tmp_path: Path) -> None:
    """The release attaches captions in reverse order."""
    data = read_dataset(people).split("train")
    more = tuple(replace(one, captions=(*one.captions, f"number {n}"), caption_facts=()) for n, one in
                 enumerate(data.examples))  # fmt: skip
    data = replace(data, examples=more)
    run = Run(tiny("small"), people, tmp_path / "run", tmp_path / "cache", steps=1)
    ready = prepare(run, ALONE)
    training = TrainingSet(data, ready.training.reader, run.preset.architecture.image, cache=run.cache)
    batches = [training.batch(step, ready.sampler, Augment()) for step in range(4)]
    for batch in batches:
        assert data.owners[batch.captions].tolist() == batch.rows.tolist()
    assert len({int(caption) % 2 for batch in batches for caption in batch.captions}) == 2


def test_a_seed_fixes_the_weights_that_a_run_begins_with(people: Path, tmp_path: Path) -> None:
    """The release seeds after its network is built."""
    runs = [
        Run(tiny("small", seed=seed), people, tmp_path, tmp_path / "cache", steps=1) for seed in (1, 1, 2)
    ]
    first, again, other = (prepare(run, ALONE).network.state_dict() for run in runs)
    assert all(first[name].equal(again[name]) for name in first)
    assert not first["attention.image_query.weight"].equal(other["attention.image_query.weight"])


def test_frozen_text_layers_drop_nothing_out(people: Path, tmp_path: Path) -> None:
    """The release leaves dropout on in its frozen BERT."""
    preset = tiny("small", frozen_text_embeddings=True, frozen_text_layers=1)
    run = Run(preset, people, tmp_path / "run", tmp_path / "cache", steps=1)
    ready = prepare(run, ALONE)
    trainer = trainer_of(run, ready)
    trainer.step(0, ready.training, ready.sampler)
    text = ready.network.text
    modes = [text.embeddings().training, *(layer.training for layer in text.layers())]
    assert modes == [False, False, True]


@pytest.mark.parametrize("name", ["paper", "base", "clip"])
def test_pictures_are_standardised_as_the_trunk_was_trained(name: str) -> None:
    """The release gives a Swin trained on ImageNet the mean and deviation of CUHK-PEDES."""
    shape = read_preset(name).architecture.image
    known = get_pretrained_cfg(shape.backbone.removeprefix("timm:"))
    assert known is not None
    wanted: Sequence[tuple[float, ...]] = (tuple(known.mean), tuple(known.std))
    assert (shape.mean, shape.std) == wanted
