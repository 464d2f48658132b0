"""Read a source as frames at a steady rate, each stamped with its true time."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction

import av
from av.container import InputContainer
from av.format import Flags
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.footage.decode import Decoded, picture, video_stream
from pipeline.footage.hardware import card, open_video
from pipeline.footage.later import Decoder, Group, Moving, groups, second_decoder
from pipeline.footage.skipping import Skip, left_out
from pipeline.footage.sources import Source, SourceError
from pipeline.types import Decoding, Frame, Undeveloped

log = logging.getLogger(__name__)

Timed = tuple[Fraction, Undeveloped]  # a picture with its seconds in the file

# A frame counts for the grid point that it comes at most a quarter of a step before: containers round
# timestamps (Matroska to 1 ms), and 0.199 s must still be the frame of 0.2 s.
_EARLY = Fraction(1, 4)
_SPARED = 10  # seconds that may follow the last picture where some are left out
_BACK = 1  # seconds by which times that are rounded or out of order do not go back
_LEAD = 1  # seconds sought before the wanted time: some containers seek by decoding, not showing, time
_RETREATS = (0, 10, 60)  # seconds further back, when no keyframe was found before the wanted time


def frames(
    source: Source,
    camera: str,
    *,
    began: datetime,
    fps: float,
    start: float = 0.0,
    end: float | None = None,
    later: bool = False,
    by: Decoding = "processor",
) -> Iterator[Frame]:
    """Yield the frames of `source` from `start` to before `end` (seconds), at most `fps` each second.

    Recordings: the frame nearest after each point of a grid of 1 / `fps` seconds from the first frame,
    stamped `began` plus its presentation time. A frame belongs to exactly one span, so spans that touch
    give together what one run gives. An `end` at the source's duration or later means all there is, for
    durations in headers are estimates. Damage is reported once through logging, with its place, and
    reading goes on behind it. What the grid has no need of is not even decoded (`left_out`). With `later`,
    pictures are decoded when they are looked at, where a video allows it (`pipeline.footage.later`), and `by`
    says what decodes. An image is one frame; a stream is recorded first: `pipeline.recording.camera`.
    Raises SourceError when the source cannot be opened.
    """
    if fps <= 0:
        raise ValueError(f"{fps} frames per second is no rate; give a positive one.")
    if source.kind == "image":
        if start <= 0:
            yield Frame(camera, began, picture(source.location))
        return
    if source.kind == "stream":
        raise ValueError(f"{source.name} is a stream; record it and read the segments.")
    rate = Fraction(fps).limit_denominator(100_000)
    slot = _first_slot(start, rate)
    open_end = end is None or (source.duration is not None and end >= source.duration)
    stop = None if end is None or open_end else _first_slot(end, rate)
    offset = Fraction(source.offset).limit_denominator(1_000_000)
    begin, skip = (slot - _EARLY) / rate - offset, left_out(source, rate)
    before: Fraction | None = None
    for in_file, shown in _pictures(source, begin, skip, by, later):
        if before is not None and in_file < before - _BACK:
            log.warning(
                "%s has times that go back from %.1f s to %.1f s: what is timed as before is left out; cut "
                "the file there and name the pieces",
                source.name,
                before,
                in_file,
            )
        before = in_file
        seconds = offset + in_file
        here = (seconds * rate + _EARLY).__floor__()
        if stop is not None and here >= stop:
            return
        if here >= slot:
            slot = here + 1
            yield Frame(camera, began + timedelta(microseconds=round(seconds * 1_000_000)), shown)


def _first_slot(seconds: float, rate: Fraction) -> int:
    """The first grid point at or after a time."""
    return (Fraction(seconds).limit_denominator(1_000_000) * rate).__ceil__()


def _pictures(source: Source, begin: Fraction, skip: Skip, by: Decoding, later: bool) -> Iterator[Timed]:
    """Yield (seconds, picture) from a keyframe at or before `begin`, or from the first, without `skip`."""
    damage = _Damage(source.name)
    try:
        for retreat in _RETREATS:
            target = begin - _LEAD - retreat
            if target <= 0:
                break
            with open_video(source.location, by) as container:
                stream = video_stream(container, source.name)
                stream.codec_context.skip_frame = skip
                if not _seek(container, stream, target):
                    break
                run = _decoded(container, stream, source.duration, damage, by, later)
                first = next(run, None)
                if first is None:
                    return
                if first[0] <= begin:
                    yield first
                    yield from run
                    return
        with open_video(source.location, by) as container:
            stream = video_stream(container, source.name)
            stream.codec_context.skip_frame = skip
            yield from _decoded(container, stream, source.duration, damage, by, later)
    except av.FFmpegError as error:
        raise SourceError(f"{source.name} cannot be opened any more ({error.strerror}).") from error


def _seek(container: InputContainer, stream: VideoStream, target: Fraction) -> bool:
    """Go to the last keyframe before `target`; False when the container has no times to seek by."""
    if stream.time_base is None or Flags(container.format.flags) & Flags.no_timestamps:
        return False
    try:
        container.seek(int(target / stream.time_base) + (stream.start_time or 0), stream=stream)
    except av.FFmpegError:  # no index: the only way is through
        return False
    return True


def _decoded(
    container: InputContainer,
    stream: VideoStream,
    duration: float | None,
    damage: "_Damage",
    by: Decoding,
    later: bool,
) -> Iterator[Timed]:
    """Yield (seconds, picture) in the order shown, from where the container stands to its end."""
    base, zero = stream.time_base or Fraction(0), stream.start_time or 0
    step = 1 / Fraction(stream.average_rate or stream.guessed_rate or 25)
    expected = Fraction(0)
    decoder: Decoder | None = None  # that whole groups are left to
    missed = False  # whether the stream's own has not seen some

    def seconds(pts: int) -> Fraction:
        return (pts - zero) * base

    for packets, whole in groups(_demuxed(container, stream, damage)):
        if decoder and whole:
            missed = True
            for moment, picture in Group(packets, decoder, seconds).pictures():
                expected = moment + step
                yield moment, picture
            continue
        if missed:
            stream.codec_context.flush_buffers()
            missed = False
        first: VideoFrame | None = None
        every = list[int | None]()
        for packet in packets:
            for shown in _shown(packet, damage, expected):
                moment = expected if shown.pts is None else seconds(shown.pts)
                expected = moment + step
                first = first or shown
                every.append(shown.pts)
                yield moment, Decoded(shown)
        if later and first and whole and every == [packet.pts for packet in packets]:
            decoder, later = second_decoder(stream, packets[0], first, damage.report, card(by)), False
    spared = 0 if stream.codec_context.skip_frame == "DEFAULT" else _SPARED
    if duration is not None and expected + 1 + spared < duration:
        damage.report(expected, f"no pictures follow, though the file says {duration:.1f} s")


def _demuxed(container: InputContainer, stream: VideoStream, damage: "_Damage") -> Iterator[Moving]:
    """The packets of a stream, the last an empty one that brings out what its decoder still holds."""
    read = Fraction(0)
    try:
        for packet in container.demux(stream):
            if packet.pts is not None and stream.time_base is not None:
                read = (packet.pts - (stream.start_time or 0)) * stream.time_base
            yield packet
    except av.FFmpegError as error:
        damage.report(read, str(error.strerror))


def _shown(packet: Moving, damage: "_Damage", expected: Fraction) -> Iterator[VideoFrame]:
    """What comes out of the stream's decoder with a packet, but for what is damaged."""
    if packet.is_corrupt:
        damage.report(expected, "a packet is cut off")
        return
    try:
        pictures = packet.decode()
    except av.FFmpegError as error:
        damage.report(expected, str(error.strerror))
        return
    for shown in pictures:
        if shown.is_corrupt:
            damage.report(expected, "a frame is damaged")
        else:
            yield shown


class _Damage:
    """Reports the first break of one reading, and only that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reported = False

    def report(self, seconds: Fraction, reason: str) -> None:
        if not self.reported:
            log.warning("%s is broken at %.1f s: %s; what can be read is used", self.name, seconds, reason)
        self.reported = True
