"""Turn kept crops into sightings: embed them with the image branch and add them to the index."""

from collections.abc import Iterator, Sequence

from models.types import Image
from pipeline.ports import Encoder, Index, Media
from storage.types import Shot, Sighting


def index_shots(
    shots: Sequence[Shot], encoder: Encoder, media: Media, index: Index, *, batch: int
) -> Iterator[int]:
    """Add a sighting for every shot and yield how many each batch added; a repeat overwrites.

    Raises OSError when a crop cannot be read: the shots before it are kept, and running again is safe.
    """
    for start in range(0, len(shots), batch):
        some = shots[start : start + batch]
        index.add(sightings(some, [media.get(shot.crop) for shot in some], encoder))
        yield len(some)


def sightings(shots: Sequence[Shot], images: Sequence[Image], encoder: Encoder) -> list[Sighting]:
    """What the encoder makes of each shot's picture."""
    features = encoder.encode_images(images)
    return [
        Sighting(shot, encoder.model, feature.vector, feature.parts)
        for shot, feature in zip(shots, features, strict=True)
    ]
