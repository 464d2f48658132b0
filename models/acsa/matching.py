"""Cross-attention of one description with the stored parts of n candidates.

The same equations as `attention`; here there is one description, so its side is mapped once and nothing is
padded. The products of all that is long go through a runtime, the rest is numpy.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from models.acsa.calibration import Calibration
from models.acsa.card import Card
from models.runtimes.portable import Run
from models.types import Floats, Scores, TextFeatures

SLOPE, TINY = 0.1, 1e-8  # of the leaky cosines; of lengths that nothing is divided by
SMALLEST = 1e-30  # the same of weighted lengths, squared or not: weights reach down to exp(-sharpness)
FAINTEST = 0.01  # chance that an excluded thing is not there: below, the network's word is not worth more


@dataclass(frozen=True, slots=True, eq=False)
class Normed:
    """A linear map with a layer norm behind it."""

    weight: Floats  # (width, attention)
    bias: Floats
    gain: Floats
    shift: Floats
    epsilon: float = 1e-5  # of torch

    def __call__(self, rows: Floats) -> Floats:
        mapped = rows @ self.weight + self.bias
        centred = mapped - mapped.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + self.epsilon)
        return centred / spread * self.gain + self.shift  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """The maps of the text, and how the scores are mixed."""

    look: Run  # `models.acsa.graphs.LookGraph` says what it takes and gives
    key: Normed
    value: Normed
    weight: float
    local: str
    sharpness: float
    calibration: Calibration

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        """n candidates with `nearness` (n,) and `parts` (n, p, width) against one description of k phrases.

        Every excluded phrase multiplies the odds of a match by the chance that it is not true, over the even
        chance that it had before anybody looked (its curve is fitted on as many who have a thing as lack it).
        It is as true as the truest of what it covers.
        """
        out = np.array(text.excluded)
        kinds = [text.kinds[row] for row in sorted(text.kinds)]
        pairs = self._pairs(np.concatenate([text.phrase_vectors, *kinds]), parts)
        wanted = pairs.of(np.flatnonzero(~out))
        phrases = wanted.t2i(self.sharpness)
        ways = {"t2i": phrases.mean(axis=0)}
        if self.local != "t2i":
            ways["i2t"] = wanted.i2t(self.sharpness)
            ways["mean"] = (ways["i2t"] + ways["t2i"]) / 2
        total = ((1 - self.weight) * nearness + self.weight * ways[self.local]).astype(np.float32)
        agreement = np.empty((len(out), len(parts)), np.float32)
        agreement[~out] = self.calibration.agreement(phrases)
        similarity = pairs.similarity()
        covered = len(out)
        for row in np.flatnonzero(out).tolist():
            more = len(text.kinds.get(row, ()))
            every = np.array([row, *range(covered, covered + more)])
            true = pairs.of(every).alone(self.sharpness)
            agreement[row] = self.calibration.absence(true.max(axis=0))
            similarity[:, row] = similarity[np.arange(len(parts)), every[true.argmax(axis=0)]]
            total += np.log(2 * np.maximum(agreement[row], FAINTEST)) / self.calibration.scale
            covered += more
        shown = similarity[:, : len(out)]
        return Scores(total, self.calibration.probability(total), shown, agreement.T)

    def _pairs(self, phrases: Floats, parts: NDArray[np.float16]) -> "_Pairs":
        """The candidates with the k phrases (k, width) of one text."""
        value = self.value(phrases)
        cosines, agreement, gram = self.look(parts, _unit(self.key(phrases)), value)
        # The candidates come last: sums over few parts and phrases then run over many candidates at once.
        likeness = np.ascontiguousarray(cosines.transpose(1, 2, 0))
        return _Pairs(
            value,
            np.where(likeness > 0, likeness, SLOPE * likeness),
            np.ascontiguousarray(agreement.transpose(1, 2, 0)),
            np.ascontiguousarray(gram.transpose(1, 2, 0)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Every part of n candidates with every one of k phrases.

    The sum that a softmax divides by cancels in a cosine, so the weights are plain exponentials.
    """

    value: Floats  # (k, attention) of the text
    likeness: Floats  # (p, k, n) leaky cosines of queries and keys
    agreement: Floats  # (p, k, n): products of the values
    gram: Floats  # (p, p, n): products of the values of the parts with each other

    def of(self, phrases: NDArray[np.int64]) -> "_Pairs":
        """Some of the phrases."""
        return replace(
            self,
            value=self.value[phrases],
            likeness=self.likeness[:, phrases],
            agreement=self.agreement[:, phrases],
        )

    def similarity(self) -> Floats:
        """(n, k, p) cosines of the values."""
        lengths = self._lengths()[:, None] * np.linalg.norm(self.value, axis=1)[:, None]
        return (self.agreement / np.maximum(lengths, TINY)).transpose(2, 1, 0)  # type: ignore[no-any-return]

    def i2t(self, sharpness: float) -> Floats:
        """(n,)"""
        weights = self._weights(sharpness, np.sqrt((self.likeness**2).sum(axis=0, keepdims=True)))
        gram = self.value @ self.value.T
        attended = np.sqrt(np.maximum(((gram @ weights) * weights).sum(axis=1), SMALLEST))
        lengths = np.maximum(attended * self._lengths(), SMALLEST)
        return ((weights * self.agreement).sum(axis=1) / lengths).mean(axis=0)  # type: ignore[no-any-return]

    def t2i(self, sharpness: float) -> Floats:
        """(k, n)"""
        return self._t2i(self._weights(sharpness, np.sqrt((self.likeness**2).sum(axis=1, keepdims=True))))

    def alone(self, sharpness: float) -> Floats:
        """(k, n) the same where each phrase is a text of its own, as single phrases are calibrated."""
        return self._t2i(self._weights(sharpness, np.abs(self.likeness)))

    def _t2i(self, weights: Floats) -> Floats:
        squares = sum(
            (row[:, None] * weights).sum(axis=0) * one for row, one in zip(self.gram, weights, strict=True)
        )
        attended = np.sqrt(np.maximum(squares, SMALLEST))
        lengths = attended * np.linalg.norm(self.value, axis=1)[:, None]
        return (weights * self.agreement).sum(axis=0) / np.maximum(lengths, SMALLEST)  # type: ignore[no-any-return]

    def _weights(self, sharpness: float, length: Floats) -> Floats:
        """(p, k, n), of the likeness over its length along the parts or the phrases."""
        return np.asarray(np.exp(self.likeness * (np.float32(sharpness) / (length + TINY))))

    def _lengths(self) -> Floats:
        """(p, n) of the values of the parts."""
        return np.asarray(np.sqrt(np.einsum("ppn->pn", self.gram)))


def _unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def read_matcher(weights: Path, card: Card, look: Run) -> Matcher:
    """The maps of the text out of a checkpoint's file; nothing else of it is read.

    `look` has those of the pictures in it. Raises ValueError where the file has none.
    """
    try:
        with safe_open(weights, framework="numpy") as file:

            def read(name: str) -> Floats:
                return np.asarray(file.get_tensor(f"attention.{name}"), np.float32)

            def normed(name: str) -> Normed:
                linear, norm = f"{name}.0", f"{name}.1"
                weight = np.ascontiguousarray(read(f"{linear}.weight").T)
                return Normed(weight, read(f"{linear}.bias"), read(f"{norm}.weight"), read(f"{norm}.bias"))

            return Matcher(
                look=look,
                key=normed("text_key"),
                value=normed("text_value"),
                weight=card.weight,
                local=card.architecture.local,
                sharpness=card.architecture.sharpness,
                calibration=card.calibration,
            )
    except SafetensorError as error:
        raise ValueError(f"{weights} has no cross-attention in it ({error}): copy it again") from error
