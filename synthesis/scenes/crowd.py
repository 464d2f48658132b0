"""A crowd for one camera: people rendered at several distances, then moved to places seen at a like angle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from synthesis.dressing.meshes import Floats
from synthesis.looks.sample import sample_look
from synthesis.people import Studio
from synthesis.picturing.cutout import Figure
from synthesis.picturing.light import Light, sample_light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Spot, Viewpoint
from synthesis.scenes.compose import Standing
from synthesis.scenes.stage_solids import Post, Solid

SMALL, LARGE = 30.0, 450.0  # height of people in pixels
VIEWS = 4  # of each person
STRETCH = (0.8, 1.25)  # how much nearer or farther a figure may stand than it was rendered
ROOM = 0.3  # metres that somebody takes up around the middle


@dataclass(frozen=True, slots=True)
class Extra:
    """A figure, and how far in front of the camera it was rendered."""

    figure: Figure
    z: float


def sample_camera(rng: np.random.Generator) -> tuple[Viewpoint, Light]:
    """A camera of 640 pixels on the long side, high on a wall or at eye level, and its light."""
    width, rows = ((640, 360), (640, 480), (480, 640))[int(rng.choice(3, p=[0.6, 0.3, 0.1]))]
    focal = 320 / np.tan(np.deg2rad(rng.uniform(40, 95) / 2))
    if rng.random() < 0.72:
        height, tilt = rng.uniform(2.3, 7.0), rng.triangular(5, 16, 42)
    else:
        height, tilt = rng.uniform(1.2, 2.0), rng.uniform(-2, 9)
    return Viewpoint(float(height), float(tilt), float(focal), width, rows), sample_light(rng)


def hire(
    studio: Studio, view: Viewpoint, light: Light, rng: np.random.Generator, *, people: int
) -> list[Extra]:
    """Render ``people`` random people, `VIEWS` times each, at random distances and turned anyhow."""
    extras = []
    for _ in range(people):
        look = sample_look(rng)
        if look.pose == "sit":  # a seat is no part of a person, yet would be inside the box
            look = replace(look, pose="stand")
        with studio.dress(look, rng) as person:
            for _ in range(VIEWS):
                z = _distance(view, rng)
                spot = Spot(0.0, z, float(rng.uniform(0, 360)))
                figure = studio.figure(person, float(rng.random()), spot, view, light, finer=2)
                if figure is not None:
                    extras.append(Extra(figure, z))
    return extras


def gather(
    extras: Sequence[Extra], view: Viewpoint, solids: Sequence[Solid], rng: np.random.Generator, *, count: int
) -> list[Standing]:
    """Up to ``count`` of them standing about, half beside somebody else, none inside a solid."""
    standing: list[Standing] = []
    places: list[tuple[float, float]] = []
    for extra in (extras[k] for k in rng.permutation(len(extras))[:count]):
        for _ in range(12):
            z = extra.z * float(rng.uniform(*STRETCH))
            x = float(rng.uniform(-0.52, 0.52)) * view.width / view.focal * float(_depth(view, z))
            if places and rng.random() < 0.5:
                by = places[int(rng.integers(len(places)))]
                angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 1.3)
                x, z = by[0] + float(away * np.cos(angle)), by[1] + float(away * np.sin(angle))
                if not STRETCH[0] < z / extra.z < STRETCH[1]:
                    continue
            if all(_free(solid, x, z) for solid in solids) and _apart(places, x, z):
                standing.append(moved(extra, view, x, z, mirrored=bool(rng.random() < 0.5)))
                places.append((x, z))
                break
    return standing


def moved(extra: Extra, view: Viewpoint, x: float, z: float, *, mirrored: bool) -> Standing:
    """The figure at another place of the ground, scaled as its distance asks."""
    old = np.array([extra.figure.foot])
    foot, depth = view.project(np.array([[x, 0.0, z]], np.float32))
    scale = extra.figure.depth / float(depth[0])
    figure = extra.figure

    def place(window: Window, layer: Floats) -> tuple[Window, Floats]:
        left, top = window.left - old[0, 0], window.top - old[0, 1]
        if mirrored:
            left, layer = -left - window.width, layer[:, ::-1]
        size = (max(1, round(window.width * scale)), max(1, round(window.rows * scale)))
        shown = cv2.resize(layer, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        corner = (round(float(foot[0, 0]) + left * scale), round(float(foot[0, 1]) + top * scale))
        return Window(*corner, *size), shown.astype(np.float32)

    window, rgba = place(figure.window, figure.rgba)
    shadow_window, shadow = place(figure.shadow_window, figure.shadow)
    there = replace(
        figure, rgba=rgba, window=window, shadow=shadow, shadow_window=shadow_window,
        box=(window.left, window.top, window.left + window.width, window.top + window.rows),
        foot=(float(foot[0, 0]), float(foot[0, 1])), depth=float(depth[0]),
    )  # fmt: skip
    return Standing(there, z)


def _depth(view: Viewpoint, z: float) -> float:
    """Metres along the optical axis to the ground at z."""
    a = np.deg2rad(view.tilt)
    return float(-z * np.cos(a) + view.height * np.sin(a))


def _distance(view: Viewpoint, rng: np.random.Generator) -> float:
    """A z at which people come out `SMALL` to `LARGE` pixels tall and at least half in the picture."""
    for _ in range(200):
        depth = 1.7 * view.focal / np.exp(rng.uniform(np.log(SMALL), np.log(LARGE)))
        a = np.deg2rad(view.tilt)
        z = -float((depth - view.height * np.sin(a)) / np.cos(a))
        if z > -1.2:
            continue
        middle, _ = view.project(np.array([[0.0, 0.9, z]], np.float32))
        if 0 < middle[0, 1] < view.rows:
            return z
    return -12.0  # a camera that looks steeply down sees few distances


def _free(solid: Solid, x: float, z: float) -> bool:
    if isinstance(solid, Post):
        return bool(np.hypot(x - solid.x, z - solid.z) > solid.radius + ROOM)
    dx = max(solid.low[0] - x, 0.0, x - solid.high[0])
    dz = max(solid.low[2] - z, 0.0, z - solid.high[2])
    behind_back = z < solid.low[2] and solid.high[0] - solid.low[0] > 10  # beyond a wall across the picture
    return bool(np.hypot(dx, dz) > ROOM) and not behind_back


def _apart(places: Sequence[tuple[float, float]], x: float, z: float) -> bool:
    return all(np.hypot(x - a, z - b) > ROOM for a, b in places)
