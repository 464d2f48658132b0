"""Follow the people through a chunk of frames and yield the best crops of each when they leave."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import numpy as np

from models.types import Detections
from pipeline.footage.gate import Gate, GateSettings
from pipeline.footage.handoff import Handoff, KeptView, OpenTrack
from pipeline.footage.shots import View, best, keep, view
from pipeline.footage.zones import EVERYWHERE, Zones
from pipeline.ports import Detector, Media, Tracker
from pipeline.types import Crop, Frame

_UNSEEN = np.zeros((1, 1, 3), np.uint8)
_NOBODY = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What counts as a person who walked past."""

    min_seen: int = 3  # frames; 1 for still images
    min_height: float = 32.0  # pixels, at their tallest
    min_score: float = 0.35  # the mean of the detector's scores
    gone: float = (
        3.0  # seconds out of sight after which a person has left; no less than the tracker remembers
    )
    longest: float = 900.0  # seconds after which one who stays is filed and begun anew, to be found today
    batch: int = 4  # frames the detector sees at once
    gate: GateSettings | None = field(default_factory=GateSettings)  # None: the detector looks at every frame


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """The parts that watching needs, ready to use."""

    detector: Detector
    tracker: Callable[[str], Tracker]  # makes one that goes on from a state; empty: a fresh one
    media: Media  # keeps the pictures of people in view from one chunk to the next
    settings: WatchSettings = WatchSettings()
    zones: Zones = EVERYWHERE  # people elsewhere are not there


class Watching:
    """The watching of one chunk of one camera's frames.

    Nothing but the `Handoff` goes from chunk to chunk: each starts with a fresh gate, and with a tracker that
    goes on from the state in the hand-over. So a run that was killed and taken up again at a border gives
    what an uninterrupted run gives. Call `crops`, then `close` at the end of the source or
    `hand_over` before another chunk.
    """

    def __init__(self, watch: Watch, camera: str, handoff: Handoff) -> None:
        """Take up where a chunk ended.

        Raises OSError when the media store has lost a picture that the hand-over names, ValueError when the
        tracker's state cannot be read.
        """
        self.looked = 0  # frames the detector saw
        self._watch, self._camera = watch, camera
        self._gate = Gate(watch.settings.gate) if watch.settings.gate else None
        self._tracker = watch.tracker(handoff.tracker)
        self._next = handoff.next_number
        self._open = [_Track.restore(track, watch.media) for track in handoff.tracks]
        self._follow = {track.follows: track for track in self._open}
        self._in_view = bool(self._open)

    def crops(self, frames: Iterable[Frame]) -> Iterator[Crop]:
        """Yield the crops of everyone who leaves, all of one person together, the best first."""
        remaining = self._gated(frames)
        while block := list(islice(remaining, self._watch.settings.batch)):
            seen = [frame.image for frame, wanted in block if wanted]
            self.looked += len(seen)
            found = iter(self._watch.detector.detect(seen) if seen else [])
            for frame, wanted in block:
                # A frame nobody looked at still counts for the tracker, whose memory is in frames.
                people = self._watch.zones.keep(next(found), frame.image.shape) if wanted else _NOBODY
                yield from self._step(frame, people, looked=wanted)

    def close(self) -> Iterator[Crop]:
        """The source ends here: yield the crops of everyone still in view."""
        for track in self._open:
            yield from self._crops_of(track)
        self._open, self._follow = [], {}

    def hand_over(self, folder: str) -> Handoff:
        """Keep the pictures of the people in view under `folder` of the media store and say who they are.

        A repeat with the same folder writes the same keys. Pictures named by an older hand-over and not by
        this one (`Handoff.keys`) are free to be deleted once this one is safely stored.
        """
        tracks = tuple(track.kept(folder, self._watch.media) for track in self._open)
        return Handoff(self._next, tracks, self._tracker.state())

    def resting(self, frame: Frame) -> bool:
        """Whether nobody is in view and nothing moved of late, so that hardly any pixels are needed."""
        return self._gate is not None and not self._busy() and self._gate.still(frame.taken)

    def _gated(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, bool]]:
        """Each frame with whether the detector must see it.

        While nothing moves and nobody is there, only one frame a second is compared. Where something stirs
        in it, the frames before it are gone through as well, so that who comes is seen from the first.
        """
        gate, held = self._gate, list[Frame]()
        for frame in frames:
            if gate is None:
                yield frame, True
                continue
            held.append(frame)
            if not self._busy() and gate.rests(frame):
                continue
            if len(held) > 1 and not gate.stirs(frame):
                yield from ((one, self._busy()) for one in held[:-1])  # who was there all the time is there
                del held[:-1]
            yield from self._through(gate, held)
        if gate is not None:
            yield from self._through(gate, held)

    def _through(self, gate: Gate, held: list[Frame]) -> Iterator[tuple[Frame, bool]]:
        """Show the gate every frame that is held, and hold it no more."""
        while held:
            frame = held.pop(0)
            yield frame, gate.look(frame, busy=self._busy())

    def _busy(self) -> bool:
        return self._in_view or bool(self._open)

    def _step(self, frame: Frame, found: Detections, *, looked: bool) -> Iterator[Crop]:
        yield from self._leave(frame.taken)
        # Nobody was found in a frame that was not looked at, so its pixels are not needed.
        tracked = self._tracker.update(found, frame.image if looked else _UNSEEN)
        sure = found.boxes[found.scores >= self._watch.settings.min_score]
        if looked:
            self._in_view = bool(len(sure))
        for row, number in enumerate(tracked.numbers.tolist()):
            x1, y1, x2, y2 = tracked.boxes[row].tolist()
            # Everyone else that was found: followed or not, they may stand in front.
            others = sure[(sure != tracked.boxes[row]).any(axis=1)]
            seen = view(frame, (x1, y1, x2, y2), float(tracked.scores[row]), others)
            if seen is not None:
                self._track(number, frame.taken).see(seen)

    def _track(self, number: int, taken: datetime) -> "_Track":
        if number not in self._follow:
            self._follow[number] = _Track(self._next, number, taken)
            self._open.append(self._follow[number])
            self._next += 1
        return self._follow[number]

    def _leave(self, now: datetime) -> Iterator[Crop]:
        settings = self._watch.settings
        gone, longest = timedelta(seconds=settings.gone), timedelta(seconds=settings.longest)
        left = [track for track in self._open if now - track.last > gone or now - track.began > longest]
        if not left:
            return
        self._open = [track for track in self._open if track not in left]
        self._follow = {number: track for number, track in self._follow.items() if track not in left}
        for track in left:
            yield from self._crops_of(track)

    def _crops_of(self, track: "_Track") -> Iterator[Crop]:
        settings = self._watch.settings
        weak = track.scores / track.seen < settings.min_score
        if weak or track.seen < settings.min_seen or track.tallest < settings.min_height:
            return
        for shot, chosen in enumerate(best(track.views)):
            yield Crop(
                camera=self._camera,
                track=track.number,
                shot=shot,
                began=track.began,
                ended=track.last,
                taken=chosen.taken,
                box=chosen.box,
                score=chosen.score,
                image=chosen.image,
            )


