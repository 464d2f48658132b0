"""What holds for every route: bodies, methods, sessions that ended, keys of writes, ETags, late edits."""

import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from storage.accounts.audit import Actor
from tests.web_client import ROOT, Client
from web.app import create_app
from web.envelope import BODY
from web.problems import MEDIA_TYPE
from web.questions import LONGEST
from web.repeats import HEADER
from web.site import Site

NOBODY = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"
JSON = {"Content-Type": "application/json"}
PUBLIC = {"/healthz", "/readyz", f"{ROOT}/setup"}
# Writes without a key: why each needs none.
NO_KEY = {
    ("POST", "/session"): "makes a secret",
    ("DELETE", "/session"): "ends what it is asked with",
    ("POST", "/setup"): "is done once by itself, and makes a secret",
    ("POST", "/search"): "changes nothing",
    ("POST", "/footage"): "footage is known by what is in it",
    ("POST", "/tokens"): "makes a secret",
    ("POST", "/saved"): "makes a secret",
    ("POST", "/saved/{id}/secret"): "makes a secret",
}
# Answers without an ETag, which a plain GET of each other route has.
NO_TAG = {"/jobs/events": "a stream", "/audit/export": "a stream", "/cases/{id}/export": "a stream"}
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "/cameras/{name}": ("/cameras", {"name": "pier", "url": "rtsp://192.0.2.7/stream"}),
    "/cases/{id}": ("/cases", {"name": "thefts"}),
    "/saved/{id}": ("/saved", {"name": "reds", "q": "red"}),
    "/users/{name}": ("/users", {"name": "eve", "password": "staple horse battery"}),
}
EDITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "/cameras/{name}": ({"fps": 2}, {"fps": 3}),
    "/cases/{id}": ({"notes": "since May"}, {"notes": "since June"}),
    "/saved/{id}": ({"quiet": "22:00-06:00"}, {"paused": True}),
    "/users/{name}": ({"cameras": ["yard"]}, {"role": "auditor"}),
}


