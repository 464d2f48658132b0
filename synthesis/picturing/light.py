"""The light of a scene: a sky, what the ground throws back, one key light and one fill."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

RGB = tuple[float, float, float]
Direction = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """Linear colours; directions are unit vectors towards the light, y up, z towards the camera."""

    kind: str  # "sun" | "overcast" | "indoor" | "dusk" | "night"
    sky: RGB
    ground: RGB
    key: RGB
    key_from: Direction
    fill: RGB
    fill_from: Direction
    softness: float  # of shadows: 0 sharp, 1 none to be seen
    exposure: float

    def record(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def sample_light(rng: np.random.Generator) -> Light:
    """Some light between noon and night, outdoors or in."""
    kind = str(rng.choice(["sun", "overcast", "indoor", "dusk", "night"], p=[0.3, 0.38, 0.22, 0.06, 0.04]))
    warm = rng.normal(0.0, 1.0)
    key_from = _direction(rng.uniform(0, 360), rng.uniform(22, 70))
    fill_from = _direction(rng.uniform(0, 360), rng.uniform(5, 50))
    ground = rng.uniform(0.25, 0.55)
    match kind:
        case "sun":
            sky, key, fill, soft = rng.uniform(0.45, 0.8), rng.uniform(1.2, 2.3), 0.1, rng.uniform(0.0, 0.15)
            tints = (-0.16 + 0.04 * warm, 0.08 + 0.04 * warm)
        case "overcast":
            sky, key, fill, soft = rng.uniform(0.9, 1.25), rng.uniform(0.1, 0.45), 0.08, rng.uniform(0.6, 1.0)
            key_from = _direction(rng.uniform(0, 360), rng.uniform(55, 85))
            tints = (-0.05 + 0.04 * warm, 0.0)
        case "indoor":
            sky, key, fill, soft = (
                rng.uniform(0.5, 0.85),
                rng.uniform(0.35, 0.9),
                rng.uniform(0.1, 0.5),
                rng.uniform(0.4, 0.9),
            )
            key_from = _direction(rng.uniform(0, 360), rng.uniform(45, 85))
            tints = (0.05 + 0.06 * warm, 0.08 + 0.06 * warm)
        case "dusk":
            sky, key, fill, soft = rng.uniform(0.5, 0.8), rng.uniform(0.3, 0.9), 0.1, rng.uniform(0.2, 0.8)
            key_from = _direction(rng.uniform(0, 360), rng.uniform(8, 25))
            tints = (-0.2 + 0.05 * warm, 0.3 + 0.05 * warm)
        case _:
            sky, key, fill, soft = (
                rng.uniform(0.15, 0.4),
                rng.uniform(0.6, 1.3),
                rng.uniform(0.1, 0.4),
                rng.uniform(0.1, 0.5),
            )
            key_from = _direction(rng.uniform(0, 360), rng.uniform(45, 80))
            tints = (0.1 + 0.1 * warm, 0.3 + 0.1 * warm)
    return Light(
        kind,
        sky=_tinted(sky, tints[0]),
        ground=_tinted(sky * ground + 0.12 * key, tints[0] + 0.05),
        key=_tinted(key, tints[1]),
        key_from=key_from,
        fill=_tinted(fill, rng.normal(0, 0.1)),
        fill_from=fill_from,
        softness=float(soft),
        exposure=float(np.exp(rng.normal(-0.22, 0.28)) * (1.25 if kind == "night" else 1.0)),
    )


def _direction(azimuth: float, elevation: float) -> Direction:
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    return (float(np.cos(e) * np.sin(a)), float(np.sin(e)), float(np.cos(e) * np.cos(a)))


def _tinted(level: float, warmth: float) -> RGB:
    """A grey of this level, warmer (positive) or bluer (negative)."""
    return (float(level * (1 + warmth)), float(level), float(level * (1 - 1.15 * warmth)))


def _rounded(value: object) -> object:
    if isinstance(value, tuple):
        return [round(float(part), 4) for part in value]
    return round(value, 4) if isinstance(value, float) else value
