"""The re-ranking benchmark: its loop and the product's way agree, and both are timed."""

import pytest
import torch

from bench.rerank import by_caption, race
from models.acsa.attention import CrossAttention, local_score


@pytest.mark.parametrize("local", ["i2t", "t2i", "mean"])
def test_the_loop_over_captions_gives_the_scores_of_all_pairs_at_once(local: str) -> None:
    torch.manual_seed(0)
    attention = CrossAttention(16, 8)
    parts, phrases = torch.randn(5, 7, 16), torch.randn(3, 4, 16)
    present = torch.ones(3, 4, dtype=torch.bool)
    with torch.no_grad():
        expected = local_score(attention(parts, phrases, present), local)
        found = by_caption(attention.image(parts), attention.text(phrases), local)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_a_race_tells_the_ratio_and_that_the_scores_agree() -> None:
    run = race(images=4, captions=3)
    assert run.ratio == run.loop / run.ours > 0
    assert run.difference < 1e-5
