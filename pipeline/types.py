"""The records that flow between the verbs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol
from uuid import UUID

import cv2
import numpy as np
from numpy.typing import NDArray

from models.types import Image
from storage.types import Box, Shot

Grey = NDArray[np.uint8]  # (height, width) brightness
Decoding = Literal["auto", "processor", "cuda", "vaapi", "videotoolbox"]
"""What decodes footage; `auto`: NVIDIA's cards where their driver is, or else the processor."""


class Undeveloped(Protocol):
    """A picture as a decoder left it, or will make it when it is asked for."""

    begins: bool  # whether it is to be decoded, and needs no other for that

    def develop(self) -> bool:
        """Decode it; False where that fails."""

    def rgb(self) -> Image: ...

    def grey(self, side: int) -> Grey | None:
        """(h, w) with the longer side at `side` pixels at most, turned or not; None: not without `rgb`."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of one camera, converted when its pixels are asked for: not all are."""

    camera: str
    taken: datetime  # UTC
    pixels: Image | Undeveloped

    @property
    def begins(self) -> bool:
        """Whether its pixels are still to be decoded, and need no other frame's for that."""
        return not isinstance(self.pixels, np.ndarray) and self.pixels.begins

    def develop(self) -> bool:
        """Have its pixels ready; False where they are damaged."""
        return isinstance(self.pixels, np.ndarray) or self.pixels.develop()

    @cached_property
    def image(self) -> Image:
        """(height, width, 3) RGB"""
        return self.pixels if isinstance(self.pixels, np.ndarray) else self.pixels.rgb()

    def grey(self, side: int) -> Grey:
        """(h, w) brightness with the longer side at `side` pixels at most."""
        found = None if isinstance(self.pixels, np.ndarray) else self.pixels.grey(side)
        if found is not None:
            return found
        return shrunk(np.asarray(cv2.cvtColor(self.image, cv2.COLOR_RGB2GRAY), np.uint8), side)


def shrunk(grey: Grey, side: int) -> Grey:
    """(h, w) brightness made smaller, if it is larger, so that the longer side is `side` pixels."""
    height, width = grey.shape
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One person cut out of one frame; the pixels of a `storage.types.Shot` before they are kept."""

    camera: str
    track: int
    shot: int
    began: datetime  # UTC
    ended: datetime  # UTC
    taken: datetime  # UTC
    box: Box
    score: float
    image: Image


Kind = Literal["camera", "time", "without", "count", "weight", "unknown"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of a sentence that was understood as more than description; deleting its span takes it back."""

    kind: Kind
    text: str  # as written
    meaning: str  # in plain words
    start: int  # character span in the sentence
    end: int


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one phrase of a description counts beside the others, each of which counts 1."""

    phrase: str
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Somebody whom the answer should look like, or should not: a sighting, or a picture of one person."""

    name: str  # as the user knows it
    of: UUID | Image  # a sighting, or (height, width, 3) RGB


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks: in words, by examples, or both."""

    text: str = ""  # descriptions, parted by ";" where there are several; empty where examples say it all
    cameras: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    limit: int = 20
    min_probability: float | None = None  # None: the model's own threshold
    sentence: str = ""  # as it was written, where `text` was read out of it
    exclusions: tuple[str, ...] = ()  # "bag" of "no bag"
    weights: tuple[Weight, ...] = ()
    like: tuple[Example, ...] = ()
    unlike: tuple[Example, ...] = ()
    chips: tuple[Chip, ...] = ()
    notices: tuple[str, ...] = ()  # what the user should know of how the sentence was understood

    @property
    def asked(self) -> str:
        """What was asked, for the user to recognise: the sentence as it was written, then the examples."""
        examples = (("like", self.like), ("unlike", self.unlike))
        said = [f"{word} {example.name}" for word, some in examples for example in some]
        return ", ".join([*filter(None, [self.sentence or self.text]), *said])


@dataclass(frozen=True, slots=True)
class PartSimilarity:
    """How a phrase agrees with one part of a picture."""

    part: str  # "whole", "head", "upper body", ...
    similarity: float  # cosine, -1..1


@dataclass(frozen=True, slots=True)
class Reason:
    """How one phrase of the question agrees with a person."""

    phrase: str
    part: str  # the one that it agrees with best
    similarity: float  # with that part: cosine, -1..1
    agreement: float  # how likely the phrase is true of the person, 0..1
    parts: tuple[PartSimilarity, ...] = ()  # with each part of the body and the whole


@dataclass(frozen=True, slots=True)
class Again:
    """Another track of which looks say that it shows the same person; nobody has confirmed it."""

    shot: Shot  # its best
    likeness: float  # to the track that the row is shown by: cosine, -1..1


@dataclass(frozen=True, slots=True)
class Match:
    """One person who answers the question, shown by the best of their shots."""

    shot: Shot
    score: float  # of their best few shots
    probability: float | None  # 0..1 that the words are true of them; None where nothing was said in words
    reasons: tuple[Reason, ...]
    description: str = ""  # which of several it answers
    also: tuple[Again, ...] = ()  # best first

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The best shot of each track of the row, the one that it is shown by first."""
        return (self.shot, *(again.shot for again in self.also))


@dataclass(frozen=True, slots=True)
class Answer:
    """The people who match, best first, and the nearest of those who do not."""

    query: Query
    model: str
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...]  # filled only when nobody matches
