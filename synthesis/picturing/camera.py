"""What a cheap camera does to a picture: blur, noise, colour, sharpening, compression."""

from typing import cast

import cv2
import numpy as np

from synthesis.dressing.meshes import Floats
from synthesis.picturing.imaging import Bytes, blurred, decoded, jpeg, resized


def record(scene: Floats, rng: np.random.Generator, *, harm: float = 1.0) -> Bytes:
    """A scene (rows, width, 3) sRGB 0..1 as a camera delivers it, uint8; ``harm`` scales all damage."""
    picture = _optics(_metered(scene, rng), rng, harm)
    picture = _colours(picture, rng, harm)
    picture = _sensor(picture, rng, harm)
    if rng.random() < 0.4:
        picture = _sharpened(picture, rng)
    coded = (picture.clip(0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.004 * harm:
        coded = _interlaced(coded, 1)
    return _compressed(coded, rng, harm)


def _metered(picture: Floats, rng: np.random.Generator) -> Floats:
    """Automatic exposure: most of the way to a picture whose bright parts are bright, but not always."""
    bright = float(np.percentile(picture.mean(axis=2), 85))
    gain = (rng.uniform(0.55, 0.95) / max(bright, 0.05)) ** rng.uniform(0.3, 0.9)
    metered: Floats = (picture * min(max(gain, 0.6), 2.2)).clip(0, 1).astype(np.float32)
    return metered


def _optics(picture: Floats, rng: np.random.Generator, harm: float) -> Floats:
    rows = picture.shape[0]
    sigma = harm * abs(rng.normal(0.0, 0.3)) * max(1.0, rows / 200)
    picture = blurred(picture, sigma)
    if rng.random() < 0.12 * harm:
        picture = _moved(picture, rng.uniform(1.2, 0.014 * rows + 1.5), rng.uniform(-25, 25))
    if rng.random() < 0.3 * harm and rows > 90:  # a smaller picture, enlarged again
        small = rng.uniform(max(0.35, 60 / rows), 0.9)
        shrunk = resized(picture, max(8, round(picture.shape[1] * small)), max(16, round(rows * small)))
        way = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        picture = resized(shrunk, picture.shape[1], rows, way)
    return picture.astype(np.float32)


def _moved(picture: Floats, length: float, degrees: float) -> Floats:
    size = int(np.ceil(length)) * 2 + 1
    kernel = np.zeros((size, size), np.float32)
    reach = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))]) * length / 2
    middle = size // 2
    for share in np.linspace(-1, 1, 4 * size):
        x, y = np.rint(middle + share * reach).astype(int)
        kernel[y, x] = 1.0
    return cast(Floats, cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT))


def _colours(picture: Floats, rng: np.random.Generator, harm: float) -> Floats:
    """White balance, saturation, contrast, haze and gamma."""
    cast = 1 + harm * rng.normal(0, 0.035, 3)
    picture = picture * cast.astype(np.float32)
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    saturation = np.clip(rng.normal(0.87, 0.15 * harm), 0.35, 1.45)
    picture = grey[..., None] + (picture - grey[..., None]) * saturation
    contrast = np.clip(rng.normal(1.0, 0.12 * harm), 0.65, 1.5)
    pivot = 0.45
    picture = pivot + (picture - pivot) * contrast
    lift = max(0.0, rng.normal(0.0, 0.03 * harm))
    picture = lift + picture * (1 - lift)
    gamma = np.exp(rng.normal(0, 0.12 * harm))
    corrected: Floats = (picture.clip(0, 1) ** gamma).astype(np.float32)
    return corrected


def _sensor(picture: Floats, rng: np.random.Generator, harm: float) -> Floats:
    """Read and shot noise, partly smoothed by the camera's own filter, stronger in colour."""
    strength = harm * rng.choice([0.003, 0.009, 0.022], p=[0.45, 0.4, 0.15])
    noise: Floats = rng.normal(0, 1, picture.shape).astype(np.float32)
    if rng.random() < 0.6:
        noise = blurred(noise, rng.uniform(0.5, 1.0)) * np.float32(1.6)
    shot = np.sqrt(picture.clip(0.02, 1)) * 0.7 + 0.5
    noisy: Floats = (picture + noise * shot * np.float32(strength)).clip(0, 1).astype(np.float32)
    return noisy


def _sharpened(picture: Floats, rng: np.random.Generator) -> Floats:
    soft = blurred(picture, rng.uniform(0.8, 1.8))
    return (picture + rng.uniform(0.2, 1.0) * (picture - soft)).clip(0, 1).astype(np.float32)


def _interlaced(picture: Bytes, shift: int) -> Bytes:
    woven = picture.copy()
    woven[1::2] = np.roll(picture[1::2], shift, axis=1)
    return woven


def _compressed(picture: Bytes, rng: np.random.Generator, harm: float) -> Bytes:
    """JPEG with halved colour; or twice, off the grid and smoothed, much as a video codec leaves it."""
    quality = int(np.clip(rng.normal(78, 16) if harm else 95, 30, 96))
    if rng.random() < 0.35 * harm:
        first = decoded(jpeg(picture, quality - 8))
        top, left = (int(n) for n in rng.integers(1, 8, 2))
        padded = np.pad(first, ((top, 0), (left, 0), (0, 0)), mode="reflect")
        smooth = cv2.bilateralFilter(decoded(jpeg(padded, quality)), 5, 14, 2)[top:, left:]
        return cast(Bytes, np.ascontiguousarray(smooth))
    return decoded(jpeg(picture, quality))
