"""Contact sheets: of the size that their cards need, whatever the crops."""

import numpy as np
import pytest

from pipeline.commands.sheet import CARD, MARGIN, Card, contact_sheet
from pipeline.types import Reason


def card(height: int, width: int) -> Card:
    reasons = (
        Reason("red jacket", "upper body", 0.8, 0.9),
        Reason("a very long phrase " * 5, "head", 0.1, 0.1),
    )
    return Card(np.full((height, width, 3), (200, 30, 30), np.uint8), "1   90%", ("gate", "12:00"), reasons)


@pytest.mark.parametrize("size", [(1, 1), (300, 20), (20, 300), (128, 64)])
def test_every_crop_is_drawn_whatever_its_shape(size: tuple[int, int]) -> None:
    sheet = contact_sheet("red jacket", [card(*size)])
    assert (sheet == (200, 30, 30)).all(axis=2).any()


def test_rows_grow_with_the_cards() -> None:
    one, five = (contact_sheet("red", [card(128, 64)] * count) for count in (1, 5))
    assert five.shape[0] - one.shape[0] == CARD[1] + MARGIN
    assert five.shape[1] == 4 * (CARD[0] + MARGIN) + MARGIN


def test_an_empty_answer_still_says_what_was_asked() -> None:
    sheet = contact_sheet("purple trousers", [], notice="Nobody matches.")
    assert sheet.min() < 100  # there is writing on it
