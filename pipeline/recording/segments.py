"""Find out what a recorder's segment is part of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av

from pipeline.footage.decode import video_stream
from pipeline.footage.probe import probe
from pipeline.footage.sources import Source, SourceError
from storage.footage.chunks import Chunk

_PREFIX = "recorder:"


def is_segment(chunk: Chunk) -> bool:
    """Whether the chunk is a recorder's."""
    return chunk.fingerprint.startswith(_PREFIX)


def chunk_of(path: Path, camera: str, version: str) -> Chunk:
    """The chunk that a finished segment is. Raises SourceError for a file that is none."""
    try:
        with av.open(str(path)) as container:
            stream = video_stream(container, str(path))
            said = {key.lower(): value for key, value in container.metadata.items()}
            began, start = datetime.fromisoformat(said["creation_time"]), float(said["start"])
            first = (stream.start_time or 0) * (stream.time_base or Fraction(0))
            length = (container.duration or 0) / av.time_base - float(first)
            fingerprint, position = f"{_PREFIX}{camera}:{said['session']}", int(said["position"])
    except (av.FFmpegError, KeyError, ValueError) as error:
        raise SourceError(f"{path} is no segment of a recorder; move it elsewhere.") from error
    return Chunk(
        camera=camera,
        source=str(path),
        fingerprint=fingerprint,
        began=began.astimezone(UTC),
        start=start,
        end=start + length,
        position=position,
        version=version,
    )


def end_of(last: Chunk) -> Chunk:
    """The mark behind a session's last segment, without footage: whoever is in view there has left.

    It waits to be watched, however far `last` has come.
    """
    return Chunk(
        camera=last.camera,
        source="",
        fingerprint=last.fingerprint,
        began=last.began + timedelta(seconds=last.end - last.start),
        start=last.end,
        end=last.end,
        position=last.position + 1,
        version=last.version,
    )


def source_of(chunk: Chunk) -> Source:
    """The footage of a recorder's chunk: its times run on from where the session began, its end is open."""
    source = probe(chunk.source, began=chunk.began - timedelta(seconds=chunk.start))
    return replace(source, offset=chunk.start, duration=None)


def finished(folder: Path) -> list[Path]:
    """The segments of one camera's folder, oldest first."""
    return sorted(folder.glob("????-??-??/??????-???.mkv"))


def taken(segment: Path) -> datetime:
    """UTC of a segment's first picture, to the millisecond, from its name."""
    return datetime.strptime(f"{segment.parent.name} {segment.stem}+0000", "%Y-%m-%d %H%M%S-%f%z")
