"""The records that flow between the verbs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from models.types import Image
from storage.types import Box, Shot


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera."""

    camera: str
    taken: datetime  # UTC
    image: Image  # (height, width, 3) RGB


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


Kind = Literal["camera", "time", "without", "count", "unknown"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of a sentence that was understood as more than description; deleting its span takes it back."""

    kind: Kind
    text: str  # as written
    meaning: str  # in plain words
    start: int  # character span in the sentence
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks."""

    text: str
    cameras: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    limit: int = 20
    min_probability: float | None = None  # None: the model's own threshold
    sentence: str = ""  # as it was written, where `text` was read out of it
    exclusions: tuple[str, ...] = ()  # "bag" of "no bag"
    chips: tuple[Chip, ...] = ()
    notices: tuple[str, ...] = ()  # what the user should know of how the sentence was understood

    @property
    def asked(self) -> str:
        """The sentence as it was written."""
        return self.sentence or self.text


@dataclass(frozen=True, slots=True)
class Reason:
    """How one phrase of the question agrees with the part of the picture it agrees with best."""

    phrase: str
    part: str  # "head", "upper body", ...
    similarity: float  # cosine of the phrase with that part, -1..1
    agreement: float  # how likely the phrase is true of the person, 0..1


@dataclass(frozen=True, slots=True)
class Match:
    """One person who answers the question, shown by the best of their shots."""

    shot: Shot
    score: float
    probability: float  # 0..1
    reasons: tuple[Reason, ...]
    also: tuple[Shot, ...] = ()  # the best shots of other tracks that look like the same person, best first


@dataclass(frozen=True, slots=True)
class Answer:
    """The people who match, best first, and the nearest of those who do not."""

    query: Query
    model: str
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...]  # filled only when nobody matches
