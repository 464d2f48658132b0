"""An answer in stages: who is near, then who matches, as events that are written down like any search."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.search import Nearest
from pipeline.types import Answer
from storage.accounts.audit import Sought
from storage.footage.chunks import Chunk
from tests.web_client import BEGAN, Client, copy_of, site_in
from web.finder import Finder
from web.problems import MEDIA_TYPE
from web.site import Site

ASKED = {"q": "red", "min_probability": 0, "limit": 3}
EVENTS = {"Accept": "text/event-stream"}


def told(client: Client, **asked: Any) -> list[tuple[str, Any]]:
    """The events of an answer."""
    answer = client.get("/search", params={**ASKED, **asked}, headers=EVENTS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    pieces = [piece.splitlines() for piece in answer.text.strip().split("\n\n")]
    assert all(len(piece) == 2 for piece in pieces)
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pieces]


def test_the_nearest_come_first_and_the_answer_is_that_of_a_plain_search(site: Site) -> None:
    vic = Client.of(site).log_in("vic")
    (first, near), (second, answer), (last, nothing) = told(vic)
    assert (first, second, last, nothing) == ("nearest", "answer", "end", {})
    assert answer == vic.get("/search", params=ASKED).json()
    assert (near["query"], near["chips"]) == (answer["query"], answer["chips"])
    assert len(near["nearest"]) == 3
    assert vic.http.get(near["nearest"][0]["crop"]).headers["content-type"] == "image/jpeg"


def test_a_question_with_a_picture_may_be_sent_too(site: Site) -> None:
    vic = Client.of(site).log_in("vic")
    asked = {"like": [{"sighting": told(vic)[1][1]["matches"][0]["id"]}]}
    answer = vic.post("/search", json=asked, headers=EVENTS)
    assert [line for line in answer.text.splitlines() if line.startswith("event")] == [
        "event: nearest",
        "event: answer",
        "event: end",
    ]


def test_both_stages_are_written_down_before_they_are_told(site: Site) -> None:
    vic = Client.of(site).log_in("vic")
    (_, near), (_, answer), _ = told(vic)
    later, earlier = site.audit.newest(Sought(who="vic", action="search"), limit=2)
    assert (earlier.details["stage"], later.details["stage"]) == ("nearest", "answer")
    assert earlier.details["shown"] == [each["id"] for each in near["nearest"]]
    assert set(later.details["shown"]) >= {each["id"] for each in answer["matches"]}
    assert earlier.details["text"] == later.details["text"] == "red"


def test_the_nearest_keep_to_the_cameras_of_whoever_asks_and_follow_each_other(site: Site) -> None:
    narrow = Client.of(site).log_in("narrow")
    near = told(narrow, limit=100)[0][1]["nearest"]
    assert {each["camera"] for each in near} == {"yard"}
    pages = [told(narrow, limit=1, page=page)[0][1]["nearest"] for page in (1, 2)]
    assert [each["id"] for page in pages for each in page] == [each["id"] for each in near[:2]]


@pytest.mark.parametrize(
    ("asked", "status"), [({"q": ""}, 422), ({"q": "nothing"}, 422), ({"camera": "nowhere"}, 404)]
)
def test_what_is_wrong_with_a_question_is_a_problem_as_ever(
    asked: dict[str, str], status: int, site: Site
) -> None:
    vic = Client.of(site).log_in("vic")
    answer = vic.get("/search", params={**ASKED, **asked}, headers=EVENTS)
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert Client.of(site).get("/search", params=ASKED, headers=EVENTS).status_code == 401
    assert Client.of(site).log_in("aud").get("/search", params=ASKED, headers=EVENTS).status_code == 403


class Broken:
    """A finder that fails at the second look."""

    def __init__(self, finder: Finder, error: Exception) -> None:
        self.finder, self.error = finder, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def look(self, nearest: Nearest) -> Answer:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"), [(OSError("/srv/secret is gone"), 503), (KeyError("/srv/secret"), 500)]
)
def test_what_goes_wrong_later_is_an_event(error: Exception, status: int, site: Site) -> None:
    vic = Client.of(replace(site, finder=Broken(site.finder, error))).log_in("vic")
    (first, _), (second, problem), (last, _) = told(vic)
    assert (first, second, last) == ("nearest", "problem", "end")
    assert (problem["status"], "secret" in problem["detail"]) == (status, False)


def test_whoever_may_see_no_camera_with_footage_is_told_so(site: Site) -> None:
    with_none = replace(site, finder=Nowhere(site.finder))
    narrow = Client.of(with_none).log_in("narrow")
    (_, near), (_, answer), _ = told(narrow)
    assert near["nearest"] == answer["matches"] == []
    assert near["notices"] == answer["notices"] != []


class Nowhere:
    """A finder without footage of the camera `yard`."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def cameras(self) -> tuple[str, ...]:
        return ("north-gate",)


def test_an_answer_says_which_footage_it_lacks_to_those_who_may_know_of_it(
    filled: Path, tmp_path: Path
) -> None:
    with site_in(copy_of(filled, tmp_path)) as site:
        site.ledger.plan([Chunk("north-gate", "late.mp4", "late", BEGAN, 0, 60, 0, "v")])
        for name, number in (("vic", 1), ("narrow", 0)):
            client = Client.of(site).log_in(name)
            (_, near), (_, answer), _ = told(client)
            plain = client.get("/search", params=ASKED).json()
            assert near["notices"] == answer["notices"] == plain["notices"]
            assert sum("this answer is partial" in notice for notice in plain["notices"]) == number
