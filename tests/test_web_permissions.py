"""Every route and every role, and that nobody learns of a camera that they may not see."""

import random
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute

from storage.footage.erasures import Erasures, Selection
from storage.types import Shot, Where
from tests.web_client import ROOT, Client
from web.app import create_app
from web.site import Site

NOBODY = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"  # the id of no sighting
A, O, V, R = "ada", "olga", "vic", "aud"  # administrator, operator, viewer, auditor  # noqa: E741
PUBLIC = {A, O, V, R, ""}
KNOWN = {A, O, V, R}
LOOKING = {A, O, V}

# Who may use each route; whatever is sent here changes nothing.
ROUTES: dict[tuple[str, str], set[str]] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): {A},
    ("POST", f"{ROOT}/session"): PUBLIC,
    ("GET", f"{ROOT}/session"): KNOWN,
    ("DELETE", f"{ROOT}/session"): KNOWN,
    ("POST", f"{ROOT}/setup"): PUBLIC,
    ("GET", f"{ROOT}/search"): LOOKING,
    ("POST", f"{ROOT}/search"): LOOKING,
    ("GET", f"{ROOT}/sightings"): LOOKING,
    ("GET", f"{ROOT}/sightings/{{id}}"): LOOKING,
    ("GET", f"{ROOT}/sightings/{{id}}/crop"): LOOKING,
    ("GET", f"{ROOT}/sightings/{{id}}/frame"): LOOKING,
    ("GET", f"{ROOT}/sightings/{{id}}/clip"): LOOKING,
    ("GET", f"{ROOT}/sightings/{{id}}/similar"): LOOKING,
    ("GET", f"{ROOT}/saved"): {A, O},
    ("POST", f"{ROOT}/saved"): {A, O},
    ("GET", f"{ROOT}/saved/{{id}}"): {A, O},
    ("PATCH", f"{ROOT}/saved/{{id}}"): {A, O},
    ("DELETE", f"{ROOT}/saved/{{id}}"): {A, O},
    ("POST", f"{ROOT}/saved/{{id}}/secret"): {A, O},
    ("POST", f"{ROOT}/saved/{{id}}/test"): {A, O},
    ("GET", f"{ROOT}/alerts"): {A, O},
    ("GET", f"{ROOT}/cases"): {A, O},
    ("POST", f"{ROOT}/cases"): {A, O},
    ("GET", f"{ROOT}/cases/{{id}}"): {A, O},
    ("PATCH", f"{ROOT}/cases/{{id}}"): {A, O},
    ("DELETE", f"{ROOT}/cases/{{id}}"): {A, O},
    ("GET", f"{ROOT}/cases/{{id}}/export"): {A, O},
    ("POST", f"{ROOT}/cases/{{id}}/entries"): {A, O},
    ("PATCH", f"{ROOT}/cases/{{id}}/entries/{{entry}}"): {A, O},
    ("DELETE", f"{ROOT}/cases/{{id}}/entries/{{entry}}"): {A, O},
    ("GET", f"{ROOT}/cameras"): LOOKING,
    ("POST", f"{ROOT}/cameras"): {A},
    ("GET", f"{ROOT}/cameras/{{name}}"): {A},
    ("PATCH", f"{ROOT}/cameras/{{name}}"): {A},
    ("DELETE", f"{ROOT}/cameras/{{name}}"): {A},
    ("GET", f"{ROOT}/cameras/{{name}}/frame"): {A},
    ("GET", f"{ROOT}/jobs"): {A, O},
    ("GET", f"{ROOT}/jobs/events"): {A, O},
    ("POST", f"{ROOT}/jobs/{{id}}/retry"): {A},
    ("POST", f"{ROOT}/jobs/{{id}}/drop"): {A},
    ("POST", f"{ROOT}/footage"): {A, O},
    ("GET", f"{ROOT}/models"): {A},
    ("POST", f"{ROOT}/models/reindex"): {A},
    ("DELETE", f"{ROOT}/models/{{model}}"): {A},
    ("GET", f"{ROOT}/retention"): {A},
    ("GET", f"{ROOT}/schedule"): {A, O},
    ("POST", f"{ROOT}/schedule/{{name}}"): {A},
    ("GET", f"{ROOT}/users"): {A},
    ("POST", f"{ROOT}/users"): {A},
    ("GET", f"{ROOT}/users/{{name}}"): {A},
    ("PATCH", f"{ROOT}/users/{{name}}"): {A},
    ("DELETE", f"{ROOT}/users/{{name}}"): {A},
    ("GET", f"{ROOT}/tokens"): {A},
    ("POST", f"{ROOT}/tokens"): {A},
    ("DELETE", f"{ROOT}/tokens/{{id}}"): {A},
    ("GET", f"{ROOT}/audit"): {A, R},
    ("GET", f"{ROOT}/audit/verify"): {A, R},
    ("GET", f"{ROOT}/audit/export"): {A, R},
    ("GET", f"{ROOT}/erasures"): {A},
    ("POST", f"{ROOT}/erasures"): {A},
    ("GET", f"{ROOT}/holds"): {A},
    ("POST", f"{ROOT}/holds"): {A},
    ("DELETE", f"{ROOT}/holds/{{id}}"): {A},
}
SENT = {f"{ROOT}/models/reindex": {"weights": "none of this name"}}


