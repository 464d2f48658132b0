"""Footage as cameras send it, made from the demonstration clips: 1080p, 25 frames a second, H.264.

A keyframe comes every two seconds, or as asked, and every other picture builds on the one before it: cameras
send none that builds on a later one, for it would come late. The frames of a clip, of which there are ten a
second, are scaled up and shown two or three times each. An empty scene is the median of a clip's frames with
the noise of a sensor on it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np

from models.types import Image

DEMO = Path(__file__).parents[1] / "demo"
WIDTH, HEIGHT, FPS = 1920, 1080, 25
LIKE_A_CAMERA = {"preset": "veryfast", "crf": "26", "bf": "0"}


def busy_clip(path: Path, seconds: int, clip: str = "station-hall.mp4") -> Path:
    """Two to four people in view."""
    shown = _frames(clip)
    repeated = (image for number, image in enumerate(shown) for _ in range(2 + number % 2))
    return _write(path, islice(repeated, seconds * FPS))


def empty_clip(path: Path, seconds: int, clip: str = "north-gate.mp4", *, keyframes: int = 2) -> Path:
    """Nobody in view, nothing moves; so many seconds from one keyframe to the next."""
    scene = np.median(np.stack(list(_frames(clip))[::20]), axis=0)
    rng = np.random.default_rng(0)
    noise = [rng.normal(0, 2, scene.shape) for _ in range(5)]
    noisy = (np.clip(scene + noise[number % 5], 0, 255).astype(np.uint8) for number in range(seconds * FPS))
    return _write(path, noisy, keyframes)


def _frames(clip: str) -> Iterator[Image]:
    with av.open(str(DEMO / clip)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _write(path: Path, images: Iterable[Image], keyframes: int = 2) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=LIKE_A_CAMERA)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = (
            WIDTH,
            HEIGHT,
            "yuv420p",
            keyframes * FPS,
        )
        for image in images:
            shown = av.VideoFrame.from_ndarray(image, "rgb24")
            container.mux(stream.encode(shown.reformat(WIDTH, HEIGHT, "yuv420p")))
        container.mux(stream.encode())
    return path
