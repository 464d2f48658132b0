"""What lies behind a person: ground and walls made of noise in true perspective, and real photographs."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.material import linear
from synthesis.dressing.meshes import Floats
from synthesis.picturing.imaging import blurred, read_rgb, resized
from synthesis.picturing.light import Light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Viewpoint

TILE = 512  # texels of a noise tile; it covers four metres
GROUNDS = {  # name -> sRGB albedo, its variation, fine grain, blotches
    "asphalt": ((0.40, 0.40, 0.41), 0.10, 0.035, 0.06),
    "concrete": ((0.58, 0.57, 0.54), 0.10, 0.03, 0.09),
    "paving": ((0.55, 0.53, 0.50), 0.12, 0.03, 0.07),
    "grass": ((0.27, 0.36, 0.14), 0.06, 0.15, 0.09),
    "earth": ((0.48, 0.41, 0.31), 0.08, 0.08, 0.07),
    "tiles": ((0.70, 0.69, 0.66), 0.14, 0.03, 0.04),
    "wood": ((0.50, 0.33, 0.20), 0.08, 0.08, 0.10),
    "carpet": ((0.32, 0.32, 0.36), 0.14, 0.12, 0.05),
}
INDOOR = ("tiles", "wood", "carpet", "concrete")
OUTDOOR = ("asphalt", "asphalt", "concrete", "paving", "paving", "grass", "earth")


class Backdrops:
    """Photographs and noise tiles. Raises FileNotFoundError when the folder holds no pictures."""

    def __init__(self, folder: Path) -> None:
        self.paths = sorted(folder.glob("*.jpg"))
        if not self.paths:
            raise FileNotFoundError(
                f"PASSERBY_BACKGROUNDS={folder} has no .jpg pictures: point it to a folder of photographs, "
                "for example CC BY pictures of Open Images."
            )
        rng = np.random.default_rng(2)
        self._grain = _noise_tile(rng, 1.0)
        self._blotch = _noise_tile(rng, 14.0)

    def photo(self, width: int, rows: int, rng: np.random.Generator) -> Floats:
        """A window of a photograph (rows, width, 3) sRGB 0..1 that holds none of its black corners."""
        for _ in range(6):
            picture = read_rgb(self.paths[int(rng.integers(len(self.paths)))]).astype(np.float32) / 255
            high = int(rng.uniform(0.35, 0.9) * min(picture.shape[0], picture.shape[1] * rows / width))
            wide = max(2, int(high * width / rows))
            if high < 24:
                continue
            top = int(rng.integers(0, picture.shape[0] - high + 1))
            left = int(rng.integers(0, max(1, picture.shape[1] - wide + 1)))
            window = picture[top : top + high, left : left + wide]
            if (window.max(axis=2) < 0.03).mean() < 0.02:
                return resized(window, width, rows)
        return np.full((rows, width, 3), rng.uniform(0.2, 0.8), np.float32)

    def scene(self, view: Viewpoint, window: Window, light: Light, rng: np.random.Generator) -> Floats:
        """The empty place in a window of the camera's picture, (rows, width, 3) sRGB 0..1."""
        kind = rng.choice(["photo", "ground"], p=[0.25, 0.75])
        if kind == "photo":
            picture = self.photo(window.width, window.rows, rng)
            return blurred(self._lit(picture, light), rng.uniform(0, 2.5))
        return self._place(view, window, light, rng)

    def _lit(self, picture: Floats, light: Light) -> Floats:
        """A photograph under a little of the light of the scene."""
        tint = np.array(light.sky) + 0.6 * np.array(light.key)
        tint = tint / tint.mean()
        level = np.clip(light.exposure, 0.6, 1.4) * {"night": 0.45, "dusk": 0.75}.get(light.kind, 1.0)
        lit: Floats = (picture * (tint**0.5 * level)).clip(0, 1).astype(np.float32)
        return lit

    def _place(self, view: Viewpoint, window: Window, light: Light, rng: np.random.Generator) -> Floats:
        """Ground up to a wall or to the distance."""
        columns, lines = np.meshgrid(
            np.arange(window.width) + window.left + 0.5, np.arange(window.rows) + window.top + 0.5
        )
        spots = view.ground(np.stack([columns.ravel(), lines.ravel()], axis=1)).reshape(
            window.rows, window.width, 2
        )
        turn = rng.uniform(0, 2 * np.pi)
        c, s = np.cos(turn), np.sin(turn)
        far = np.nan_to_num(-spots[..., 1], nan=1e4)
        flat = np.nan_to_num(spots, nan=0.0) @ np.array([[c, -s], [s, c]]) + rng.uniform(0, 50, 2)
        indoor = light.kind == "indoor"
        names = INDOOR if indoor else OUTDOOR
        colour = self._ground(flat, str(rng.choice(names)), rng)
        if not indoor and rng.random() < 0.45:  # another ground beside a kerb
            edge = flat[..., 0] - np.median(flat[..., 0]) + rng.normal(0, 1.5)
            other = self._ground(flat, str(rng.choice(names)), rng)
            colour = np.where((edge > 0)[..., None], other, colour)
            colour = np.where((np.abs(edge) < 0.07)[..., None], rng.uniform(0.15, 0.6), colour)
        if rng.random() < 0.4:
            colour = self._lines(flat, colour, rng)
        level = np.array(light.sky) + np.array(light.key) * light.key_from[1]
        bright = film(colour * level * light.exposure)
        wall_at = rng.uniform(1.2, 4.0) if indoor else rng.uniform(2.0, 14.0)
        person = view.height / max(np.tan(np.deg2rad(max(view.tilt, 3.0))), 1e-3)
        beyond = far > person + wall_at
        if beyond.any():
            bright = np.where(
                beyond[..., None], self._beyond(window, level * light.exposure, light, rng), bright
            )
        return blurred(bright.astype(np.float32), rng.uniform(0, 0.9))

    def _beyond(self, window: Window, level: Floats, light: Light, rng: np.random.Generator) -> Floats:
        if rng.random() < 0.4:
            base = np.array(linear(tuple(rng.uniform(0.25, 0.85) + rng.normal(0, 0.04, 3))))
            ramp = np.linspace(rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.1), window.width)[None, :, None]
            return np.broadcast_to(film(base * level * 0.7 * ramp), (window.rows, window.width, 3))
        return blurred(self._lit(self.photo(window.width, window.rows, rng), light), rng.uniform(0.3, 3.0))

    def _sample(self, tile: Floats, flat: Floats, metres: float) -> Floats:
        at = (flat / metres * TILE).astype(np.float32) % TILE
        sampled = cv2.remap(tile, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return cast(Floats, sampled)

    def _ground(self, flat: Floats, name: str, rng: np.random.Generator) -> Floats:
        """Linear albedo of the ground at places (rows, width, 2) in metres."""
        albedo, spread, grain, blotch = GROUNDS[name]
        base = np.clip(np.array(albedo) + rng.normal(0, spread) + rng.normal(0, 0.02, 3), 0.05, 0.92)
        amount = grain * self._sample(self._grain, flat, 4.0) + blotch * self._sample(self._blotch, flat, 9.0)
        if name in ("paving", "tiles", "wood"):
            wide, long = {"paving": (0.5, 0.5), "tiles": (0.6, 0.6), "wood": (0.12, 1.2)}[name]
            row = np.floor(flat[..., 1] / wide)
            across = np.abs(np.mod(flat[..., 1] / wide, 1.0) - 0.5)
            along = np.abs(np.mod(flat[..., 0] / long + 0.5 * np.mod(row, 2) * (name != "tiles"), 1.0) - 0.5)
            joint = np.maximum(across > 0.5 - 0.006 / wide, along > 0.5 - 0.006 / long)
            amount = amount - rng.uniform(0.1, 0.35) * joint
            amount = amount + 0.08 * np.sin(row * 12.9 + np.floor(flat[..., 0] / long) * 78.2)
        return np.asarray(linear_array(base) * np.clip(1 + 1.6 * amount[..., None], 0.1, 2.0), np.float32)

    def _lines(self, flat: Floats, colour: Floats, rng: np.random.Generator) -> Floats:
        """Painted lines, joints or tracks."""
        paint = rng.choice([0.75, 0.75, 0.1])
        gap, wide = rng.uniform(1.0, 4.0), rng.uniform(0.03, 0.09)
        on = np.abs(np.mod(flat[..., 0] + rng.uniform(0, gap), gap) - gap / 2) < wide
        worn = 0.75 + 0.25 * np.sign(self._sample(self._grain, flat, 2.0) + 0.3)
        share = (on * worn * rng.uniform(0.4, 0.95))[..., None]
        painted: Floats = (colour * (1 - share) + paint * share).astype(np.float32)
        return painted


def linear_array(colour: Floats) -> Floats:
    """sRGB to linear light for an array of any shape."""
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4).astype(np.float32)


def film(radiance: Floats) -> Floats:
    """Linear light as sRGB by the tone curve of `person.frag`, so that places and people fit together."""
    x = radiance * 0.8
    curve = ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clip(0, 1)
    return np.where(curve < 0.0031308, curve * 12.92, 1.055 * curve ** (1 / 2.4) - 0.055)


def _noise_tile(rng: np.random.Generator, sigma: float) -> Floats:
    """Periodic noise of unit spread, roughened by finer octaves."""
    frequency = np.fft.fftfreq(TILE)
    radius = np.hypot(frequency[:, None], frequency[None])
    pass_band = np.exp(-((radius * sigma * 4) ** 2)) + 0.25 * np.exp(-((radius * sigma) ** 2))
    tile = np.fft.ifft2(np.fft.fft2(rng.normal(size=(TILE, TILE))) * pass_band).real
    noise: NDArray[np.float32] = (tile / tile.std()).astype(np.float32)
    return noise
