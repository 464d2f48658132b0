"""Random places to train a detector on: floors, walls, photographs at the back, things to be hidden by."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.looks.look import RGB
from synthesis.picturing.light import Light
from synthesis.picturing.viewpoint import Viewpoint
from synthesis.scenes.stage import Place
from synthesis.scenes.stage_paint import asphalt, laid, leaves, mottled, mural, zones
from synthesis.scenes.stage_solids import Box, Paint, Post, Solid

DARK = 8  # of 255: darker corners are those that a turned photograph leaves


def clear_photographs(folder: Path, labels: Path | None) -> list[Path]:
    """Photographs of a folder without black corners and without people, by labels in YOLO's format.

    The labels may lie in any folder below ``labels``, named like the picture with ``<folder>-`` before it.
    None where no labels are given: an unlabelled person would teach a detector to miss people.

    Raises FileNotFoundError when no labelled picture is found.
    """
    if labels is None:
        return []
    known = {path.stem: path for path in labels.rglob("*.txt")}
    found = []
    for path in sorted(folder.glob("*.jpg")):
        label = known.get(f"{folder.name}-{path.stem}")
        if label is not None and not label.read_text().strip() and not _turned(_read(path)):
            found.append(path)
    if not found:
        raise FileNotFoundError(
            f"{labels} has no labels for the pictures of {folder}: label them with models.train_detector."
        )
    return found


def random_place(
    view: Viewpoint, light: Light, photographs: Sequence[Path], rng: np.random.Generator
) -> Place:
    """A ground, something at the back and up to seven things on it."""
    back = float(np.exp(rng.uniform(np.log(7), np.log(45))))
    wide = 1.3 * back * view.width / view.focal
    solids: list[Solid] = []
    if photographs and rng.random() < 0.6:
        picture = _read(photographs[int(rng.integers(len(photographs)))])
        high = wide * picture.shape[0] / picture.shape[1]
        scale = max(1.0, 1.2 * (view.height + 0.35 * back) / high)
        wide, high = wide * scale, high * scale
        low = -float(rng.uniform(0, 0.25)) * high
        paint = mural(picture, (-wide / 2, low), (wide, high))
        solids.append(Box((-wide, 0, -back - 0.3), (wide, high + low, -back), paint))
    else:
        high = float(rng.uniform(1.8, 12))
        solids.append(Box((-60, 0, -back - 0.3), (60, high, -back), _upright(rng)))
        if high < 6:
            solids.append(Box((-90, 0, -back - 20), (90, 14, -back - 15), _upright(rng)))
    if rng.random() < 0.35:
        at = float(rng.choice([-1, 1]) * rng.uniform(2.0, 9.0))
        solids.append(
            Box((min(at, at + 0.3), 0, -back), (max(at, at + 0.3), rng.uniform(2, 6), 0), _upright(rng))
        )
    solids += [_thing(view, back, rng) for _ in range(min(7, rng.poisson(2.2)))]
    indoor = light.kind == "indoor"
    return Place(_ground(rng, indoor=indoor), solids, polish=float(rng.uniform(0, 0.9)) if indoor else 0.0)


def _read(path: Path) -> NDArray[np.uint8]:
    """A photograph (rows, width, 3) RGB. Raises OSError for what is none."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise OSError(f"{path} cannot be read as a picture: replace it or take it out of the folder.")
    return np.asarray(picture[..., ::-1], np.uint8)


def _turned(picture: NDArray[np.uint8]) -> bool:
    corners = (picture[:6, :6], picture[:6, -6:], picture[-6:, :6], picture[-6:, -6:])
    return any(int(corner.max()) < DARK for corner in corners)


def _colour(rng: np.random.Generator, low: float = 0.12, high: float = 0.85, *, vivid: float = 0.02) -> RGB:
    red, green, blue = np.clip(rng.uniform(low, high) + rng.normal(0, vivid, 3), 0.04, 0.93)
    return (float(red), float(green), float(blue))


