"""Chunks and shots for tests of what the database keeps."""

from datetime import UTC, datetime, timedelta

from storage.footage.chunks import Chunk
from storage.types import Shot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def chunk(position: int, *, camera: str = "gate", version: str = "1") -> Chunk:
    start = position * 60.0
    began = NOON + timedelta(seconds=start)
    return Chunk(
        camera, f"file:/{camera}.mp4", f"print-{camera}", began, start, start + 60, position, version
    )


def shots_of(chunk: Chunk, handoff: str) -> list[Shot]:
    """What watching `chunk` finds: two people, one of whom the chunk before handed over."""
    return [
        Shot(
            chunk.camera,
            chunk.fingerprint,
            chunk.position * 10 + number,
            0,
            chunk.began,
            chunk.began + MINUTE,
            chunk.began + timedelta(seconds=1.25),
            (1.5, 2, 3, 4),
            0.5,
            f"{chunk.camera}/{chunk.position}-{number}-after-{handoff}.jpg",
        )
        for number in range(2)
    ]
