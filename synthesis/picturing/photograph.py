"""Photographs of one person as surveillance gives them: camera high or low, crop as a detector cuts it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats
from synthesis.picturing import camera
from synthesis.picturing.backdrop import Backdrops
from synthesis.picturing.cutout import Figure, lay
from synthesis.picturing.imaging import resized_bytes
from synthesis.picturing.light import Light, sample_light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Spot, Viewpoint

LONG_SIDE = 288  # of a crop, pixels


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and in what light a person is photographed."""

    view: Viewpoint
    spot: Spot
    light: Light
    tall: float  # pixels that a standing person measures


@dataclass(frozen=True, slots=True)
class Picture:
    """A crop as a person detector would cut it."""

    image: NDArray[np.uint8]  # (rows, width, 3) RGB
    facing: str  # "front" | "side" | "back"
    record: dict[str, Any]  # view, light and what is cut off, as plain JSON values


def sample_setting(rng: np.random.Generator) -> Setting:
    """A camera, a spot and a light, so that a person comes out 60 to 270 pixels tall."""
    if rng.random() < 0.72:
        height, down = rng.uniform(2.5, 8.0), rng.triangular(4, 17, 48)
    else:
        height, down = rng.uniform(1.3, 2.0), rng.uniform(1.0, 8.0)
    reach = float(np.clip((height - 0.9) / np.tan(np.deg2rad(down)), 2.4, 40.0))
    bearing = np.deg2rad(rng.normal(0, 12))
    down = np.rad2deg(np.arctan2(height - 0.9, reach))
    tall = float(np.exp(rng.uniform(np.log(60), np.log(265))))
    slant = float(np.hypot(reach, height - 0.9))
    focal = tall * slant / 1.75 / (np.cos(np.deg2rad(down)) + 0.2 * np.sin(np.deg2rad(down)))
    spot = Spot(reach * float(np.sin(bearing)), -reach * float(np.cos(bearing)), float(rng.uniform(0, 360)))
    view = Viewpoint(float(height), float(down + rng.normal(0, 4)), float(focal), 1280, 720)
    return Setting(view, spot, sample_light(rng), tall)


def compose(
    figure: Figure, other: Figure | None, setting: Setting, backdrops: Backdrops, rng: np.random.Generator
) -> Picture:
    """Lay people over a place, let a camera record it, and cut the crop of the first."""
    left, top, right, bottom = _detected(figure.box, rng)
    margin = 6
    window = Window(left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)
    scene = backdrops.scene(setting.view, window, setting.light, rng).astype(np.float32)
    drawn = [figure] if other is None else sorted([figure, other], key=lambda who: -who.depth)
    for who in drawn:
        lay(scene, who, window)
    hidden = _stand_before(scene, rng) if rng.random() < 0.07 else 0.0
    image = camera.record(scene, rng)[margin:-margin, margin:-margin]
    shrink = LONG_SIDE / max(image.shape[:2])
    if shrink < 1:
        size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
        image = resized_bytes(image, *size)
    tall = figure.box[3] - figure.box[1]
    record = {
        "yaw": round(setting.spot.yaw, 1),
        "facing": figure.facing,
        "camera": {name: round(value, 2) for name, value in asdict(setting.view).items()},
        "distance": round(figure.depth, 2),
        "light": setting.light.record(),
        "pixels": round(tall, 1),
        "cut_below": round(max(0.0, (figure.box[3] - bottom) / tall), 3),
        "cut_above": round(max(0.0, (top - figure.box[1]) / tall), 3),
        "covered": round(hidden, 3),
        "company": other is not None,
    }
    return Picture(np.ascontiguousarray(image), figure.facing, record)


def _detected(box: tuple[float, float, float, float], rng: np.random.Generator) -> tuple[int, int, int, int]:
    """The box of a real detector: a little loose or tight on each side, sometimes without the feet."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    slack = np.clip(rng.normal(0.02, 0.035, 4), -0.06, 0.16)
    if rng.random() < 0.06:
        slack[3] = -rng.uniform(0.1, 0.4)
    if rng.random() < 0.03:
        slack[int(rng.choice([0, 2]))] = -rng.uniform(0.1, 0.3)
    room = 0.4 * high  # thin boxes are loosened by the height too, as detectors do
    sideways = (wide + room) / 2
    return (
        int(np.floor(left - slack[0] * sideways)),
        int(np.floor(top - slack[1] * high)),
        int(np.ceil(right + slack[2] * sideways)),
        int(np.ceil(bottom + slack[3] * high)),
    )


def _stand_before(scene: Floats, rng: np.random.Generator) -> float:
    """Something stands in front: a post, or a bench or board before the legs. Returns the covered share."""
    rows, width = scene.shape[:2]
    shade = rng.uniform(0.1, 0.85) + rng.normal(0, 0.05, 3)
    if rng.random() < 0.6:
        wide = max(2, int(rng.uniform(0.06, 0.18) * width))
        left = int(rng.uniform(0.0, 1.0) * (width - wide))
        round_ = np.sin(np.linspace(0.3, 2.6, wide))[None, :, None]
        scene[:, left : left + wide] = (shade * (0.6 + 0.5 * round_)).clip(0, 1)
        return float(wide / width)
    high = int(rng.uniform(0.12, 0.4) * rows)
    left, right = sorted(rng.uniform(-0.3, 1.3, 2) * width)
    left, right = max(0, int(left)), min(width, int(right))
    if right <= left:
        return 0.0
    ramp = np.linspace(1.0, rng.uniform(0.7, 1.1), high)[:, None, None]
    scene[rows - high :, left:right] = (shade * ramp).clip(0, 1)
    return float((right - left) / width * high / rows)
