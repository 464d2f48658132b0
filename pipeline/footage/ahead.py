"""The next frames are decoded in a thread while the last ones are looked at."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

from pipeline.types import Frame


def ahead(
    frames: Iterator[Frame], most: int, resting: Callable[[Frame], bool] = lambda frame: False
) -> Generator[Frame, None, None]:
    """Yield the same frames in the same order, made at most so many ahead of whoever takes them.

    A frame during which whoever takes it is `resting` is left undeveloped; one that is damaged is left out.
    What making them raises is raised here, in its place. All of it runs in one thread, which has ended once
    this has, or was closed.
    """

    def made() -> Frame | None:
        return next((frame for frame in frames if resting(frame) or frame.develop()), None)

    with ThreadPoolExecutor(1, "decode") as thread:
        waiting = deque(thread.submit(made) for _ in range(most))
        try:
            while frame := waiting.popleft().result():
                waiting.append(thread.submit(made))
                yield frame
        finally:
            for one in waiting:
                one.cancel()
