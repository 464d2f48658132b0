"""The shipped detector as runtimes know it, with what it has to prove itself on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.detection.letterbox import letterbox
from models.detection.score import overlap
from models.detection.suppress import corners, suppress
from models.runtimes.portable import Array, Portable
from models.runtimes.sample import scenes

if TYPE_CHECKING:
    from torch import nn

SURE = 0.35  # score of the reference's people that another runtime has to find
SLACK = 0.1  # how much lower it may score them
NEAR = 0.8  # overlap of the two boxes
EXACT = (r".*model\.23\.dfl.*", r".*model\.23/.*")  # from maps to pixels: a step of int8 would be 2.5 of them
LOST = 0.01  # share of them that it may miss, and of its own that may not be there
SAME = 0.6  # overlap from which two candidates are one person
SIZES = (640, 448)  # long sides at which pictures are looked at for calibration


def person_detector(weights: Path, sha256: str) -> Portable:
    """Pictures (b, h, w, 3) uint8, sides multiples of 32, to candidates (b, 5, n)."""

    @cache
    def examples() -> list[tuple[Array, ...]]:
        return [(letterbox(scene, SIZES[0]).pixels[None],) for scene in scenes()]

    @cache
    def calibration() -> list[tuple[Array, ...]]:
        smaller = [(letterbox(scene, SIZES[1]).pixels[None],) for scene in scenes()]
        return [*examples(), *smaller]

    def build() -> nn.Module:
        from models.detection.network import PersonNetwork, read_state

        return PersonNetwork(read_state(weights))

    shapes = ((-1, -1, -1, 3),)
    return Portable(
        "person-detector", sha256, build, shapes, examples, missed, calibration, EXACT, singly=True
    )


def missed(wanted: tuple[Array, ...], found: tuple[Array, ...]) -> str:
    """What is wrong with candidates that should be nearly the reference's."""
    theirs, ours = wanted[0][0], found[0][0]
    for one, other, wrong in ((theirs, ours, "missed"), (ours, theirs, "made up")):
        sure = one[:, one[4] >= SURE]
        people = corners(sure)[suppress(corners(sure), sure[4], SAME)]
        likely = corners(other[:, other[4] >= SURE - SLACK])
        lost = float(np.mean(overlap(people, likely)[0].max(1, initial=0.0) < NEAR)) if len(people) else 0.0
        if lost > LOST:
            return f"{lost:.0%} of the people in a picture are {wrong}"
    return ""
