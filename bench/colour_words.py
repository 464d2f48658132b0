"""The peer of the lookup benchmark: the mean colours of a crop's two halves against colour words."""

import re
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.marks import Marks
from models.types import Floats, Image

COLOURS = {  # sRGB, 0..255
    "black": (20, 20, 20),
    "dark": (40, 40, 40),
    "grey": (128, 128, 128),
    "light": (200, 200, 200),
    "white": (235, 235, 235),
    "red": (180, 30, 40),
    "pink": (230, 150, 170),
    "orange": (230, 120, 30),
    "yellow": (220, 200, 40),
    "green": (40, 120, 50),
    "turquoise": (50, 180, 180),
    "blue": (40, 70, 160),
    "navy": (25, 30, 70),
    "purple": (110, 50, 130),
    "brown": (100, 65, 40),
    "tan": (190, 150, 110),
    "beige": (210, 190, 150),
    "cream": (235, 225, 195),
    "blonde": (210, 180, 120),
}
LOWER = {"trousers", "jeans", "leggings", "skirt", "shorts"}
UPPER = {"jacket", "coat", "top", "cardigan", "jumper", "shirt", "hoodie", "fleece", "blouse", "dress"}
NEITHER = {
    "shoes", "trainers", "boots", "soles", "hair", "haired", "bag", "handbag", "paper", "papers", "envelope",
    "hat", "cap", "hood", "gloves", "scarf",
}  # fmt: skip
FARTHEST = 200.0  # Lab distance given to a description without colour words: worse than any colour


def by_colour_words(images: Sequence[Image], *, middle: float = 1.0) -> Callable[[str], Marks]:
    """Compare descriptions with crops by colour alone.

    Every colour word is set against the half on which the garment named next after it is worn (the upper one
    if no garment follows); words of shoes, hair and things carried are passed over. The score is minus the
    mean Lab distance.

    Args:
        middle: the share of the width, 0..1, about the middle of the box that counts as the person.
    """
    halves = np.stack([_halves(image, middle) for image in images])  # (n, 2, 3)

    def marks(text: str) -> Marks:
        distances = [np.linalg.norm(halves[:, half] - colour, axis=1) for colour, half in _read(text)]
        far = np.mean(distances, axis=0) if distances else np.full(len(images), FARTHEST)
        return Marks(-far.astype(np.float32), (1 - far / FARTHEST).astype(np.float32).clip(0, 1))

    return marks


def _read(text: str) -> list[tuple[Floats, int]]:
    """The Lab colours that a text names, each with the half (0 upper, 1 lower) it speaks of."""
    words = re.findall(r"[a-z]+", text.lower())
    found = []
    for place, word in enumerate(words):
        following = (w for w in words[place + 1 : place + 5] if w in LOWER | UPPER | NEITHER)
        garment = next(following, "")
        if word in COLOURS and garment not in NEITHER:
            found.append((_lab(np.array([COLOURS[word]]))[0], int(garment in LOWER)))
    return found


def _halves(image: Image, middle: float) -> Floats:
    """(2, 3) mean Lab colour of the upper and the lower half."""
    height, width = image.shape[:2]
    side = int((1 - middle) / 2 * width)
    person = image[:, side : width - side]
    halves = (person[: height // 2], person[height // 2 :])
    return _lab(np.stack([half.reshape(-1, 3).mean(axis=0) for half in halves]))


def _lab(rgb: NDArray[np.floating | np.integer]) -> Floats:
    """(n, 3) sRGB 0..255 to CIE Lab."""
    pixels = np.asarray(rgb, dtype=np.float32)[None] / 255
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[0], dtype=np.float32)
