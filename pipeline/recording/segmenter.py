"""Cut a stream's packets into files at keyframes, without decoding them."""

import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from time import monotonic
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.recording.connection import LostError
from pipeline.recording.mediaclock import MediaClock

SECONDS = 10.0  # of a segment, and from there to the next keyframe
LONGEST_SESSION = 24 * 3600.0  # seconds; the ledger looks through a whole session for each chunk of it

_SETTLE = 2.0  # seconds for which a new stream is listened to before its first segment gets its time
_JUMP = 10.0  # seconds between two packets that no camera skips
_SLOW_KEYFRAMES = 20.0  # seconds of a segment from which people are found late
_CLOCK_SET = 2.0  # seconds by which this machine's clock may differ from where it should be
_UNFINISHED = "unfinished.part"

log = logging.getLogger(__name__)


class Segmenter:
    """Writes one connection's packets as files FOLDER/DATE/HHMMSS-mmm.mkv, each named when it is whole.

    A session is an unbroken run of segments. What each is part of stands in its header, so that a folder of
    segments can be entered in a ledger without having been there.
    """

    def __init__(
        self,
        folder: Path,
        stream: VideoStream,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._folder, self._stream, self._wall, self._steady = folder, stream, wall, steady
        self._base = stream.time_base or Fraction(1, 1000)
        self._timeless = stream.container.format.name in {"mpjpeg", "h264", "hevc"}  # carry no times
        self._anchor = wall(), steady()
        self._clock = MediaClock(*self._anchor)
        self._held: list[tuple[Packet[Any], float]] = []
        self._unstamped: Packet[Any] | None = None  # the first keyframe, until its time can be told
        self._zero: float | None = None  # stream time of the first keyframe
        self._last = 0.0  # media time of the packet before
        self._look = _Look(stream)
        self._file: _File | None = None
        self._session, self._session_start, self._position = "", 0.0, 0

    def write(self, packet: "Packet[Any]") -> Iterator[Path]:
        """Take the next packet of the video; yield the segment that it completes, if it does.

        Raises LostError when what comes no longer goes on from what came, and OSError when the disk is full.
        """
        arrived = self._steady()
        for stamped, seconds in self._stamped(packet, arrived):
            if self._zero is None and stamped.is_keyframe:
                self._zero = seconds
            if self._zero is not None:
                self._hear(stamped, seconds - self._zero, arrived)
        if self._session or arrived - self._anchor[1] >= _SETTLE:
            yield from self._keep_held()

    def close(self) -> Iterator[Path]:
        """The connection ends: yield the last segment."""
        yield from self._keep_held()
        yield from self._finish()

    def discard(self) -> None:
        """Give up what is not whole yet."""
        if self._file is not None:
            self._file.discard()
            self._file = None

    def _stamped(self, packet: "Packet[Any]", arrived: float) -> "Iterator[tuple[Packet[Any], float]]":
        """The packet with its time in the stream, in seconds; RTSP may leave the very first one without."""
        if self._timeless:
            packet.pts = packet.dts = round(arrived / self._base)
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None:
            if self._zero is None and packet.is_keyframe:
                self._unstamped = packet
            return
        if self._unstamped is not None:
            first, self._unstamped = self._unstamped, None
            counts_from_first = 0 < stamp * self._base <= _SETTLE
            first.pts = 0 if counts_from_first else stamp - (first.duration or 1)
            yield first, float(first.pts * self._base)
        yield packet, float(stamp * self._base)

    def _hear(self, packet: "Packet[Any]", media: float, arrived: float) -> None:
        """Hold a packet whose picture is shown `media` seconds after the first keyframe."""
        if abs(media - self._last) > _JUMP:
            raise LostError(f"its clock jumped by {media - self._last:.0f} s")
        self._last = media
        if packet.is_keyframe:
            packet = self._look.same(packet)
        self._clock.hear(media, arrived)
        self._held.append((packet, media))

    def _keep_held(self) -> Iterator[Path]:
        held, self._held = self._held, []
        for packet, media in held:
            if packet.is_keyframe and (self._file is None or media - self._file.media >= SECONDS):
                yield from self._finish()
                self._begin(packet, media)
            assert self._file is not None, "the first packet is a keyframe"
            try:
                self._file.write(packet)
            except av.FFmpegError:
                self.discard()
                raise

    def _begin(self, packet: "Packet[Any]", media: float) -> None:
        wall, steady = self._anchor
        if abs((self._wall() - wall).total_seconds() - (self._steady() - steady)) > _CLOCK_SET:
            raise LostError("the clock of this machine was set")
        self._clock.adjust()
        began = self._clock.wall(media)
        if not self._session or media - self._session_start >= LONGEST_SESSION:
            self._session, self._session_start = f"{began:%Y%m%dT%H%M%S%f}"[:-3], media
            self._position = 0
        part_of = {
            "session": self._session,
            "position": str(self._position),
            "start": f"{media - self._session_start:.3f}",
        }
        self._file = _File(self._folder, self._stream, packet, began=began, media=media, part_of=part_of)
        self._position += 1

    def _finish(self) -> Iterator[Path]:
        if self._file is None:
            return
        length = self._last - self._file.media
        if length > _SLOW_KEYFRAMES and self._position == 1:
            log.warning(
                "%s: its keyframes are %.0f s apart, so people are found that much later; set it to send one "
                "every 2 s",
                self._folder.name,
                length,
            )
        file, self._file = self._file, None
        yield file.finish()


def forget_unfinished(folder: Path) -> None:
    """Delete what a recorder that was killed had begun: nobody can read it, and the disk may be full."""
    (folder / _UNFINISHED).unlink(missing_ok=True)


class _File:
    """One segment while it is written; its times begin at 0."""

    def __init__(
        self,
        folder: Path,
        stream: VideoStream,
        first: "Packet[Any]",
        *,
        began: datetime,
        media: float,
        part_of: dict[str, str],
    ) -> None:
        self.media = media
        self._unfinished = folder / _UNFINISHED
        self._path = folder / f"{began:%Y-%m-%d}" / f"{began:%H%M%S}-{began.microsecond // 1000:03d}.mkv"
        self._zero = (first.pts if first.dts is None else first.dts) or 0
        self._container: OutputContainer = av.open(str(self._unfinished), "w", format="matroska")
        self._container.metadata.update({"creation_time": began.isoformat(), **part_of})
        self._stream = self._container.add_stream_from_template(stream)

    def write(self, packet: "Packet[Any]") -> None:
        if packet.pts is not None:
            packet.pts -= self._zero
        if packet.dts is not None:
            packet.dts -= self._zero
        packet.stream = self._stream
        self._container.mux_one(packet)

    def finish(self) -> Path:
        """Close the file, see it on the disk, and give it its name."""
        try:
            self._container.close()
            with self._unfinished.open("rb") as written:
                os.fsync(written.fileno())
        except BaseException:
            self._unfinished.unlink(missing_ok=True)
            raise
        self._path.parent.mkdir(exist_ok=True)  # its last file may have been deleted meanwhile
        self._unfinished.replace(self._path)
        return self._path

    def discard(self) -> None:
        try:
            self._container.close()
        finally:
            self._unfinished.unlink(missing_ok=True)


class _Look:
    """Notices when a stream goes on with pictures of another size or kind, by the encoder's own headers."""

    def __init__(self, stream: VideoStream) -> None:
        self._filter: BitStreamFilterContext | None = None
        self._headers: bytes | None = None
        # Only where the headers travel in the stream (Annex B); elsewhere they come once for each connection.
        in_stream = (stream.codec_context.extradata or b"\1")[0] == 0
        if in_stream and stream.codec_context.name in {"h264", "hevc"}:
            self._filter = BitStreamFilterContext("extract_extradata", stream)

    def same(self, keyframe: "Packet[Any]") -> "Packet[Any]":
        """The keyframe, which goes through here. Raises LostError when another kind of picture begins."""
        if self._filter is None:
            return keyframe
        (through,) = self._filter.filter(keyframe)
        if through.has_sidedata("new_extradata"):
            headers = bytes(through.get_sidedata("new_extradata"))
            if self._headers not in (None, headers):
                raise LostError("the size or coding of its pictures changed")
            self._headers = headers
        return through
