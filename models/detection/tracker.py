"""Follow the people of one camera from frame to frame by where they are and what they wear."""

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from models.detection.clothing import clothing
from models.types import Detections, Floats, Image, Tracked

_NEVER = 1e3  # cost of a pair that must not be
_FAR = 0.9  # distance of places, 1 - overlap of widened boxes, from which a pair must not be
_MOST = 0.7  # greatest cost of a pair
_CLOTHES = 0.6  # share of the distance of clothes in that cost; the rest is the distance of places
_OTHER = 0.5  # distance of clothes, 1 - their product, at which nothing speaks for the same person
_STRANGER = 0.35  # distance of clothes from which somebody who comes back into sight is another person
_UNSURE = 0.5  # greatest distance of places for an unsure detection, whose colours say little
_LEARN = 0.1  # share of the newest sight in what is known of somebody's clothes
_COVERED = 0.15  # share of a person's middle behind somebody else from which their colours are not learnt
_TOUCHING = 0.1  # share of the smaller box from which two people are not alone
_COAST = 0.33  # share of the speed left a second later when somebody is out of sight
_TURN = 0.5  # share of the newest step in what is known of somebody's speed
_RISE = 0.1  # of the height: how much more a box is widened upwards and downwards at twice the time unseen


class PeopleTracker:
    """Follows people past a camera that stands still; one instance for each camera.

    As in ByteTrack (Zhang et al., 2022), sure detections are matched first, and unsure ones may then continue
    a person who is already followed, but never start one. Unlike there, clothes count beside
    places, so that two who cross keep their numbers, and whoever comes out from behind a post or another
    person gets the old one back.
    """

    def __init__(
        self,
        fps: float,
        state: str = "",
        *,
        keep_seconds: float = 2.5,
        sure: float = 0.35,
        unsure: float = 0.1,
        new: float = 0.45,
        pace: float = 2.5,
        at_once: bool = False,
    ) -> None:
        """`fps` is the rate of the frames that `update` will see, `state` that of a tracker to go on from.

        keep_seconds: how long a person may be out of sight and keep the number.
        sure, unsure: scores from which a detection takes part in the first and the second matching.
        new: score from which a detection may start a person.
        pace: how far somebody who turns or starts to walk gets in a second, in widths of the own box. Boxes
            are matched widened by that much for one frame, because at few frames a second two boxes of the
            same person need not touch (buffered IoU, Yang et al., 2023).
        at_once: report people from their first frame, where frames are so rare that it may be the only one.

        Raises ValueError for numbers that make no sense and for a state that cannot be read.
        """
        if fps <= 0:
            raise ValueError(f"fps is {fps}; give the rate of the frames as a number above 0")
        if not 0 <= unsure <= sure <= new <= 1:
            raise ValueError(f"unsure {unsure}, sure {sure} and new {new} must rise, from 0 to 1")
        self._fps, self._keep, self._pace = fps, round(keep_seconds * fps), pace
        self._sure, self._unsure, self._new, self._at_once = sure, unsure, new, at_once
        self._frames, self._next = 0, 1
        self._people: list[_Person] = []
        if state:
            self._restore(state)

    def update(self, detections: Detections, image: Image) -> Tracked:
        """The people of the next frame, in the order of their detections.

        A person is reported from the second frame in a row, except in the very first frame, where all who may
        start do at once, and with `at_once`.
        """
        self._frames += 1
        if not self._people and not len(detections.boxes):
            return self._report({}, detections)
        for person in self._people:
            person.unseen += 1
            person.entangled += 1
        boxes, scores = detections.boxes, detections.scores
        sure = np.flatnonzero(scores >= self._sure)
        unsure = np.flatnonzero((scores < self._sure) & (scores > self._unsure))
        worn = np.array([clothing(image, box) for box in boxes[sure]], np.float32)
        seen = dict(zip(sure.tolist(), zip(worn, ~_covered(boxes[sure]), strict=True), strict=True))

        met: dict[int, _Person] = {}  # by row of the detection
        known = [person for person in self._people if person.number]
        met |= self._match(known, boxes, sure, worn)
        missed = [person for person in known if person.unseen == 1 and person not in met.values()]
        met |= self._match(missed, boxes, unsure, None)
        left = np.array([row not in met for row in sure], bool)
        met |= self._match([p for p in self._people if not p.number], boxes, sure[left], worn[left])

        alone = _alone(boxes[list(met)])
        for apart, (row, person) in zip(alone, met.items(), strict=True):
            person.see(boxes[row], *seen.get(row, (None, False)))
            person.entangled = 0 if apart else person.entangled
        for row in sure.tolist():
            if row not in met and scores[row] >= self._new:
                met[row] = _Person(boxes[row], seen[row][0])
                self._people.append(met[row])
        self._people = [p for p in self._people if p.unseen <= (self._keep if p.number else 0)]
        return self._report(met, detections)

    def state(self) -> str:
        """All that is known, as text; a tracker made from it goes on as this one would."""
        people = [person.record() for person in self._people]
        return json.dumps({"frames": self._frames, "next": self._next, "people": people})

    def _restore(self, state: str) -> None:
        try:
            record = json.loads(state)
            self._frames, self._next = int(record["frames"]), int(record["next"])
            self._people = [_Person.restore(person) for person in record["people"]]
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise ValueError(f"the state of a tracker cannot be read ({error}); start a new one") from error

    def _report(self, met: "dict[int, _Person]", detections: Detections) -> Tracked:
        at_once = self._at_once or self._frames == 1
        rows = sorted(row for row, person in met.items() if at_once or person.seen > 1)
        for row in rows:
            if not met[row].number:
                met[row].number, self._next = self._next, self._next + 1
        numbers = [met[row].number for row in rows]
        return Tracked(np.array(numbers, np.int64), detections.boxes[rows], detections.scores[rows])

    def _match(
        self, people: "list[_Person]", boxes: Floats, rows: NDArray[np.int64], worn: Floats | None
    ) -> "dict[int, _Person]":
        """Pair people with the detections `rows`, each once, at the least cost together.

        `worn` are the clothes of those detections; without them places alone decide.
        """
        if not people or not len(rows):
            return {}
        apart = self._apart(people, boxes[rows])
        if worn is None:
            cost, wrong = apart, apart > _UNSURE
        else:
            unlike = 1 - np.stack([person.worn for person in people]).astype(np.float32) @ worn.T
            cost = (1 - _CLOTHES) * apart + _CLOTHES * np.minimum(1, unlike / _OTHER)
            back = np.array([person.unseen > 1 for person in people])[:, None]
            wrong = (apart > _FAR) | (cost > _MOST) | back & (unlike > _STRANGER)
        cost = np.where(wrong, _NEVER, cost)
        pairs = zip(*linear_sum_assignment(cost), strict=True)
        return {int(rows[row]): people[index] for index, row in pairs if cost[index, row] < _NEVER}

    def _apart(self, people: "list[_Person]", boxes: Floats) -> Floats:
        """Distance (people, boxes) of places: 1 - overlap of boxes, widened by how far one gets unseen.

        Somebody among others counts as unseen, for up to a second: whose box is whose was a guess, and when
        they part, clothes must be able to overrule it.
        """
        second = max(1, round(self._fps))
        doubt = [max(person.unseen, min(person.entangled, second)) for person in people]
        frames = np.array(doubt, np.float32)[:, None, None]
        across = np.float32(self._pace / self._fps) * np.sqrt(np.minimum(frames, np.float32(second)))
        expected = _widened(
            np.stack([person.expected(self._fps) for person in people])[:, None], across, frames
        )
        found = _widened(boxes[None], across, frames)
        low, high = (
            np.maximum(expected[..., :2], found[..., :2]),
            np.minimum(expected[..., 2:], found[..., 2:]),
        )
        shared = (high - low).clip(0).prod(-1)
        return np.asarray(1 - shared / (_area(expected) + _area(found) - shared))


