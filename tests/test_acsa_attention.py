"""Cross-attention against the published equations, written out as loops."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from models.acsa.attention import CrossAttention, Mapped, compare


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def attend(
    queries: np.ndarray, sources: np.ndarray, source_values: np.ndarray, own_values: np.ndarray
) -> list[float]:
    """Per query: the cosine of its own value with what it attends to among the sources."""
    cosine = [[float(unit(q) @ unit(s)) for s in sources] for q in queries]
    leaky = [[c if c > 0 else 0.1 * c for c in row] for row in cosine]
    for j in range(len(sources)):  # normalise along the queries
        length = math.sqrt(sum(leaky[i][j] ** 2 for i in range(len(queries)))) + 1e-8
        for i in range(len(queries)):
            leaky[i][j] /= length
    scores = []
    for i in range(len(queries)):
        raised = [math.exp(20 * value) for value in leaky[i]]
        attended = sum(
            (raised[j] / sum(raised) * source_values[j] for j in range(len(sources))),
            np.zeros(source_values.shape[1]),
        )
        scores.append(float(unit(attended) @ unit(own_values[i])))
    return scores


@pytest.fixture
def sides() -> tuple[Mapped, Mapped, Tensor]:
    """5 pictures of 7 parts and 4 descriptions of up to 6 phrases."""
    torch.manual_seed(0)
    image = Mapped(torch.nn.functional.normalize(torch.randn(5, 7, 12), dim=-1), torch.randn(5, 7, 12))
    text = Mapped(torch.nn.functional.normalize(torch.randn(4, 6, 12), dim=-1), torch.randn(4, 6, 12))
    present = torch.arange(6)[None] < torch.tensor([[6], [1], [3], [5]])
    return image, text, present


def test_both_directions_follow_the_equations(sides: tuple[Mapped, Mapped, Tensor]) -> None:
    image, text, present = sides
    found = compare(image, text, present)
    for n in range(5):
        for m in range(4):
            k = int(present[m].sum())
            query, value = image.ask[n].numpy(), image.value[n].numpy()
            key, own = text.ask[m, :k].numpy(), text.value[m, :k].numpy()
            i2t = attend(query, key, own, value)
            t2i = attend(key, query, value, own)
            assert float(found.i2t[n, m]) == pytest.approx(np.mean(i2t), abs=1e-5)
            assert float(found.t2i[n, m]) == pytest.approx(np.mean(t2i), abs=1e-5)
            assert found.phrases[n, m, :k].tolist() == pytest.approx(t2i, abs=1e-5)


def test_without_sharpness_all_sources_weigh_alike(sides: tuple[Mapped, Mapped, Tensor]) -> None:
    image, text, present = sides
    found = compare(image, text, present, sharpness=0)
    for n, m in ((0, 0), (4, 2)):
        k = int(present[m].sum())
        value, own = image.value[n].numpy(), text.value[m, :k].numpy()
        i2t = [float(unit(one) @ unit(own.mean(0))) for one in value]
        t2i = [float(unit(one) @ unit(value.mean(0))) for one in own]
        assert float(found.i2t[n, m]) == pytest.approx(np.mean(i2t), abs=1e-5)
        assert float(found.t2i[n, m]) == pytest.approx(np.mean(t2i), abs=1e-5)


def test_a_single_part_unlike_every_phrase_still_has_a_score() -> None:
    """Every weight is exp(-sharpness) then: too small to be lost."""
    image = Mapped(torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.6, 0.8]]]))
    text = Mapped(torch.tensor([[[-1.0, 0.0], [-1.0, 0.0]]]), torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    for sharpness in (20, 30):
        found = compare(image, text, torch.ones(1, 2, dtype=torch.bool), sharpness=sharpness)
        assert float(found.i2t) == pytest.approx(1.4 / 2**0.5, abs=1e-5)


def test_padding_changes_nothing(sides: tuple[Mapped, Mapped, Tensor]) -> None:
    image, text, present = sides
    scrambled = Mapped(*(torch.where(present[..., None], one, 100 * torch.randn_like(one)) for one in text))
    wider = Mapped(*(torch.cat([one, torch.randn(4, 3, 12)], dim=1) for one in scrambled))
    more = torch.cat([present, torch.zeros(4, 3, dtype=torch.bool)], dim=1)
    before, after = compare(image, text, present), compare(image, wider, more)
    torch.testing.assert_close(before.i2t, after.i2t)
    torch.testing.assert_close(before.t2i, after.t2i)
    assert not after.phrases[:, 1, 1:].any()


def test_a_phrase_key_does_not_depend_on_its_companions() -> None:
    torch.manual_seed(0)
    attention = CrossAttention(16, 8)
    phrases = torch.randn(1, 5, 16)
    together, alone = attention.text(phrases).ask[:, :1], attention.text(phrases[:, :1]).ask
    torch.testing.assert_close(together, alone)


def test_gradients_stay_finite_with_padding() -> None:
    torch.manual_seed(0)
    attention = CrossAttention(16, 8)
    parts = torch.randn(3, 4, 16, requires_grad=True)
    phrases = torch.zeros(2, 5, 16)
    phrases[0, :2] = torch.randn(2, 16)
    phrases[1, 0] = torch.randn(16)
    phrases.requires_grad_()
    present = torch.tensor([[True, True, False, False, False], [True, False, False, False, False]])
    found = attention(parts, phrases, present)
    (found.i2t.sum() + found.t2i.sum()).backward()
    assert parts.grad is not None
    assert parts.grad.isfinite().all()
    assert phrases.grad is not None
    assert phrases.grad.isfinite().all()
    assert not phrases.grad[0, 2:].any()
