"""Pictures that are decoded when somebody looks at them: where nothing moves, most never are.

A video is a row of groups, each a keyframe and what builds on it. To see a picture its group is decoded up to
there, so what comes behind the last picture that is looked at is never decoded.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from threading import Lock
from typing import TypeAlias, cast
from weakref import WeakValueDictionary, ref

import av
import numpy as np
from av.codec.hwaccel import HWAccel
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from models.types import Image
from pipeline.footage.decode import Decoded
from pipeline.types import Grey

CODECS = ("h264", "hevc")
LONGEST = 600  # packets of a group; they are held until it ends

Moving: TypeAlias = "Packet[VideoStream]"
Report = Callable[[Fraction, str], None]  # tells of damage: seconds, reason
Seconds = Callable[[int], Fraction]  # of a time in the stream


class Later:
    """A `pipeline.types.Undeveloped` picture of a group."""

    def __init__(self, group: "Group", pts: int, *, begins: bool) -> None:
        self.begins = begins  # a keyframe, which needs no other
        self._group, self._pts = group, pts
        self._shown: VideoFrame | None = None

    def develop(self) -> bool:
        """Decode it, if it is not yet; False where it is damaged, and the one before stands for it."""
        if self._shown is None:
            self._group.decoder.reach(self._group, self._pts)
        return self._shown is not None

    def take(self, shown: VideoFrame) -> None:
        """Be this picture."""
        self._shown = shown

    def rgb(self) -> Image:
        return self._decoded().rgb()

    def grey(self, side: int) -> Grey | None:
        return self._decoded().grey(side)

    def _decoded(self) -> Decoded:
        return Decoded(self._shown if self.develop() and self._shown else self._group.decoder.last)


class Group:
    """A keyframe and the pictures that build on it, in the order shown."""

    def __init__(self, packets: Sequence[Moving], decoder: "Decoder", seconds: Seconds) -> None:
        self.decoder, self.packets, self.seconds = decoder, packets, seconds
        self.times = [_pts(packet) for packet in packets]
        self.awaited: WeakValueDictionary[int, Later] = WeakValueDictionary()

    def pictures(self) -> Iterator[tuple[Fraction, Later]]:
        """All of them, with their seconds."""
        for packet, pts in zip(self.packets, self.times, strict=True):
            self.awaited[pts] = one = Later(self, pts, begins=packet.is_keyframe)
            yield self.seconds(pts), one


class Decoder:
    """Decodes groups, whichever is wanted, from any thread: one at a time."""

    def __init__(self, codec: VideoCodecContext, first: VideoFrame, report: Report) -> None:
        self.last = first  # picture that came out whole
        self._codec, self._report = codec, report
        self._lock = Lock()
        self._group: ref[Group] | None = None  # that is being decoded; a group holds its decoder
        self._next = 0  # packet of it

    def reach(self, group: Group, pts: int) -> None:
        """Decode what of the group comes up to this time, from where it stands or from the keyframe.

        What comes out on the way is kept where somebody still holds it.
        """
        with self._lock:
            here = self._group is not None and self._group() is group
            if not here or (self._next and group.times[self._next - 1] >= pts):
                self._codec.flush_buffers()
                self._group, self._next = ref(group), 0
            while self._next < len(group.packets) and group.times[self._next] <= pts:
                self._decode(group, self._next)
                self._next += 1

    def _decode(self, group: Group, number: int) -> None:
        try:
            pictures = self._codec.decode(group.packets[number])
        except av.FFmpegError as error:
            self._report(group.seconds(group.times[number]), str(error.strerror))
            return
        for shown in pictures:
            if shown.is_corrupt or shown.pts is None:
                self._report(group.seconds(group.times[number]), "a frame is damaged")
                continue
            self.last = shown
            if wanted := group.awaited.get(shown.pts):
                wanted.take(shown)


def second_decoder(
    stream: VideoStream, keyframe: Moving, shown: VideoFrame, report: Report, card: HWAccel | None
) -> Decoder | None:
    """One beside that of the stream, which has decoded this keyframe to `shown`; None where it cannot do so.

    `card` is what the stream was opened with. The other one does not know what the container says of turning,
    colours or order.
    """
    own = stream.codec_context
    if own.name not in CODECS or own.has_b_frames or own.skip_frame != "DEFAULT":
        return None
    try:
        made = av.CodecContext.create(own.name, "r", hwaccel=card if own.is_hwaccel else None)
        codec = cast(VideoCodecContext, made)
        codec.extradata, codec.thread_count = own.extradata, 1
        alone = codec.decode(keyframe)
    except av.FFmpegError:
        return None
    return Decoder(codec, shown, report) if len(alone) == 1 and _same(alone[0], shown) else None


def groups(packets: Iterator[Moving]) -> Iterator[tuple[list[Moving], bool]]:
    """The packets of a stream, cut before each keyframe, and whether they make a whole group.

    That is a keyframe first and then one picture a packet in the order shown. What else comes is passed on
    all the same, in pieces that are not too long to be held.
    """
    held = list[Moving]()
    for packet in packets:
        if held and (packet.is_keyframe or packet.pts is None or len(held) == LONGEST):
            yield held, _whole(held) and len(held) < LONGEST
            held = []
        held.append(packet)
    yield held, _whole(held)


def _whole(packets: Sequence[Moving]) -> bool:
    if (
        not packets
        or not packets[0].is_keyframe
        or any(each.is_corrupt or each.pts is None for each in packets)
    ):
        return False
    return all(_pts(one) < _pts(two) for one, two in pairwise(packets))


def _pts(packet: Moving) -> int:
    assert packet.pts is not None, "packets without times make no group"
    return packet.pts


def _same(one: VideoFrame, other: VideoFrame) -> bool:
    """Whether both look the same when they are developed, whatever the container says of them."""
    if (one.pts, one.color_range) != (other.pts, other.color_range):
        return False
    return np.array_equal(Decoded(one).rgb(), Decoded(other).rgb())
