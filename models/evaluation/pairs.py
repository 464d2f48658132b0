"""Score every picture of a data set with every one of its captions."""

from dataclasses import dataclass

import numpy as np
import torch

from models.acsa.checkpoint import Checkpoint
from models.acsa.image import ImageEmbedding
from models.acsa.network import cosines, local_scores
from models.acsa.text import TextEmbedding
from models.acsa.tokens import Reader
from models.data.dataset import Dataset, read_image
from models.data.pictures import fit
from models.evaluation.validation import embed_images, embed_texts
from models.types import Floats

BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class PairScores:
    """All pairs of a data set; 8 bytes each."""

    nearness: Floats  # (n_img, n_txt) cosine of the global vectors
    local: Floats  # (n_img, n_txt) cross-attention

    def total(self, weight: float) -> Floats:
        """(n_img, n_txt) the score that search uses."""
        return (1 - weight) * self.nearness + np.float32(weight) * self.local


def score_pairs(checkpoint: Checkpoint, dataset: Dataset, device: torch.device) -> PairScores:
    """Embed every picture and caption once, then compare all pairs.

    Pictures are read as they are needed, so that memory holds embeddings and scores only.
    """
    network = checkpoint.network.to(device).eval()
    shape = network.architecture.image
    paths = [example.image for example in dataset.examples]
    pieces = []
    for start in range(0, len(paths), BATCH):
        some = [fit(read_image(path), shape.height, shape.width) for path in paths[start : start + BATCH]]
        pieces.append(embed_images(network, np.stack(some)))
    images = ImageEmbedding(*(torch.cat(kind).to(device) for kind in zip(*pieces, strict=True)))
    reader = Reader(checkpoint.tokenizer, network.architecture.text)
    read = [reader.read(caption) for caption in dataset.captions]
    texts = TextEmbedding(*(one.to(device) for one in embed_texts(network, read)))
    nearness = cosines(images.vector, texts.vector)
    return PairScores(nearness.cpu().numpy(), local_scores(network, images, texts).cpu().numpy())
