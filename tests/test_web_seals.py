"""Addresses of pictures that an answer hands out: whose they are, how long they work, what is noted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.accounts.audit import Actor, Sought
from storage.accounts.permissions import Action
from tests.web_client import Client, copy_of, site_in
from web.seals import LASTS
from web.site import Site

ASKED = {"q": "red", "min_probability": 0}


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


def entries(site: Site) -> list[str]:
    return [entry.action for entry in site.audit.all(Sought())]


def test_a_wall_of_pictures_is_one_entry_that_names_them(site: Site) -> None:
    vic = Client.of(site).log_in("vic")
    before = len(entries(site))
    matches = vic.get("/search", params=ASKED).json()["matches"]
    people = [person for match in matches for person in (match, *match["also"])]
    for person in people:
        for shot in person["shots"]:
            assert vic.http.get(shot["crop"]).status_code == 200
    assert entries(site)[before:] == ["search"]
    (entry,) = site.audit.newest(Sought(action="search"), limit=1)
    assert entry.details["shown"] == [person["id"] for person in people]


def test_a_page_of_a_sighting_is_one_entry_faces_or_not(site: Site) -> None:
    olga = Client.of(site).log_in("olga")
    found = olga.get("/search", params=ASKED).json()["matches"][0]["id"]
    hidden = olga.get(f"/sightings/{found}").json()
    clear = olga.get(f"/sightings/{found}", params={"reason": "case 17"}).json()
    pictures = [olga.http.get(told["crop"]) for told in (hidden, clear)]
    for told in (hidden, clear):
        assert olga.http.get(told["frame"]).status_code == 200
        for asked in ("bytes=0-99", "bytes=100-"):
            assert olga.http.get(told["clip"], headers={"Range": asked}).status_code == 206
    assert pictures[0].content != pictures[1].content
    assert pictures[1].headers["cache-control"] == "no-store"
    seen = site.audit.newest(Sought(who="olga"), limit=2)
    assert [entry.action for entry in seen] == ["view_sighting", "view_sighting"]
    assert [entry.details["faces"] for entry in seen] == ["shown", "hidden"]
    assert seen[0].details["reason"] == "case 17"
    assert found in seen[0].details["shown"]


def test_an_address_works_for_the_session_that_got_it_alone(site: Site) -> None:
    vic = Client.of(site).log_in("vic")
    address = vic.get("/search", params=ASKED).json()["matches"][0]["crop"]
    assert Client.of(site).http.get(address).status_code == 401
    for other in (Client.of(site).log_in("ada"), Client.of(site).log_in("vic")):
        assert other.http.get(address).status_code == 403
    assert vic.http.get(address).status_code == 200


def test_an_address_that_was_changed_opens_nothing(site: Site) -> None:
    olga = Client.of(site).log_in("olga")
    first, second = olga.get("/search", params=ASKED).json()["matches"][:2]
    path, _, sealed = first["crop"].partition("?")
    later = sealed.replace("until=", "until=9")
    other = second["crop"].partition("?")[0]
    changed = [f"{path}?{sealed}&faces=true", f"{path}?{later}", f"{other}?{sealed}"]
    changed += [f"{path.replace('/crop', '/frame')}?{sealed}", f"{path}?{sealed[:-1]}g"]
    for address in changed:
        assert olga.http.get(address).status_code == 403, address
    assert entries(site)[-1] == "search", "what was refused was not seen"


def test_an_address_runs_out(site: Site) -> None:
    now = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    turned = replace(site, seals=replace(site.seals, clock=lambda: now[0]))
    vic = Client.of(turned).log_in("vic")
    address = vic.get("/search", params=ASKED).json()["matches"][0]["crop"]
    assert vic.get("/search", params=ASKED).json()["matches"][0]["crop"] == address
    now[0] += LASTS
    assert vic.http.get(address).status_code == 200
    now[0] += LASTS + timedelta(seconds=1)
    answer = vic.http.get(address)
    assert (answer.status_code, "run out" in answer.json()["detail"]) == (403, True)


def test_whoever_may_not_look_gets_addresses_without_a_seal(site: Site) -> None:
    lasts = timedelta(days=1)
    secret, _ = site.tokens.add(Actor("os:root"), "olga", "script", [Action.SEARCH], lasts=lasts)
    client = Client.of(site)
    client.http.headers["Authorization"] = f"Bearer {secret}"
    address = client.get("/search", params=ASKED).json()["matches"][0]["crop"]
    assert "seal" not in address
    assert client.http.get(address).status_code == 403


def test_the_key_is_the_sites_and_shown_nowhere(site: Site) -> None:
    with site_in(site.settings.data) as again:
        assert again.seals.key == site.seals.key
    assert site.seals.key.hex() not in repr(site.seals)
    assert repr(site.seals.key) not in repr(site.seals)
