"""Many sightings made up from a few real ones, and the questions that they are asked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.footage import read_footage
from models.acsa.encoder import AcsaEncoder
from models.types import ImageFeatures
from storage.types import Shot, Sighting

CAMERAS = ("gate", "hall", "platform", "stairs")  # a filter on one leaves a quarter
SHOTS = 3  # of one person
SPREAD = 0.5  # length of the noise added to a unit vector: cosine 0.89 with what it came from
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
BETWEEN = timedelta(seconds=7)  # from one person to the next
TEXTS = (
    "a woman with blond hair in a long black coat",
    "person in a red jacket and blue jeans",
    "a man in a dark suit with a briefcase and no hat",
    "light blue hoodie and a white cap",
    "somebody in a grey cardigan and dark leggings, with long brown hair",
    "an old man with glasses, a green coat and brown trousers, carrying a shopping bag",
    "yellow raincoat",
    "a young woman with a white top, a denim skirt and a red handbag",
)


def sightings(
    seen: Sequence[ImageFeatures], model: str, number: int, *, first: int = 0, parts: bool = True
) -> Iterator[Sighting]:
    """Perturbed copies of what an encoder made of crops: three shots to a person, a person every 7 seconds.

    The same numbers, counted from `first`, always give the same sightings; without `parts` those lack the
    parts, which take most of the time.
    """
    vectors, others = np.random.default_rng([1, first]), np.random.default_rng([2, first])
    for at in range(first, first + number):
        source = seen[int(vectors.integers(len(seen)))]
        noise = vectors.standard_normal(source.vector.size, dtype=np.float32)
        vector = source.vector + SPREAD * noise / np.linalg.norm(noise)
        moved = source.parts[:0]
        if parts:
            some = others.standard_normal(source.parts.shape, dtype=np.float32)
            moved = source.parts + (0.05 * some).astype(np.float16)
        person = at // SHOTS
        began = BEGAN + BETWEEN * person
        shot = Shot(
            camera=CAMERAS[person % len(CAMERAS)],
            source="bench",
            track=person,
            shot=at % SHOTS,
            began=began,
            ended=began + timedelta(seconds=20),
            taken=began + timedelta(seconds=5 * (at % SHOTS)),
            box=(10.0, 10.0, 60.0, 170.0),
            score=0.8,
            crop=f"bench/{person}-{at % SHOTS}.jpg",
        )
        yield Sighting(shot, model, vector / np.linalg.norm(vector), moved)


def features(encoder: AcsaEncoder, shared: Path) -> tuple[list[ImageFeatures], str]:
    """What the encoder makes of real crops, or of noise where they are absent, and which it was."""
    try:
        crops = [crop.image for crop in read_footage(shared).gallery]
        kind = f"perturbed copies of {len(crops)} real crops"
    except FileNotFoundError:
        rng = np.random.default_rng(0)
        crops = [rng.integers(0, 255, (192, 96, 3), dtype=np.uint8) for _ in range(64)]
        kind = "perturbed copies of 64 crops of noise"
    return encoder.encode_images(crops), kind
