"""The terms of a batch's loss, and what they take for true."""

from dataclasses import replace
from pathlib import Path

import torch

from models.data.dataset import read_dataset
from models.training.augment import Augment
from models.training.batches import ALONE, TrainingSet
from models.training.objective import Truth, phrase_truth
from models.training.run import Run, prepare
from tests.tiny_training import make_people, tiny, trainer_of


def test_short_descriptions_match_all_they_are_true_of(tmp_path: Path) -> None:
    data = read_dataset(make_people(tmp_path)).split("train")
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


def test_a_contrary_description_goes_with_its_picture_and_trains(tmp_path: Path) -> None:
    people = make_people(tmp_path)
    run = Run(tiny("small", contrary=1.0), people, tmp_path / "run", tmp_path / "cache", steps=2)
    ready = prepare(run, ALONE)
    data = ready.training.data
    every_second = tuple(
        replace(one, contrary=(f"wrong {n} coat",) if n % 2 else ()) for n, one in enumerate(data.examples)
    )
    reader = ready.training.reader
    training = TrainingSet(
        replace(data, examples=every_second), reader, run.preset.architecture.image, cache=run.cache
    )
    batch = training.batch(0, ready.sampler, Augment(), contrary=1.0)
    owners = batch.rows[batch.contrary.numpy()]
    assert set(owners.tolist()) == {row for row in batch.rows.tolist() if row % 2}
    told = [reader.read(f"wrong {row} coat").pieces for row in owners]
    for pieces, numbers in zip(told, batch.texts.sentence.numbers[len(batch.rows) :], strict=True):
        assert tuple(numbers[: len(pieces)].tolist()) == pieces
    assert len(training.batch(0, ready.sampler, Augment()).contrary) == 0
    terms = trainer_of(run, ready).step(0, training, ready.sampler)
    assert all(value == value for value in terms.values())
