"""What speaks for a candidate: the words, phrases that count more than others, and examples, in one sum.

A score is linear in the question, so moving the question towards examples that were confirmed and away from
those that were rejected (Rocchio, "Relevance feedback in information retrieval", 1971) is the same as adding
how much a candidate looks like them:

    score = words + LIKE * mean likeness to `like` - UNLIKE * mean likeness to `unlike`

with the weights of Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 2008, 9.1.1. The
global vector moves by the same sum and chooses the pool; the parts decide in it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.types import Floats, ImageFeatures, Scores, TextFeatures
from pipeline.ports import Encoder
from pipeline.types import PartSimilarity, Reason, Weight
from storage.types import Sighting

LIKE, UNLIKE = 0.75, 0.15
_TINY = 1e-9  # nothing is more certain than that
AGREEING = 3  # best shots of a person that speak for them: one flatters, and more were rarely kept of a track


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A description; and, as descriptions of their own, the phrases in it that do not count 1."""

    whole: TextFeatures
    phrases: tuple[TextFeatures, ...]
    shares: Floats  # (1 + phrases,) of the whole and of each phrase in the score; they add up to 1

    @classmethod
    def of(cls, text: str, weights: Sequence[Weight], encoder: Encoder) -> "Words":
        """A whole of k phrases stands for each of them once, and a phrase by itself for what it counts more.

        Raises ValueError for a text in which there is nothing to look for.
        """
        whole = encoder.encode_text(text)
        wanted = {
            phrase for phrase, excluded in zip(whole.phrases, whole.excluded, strict=True) if not excluded
        }
        weighted = [weight for weight in weights if weight.phrase in wanted]
        parts = [max(1, len(wanted)), *(weight.factor - 1 for weight in weighted)]
        phrases = tuple(encoder.encode_text(weight.phrase) for weight in weighted)
        return cls(whole, phrases, np.array(parts, np.float32) / sum(parts))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that is asked of a person."""

    words: Words | None
    like: tuple[ImageFeatures, ...]
    unlike: tuple[ImageFeatures, ...]

    def vector(self) -> Floats:
        """The global vector (d,) of unit length that the pool is nearest to."""
        asked = np.zeros(0, np.float32)
        if self.words:
            every = [self.words.whole, *self.words.phrases]
            asked = self.words.shares @ np.stack([text.vector for text in every])
        for some, weight in ((self.like, LIKE), (self.unlike, -UNLIKE)):
            if some:
                moved = weight * np.mean([example.vector for example in some], axis=0)
                asked = asked + moved if asked.size else moved
        return np.asarray(asked / np.linalg.norm(asked), np.float32)

    def weigh(self, candidates: Sequence[ImageFeatures | Sighting], encoder: Encoder) -> "Weighed":
        """How well each of the candidates, of whom there is one at least, answers."""
        vectors = np.stack([one.vector for one in candidates])
        parts = np.stack([one.parts for one in candidates])
        total, scores, chance = np.zeros(len(parts), np.float32), None, None
        open_to_examples = np.ones(len(body(encoder.parts)), np.float32)
        if self.words:
            every = [
                encoder.score(text, vectors @ text.vector, parts)
                for text in (self.words.whole, *self.words.phrases)
            ]
            scores = every[0]
            total = self.words.shares @ np.stack([each.total for each in every])
            chance = _together(np.stack([each.probability for each in every]), self.words.shares)
            if self.like or self.unlike:
                open_to_examples = left_open(self.words.whole, scores, body(encoder.parts))
        for some, weight in ((self.like, LIKE), (self.unlike, -UNLIKE)):
            if some:
                looks = [likeness(parts, one.parts, open_to_examples, encoder) for one in some]
                total = total + weight * np.mean(looks, axis=0)
        text = self.words.whole if self.words else None
        return Weighed(np.asarray(total, np.float32), chance, text, scores, tuple(encoder.parts))


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """How well n candidates answer; without words there is neither a probability nor a reason."""

    total: Floats  # (n,) only the order means anything
    probability: Floats | None  # (n,) 0..1 that the words are true
    text: TextFeatures | None
    scores: Scores | None  # of the whole text
    parts: tuple[str, ...]

    def order(self) -> list[int]:
        """The candidates, best first; ties keep the earlier one first."""
        return [int(place) for place in np.argsort(-self.total, kind="stable")]

    def chance(self, candidate: int) -> float | None:
        """0..1 that the words are true of the candidate."""
        return None if self.probability is None else float(self.probability[candidate])

    def reasons(self, candidate: int) -> tuple[Reason, ...]:
        """How each phrase agrees with the candidate, and with which parts."""
        if self.text is None or self.scores is None:
            return ()
        similarity = self.scores.similarity[candidate].tolist()  # (phrases, parts)
        named = sorted(  # the body from top to bottom, then the whole
            (row for row, name in enumerate(self.parts) if not name.startswith("window")),
            key=lambda row: self.parts[row] == "whole",
        )
        found = []
        for row, phrase in enumerate(self.text.phrases):
            each = tuple(PartSimilarity(self.parts[part], similarity[row][part]) for part in named)
            best = max(each, key=lambda one: one.similarity)
            agreement = float(self.scores.agreement[candidate, row])
            found.append(Reason(phrase, best.part, best.similarity, agreement, each))
        return tuple(found)


def body(parts: Sequence[str]) -> tuple[int, ...]:
    """The rows of the parts that are regions of the body; the whole where a network has no regions."""
    regions = [row for row, name in enumerate(parts) if name != "whole" and not name.startswith("window")]
    return tuple(regions) or (0,)


def likeness(
    parts: NDArray[np.float16], example: NDArray[np.float16], weight: Floats, encoder: Encoder
) -> Floats:
    """Cosines (n,) of the regions of n candidates (n, p, e) with those of an example (p, e), on average."""
    rows = list(body(encoder.parts))
    one, other = parts[:, rows].astype(np.float32), example[rows].astype(np.float32)
    lengths = np.linalg.norm(one, axis=2) * np.linalg.norm(other, axis=1)
    cosines = np.einsum("npe,pe->np", one, other) / np.maximum(lengths, 1e-6)
    return np.asarray(cosines @ weight / weight.sum(), np.float32)


def left_open(text: TextFeatures, scores: Scores, regions: Sequence[int]) -> Floats:
    """How much each region (p,) is left to the examples, 0..1: "like this, but in a red jacket".

    A phrase is about the regions by which it tells candidates apart: where its similarity varies most. What
    one phrase claims of a region, its share of that variance, no example has a say in.
    """
    wanted = ~np.array(text.excluded)
    variance = scores.similarity[:, wanted][:, :, list(regions)].var(axis=0)  # (phrases, p)
    claimed = variance / np.maximum(variance.sum(axis=1, keepdims=True), 1e-9)
    left = 1 - claimed.max(axis=0, initial=0)
    return np.asarray(np.maximum(left, 1e-3), np.float32)  # one region is never all there is


def together(chances: Sequence[float]) -> float:
    """How likely a person answers of whom single shots do so with these probabilities, best first."""
    some = chances[:AGREEING]
    if len(some) == 1:
        return some[0]
    certain = [min(max(chance, _TINY), 1 - _TINY) for chance in some]
    logit = sum(math.log(chance / (1 - chance)) for chance in certain) / len(certain)
    return 1 / (1 + math.exp(-logit))


def _together(probabilities: Floats, shares: Floats) -> Floats:
    """The probability (n,) of a score that is the sum of the scores of these (k, n), by their shares."""
    odds = np.clip(probabilities.astype(np.float64), _TINY, 1 - _TINY)
    logit = shares @ (np.log(odds) - np.log1p(-odds))
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)
