"""Losses against the published equations, written out as loops."""

import math

import numpy as np
import pytest
import torch

from models.acsa.losses import Cmpc, PhraseTruth, cmpm, contrastive, nce, sdm, targets

RNG = np.random.default_rng(0)
IMAGE = RNG.normal(size=(6, 8)).astype(np.float32)
TEXT = RNG.normal(size=(6, 8)).astype(np.float32)
IDENTITY = np.array([0, 0, 1, 2, 2, 2])
MATCH = IDENTITY[:, None] == IDENTITY[None]


def softmax(row: list[float]) -> list[float]:
    raised = [math.exp(value - max(row)) for value in row]
    return [value / sum(raised) for value in raised]


def kl(logits: list[list[float]], match: np.ndarray, *, released: bool) -> float:
    """Mean over rows of sum p (log p - log(q + 1e-8)), q shared out among the matches."""
    total = 0.0
    for row, true in zip(logits, match, strict=True):
        share = math.sqrt(true.sum()) if released else float(true.sum())
        guess = softmax(row)
        total += sum(p * (math.log(p) - math.log(t / share + 1e-8)) for p, t in zip(guess, true, strict=True))
    return total / len(logits)


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("released", [False, True])
def test_cmpm_follows_the_equations(released: bool) -> None:
    onto_text = [[float(i @ unit(t)) for t in TEXT] for i in IMAGE]
    onto_image = [[float(t @ unit(i)) for i in IMAGE] for t in TEXT]
    expected = kl(onto_text, MATCH, released=released) + kl(onto_image, MATCH.T, released=released)
    found = cmpm(torch.tensor(IMAGE), torch.tensor(TEXT), torch.tensor(MATCH), released=released)
    assert found.item() == pytest.approx(expected, abs=1e-5)


def test_cmpc_follows_the_equations() -> None:
    torch.manual_seed(0)
    loss = Cmpc(8, 3)
    weight = loss.weight.detach().numpy()
    expected = 0.0
    for i, t, who in zip(IMAGE, TEXT, IDENTITY, strict=True):
        for one, other in ((i, t), (t, i)):
            projected = float(one @ unit(other)) * unit(other)
            logits = [float(projected @ unit(weight[:, c])) for c in range(3)]
            expected -= math.log(softmax(logits)[who]) / len(IDENTITY)
    found = loss(torch.tensor(IMAGE), torch.tensor(TEXT), torch.tensor(IDENTITY))
    assert found.item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("released", [False, True])
def test_the_contrastive_loss_follows_the_equations(released: bool) -> None:
    scores = RNG.uniform(-1, 1, (6, 6)).astype(np.float32)
    rows, columns = (20 * scores).tolist(), (20 * scores.T).tolist()
    expected = kl(rows, MATCH, released=released) + kl(columns, MATCH.T, released=released)
    found = contrastive(torch.tensor(scores), torch.tensor(MATCH), released=released)
    assert found.item() == pytest.approx(expected, abs=1e-4, rel=1e-5)


def test_sdm_follows_the_equations() -> None:
    logits = [[float(unit(i) @ unit(t)) / 0.02 for t in TEXT] for i in IMAGE]
    expected = kl(logits, MATCH, released=False) + kl(np.array(logits).T.tolist(), MATCH.T, released=False)
    found = sdm(torch.tensor(IMAGE), torch.tensor(TEXT), torch.tensor(MATCH), 0.02)
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_nce_follows_the_equations() -> None:
    scores = RNG.uniform(-1, 1, (4, 5)).astype(np.float32)
    match = RNG.random((4, 5)) < 0.5
    match[np.arange(4), np.arange(4)] = match[0, 4] = True
    expected = 0.0
    for some, true in ((scores, match), (scores.T, match.T)):
        rows = [
            sum(-math.log(p) for p, t in zip(softmax((row / 0.05).tolist()), hit, strict=True) if t)
            / hit.sum()
            for row, hit in zip(some, true, strict=True)
        ]
        expected += sum(rows) / len(rows)
    found = nce(torch.tensor(scores), torch.tensor(match), 0.05)
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_targets_sum_to_one_where_the_release_did_not() -> None:
    match = torch.tensor(MATCH)
    torch.testing.assert_close(targets(match).sum(1), torch.ones(6))
    assert float(targets(match, released=True)[5].sum()) == pytest.approx(math.sqrt(3))


def test_a_small_cmpm_is_not_dropped() -> None:
    image = torch.eye(4) * 7
    loss = cmpm(image.requires_grad_(), torch.eye(4) * 7, torch.eye(4, dtype=torch.bool))
    assert 0 < loss.item() < 0.5
    loss.backward()
    assert image.grad is not None
    assert image.grad.any()


def test_the_released_cut_is_an_option() -> None:
    """Everything of the release at once: its targets, and no CMPM below one half."""
    torch.manual_seed(0)
    match = torch.eye(4, dtype=torch.bool)
    small, large = torch.eye(4) * 7, torch.randn(4, 4)
    assert float(cmpm(small, small, match)) > float(cmpm(small, small, match, released=True)) == 0
    assert float(cmpm(large, -large, match, released=True)) == float(cmpm(large, -large, match)) > 0.5


def test_rows_without_a_match_say_nothing() -> None:
    scores = torch.tensor([[0.5, 0.1], [0.2, 0.9]])
    match = torch.tensor([[True, False], [False, False]])
    told = contrastive(scores, match)
    assert bool(told.isfinite())
    assert float(nce(scores, torch.zeros(2, 2, dtype=torch.bool), 0.05)) == 0


def test_several_matches_of_one_description_share_the_target() -> None:
    match = torch.tensor(
        [[True, True], [True, False], [False, True]]
    )  # description 0 is true of two pictures
    good = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])
    identity_only = torch.tensor([[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0]])
    assert float(nce(good, match, 0.1)) < float(nce(identity_only, match, 0.1))


def test_phrase_truth_counts_known_cells_only() -> None:
    loss = PhraseTruth()
    scores = torch.tensor([[[0.9, -0.9]]], requires_grad=True)
    known = torch.tensor([[[True, False]]])
    value = loss(scores, torch.tensor([[[True, True]]]), known)
    value.backward()
    expected = math.log1p(math.exp(-(10 * 0.9 - 5)))
    assert value.item() == pytest.approx(expected, rel=1e-4)
    assert scores.grad is not None
    assert float(scores.grad[0, 0, 1]) == 0
    assert loss(scores, known, torch.zeros_like(known)).item() == 0


def test_a_contrary_description_is_one_more_column_for_its_picture_alone() -> None:
    scores, match = torch.tensor([[0.9, 0.2], [0.1, 0.8]]), torch.eye(2, dtype=torch.bool)
    found = nce(scores, match, 0.5, contrary=(torch.tensor([1]), torch.tensor([0.6])))
    first = -torch.log_softmax(scores[0] / 0.5, 0)[0]
    second = -torch.log_softmax(torch.tensor([0.1, 0.8, 0.6]) / 0.5, 0)[1]
    columns = -torch.log_softmax(scores / 0.5, 0).diagonal().mean()
    torch.testing.assert_close(found, (first + second) / 2 + columns)


def test_contrary_descriptions_are_pushed_away_without_nan() -> None:
    scores = torch.zeros(3, 3, requires_grad=True)
    wrong = torch.zeros(1, requires_grad=True)
    nce(scores, torch.eye(3, dtype=torch.bool), 0.1, contrary=(torch.tensor([2]), wrong)).backward()
    assert scores.grad is not None
    assert wrong.grad is not None
    assert bool(scores.grad.isfinite().all())
    assert float(wrong.grad) > 0
