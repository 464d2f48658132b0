"""Text branch: one global feature of a description and one vector per noun phrase."""

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, CLIPTextConfig, CLIPTextModel

from models.acsa.architecture import Architecture
from models.acsa.batch import Pieces, TextBatch
from models.acsa.image import Neck

TOGETHER = 32  # texts
# Descriptions are short: on a CPU the fused attention costs a quarter of the whole tower, the plain one next
# to nothing.
ATTENTION: dict[str, Any] = {"attn_implementation": "eager"}


class TextEmbedding(NamedTuple):
    """n descriptions."""

    vector: Tensor  # (n, width): global, not yet of unit length
    phrases: Tensor  # (n, k, width): before the key and value maps; padding is 0
    present: Tensor  # (n, k) bool


def build_tower(family: str, shape: dict[str, Any]) -> nn.Module:
    """A transformer of the transformers library with random weights."""
    if family == "bert":
        return cast(nn.Module, BertModel(BertConfig(**shape, **ATTENTION), add_pooling_layer=False))
    if family == "clip":
        return cast(nn.Module, CLIPTextModel(CLIPTextConfig(**shape, **ATTENTION)))
    raise ValueError(f'text family "{family}" is unknown: use "bert" or "clip"')


def masked_mean(states: Tensor, weights: Tensor) -> Tensor:
    """Mean of `states` (n, t, c) under `weights` (n, k, t) of zeros and ones: (n, k, c); 0 where all are
    0.
    """
    total = weights.sum(2, keepdim=True).clamp(min=1)
    return (weights / total) @ states


class TextBranch(nn.Module):
    """Word pieces to one global vector and one vector per phrase."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        shape = architecture.text
        self.tower = build_tower(shape.family, dict(shape.shape))
        hidden = int(self.tower.config.hidden_size)  # type: ignore[arg-type, union-attr]
        self.pooling, self.phrases_from = shape.pooling, shape.phrases
        self.neck = Neck(hidden, architecture.width)
        same = hidden == architecture.width  # the paper's: the maps of the attention are all there is
        self.phrase = (
            nn.Identity()
            if same
            else nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, architecture.width))
        )

    def forward(self, batch: TextBatch) -> TextEmbedding:
        states = self.states(batch.sentence)
        vector = self.neck(self.pool(states, batch.sentence.mask))
        if self.phrases_from == "span":
            place = torch.arange(states.shape[1], device=states.device)
            inside = (place >= batch.spans[..., :1]) & (place < batch.spans[..., 1:])  # (n, k, t)
            found = masked_mean(states, inside.float())
            phrases = self.phrase(found) * batch.present[..., None]
        else:
            if batch.alone is None:
                raise ValueError("this network encodes phrases alone, but the batch holds only sentences")
            flat = self.phrase(self.pool(self.states(batch.alone), batch.alone.mask))
            phrases = flat.new_zeros(*batch.present.shape, flat.shape[1])
            phrases[batch.present] = flat
        return TextEmbedding(vector, phrases.float(), batch.present)

    def states(self, pieces: Pieces) -> Tensor:
        """(n, t, hidden) float32 states of every piece."""
        if pieces.numbers.device.type != "cpu":
            return self._tower(pieces)
        # On a CPU padding costs as much as words: texts of like length go through together.
        lengths = pieces.mask.sum(1)
        order = lengths.argsort()
        states = []
        for rows in torch.split(order, TOGETHER):
            longest = int(lengths[rows[-1]])
            some = self._tower(Pieces(pieces.numbers[rows, :longest], pieces.mask[rows, :longest]))
            states.append(functional.pad(some, (0, 0, 0, pieces.numbers.shape[1] - longest)))
        return torch.cat(states)[order.argsort()]

    def _tower(self, pieces: Pieces) -> Tensor:
        output = self.tower(input_ids=pieces.numbers, attention_mask=pieces.mask.long())
        return cast(Tensor, output.last_hidden_state.float())

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """(n, hidden) one state per text."""
        if self.pooling == "mean":
            return masked_mean(states, mask[:, None].float())[:, 0]
        place = mask.sum(1) - 1 if self.pooling == "last" else torch.zeros_like(mask[:, 0], dtype=torch.int64)
        return states[torch.arange(len(states), device=states.device), place]

    def layers(self) -> nn.ModuleList:
        """The tower's transformer layers, lowest first."""
        for name, module in self.tower.named_modules():
            if isinstance(module, nn.ModuleList) and name.rpartition(".")[2] in ("layer", "layers"):
                return module
        raise ValueError(f"{type(self.tower).__name__} shows no list of layers")

    def embeddings(self) -> nn.Module:
        """The tower's embeddings of words and places."""
        for name, module in self.tower.named_modules():
            if name.rpartition(".")[2] == "embeddings":
                return cast(nn.Module, module)
        raise ValueError(f"{type(self.tower).__name__} shows no embeddings")
