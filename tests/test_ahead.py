"""Decoding ahead: the same frames in the same order, faults in their place, and an end when nobody asks."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np
import pytest

from pipeline.footage.ahead import ahead
from pipeline.footage.sources import SourceError
from pipeline.types import Frame

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def frame(number: int) -> Frame:
    return Frame("gate", BEGAN + timedelta(seconds=number), np.zeros((1, 1, 3), np.uint8))


def threads() -> int:
    return sum(thread.name.startswith("decode") for thread in threading.enumerate())


def test_the_same_frames_come_in_the_same_order_out_of_one_other_thread() -> None:
    made_in = set()

    def made() -> Iterator[Frame]:
        for number in range(50):
            made_in.add(threading.get_ident())
            yield frame(number)

    assert [one.taken for one in ahead(made(), 3)] == [frame(number).taken for number in range(50)]
    assert len(made_in) == 1
    assert threading.get_ident() not in made_in
    assert threads() == 0


def test_what_goes_wrong_is_raised_behind_the_frames_before_it() -> None:
    def made() -> Iterator[Frame]:
        yield from map(frame, range(5))
        raise SourceError("gate.mp4 cannot be opened any more")

    frames = ahead(made(), 3)
    assert [next(frames).taken for _ in range(5)] == [frame(number).taken for number in range(5)]
    with pytest.raises(SourceError, match="cannot be opened any more"):
        next(frames)
    assert threads() == 0


@pytest.mark.parametrize("most", [1, 4])
def test_no_more_are_made_than_may_wait_and_none_once_it_is_closed(most: int) -> None:
    made, enough = list[int](), threading.Event()

    def endless() -> Iterator[Frame]:
        for number in count():
            made.append(number)
            if number == most:
                enough.set()
            yield frame(number)

    frames = ahead(endless(), most)
    next(frames)
    assert enough.wait(10)
    assert not threading.Event().wait(0.1)
    assert len(made) == most + 1
    frames.close()
    assert threads() == 0
    assert len(made) == most + 1
