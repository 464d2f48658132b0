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
    flags = (
        cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    )  # linear skips pixels when it shrinks that far
    scaled = image if inner == (width, height) else cv2.resize(image, inner, interpolation=flags)
    left, top = (across - inner[0]) // 2, (down - inner[1]) // 2
    pixels = np.full((down, across, 3), GREY, np.uint8)
    pixels[top : top + inner[1], left : left + inner[0]] = scaled
    return Letterbox(pixels, scale, left, top)
