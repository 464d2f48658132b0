"""Whose tracks are found as plain code finds them, which compares one pair after the other."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.appearance import Track, same_person, track_of
from storage.types import Hit, Shot, Sighting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGIONS = (1, 3)
BACK, ALIKE, WALK, ALIKE_ELSEWHERE = 30.0, 0.85, 600.0, 0.9  # as `same_person` says


def seen(seed: int) -> list[Hit]:
    """Shots of a few people whose tracks come and go on three cameras, looking more or less the same."""
    rng = np.random.default_rng(seed)
    looks = [rng.normal(size=(5, 8)) for _ in range(4)]
    hits = []
    for number in range(40):
        began = NOON + timedelta(seconds=float(rng.integers(0, 400)))
        ended = began + timedelta(seconds=float(rng.integers(1, 12)))
        look = looks[rng.integers(len(looks))]
        camera = str(rng.choice(["gate", "hall", "yard"]))
        for shot in range(int(rng.integers(1, 4))):
            parts = look + rng.normal(scale=rng.choice([0.02, 0.2, 0.6]), size=look.shape)
            record = Shot(
                camera=camera,
                source="f" * 32,
                track=number,
                shot=shot,
                began=began,
                ended=ended,
                taken=began,
                box=(0, 0, 40, 100),
                score=0.9,
                crop=f"{camera}/{number}-{shot}.jpg",
            )
            vector = np.asarray(parts[0] / np.linalg.norm(parts[0]), np.float32)
            hits.append(Hit(Sighting(record, "model@0", vector, parts.astype(np.float16)), 0.5))
    return [hits[place] for place in rng.permutation(len(hits))]


class Tracks:
    """What the rule asks of tracks, one pair at a time."""

    def __init__(self, hits: list[Hit]) -> None:
        self.shots: dict[Track, list[Sighting]] = {}
        for hit in hits:
            self.shots.setdefault(track_of(hit.sighting.shot), []).append(hit.sighting)
        self.order = sorted(self.shots, key=lambda track: (track[2], track))
        self.vectors = {track: _mean([shot.vector for shot in self.shots[track]]) for track in self.order}
        self.regions = {
            track: [_mean([shot.parts[row] for shot in self.shots[track]]) for row in REGIONS]
            for track in self.order
        }

    def apart(self, one: Track, other: Track) -> float:
        first, second = self.shots[one][0].shot, self.shots[other][0].shot
        return (max(first.began, second.began) - min(first.ended, second.ended)).total_seconds()

    def alike(self, one: Track, other: Track) -> float:
        return float(self.vectors[one] @ self.vectors[other])

    def alike_elsewhere(self, one: Track, other: Track) -> float:
        pairs = zip(self.regions[one], self.regions[other], strict=True)
        return float(np.mean([first @ second for first, second in pairs]))

    def twins(self, camera: str, likeness: str) -> float:
        """How alike two people are at most whom the camera saw at one time."""
        here = [track for track in self.order if track[0] == camera]
        together = [(a, b) for a in here for b in here if a < b and self.apart(a, b) <= 0]
        return max((getattr(self, likeness)(a, b) for a, b in together), default=-1.0)


def _mean(rows: list[NDArray[np.floating]]) -> NDArray[np.float64]:
    mean = np.mean(np.array(rows, np.float64), axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def plainly(hits: list[Hit]) -> dict[Track, Track]:
    tracks = Tracks(hits)
    groups = {track: {track} for track in tracks.order}

    def join(one: Track, other: Track) -> None:
        for each in groups[one] | groups[other]:
            groups[each] = groups[one] | groups[other]

    cameras = {track[0] for track in tracks.order}
    pairs = [(a, b) for place, a in enumerate(tracks.order) for b in tracks.order[place + 1 :]]
    for camera in cameras:
        least = max(ALIKE, tracks.twins(camera, "alike"))
        mine = [(a, b) for a, b in pairs if a[0] == b[0] == camera and 0 < tracks.apart(a, b) <= BACK]
        for a, b in sorted(mine, key=lambda pair: -tracks.alike(*pair)):
            if tracks.alike(a, b) >= least and all(
                tracks.apart(one, other) > 0 for one in groups[a] for other in groups[b]
            ):
                join(a, b)
    twins = {camera: tracks.twins(camera, "alike_elsewhere") for camera in cameras}
    between = [(a, b) for a, b in pairs if a[0] != b[0] and tracks.apart(a, b) <= WALK]
    for a, b in sorted(between, key=lambda pair: -tracks.alike_elsewhere(*pair)):
        likeness = tracks.alike_elsewhere(a, b)
        rivals = [tracks.alike_elsewhere(a, other) for other in tracks.order if other[0] == b[0]]
        rivals += [tracks.alike_elsewhere(b, other) for other in tracks.order if other[0] == a[0]]
        at_once = any(
            one[0] == other[0] and tracks.apart(one, other) <= 0 for one in groups[a] for other in groups[b]
        )
        if likeness >= max(ALIKE_ELSEWHERE, *rivals, twins[a[0]], twins[b[0]]) and not at_once:
            join(a, b)
    return {track: min(groups[track], key=tracks.order.index) for track in tracks.order}


@pytest.mark.parametrize("seed", range(20))
def test_whose_a_track_is_equals_plain_code(seed: int) -> None:
    hits = seen(seed)
    found = {track: looks.person for track, looks in same_person(hits, REGIONS).items()}
    assert found == plainly(hits)


def test_the_random_tracks_are_linked_on_one_camera_and_between_two() -> None:
    linked = [
        (track, looks.person)
        for seed in range(20)
        for track, looks in same_person(seen(seed), REGIONS).items()
        if track != looks.person
    ]
    assert sum(track[0] == person[0] for track, person in linked) > 20
    assert sum(track[0] != person[0] for track, person in linked) > 20
