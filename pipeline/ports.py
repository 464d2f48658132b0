"""What the verbs ask of the networks, the index and the media: one protocol each, owned by the caller."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from models.types import Detections, Floats, Image, ImageFeatures, Scores, TextFeatures, Tracked
from storage.types import Hit, Sighting, Where


class Detector(Protocol):
    """Finds people in pictures."""

    def detect(self, images: Sequence[Image]) -> list[Detections]: ...


class Tracker(Protocol):
    """Follows the people of one camera from frame to frame."""

    def update(self, detections: Detections, image: Image) -> Tracked: ...

    def state(self) -> str:
        """All that is known, as text from which the maker of trackers makes one that goes on."""


class Encoder(Protocol):
    """Turns crops and descriptions into features and compares them."""

    @property
    def model(self) -> str:
        """name@sha8 of the weights."""

    @property
    def threshold(self) -> float:
        """The probability of the best candidate below which nobody matches."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the rows of `ImageFeatures.parts`."""

    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]: ...

    def encode_text(self, text: str) -> TextFeatures: ...

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        """Score n candidates: `nearness` (n,) are the global cosines, `parts` is (n, p, e)."""


class Index(Protocol):
    """Keeps sightings of one model and finds the nearest."""

    def add(self, sightings: Sequence[Sighting]) -> None: ...

    def nearest(self, vector: Floats, limit: int, where: Where) -> list[Hit]: ...

    def count(self, where: Where = ...) -> int: ...

    def held(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these shots have a sighting."""

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        """The sightings of these shots, of those that have one."""

    def cameras(self) -> tuple[str, ...]: ...

    def delete(self, where: Where) -> int: ...

    def delete_ids(self, ids: Iterable[UUID]) -> int: ...

    def optimize(self) -> None:
        """Return once searches find new sightings as fast as old ones; may take long."""

    def purge(self) -> None:
        """Leave nothing of deleted sightings on the disk; may take long."""

    def close(self) -> None: ...


class Media(Protocol):
    """Keeps pictures under keys."""

    def put(self, key: str, image: Image) -> None: ...

    def get(self, key: str) -> Image: ...

    def delete(self, keys: Iterable[str]) -> None: ...

    def locate(self, key: str) -> str:
        """Where a person can open it: a path or URL."""
