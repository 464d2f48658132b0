"""Cross-attention of one description with the stored parts of n candidates, in numpy.

The same equations as `attention`; here there is one description, so its side is mapped once and nothing is
padded.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from models.acsa.calibration import Calibration
from models.acsa.card import Card
from models.types import Floats, Scores, TextFeatures

SLOPE, TINY = 0.1, 1e-8  # of the leaky cosines; of lengths that nothing is divided by
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
    """The four maps and how their scores are mixed."""

    image: Floats  # (width, 2 * attention): query and value side by side, one product for both
    image_bias: Floats
    key: Normed
    value: Normed
    weight: float
    local: str
    sharpness: float
    calibration: Calibration

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        """n candidates with `nearness` (n,) and `parts` (n, p, width) against one description of k phrases.

        Every excluded phrase multiplies the odds of a match by the chance that it is not true, over the even
        chance that it had before anybody looked (phrases are calibrated on as many true as untrue ones).
        """
        out = np.array(text.excluded)
        candidates = self._candidates(parts)
        wanted = self._compare(candidates, text.phrase_vectors[~out])
        phrases = wanted.t2i(self.sharpness)
        ways = {"t2i": phrases.mean(axis=1)}
        if self.local != "t2i":
            ways["i2t"] = wanted.i2t(self.sharpness)
            ways["mean"] = (ways["i2t"] + ways["t2i"]) / 2
        total = ((1 - self.weight) * nearness + self.weight * ways[self.local]).astype(np.float32)
        agreement = np.empty((len(parts), len(out)), np.float32)
        similarity = np.empty((len(parts), len(out), parts.shape[1]), np.float32)
        agreement[:, ~out] = self.calibration.agreement(phrases)
        similarity[:, ~out] = wanted.similarity()
        for row in np.flatnonzero(out):  # each by itself, as single phrases are calibrated
            found = self._compare(candidates, text.phrase_vectors[row : row + 1])
            agreement[:, row] = 1 - self.calibration.agreement(found.t2i(self.sharpness)[:, 0])
            similarity[:, row] = found.similarity()[:, 0]
            total += np.log(2 * np.maximum(agreement[:, row], FAINTEST)) / self.calibration.scale
        return Scores(total, self.calibration.probability(total), similarity, agreement)

    def _candidates(self, parts: NDArray[np.float16]) -> "_Candidates":
        n, p, width = parts.shape
        mapped = parts.reshape(n * p, width).astype(np.float32) @ self.image
        mapped += self.image_bias
        query, value = np.split(mapped, 2, axis=1)
        query = query / np.maximum(np.sqrt(np.einsum("ij,ij->i", query, query)), TINY)[:, None]
        lengths = np.sqrt(np.einsum("ij,ij->i", value, value)).reshape(n, p)
        return _Candidates(query, np.ascontiguousarray(value).reshape(n, p, -1), lengths)

    def _compare(self, candidates: "_Candidates", phrases: Floats) -> "_Pairs":
        """The candidates with the k phrases (k, width) of one text."""
        n, p, _ = candidates.value.shape
        key, value = _unit(self.key(phrases)), self.value(phrases)
        likeness = (candidates.query @ key.T).reshape(n, p, -1)
        agreement = (candidates.value.reshape(n * p, -1) @ value.T).reshape(n, p, -1)
        return _Pairs(candidates, value, np.where(likeness > 0, likeness, SLOPE * likeness), agreement)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """The mapped parts of n candidates."""

    query: Floats  # (n * p, attention) unit length
    value: Floats  # (n, p, attention)
    lengths: Floats  # (n, p) of the values


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Every part of n candidates with every one of k phrases."""

    candidates: _Candidates
    text_value: Floats  # (k, attention)
    likeness: Floats  # (n, p, k)
    agreement: Floats  # (n, p, k): products of the values

    def similarity(self) -> Floats:
        """(n, k, p) cosines of the values."""
        lengths = self.candidates.lengths[:, :, None] * np.linalg.norm(self.text_value, axis=1)
        return (self.agreement / np.maximum(lengths, TINY)).transpose(0, 2, 1)  # type: ignore[no-any-return]

    def i2t(self, sharpness: float) -> Floats:
        """(n,)"""
        over_parts = self.likeness / (np.sqrt((self.likeness**2).sum(axis=1, keepdims=True)) + TINY)
        weights = _softmax(sharpness * over_parts, axis=2)  # over phrases
        gram = self.text_value @ self.text_value.T
        attended = np.sqrt(np.maximum(((weights @ gram) * weights).sum(axis=2), TINY**2))
        lengths = np.maximum(attended * self.candidates.lengths, TINY)
        return ((weights * self.agreement).sum(axis=2) / lengths).mean(axis=1)  # type: ignore[no-any-return]

    def t2i(self, sharpness: float) -> Floats:
        """(n, k)"""
        over_phrases = self.likeness / (np.sqrt((self.likeness**2).sum(axis=2, keepdims=True)) + TINY)
        weights = _softmax(sharpness * over_phrases, axis=1)  # over parts
        value = self.candidates.value
        attended = ((value @ value.transpose(0, 2, 1) @ weights) * weights).sum(axis=1)
        lengths = np.sqrt(np.maximum(attended, TINY**2)) * np.linalg.norm(self.text_value, axis=1)
        return (weights * self.agreement).sum(axis=1) / np.maximum(lengths, TINY)  # type: ignore[no-any-return]


def _softmax(values: Floats, axis: int) -> Floats:
    raised = np.exp(values - values.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def read_matcher(weights: Path, card: Card) -> Matcher:
    """The four maps out of a checkpoint's file; nothing else of it is read. ValueError where it has none."""
    try:
        with safe_open(weights, framework="numpy") as file:

            def read(name: str) -> Floats:
                return np.asarray(file.get_tensor(f"attention.{name}"), np.float32)

            def normed(name: str) -> Normed:
                linear, norm = f"{name}.0", f"{name}.1"
                weight = np.ascontiguousarray(read(f"{linear}.weight").T)
                return Normed(weight, read(f"{linear}.bias"), read(f"{norm}.weight"), read(f"{norm}.bias"))

            return Matcher(
                image=np.concatenate([read("image_query.weight").T, read("image_value.weight").T], axis=1),
                image_bias=np.concatenate([read("image_query.bias"), read("image_value.bias")]),
                key=normed("text_key"),
                value=normed("text_value"),
                weight=card.weight,
                local=card.architecture.local,
                sharpness=card.architecture.sharpness,
                calibration=card.calibration,
            )
    except SafetensorError as error:
        raise ValueError(f"{weights} has no cross-attention in it ({error}): copy it again") from error
