"""A page of ranked examples: each query with its best pictures, right ones framed green, wrong ones red."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from models.data import Dataset, read_image
from models.types import Floats, Image

TOP = 10
CELL = (84, 216)  # width, height of one picture with its frame
FRAME = 4
TEXT = 300  # width of the column with the query
RIGHT, WRONG = (30, 150, 60), (200, 40, 40)


def draw_examples(dataset: Dataset, scores: Floats, *, queries: int = 12, seed: int = 0) -> PIL.Image.Image:
    """Rank the pictures for randomly chosen captions, so that the page shows misses as often as they come.

    Args:
        scores: (n_img, n_txt).
    """
    count = min(queries, len(dataset.captions))
    chosen = np.sort(np.random.default_rng(seed).choice(len(dataset.captions), count, replace=False))
    page = PIL.Image.new("RGB", (TEXT + CELL[0] * (TOP + 1), CELL[1] * count), "white")
    for row, caption in enumerate(chosen.tolist()):
        true = dataset.matches(captions=[caption])[:, 0]
        best = np.lexsort((true, -scores[:, caption]))[:TOP]
        top = row * CELL[1]
        _write(page, dataset.captions[caption], (8, top + 8))
        own = dataset.examples[int(dataset.owners[caption])]
        _paste(page, read_image(own.image), (TEXT, top), (255, 255, 255))
        for place, image in enumerate(best.tolist(), start=1):
            colour = RIGHT if true[image] else WRONG
            _paste(page, read_image(dataset.examples[image].image), (TEXT + place * CELL[0], top), colour)
    return page


def save_page(page: PIL.Image.Image, path: Path) -> None:
    """Write the page as PNG, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, format="PNG")


def _write(page: PIL.Image.Image, text: str, corner: tuple[int, int]) -> None:
    font = PIL.ImageFont.load_default(size=13)
    lines = textwrap.wrap(text, 44)[: CELL[1] // 17 - 1]
    PIL.ImageDraw.Draw(page).multiline_text(corner, "\n".join(lines), fill=(20, 20, 20), font=font, spacing=4)


def _paste(page: PIL.Image.Image, image: Image, corner: tuple[int, int], colour: Sequence[int]) -> None:
    """Fit the picture into its cell, whole and undistorted, on a ground of the frame's colour."""
    width, height = CELL[0] - 4, CELL[1] - 8
    PIL.ImageDraw.Draw(page).rectangle(
        (corner[0], corner[1], corner[0] + width - 1, corner[1] + height - 1), fill=tuple(colour)
    )
    picture = PIL.Image.fromarray(image)
    inside = (width - 2 * FRAME, height - 2 * FRAME)
    scale = min(inside[0] / picture.width, inside[1] / picture.height)
    picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    page.paste(
        picture, (corner[0] + (width - picture.width) // 2, corner[1] + (height - picture.height) // 2)
    )
