"""Decide cheaply which frames the detector must look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np

from models.types import Floats
from pipeline.types import Frame, Grey

_SIDE = 192  # pixels: the longer side at which motion is looked for
_MEMORY = 2.0  # seconds over which the background is learnt; short, so that who leaves leaves no ghost
_NOISE_MEMORY = 10.0  # seconds over which each pixel's noise is learnt
_NOISES = 5.0  # mean deviations from the background that count as motion: about four sigma
_LEAST, _MOST = 8.0, 24.0  # grey levels: never below coding noise, and never too far for dark clothes to show
_PIXELS = 3  # moving pixels, after lone ones are dropped, that make motion
_LIGHT = 0.5  # share of the picture moving at once that means the light changed, not the scene


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When to look although nothing moves, in seconds."""

    hold: float = 2.0  # go on after the last motion
    every: float = 10.0  # look anyway


class Gate:
    """Compares each frame of one camera with a running mean, each pixel against its own noise.

    The first frame is always looked at. Whoever calls says when people are in view, so that nobody
    who stands still is lost.
    """

    def __init__(self, settings: GateSettings) -> None:
        self._hold = timedelta(seconds=settings.hold)
        self._every = timedelta(seconds=settings.every)
        self._background: Floats | None = None  # (h, w) grey levels
        self._deviation: Floats | None = None  # (h, w) mean absolute distance from the background
        self._learnt = 0  # frames in the background
        self._before: datetime | None = None
        self._moved: datetime | None = None
        self._looked: datetime | None = None

    def look(self, frame: Frame, *, busy: bool) -> bool:
        """Whether the detector must see this frame; `busy`: people are in view. Every frame must be shown."""
        if self._moves(_smooth(frame.grey(_SIDE)), frame.taken):
            self._moved = frame.taken
        look = (
            busy
            or (self._moved is not None and frame.taken - self._moved <= self._hold)
            or self._looked is None
            or frame.taken - self._looked >= self._every
        )
        if look:
            self._looked = frame.taken
        return look

    def _moves(self, grey: Floats, taken: datetime) -> bool:
        elapsed = (taken - self._before).total_seconds() if self._before else 0.0
        self._before = taken
        if self._background is None or self._deviation is None or self._background.shape != grey.shape:
            self._background, self._deviation, self._learnt = grey, np.zeros_like(grey), 1
            return False
        distance = np.abs(grey - self._background)
        moving = distance > np.clip(_NOISES * self._deviation, _LEAST, _MOST)
        if moving.mean() > _LIGHT:
            self._background, self._learnt = grey, 1
            return True
        self._learnt += 1
        self._background = self._background + self._share(elapsed / _MEMORY) * (grey - self._background)
        noise = self._share(elapsed / _NOISE_MEMORY) * (distance - self._deviation)
        self._deviation = self._deviation + noise
        solid = cv2.erode(moving.astype(np.uint8), np.ones((2, 2), np.uint8))
        return int(solid.sum()) >= _PIXELS

    def _share(self, passed: float) -> np.float32:
        """The weight of a new frame in a mean over one unit of time, `passed` of it since the last."""
        return np.float32(max(1 / self._learnt, 1 - np.exp(-passed)))


def _smooth(grey: Grey) -> Floats:
    """Slightly blurred, so that coding noise is none."""
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.float32)
