"""From a score to a probability, and the share of cross-attention in a score: both chosen on validation
data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.metrics import judge, summarise
from models.types import Floats

Bools = NDArray[np.bool_]
SHARES = np.linspace(0, 1, 21)
SEEN = 5  # best candidates of a search that count as seen
GALLERY = 100  # people of one search


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = 1 / (1 + exp(-(scale * score + offset))): Platt, 1999."""

    scale: float
    offset: float
    threshold: float  # probability of the best candidate below which nobody matches
    phrase_scale: float  # the same curve for one phrase and one picture
    phrase_offset: float
    excluded: tuple[float, float] | None = None  # scale, offset of what is shut out; None: as any phrase

    def __post_init__(self) -> None:
        if self.excluded is not None:
            object.__setattr__(self, "excluded", tuple(self.excluded))

    def probability(self, score: Floats) -> Floats:
        """Probabilities 0..1 in the shape of `score`."""
        return logistic(self.scale * score + self.offset)

    def agreement(self, score: Floats) -> Floats:
        """How likely a phrase is true of a picture, 0..1, in the shape of `score`."""
        return logistic(self.phrase_scale * score + self.phrase_offset)

    def absence(self, score: Floats) -> Floats:
        """How likely a thing that is shut out is not there, 0..1, by the score of the truest of its kinds."""
        scale, offset = self.excluded or (self.phrase_scale, self.phrase_offset)
        return logistic(-(scale * score + offset))


UNFITTED = Calibration(1.0, 0.0, 0.5, 1.0, 0.0)


def logistic(logit: Floats) -> Floats:
    """1 / (1 + exp(-logit))"""
    return (1 / (1 + np.exp(-np.clip(logit, -60, 60)))).astype(np.float32)


def choose_weight(nearness: Floats, local: Floats, match: Bools) -> tuple[float, float]:
    """The share w of (1 - w) nearness + w local with the best mAP, and that mAP in percent.

    All are (n_img, n_txt). Of equal shares the smallest wins: cross-attention has to earn its place.
    """
    results = [(w, summarise([judge(((1 - w) * nearness + w * local).T, match.T)]).map) for w in SHARES]
    weight, value = max(results, key=lambda one: (round(one[1], 6), -one[0]))
    return float(weight), value


def calibrate(
    total: Floats,
    match: Bools,
    *,
    phrase: tuple[float, float],
    excluded: tuple[float, float] | None = None,
    seed: int = 0,
) -> Calibration:
    """Fit probability and threshold on what a searcher sees.

    Every description searches a random gallery, as its people come, with everybody it is true of; and once
    more without them. The best candidates of both searches and whether they are right make the pairs; right
    and wrong ones weigh the same. The threshold parts the best candidates of the two kinds of search with the
    fewest errors.

    Args:
        total: (n_img, n_txt) scores.
        match: (n_img, n_txt) truth.
        phrase: the curve of single phrases, from `fit_platt`.
        excluded: the curve of things that are shut out; None where nobody knows who has them.
    """
    rng = np.random.default_rng(seed)
    n = len(total)
    scores, truth = list[NDArray[np.floating]](), list[Bools]()
    present, absent = list[float](), list[float]()
    for text in range(total.shape[1]):
        everybody = rng.permutation(n)[:GALLERY]
        strangers = everybody[~match[everybody, text]]
        if not 0 < len(strangers) < len(everybody):
            continue
        for gallery, bests in ((everybody, present), (strangers, absent)):
            best = gallery[np.argsort(-total[gallery, text])[:SEEN]]
            scores.append(total[best, text])
            truth.append(match[best, text])
            bests.append(float(total[best[0], text]))
    if not present:
        raise ValueError(
            "every description is true of everybody or nobody: calibration needs both kinds of people"
        )
    scale, offset = fit_platt(np.concatenate(scores), np.concatenate(truth))
    cut = best_cut(np.array(present), np.array(absent))
    threshold = float(logistic(np.array([scale * cut + offset], dtype=np.float32))[0])
    return Calibration(scale, offset, threshold, *phrase, excluded)


def fit_platt(
    scores: NDArray[np.floating], truth: Bools, weight: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Scale and offset of a logistic curve by Newton's method; by default both classes weigh the same."""
    x = np.stack([scores.astype(np.float64), np.ones(len(scores))], axis=1)
    if weight is None:
        weight = np.where(truth, 0.5 / max(1, truth.sum()), 0.5 / max(1, (~truth).sum()))
    line = np.zeros(2)
    # A tiny ridge keeps the curve finite where the classes are separable.
    ridge = np.diag([1e-4, 1e-6])
    for _ in range(100):
        guess = 1 / (1 + np.exp(-np.clip(x @ line, -60, 60)))  # in float64, unlike `logistic`
        slope = x.T @ (weight * (guess - truth)) + ridge @ line
        curve = (x * (weight * guess * (1 - guess))[:, None]).T @ x + ridge
        step = np.linalg.solve(curve, slope)
        line -= step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-9:
            break
    return float(line[0]), float(line[1])


def best_cut(present: NDArray[np.floating], absent: NDArray[np.floating]) -> float:
    """The score that parts the two with the fewest errors, each kind weighing the same."""
    edges = np.unique(np.concatenate([present, absent]))
    middles = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2])
    kept = 1 - np.searchsorted(np.sort(present), middles) / len(present)
    refused = np.searchsorted(np.sort(absent), middles) / len(absent)
    return float(middles[np.argmax(kept + refused)])
