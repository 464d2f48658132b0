"""Tell which tracks look like one person: one who came back, or went on to another camera.

Looks are evidence, not identity: whoever sees an answer can open what was put together, and nothing is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.types import Floats
from storage.types import Hit, Shot

Track = tuple[str, str, datetime, int]
"""What is one person for certain: camera, source, beginning and number."""

_BACK = timedelta(seconds=30)  # longest absence over which looks are evidence; later, it is rather another
_ALIKE = 0.85  # cosine of two tracks' mean vectors from which they show one person: different people of the
# rendered clips and of the room reach 0.81, and half the tracks of one person reach this
_WALK = timedelta(minutes=10)  # longest way from one camera to another
_ALIKE_ELSEWHERE = 0.9  # the same in another light, by the regions of the body (bench/appearances.py)


@dataclass(frozen=True, slots=True)
class Looks:
    """What is known of the looks of one track."""

    person: Track  # the earliest track of the same person, itself if there is no other
    vector: Floats  # (d,) unit length
    regions: Floats  # (p, e) unit length each


def track_of(shot: Shot) -> Track:
    """The track that a shot belongs to."""
    return (shot.camera, shot.source, shot.began, shot.track)


def same_person(hits: Iterable[Hit], regions: Sequence[int]) -> dict[Track, Looks]:
    """Whose each track of the hits is; `regions` are the rows of the parts that are regions of the body.

    On one camera two tracks are one person when one begins within `_BACK` after the other ended, and their
    vectors agree by `_ALIKE`, and by more than those of any two people whom that camera saw at one time:
    where two who are certainly different look that alike, looks are no evidence. The most alike come
    first, and tracks that overlap in time never become one person, not by way of a third track either.

    People of two cameras are one when they are at most `_WALK` apart, the regions of their bodies agree by
    `_ALIKE_ELSEWHERE` and by more than those of any two people whom either camera saw at one time, and
    neither finds anybody on the other camera who is more alike.
    """
    tracks: dict[Track, list[Hit]] = {}
    for hit in hits:
        tracks.setdefault(track_of(hit.sighting.shot), []).append(hit)
    if not tracks:
        return {}
    order = sorted(tracks, key=lambda track: (track[2], track))
    seen = _Seen.of([tracks[track] for track in order], regions)
    people = _Groups(seen)
    for camera in dict.fromkeys(track[0] for track in order):
        here = np.array([place for place, track in enumerate(order) if track[0] == camera])
        _come_back(here, seen, people)
    _gone_on(seen, people)
    return {
        track: Looks(order[people.first(place)], seen.vectors[place], seen.regions[place])
        for place, track in enumerate(order)
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """n tracks."""

    cameras: NDArray[np.str_]  # (n,)
    apart: NDArray[np.float64]  # (n, n) seconds from the end of one to the other; 0 or less: overlapping
    vectors: Floats  # (n, d) unit length, of all shots
    regions: Floats  # (n, p, e) unit length

    @classmethod
    def of(cls, tracks: list[list[Hit]], regions: Sequence[int]) -> "_Seen":
        shots = [hits[0].sighting.shot for hits in tracks]
        began = np.array([shot.began.timestamp() for shot in shots])
        ended = np.array([shot.ended.timestamp() for shot in shots])
        apart = np.maximum(began[:, None], began) - np.minimum(ended[:, None], ended)
        every = [hit.sighting for hits in tracks for hit in hits]
        whose = np.repeat(np.arange(len(tracks)), [len(hits) for hits in tracks])  # a track, of every shot
        parts = np.stack([sighting.parts for sighting in every])[:, list(regions)].astype(np.float32)
        return cls(
            np.array([shot.camera for shot in shots]),
            apart,
            _unit(_sums(np.stack([sighting.vector for sighting in every]), whose)),
            _unit(_sums(parts, whose)),
        )


class _Groups:
    """Which of n tracks have been put together; of two whom a camera saw at one time each stays a person."""

    def __init__(self, seen: _Seen) -> None:
        self._members = [[place] for place in range(len(seen.cameras))]
        # By the first of each group: whether some of the one and some of the other are certainly two people.
        self._different = (seen.cameras[:, None] == seen.cameras) & (seen.apart <= 0)

    def first(self, place: int) -> int:
        return self._members[place][0]

    def join(self, one: int, other: int) -> None:
        """Put the groups of two tracks together, unless they hold certainly different people."""
        first, second = sorted((self.first(one), self.first(other)))
        if first == second or self._different[first, second]:
            return
        self._different[first] |= self._different[second]
        self._different[:, first] |= self._different[:, second]
        self._members[first] += self._members[second]
        for place in self._members[second]:
            self._members[place] = self._members[first]


def _come_back(here: NDArray[np.int64], seen: _Seen, people: _Groups) -> None:
    """Put the tracks of one camera together."""
    likeness, apart = seen.vectors[here] @ seen.vectors[here].T, seen.apart[np.ix_(here, here)]
    above = np.triu(np.ones_like(likeness, bool), 1)
    together = likeness[above & (apart <= 0)]
    least = max(_ALIKE, float(together.max(initial=-1)))
    allowed = above & (apart > 0) & (apart <= _BACK.total_seconds()) & (likeness >= least)
    for one, other in _most_alike_first(likeness, allowed):
        people.join(int(here[one]), int(here[other]))


def _gone_on(seen: _Seen, people: _Groups) -> None:
    """Put the people of different cameras together."""
    cameras, place = np.unique(seen.cameras, return_inverse=True)
    if len(cameras) == 1:
        return
    flat = seen.regions.reshape(len(place), -1)
    likeness = flat @ flat.T / seen.regions.shape[1]
    here = place[:, None] == place
    together = np.where(here & (seen.apart <= 0), likeness, -1)
    np.fill_diagonal(together, -1)
    # The most alike on each camera (n, cameras), and of those whom a camera saw at one time (cameras,)
    rivals = np.stack([likeness[:, place == each].max(axis=1) for each in range(len(cameras))], axis=1)
    twins = np.array([together[place == each].max() for each in range(len(cameras))])
    least = np.maximum(rivals[:, place], twins[place])
    allowed = ~here & (seen.apart <= _WALK.total_seconds()) & (likeness >= _ALIKE_ELSEWHERE)
    for one, other in _most_alike_first(
        likeness, np.triu(allowed & (likeness >= np.maximum(least, least.T)))
    ):
        people.join(one, other)


def _most_alike_first(likeness: Floats, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The allowed pairs; of equally alike ones the earlier first."""
    pairs = np.argwhere(allowed)
    order = np.argsort(-likeness[allowed], kind="stable")
    return [(one, other) for one, other in pairs[order].tolist()]


def _sums(rows: Floats, whose: NDArray[np.int64]) -> Floats:
    """The sum of each track's rows, which has the direction of their mean; `whose` is in order."""
    first = np.diff(whose, prepend=-1) > 0
    sums = rows[first]
    np.add.at(sums, whose[~first], rows[~first])  # few: most tracks show one shot in a pool
    return sums


def _unit(rows: NDArray[np.floating]) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)
