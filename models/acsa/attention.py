"""Asymmetric cross-attention between the parts of pictures and the phrases of descriptions.

With image query q and value v per part, text key k and value u per phrase (linear maps; those of the text
with a layer
norm), for every pair of a picture and a description:

    A = cos(q, k);  A = leaky_relu(A, 0.1);  A = A / ||A|| along the queries
    W = softmax(20 A) along the sources (20: the sharpness; 0 weighs all sources alike)

i2t takes the parts as queries and the phrases as sources: its score is the mean over parts of cos(v, W u).
t2i takes the phrases as queries and the parts as sources: its score is the mean over phrases of cos(u, W v).
The attended vectors are never built: cos(v_i, sum_j W_j u_j) needs only v_i . u_j and the Gram matrix
u_j . u_l, so all pairs of a batch fit in (pictures, texts, parts, phrases) arrays; and the sum that a softmax
divides by cancels in the cosine, so W is a plain exponential. Padding phrases take part in nothing.

Ji et al., "Asymmetric Cross-Scale Alignment for Text-Based Person Search", IEEE TMM 25, 2023; Lee et al.,
SCAN, 2018.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.acsa.matching import SLOPE, SMALLEST, TINY

SHARPNESS = 20.0
TOGETHER = 128  # descriptions, beside as many pictures as fit: wide products are fast ones


class Mapped(NamedTuple):
    """Attention inputs of one side."""

    ask: Tensor  # (n, p, a) unit length: image queries or text keys
    value: Tensor  # (n, p, a)


class Closeness(NamedTuple):
    """Every picture against every description."""

    i2t: Tensor  # (n_img, n_txt) -1..1
    t2i: Tensor  # (n_img, n_txt) -1..1
    phrases: Tensor  # (n_img, n_txt, k) -1..1: the summands of t2i; 0 for padding


class CrossAttention(nn.Module):
    """The four maps."""

    def __init__(self, width: int, attention: int, sharpness: float = SHARPNESS) -> None:
        super().__init__()
        self.sharpness = sharpness
        self.image_query = nn.Linear(width, attention)
        self.image_value = nn.Linear(width, attention)
        self.text_key = nn.Sequential(nn.Linear(width, attention), nn.LayerNorm(attention))
        self.text_value = nn.Sequential(nn.Linear(width, attention), nn.LayerNorm(attention))

    def image(self, parts: Tensor) -> Mapped:
        """`parts` (n, p, width)."""
        return Mapped(functional.normalize(self.image_query(parts), dim=-1), self.image_value(parts))

    def text(self, phrases: Tensor) -> Mapped:
        """`phrases` (n, k, width)."""
        return Mapped(functional.normalize(self.text_key(phrases), dim=-1), self.text_value(phrases))

    def forward(self, parts: Tensor, phrases: Tensor, present: Tensor) -> Closeness:
        """All pairs of `parts` (n_img, p, width) and `phrases` (n_txt, k, width), existing where
        `present`.
        """
        return compare(self.image(parts), self.text(phrases), present, sharpness=self.sharpness)

    @torch.inference_mode()
    def scores(
        self, image: Mapped, text: Mapped, present: Tensor, local: str, *, cells: int = 1 << 20
    ) -> Tensor:
        """(n_img, n_txt) local scores of any number of pairs, in pieces of at most `cells` cells."""
        (n, p, _), (m, k, _) = image.ask.shape, text.ask.shape
        found = torch.empty(n, m)
        columns = max(1, min(m, TOGETHER, cells // (p * k)))
        rows = max(1, cells // (p * k * columns))
        for top in range(0, n, rows):
            some = Mapped(*(one[top : top + rows] for one in image))
            for left in range(0, m, columns):
                few = Mapped(*(one[left : left + columns] for one in text))
                there = present[left : left + columns]
                if local == "i2t":  # the paper's: the other direction need not be worked out
                    piece = meet(some, few, there).i2t(self.sharpness)
                else:
                    piece = local_score(compare(some, few, there, sharpness=self.sharpness), local)
                found[top : top + rows, left : left + columns] = piece
        return found


class Pairs(NamedTuple):
    """Every part of n pictures with every phrase of m descriptions; whatever is 0 adds nothing to a sum."""

    image: Tensor  # (n, p, a) values
    text: Tensor  # (m, k, a) values; 0 for padding
    likeness: Tensor  # (n, m, p, k) leaky cosines of queries and keys; 0 for padding
    agreement: Tensor  # (n, m, p, k) products of the values

    def i2t(self, sharpness: float) -> Tensor:
        """(n, m) means over the parts."""
        over_parts = self.likeness.square().sum(2, keepdim=True).clamp(min=SMALLEST).sqrt() + TINY
        weight = (self.likeness * (sharpness / over_parts)).exp()
        gram = self.text @ self.text.transpose(1, 2)  # (m, k, k)
        length = torch.einsum("nmpk,mkl,nmpl->nmp", weight, gram, weight).clamp(min=SMALLEST).sqrt()
        own = self.image.norm(dim=2)[:, None]
        per_part: Tensor = (weight * self.agreement).sum(3) / (length * own).clamp(min=SMALLEST)
        return per_part.mean(2)

    def t2i(self, sharpness: float) -> Tensor:
        """(n, m, k) of each phrase."""
        over_phrases = self.likeness.square().sum(3, keepdim=True).clamp(min=SMALLEST).sqrt() + TINY
        weight = (self.likeness * (sharpness / over_phrases)).exp()
        gram = self.image @ self.image.transpose(1, 2)  # (n, p, p)
        length = torch.einsum("nmpk,npq,nmqk->nmk", weight, gram, weight).clamp(min=SMALLEST).sqrt()
        own = self.text.norm(dim=2)[None]
        per_phrase: Tensor = (weight * self.agreement).sum(2) / (length * own).clamp(min=SMALLEST)
        return per_phrase


def meet(image: Mapped, text: Mapped, present: Tensor) -> Pairs:
    """All pairs of mapped parts and phrases; `present` (n_txt, k)."""
    n, p, _ = image.ask.shape
    m, k, _ = text.ask.shape
    key, value = (one.masked_fill(~present[..., None], 0) for one in text)
    likeness = (image.ask.flatten(0, 1) @ key.flatten(0, 1).T).view(n, p, m, k).transpose(1, 2)
    agreement = (image.value.flatten(0, 1) @ value.flatten(0, 1).T).view(n, p, m, k).transpose(1, 2)
    return Pairs(image.value, value, functional.leaky_relu(likeness, SLOPE), agreement)


def compare(image: Mapped, text: Mapped, present: Tensor, *, sharpness: float = SHARPNESS) -> Closeness:
    """The scores of all pairs from mapped parts and phrases; `present` (n_txt, k)."""
    pairs = meet(image, text, present)
    phrases = pairs.t2i(sharpness) * present[None]
    return Closeness(pairs.i2t(sharpness), phrases.sum(2) / present.sum(1).clamp(min=1), phrases)


def local_score(closeness: Closeness, local: str) -> Tensor:
    """(n_img, n_txt): "i2t", "t2i" or their "mean"."""
    if local == "mean":
        return (closeness.i2t + closeness.t2i) / 2
    return closeness.i2t if local == "i2t" else closeness.t2i
