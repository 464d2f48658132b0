"""Colours of clothes and hair: sampled in CIELAB, named by the nearest family, and put into words."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from synthesis.looks.chance import draw
from synthesis.looks.look import RGB, Colour
from synthesis.looks.palette import ANY, FAMILIES, HAIR_FAMILIES, Family, Lab

__all__ = [
    "FAMILIES",
    "HAIR_FAMILIES",
    "hair_words",
    "lightness",
    "name",
    "sample_colour",
    "sample_hair",
    "to_lab",
    "to_rgb",
    "words",
]

NEAR = 5.0  # CIELAB distance beyond the own family up to which a neighbour's words are still fair
_TRIES = 500

_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339,
    0.1191920, 0.9503041]])  # fmt: skip
_WHITE = np.array([0.95047, 1.0, 1.08883])


def to_lab(rgb: RGB) -> Lab:
    """CIELAB (D65) of an sRGB colour, by the formulas of IEC 61966-2-1 and CIE 15."""
    encoded = np.asarray(rgb, dtype=np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    ratio = _TO_XYZ @ linear / _WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def to_rgb(lab: Lab) -> NDArray[np.float64]:
    """sRGB of a CIELAB colour, not clipped: a value outside 0..1 means that no screen can show it."""
    y = (lab[0] + 16) / 116
    roots = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * _WHITE
    linear = np.linalg.solve(_TO_XYZ, xyz)
    return np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.clip(linear, 0, None) ** (1 / 2.4) - 0.055
    )


def name(rgb: RGB) -> str:
    """The family whose anchor lies nearest in CIELAB."""
    distances = _distances(to_lab(rgb), FAMILIES)
    return min(distances, key=distances.__getitem__)


def sample_colour(
    rng: np.random.Generator, weights: Mapping[str, float], *, chroma: tuple[float, float] = ANY
) -> Colour:
    """A colour of a family drawn by `weights`, inside the family's region and inside `chroma`.

    Raises ValueError where the family has next to nothing in that chroma.
    """
    return _sample(rng, draw(rng, weights), FAMILIES, chroma)


def sample_hair(rng: np.random.Generator, family: str) -> Colour:
    """A hair colour of one of HAIR_FAMILIES."""
    return _sample(rng, family, HAIR_FAMILIES, ANY)


@lru_cache(maxsize=4096)
def words(colour: Colour) -> tuple[tuple[str, float], ...]:
    """What people call a garment of this colour, with weights; near a border also the neighbour's words."""
    return _words(colour, FAMILIES)


@lru_cache(maxsize=4096)
def hair_words(colour: Colour) -> tuple[tuple[str, float], ...]:
    """What people call hair of this colour, with weights."""
    return _words(colour, HAIR_FAMILIES)


def lightness(colour: Colour) -> float:
    """CIE L* of a colour, 0 to 100."""
    return to_lab(colour.rgb)[0]


def _sample(
    rng: np.random.Generator, family: str, families: Mapping[str, Family], chroma: tuple[float, float]
) -> Colour:
    anchors, spread = families[family].anchors, families[family].spread
    for _ in range(_TRIES):
        anchor = anchors[int(rng.integers(len(anchors)))]
        lab = tuple(float(value) for value in rng.normal(anchor, (spread[0], spread[1], spread[1])))
        rgb = to_rgb((lab[0], lab[1], lab[2]))
        if (
            rgb.min() < 0.0
            or rgb.max() > 1.0
            or not chroma[0] <= float(np.hypot(lab[1], lab[2])) <= chroma[1]
        ):
            continue
        distances = _distances((lab[0], lab[1], lab[2]), families)
        if min(distances, key=distances.__getitem__) == family:
            return Colour(family, (float(rgb[0]), float(rgb[1]), float(rgb[2])))
    raise ValueError(f"No {family} has a chroma between {chroma[0]} and {chroma[1]}; widen the range.")


def _words(colour: Colour, families: Mapping[str, Family]) -> tuple[tuple[str, float], ...]:
    lab = to_lab(colour.rgb)
    chroma = float(np.hypot(lab[1], lab[2]))
    distances = _distances(lab, families)
    own = distances[colour.family]
    shares = {
        family: 0.5 * float(np.exp(-(d - own) / 3)) for family, d in distances.items() if d - own < NEAR
    }
    shares[colour.family] = 1.0
    found: dict[str, float] = {}
    for family, share in shares.items():
        fitting = [
            word
            for word in families[family].words
            if word.lightness[0] <= lab[0] <= word.lightness[1] and word.chroma[0] <= chroma <= word.chroma[1]
        ]
        total = sum(word.weight for word in fitting)
        for word in fitting:
            found[word.text] = found.get(word.text, 0.0) + share * word.weight / total
    return tuple(found.items())


def _distances(lab: Lab, families: Mapping[str, Family]) -> dict[str, float]:
    anchors = np.array(list(chain.from_iterable(family.anchors for family in families.values())))
    distances = np.linalg.norm(anchors - np.array(lab), axis=1)
    nearest, start = {}, 0
    for family, region in families.items():
        nearest[family] = float(distances[start : start + len(region.anchors)].min())
        start += len(region.anchors)
    return nearest
