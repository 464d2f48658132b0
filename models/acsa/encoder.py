"""ACSA in use: crops and descriptions into features, and candidates scored against a description."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.acsa.card import Card, verified
from models.acsa.exclusions import part
from models.acsa.kinds import kinds
from models.acsa.matching import Matcher, read_matcher
from models.acsa.portable import close_look, image_branch, text_branch
from models.acsa.shares import alone_inputs, text_inputs
from models.acsa.tokens import Description, Reader, load_tokenizer
from models.data.pictures import fit
from models.runtimes.choice import Runtime
from models.runtimes.portable import Run
from models.types import Floats, Image, ImageFeatures, Scores, TextFeatures

SHIPPED = Path(__file__).parent.parent / "weights" / "acsa-small.safetensors"


class AcsaEncoder:
    """The encoder of a checkpoint. Numpy in, numpy out; safe to share between threads that only read."""

    def __init__(
        self, card: Card, tokenizer: Tokenizer, matcher: Matcher, *, image: Run, text: Run, batch: int = 32
    ) -> None:
        """`image` and `text` run the two branches: `models.acsa.graphs` says what they take and give."""
        self._reader = Reader(tokenizer, card.architecture.text)
        self._matcher, self._image, self._text, self._batch = matcher, image, text, batch
        self.card = card

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

    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]:
        """Crops (height, width, 3) RGB uint8 of any size, each resized as in training."""
        shape = self.card.architecture.image
        features: list[ImageFeatures] = []
        for at in range(0, len(images), self._batch):
            some = np.stack(
                [fit(_checked(image), shape.height, shape.width) for image in images[at : at + self._batch]]
            )
            vectors, parts = self._image(some)
            features += map(ImageFeatures, vectors, parts.astype(np.float16))
        return features

    def encode_text(self, text: str) -> TextFeatures:
        """One description, what it shuts out encoded apart. ValueError where it names nothing to look for."""
        asked = part(text)
        read = [self._reader.read(one) for one in (asked.wanted, *asked.excluded)]
        vectors, rows = self._read(read)
        excluded = tuple(row > 0 for row, one in enumerate(read) for _ in one.phrases)
        said = [phrase for one in read for phrase in one.phrases]
        named = tuple(f"no {phrase}" if out else phrase for phrase, out in zip(said, excluded, strict=True))
        wanted = read[0].phrases
        covered = {row: kinds(said[row], wanted) for row, out in enumerate(excluded) if out}
        return TextFeatures(vectors[0], named, rows, excluded, self._kinds(covered))

    def _read(self, read: Sequence[Description]) -> tuple[Floats, Floats]:
        """The vectors (n, d) of n texts, and of all their phrases, one after the other (k, e)."""
        shape = self.card.architecture.text
        vectors, phrases = self._text(*text_inputs(read, shape))
        if shape.phrases == "alone":
            return vectors, self._text(*alone_inputs(read, shape))[1][:, 0]
        found = [row[: len(one.spans)] for row, one in zip(phrases, read, strict=True)]
        return vectors, np.concatenate(found)

    def _kinds(self, covered: Mapping[int, Sequence[str]]) -> dict[int, Floats]:
        """The vectors of the kinds of each phrase that has some; a kind is one phrase."""
        every = [self._reader.read(kind) for some in covered.values() for kind in some]
        if not every:
            return {}
        rows = iter(self._read(every)[1])
        return {row: np.stack([next(rows) for _ in some]) for row, some in covered.items() if some}

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


def load_encoder(weights: str = "", *, batch: int = 32, runtime: Runtime | None = None) -> AcsaEncoder:
    """The encoder of a checkpoint, "" for the shipped one, run by `runtime` or else by torch.

    Raises FileNotFoundError where a file is missing and ValueError where it is damaged.
    """
    path, how = Path(weights) if weights else SHIPPED, runtime or Runtime()
    card = verified(path)
    tokenizer = load_tokenizer(path.with_suffix(".tokenizer.json"))
    return AcsaEncoder(
        card,
        tokenizer,
        read_matcher(path, card, how.open(close_look(path, card))),
        image=how.open(image_branch(path, card)),
        text=how.open(text_branch(path, card, tokenizer)),
        batch=batch,
    )


def _checked(image: Image) -> Image:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(
            f"a crop is {image.shape} {image.dtype}, not (height, width, 3) uint8 RGB: convert it before "
            "encoding"
        )
    return np.ascontiguousarray(image)
