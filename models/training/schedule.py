"""The learning rate over a run, as a share of its peak."""

import math
from collections.abc import Sequence


def rate_at(step: int, steps: int, *, warm_up: float, decay_at: Sequence[float] | None = None) -> float:
    """Share of the peak rate at `step` of `steps`.

    Rises evenly over the first `warm_up` share of the run, then falls as a cosine to a hundredth, or to a
    tenth at each of the shares `decay_at`.
    """
    rise = warm_up * steps
    if step < rise:
        return (step + 1) / (rise + 1)
    if decay_at is not None:
        return 0.1 ** sum(step >= share * steps for share in decay_at)
    done = (step - rise) / max(1.0, steps - rise)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, done))) / 2
