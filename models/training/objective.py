"""The loss of one batch: every term that a recipe weighs, and their sum."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.acsa.attention import Closeness, local_score
from models.acsa.batch import TextBatch
from models.acsa.image import ImageEmbedding
from models.acsa.losses import Cmpc, LossWeights, PhraseTruth, cmpm, contrastive, nce, sdm
from models.acsa.network import Acsa, cosines
from models.acsa.text import TextEmbedding


class Truth(NamedTuple):
    """What is true of n pictures and the n descriptions drawn for them, row by row."""

    match: Tensor  # (n_img, n_txt) bool
    identity: Tensor  # (n,) int64
    phrases: Tensor  # (n_img, n_txt, k) bool: each of the description's phrases alone
    known: Tensor  # (n_txt, k) bool: the phrases of which `phrases` tells

    def to(self, device: torch.device) -> "Truth":
        return Truth(*(one.to(device) for one in self))


class Objective(nn.Module):
    """A network with the losses it is trained by; one forward pass, so that it can be distributed."""

    def __init__(self, network: Acsa, weights: LossWeights, identities: int) -> None:
        super().__init__()
        self.network, self.weights = network, weights
        width = network.architecture.width
        self.cmpc = Cmpc(width, identities) if weights.cmpc else None
        self.phrase = PhraseTruth() if weights.phrase else None

    def forward(self, pixels: Tensor, texts: TextBatch, truth: Truth, contrary: Tensor) -> dict[str, Tensor]:
        """The terms, each times its weight; their sum is the loss.

        `pixels` (n, 3, h, w) in 0..1; the first n of `texts` describe them, each of the others is wrong of
        the picture that `contrary` (k,) names.
        """
        image = self.network.embed_images(pixels)
        text: TextEmbedding = self.network.text(texts)
        with torch.autocast(pixels.device.type, enabled=False):  # softmax at scale 50 wants float32
            return self.terms(image, text, truth, contrary)

    def terms(
        self, image: ImageEmbedding, text: TextEmbedding, truth: Truth, contrary: Tensor
    ) -> dict[str, Tensor]:
        """As `forward`, from what the network made of pictures and descriptions."""
        weights, terms = self.weights, dict[str, Tensor]()
        n = len(image.vector)
        wrong = TextEmbedding(*(one[n:] for one in text))
        text = TextEmbedding(*(one[:n] for one in text))
        if weights.cmpm:
            matched = cmpm(image.vector, text.vector, truth.match, released=weights.released)
            terms["cmpm"] = weights.cmpm * matched
        if self.cmpc is not None:
            terms["cmpc"] = weights.cmpc * self.cmpc(image.vector, text.vector, truth.identity)
        if weights.sdm:
            terms["sdm"] = weights.sdm * sdm(image.vector, text.vector, truth.match, weights.sdm_temperature)
        if weights.nce:
            scores = cosines(image.vector, text.vector)
            worse = functional.cosine_similarity(image.vector[contrary], wrong.vector)
            terms["nce"] = weights.nce * nce(
                scores, truth.match, weights.nce_temperature, contrary=(contrary, worse)
            )
        if weights.local or weights.local_nce or self.phrase is not None:
            close: Closeness = self.network.attention(image.parts, text.phrases, text.present)
            if weights.local:
                ways = [
                    contrastive(one, truth.match, released=weights.released) for one in (close.i2t, close.t2i)
                ]
                terms["local"] = weights.local * (ways[0] + ways[1])
            if weights.local_nce:
                scores = local_score(close, self.network.architecture.local)
                worse = self._local(image.parts[contrary], wrong)
                terms["local_nce"] = weights.local_nce * nce(
                    scores, truth.match, weights.nce_temperature, contrary=(contrary, worse)
                )
            if self.phrase is not None:
                known = truth.known[None].expand_as(truth.phrases)
                terms["phrase"] = weights.phrase * self.phrase(
                    close.phrases[:, :, : known.shape[2]], truth.phrases, known
                )
        if not terms:
            raise ValueError(
                "every loss has weight 0: give at least one of cmpm, cmpc, sdm, nce, local a weight"
            )
        return terms

    def _local(self, parts: Tensor, text: TextEmbedding) -> Tensor:
        """(k,) local scores of k pictures, each with its own description."""
        if not len(parts):
            return parts.new_zeros(0)
        close: Closeness = self.network.attention(parts, text.phrases, text.present)
        return local_score(close, self.network.architecture.local).diagonal()
