"""The terms of a batch's loss, and what they take for true."""

from dataclasses import replace
from pathlib import Path

import torch

from models.data.dataset import read_dataset
from models.training.objective import Truth, phrase_truth
from tests.tiny_training import make_people


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
