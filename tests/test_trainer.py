"""One optimiser step at a time: what is trained, and what is not."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.acsa.backbone import YoloTrunk
from models.training.batches import ALONE
from models.training.run import Run, prepare
from tests.tiny_training import make_people, tiny, trainer_of


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_people(tmp_path_factory.mktemp("people"))


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
    trainer = trainer_of(run, ready)
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
