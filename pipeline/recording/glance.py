"""Look at a camera once: does it answer, what does it send, what does it see."""

from dataclasses import dataclass
from pathlib import Path

import av

from models.types import Image
from pipeline.footage.decode import Decoded, picture, video_stream
from pipeline.footage.sources import PICTURES, SourceError, expand, is_stream, redact
from pipeline.recording.connection import PATIENT, LostError, Patience, connected


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One picture of a camera."""

    image: Image  # (height, width, 3) RGB
    codec: str
    fps: float | None  # None where the camera does not say


def glance(url: str, patience: Patience = PATIENT) -> Glance:
    """The next picture of a stream, or the first of a file or folder. Raises SourceError with the reason."""
    if not is_stream(url):
        return _first(expand([url])[0])
    try:
        with connected(url, patience) as (container, stream):
            fps = stream.average_rate or stream.guessed_rate
            for packet in container.demux(stream):
                try:
                    shown = packet.decode()
                except av.error.InvalidDataError:  # before the first keyframe there may be anything
                    continue
                if shown:
                    return Glance(
                        Decoded(shown[0]).rgb(), stream.codec_context.name, float(fps) if fps else None
                    )
    except LostError as error:
        raise SourceError(
            f"{redact(url)} gives no picture: {error}; check the camera and its address"
        ) from None
    raise SourceError(f"{redact(url)} gives no picture: it ended; check the camera and its address")


def _first(path: str) -> Glance:
    if Path(path).suffix.lower() in PICTURES:
        return Glance(picture(path), "picture", None)
    try:
        with av.open(path) as container:
            stream = video_stream(container, path)
            fps = stream.average_rate
            for shown in container.decode(stream):
                return Glance(Decoded(shown).rgb(), stream.codec_context.name, float(fps) if fps else None)
    except av.FFmpegError as error:
        raise SourceError(f"{path} gives no picture ({error.strerror}); check what it is") from error
    raise SourceError(f"{path} gives no picture; check what it is")
