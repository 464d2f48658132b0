"""A rendered person as a cut-out with its shadow, and how cut-outs are laid over a place."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.anatomy import Anatomy
from synthesis.dressing.body import Body
from synthesis.dressing.meshes import Floats
from synthesis.dressing.motion import Manner, bone_matrices, rotations, turn
from synthesis.dressing.rigid import BONES, FLOOR, HAND
from synthesis.looks.look import Look
from synthesis.picturing.imaging import blurred
from synthesis.picturing.light import Light
from synthesis.picturing.render import Outfit, Renderer, Window
from synthesis.picturing.viewpoint import Spot, Viewpoint


@dataclass(slots=True)
class Person:
    """A dressed body on the graphics side; close its outfit, or use it in a `with`, to free it."""

    look: Look
    body: Body
    manner: Manner
    outfit: Outfit
    samples: Floats  # (n, 3) rest positions of some vertices, which stand for all
    sample_bones: NDArray[np.int64]
    sample_weights: Floats

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.outfit.close()


@dataclass(frozen=True, slots=True)
class Figure:
    """A person as seen by a camera, to be laid over a picture of the place."""

    rgba: Floats  # (rows, width, 4) sRGB 0..1, premultiplied by alpha
    window: Window  # where it belongs in the camera's picture
    shadow: Floats  # (rows, width) the share of light kept from the ground, in `shadow_window`
    shadow_window: Window
    box: tuple[float, float, float, float]  # left, top, right, bottom of what is opaque, pixels
    foot: tuple[float, float]  # pixel of the ground below the person
    depth: float  # metres from the camera
    facing: str  # "front" | "side" | "back"


def render_figure(
    renderer: Renderer,
    anatomy: Anatomy,
    person: Person,
    phase: float,
    spot: Spot,
    *,
    view: Viewpoint,
    light: Light,
    finer: int,
) -> Figure | None:
    """One person at one moment of the gait (``phase`` 0..1), or None when out of sight of the camera."""
    bones, points = placed(anatomy, person, phase, spot)
    pixels, depths = view.project(points)
    if depths.min() < 0.5:
        return None
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    margin = 3 + 0.04 * (high[1] - low[1])
    window = _window(low - margin, high + margin)
    rgba = renderer.draw(person.outfit, bones, view, light, window, finer=finer)
    rows, columns = np.nonzero(rgba[..., 3] > 0.5)
    if not len(rows):
        return None
    shadow, shadow_window = _shadow(renderer, person, bones, points, view, light)
    foot, depth = view.project(np.array([[spot.x, 0.0, spot.z]], np.float32))
    angle = (spot.yaw - np.rad2deg(np.arctan2(-spot.x, -spot.z)) + 180) % 360 - 180
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return Figure(
        rgba,
        window,
        shadow,
        shadow_window,
        (
            float(window.left + box[0]),
            float(window.top + box[1]),
            float(window.left + box[2]),
            float(window.top + box[3]),
        ),
        (float(foot[0, 0]), float(foot[0, 1])),
        float(depth[0]),
        "front" if abs(angle) < 50 else "back" if abs(angle) > 130 else "side",
    )


def placed(anatomy: Anatomy, person: Person, phase: float, spot: Spot) -> tuple[Floats, Floats]:
    """Skinning matrices (BONES, 3, 4) of a person on a spot, and its sample points (n, 3) in the world."""
    pose = rotations(person.manner, phase, person.body, anatomy)
    bones = np.zeros((BONES, 3, 4), np.float32)
    bones[: len(anatomy.bones)] = bone_matrices(anatomy, person.body, pose)
    for side in "LR":
        number = anatomy.number[f"finger3-1.{side}"]
        palm = bones[number, :, :3] @ person.body.heads[number] + bones[number, :, 3]
        for bone in (HAND[side], FLOOR[side]):
            bones[bone, :, :3] = np.eye(3)
            bones[bone, :, 3] = palm
    ground = float(_points(person, bones)[:, 1].min())
    for side in "LR":
        bones[FLOOR[side], 1, 3] = ground
    bones[:, 1, 3] -= ground
    world = (turn(1, spot.yaw) @ bones).astype(np.float32)
    world[:, :, 3] += np.array([spot.x, 0.0, spot.z], np.float32)
    return world, _points(person, world)


def _points(person: Person, bones: Floats) -> Floats:
    mean = np.einsum("nk,nkij->nij", person.sample_weights, bones[person.sample_bones])
    points: Floats = np.einsum("nij,nj->ni", mean[:, :, :3], person.samples) + mean[:, :, 3]
    return points


def _shadow(
    renderer: Renderer, person: Person, bones: Floats, points: Floats, view: Viewpoint, light: Light
) -> tuple[Floats, Window]:
    """Shadow on the ground: thrown by the key light, and the dark by the feet where little sky is seen."""
    x, y, z = light.key_from
    thrown_at = points - points[:, 1:2] * np.array([[x / y, 1.0, z / y]])
    feet = points[points[:, 1] < 0.12] * [1, 0, 1]
    room = np.array([0.25, 0.0, 0.25])
    around = np.concatenate([thrown_at, feet - room, feet + room])
    pixels, depths = view.project(around.astype(np.float32))
    pixels = pixels[depths > 0.5]
    upright, _ = view.project(points)
    size = float(np.ptp(upright[:, 1]))
    at, _ = view.project(feet.astype(np.float32))
    low = np.maximum(pixels.min(axis=0), at.mean(axis=0) - 1.6 * size) - 4
    high = np.minimum(pixels.max(axis=0), at.mean(axis=0) + 1.6 * size) + 4
    window = _window(low, high)
    thrown = renderer.draw_ground_shadow(person.outfit, bones, view, light, window)
    thrown = blurred(thrown, 0.6 + size * (0.004 + 0.05 * light.softness))
    dark = np.zeros_like(thrown)
    for column, row in np.rint(at - [window.left, window.top]).astype(int):
        if 0 <= row < dark.shape[0] and 0 <= column < dark.shape[1]:
            dark[row, column] = 1.0
    dark = blurred(dark, max(1.0, 0.035 * size))
    dark = dark / max(float(dark.max()), 1e-6)
    sky, key = float(np.mean(light.sky)), float(np.mean(light.key)) * y
    share = key / (key + sky)
    kept = 1 - (1 - share * thrown) * (1 - 0.5 * (1 - share) * dark)
    return kept.astype(np.float32), window


def lay(scene: Floats, figure: Figure, window: Window) -> None:
    """Put a figure and its shadow into a window (rows, width, 3) of the camera's picture, in place."""
    _paste(scene, figure.shadow[..., None], figure.shadow_window, window, shadow=True)
    _paste(scene, figure.rgba, figure.window, window, shadow=False)


def _paste(scene: Floats, layer: Floats, place: Window, window: Window, *, shadow: bool) -> None:
    top, left = place.top - window.top, place.left - window.left
    y1, y2 = max(top, 0), min(top + place.rows, window.rows)
    x1, x2 = max(left, 0), min(left + place.width, window.width)
    if y1 >= y2 or x1 >= x2:
        return
    part = layer[y1 - top : y2 - top, x1 - left : x2 - left]
    under = scene[y1:y2, x1:x2]
    # Light halves while sRGB values fall by a quarter: the exponent is that of the transfer function.
    scene[y1:y2, x1:x2] = (
        under * (1 - part) ** 0.45 if shadow else under * (1 - part[..., 3:]) + part[..., :3]
    )


def _window(low: NDArray[np.floating], high: NDArray[np.floating]) -> Window:
    left, top = int(np.floor(low[0])), int(np.floor(low[1]))
    return Window(left, top, max(2, int(np.ceil(high[0])) - left), max(2, int(np.ceil(high[1])) - top))
