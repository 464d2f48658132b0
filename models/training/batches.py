"""A training split in memory, and the batch of any step from the step's number alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.acsa.architecture import ImageShape
from models.acsa.batch import TextBatch, batch_texts
from models.acsa.tokens import Reader
from models.data.dataset import Dataset
from models.data.pictures import cache_pictures
from models.training.augment import Augment, augment
from models.training.objective import Truth
from models.training.sampler import IdentitySampler, Rows

Bools = NDArray[np.bool_]


class Batch(NamedTuple):
    """n pictures with one description each, and k more that are wrong in one detail."""

    images: Tensor  # (n, h, w, 3) uint8 RGB
    texts: TextBatch  # n + k descriptions
    truth: Truth
    contrary: Tensor  # (k,) int64: the picture of which each of the last k descriptions is wrong
    rows: Rows  # (n,) of the data set
    captions: Rows  # (n,) of the data set


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of every step's pictures this process takes: one of `total`."""

    number: int = 0
    total: int = 1


ALONE = Share()


class TrainingSet:
    """Pictures cached at the network's size, descriptions cut into word pieces once."""

    def __init__(self, data: Dataset, reader: Reader, shape: ImageShape, *, cache: Path) -> None:
        self.data, self.reader = data, reader
        paths = [example.image for example in data.examples]
        self.images = cache_pictures(paths, cache, height=shape.height, width=shape.width)
        self.texts = [reader.read(caption) for caption in data.captions]
        counts = np.array([len(example.captions) for example in data.examples])
        self.first = np.cumsum(counts) - counts  # the number of each picture's first caption
        self.counts = counts
        self.contrary = [tuple(map(reader.read, example.contrary)) for example in data.examples]

    def phrases_true(self, captions: Rows, rows: Rows) -> tuple[Bools, Bools]:
        """(n_img, n_txt, k) which phrases are true of which pictures; (n_txt, k) for which that is known."""
        return self.data.phrases_true(captions, rows, [self.texts[caption].phrases for caption in captions])

    def batch(
        self,
        step: int,
        sampler: IdentitySampler,
        how: Augment,
        share: Share = ALONE,
        *,
        contrary: float = 0.0,
    ) -> Batch:
        """The pictures of a step, changed at random, each with one of its captions drawn at random.

        The share `contrary` of them also get a description that is wrong in one detail, where they have one.
        """
        rows = np.array_split(sampler.rows(step), share.total)[share.number]
        rng = np.random.default_rng((sampler.seed, step, share.number))
        captions = self.first[rows] + (rng.random(len(rows)) * self.counts[rows]).astype(np.int64)
        truth = Truth(
            torch.from_numpy(self.data.matches(captions, rows)),
            torch.from_numpy(self.data.identities[rows]),
            *map(torch.from_numpy, self.phrases_true(captions, rows)),
        )
        images = torch.from_numpy(augment(self.images[rows], how, rng))
        wrong = [n for n in np.flatnonzero(rng.random(len(rows)) < contrary) if self.contrary[rows[n]]]
        told = [self.texts[caption] for caption in captions]
        told += [self.contrary[rows[n]][rng.integers(len(self.contrary[rows[n]]))] for n in wrong]
        owners = torch.tensor(wrong, dtype=torch.int64)
        return Batch(images, batch_texts(told), truth, owners, rows, captions)
