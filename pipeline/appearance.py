"""Tell which tracks of a camera show one person, who left the picture and came back looking the same."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from storage.types import Hit, Shot

Track = tuple[str, str, datetime, int]
"""What is one person for certain: camera, source, beginning and number."""

_BACK = timedelta(seconds=30)  # longest absence over which looks are evidence; later, it is rather another
_ALIKE = 0.85  # cosine of two tracks' mean vectors from which they show one person: different people of the
# rendered clips and of the room reach 0.81, and half the tracks of one person reach this


def track_of(shot: Shot) -> Track:
    """The track that a shot belongs to."""
    return (shot.camera, shot.source, shot.began, shot.track)


def same_person(hits: Iterable[Hit]) -> dict[Track, Track]:
    """For each track of the hits the earliest track of the same person, itself if there is no other.

    Two tracks are one person when the camera is the same, one begins within `_BACK` after the other ended,
    and their vectors agree by `_ALIKE`, and by more than those of any two people whom that camera saw at one
    time: where two who are certainly different look that alike, looks are no evidence. The most alike come
    first, and tracks that overlap in time never become one person, not by way of a third track either.
    """
    cameras: dict[str, dict[Track, list[Hit]]] = {}
    for hit in hits:
        shot = hit.sighting.shot
        cameras.setdefault(shot.camera, {}).setdefault(track_of(shot), []).append(hit)
    return {track: first for tracks in cameras.values() for track, first in _linked(tracks).items()}


def _linked(tracks: dict[Track, list[Hit]]) -> dict[Track, Track]:
    """`same_person` for the tracks of one camera."""
    order = sorted(tracks, key=lambda track: (track[2], *track[1::2]))
    likeness = _likeness([tracks[track] for track in order])
    apart = _apart([tracks[track][0].sighting.shot for track in order])
    above = np.triu(np.ones_like(likeness, bool), 1)
    together = likeness[above & (apart <= 0)]
    least = max(_ALIKE, float(together.max(initial=-1)))
    pairs = np.argwhere(above & (apart > 0) & (apart <= _BACK.total_seconds()) & (likeness >= least))
    people = [[place] for place in range(len(order))]
    for one, other in sorted(pairs.tolist(), key=lambda pair: (-likeness[*pair], pair)):
        if people[one] is not people[other] and (apart[np.ix_(people[one], people[other])] > 0).all():
            people[one] += people[other]
            for place in people[one]:
                people[place] = people[one]
    return {order[place]: order[min(person)] for place, person in enumerate(people)}


def _likeness(tracks: list[list[Hit]]) -> NDArray[np.float32]:
    """Cosines (n, n) of the mean vectors."""
    means = np.stack([np.mean([hit.sighting.vector for hit in hits], axis=0) for hits in tracks])
    means /= np.linalg.norm(means, axis=1, keepdims=True).clip(1e-6)
    return np.asarray(means @ means.T, np.float32)


def _apart(shots: list[Shot]) -> NDArray[np.float64]:
    """Seconds (n, n) between the end of one and the beginning of the other; 0 or less when they overlap."""
    began = np.array([shot.began.timestamp() for shot in shots])
    ended = np.array([shot.ended.timestamp() for shot in shots])
    return np.asarray(np.maximum(began[:, None], began) - np.minimum(ended[:, None], ended), np.float64)
