"""The terms of a batch's loss, and what they take for true."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.acsa.tokens import Reader
from models.data.dataset import read_dataset
from models.training.augment import Augment
from models.training.batches import ALONE, TrainingSet
from models.training.run import Run, check, prepare
from tests.tiny_training import make_people, tiny, trainer_of


def test_what_phrases_claim_is_true_of_all_that_fit(tmp_path: Path) -> None:
    data = read_dataset(make_people(tmp_path)).split("train")
    claims = frozenset({"top.colour=red", "top.kind=jacket", "trousers.colour=red", "trousers.kind=trousers"})
    red = data.examples[0].facts
    dressed = [
        replace(
            one, facts=claims if one.facts == red else frozenset({"top.kind=jacket", "trousers.colour=red"})
        )
        for one in data.examples
    ]
    dressed[0] = replace(dressed[0], captions=("red jacket and red trousers",), caption_facts=(claims,))
    data = replace(
        data,
        examples=tuple(
            replace(one, caption_facts=one.caption_facts and (one.facts,)) if n else one
            for n, one in enumerate(dressed)
        ),
    )
    true, known = data.phrases_true(
        np.array([0, 0]), np.arange(32), [("red jacket", "red trousers"), ("red", "jacket", "no jacket")]
    )
    assert known.tolist() == [[True, True, False], [False, True, False]]
    assert true[:, 0, 0].sum() == sum(one.facts == claims for one in data.examples)
    assert true[:, 1, 1].all()
    assert not true[:, ~known].any()


def test_what_is_shut_out_has_a_curve_where_it_is_known_who_has_it(tmp_path: Path) -> None:
    run = Run(tiny("small"), make_people(tmp_path), tmp_path / "run", tmp_path / "cache", steps=1)
    ready = prepare(run, ALONE)
    people = ready.training.data
    assert check(ready.network, ready.training).calibration.excluded is None
    capped = tuple(
        replace(one, facts=one.facts | {"headwear.kind=cap"} if n % 2 else one.facts)
        for n, one in enumerate(people.examples)
    )
    shape = ready.network.architecture.image
    reader = Reader(ready.tokenizer, ready.network.architecture.text)
    known = TrainingSet(replace(people, examples=capped), reader, shape, cache=tmp_path / "cache")
    fitted = check(ready.network, known).calibration.excluded
    assert fitted is not None
    assert np.isfinite(fitted).all()


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