class _Track:
    """What is known so far of one person in view."""

    def __init__(self, number: int, follows: int, began: datetime) -> None:
        self.number, self.follows, self.began, self.last = number, follows, began, began
        self.seen, self.scores, self.tallest = 0, 0.0, 0.0
        self.views: tuple[View, ...] = ()

    def see(self, seen: View) -> None:
        self.last = seen.taken
        self.seen += 1
        self.scores += seen.score
        self.tallest = max(self.tallest, seen.box[3] - seen.box[1])
        self.views = keep(self.views, seen)

    def kept(self, folder: str, media: Media) -> OpenTrack:
        return OpenTrack(
            number=self.number,
            follows=self.follows,
            began=self.began,
            last=self.last,
            seen=self.seen,
            scores=self.scores,
            tallest=self.tallest,
            views=tuple(self._kept_view(one, folder, media) for one in self.views),
        )

    def _kept_view(self, one: View, folder: str, media: Media) -> KeptView:
        key = one.key
        if not key:
            key = f"{folder}/{self.number}-{one.taken:%Y%m%dT%H%M%S%f}.jpg"
            media.put(key, one.image)
        return KeptView(one.taken, one.box, one.score, one.quality, one.layout, key)

    @classmethod
    def restore(cls, record: OpenTrack, media: Media) -> "_Track":
        track = cls(record.number, record.follows, record.began)
        track.last, track.seen = record.last, record.seen
        track.scores, track.tallest = record.scores, record.tallest
        track.views = tuple(
            View(one.taken, one.box, one.score, one.quality, one.layout, media.get(one.key), one.key)
            for one in record.views
        )
        return track
