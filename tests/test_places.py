"""Cameras in a sentence: named, shared, shut out, mistyped, and words that name none."""

import pytest

from pipeline.asking.places import find_places
from pipeline.search import QueryError

CAMERAS = ("camera-3", "gate-2", "hall", "lobby", "north-gate", "car_park", "white", "Cam07")


@pytest.mark.parametrize(
    ("text", "words", "cameras"),
    [
        ("red coat at the north gate", "at the north gate", ("north-gate",)),
        ("red coat at North-Gate, running", "at North-Gate", ("north-gate",)),
        ("near the northgate", "near the northgate", ("north-gate",)),
        ("red coat on camera 3", "on camera 3", ("camera-3",)),
        ("red coat on camera three", "on camera three", ("camera-3",)),
        ("seen on cam 7", "seen on cam 7", ("Cam07",)),
        ("by the north gate camera", "by the north gate camera", ("north-gate",)),
        ("gate 2 or the lobby, red coat", "gate 2 or the lobby", ("gate-2", "lobby")),
        ("at gate two in red", "at gate two", ("gate-2",)),
        ("at the lobby, hall and car park", "at the lobby, hall and car park", ("lobby", "hall", "car_park")),
        ("from the hall to the lobby", "from the hall to the lobby", ("hall", "lobby")),
        ("red coat at the gates", "at the gates", ("gate-2", "north-gate")),
        ("red coat at the gate 4 pm", "at the gate", ("gate-2", "north-gate")),
        ("lobby, red coat", "lobby", ("lobby",)),
        ("north gate red coat", "north gate", ("north-gate",)),
        ("woman on the white camera", "on the white camera", ("white",)),
    ],
)
def test_a_camera_is_found_as_people_write_it(text: str, words: str, cameras: tuple[str, ...]) -> None:
    (place,) = find_places(text, CAMERAS)
    assert text[place.start : place.end] == words
    assert place.cameras == cameras
    assert not place.shut_out


@pytest.mark.parametrize(
    "text",
    [
        "woman in white",
        "man with a gate logo",
        "stands with his back to the camera in a black jacket",
        "holding a camera",
        "on the security camera",
        "lobby boy uniform",
        "man at the front with long hair at the back",
    ],
)
def test_what_names_no_camera_stays(text: str) -> None:
    assert find_places(text, CAMERAS) == []


@pytest.mark.parametrize("text", ["not at the lobby", "anywhere but the lobby", "except at the lobby"])
def test_a_camera_can_be_shut_out(text: str) -> None:
    (place,) = find_places(f"{text}, red coat", CAMERAS)
    assert (place.start, place.end) == (0, len(text))
    assert place.shut_out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("red coat at the nroth gate", 'did you mean "north-gate"'),
        ("red coat in the loby", 'did you mean "lobby"'),
        ("red coat at the station", "known cameras: camera-3"),
    ],
)
def test_a_doubtful_place_is_told(text: str, said: str) -> None:
    (place,) = find_places(text, CAMERAS)
    assert place.cameras == ()
    assert said in place.notice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on camera 9", 'camera "9"; known cameras'),
        ("on the roof camera", 'camera "roof"'),
        ("on the nroth gate camera", 'did you mean "north-gate"'),
    ],
)
def test_a_camera_that_there_is_not_is_an_error(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        find_places(text, CAMERAS)


def test_without_cameras_nothing_is_a_place() -> None:
    assert find_places("red coat at the north gate", ()) == []
