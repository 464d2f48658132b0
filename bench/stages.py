"""Where the time goes: methods of the parts that are built into a run are timed in place."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any


class Stages:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def time(self, part: object, stage: str, *methods: str) -> None:
        """From now on count the time spent in these methods of `part` for the stage."""
        for method in methods:
            setattr(part, method, self._timed(getattr(part, method), stage))

    def take(self) -> dict[str, float]:
        """The seconds so far; counting begins anew."""
        taken = dict(self.seconds)
        self.seconds.clear()
        return taken

    def _timed(self, call: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*args, **more)
            finally:
                self.seconds[stage] += time.perf_counter() - started

        return timed
