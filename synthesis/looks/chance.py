"""Weighted draws."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def draw(rng: np.random.Generator, odds: Mapping[T, float]) -> T:
    """One key, by weights of any sum. Raises ValueError where all are zero or there are none."""
    total = sum(odds.values())
    if total <= 0.0:
        raise ValueError("Nothing to draw from: give at least one option a weight above zero.")
    left = float(rng.random()) * total
    for option, weight in odds.items():
        left -= weight
        if left < 0.0:
            return option
    return [option for option, weight in odds.items() if weight > 0.0][-1]  # left over by rounding
