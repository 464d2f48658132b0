"""A page of ranked examples: each query with its best pictures, right ones framed green, wrong ones red."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from models.data.dataset import Dataset, read_image
from models.types import Floats, Image

TOP = 10
CELL = (84, 216)  # width, height of one picture with its frame
FRAME = 4
TEXT = 300  # width of the column with the query
RIGHT, WRONG = (30, 150, 60), (200, 40, 40)


@dataclass(frozen=True, slots=True)
class Answer:
    """One caption with the pictures that were ranked best for it."""

    caption: int
    own: int  # the picture that the caption was written for
    best: tuple[int, ...]  # pictures, best first
    right: tuple[bool, ...]  # whether the caption is true of each of them
    first: int  # rank of the first right picture, from 1


def choose_answers(dataset: Dataset, scores: Floats, *, queries: int = 12, seed: int = 0) -> list[Answer]:
    """The best pictures for randomly chosen captions, so that misses are shown as often as they come.

    Args:
        scores: (n_img, n_txt).
    """
    count = min(queries, len(dataset.captions))
    chosen = np.sort(np.random.default_rng(seed).choice(len(dataset.captions), count, replace=False))
    answers = []
    for caption in chosen.tolist():
        true = dataset.matches(captions=[caption])[:, 0]
        order = np.lexsort((true, -scores[:, caption]))  # of equal scores the wrong ones first
        best, own = order[:TOP], int(dataset.owners[caption])
        first = int(np.argmax(true[order])) + 1
        answers.append(Answer(caption, own, tuple(best.tolist()), tuple(true[best].tolist()), first))
    return answers


def draw_examples(dataset: Dataset, answers: Sequence[Answer]) -> PIL.Image.Image:
    """One row per answer: the words, the picture they were written for, the ten best."""
    page = PIL.Image.new("RGB", (TEXT + CELL[0] * (TOP + 1), CELL[1] * len(answers)), "white")
    for row, answer in enumerate(answers):
        top = row * CELL[1]
        _write(page, dataset.captions[answer.caption], (8, top + 8))
        own = dataset.examples[answer.own]
        _paste(page, read_image(own.image), (TEXT, top), (255, 255, 255))
        for place, (image, right) in enumerate(zip(answer.best, answer.right, strict=True), start=1):
            colour = RIGHT if right else WRONG
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
