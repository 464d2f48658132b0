"""What others would run in place of our networks, at its real size; random weights serve for time."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import timm
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from models.types import Floats, Image, ImageFeatures, Scores, TextFeatures

PADDED, PASSES = 118, 11  # pieces to which the release of ACSA pads, and its passes for one description
TOKENS, WORDS = 577, 30  # of a picture of 384 x 384 in ALBEF's image branch, of a description

bert: Any = BertModel  # the library carries no types


class ClipTower:
    """An image tower of the size of CLIP's ViT-B/16 at 224 x 224 in torch, behind the port of an encoder."""

    model = "vit-base-16@random00"
    parts = ("whole",)
    threshold = 0.5

    def __init__(self) -> None:
        self._tower: Any = timm.create_model("vit_base_patch16_224", num_classes=512).eval()

    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]:
        """One vector of 512 a crop."""
        with torch.inference_mode():
            sized = np.stack([cv2.resize(one, (224, 224)) for one in images])
            pixels = torch.from_numpy(sized).permute(0, 3, 1, 2).float().div_(255)
            vectors: Floats = torch.nn.functional.normalize(self._tower(pixels), dim=1).numpy()
        return [ImageFeatures(one, one[None].astype(np.float16)) for one in vectors]

    def encode_text(self, text: str) -> TextFeatures:
        raise NotImplementedError("the plain script is timed on what goes in")

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        raise NotImplementedError("the plain script is timed on what goes in")


class ReleasedText:
    """BERT-base as the release of ACSA asks it: the sentence and ten phrases, each padded, one by one."""

    def __init__(self) -> None:
        self._tower = bert(BertConfig(), add_pooling_layer=False).eval()

    def __call__(self) -> None:
        """Encode one description."""
        numbers = torch.ones(1, PADDED, dtype=torch.int64)
        with torch.inference_mode():
            for _ in range(PASSES):
                self._tower(input_ids=numbers)


class CrossEncoder:
    """Six layers of BERT-base with cross-attention to a picture's tokens, as ALBEF re-ranks."""

    def __init__(self) -> None:
        config = BertConfig(num_hidden_layers=6, is_decoder=True, add_cross_attention=True)
        self._tower = bert(config, add_pooling_layer=False).eval()

    def __call__(self, candidates: int) -> None:
        """Compare one description with so many pictures whose tokens are known."""
        with torch.inference_mode():
            self._tower(
                input_ids=torch.ones(candidates, WORDS, dtype=torch.int64),
                encoder_hidden_states=torch.zeros(candidates, TOKENS, 768),
            )