def _upright(rng: np.random.Generator) -> Paint:
    """Bricks, panels, plaster or a hedge."""
    kind = rng.choice(["bricks", "panels", "plaster", "hedge"], p=[0.25, 0.3, 0.3, 0.15])
    if kind == "bricks":
        return laid(
            _colour(rng, 0.3, 0.6, vivid=0.03), (0.225, 0.075), joint=0.012, mortar=rng.uniform(0.6, 1.4)
        )
    if kind == "panels":
        size = (float(rng.uniform(0.4, 2.5)), float(rng.uniform(0.6, 3.0)))
        return laid(
            _colour(rng), size, bond=0.0, joint=rng.uniform(0.01, 0.05), varied=rng.uniform(0.01, 0.15)
        )
    if kind == "plaster":
        return mottled(_colour(rng, vivid=0.03), blots=rng.uniform(0.02, 0.15))
    return leaves((rng.uniform(0.2, 0.42), rng.uniform(0.28, 0.45), rng.uniform(0.12, 0.3)))


def _ground(rng: np.random.Generator, *, indoor: bool) -> Paint:
    """One floor, or two beside each other."""

    def floor() -> Paint:
        kind = rng.choice(
            ["slabs", "smooth", "asphalt", "grass"], p=[0.6, 0.4, 0, 0] if indoor else [0.35, 0.2, 0.3, 0.15]
        )
        if kind == "slabs":
            size = (float(rng.uniform(0.2, 1.2)), float(rng.uniform(0.2, 0.8)))
            return laid(
                _colour(rng, 0.25, 0.8), size, bond=float(rng.choice([0.0, 0.5])),
                joint=rng.uniform(0.006, 0.015),
                varied=rng.uniform(0.01, 0.1), mortar=rng.uniform(0.4, 1.1),
            )  # fmt: skip
        if kind == "smooth":
            return mottled(
                _colour(rng, 0.2, 0.75), grain=rng.uniform(0.02, 0.12), blots=rng.uniform(0.02, 0.15)
            )
        if kind == "asphalt":
            return asphalt(_colour(rng, 0.25, 0.5, vivid=0.015))
        return leaves((rng.uniform(0.25, 0.42), rng.uniform(0.33, 0.45), rng.uniform(0.15, 0.3)), depth=0.4)

    first = floor()
    if rng.random() > 0.5:
        return first
    slope, shift = float(rng.normal(0, 0.6)), float(rng.uniform(-4, 4))
    edge = mottled(_colour(rng, 0.3, 0.8))
    return zones(
        [
            (lambda p: np.abs(p[:, 0] - slope * p[:, 2] - shift) < 0.08, edge),
            (lambda p: p[:, 0] - slope * p[:, 2] > shift, floor()),
        ],
        first,
    )


def _thing(view: Viewpoint, back: float, rng: np.random.Generator) -> Solid:
    """A post, a pillar, a bench, a counter or a trough, somewhere in sight."""
    z = -float(np.exp(rng.uniform(np.log(2.0), np.log(max(3.0, 0.9 * back)))))
    x = float(rng.uniform(-0.55, 0.55)) * -z * view.width / view.focal
    paint = _upright(rng) if rng.random() < 0.3 else mottled(_colour(rng, 0.06, 0.8, vivid=0.06))
    if rng.random() < 0.5:
        radius = float(np.exp(rng.uniform(np.log(0.04), np.log(0.35))))
        return Post(x, z, radius, 0, float(rng.choice([0.9, 1.1, 3.0, 7.0])), paint)
    wide, deep = float(rng.uniform(0.3, 2.4)), float(rng.uniform(0.3, 1.0))
    high = float(rng.choice([0.45, 0.8, 1.1, 1.9, 4.0], p=[0.3, 0.25, 0.25, 0.1, 0.1]))
    return Box((x - wide / 2, 0, z - deep / 2), (x + wide / 2, high, z + deep / 2), paint)
