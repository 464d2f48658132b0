"""How often one account may ask for what is dear to answer: searches, frames, clips, exports."""

from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

from web.problems import Problem

MINUTE = 60.0  # seconds
MANY = 1000  # accounts that are remembered before those that have been quiet for a minute are forgotten


class Pace:
    """Lets each account ask `a_minute` times at once, and as often again within a minute, evenly.

    It is kept in this process: where several serve a site, each lets that many through.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = float(a_minute), clock
        self._left: dict[str, tuple[float, float]] = {}  # what an account has left, and when that was
        self._lock = Lock()

    def spend(self, account: str) -> None:
        """Count one; raises Problem when the account has none left."""
        with self._lock:
            now = self._clock()
            left, then = self._left.get(account, (self._most, now))
            left = min(self._most, left + (now - then) * self._most / MINUTE)
            if left < 1:
                wait = ceil((1 - left) * MINUTE / self._most)
                raise Problem(
                    429,
                    f"you have asked {self._most:.0f} times within a minute: try again in {wait} s",
                    headers={"Retry-After": str(wait)},
                )
            if len(self._left) >= MANY:
                self._left = {name: one for name, one in self._left.items() if now - one[1] < MINUTE}
            self._left[account] = (left - 1, now)
