"""The learning rate over a run."""

import pytest

from models.training.schedule import rate_at


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(step, 100, warm_up=0.1) for step in range(100)]
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert max(rates) == pytest.approx(1)
    assert rates[-1] < 0.02
    stepped = [rate_at(step, 100, warm_up=0, decay_at=(0.4, 0.75)) for step in (0, 39, 40, 80)]
    assert stepped == pytest.approx([1, 1, 0.1, 0.01])
