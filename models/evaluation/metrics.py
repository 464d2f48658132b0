"""Ranking measures of person search: R@k, mAP and mINP over the whole gallery, ties against the model."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """How the gallery was ranked for each of q queries."""

    first: NDArray[np.int64]  # (q,) rank of the first right one, from 1
    precision: NDArray[np.float64]  # (q,) average precision, 0..1
    inverse: NDArray[np.float64]  # (q,) right ones / rank of the last right one, 0..1


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Means over queries, percent."""

    r1: float
    r5: float
    r10: float
    map: float
    minp: float


def judge(scores: NDArray[np.floating], true: Bools) -> Judged:
    """Rank the gallery by score for each query.

    AP is the non-interpolated mean of the precision at the rank of every right one; INP is that of the
    hardest right one (Ye et al., Deep Learning for Person Re-identification, TPAMI 2021). Of equal scores the
    wrong ones come first: a constant score earns nothing and the order of the gallery changes nothing.

    Args:
        scores: (q, n) higher is better.
        true: (q, n) what is a right answer to which query.

    Raises:
        ValueError: shapes differ, a score is NaN or a query has no right answer.
    """
    if scores.shape != true.shape or scores.ndim != 2:
        raise ValueError(f"scores are {scores.shape} and their truth is {true.shape}; both must be (q, n)")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN; the network has diverged or was given a broken picture")
    rights = true.sum(axis=1)
    if not rights.all():
        raise ValueError(f"query {int(np.argmin(rights))} has no right answer in the gallery; leave it out")
    order = np.lexsort((true, -scores), axis=1)  # by score, and among equals the wrong ones first
    hit = np.take_along_axis(true, order, axis=1)
    found = hit.cumsum(axis=1)
    rank = np.arange(1, scores.shape[1] + 1)
    last = scores.shape[1] - np.argmax(hit[:, ::-1], axis=1)
    precision = np.sum(hit * (found / rank), axis=1) / rights
    return Judged(np.argmax(hit, axis=1) + 1, precision, rights / last)


def summarise(judged: Iterable[Judged]) -> Retrieval:
    """Average over all queries of all chunks."""
    chunks = list(judged)
    first = np.concatenate([chunk.first for chunk in chunks])
    precision = np.concatenate([chunk.precision for chunk in chunks])
    inverse = np.concatenate([chunk.inverse for chunk in chunks])
    # fsum is exact, so not even the last digit depends on the order of the queries
    r1, r5, r10, mean, hardest = (
        100 * math.fsum(values.tolist()) / len(first)
        for values in (*(first <= k for k in (1, 5, 10)), precision, inverse)
    )
    return Retrieval(r1, r5, r10, mean, hardest)


def auroc(present: ArrayLike, absent: ArrayLike) -> float:
    """The chance that a query with an answer has a higher best score than one without; equal counts half.

    Args:
        present: (p,) best score of each query that has an answer.
        absent: (a,) best score of each query that has none.
    """
    high, low = np.asarray(present, dtype=np.float64), np.sort(np.asarray(absent, dtype=np.float64))
    if not high.size or not low.size:
        raise ValueError("AUROC needs at least one query with an answer and one without")
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.mean() / (2 * low.size))


@dataclass(frozen=True, slots=True)
class Spread:
    """The same measurement under several seeds."""

    mean: Retrieval
    deviation: Retrieval  # sample standard deviation


def over_seeds(results: Sequence[Retrieval]) -> Spread:
    """Mean and deviation of at least two runs that differ in their seed only."""
    if len(results) < 2:
        raise ValueError(f"a deviation needs at least two seeds; there is {len(results)}")
    table = np.array([astuple(result) for result in results])  # (seeds, 5)
    return Spread(Retrieval(*table.mean(axis=0).tolist()), Retrieval(*table.std(axis=0, ddof=1).tolist()))
