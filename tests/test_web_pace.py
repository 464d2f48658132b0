"""How often one account may ask for what is dear."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web_client import Client, copy_of, site_in
from web.pace import MANY, Pace
from web.problems import MEDIA_TYPE, Problem
from web.site import Site


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def site(filled: Path, tmp_path: Path, seconds: Seconds) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield replace(site, pace=Pace(3, seconds))


def test_an_account_that_asks_too_often_waits_and_the_others_do_not(site: Site, seconds: Seconds) -> None:
    olga = Client.of(site).log_in("olga")
    asked = {"q": "red", "min_probability": 0}
    found = olga.get("/search", params=asked).json()["matches"][0]["id"]
    assert olga.post("/search", json=asked).status_code == 200
    assert olga.get(f"/sightings/{found}/similar").status_code == 200
    for path in ("/search?q=red", f"/sightings/{found}/frame", f"/sightings/{found}/clip"):
        late = olga.get(path)
        assert (late.status_code, late.headers["content-type"]) == (429, MEDIA_TYPE), path
        assert late.headers["retry-after"] == "20"
        assert "try again in 20 s" in late.json()["detail"]
    streamed = olga.get("/search", params=asked, headers={"Accept": "text/event-stream"})
    assert (streamed.status_code, streamed.headers["content-type"]) == (429, MEDIA_TYPE)
    assert olga.get(f"/sightings/{found}/crop").status_code == 200, "pictures of a wall are many and cheap"
    assert Client.of(site).log_in("vic").get("/search", params=asked).status_code == 200
    assert Client.of(site).log_in("olga").get("/search", params=asked).status_code == 429, (
        "whatever the session"
    )
    seconds.now += 20
    assert olga.get("/search", params=asked).status_code == 200
    assert olga.get("/search", params=asked).status_code == 429


def test_a_clip_counts_when_it_is_cut_however_many_ranges_are_asked_for(site: Site) -> None:
    olga = Client.of(site).log_in("olga")
    found = olga.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]["id"]
    ranges = [olga.get(f"/sightings/{found}/clip", headers={"Range": f"bytes={at}-"}) for at in range(5)]
    assert {answer.status_code for answer in ranges} == {206}


def test_quiet_accounts_are_forgotten_and_nobody_gains_by_it(seconds: Seconds) -> None:
    pace = Pace(1, seconds)
    for number in range(MANY):
        pace.spend(f"early {number}")
    seconds.now = 59.0
    pace.spend("late")
    for who in ("early 0", "late"):
        with pytest.raises(Problem, match="try again in"):
            pace.spend(who)
    seconds.now = 61.0
    pace.spend("early 0")
    with pytest.raises(Problem, match="try again in 58 s"):
        pace.spend("late")
