"""Which pictures of a video need not be decoded, because others lie close enough."""

from fractions import Fraction
from functools import lru_cache
from typing import Literal

import av

from pipeline.footage.decode import video_stream
from pipeline.footage.sources import Source

Skip = Literal[
    "DEFAULT", "NONREF", "NONKEY"
]  # FFmpeg's names: none, those that no other needs, all but keyframes

_PICTURES, _SECONDS = 16, 30  # of the beginning, by which the rest is judged


@lru_cache(maxsize=256)
def left_out(source: Source, rate: Fraction) -> Skip:
    """What can be skipped when `rate` pictures a second are wanted, the same for every part of a source.

    Keyframes alone are enough where there are as many as are wanted. Otherwise those that no other needs may
    go, where the rest come at least twice as often as is wanted, so that one is near every point of the grid.
    """
    if _never_farther(source, "NONKEY", 1 / rate):
        return "NONKEY"
    return "NONREF" if _never_farther(source, "NONREF", 1 / (2 * rate)) else "DEFAULT"


def _never_farther(source: Source, skip: Skip, most: Fraction) -> bool:
    """Whether the pictures that are left are at most so many seconds apart."""
    times: list[Fraction] = []
    try:
        with av.open(source.location) as container:
            stream = video_stream(container, source.name)
            codec, base = stream.codec_context, stream.time_base
            shown = 1 / Fraction(stream.average_rate or 25)
            if skip == "NONREF" and (not codec.has_b_frames or most < 2 * shown):
                return False  # there are none, or none can be spared
            codec.skip_frame = skip
            for frame in container.decode(stream):
                if frame.pts is None or base is None:
                    return False
                times.append(frame.pts * base)
                if len(times) > 1 and not 0 < times[-1] - times[-2] <= most:
                    return False
                if len(times) == _PICTURES or times[-1] - times[0] > _SECONDS:
                    break
    except av.FFmpegError:
        return False
    return len(times) > 1
