"""The next frames are decoded in a thread while the last ones are looked at."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

from pipeline.types import Frame


def ahead(frames: Iterator[Frame], most: int) -> Generator[Frame, None, None]:
    """Yield the same frames in the same order, made at most so many ahead of whoever takes them.

    What making them raises is raised here, in its place. All of it runs in one thread, which has ended once
    this has, or was closed.
    """
    with ThreadPoolExecutor(1, "decode") as thread:
        waiting = deque(thread.submit(next, frames, None) for _ in range(most))
        try:
            while frame := waiting.popleft().result():
                waiting.append(thread.submit(next, frames, None))
                yield frame
        finally:
            for one in waiting:
                one.cancel()
