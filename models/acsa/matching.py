"""Cross-attention of one description with the stored parts of n candidates, in numpy.

The same equations as `attention`; here there is one description, so its side is mapped once and nothing is
padded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from models.acsa.attention import SHARPNESS, SLOPE, TINY
from models.acsa.calibration import Calibration
from models.acsa.checkpoint import Card
from models.acsa.network import Acsa
from models.types import Floats, Scores, TextFeatures


@dataclass(frozen=True, slots=True, eq=False)
class Normed:
    """A linear map with a layer norm behind it."""

    weight: Floats  # (width, attention)
    bias: Floats
    gain: Floats
    shift: Floats
    epsilon: float

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
    calibration: Calibration

    @classmethod
    def of(cls, network: Acsa, card: Card) -> "Matcher":
        """The matcher of a network."""
        maps = network.attention
        query, value = maps.image_query, maps.image_value
        return cls(
            np.concatenate([_array(query.weight).T, _array(value.weight).T], axis=1),
            np.concatenate([_array(query.bias), _array(value.bias)]),
            _normed(maps.text_key),
            _normed(maps.text_value),
            card.weight,
            card.architecture.local,
            card.calibration,
        )

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        """n candidates with `nearness` (n,) and `parts` (n, p, width) against one description of k
        phrases.
        """
        n, p, width = parts.shape
        mapped = parts.reshape(n * p, width).astype(np.float32) @ self.image
        mapped += self.image_bias
        query, value = np.split(mapped, 2, axis=1)
        key = _unit(self.key(text.phrase_vectors))
        text_value = self.value(text.phrase_vectors)
        lengths = np.sqrt(np.einsum("ij,ij->i", value, value)).reshape(n, p)
        text_lengths = np.linalg.norm(text_value, axis=1)
        ask = np.sqrt(np.einsum("ij,ij->i", query, query))
        likeness = ((query @ key.T) / np.maximum(ask, TINY)[:, None]).reshape(n, p, -1)
        agreement = (value @ text_value.T).reshape(n, p, -1)
        similarity = agreement / np.maximum(lengths[:, :, None] * text_lengths, TINY)
        likeness = np.where(likeness > 0, likeness, SLOPE * likeness)
        phrases = _t2i(likeness, agreement, value.reshape(n, p, -1), text_lengths)
        ways = {"t2i": phrases.mean(axis=1)}
        if self.local != "t2i":
            ways["i2t"] = _i2t(likeness, agreement, lengths, text_value)
            ways["mean"] = (ways["i2t"] + ways["t2i"]) / 2
        total = ((1 - self.weight) * nearness + self.weight * ways[self.local]).astype(np.float32)
        return Scores(
            total,
            self.calibration.probability(total),
            np.ascontiguousarray(similarity.transpose(0, 2, 1), dtype=np.float32),
            self.calibration.agreement(phrases),
        )


def _i2t(likeness: Floats, agreement: Floats, lengths: Floats, text_value: Floats) -> Floats:
    """(n,) from likeness and agreement (n, p, k), lengths (n, p) of image values and text values (k, a)."""
    over_parts = likeness / (np.sqrt((likeness**2).sum(axis=1, keepdims=True)) + TINY)
    weights = _softmax(SHARPNESS * over_parts, axis=2)  # over phrases
    attended = np.sqrt(np.maximum(((weights @ (text_value @ text_value.T)) * weights).sum(axis=2), TINY**2))
    scores = (weights * agreement).sum(axis=2) / np.maximum(attended * lengths, TINY)
    return scores.mean(axis=1)  # type: ignore[no-any-return]


def _t2i(likeness: Floats, agreement: Floats, value: Floats, text_lengths: Floats) -> Floats:
    """(n, k) from likeness and agreement (n, p, k), image values (n, p, a) and lengths (k,) of text
    values.
    """
    over_phrases = likeness / (np.sqrt((likeness**2).sum(axis=2, keepdims=True)) + TINY)
    weights = _softmax(SHARPNESS * over_phrases, axis=1)  # over parts
    grams = value @ value.transpose(0, 2, 1)  # (n, p, p)
    attended = np.sqrt(np.maximum(((grams @ weights) * weights).sum(axis=1), TINY**2))
    return (weights * agreement).sum(axis=1) / np.maximum(attended * text_lengths, TINY)  # type: ignore[no-any-return]


def _softmax(values: Floats, axis: int) -> Floats:
    raised = np.exp(values - values.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def _array(tensor: Tensor) -> Floats:
    return tensor.detach().float().cpu().numpy()


def _normed(layers: nn.Sequential) -> Normed:
    linear, norm = layers[0], layers[1]
    assert isinstance(linear, nn.Linear)
    assert isinstance(norm, nn.LayerNorm)
    return Normed(
        np.ascontiguousarray(_array(linear.weight).T),
        _array(linear.bias),
        _array(norm.weight),
        _array(norm.bias),
        norm.eps,
    )
