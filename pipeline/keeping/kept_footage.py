"""Which of the footage that recorders keep shows a camera at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.footage.sources import SourceError
from pipeline.recording.segments import chunk_of, taken


def showing(segments: Sequence[Path], after: datetime | None, before: datetime | None) -> list[Path]:
    """The segments with pictures from `after` to `before`; they are one camera's, oldest first."""
    begun = [path for path in segments if before is None or taken(path) <= before]
    if after is None:
        return begun
    earlier = [path for path in begun if taken(path) < after]
    later = begun[len(earlier) :]
    return [path for path in earlier[-1:] if ended(path) >= after] + later  # only the last can reach into it


def ended(segment: Path) -> datetime:
    """When a segment's last picture was taken; of one that cannot be read, its first."""
    try:
        chunk = chunk_of(segment, segment.parent.parent.name, "")
    except SourceError:
        return taken(segment)
    return taken(segment) + timedelta(seconds=chunk.end - chunk.start)
