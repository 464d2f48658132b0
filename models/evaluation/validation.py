"""Measure a network on the validation split and choose what belongs to it there: weight, probability,
threshold.
"""

from collections.abc import Callable, Iterator, Sequence
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
# (captions, pictures) -> (n_img, n_txt, k) which phrases are true, and (n_txt, k) for which that is known
PhraseTruth = Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[Bools, Bools]]
Thing = tuple[TextEmbedding, Bools]  # the words for it and for its kinds, and (n_img,) who has it
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
    network: Acsa,
    images: ImageEmbedding,
    texts: TextEmbedding,
    match: Bools,
    phrases: PhraseTruth,
    things: Sequence[Thing] = (),
) -> Validated:
    """Choose the weight by mAP and calibrate. `match` (n_img, n_txt)."""
    device = network.mean.device
    gallery = ImageEmbedding(*(one.to(device) for one in images))
    queries = TextEmbedding(*(one.to(device) for one in texts))
    nearness = _numpy(cosines(images.vector, texts.vector))
    local = _numpy(local_scores(network, gallery, queries))
    weight, _ = choose_weight(nearness, local, match)
    total = (1 - weight) * nearness + weight * local
    return Validated(
        weight,
        calibrate(
            total,
            match,
            phrase=fit_phrases(network, gallery, queries, match, phrases),
            excluded=fit_exclusions(network, gallery, things),
        ),
        summarise([judge(total.T, match.T)]),
        summarise([judge(nearness.T, match.T)]),
    )


@torch.inference_mode()
def fit_phrases(
    network: Acsa, images: ImageEmbedding, texts: TextEmbedding, match: Bools, phrases: PhraseTruth
) -> tuple[float, float]:
    """Scale and offset that turn the score of one phrase with one picture into how likely it is true.

    Where nothing is known of phrases alone, those of a true description are taken for true and those of an
    untrue one for untrue, which is too strict.
    """
    columns = np.linspace(0, match.shape[1] - 1, min(SAMPLE, match.shape[1])).astype(np.int64)
    rows = np.arange(min(SAMPLE, len(match)))
    true, known = phrases(columns, rows)
    present = texts.present[columns].cpu().numpy()[:, : known.shape[1]]
    if not known.any():
        true, known = match[rows][:, columns, None] & present, present
    scores = [
        _numpy(network.attention(images.parts[rows], texts.phrases[[n]], texts.present[[n]]).phrases[:, 0])
        for n in columns
    ]
    cells = np.stack(scores, axis=1)[:, :, : known.shape[1]][:, known]
    every = true[:, known]
    if every.all() or not every.any():
        raise ValueError("phrases cannot be calibrated: the validation split lacks true or untrue ones")
    return fit_platt(cells.ravel(), every.ravel())


@torch.inference_mode()
def fit_exclusions(
    network: Acsa, images: ImageEmbedding, things: Sequence[Thing]
) -> tuple[float, float] | None:
    """Scale and offset that turn the score of a thing into how likely somebody has it; None without things.

    The score is that of the truest of its words, each taken as a description of its own, as a search takes
    what it shuts out. Those who have a thing weigh as much as those who lack it.
    """
    if not things:
        return None
    scores, truth, weight = [], [], []
    for words, has in things:
        texts = TextEmbedding(*(one.to(network.mean.device) for one in words))
        every = [
            _numpy(network.attention(images.parts, texts.phrases[[n]], texts.present[[n]]).phrases[:, 0, 0])
            for n in range(len(texts.phrases))
        ]
        scores.append(np.max(every, axis=0))
        truth.append(has)
        weight.append(np.where(has, 0.5 / has.sum(), 0.5 / (~has).sum()))
    return fit_platt(np.concatenate(scores), np.concatenate(truth), np.concatenate(weight))


def _numpy(scores: Tensor) -> Floats:
    return scores.float().cpu().numpy()


def _chunks(rows: list[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
