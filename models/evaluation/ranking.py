"""How well scores rank a data set, in both directions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.data.dataset import Dataset
from models.evaluation.metrics import Judged, Retrieval, judge, summarise
from models.types import Floats

CHUNK = 256  # queries ranked at a time; the ranks of a chunk take some 40 bytes per pair


@dataclass(frozen=True, slots=True)
class Ranking:
    """One set of scores, percent."""

    text_to_image: Retrieval
    image_to_text: Retrieval


def measure(dataset: Dataset, scores: Floats) -> Ranking:
    """Judge the scores (n_img, n_txt) of every picture with every caption of the data set.

    Every caption is a query against all pictures and the other way round; the described picture counts too.
    """
    if scores.shape != (len(dataset), len(dataset.captions)):
        raise ValueError(
            f"scores are {scores.shape}, but {dataset.name} has {len(dataset)} pictures and"
            f" {len(dataset.captions)} captions; score every pair"
        )
    return Ranking(
        summarise(_by_caption(dataset, scores)),
        summarise(_by_picture(dataset, scores)),
    )


def _by_caption(dataset: Dataset, scores: Floats) -> Iterator[Judged]:
    for captions in _chunks(len(dataset.captions)):
        yield judge(scores[:, captions].T, dataset.matches(captions=captions).T)


def _by_picture(dataset: Dataset, scores: Floats) -> Iterator[Judged]:
    for images in _chunks(len(dataset)):
        yield judge(scores[images], dataset.matches(images=images))


def _chunks(count: int) -> Iterator[np.ndarray]:
    for start in range(0, count, CHUNK):
        yield np.arange(start, min(start + CHUNK, count))
