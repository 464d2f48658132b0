"""Pixels out of pictures and containers, upright and in RGB."""

from typing import IO

import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image as Pictures
from PIL import ImageOps

from models.types import Image
from pipeline.footage.sources import SourceError
from pipeline.types import Grey, shrunk

_PLANAR = frozenset({"nv12", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"})
_FULL = 2  # FFmpeg's number for brightness from 0 to 255; else it is from 16 to 235
_FULL_FROM_TELEVISION = np.clip((np.arange(256) - 16.0) * 255 / 219 + 0.5, 0, 255).astype(np.uint8)

PIXELS = 80_000_000  # of a picture; Pillow warns of more


def picture(
    file: str | IO[bytes], *, name: str = "", pixels: int = PIXELS, formats: tuple[str, ...] | None = None
) -> Image:
    """Read a still image, upright, (height, width, 3) RGB.

    `name` is how a user knows it, `pixels` the most that are decoded, `formats` those of Pillow that are
    taken, all if None. Raises SourceError.
    """
    called = name or str(file)
    try:
        with Pictures.open(file, formats=formats) as opened:
            if opened.width * opened.height > pixels:
                raise SourceError(
                    f"{called} has {opened.width} x {opened.height} pixels, over {pixels // 10**6} million: "
                    "make it smaller, or cut the person out"
                )
            return np.array(ImageOps.exif_transpose(opened).convert("RGB"))
    except Pictures.DecompressionBombError as error:
        raise SourceError(f"{called} has far too many pixels: make it smaller") from error
    except SourceError:
        raise
    except (OSError, ValueError, SyntaxError) as error:
        raise SourceError(
            f"{called} is no picture that can be read, or is cut off; copy it again."
        ) from error


def video_stream(container: InputContainer, name: str) -> VideoStream:
    """The first moving picture in a container; a cover picture of music is none. Raises SourceError."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            # One compute thread per process: workers are multiplied, not threads.
            stream.codec_context.thread_count = 1
            return stream
    raise SourceError(f"{name} has no video in it, only {_contents(container)}; name a video.")


class Decoded:
    """A `pipeline.types.Undeveloped` picture of a video."""

    begins = False  # it is decoded, so that it needs no other does not matter

    def __init__(self, shown: VideoFrame) -> None:
        self._shown = shown

    def develop(self) -> bool:
        return True

    def rgb(self) -> Image:
        """(height, width, 3) RGB, turned upright as the container asks."""
        image = np.asarray(self._shown.to_ndarray(format="rgb24"), np.uint8)
        turns = round(self._shown.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def grey(self, side: int) -> Grey | None:
        """The brightness that the decoder has anyway, where it has eight bits of it in a plane of its own."""
        shown = self._shown
        if shown.format.name not in _PLANAR:
            return None
        plane = shown.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        small = shrunk(rows[:, : plane.width], side)
        full = shown.format.name.startswith("yuvj") or shown.color_range == _FULL
        return small if full else _FULL_FROM_TELEVISION[small]


def _contents(container: InputContainer) -> str:
    return ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
