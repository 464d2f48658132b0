"""ACSA in use: crops and descriptions into features, and candidates scored against a description."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.acsa.checkpoint import Checkpoint, load_checkpoint
from models.acsa.exclusions import part
from models.acsa.matching import Matcher
from models.acsa.tokens import Reader
from models.data.pictures import fit
from models.types import Floats, Image, ImageFeatures, Scores, TextFeatures

SHIPPED = Path(__file__).parent.parent / "weights" / "acsa-small.safetensors"


class AcsaEncoder:
    """The encoder of a checkpoint. Numpy in, numpy out; safe to share between threads that only read."""

    def __init__(self, checkpoint: Checkpoint, *, batch: int = 32, device: str = "cpu") -> None:
        self._network = checkpoint.network.to(device).eval()
        self._reader = Reader(checkpoint.tokenizer, checkpoint.card.architecture.text)
        self._matcher = Matcher.of(checkpoint.network, checkpoint.card)
        self._batch, self._device = batch, torch.device(device)
        self.card = checkpoint.card

    @property
    def model(self) -> str:
        """name@sha8 of the weights."""
        return self.card.model

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the rows of `ImageFeatures.parts`."""
        return self.card.architecture.parts

    @property
    def threshold(self) -> float:
        """The probability of the best candidate below which nobody matches."""
        return self.card.calibration.threshold

    @torch.inference_mode()
    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]:
        """Crops (height, width, 3) RGB uint8 of any size, each resized as in training."""
        shape = self.card.architecture.image
        features: list[ImageFeatures] = []
        for at in range(0, len(images), self._batch):
            some = np.stack(
                [fit(_checked(image), shape.height, shape.width) for image in images[at : at + self._batch]]
            )
            embedded = self._network.embed_bytes(torch.from_numpy(some).to(self._device))
            vectors = torch.nn.functional.normalize(embedded.vector, dim=1).cpu().numpy()
            parts = embedded.parts.half().cpu().numpy()
            features += [ImageFeatures(vector, rows) for vector, rows in zip(vectors, parts, strict=True)]
        return features

    @torch.inference_mode()
    def encode_text(self, text: str) -> TextFeatures:
        """One description, what it shuts out encoded apart. ValueError where it names nothing to look for."""
        asked = part(text)
        read = [self._reader.read(one) for one in (asked.wanted, *asked.excluded)]
        embedded = self._network.text(self._reader.batch(read).to(self._device))
        vector = torch.nn.functional.normalize(embedded.vector, dim=1)[0]
        excluded = [row > 0 for row, one in enumerate(read) for _ in one.phrases]
        said = [phrase for one in read for phrase in one.phrases]
        return TextFeatures(
            vector.cpu().numpy(),
            tuple(f"no {phrase}" if out else phrase for phrase, out in zip(said, excluded, strict=True)),
            embedded.phrases[embedded.present].cpu().numpy(),
            tuple(excluded),
        )

    def left_out(self, text: str) -> tuple[str, ...]:
        """The phrases of a description that are beyond the network's limits, so that a user can be told."""
        return self._reader.read(part(text).wanted).left_out

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        """Score n candidates: `nearness` (n,) are the global cosines, `parts` is (n, p, e)."""
        if parts.ndim != 3 or len(nearness) != len(parts) or parts.shape[1] != len(self.parts):
            raise ValueError(
                f"parts are {parts.shape} for {len(nearness)} candidates, but this model has "
                f"{len(self.parts)} parts "
                "each: score candidates of the same model only"
            )
        return self._matcher.score(text, nearness, parts)


def load_encoder(weights: str = "", *, batch: int = 32, device: str = "cpu", threads: int = 1) -> AcsaEncoder:
    """The encoder of a checkpoint, "" for the shipped one.

    Raises FileNotFoundError where a file is missing and ValueError where it is damaged.
    """
    torch.set_num_threads(threads)
    return AcsaEncoder(load_checkpoint(Path(weights) if weights else SHIPPED), batch=batch, device=device)


def _checked(image: Image) -> Image:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(
            f"a crop is {image.shape} {image.dtype}, not (height, width, 3) uint8 RGB: convert it before "
            "encoding"
        )
    return np.ascontiguousarray(image)
