"""Draw random square views of photographs, as a camera might have taken them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.detection.letterbox import GREY
from models.types import Image

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
HELD_OUT = 10  # every tenth picture of a folder is kept for measuring


def split_pictures(folders: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The pictures of `folders` to learn from, and those held out: every tenth of each, in order of name."""
    learn: list[Path] = []
    measure: list[Path] = []
    for folder in folders:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
        if not found:
            raise ValueError(f"{folder} holds no pictures ({', '.join(PICTURES)}); name a folder that does")
        for place, path in enumerate(found):
            (measure if place % HELD_OUT == HELD_OUT - 1 else learn).append(path)
    return learn, measure


def read_picture(path: Path) -> Image:
    """Decode one picture as RGB uint8 (height, width, 3)."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path} is no picture that OpenCV can read; take it out of the folder")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Views:
    """An endless supply of random views: scale, place, mirror, light, blur, low resolution and JPEG vary."""

    pictures: Sequence[Path]

    def draw(self, random: np.random.Generator, size: int) -> Image:
        """One view, (size, size, 3) RGB uint8."""
        image = read_picture(self.pictures[int(random.integers(len(self.pictures)))])
        # People in photographs fill half the picture, people under a camera a tenth: draw the scale evenly in
        # its logarithm so that both are learnt.
        scale = size / max(image.shape[:2]) * float(np.exp(random.uniform(np.log(0.3), np.log(2.5))))
        view = _degrade(_place(image, scale, size, random), random)
        return view[:, ::-1] if random.random() < 0.5 else view

    def batch(self, random: np.random.Generator, count: int, size: int) -> Tensor:
        """`count` views as the network takes them: (count, 3, size, size) float32, 0..1."""
        views = np.stack([self.draw(random, size) for _ in range(count)])
        return torch.from_numpy(views).permute(0, 3, 1, 2).float().div(255)


def _place(image: Image, scale: float, size: int, random: np.random.Generator) -> Image:
    """Scale the picture about a random place; what lies outside it is grey or another copy of its edge."""
    height, width = image.shape[:2]
    stretch = float(np.exp(random.uniform(-0.15, 0.15)))
    across, down = scale * stretch, scale / stretch
    left = random.uniform(min(0.0, size - width * across), max(0.0, size - width * across))
    top = random.uniform(min(0.0, size - height * down), max(0.0, size - height * down))
    matrix = np.array([[across, 0, left], [0, down, top]])
    border = cv2.BORDER_REFLECT_101 if random.random() < 0.8 else cv2.BORDER_CONSTANT
    shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    view = cv2.warpAffine(
        image, matrix, (size, size), flags=shrink, borderMode=border, borderValue=(GREY, GREY, GREY)
    )
    return np.asarray(view, dtype=np.uint8)


def _degrade(image: Image, random: np.random.Generator) -> Image:
    """Change the light and spoil the picture the way cameras do."""
    size = image.shape[0]
    if random.random() < 0.3:  # fewer pixels than the view shows
        small = int(size * random.uniform(0.3, 0.8))
        reduced = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.resize(reduced, (size, size), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    if random.random() < 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.6)), dtype=np.uint8)
    if random.random() < 0.7:
        gain, lift = random.uniform(0.6, 1.4), random.uniform(-30, 30)
        tint = random.uniform(0.9, 1.1, 3)
        levels = (np.arange(256)[:, None] - 128.0) * gain * tint + 128.0 + lift
        table = np.clip(levels, 0, 255).astype(np.uint8)[None]
        image = np.asarray(cv2.LUT(image, table), dtype=np.uint8)
    if random.random() < 0.1:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    if random.random() < 0.3:
        quality = int(random.integers(25, 90))
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image
