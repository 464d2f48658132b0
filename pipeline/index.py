"""Turn kept crops into sightings: embed them with the image branch and add them to the index."""

from collections.abc import Iterator, Sequence

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
        features = encoder.encode_images([media.get(shot.crop) for shot in some])
        index.add(
            [
                Sighting(shot, encoder.model, feature.vector, feature.parts)
                for shot, feature in zip(some, features, strict=True)
            ]
        )
        yield len(some)