@pytest.fixture(scope="module")
def clients(site: Site) -> dict[str, Client]:
    logged_in = {name: Client.of(site).log_in(name) for name in (A, O, V, R)}
    return {**logged_in, "": Client.of(site)}


def shots_of(site: Site, camera: str) -> list[Shot]:
    erasures = Erasures(site.settings.database_url)
    try:
        return list(erasures.find(Selection(Where((camera,)))).shots)
    finally:
        erasures.close()


def test_the_table_has_every_route(site: Site) -> None:
    described = create_app(site).openapi()["paths"]
    served = {(method.upper(), path) for path, acts in described.items() for method in acts}
    assert served == set(ROUTES)
    hidden = [route for route in create_app(site).routes if isinstance(route, APIRoute)]
    assert [route.path for route in hidden if not route.include_in_schema and "/api/" in route.path] == []


@pytest.mark.parametrize(("method", "path"), list(ROUTES), ids=" ".join)
def test_a_route_is_for_the_roles_in_the_table(
    method: str, path: str, site: Site, clients: dict[str, Client]
) -> None:
    filled_in = (
        path.replace("{id}", "999" if "holds" in path or "cases" in path else NOBODY)
        .replace("{entry}", "999")
        .replace("{name}", "none")
        .replace("{model}", "none")
    )
    before = len(site.accounts.all()), len(site.tokens.all()), len(site.holds.all()), site.ledger.counts()
    for name, client in clients.items():
        sent = {"json": SENT.get(path, {})} if method in ("POST", "PATCH") else {}
        answer = client.http.request(method, filled_in, **sent)
        if name in ROUTES[method, path]:
            assert answer.status_code not in (401, 403), (name, answer.text)
        else:
            assert answer.status_code == (403 if name else 401), (name, answer.text)
        if (method, path) == ("DELETE", f"{ROOT}/session") and name:
            client.log_in(name)
    after = len(site.accounts.all()), len(site.tokens.all()), len(site.holds.all()), site.ledger.counts()
    assert before == after


