"""Lays people into a place, far before near and behind what hides them, and says what is left visible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats
from synthesis.picturing.cutout import Figure
from synthesis.picturing.render import Window
from synthesis.scenes.stage import Stage, ground_mask

OPAQUE = 0.5  # alpha from which a pixel shows the person
MEET = 0.45  # exponent that turns a share of light into sRGB, as in `cutout.lay`


@dataclass(frozen=True, slots=True)
class Standing:
    """A figure and where its feet are."""

    figure: Figure
    z: float  # metres, world


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture shows of one person."""

    box: tuple[int, int, int, int]  # x1 y1 x2 y2 of the visible part, pixels, within the picture
    visible: float  # share of the whole figure, 0..1


def compose(stage: Stage, people: Sequence[Standing]) -> tuple[Floats, list[Seen | None]]:
    """The picture (rows, width, 3) sRGB 0..1, and what it shows of each person given; None: nothing."""
    scene = stage.picture.copy()
    owner = np.full(scene.shape[:2], -1, np.int16)
    order = sorted(range(len(people)), key=lambda number: -people[number].figure.depth)
    for number in order:  # shadows first: none falls on who stands upright
        figure = people[number].figure
        kept = figure.shadow * ground_mask(stage, figure.shadow_window)
        there, here = _overlap(figure.shadow_window, scene.shape[:2])
        scene[there] *= (1 - kept[here])[..., None] ** MEET
    for number in order:
        figure = people[number].figure
        free = stage.open(figure.window, people[number].z)[..., None]
        there, here = _overlap(figure.window, scene.shape[:2])
        layer = (figure.rgba * free)[here]
        scene[there] = scene[there] * (1 - layer[..., 3:]) + layer[..., :3]
        region = owner[there]
        region[layer[..., 3] > OPAQUE] = number
    return scene, [_seen(owner == number, person.figure) for number, person in enumerate(people)]


def _seen(mask: NDArray[np.bool_], figure: Figure) -> Seen | None:
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return None
    whole = int((figure.rgba[..., 3] > OPAQUE).sum())
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return Seen(box, min(1.0, len(rows) / whole))


def _overlap(window: Window, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The part of a window within a picture, as slices of the picture and of the window."""
    top, left = max(window.top, 0), max(window.left, 0)
    bottom, right = min(window.top + window.rows, shape[0]), min(window.left + window.width, shape[1])
    bottom, right = max(top, bottom), max(left, right)
    there = (slice(top, bottom), slice(left, right))
    return there, (
        slice(top - window.top, bottom - window.top),
        slice(left - window.left, right - window.left),
    )
