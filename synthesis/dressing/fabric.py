"""Textures: cloth cut from photographs of garments, motifs, and a field of noise that creases cloth."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import laplace

from synthesis.dressing.meshes import Floats
from synthesis.picturing.imaging import Bytes, blurred, read_rgb, resized

CLOTHS = {  # material -> labels of photographs whose middle shows it
    "cotton": ("T-Shirt", "Longsleeve", "Shirt", "Polo"),
    "denim": ("Pants",),
    "leather": ("Outwear", "Blazer"),
    "knit": ("Hoodie", "Longsleeve"),
    "padded": ("Outwear",),
    "fleece": ("Hoodie",),
    "wool": ("Blazer", "Outwear"),
    "shiny": ("Outwear", "Dress"),
}
PATCH = 128
LAYERS = 16  # photographs kept for each material
PRINTS = 64


@dataclass(frozen=True, slots=True)
class Fabrics:
    """Texture arrays, one byte a texel; layer numbers by material."""

    cloths: Bytes  # (layers, PATCH, PATCH), mean 128
    prints: Bytes  # (layers, PATCH, PATCH), a motif's ink
    folds: Bytes  # (64, 64, 64, 4): slope in x, y, z about 128, and the height
    layers: dict[str, tuple[int, ...]]


def read_fabrics(folder: Path) -> Fabrics:
    """Cut cloth and motifs out of garment photographs. Raises FileNotFoundError when there are none."""
    table = folder / "labels.csv"
    if not table.is_file():
        raise FileNotFoundError(
            f"PASSERBY_GARMENTS={folder} has no labels.csv: point it to the CC0 Clothing dataset "
            "(github.com/alexeygrigorev/clothing-dataset) with its pictures in images/."
        )
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rng = np.random.default_rng(0)  # the same photographs in every process
    cloths: list[Bytes] = []
    layers: dict[str, tuple[int, ...]] = {}
    for material, labels in CLOTHS.items():
        files = [row["file"] for row in rows if row["label"] in labels]
        patches = _plainest([folder / "images" / files[k] for k in rng.permutation(len(files))[: 3 * LAYERS]])
        layers[material] = tuple(range(len(cloths), len(cloths) + len(patches)))
        cloths.extend(patches)
    shirts = [row["file"] for row in rows if row["label"] in ("T-Shirt", "Dress", "Top", "Blouse")]
    motifs = _busiest([folder / "images" / shirts[k] for k in rng.permutation(len(shirts))[: 6 * PRINTS]])
    return Fabrics(np.stack(cloths), np.stack(motifs), folds(), layers)


def _middle(path: Path, share: float) -> Floats:
    """Grey levels of the middle of a photograph, PATCH by PATCH."""
    picture = read_rgb(path).mean(axis=2)
    side = int(min(picture.shape) * share)
    top, left = int(picture.shape[0] * 0.47 - side / 2), (picture.shape[1] - side) // 2
    return resized(picture[top : top + side, left : left + side], PATCH, PATCH)


def _tile(patch: Floats) -> Floats:
    """Make a patch repeat without a seam by cross-fading it with its own mirror images."""
    ramp = np.minimum(np.linspace(0, 4, PATCH), np.linspace(4, 0, PATCH)).clip(0, 1)
    patch = patch * ramp[:, None] + patch[::-1] * (1 - ramp[:, None])
    faded: Floats = (patch * ramp + patch[:, ::-1] * (1 - ramp)).astype(np.float32)
    return faded


def _plainest(paths: list[Path]) -> list[Bytes]:
    """The third of the patches with the fewest hard edges: cloth and its folds, no print, no background."""
    patches = []
    for path in paths:
        grey = _middle(path, 0.34)
        flat = grey / np.maximum(blurred(grey, 24), 8.0)
        relief = _tile(flat / flat.mean())
        edges = float(np.percentile(np.abs(laplace(blurred(relief, 1.5))), 99))
        patches.append((edges, (relief.clip(0.4, 1.6) * 128).clip(0, 255).astype(np.uint8)))
    patches.sort(key=lambda pair: pair[0])
    return [patch for _, patch in patches[: max(1, len(patches) // 3)]]


def _busiest(paths: list[Path]) -> list[Bytes]:
    """The patches with the strongest contrast, as ink: prints and flowers."""
    motifs = []
    for path in paths:
        grey = _middle(path, 0.4)
        ground = float(np.median(grey))
        ink = np.abs(grey - ground)
        spread = float(np.percentile(ink, 95))
        cover = float((ink > 0.5 * spread).mean())
        motifs.append(
            (
                spread if 0.1 < cover < 0.5 else 0.0,
                (ink / max(spread, 1.0) * 200).clip(0, 255).astype(np.uint8),
            )
        )
    motifs.sort(key=lambda pair: -pair[0])
    return [motif for _, motif in motifs[:PRINTS]]


def folds(size: int = 64) -> Bytes:
    """Periodic ridged noise (Perlin's |noise|): its slope bends normals like creases; channel 4 is noise."""
    rng = np.random.default_rng(1)
    frequency = np.fft.fftfreq(size) * size
    radius = np.sqrt(sum(axis**2 for axis in np.meshgrid(frequency, frequency, frequency, indexing="ij")))
    band = np.exp(-(((radius - 4.0) / 2.2) ** 2)) + 0.45 * np.exp(-(((radius - 9.0) / 4.0) ** 2))
    noise = np.fft.ifftn(np.fft.fftn(rng.normal(size=(size,) * 3)) * band).real
    noise /= noise.std()
    height = 0.6 * noise - 0.8 * np.abs(np.roll(noise, size // 2, axis=0))
    slopes = [(np.roll(height, -1, axis) - np.roll(height, 1, axis)) / 2 for axis in (2, 1, 0)]
    scale = 0.5 / (2.5 * np.std(slopes[0]))
    ranks = np.argsort(np.argsort(noise.ravel())).reshape(noise.shape) / noise.size
    channels = [(slope * scale + 0.5) * 255 for slope in slopes] + [ranks * 255]
    return np.stack(channels, axis=-1).clip(0, 255).astype(np.uint8)
