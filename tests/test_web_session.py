"""Logging in, the secret of a session, tokens, the first administrator, and what every answer carries."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from storage.accounts.audit import Actor, Sought
from storage.accounts.permissions import Action
from tests.web_client import PASSWORD, Client, copy_of, site_in
from web.app import create_app
from web.envelope import BODY
from web.finder import LocalFinder
from web.security import COOKIE
from web.serve import invite
from web.site import Site

OS = Actor("os:root")


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    with site_in(tmp_path) as site:
        yield site


def problem(answer: object, status: int) -> dict[str, object]:
    """The answer is a problem document of this status."""
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    said: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert set(said) >= {"type", "title", "status", "detail"}
    assert said["status"] == status
    return said


def test_a_session_begins_tells_who_it_is_and_ends(site: Site) -> None:
    client = Client.of(site)
    problem(client.get("/session"), 401)
    client.log_in("olga")
    known = client.get("/session").json()
    assert (known["name"], known["role"], known["cameras"]) == ("olga", "operator", None)
    assert "search" in known["actions"]
    assert "manage_users" not in known["actions"]
    assert client.call("DELETE", "/session").status_code == 204
    problem(client.get("/session"), 401)


def test_the_cookie_is_for_no_script_and_no_other_site(site: Site) -> None:
    client = Client.of(site)
    answer = client.post("/session", json={"name": "ada", "password": PASSWORD})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert "Secure" not in answer.headers["set-cookie"]
    client.http.base_url = "https://testserver"
    answer = client.post("/session", json={"name": "ada", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age")


def test_a_session_planted_beforehand_is_worth_nothing(site: Site) -> None:
    client = Client.of(site)
    client.http.cookies.set(COOKIE, "planted")
    client.log_in("ada")
    assert client.http.cookies.get(COOKIE, domain="testserver.local") != "planted"
    thief = Client.of(site)
    thief.http.cookies.set(COOKIE, "planted")
    problem(thief.get("/session"), 401)


def test_logging_in_again_ends_the_session_before(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    old = client.http.cookies.get(COOKIE)
    client.log_in("ada")
    thief = Client.of(site)
    thief.http.cookies.set(COOKIE, str(old))
    problem(thief.get("/session"), 401)


def test_changes_need_the_sessions_secret(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    right = client.http.headers.pop("X-CSRF-Token")
    wanted = {"reason": "case 1"}
    problem(client.post("/holds", json=wanted), 403)
    problem(client.post("/holds", json=wanted, headers={"X-CSRF-Token": "0" * 64}), 403)
    other = Client.of(site).log_in("ada").http.headers["X-CSRF-Token"]
    problem(client.post("/holds", json=wanted, headers={"X-CSRF-Token": other}), 403)
    assert site.holds.all() == []
    assert client.post("/holds", json=wanted, headers={"X-CSRF-Token": right}).status_code == 201


def test_wrong_passwords_are_refused_alike_and_then_locked(site: Site) -> None:
    client = Client.of(site)
    unknown = problem(client.post("/session", json={"name": "nobody", "password": PASSWORD}), 401)
    wrong = problem(client.post("/session", json={"name": "vic", "password": "wrong" * 4}), 401)
    assert unknown == wrong
    for _ in range(4):
        client.post("/session", json={"name": "vic", "password": "wrong" * 4})
    problem(client.post("/session", json={"name": "vic", "password": PASSWORD}), 429)


def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    client = Client.of(site).log_in("olga")
    site.accounts.disable(OS, "olga")
    problem(client.get("/session"), 401)


def test_a_token_does_what_its_scopes_say_and_no_more(site: Site) -> None:
    scopes = [Action.SEARCH, Action.VIEW_MEDIA]
    secret, token = site.tokens.add(OS, "olga", "script", scopes, lasts=timedelta(days=1), cameras=["yard"])
    client = Client.of(site)
    client.http.headers["Authorization"] = f"Bearer {secret}"
    assert [camera["name"] for camera in client.get("/cameras").json()] == ["yard"]
    assert client.post("/search", json={"q": "red"}).status_code == 200  # needs no secret of a session
    problem(client.get("/jobs"), 403)  # olga may, the token may not
    found = client.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]["id"]
    problem(client.get(f"/sightings/{found}/crop", params={"reason": "curious"}), 403)
    problem(client.get("/search", params={"q": "red", "camera": "north-gate"}), 404)
    site.tokens.revoke(OS, token.id)
    problem(client.get("/cameras"), 401)


def test_a_wrong_token_is_not_made_good_by_a_cookie(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    for said in ("Bearer passerby_wrong", "Basic YWRhOmFkYQ==", "Bearer", ""):
        problem(client.get("/session", headers={"Authorization": said}), 401)


def test_the_first_administrator_signs_up_once(empty: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    invite(empty, "http://127.0.0.1:8000")
    token = caplog.text.partition("#")[2].split()[0]
    client = Client.of(empty)
    wanted = {"token": token, "name": "ada", "password": PASSWORD}
    problem(client.post("/setup", json={**wanted, "token": "wrong"}), 422)
    problem(client.post("/setup", json={**wanted, "password": "short"}), 422)
    assert client.post("/setup", json=wanted).json() == {"name": "ada", "role": "administrator"}
    problem(client.post("/setup", json=wanted), 404)
    assert client.log_in("ada").get("/users").json()[0]["name"] == "ada"


def test_every_answer_carries_strict_headers(site: Site) -> None:
    client = Client.of(site)
    for answer in (client.get("//healthz"), client.get("/session"), client.get("//nothing")):
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers


def test_wrong_requests_end_in_problem_documents(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    problem(client.get("/nothing"), 404)
    problem(client.call("PUT", "/search"), 405)
    problem(client.post("/session", content=b"{", headers={"Content-Type": "application/json"}), 422)
    said = problem(
        client.post("/users", json={"name": "x", "password": "secret-secret", "role": "king"}), 422
    )
    assert "secret-secret" not in json.dumps(said)
    problem(client.get("/sightings/not-an-id"), 422)
    problem(client.get("/search", params={"q": "red", "limit": "many"}), 422)
    problem(client.post("/session", content=b"x" * (BODY + 1)), 413)
    chunked = iter([b"x" * BODY, b"y"])
    problem(client.post("/session", content=chunked, headers={"Content-Type": "application/json"}), 413)
    problem(client.post("/session", content=b"", headers={"Content-Length": "-1"}), 413)


def test_a_fault_tells_nothing_of_the_inside(site: Site) -> None:
    client = Client.of(replace(site, audit=None)).log_in("ada")  # type: ignore[arg-type]
    answer = client.get("/audit")
    assert "NoneType" not in json.dumps(problem(answer, 500))
    assert answer.headers["x-frame-options"] == "DENY"


def test_what_cannot_be_reached_is_said_without_its_place(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    site.finder.close()
    (site.settings.data / "index").rename(site.settings.data / "gone")
    (site.settings.data / "index").write_text("not a folder")
    said = problem(client.get("/search", params={"q": "red"}), 503)
    assert str(site.settings.data) not in json.dumps(said)


def test_health_is_open_and_figures_are_not(site: Site) -> None:
    client = Client.of(site)
    assert client.get("//healthz").json() == {"status": "ok"}
    assert client.get("//readyz").status_code == 503
    site.finder.cameras()
    assert client.get("//readyz").json() == {"ready": True, "database": True, "model": True}
    problem(client.get("//metrics"), 401)
    found = client.log_in("ada").get("/search", params={"q": "red"}).json()
    figures = client.get("//metrics").text
    for line in (
        'passerby_chunks{state="indexed"} 2.0',
        'passerby_shots{camera="yard"}',
        'passerby_sightings{model="colours@00000000"}',
        'passerby_shots_without_sighting{model="colours@00000000"} 0.0',
        'passerby_search_seconds_count{stage="look"} 1.0',
    ):
        assert line in figures
    cast(LocalFinder, site.finder).index.delete_ids([UUID(found["matches"][0]["id"])])
    lacking = 'passerby_shots_without_sighting{model="colours@00000000"} 1.0'
    assert lacking in client.get("//metrics").text


def test_the_description_of_the_api_has_examples_and_no_warnings(site: Site) -> None:
    described = create_app(site).openapi()  # warnings are errors here
    assert Client.of(site).get("/openapi.json").json() == json.loads(json.dumps(described))
    for name, schema in described["components"]["schemas"].items():
        if name in ("Inquiry", "Entry", "First", "Wanted", "Erasure", "Row"):
            assert schema["examples"], name
    names = [act["operationId"] for path in described["paths"].values() for act in path.values()]
    assert len(names) == len(set(names))


def test_what_happens_is_written_down(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    client.get("/search", params={"q": "red coat"})
    client.post("/users", json={"name": "new", "password": PASSWORD})
    entries = site.audit.newest(Sought(who="ada"))
    assert [entry.action for entry in entries] == ["add_user", "search", "log_in"]
    assert entries[1].details["text"] == "red coat"
    assert entries[1].address == "testclient"
