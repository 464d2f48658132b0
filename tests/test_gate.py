"""The gate: silence skips, people and light do not."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.footage.gate import Gate, GateSettings
from pipeline.types import Frame

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
FPS = 5


def street(index: int, noise: float = 6.0) -> np.ndarray:
    """An unchanging street seen by a noisy sensor: (240, 320, 3)."""
    x = np.linspace(60, 160, 320)[None, :, None] + np.zeros((240, 320, 3))
    x[100:140, 50:120] = 200
    sensor = np.random.default_rng(index).normal(0, noise, x.shape)
    return np.clip(x + sensor, 0, 255).astype(np.uint8)


def person(image: np.ndarray, left: int, height: int = 40, grey: int = 30) -> np.ndarray:
    image[150 : 150 + height, left : left + max(2, height * 2 // 5)] = grey
    return image


def looks(pictures: list[np.ndarray], busy: set[int] | None = None) -> list[bool]:
    gate = Gate(GateSettings())
    return [
        gate.look(Frame("gate", BEGAN + timedelta(seconds=index / FPS), image), busy=index in (busy or set()))
        for index, image in enumerate(pictures)
    ]


@pytest.mark.parametrize("noise", [0.0, 6.0, 20.0])
def test_an_empty_street_is_skipped_but_for_a_look_now_and_then(noise: float) -> None:
    found = looks([street(index, noise) for index in range(300)])

    assert found[0]
    assert 6 <= sum(found) <= 30
    every = np.flatnonzero(found)
    assert np.diff(every).max() <= 10 * FPS


@pytest.mark.parametrize("height", [24, 40, 100])
@pytest.mark.parametrize("grey", [30, 220])
def test_somebody_walking_through_is_seen_all_the_way(height: int, grey: int) -> None:
    pictures = [street(index) for index in range(150)]
    for index in range(60, 100):
        person(pictures[index], 6 * (index - 60), height, grey)

    found = looks(pictures)

    assert all(found[60:100])
    assert sum(found[:60]) < 20


def test_the_gate_stays_open_while_people_are_in_view_and_a_while_after_motion() -> None:
    pictures = [street(index, 0.0) for index in range(100)]
    person(pictures[60], 100)

    found = looks(pictures, busy={20, 21, 22})

    assert all(found[20:23])
    assert all(found[60 : 60 + 2 * FPS])
    assert not any(found[23:60])


def test_a_sudden_change_of_light_is_motion_and_is_then_forgotten() -> None:
    pictures = [street(index) // (1 if index < 50 else 3) for index in range(150)]

    found = looks(pictures)

    assert found[50]
    assert sum(found[70:]) <= 4


def test_a_busy_doorway_does_not_blind_the_gate() -> None:
    pictures = [street(index) for index in range(400)]
    for index in range(300):
        person(pictures[index], 100 + index % 10)
    person(pictures[390], 105, grey=40)

    assert looks(pictures)[390]


def test_another_resolution_starts_anew() -> None:
    found = looks([street(0), street(1), street(2)[:120]])

    assert found[0]
    assert len(found) == 3


def test_the_same_frames_give_the_same_answers() -> None:
    pictures = [person(street(index), index) for index in range(30)]

    assert looks(pictures) == looks(pictures)
