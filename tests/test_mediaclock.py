"""The time of day of a stream's pictures, from when its packets arrive."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.recording.connection import LostError
from pipeline.recording.mediaclock import MediaClock

WALL = datetime(2026, 3, 1, 16, tzinfo=UTC)


def seconds(clock: MediaClock, media: float) -> float:
    return (clock.wall(media) - WALL).total_seconds()


def test_the_packet_delayed_least_decides() -> None:
    clock = MediaClock(WALL, 100.0)
    for media, steady in [(0.0, 104.0), (2.0, 104.1), (4.0, 104.2), (5.0, 105.9), (6.0, 106.3)]:
        clock.hear(media, steady)  # four seconds come at once: the camera keeps them for whoever connects
    clock.adjust()
    assert seconds(clock, 0.0) == pytest.approx(0.2)
    assert seconds(clock, 10.0) == pytest.approx(10.2)


def test_a_camera_that_runs_fast_is_followed_in_small_steps() -> None:
    clock = MediaClock(WALL, 0.0)
    times = []
    for segment in range(400):
        for packet in range(10):
            media = segment * 10.0 + packet
            clock.hear(media, media * 0.999)
        clock.adjust()
        times.append(seconds(clock, segment * 10.0))
    assert all(0 < later - earlier < 10.06 for earlier, later in pairwise(times))
    assert times[-1] == pytest.approx(3990 * 0.999, abs=0.1)


def test_clocks_that_part_end_the_session() -> None:
    clock = MediaClock(WALL, 0.0)
    clock.hear(0.0, 0.0)
    clock.adjust()
    clock.hear(10.0, 40.0)
    with pytest.raises(LostError, match="30 s late"):
        clock.adjust()


def test_a_segment_without_packets_changes_nothing() -> None:
    clock = MediaClock(WALL, 0.0)
    clock.hear(0.0, 1.0)
    clock.adjust()
    clock.adjust()
    assert clock.wall(0.0) == WALL + timedelta(seconds=1)
