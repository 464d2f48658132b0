"""Fit pictures of any size to the detector's network, and bring its boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.types import Floats, Image

GREY = 114  # the border that YOLO networks are trained with
STRIDE = 32  # sides of a network input are multiples of the coarsest map's stride


@dataclass(frozen=True, slots=True, eq=False)
class Letterbox:
    """A picture made to fit the network, and the way back."""

    pixels: Image  # sides are multiples of 32
    scale: float  # network pixels per picture pixel
    left: int  # grey columns before the picture
    top: int  # grey rows before the picture

    def restore(self, boxes: Floats, height: int, width: int) -> Floats:
        """Boxes (n, 4) of the network's input as boxes of the picture, clipped to it."""
        moved = (boxes - np.array([self.left, self.top] * 2, np.float32)) / np.float32(self.scale)
        limits = np.array([width, height] * 2, np.float32)
        return np.asarray(np.clip(moved, 0, limits), dtype=np.float32)


def letterbox(image: Image, size: int, *, square: bool = False) -> Letterbox:
    """Scale so that the long side is `size`, then pad with grey, half on each side, to multiples of 32.

    `square` pads to size x size, for networks that were exported with one fixed shape.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width)
    inner = max(round(width * scale), 1), max(round(height * scale), 1)
    across, down = (size, size) if square else (-(-side // STRIDE) * STRIDE for side in inner)
    left, top = (across - inner[0]) // 2, (down - inner[1]) // 2
    pixels = np.full((down, across, 3), GREY, np.uint8)
    pixels[top : top + inner[1], left : left + inner[0]] = _scaled(image, inner)
    return Letterbox(pixels, scale, left, top)


def _scaled(image: Image, inner: tuple[int, int]) -> Image:
    """The picture (width, height) so large; much too large ones are halved first, which is fast.

    Linear interpolation alone would skip pixels there.
    """
    while image.shape[1] > 2 * inner[0] and image.shape[0] > 2 * inner[1]:
        half = image.shape[1] // 2, image.shape[0] // 2
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    if image.shape[1::-1] == inner:
        return image
    return np.asarray(cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR), np.uint8)
