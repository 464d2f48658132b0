"""Watching: one person is one track, whatever the chunks, and a killed run changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest

from models.detection.tracker import PeopleTracker
from models.types import Image
from pipeline import build
from pipeline.footage.gate import GateSettings
from pipeline.footage.handoff import Handoff
from pipeline.types import Crop, Frame, Grey
from pipeline.watch import Watch, Watching, WatchSettings
from tests.fakes import BrightRectangles, NearestCentre, Shelf

BEGAN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
FPS = 5
EVERY_FRAME = WatchSettings(gate=None)


def street(walkers: Sequence[tuple[int, int, float, int]], count: int = 200) -> list[Frame]:
    """Frames with walkers: first frame, last frame, pixels per frame, row of the head."""
    frames = []
    for index in range(count):
        image = np.full((240, 640, 3), 60, np.uint8)
        for first, last, speed, top in walkers:
            if first <= index < last:
                left = int(20 + speed * (index - first)) if speed >= 0 else int(600 + speed * (index - first))
                image[top : top + 60, left : left + 24] = (250, 220 - index % 7, 210)
        frames.append(Frame("gate", BEGAN + timedelta(seconds=index / FPS), image))
    return frames


WALKERS = [
    (10, 60, 8.0, 20),
    (30, 90, -8.0, 100),
    (55, 65, 5.0, 170),
    (80, 200, 3.0, 20),
    (120, 122, 5.0, 170),
]
STREET = street(WALKERS)


def crossing() -> list[Frame]:
    """Two people, one pale red and one pale blue, who pass each other out of sight behind a wall."""
    frames = []
    for index in range(40):
        image = np.full((240, 640, 3), 60, np.uint8)
        for left, colour in ((100 + 9 * index, (250, 90, 90)), (470 - 9 * index, (210, 120, 250))):
            if not 245 <= left <= 325:
                image[90:170, left : left + 28] = colour
        frames.append(Frame("gate", BEGAN + timedelta(seconds=index / FPS), image))
    return frames


def run(
    frames: Sequence[Frame],
    length: int,
    settings: WatchSettings = EVERY_FRAME,
    *,
    media: Shelf | None = None,
    detector: BrightRectangles | None = None,
) -> list[Crop]:
    """Watch in chunks of `length` frames, through the text that a ledger would hold."""
    watch = Watch(detector or BrightRectangles(), NearestCentre, media or Shelf(), settings)
    text, crops = "", []
    for start in range(0, len(frames), length):
        watching = Watching(watch, "gate", Handoff.from_json(text))
        crops += list(watching.crops(frames[start : start + length]))
        if start + length >= len(frames):
            crops += list(watching.close())
        text = watching.hand_over(f"handoff/{start}").to_json()
    return crops


def sightings(crops: Iterable[Crop]) -> list[tuple[object, ...]]:
    rows = [
        (c.camera, c.track, c.shot, c.began, c.ended, c.taken, c.box, c.score, c.image.tobytes())
        for c in crops
    ]
    return sorted(rows, key=lambda row: (row[1], row[2]))


def test_everyone_who_walks_past_is_one_track() -> None:
    crops = run(STREET, 1000)

    tracks = {crop.track: crop for crop in crops}
    spans = sorted(
        (
            round((c.began - BEGAN) / timedelta(seconds=1) * FPS),
            round((c.ended - BEGAN) / timedelta(seconds=1) * FPS),
        )
        for c in tracks.values()
    )
    assert spans == [(first, last - 1) for first, last, *_ in WALKERS[:4]]  # the fifth was a flicker
    for number in tracks:
        shots = [crop.shot for crop in crops if crop.track == number]
        assert shots == list(range(len(shots)))
        assert len(shots) <= 3


@pytest.mark.parametrize("settings", [EVERY_FRAME, WatchSettings()])
@pytest.mark.parametrize("length", [7, 20, 50, 61, 199])
def test_chunks_of_any_length_give_the_same_sightings(length: int, settings: WatchSettings) -> None:
    assert sightings(run(STREET, length, settings)) == sightings(run(STREET, 1000, settings))


def test_a_killed_chunk_done_again_changes_nothing() -> None:
    media = Shelf()
    watch = Watch(BrightRectangles(), NearestCentre, media, WatchSettings())
    first = Watching(watch, "gate", Handoff())
    crops = list(first.crops(STREET[:85]))
    border = first.hand_over("handoff/0").to_json()

    killed = Watching(watch, "gate", Handoff.from_json(border))
    next(killed.crops(STREET[85:]))
    half_done = Watching(watch, "gate", Handoff.from_json(border))
    list(half_done.crops(STREET[85:]))
    half_done.hand_over("handoff/1")

    again = Watching(watch, "gate", Handoff.from_json(border))
    crops += [*again.crops(STREET[85:]), *again.close()]
    assert sightings(crops) == sightings(run(STREET, 85, WatchSettings()))


def test_pictures_are_kept_once_and_named_while_they_are_needed() -> None:
    media = Shelf()
    watch = Watch(BrightRectangles(), NearestCentre, media, EVERY_FRAME)
    first = Watching(watch, "gate", Handoff())
    list(first.crops(STREET[:40]))
    border = first.hand_over("handoff/0")

    second = Watching(watch, "gate", border)
    list(second.crops(STREET[40:41]))
    later = second.hand_over("handoff/1")

    assert {track.number for track in border.tracks} == {1, 2}
    assert border.keys() | later.keys() == set(media.images)
    assert border.keys() & later.keys()


def test_people_who_cross_behind_a_wall_are_the_same_two_whatever_the_chunks() -> None:
    frames = crossing()
    watch = Watch(BrightRectangles(), partial(PeopleTracker, FPS), Shelf(), EVERY_FRAME)
    whole = Watching(watch, "gate", Handoff())
    unbroken = sightings([*whole.crops(frames), *whole.close()])
    assert {row[1] for row in unbroken} == {1, 2}

    for length in (5, 9, 13, 16):
        text, crops = "", []
        for start in range(0, len(frames), length):
            watching = Watching(watch, "gate", Handoff.from_json(text))
            crops += list(watching.crops(frames[start : start + length]))
            text = watching.hand_over(f"handoff/{length}/{start}").to_json()
        crops += list(watching.close())
        assert sightings(crops) == unbroken


def test_a_tracker_s_state_that_cannot_be_read_is_refused() -> None:
    watch = Watch(BrightRectangles(), partial(PeopleTracker, FPS), Shelf(), EVERY_FRAME)

    with pytest.raises(ValueError, match="state of a tracker cannot be read"):
        Watching(watch, "gate", Handoff(tracker='{"frames": 3}'))


def test_a_lost_picture_is_said_at_once() -> None:
    media = Shelf()
    watch = Watch(BrightRectangles(), NearestCentre, media, EVERY_FRAME)
    first = Watching(watch, "gate", Handoff())
    list(first.crops(STREET[:40]))
    border = first.hand_over("handoff/0")
    media.images.clear()

    with pytest.raises(OSError, match="no picture"):
        Watching(watch, "gate", border)


def test_numbers_go_on_where_the_last_chunk_stopped() -> None:
    crops = run(STREET, 50)

    assert {crop.track for crop in crops} == {1, 2, 3, 4}


def test_crops_of_one_person_come_together_when_they_leave() -> None:
    order = [crop.track for crop in run(STREET, 1000)]

    assert order == sorted(order, key=order.index)
    watch = Watch(BrightRectangles(), NearestCentre, Shelf(), EVERY_FRAME)
    assert not list(Watching(watch, "gate", Handoff()).crops(STREET[:60]))


def test_what_is_too_brief_too_small_or_too_unsure_is_nobody() -> None:
    one = street([(5, 25, 6.0, 20)], 60)

    assert run(one, 1000)
    assert not run(one, 1000, replace(EVERY_FRAME, min_seen=21))
    assert not run(one, 1000, replace(EVERY_FRAME, min_height=61))
    assert not run(one, 1000, detector=BrightRectangles(score=0.3))


def test_a_still_image_needs_one_look_only() -> None:
    still = street([(0, 1, 0.0, 20)], 1)

    assert len(run(still, 1, WatchSettings(min_seen=1))) == 1


def test_who_stays_long_is_filed_and_begun_anew() -> None:
    crops = run(street([(0, 200, 0.0, 20)]), 1000, replace(EVERY_FRAME, longest=15.0))

    assert {crop.track for crop in crops} == {1, 2, 3}


def test_who_comes_back_after_leaving_is_another_track() -> None:
    frames = street([(0, 20, 0.0, 20), (60, 80, 0.0, 20)], 100)
    gap = [frame for index, frame in enumerate(frames) if not 22 <= index < 58]  # an outage hides the time

    assert {crop.track for crop in run(gap, 1000)} == {1, 2}


def test_an_empty_street_costs_next_to_nothing_and_a_standing_person_is_kept() -> None:
    nobody, standing = BrightRectangles(), BrightRectangles()

    run(street([]), 1000, WatchSettings(), detector=nobody)
    crops = run(street([(0, 200, 0.0, 20)]), 1000, WatchSettings(), detector=standing)

    assert sum(nobody.batches) <= 8
    assert sum(standing.batches) >= 197  # the first block is judged before anybody is known
    assert {crop.ended for crop in crops} == {STREET[-1].taken}


class Shown:
    """A picture of a decoder that counts how often the gate asked for it."""

    asked = 0
    begins = False

    def develop(self) -> bool:
        return True

    def __init__(self, image: Image) -> None:
        self._image = image

    def rgb(self) -> Image:
        return self._image

    def grey(self, side: int) -> Grey:
        Shown.asked += 1
        return self._image[..., 0]


def test_who_comes_between_two_glances_is_seen_from_the_first_frame() -> None:
    frames = [
        Frame("gate", one.taken, Shown(one.image))
        for one in street([(63, 90, 8.0, 20), (131, 170, -8.0, 100), (172, 177, 8.0, 20)])
    ]
    crops = run(frames, 1000, WatchSettings())

    index = {frame.taken: at for at, frame in enumerate(frames)}
    spans = sorted({(index[crop.began], index[crop.ended]) for crop in crops})
    assert spans == [(63, 89), (131, 169), (172, 176)]
    assert sightings(crops) == sightings(run(frames, 1000, WatchSettings(gate=GateSettings(glance=0.0))))


def test_while_nobody_is_there_one_frame_a_second_is_compared() -> None:
    frames = [Frame("gate", one.taken, Shown(one.image)) for one in street([])]
    Shown.asked = 0

    run(frames, 1000, WatchSettings())

    assert len(frames) / FPS <= Shown.asked < len(frames) / FPS + FPS  # the end is gone through


def test_the_detector_sees_batches() -> None:
    detector = BrightRectangles()

    run(STREET[:10], 1000, replace(EVERY_FRAME, batch=4), detector=detector)

    assert detector.batches == [4, 4, 2]


def test_a_gate_that_never_looks_but_once_finds_nobody_new() -> None:
    detector = BrightRectangles()
    settings = WatchSettings(gate=GateSettings(hold=0.0, every=1e6))

    assert not run(street([], 50), 1000, settings, detector=detector)
    assert detector.batches == [1]


@pytest.mark.parametrize(("fps", "found"), [(0.5, 3), (5.0, 0)])
def test_where_frames_are_rare_one_is_enough_to_be_seen_in(fps: float, found: int) -> None:
    frames = street([(3, 4, 5.0, 20), (5, 6, 5.0, 100), (8, 9, 5.0, 170)], 12)
    spaced = [
        Frame(one.camera, BEGAN + timedelta(seconds=at / fps), one.image) for at, one in enumerate(frames)
    ]
    watching = Watching(build.watch(BrightRectangles(), Shelf(), fps), "gate", Handoff())

    crops = [*watching.crops(spaced), *watching.close()]

    assert [crop.taken for crop in crops] == [spaced[at].taken for at in (3, 5, 8)][:found]


def test_a_hand_over_survives_as_text() -> None:
    watch = Watch(BrightRectangles(), NearestCentre, Shelf(), EVERY_FRAME)
    watching = Watching(watch, "gate", Handoff())
    list(watching.crops(STREET[:40]))
    handoff = watching.hand_over("handoff/0")

    assert handoff.tracks
    assert Handoff.from_json(handoff.to_json()) == handoff
    assert Handoff.from_json("") == Handoff()  # the beginning of a source


@pytest.mark.parametrize(
    "text", ["nonsense", "[]", "{}", '{"version": 99}', '{"version": 2, "next_number": 1}']
)
def test_a_hand_over_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="watch the source anew"):
        Handoff.from_json(text)
