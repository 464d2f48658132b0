"""Decoding by a graphics card where there is one that can, or else by the processor."""

import logging
from functools import cache

import av
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from models.runtimes.choice import DRIVER
from pipeline.types import Decoding

log = logging.getLogger(__name__)


def chosen(by: Decoding) -> Decoding:
    """What `auto` stands for here; any other is itself."""
    if by != "auto":
        return by
    return "cuda" if DRIVER.exists() else "processor"


def card(by: Decoding) -> HWAccel | None:
    """What FFmpeg is to decode with; None stands for the processor. Pictures come back to main memory."""
    by = chosen(by)
    if by == "processor":
        return None
    options: dict[str, object] = {"primary_ctx": "1"} if by == "cuda" else {}  # the context that torch uses
    return HWAccel(by, allow_software_fallback=True, options=options)


def open_video(location: str, by: Decoding = "processor") -> InputContainer:
    """A container to be decoded so; a card that cannot is one line in the log of a process.

    Raises av.FFmpegError as `av.open` does.
    """
    wanted = card(by)
    if wanted is None:
        return av.open(location)
    try:
        container = av.open(location, hwaccel=wanted)
    except av.FFmpegError as error:
        container = av.open(location)  # which raises where the card is not to blame
        _tell(chosen(by), f"cannot be used here ({error.strerror})")
        return container
    for stream in container.streams.video:
        if not stream.codec_context.is_hwaccel:
            _tell(chosen(by), f"does not decode {stream.codec_context.name}")
    return container


@cache
def _tell(by: Decoding, why: str) -> None:
    log.warning("decoding by %s: it %s, so the processor decodes", by, why)
