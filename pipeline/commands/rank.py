"""Rank the pictures of a folder by a description, without any index."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from models.types import Image, ImageFeatures
from pipeline.asking.question import Question
from pipeline.evidence import Evidence, Words
from pipeline.footage.decode import picture
from pipeline.footage.sources import SourceError
from pipeline.ports import Encoder
from pipeline.types import Reason

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})

BATCH = 64  # pictures held in memory at a time

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One picture of the folder."""

    path: Path
    score: float
    probability: float | None
    reasons: tuple[Reason, ...]


def rank(question: Question, folder: Path, encoder: Encoder) -> list[Ranked]:
    """Score every picture below the folder by the same full score as a search, best first.

    Raises NotADirectoryError or FileNotFoundError when there is nothing to rank; a file that is no picture
    is named in the log and left out.
    """
    words = Words.of(question.description, question.weights, encoder)
    paths: list[Path] = []
    features: list[ImageFeatures] = []
    pictures = _pictures(folder)
    while some := list(islice(pictures, BATCH)):
        paths += [path for path, _ in some]
        features += encoder.encode_images([image for _, image in some])
    if not paths:
        raise FileNotFoundError(f"no picture in {folder}; it looks for {', '.join(sorted(SUFFIXES))}")
    weighed = Evidence(words, (), ()).weigh(features, encoder)
    return [
        Ranked(paths[i], float(weighed.total[i]), weighed.chance(i), weighed.reasons(i))
        for i in weighed.order()
    ]


def _pictures(folder: Path) -> Iterator[tuple[Path, Image]]:
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder; name one that holds pictures")
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        try:
            image = picture(str(path))
        except SourceError as error:
            logger.warning("left out: %s", error)
        else:
            yield path, image