@pytest.mark.parametrize("what", ["", "/crop", "/frame", "/clip", "/similar"])
def test_a_sighting_elsewhere_is_as_unknown_as_none(what: str, site: Site) -> None:
    narrow = Client.of(site).log_in("narrow")
    elsewhere = [shot.id for shot in shots_of(site, "north-gate")]
    assert elsewhere
    chance = random.Random(7)
    made_up = [uuid4(), *(UUID(int=each.int ^ (1 << chance.randrange(128))) for each in elsewhere)]
    answers = [narrow.get(f"/sightings/{each}{what}") for each in [*elsewhere, *made_up]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    for own in shots_of(site, "yard")[:1]:
        assert narrow.get(f"/sightings/{own.id}{what}").status_code == 200


def test_answers_keep_to_the_cameras_of_whoever_asks(site: Site) -> None:
    narrow, wide = Client.of(site).log_in("narrow"), Client.of(site).log_in("olga")
    asked = {"q": "red", "min_probability": 0}
    everybody = wide.get("/search", params=asked).json()["matches"]
    seen = {shot["camera"] for match in everybody for shot in (match, *match["also"])}
    assert seen == {"north-gate", "yard"}
    mine = narrow.get("/search", params=asked).json()["matches"]
    assert {match["camera"] for match in mine} == {"yard"}
    own = mine[0]["id"]
    alike = narrow.get(f"/sightings/{own}/similar").json()["matches"]
    assert {match["camera"] for match in alike} == {"yard"}
    like = narrow.post("/search", json={"like": [{"sighting": own}]}).json()["matches"]
    assert {match["camera"] for match in like} == {"yard"}
    elsewhere = str(shots_of(site, "north-gate")[0].id)
    for sample in ({"sighting": elsewhere}, {"sighting": elsewhere, "box": [0, 0, 90, 90]}):
        assert narrow.post("/search", json={"like": [sample]}).status_code == 404
    assert narrow.get("/search", params={**asked, "unlike": elsewhere}).status_code == 404
    assert all(also["camera"] == "yard" for match in mine for also in match["also"])


def test_a_forbidden_camera_in_a_question_is_an_unknown_one(site: Site) -> None:
    narrow = Client.of(site).log_in("narrow")
    for filters in ({"q": "red"}, {"q": "red", "literal": True}):
        forbidden = narrow.get("/search", params={**filters, "camera": "north-gate"})
        unknown = narrow.get("/search", params={**filters, "camera": "south-gate"})
        assert forbidden.status_code == unknown.status_code == 404
        assert forbidden.json()["detail"].replace("north", "south") == unknown.json()["detail"]
    said = [narrow.get("/search", params={"q": f"red at the {name} gate"}) for name in ("north", "south")]
    assert said[0].status_code == said[1].status_code
    assert said[0].text.replace("north", "south") == said[1].text


def test_lists_and_counts_keep_to_the_cameras_of_whoever_asks(site: Site) -> None:
    narrow = Client.of(site).log_in("narrow")
    assert [camera["name"] for camera in narrow.get("/cameras").json()] == ["yard"]
    jobs = narrow.get("/jobs").json()
    assert {job["camera"] for job in jobs["jobs"]} == {"yard"}
    assert jobs["counts"]["indexed"] == 1
    assert "north-gate" not in narrow.get("/jobs/events").text


@pytest.mark.parametrize(
    "path", ["/users", "/tokens", "/models", "/audit", "/audit/verify", "/audit/export", "//metrics"]
)
def test_what_concerns_every_camera_is_for_nobody_who_sees_some(path: str, site: Site) -> None:
    narrow = Client.of(site).log_in("narrow-admin")
    assert narrow.get(path).status_code == 403
    assert narrow.call("PATCH", "/users/narrow-admin", json={"cameras": None}).status_code == 403
    assert narrow.post("/schedule/retention").status_code == 403


def test_a_narrow_administrator_cannot_reach_other_cameras(site: Site) -> None:
    narrow = Client.of(site).log_in("narrow-admin")
    elsewhere = shots_of(site, "north-gate")[0]
    (job,) = [job for job in site.ledger.jobs() if job.camera == "north-gate"]
    assert narrow.post(f"/jobs/{job.id}/retry").status_code == 404
    erasure = {"dry_run": True}
    assert narrow.post("/erasures", json={**erasure, "camera": ["north-gate"]}).status_code == 404
    by_id = narrow.post("/erasures", json={**erasure, "sightings": [str(elsewhere.id)]})
    assert by_id.status_code == 422
    assert narrow.post("/erasures", json={**erasure, "sightings": [NOBODY]}).status_code == 422
    assert narrow.post("/holds", json={"reason": "all of it"}).status_code == 403
    camera = {"name": "north-gate", "url": "rtsp://192.0.2.7/stream"}
    assert narrow.post("/cameras", json=camera).status_code == 403
    assert narrow.call("PATCH", "/cameras/north-gate", json={"fps": 1}).status_code == 404
    upload = narrow.post("/footage", params={"camera": "north-gate", "name": "a.mp4"}, content=b"x")
    assert upload.status_code == 403
