"""Measure a network on the validation split and choose what belongs to it there: weight, probability,
threshold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.acsa.batch import batch_texts
from models.acsa.calibration import Calibration, calibrate, choose_weight, fit_platt
from models.acsa.image import ImageEmbedding
from models.acsa.network import Acsa, cosines, local_scores
from models.acsa.text import TextEmbedding
from models.acsa.tokens import Description
from models.evaluation.metrics import Retrieval, judge, summarise
from models.types import Floats

Bools = NDArray[np.bool_]
SAMPLE = 300  # descriptions, and pictures for each, that single phrases are calibrated on


@dataclass(frozen=True, slots=True)
class Validated:
    """What the validation split says of a network."""

    weight: float
    calibration: Calibration
    whole: Retrieval  # with cross-attention at `weight`
    nearness: Retrieval  # by the global vectors alone


@torch.inference_mode()
def embed_images(network: Acsa, images: NDArray[np.uint8], *, batch: int = 64) -> ImageEmbedding:
    """All of `images` (n, h, w, 3) uint8 at the network's size, in evaluation mode, on the CPU afterwards."""
    pieces = [
        network.embed_bytes(torch.from_numpy(np.array(images[at : at + batch])).to(network.mean.device))
        for at in range(0, len(images), batch)
    ]
    return ImageEmbedding(*(torch.cat(kind).cpu() for kind in zip(*pieces, strict=True)))


@torch.inference_mode()
def embed_texts(network: Acsa, texts: Sequence[Description], *, batch: int = 64) -> TextEmbedding:
    """All descriptions, in their order; batched by length, because padding costs as much as words."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place].pieces))
    most = max(len(text.phrases) for text in texts)
    width = network.architecture.width
    vector = torch.empty(len(texts), width)
    phrases = torch.zeros(len(texts), most, width)
    present = torch.zeros(len(texts), most, dtype=torch.bool)
    for rows in _chunks(order, batch):
        some = network.text(batch_texts([texts[row] for row in rows]).to(network.mean.device))
        k = some.present.shape[1]
        vector[rows], phrases[rows, :k], present[rows, :k] = (one.cpu() for one in some)
    return TextEmbedding(vector, phrases, present)


def validate(
    network: Acsa, images: ImageEmbedding, texts: TextEmbedding, match: Bools, claimed: Bools
) -> Validated:
    """Choose the weight by mAP and calibrate.

    `match` (n_img, n_txt); `claimed` (n_txt,) descriptions whose own claims decide what they are true of.
    """
    device = network.mean.device
    gallery = ImageEmbedding(*(one.to(device) for one in images))
    queries = TextEmbedding(*(one.to(device) for one in texts))
    nearness = _numpy(cosines(images.vector, texts.vector))
    local = _numpy(local_scores(network, gallery, queries))
    weight, _ = choose_weight(nearness, local, match)
    total = (1 - weight) * nearness + weight * local
    return Validated(
        weight,
        calibrate(total, match, phrase=fit_phrases(network, gallery, queries, match, claimed)),
        summarise([judge(total.T, match.T)]),
        summarise([judge(nearness.T, match.T)]),
    )


@torch.inference_mode()
def fit_phrases(
    network: Acsa, images: ImageEmbedding, texts: TextEmbedding, match: Bools, claimed: Bools
) -> tuple[float, float]:
    """Scale and offset that turn the score of one phrase with one picture into how likely it is true.

    Every phrase of a true description is true. An untrue description of a single phrase shows an untrue
    phrase where
    its claims decide; where there is none such, every phrase of an untrue description is taken for untrue,
    which is too strict.
    """
    single = texts.present.sum(1).cpu().numpy() == 1
    decided = claimed & single if (claimed & single).any() else np.ones_like(claimed)
    some = np.linspace(0, match.shape[1] - 1, min(SAMPLE, match.shape[1])).astype(np.int64)
    scores, truth = list[NDArray[np.float32]](), list[Bools]()
    for text in some:
        phrases, present = texts.phrases[text : text + 1], texts.present[text : text + 1]
        found = _numpy(network.attention(images.parts[:SAMPLE], phrases, present).phrases[:, 0])
        true = match[:SAMPLE, text]
        count = int(present.sum())
        known = true | decided[text]
        scores.append(found[known, :count].ravel())
        truth.append(np.repeat(true[known], count))
    every = np.concatenate(truth)
    if every.all() or not every.any():
        raise ValueError("phrases cannot be calibrated: the validation split lacks true or untrue ones")
    return fit_platt(np.concatenate(scores), every)


def _numpy(scores: Tensor) -> Floats:
    return scores.float().cpu().numpy()


def _chunks(rows: list[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
