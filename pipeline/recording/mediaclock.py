"""At what time of day a stream's pictures were taken."""

from datetime import datetime, timedelta
from math import inf

from pipeline.recording.connection import LostError

_STEP = 0.05  # seconds that times of day are moved at a border of segments, at most
_APART = 5.0  # seconds between expected and real arrival: then the times mean nothing any more


class MediaClock:
    """Lays a camera's clock over ours.

    The camera's clock says how far apart its pictures are, but not when it began, and it runs a little fast
    or slow. Ours is read when packets arrive, later than the pictures were taken, and by how much changes
    from packet to packet. So the packet that was delayed least decides, again for each segment; and since
    people are followed from segment to segment, the clock is never moved by more than a part of the time
    between two frames.
    """

    def __init__(self, wall: datetime, steady: float) -> None:
        """One moment on the wall clock and on the steady one, which nobody sets."""
        self._wall, self._steady = wall, steady
        self._delay: float | None = None  # seconds from a packet's media time to the steady clock
        self._least = inf  # the same of the packets since the last adjustment, of the least delayed

    def hear(self, media: float, steady: float) -> None:
        """A packet of this media time arrived."""
        self._least = min(self._least, steady - media)

    def adjust(self) -> None:
        """Learn from the packets heard since the last time. Raises LostError when the clocks have parted."""
        if self._delay is None:
            self._delay = self._least
        elif self._least < inf:
            away = self._least - self._delay
            if abs(away) > _APART:
                raise LostError(f"its pictures come {abs(away):.0f} s {'late' if away > 0 else 'early'}")
            self._delay += min(max(away, -_STEP), _STEP)
        self._least = inf

    def wall(self, media: float) -> datetime:
        """When the picture of this media time was taken; `adjust` comes first."""
        assert self._delay is not None
        return self._wall + timedelta(seconds=media + self._delay - self._steady)
