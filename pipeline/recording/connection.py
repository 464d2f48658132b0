"""Connect to a camera's stream: over TCP, within time limits, its password in nothing that is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EIO, ENOSPC

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.footage.decode import video_stream
from pipeline.footage.sources import SourceError, redact

# What an answer may make the library open: never files of this machine.
_PROTOCOLS = "rtsp,rtsps,rtmp,rtp,srtp,http,https,httpproxy,tcp,tls,udp,crypto"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a stream, in seconds."""

    connect: float = 10.0
    read: float = 10.0  # without a picture: then the connection counts as lost
    first_wait: float = 1.0  # before the second attempt; doubles with each that fails
    longest_wait: float = 60.0
    settled: float = 10.0  # a connection that held so long makes the next wait short again


PATIENT = Patience()


class LostError(Exception):
    """A connection is of no more use; the reason is safe to show."""


class RefusedError(LostError):
    """What answers is not what can be recorded, and trying again at once would not change it."""


@contextmanager
def connected(url: str, patience: Patience = PATIENT) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A stream and the video in it, of which no sound is asked for. Raises LostError, also from within."""
    options = {"protocol_whitelist": _PROTOCOLS}
    if url.startswith("rtsp"):
        options |= {"rtsp_transport": "tcp", "allowed_media_types": "video"}
    try:
        with av.open(url, options=options, timeout=(patience.connect, patience.read)) as container:
            stream = video_stream(container, redact(url))
            if container.duration and url.startswith("http"):
                raise RefusedError("it is a finished recording; download it and name the file")
            yield container, stream
    except SourceError as error:
        raise RefusedError(str(error)) from error
    except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError) as error:
        raise RefusedError("it refuses the login; check user and password") from error
    except av.error.ExitError as error:  # the time limit's way of ending a call
        raise LostError("it says nothing") from error
    except av.FFmpegError as error:
        if error.errno == ENOSPC:  # of this machine, when packets are written
            raise
        reason = "the connection broke" if error.errno == EIO else error.strerror or "unknown"
        raise LostError(redact(reason)) from error
