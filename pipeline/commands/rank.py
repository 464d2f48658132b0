"""Rank the pictures of a folder by a description, without any index."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from models.types import Image, ImageFeatures
from pipeline.ports import Encoder
from pipeline.search import reasons
from pipeline.types import Reason

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})

BATCH = 64  # pictures held in memory at a time

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One picture of the folder."""

    path: Path
    score: float
    probability: float
    reasons: tuple[Reason, ...]


def rank(text: str, folder: Path, encoder: Encoder) -> list[Ranked]:
    """Score every picture below the folder by the same full score as a search, best first.

    Raises NotADirectoryError or FileNotFoundError when there is nothing to rank; a file that is no picture
    is named in the log and left out.
    """
    asked = encoder.encode_text(text)
    paths: list[Path] = []
    features: list[ImageFeatures] = []
    pictures = _pictures(folder)
    while some := list(islice(pictures, BATCH)):
        paths += [path for path, _ in some]
        features += encoder.encode_images([image for _, image in some])
    if not paths:
        raise FileNotFoundError(f"no picture in {folder}; it looks for {', '.join(sorted(SUFFIXES))}")
    nearness = np.stack([feature.vector for feature in features]) @ asked.vector
    scores = encoder.score(asked, nearness, np.stack([feature.parts for feature in features]))
    return [
        Ranked(
            paths[i],
            float(scores.total[i]),
            float(scores.probability[i]),
            reasons(asked, scores, int(i), encoder.parts),
        )
        for i in np.argsort(-scores.total, kind="stable")
    ]


def read_picture(path: Path) -> Image:
    """Read a picture as RGB; raises OSError when it is none."""
    with Pictures.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _pictures(folder: Path) -> Iterator[tuple[Path, Image]]:
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder; name one that holds pictures")
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        try:
            image = read_picture(path)
        except OSError as error:
            logger.warning("%s is left out: not a readable picture (%s)", path, error)
        else:
            yield path, image
