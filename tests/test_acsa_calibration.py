"""The weight, the probability and the threshold that validation data give."""

import numpy as np
import pytest

from models.acsa.calibration import Calibration, best_cut, calibrate, choose_weight, fit_platt

RNG = np.random.default_rng(0)
MATCH = np.repeat(np.eye(40, dtype=bool), 2, axis=0)  # (80, 40)


def noisy(spread: float) -> np.ndarray:
    return (MATCH * 0.5 + spread * RNG.normal(size=MATCH.shape)).astype(np.float32)


def test_the_weight_goes_to_the_score_that_ranks_better() -> None:
    good, bad = noisy(0.1), noisy(5.0)
    assert choose_weight(good, bad, MATCH)[0] < 0.2
    assert choose_weight(bad, good, MATCH)[0] > 0.8


def test_cross_attention_that_changes_nothing_gets_no_weight() -> None:
    good = noisy(0.1)
    assert choose_weight(good, good, MATCH)[0] == 0


def test_platt_recovers_the_curve_that_made_the_truth() -> None:
    scores = RNG.uniform(-1, 1, 40000)
    truth = RNG.random(40000) < 1 / (1 + np.exp(-6 * scores))
    assert fit_platt(scores, truth) == pytest.approx((6, 0), abs=0.3)


def test_platt_stays_finite_where_a_cut_parts_the_classes() -> None:
    scale, offset = fit_platt(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert np.isfinite([scale, offset]).all()
    assert scale * 0.8 + offset > 0 > scale * 0.2 + offset


def test_the_threshold_parts_the_present_from_the_absent() -> None:
    fitted = calibrate(noisy(0.1), MATCH, phrase=(1.0, 0.0))
    low, high = fitted.probability(np.array([0.2, 0.6], dtype=np.float32))
    assert low < fitted.threshold < high
    assert high - low > 0.5


def test_everybody_whom_a_description_is_true_of_is_in_the_gallery() -> None:
    total = noisy(0.2)
    best, truth = list[np.ndarray](), list[np.ndarray]()
    for mine, true in zip(total.T, MATCH.T, strict=True):
        for people in (np.arange(len(mine)), np.flatnonzero(~true)):  # all 80 of them fit
            five = people[np.argsort(-mine[people])[:5]]
            best.append(mine[five])
            truth.append(true[five])
    fitted = calibrate(total, MATCH, phrase=(1.0, 0.0))
    expected = fit_platt(np.concatenate(best), np.concatenate(truth))
    assert (fitted.scale, fitted.offset) == pytest.approx(expected, rel=1e-6)


def test_calibration_needs_people_of_both_kinds() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        calibrate(noisy(0.1), np.ones_like(MATCH), phrase=(1.0, 0.0))


def test_the_best_cut_makes_the_fewest_errors() -> None:
    present, absent = np.array([0.4, 0.6, 0.7]), np.array([0.1, 0.2, 0.5])
    cut = best_cut(present, absent)
    errors = (present < cut).sum() + (absent >= cut).sum()
    assert errors == 1


def test_phrases_have_a_curve_of_their_own() -> None:
    half = np.array([0.5], dtype=np.float32)
    assert Calibration(1.0, 0.0, 0.5, 4.0, -2.0).absence(half) == pytest.approx(0.5)  # as any phrase
    assert Calibration(1.0, 0.0, 0.5, 4.0, -2.0, (8.0, -2.0)).absence(half) < 0.2
    found = Calibration(1.0, 0.0, 0.5, 4.0, -2.0).agreement(half)
    assert found.tolist() == [0.5]