@dataclass(frozen=True)
class Route:
    """One method of one address, as the description of the API tells of it."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def short(self) -> str:
        return self.path.removeprefix(ROOT)

    @property
    def address(self) -> str:
        """One under which there is nothing, or something that is no id."""
        number = "999" if "/cases" in self.path or "/holds" in self.path else NOBODY
        filled = self.path.replace("{id}", number).replace("{entry}", "999")
        return filled.replace("{name}", "none").replace("{model}", "none")

    def is_at(self, address: str) -> bool:
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), address) is not None

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.told.get("requestBody", {}).get("content", {})

    def parameters(self, kind: str) -> set[str]:
        return {one["name"].lower() for one in self.told.get("parameters", ()) if one["in"] == kind}


@pytest.fixture(scope="module")
def routes(site: Site) -> list[Route]:
    described = create_app(site).openapi()["paths"]
    return [
        Route(method.upper(), path, told) for path, acts in described.items() for method, told in acts.items()
    ]


def is_problem(answer: httpx2.Response, status: int) -> bool:
    kind = answer.headers.get("content-type")
    return (
        answer.status_code == status == answer.json().get("status")
        and kind == MEDIA_TYPE
        and bool(answer.json()["detail"])
    )


def test_a_body_that_is_too_long_is_refused_before_it_is_read(ada: Client, routes: list[Route]) -> None:
    for route in routes:
        declared = {"Content-Length": str(10**12), **JSON}
        answer = ada.http.request(route.method, route.address, content=iter(()), headers=declared)
        assert is_problem(answer, 413), (route, answer.text)


def test_a_body_that_does_not_say_how_long_it_is_is_refused_where_it_gets_too_long(
    site: Site, ada: Client, routes: list[Route]
) -> None:
    longer = {f"{ROOT}/search": LONGEST, f"{ROOT}/footage": site.settings.upload_megabytes << 20}
    taking = [route for route in routes if route.takes_json]
    assert len(taking) > 15
    for route in taking:
        blocks = (b" " * (1 << 16) for _ in range((longer.get(route.path, BODY) >> 16) + 2))
        answer = ada.http.request(route.method, route.address, content=blocks, headers=JSON)
        assert is_problem(answer, 413), (route, answer.text)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[1]", b'"red"', b"\xff\xfe", b'{"nobody": "knows this"}']
)
def test_what_is_no_such_object_is_refused_with_a_sentence(
    content: bytes, ada: Client, routes: list[Route]
) -> None:
    for route in routes:
        if route.takes_json and route.told["requestBody"].get("required"):
            answer = ada.http.request(route.method, route.address, content=content, headers=JSON)
            assert is_problem(answer, 422), (route, answer.status_code, answer.text)


def test_other_methods_are_answered_with_those_that_are_done(ada: Client, routes: list[Route]) -> None:
    for address in {route.address for route in routes}:
        methods = {route.method for route in routes if route.is_at(address)}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = ada.http.request(method, address)
            assert is_problem(answer, 405), (method, address, answer.text)
            assert set(answer.headers["allow"].split(", ")) <= methods | {"HEAD"}, address


def test_whoever_is_logged_out_meanwhile_is_told_to_log_in(site: Site, routes: list[Route]) -> None:
    client = Client.of(site).log_in("olga")
    site.sessions.log_out_everywhere(Actor("os:root"), "olga")
    for route in routes:
        if route.path in PUBLIC or (route.method, route.short) == ("POST", "/session"):
            continue
        answer = client.http.request(route.method, route.address)
        assert is_problem(answer, 401), (route, answer.text)
        assert "log in" in answer.json()["detail"]
        assert answer.headers["www-authenticate"] == "Bearer"


def test_every_write_takes_a_key_or_stands_here_with_the_reason(routes: list[Route]) -> None:
    writes = [route for route in routes if route.method != "GET"]
    without = {
        (route.method, route.short) for route in writes if HEADER.lower() not in route.parameters("header")
    }
    assert without == set(NO_KEY)


def test_a_key_is_not_taken_where_the_answer_is_a_secret(ada: Client) -> None:
    for path, body in (
        MADE["/saved/{id}"],
        ("/tokens", {"label": "x", "owner": "ada", "scopes": ["search"]}),
    ):
        answer = ada.post(path, json=body, headers={HEADER: "one"})
        assert is_problem(answer, 422)
        assert HEADER in answer.json()["detail"]


def test_every_answer_that_is_whole_has_a_tag_and_is_not_sent_twice(ada: Client, routes: list[Route]) -> None:
    seen = 0
    for route in routes:
        if route.method != "GET" or not route.path.startswith(ROOT):
            continue
        answer = ada.http.get(route.path, params={"q": "red"} if route.short == "/search" else {})
        if answer.status_code != 200:
            assert "{" in route.path, route
            continue
        assert ("etag" in answer.headers) is (route.short not in NO_TAG), route
        if "etag" in answer.headers:
            seen += 1
            again = ada.http.get(route.path, headers={"If-None-Match": "*"}, params=answer.request.url.params)
            assert (again.status_code, again.content) == (304, b""), route
    assert seen > 12


@pytest.mark.parametrize("path", list(EDITS))
def test_an_edit_that_comes_too_late_changes_nothing(path: str, ada: Client, routes: list[Route]) -> None:
    where, body = MADE[path]
    made = ada.post(where, json=body)
    assert made.status_code == 201, made.text
    told = made.json().get("saved", made.json())
    one = f"{where}/{told['id'] if 'id' in told else told['name']}"
    seen = ada.get(one).headers["etag"]
    mine, theirs = EDITS[path]
    assert ada.call("PATCH", one, json=theirs, headers={"If-Match": seen}).status_code == 200
    before = ada.get(one).json()
    for method, change in (("PATCH", {"json": mine}), ("DELETE", {})):
        late = ada.call(method, one, headers={"If-Match": seen}, **change)
        assert is_problem(late, 412), (method, late.text)
        assert "load it again" in late.json()["detail"]
    assert ada.get(one).json() == before
    assert (
        ada.call("PATCH", one, json=mine, headers={"If-Match": ada.get(one).headers["etag"]}).status_code
        == 200
    )


def test_whatever_is_edited_can_be_edited_safely(routes: list[Route]) -> None:
    edited = {route.short for route in routes if "if-match" in route.parameters("header")}
    assert {route.short for route in routes if route.method == "PATCH"} <= edited
    assert edited >= set(EDITS)


def test_a_note_that_came_too_late_does_not_replace_another(ada: Client) -> None:
    found = ada.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]["id"]
    case = ada.post("/cases", json={"name": "thefts"}).json()["id"]
    whole = ada.get(f"/cases/{case}").headers["etag"]
    one = f"/cases/{case}/entries/{ada.post(f'/cases/{case}/entries', json={'sighting': found}).json()['id']}"
    (entry,) = ada.get(f"/cases/{case}").json()["entries"]
    seen = {"If-Match": entry["etag"]}
    assert ada.call("PATCH", one, json={"note": "theirs"}, headers=seen).json()["etag"] != entry["etag"]
    for method, change in (("PATCH", {"json": {"note": "mine"}}), ("DELETE", {})):
        assert is_problem(ada.call(method, one, headers=seen, **change), 412)
    assert ada.get(f"/cases/{case}").json()["entries"][0]["note"] == "theirs"
    own = ada.call("PATCH", f"/cases/{case}", json={"notes": "since May"}, headers={"If-Match": whole})
    assert own.status_code == 200, "what is in a case is edited apart from the case"
