"""What footage there is: files, folders and streams by name, and how a recording is cut into chunks."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Literal

PICTURES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
VIDEOS = frozenset(
    {".3gp", ".asf", ".avi", ".dav", ".flv", ".h264", ".h265", ".m2ts", ".m4v", ".mjpeg", ".mjpg"}
    | {".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv"}
)
SCHEMES = frozenset({"http", "https", "rtmp", "rtsp", "rtsps", "udp"})

Kind = Literal["video", "image", "stream"]
Clock = Literal["given", "container", "file", "arrival"]


class SourceError(ValueError):
    """Footage that cannot be used, and why, in one sentence that is safe to show."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file or stream of one camera."""

    location: str = field(repr=False)  # path or URL; a URL may carry a password
    name: str  # the location without credentials, for logs and people
    kind: Kind
    fingerprint: str  # the same content has the same, wherever it lies and whenever it was touched
    duration: float | None  # seconds; 0 for an image, None for a stream and the parts of one
    size: tuple[int, int] | None  # width, height in pixels as stored; None until a stream is connected
    fps: float | None
    began: datetime | None  # UTC of the first frame; None for a stream
    clock: Clock  # where `began` comes from
    offset: float = 0.0  # seconds at the first frame; later in the segments of a recorder's session


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a recording, in seconds from its first frame; the end is not included."""

    start: float
    end: float


def redact(text: str) -> str:
    """Hide user names, passwords and tokens of every URL in a text."""
    text = re.sub(r"(?<=://)\S*@", "***@", text)  # greedy: passwords may hold "/" and "@" themselves
    return re.sub(
        r"(?i)([?&][^=\s&]*(?:pass|pwd|token|key|secret|auth|sig)[^=\s&]*=)[^&\s'\"]+", r"\1***", text
    )


def is_stream(source: str) -> bool:
    return "://" in source


def expand(paths: Iterable[str]) -> list[str]:
    """Files and streams stay; a folder becomes the videos and pictures below it, sorted by path.

    Hidden files, and files whose names end in nothing known, are passed over inside folders.
    Raises SourceError for a folder with nothing in it.
    """
    found: list[str] = []
    for path in paths:
        if is_stream(path) or not Path(path).is_dir():
            found.append(path)
            continue
        inside = [
            str(file)
            for file in sorted(Path(path).rglob("*"))
            if file.suffix.lower() in PICTURES | VIDEOS and not file.name.startswith(".") and file.is_file()
        ]
        if not inside:
            raise SourceError(f"{path} has no video and no picture in it; name a folder that has.")
        found += inside
    return found


def chunks(source: Source, seconds: float = 60.0) -> list[Span]:
    """Cut a recording into spans of `seconds`; the same source always gives the same spans.

    A last rest shorter than a tenth of a chunk joins the one before it. Raises ValueError for a stream,
    which has no end to cut at, and for a length that is not positive.
    """
    if seconds <= 0:
        raise ValueError(f"a chunk of {seconds} s is no chunk; give a positive length.")
    if source.duration is None:
        raise ValueError(f"{source.name} is a stream; cut it by the time of its frames instead.")
    count = max(1, math.floor(source.duration / seconds + 0.9))
    cuts = [index * seconds for index in range(count)] + [source.duration]
    return [Span(start, end) for start, end in pairwise(cuts)]
