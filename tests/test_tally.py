"""The progress of watching, as it is printed."""

from io import StringIO

import pytest
from rich.console import Console

from pipeline.commands.tally import Tally


@pytest.mark.parametrize(("kept", "said"), [(0, "0 people"), (1, "1 person"), (2, "2 people")])
def test_whoever_is_kept_after_the_last_frame_counts_too(kept: int, said: str) -> None:
    printed = StringIO()
    with Tally.shown(Console(file=printed, width=100), seconds=1.0) as tally:
        tally.frame()
        for _ in range(kept):  # in view until the end
            tally.person()
        tally.chunk(1.0)
    assert said in printed.getvalue()
