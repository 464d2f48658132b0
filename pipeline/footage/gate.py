"""Decide cheaply which frames the detector must look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from models.types import Floats
from pipeline.types import Frame

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
    glance: float = 1.0  # between frames that are compared while nothing moves


class Gate:
    """Compares each frame of one camera with a running mean, each pixel against its own noise.

    The first frame is always looked at. Whoever calls says when people are in view, so that nobody
    who stands still is lost.
    """

    def __init__(self, settings: GateSettings) -> None:
        self._hold = timedelta(seconds=settings.hold)
        self._every = timedelta(seconds=settings.every)
        self._glance = timedelta(seconds=settings.glance)
        self._background: Floats | None = None  # (h, w) grey levels
        self._deviation: Floats | None = None  # (h, w) mean absolute distance from the background
        self._learnt = 0  # frames in the background
        self._before: datetime | None = None
        self._moved: datetime | None = None
        self._looked: datetime | None = None
        self._last: tuple[Frame, Floats] | None = None  # a glance and a look at the same frame

    def look(self, frame: Frame, *, busy: bool) -> bool:
        """Whether the detector must see this frame; `busy`: people are in view.

        Every frame must be shown, but for those between glances at which nothing stirs.
        """
        if self._moves(self._smooth(frame), frame.taken):
            self._moved = frame.taken
        look = busy or not self.still(frame.taken) or self._due(frame.taken)
        if look:
            self._looked = frame.taken
        return look

    def still(self, taken: datetime) -> bool:
        """Whether nothing moved of late."""
        return self._moved is None or taken - self._moved > self._hold

    def rests(self, frame: Frame) -> bool:
        """Whether nothing moved of late and the next glance is not due with this frame.

        One that begins a group is glanced at early: it is decoded alone, and so is the next that does.
        """
        taken, wait = frame.taken, self._glance / 2 if frame.begins else self._glance
        return (
            self._before is not None
            and self.still(taken)
            and not self._due(taken)
            and taken - self._before < wait
        )

    def stirs(self, frame: Frame) -> bool:
        """Whether something moves in this frame, as a glance that teaches the gate nothing.

        What came since the last glance has to be shown first, and is waiting for the answer.
        """
        grey = self._smooth(frame)
        if self._background is None or self._deviation is None or self._background.shape != grey.shape:
            return True
        moving = _moving(np.abs(grey - self._background), self._deviation)
        return bool(moving.mean() > _LIGHT) or _solid(moving)

    def _smooth(self, frame: Frame) -> Floats:
        """(h, w) grey levels, slightly blurred, so that coding noise is none."""
        if self._last is None or self._last[0] is not frame:
            grey = cv2.GaussianBlur(frame.grey(_SIDE), (3, 3), 0)
            self._last = frame, np.asarray(grey, np.float32)
        return self._last[1]

    def _due(self, taken: datetime) -> bool:
        return self._looked is None or taken - self._looked >= self._every

    def _moves(self, grey: Floats, taken: datetime) -> bool:
        elapsed = (taken - self._before).total_seconds() if self._before else 0.0
        self._before = taken
        if self._background is None or self._deviation is None or self._background.shape != grey.shape:
            self._background, self._deviation, self._learnt = grey, np.zeros_like(grey), 1
            return False
        distance = np.abs(grey - self._background)
        moving = _moving(distance, self._deviation)
        if moving.mean() > _LIGHT:
            self._background, self._learnt = grey, 1
            return True
        self._learnt += 1
        self._background = self._background + self._share(elapsed / _MEMORY) * (grey - self._background)
        noise = self._share(elapsed / _NOISE_MEMORY) * (distance - self._deviation)
        self._deviation = self._deviation + noise
        return _solid(moving)

    def _share(self, passed: float) -> np.float32:
        """The weight of a new frame in a mean over one unit of time, `passed` of it since the last."""
        return np.float32(max(1 / self._learnt, 1 - np.exp(-passed)))


def _moving(distance: Floats, deviation: Floats) -> NDArray[np.bool_]:
    """Which pixels (h, w) are farther from the background than their noise explains."""
    return np.asarray(distance > np.clip(_NOISES * deviation, _LEAST, _MOST))


def _solid(moving: NDArray[np.bool_]) -> bool:
    """Whether enough moves once lone pixels are dropped."""
    return int(cv2.erode(moving.astype(np.uint8), np.ones((2, 2), np.uint8)).sum()) >= _PIXELS
