"""One fixed camera's weaknesses, the same in every frame, and its recording as MPEG-4."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats

FRAMES_A_SECOND = 10
QUALITY = 25  # x264's constant rate factor: lower is better and larger


class Sensor:
    """Records scenes as one cheap camera does; keeps the noise of the last frame, as its own filter would."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], *, noise: float) -> None:
        self._rng = rng
        self._noise = noise
        self._last: Floats = np.zeros((size[1], size[0], 3), np.float32)
        x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
        self._vignette = (1 - 0.13 * (x**2 + 0.6 * y**2))[..., None].astype(np.float32)
        self._cast = (1 + rng.normal(0, 0.008, 3)).astype(np.float32)

    def record(self, scene: Floats) -> NDArray[np.uint8]:
        """A scene (rows, width, 3) sRGB 0..1 as the camera delivers it, uint8."""
        picture: Floats = scene * self._vignette * self._cast
        grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
        picture = grey[..., None] + (picture - grey[..., None]) * np.float32(0.88)
        picture = np.float32(0.028) + picture * np.float32(0.955)
        picture = cv2.GaussianBlur(picture, (0, 0), 0.55).astype(np.float32)
        picture += np.float32(0.35) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.3))
        fresh: Floats = self._rng.standard_normal(picture.shape, np.float32)
        fresh = cv2.GaussianBlur(fresh, (0, 0), 0.7).astype(np.float32) * np.float32(2.2)
        self._last = np.asarray(np.float32(0.45) * self._last + np.float32(0.9) * fresh, np.float32)
        level = np.float32(self._noise) * (np.float32(1.25) - picture.clip(0, 1) * np.float32(0.6))
        flicker = np.float32(1 + self._rng.normal(0, 0.0015))
        return ((picture * flicker + self._last * level).clip(0, 1) * 255 + 0.5).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Caption:
    """What the camera writes into its picture."""

    camera: str
    began: datetime

    def write(self, picture: NDArray[np.uint8], seconds: float) -> None:
        """Put name and time into the upper left corner, in place."""
        now = self.began + timedelta(seconds=seconds)
        text = f"{self.camera.upper().replace('-', ' ')}  {now:%Y-%m-%d %H:%M:%S}"
        (width, high), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
        picture[: high + below + 10, : width + 18] //= 3
        place = (9, high + 6)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA)


def write_mp4(path: Path, frames: Iterable[NDArray[np.uint8]], began: datetime) -> int:
    """Encode frames (rows, width, 3) RGB as H.264; the file says when it began. Returns their number."""
    count = 0
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        container.metadata["creation_time"] = began.isoformat().replace("+00:00", "Z")
        stream = container.add_stream("libx264", rate=FRAMES_A_SECOND)
        stream.pix_fmt = "yuv420p"
        # One thread: the bytes must not depend on the machine.
        stream.options = {"crf": str(QUALITY), "preset": "slow", "threads": "1", "g": "50"}
        stream.time_base = Fraction(1, FRAMES_A_SECOND)
        for image in frames:
            if count == 0:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = count
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count
