"""Losses of ACSA over a batch of n pictures and m descriptions, with targets that sum to one.

Every function takes `match` (n, m) bool: which description is true of which picture. Identity labels are one
way to make it; a short query that is true of many people of a batch is another.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-8
RELEASED_CUT = 0.5


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each loss counts; 0 leaves it out."""

    cmpm: float = 1.0
    cmpc: float = 4.0
    local: float = 0.1  # KL contrastive over both local scores
    sdm: float = 0.0
    sdm_temperature: float = 0.02
    nce: float = 0.0
    nce_temperature: float = 0.05
    local_nce: float = 0.0
    phrase: float = 0.0
    released: bool = False  # CMPM and the contrastive loss as the release of ACSA has them, see `cmpm`


def targets(match: Tensor, *, released: bool = False) -> Tensor:
    """(n, m) rows of equal shares over the matches; a row without any is 0.

    `released`: divide by the Euclidean norm as the release of ACSA does, so several positives sum to more
    than one.
    """
    share = match.float()
    total = share.norm(dim=1, keepdim=True) if released else share.sum(dim=1, keepdim=True)
    return share / total.clamp(min=EPSILON)


def divergence(logits: Tensor, target: Tensor) -> Tensor:
    """Mean over rows of KL(softmax(logits) || target), a little added to the target so that its log exists.

    Rows whose target is empty say nothing and are left out.
    """
    guess = logits.softmax(dim=1)
    rows = (guess * (logits.log_softmax(dim=1) - (target + EPSILON).log())).sum(dim=1)
    told = target.sum(dim=1) > 0
    return rows[told].mean() if bool(told.any()) else rows.sum() * 0


def both_ways(logits_i2t: Tensor, logits_t2i: Tensor, match: Tensor, *, released: bool = False) -> Tensor:
    """Sum of the divergences over descriptions per picture (n, m) and pictures per description (m, n)."""
    there = divergence(logits_i2t, targets(match, released=released))
    return there + divergence(logits_t2i, targets(match.T, released=released))


def cmpm(image: Tensor, text: Tensor, match: Tensor, *, released: bool = False) -> Tensor:
    """Cross-modal projection matching of global vectors (n, d), (m, d). Zhang & Lu, ECCV 2018, eq. 1-6.

    `released`: with the release's targets, and left out of the objective where it is below 0.5.
    """
    onto_text = image @ functional.normalize(text, dim=1).T
    onto_image = text @ functional.normalize(image, dim=1).T
    loss = both_ways(onto_text, onto_image, match, released=released)
    return loss * (loss >= RELEASED_CUT) if released else loss


def sdm(image: Tensor, text: Tensor, match: Tensor, temperature: float) -> Tensor:
    """Similarity distribution matching. Jiang & Ye, "Cross-Modal Implicit Relation Reasoning", CVPR 2023,
    eq. 6.
    """
    logits = functional.normalize(image, dim=1) @ functional.normalize(text, dim=1).T / temperature
    return both_ways(logits, logits.T, match)


def contrastive(scores: Tensor, match: Tensor, *, scale: float = 20.0, released: bool = False) -> Tensor:
    """KL contrastive loss over a matrix of local scores (n, m)."""
    return both_ways(scale * scores, scale * scores.T, match, released=released)


def nce(
    scores: Tensor,
    match: Tensor,
    temperature: float,
    *,
    contrary: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Cross-entropy of the target shares under the softmax of a score matrix (n, m), both ways.

    InfoNCE (Oord et al., 2018) with several positives. The divergences above punish every guess outside
    the target; this one asks only that no match is missed, which suits short descriptions that are true
    of many people.

    `contrary`: pictures (k,) int64, each once, and their scores (k,) with a description that is wrong of them
    in one detail: one more to be told from the true ones, for these pictures alone (hard negatives as in
    Yuksekgonul et al., ICLR 2023).
    """
    logits = scores / temperature
    total = scores.new_zeros(())
    beside, told_of = logits, targets(match)
    if contrary is not None and len(contrary[0]):
        pictures, wrong = contrary
        column = logits.new_full((len(logits),), -torch.inf).index_put((pictures,), wrong / temperature)
        beside = torch.cat([logits, column[:, None]], dim=1)
        told_of = functional.pad(told_of, (0, 1))
    for rows, target in ((beside, told_of), (logits.T, targets(match.T))):
        told = target.sum(dim=1) > 0
        if bool(told.any()):
            found = torch.where(target > 0, target * rows.log_softmax(dim=1), 0.0)
            total = total - found.sum(dim=1)[told].mean()
    return total


class Cmpc(nn.Module):
    """Cross-modal projection classification over identities. Zhang & Lu, ECCV 2018, eq. 7-10."""

    def __init__(self, width: int, identities: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, identities))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, image: Tensor, text: Tensor, identity: Tensor) -> Tensor:
        """Row i of `image` and of `text` (n, d) belong to one pair of `identity` (n,)."""
        weight = functional.normalize(self.weight, dim=0)
        image_unit, text_unit = functional.normalize(image, dim=1), functional.normalize(text, dim=1)
        image_onto_text = (image * text_unit).sum(1, keepdim=True) * text_unit
        text_onto_image = (text * image_unit).sum(1, keepdim=True) * image_unit
        first = functional.cross_entropy(image_onto_text @ weight, identity)
        return first + functional.cross_entropy(text_onto_image @ weight, identity)


class PhraseTruth(nn.Module):
    """Sigmoid loss over phrase-picture scores whose truth is known. Scale and bias learnt: Zhai et al.,
    SigLIP, 2023.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(10.0).log())
        self.bias = nn.Parameter(torch.tensor(-5.0))

    def forward(self, scores: Tensor, truth: Tensor, known: Tensor) -> Tensor:
        """`scores`, `truth` and `known` are (n, m, k); the mean over the known cells, 0 where none is
        known.
        """
        logits = scores * self.scale.exp() + self.bias
        cells = functional.binary_cross_entropy_with_logits(logits, truth.float(), reduction="none")
        return (cells * known).sum() / known.sum().clamp(min=1)
