"""Ranking measures against values worked out by hand and by a plain independent loop."""

import numpy as np
import pytest

from models.evaluation.metrics import Retrieval, auroc, judge, over_seeds, summarise


def test_one_query_by_hand() -> None:
    scores = np.array([[0.9, 0.8, 0.7, 0.6, 0.5]])
    true = np.array([[False, True, False, True, False]])
    judged = judge(scores, true)
    assert judged.first.tolist() == [2]
    assert judged.precision.tolist() == pytest.approx([(1 / 2 + 2 / 4) / 2])
    assert judged.inverse.tolist() == pytest.approx([2 / 4])
    assert summarise([judged]) == Retrieval(r1=0, r5=100, r10=100, map=50, minp=50)


def test_two_queries_by_hand() -> None:
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 3.0, 2.0]])
    true = np.array([[True, False, True], [True, False, False]])
    result = summarise([judge(scores, true)])
    assert result.r1 == pytest.approx(50)
    assert result.map == pytest.approx(100 * ((1 + 2 / 3) / 2 + 1 / 3) / 2)
    assert result.minp == pytest.approx(100 * (2 / 3 + 1 / 3) / 2)


def test_ties_count_against_the_model() -> None:
    judged = judge(np.zeros((1, 4)), np.array([[True, False, False, True]]))
    assert judged.first.tolist() == [3]
    assert judged.precision.tolist() == pytest.approx([(1 / 3 + 2 / 4) / 2])


def test_the_order_of_the_gallery_changes_nothing() -> None:
    rng = np.random.default_rng(7)
    scores = rng.integers(0, 4, (20, 50)).astype(np.float32)  # full of ties
    true = rng.random((20, 50)) < 0.1
    true[:, 0] = True
    result = summarise([judge(scores, true)])
    for _ in range(5):
        shuffled = rng.permutation(50)
        assert summarise([judge(scores[:, shuffled], true[:, shuffled])]) == result


def test_chunks_of_queries_give_the_same_as_all_at_once() -> None:
    rng = np.random.default_rng(8)
    scores, true = rng.random((30, 40)), np.eye(30, 40, dtype=bool)
    chunks = (judge(scores[n : n + 7], true[n : n + 7]) for n in range(0, 30, 7))
    assert summarise(chunks) == summarise([judge(scores, true)])


def test_against_a_plain_loop() -> None:
    rng = np.random.default_rng(9)
    scores = rng.integers(0, 6, (15, 12)).astype(float)
    true = rng.random((15, 12)) < 0.3
    true[:, 3] = True
    judged = judge(scores, true)
    for q in range(15):
        ranked = sorted(zip(scores[q], true[q], strict=True), key=lambda item: (-item[0], item[1]))
        ranks = [n for n, (_, right) in enumerate(ranked, start=1) if right]
        assert judged.first[q] == ranks[0]
        assert judged.precision[q] == pytest.approx(np.mean([k / n for k, n in enumerate(ranks, start=1)]))
        assert judged.inverse[q] == pytest.approx(len(ranks) / ranks[-1])


@pytest.mark.parametrize(
    ("scores", "true", "message"),
    [
        (np.zeros((1, 2)), np.ones((2, 1), dtype=bool), "must be"),
        (np.array([[np.nan, 1.0]]), np.ones((1, 2), dtype=bool), "NaN"),
        (np.zeros((2, 2)), np.array([[True, False], [False, False]]), "query 1 has no right answer"),
    ],
)
def test_what_cannot_be_judged(scores: np.ndarray, true: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judge(scores, true)


def test_auroc() -> None:
    assert auroc([3, 4], [1, 2]) == 1
    assert auroc([1, 2], [3, 4]) == 0
    assert auroc([1, 1], [1]) == 0.5
    assert auroc([2, 0, 1], [1, 0]) == pytest.approx((2 + 0.5 + 1.5) / 6)
    with pytest.raises(ValueError, match="one without"):
        auroc([1], [])


def test_over_seeds() -> None:
    spread = over_seeds([Retrieval(10, 20, 30, 40, 50), Retrieval(12, 20, 36, 40, 50)])
    assert spread.mean == Retrieval(11, 20, 33, 40, 50)
    assert spread.deviation.r1 == pytest.approx(2**0.5)
    assert spread.deviation.map == 0
    with pytest.raises(ValueError, match="two seeds"):
        over_seeds([Retrieval(1, 1, 1, 1, 1)])
