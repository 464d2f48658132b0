"""Chunks and shots as rows of the ledger, and back."""

from typing import Any

from sqlalchemy import Row

from storage.footage.chunks import Chunk, State
from storage.types import Shot


def chunk_row(chunk: Chunk) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "camera": chunk.camera,
        "source": chunk.source,
        "fingerprint": chunk.fingerprint,
        "began": chunk.began,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        "version": chunk.version,
        "state": chunk.state,
        "attempts": chunk.attempts,
        "worker": chunk.worker,
        "lease_until": chunk.lease_until,
        "reason": chunk.reason,
        "handoff": chunk.handoff,
        "changed": chunk.changed,
    }


def chunk_of(row: Row[Any]) -> Chunk:
    fields = dict(row._mapping)
    del fields["id"]
    return Chunk(**{**fields, "state": State(row.state)})


def shot_row(shot: Shot, chunk: str) -> dict[str, Any]:
    """`chunk` is the id of the chunk that brought the shot."""
    x1, y1, x2, y2 = (float(side) for side in shot.box)
    return {
        "id": str(shot.id),
        "chunk": chunk,
        "camera": shot.camera,
        "source": shot.source,
        "track": int(shot.track),
        "shot": int(shot.shot),
        "began": shot.began,
        "ended": shot.ended,
        "taken": shot.taken,
        "x1": x1,
        "y1": y1,
        "x2": x2,
        "y2": y2,
        "score": float(shot.score),
        "crop": shot.crop,
    }


def shot_of(row: Row[Any]) -> Shot:
    return Shot(
        camera=row.camera,
        source=row.source,
        track=row.track,
        shot=row.shot,
        began=row.began,
        ended=row.ended,
        taken=row.taken,
        box=(row.x1, row.y1, row.x2, row.y2),
        score=row.score,
        crop=row.crop,
    )