@dataclass(slots=True, eq=False)
class _Person:
    """Somebody who is followed."""

    box: Floats  # (4,) where they were last seen
    worn: NDArray[np.floating]  # (LENGTH,) clothes as far as known; float16, so that the state stays small
    number: int = 0  # 0: seen once, which may be nobody
    seen: int = 1  # frames
    unseen: int = 0  # frames since
    entangled: int = 0  # frames since last seen alone, with no other box on theirs
    speed: tuple[float, float] = (0.0, 0.0)  # pixels a frame

    def __post_init__(self) -> None:
        self.worn = self.worn.astype(np.float16)

    def expected(self, fps: float) -> Floats:
        """Where the box should be by now; who is out of sight slows down, for they may have turned."""
        left = _COAST ** (1 / fps)
        frames = (1 - left**self.unseen) / (1 - left)
        return np.asarray(self.box + np.float32(frames) * np.array([*self.speed, *self.speed], np.float32))

    def see(self, box: Floats, worn: Floats | None, clear: bool) -> None:
        """Take over what a frame shows; clothes are learnt only from a clear sight."""
        moved = (box - self.box).reshape(2, 2).mean(0) / self.unseen
        vx, vy = ((1 - _TURN) * np.array(self.speed) + _TURN * moved).tolist()
        self.box, self.speed, self.unseen = box, (vx, vy), 0
        self.seen += 1
        if worn is not None and clear:
            learn = max(_LEARN, 1 / self.seen)
            mixed = (1 - learn) * self.worn.astype(np.float32) + learn * worn
            self.worn = (mixed / np.linalg.norm(mixed)).astype(np.float16)

    def record(self) -> dict[str, Any]:
        """Plain JSON values; most colours are worn by nobody, so the clothes pack well."""
        packed = base64.b64encode(zlib.compress(self.worn.tobytes())).decode()
        names = ("number", "seen", "unseen", "entangled", "speed")
        rest = {name: getattr(self, name) for name in names}
        return {"box": self.box.tolist(), "worn": packed, **rest}

    @classmethod
    def restore(cls, record: dict[str, Any]) -> "_Person":
        worn = np.frombuffer(zlib.decompress(base64.b64decode(record["worn"])), np.float16)
        vx, vy = record["speed"]
        box = np.array(record["box"], np.float32)
        return cls(**{**record, "box": box, "worn": worn, "speed": (vx, vy)})


