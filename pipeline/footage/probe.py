"""Look at one source: can it be used, how long is it, when did it begin, has it been seen before."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.footage.decode import picture, video_stream
from pipeline.footage.sources import PICTURES, SCHEMES, Clock, Source, SourceError, is_stream, redact

_SAMPLES, _SAMPLE = 16, 1 << 16  # blocks, bytes in each: what of a large file the fingerprint reads
_NEVER_BEFORE = 1990  # an earlier creation year is a camera that never had its clock set (1904, 1970)


def probe(source: str, *, began: datetime | None = None) -> Source:
    """Look at one file (it must give at least one picture) or check the address of one stream.

    `began` overrides what the container or, failing that, the file's own time says. A stream is not
    connected here: a camera may be switched on later. Raises SourceError with the reason.
    """
    if began is not None and began.tzinfo is None:
        raise SourceError(f"the time {began.isoformat()} has no time zone; add one, such as +00:00.")
    if is_stream(source):
        return _probe_stream(source)
    path = Path(source)
    if path.is_dir():
        raise SourceError(f"{source} is a folder; name the files in it.")
    try:
        size = path.stat().st_size
        if size == 0:
            raise SourceError(f"{source} is empty (0 bytes); copy it again.")
        fingerprint = _fingerprint(path, size)
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror}; check the path.") from error
    if path.suffix.lower() in PICTURES:
        return _probe_picture(path, fingerprint, began)
    return _probe_video(path, fingerprint, began)


def _probe_stream(url: str) -> Source:
    name = redact(url)
    try:
        address = urlsplit(url)
        host, scheme = address.hostname, address.scheme.lower()
    except ValueError as error:
        raise SourceError(f"{name} is no address: {redact(str(error))}.") from None
    if scheme not in SCHEMES:
        known = ", ".join(sorted(SCHEMES))
        raise SourceError(f"{name} starts with {scheme}://, which is not supported; use one of {known}.")
    if not host and scheme != "udp":
        raise SourceError(f"{name} names no host; write {scheme}://HOST/PATH.")
    fingerprint = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Source(url, name, "stream", fingerprint, None, None, None, None, "arrival")


def _probe_picture(path: Path, fingerprint: str, began: datetime | None) -> Source:
    height, width, _ = picture(str(path)).shape
    clock: Clock = "given" if began else "file"
    return Source(
        location=str(path),
        name=str(path),
        kind="image",
        fingerprint=fingerprint,
        duration=0.0,
        size=(width, height),
        fps=None,
        began=began or _touched(path),
        clock=clock,
    )


def _probe_video(path: Path, fingerprint: str, began: datetime | None) -> Source:
    name = str(path)
    try:
        with av.open(name) as container:
            stream = video_stream(container, name)
            created = _created(container.metadata) or _created(stream.metadata)
            rate = stream.average_rate or stream.guessed_rate
            duration = _duration(container, stream)
            first = _first_picture(container, stream)
        if duration is None:
            duration = _measured_duration(name)
    except av.FFmpegError as error:
        raise SourceError(_why_unreadable(path, error)) from error
    if first is None:
        raise SourceError(f"{name} holds no picture that can be decoded; copy it again or leave it out.")
    clock: Clock = "given" if began else "container" if created else "file"
    return Source(
        location=name,
        name=name,
        kind="video",
        fingerprint=fingerprint,
        duration=duration,
        size=first,
        fps=float(rate) if rate else None,
        began=began or created or _touched(path) - timedelta(seconds=duration),
        clock=clock,
    )


def _first_picture(container: InputContainer, stream: VideoStream) -> tuple[int, int] | None:
    """Width and height of the first frame that decodes; broken packets before it are passed over."""
    for packet in container.demux(stream):
        try:
            for frame in packet.decode():
                return frame.width, frame.height
        except av.FFmpegError:
            continue
    return None


def _duration(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _measured_duration(path: str) -> float:
    """Seconds from first to last packet, for containers that do not say; reads the whole file."""
    with av.open(path) as container:
        stream = video_stream(container, path)
        step = float(1 / (stream.average_rate or stream.guessed_rate or 25))
        packets = [packet for packet in container.demux(stream) if packet.size]
        times = [float(packet.pts * packet.time_base) for packet in packets if packet.pts is not None]
        return max(times) - min(times) + step if times else len(packets) * step


def _created(metadata: dict[str, str]) -> datetime | None:
    try:
        created = datetime.fromisoformat(metadata.get("creation_time", ""))
    except ValueError:
        return None
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return created.astimezone(UTC) if created.year >= _NEVER_BEFORE else None


def _touched(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _why_unreadable(path: Path, error: av.FFmpegError) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return f"{path} is cut off: its index (moov) is missing; copy it again or repair it."
    return f"{path} is no video that can be read ({error.strerror}); check what it is."


def _fingerprint(path: Path, size: int) -> str:
    """SHA-256 over the size and sixteen blocks spread evenly from the first byte to the last."""
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        if size <= _SAMPLES * _SAMPLE:
            digest.update(file.read())
        else:
            for index in range(_SAMPLES):
                file.seek((size - _SAMPLE) * index // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:32]
