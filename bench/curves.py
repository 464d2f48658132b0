"""How cost grows: with the number of cameras, and with the number of people in view."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from time import process_time

import numpy as np

from bench.passage import BEGAN, own_settings, warm, watch_all
from models.detection.detector import PersonDetector
from models.runtimes.sample import people, scenes
from models.types import Image
from pipeline import build
from pipeline.footage.frames import frames
from pipeline.footage.handoff import Handoff
from pipeline.footage.probe import probe
from pipeline.footage.skipping import left_out
from pipeline.settings import Settings
from pipeline.types import Frame
from pipeline.watch import Watching
from storage.footage.ledger import Ledger
from storage.media import open_media

CAMERAS = (1, 4, 16)
PEOPLE = (1, 5, 10, 20, 40)
FRAMES, FPS = 10, 5
SLOW = 0.5  # frames a second


@dataclass(frozen=True, slots=True)
class Curve:
    """Milliseconds of processor time against how many there are."""

    name: str
    points: tuple[tuple[int, float], ...]
    exponent: float  # of the straight line through the logarithms


def camera_curve(clip: Path, settings: Settings) -> Curve:
    """Watching a second of so many cameras, one process."""
    points, length = [], probe(str(clip)).duration or 1
    for count in CAMERAS:
        with tempfile.TemporaryDirectory() as name:
            own = own_settings(Path(name), model="", detector="").model_copy(
                update={"runtime": settings.runtime, "cache": settings.cache}
            )
            with closing(Ledger(own.database_url)) as ledger:
                step = build.watch_step(own, ledger)
                warm(step.watch, [clip])
                began = process_time()
                watch_all({f"camera {n}": clip for n in range(count)}, step, seconds=60.0)
                points.append((count, 1000 * (process_time() - began) / length))
    return curve("cameras, a second of each watched", points)


def people_curve(detector: PersonDetector) -> Curve:
    """Watching a frame with so many people in view."""
    points = []
    detector.detect([crowd(1, 0)])  # the first pass prepares the kernels
    for count in PEOPLE:
        pictures = [
            Frame("crowd", BEGAN + timedelta(seconds=n / FPS), crowd(count, n)) for n in range(FRAMES)
        ]
        with tempfile.TemporaryDirectory() as name:
            watching = Watching(build.watch(detector, open_media(f"file:{name}"), FPS), "crowd", Handoff())
            began = process_time()
            list(watching.crops(pictures))
            list(watching.close())
            points.append((count, 1000 * (process_time() - began) / FRAMES))
    return curve("people in view, a frame watched", points)


def keyframes(clip: Path, detector: PersonDetector) -> float:
    """Milliseconds of watching a second of a clip by its keyframes alone, one every two seconds."""
    source = probe(str(clip))
    left_out(source, Fraction(SLOW))  # a recording is judged once, however long it is
    with tempfile.TemporaryDirectory() as name:
        watch = build.watch(detector, open_media(f"file:{name}"), SLOW)
        warm(watch, [clip])
        watching = Watching(watch, "slow", Handoff())
        began = process_time()
        list(watching.crops(frames(source, "slow", began=BEGAN, fps=SLOW)))
        list(watching.close())
        return 1000 * (process_time() - began) / (source.duration or 1)


def crowd(count: int, step: int) -> Image:
    """A scene of 1080p with so many people pasted into it, each a little farther at each step."""
    scene = np.ascontiguousarray(np.repeat(np.repeat(scenes()[0], 2, 0), 2, 1))
    every = people()
    for number in range(count):
        person = every[number % len(every)]
        height, width = person.shape[:2]
        left, top = 20 + 185 * (number % 10) + 3 * step, 20 + 250 * (number // 10)
        room = scene[top : top + height, left : left + width]
        room[:] = person[: room.shape[0], : room.shape[1]]
    return scene


def curve(name: str, points: Sequence[tuple[int, float]]) -> Curve:
    """The points with the exponent of their growth."""
    x, y = np.log(np.array(points)).T
    return Curve(name, tuple(points), float(np.polyfit(x, y, 1)[0]))