def _widened(boxes: Floats, across: Floats, frames: Floats) -> Floats:
    """Boxes (..., 4) with a share of their width on each side, and some height for who was long unseen."""
    wide = across * (boxes[..., 2:3] - boxes[..., 0:1])
    tall = _RISE * np.log2(frames) * (boxes[..., 3:4] - boxes[..., 1:2])
    by = np.concatenate(np.broadcast_arrays(wide, tall), -1)
    return np.concatenate([boxes[..., :2] - by, boxes[..., 2:] + by], -1)


def _area(boxes: NDArray[np.floating]) -> Floats:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).prod(-1))


def _alone(boxes: Floats) -> NDArray[np.bool_]:
    """Which of the boxes (n, 4) share next to nothing with any other."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    areas = _area(boxes)
    share = (high - low).clip(0).prod(-1) / np.minimum(areas[:, None], areas[None])
    np.fill_diagonal(share, 0)
    return np.asarray((share < _TOUCHING).all(1))


def _covered(boxes: Floats) -> NDArray[np.bool_]:
    """Whether the middle half of each box (n, 4) is partly behind one whose feet are as near or nearer."""
    quarter = (boxes[:, 2] - boxes[:, 0]) / 4
    middle = boxes + quarter[:, None] * np.array([1, 0, -1, 0], np.float32)
    low = np.maximum(middle[:, None, :2], boxes[None, :, :2])
    high = np.minimum(middle[:, None, 2:], boxes[None, :, 2:])
    share = (high - low).clip(0).prod(-1) / _area(middle)[:, None]
    height = (boxes[:, 3] - boxes[:, 1])[:, None]
    before = boxes[None, :, 3] > boxes[:, None, 3] - np.float32(0.05) * height
    np.fill_diagonal(before, False)
    return np.asarray((np.where(before, share, 0) >= _COVERED).any(1))
