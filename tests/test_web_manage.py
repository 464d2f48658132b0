"""Looking after a site: jobs, cameras, accounts, the audit log, holds and erasures."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from pipeline.keeping.change import telling
from pipeline.keeping.reindex import Progress
from storage.footage.cameras import Camera
from storage.footage.chunks import Chunk, State, worker_name
from tests.fakes import write_video
from tests.web_client import PASSWORD, Client, copy_of, site_in
from web.site import Site

HOUR = timedelta(hours=1)


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


@pytest.fixture
def ada(site: Site) -> Client:
    return Client.of(site).log_in("ada")


def test_jobs_are_listed_and_what_was_set_aside_is_tried_again_or_dropped(site: Site, ada: Client) -> None:
    (camera, job), *_ = [(job.camera, job) for job in site.ledger.jobs()]
    assert ada.post(f"/jobs/{job.id}/retry").status_code == 409
    assert ada.post("/jobs/nothing/retry").status_code == 404
    site.ledger.plan([to_watch(job)])
    claimed = site.ledger.claim("watch", worker_name(), HOUR)
    assert claimed is not None
    assert ada.get("/jobs", params={"state": "watching"}).json()["jobs"][0]["camera"] == camera
    assert ada.get("/jobs/events").text.startswith("event: progress\ndata: {")
    site.ledger.fail(claimed, "rtsp://user:secret@192.0.2.7/ broke", permanent=True)
    (aside,) = ada.get("/jobs", params={"state": "quarantined"}).json()["jobs"]
    assert "secret" not in aside["reason"]
    assert ada.post(f"/jobs/{aside['id']}/retry").json()["state"] == "queued"
    again = site.ledger.claim("watch", worker_name(), HOUR)
    assert again is not None
    site.ledger.fail(again, "broke", permanent=True)
    assert ada.post(f"/jobs/{aside['id']}/drop").status_code == 204
    assert ada.get("/jobs", params={"state": "quarantined"}).json()["jobs"] == []
    assert ada.get("/jobs", params={"state": "lost"}).status_code == 422


def to_watch(job: Chunk) -> Chunk:
    """The same footage with other settings."""
    return replace(job, version="another", state=State.QUEUED, handoff="")


def test_progress_tells_how_far_each_camera_is_behind(site: Site, ada: Client) -> None:
    site.ledger.plan([to_watch(site.ledger.jobs()[0])])
    data = ada.get("/jobs/events").text.partition("data: ")[2].split("\n")[0]
    (lag,) = json.loads(data)["cameras"]
    assert lag["chunks"] == 1
    assert lag["lag_s"] > lag["waits_s"] >= 0


def test_cameras_are_entered_changed_and_removed_without_telling_their_passwords(
    site: Site, ada: Client
) -> None:
    wanted = {"name": "hall", "url": "rtsp://user:secret@192.0.2.7/stream", "fps": 5}
    added = ada.post("/cameras", json=wanted)
    assert added.status_code == 201, added.text
    assert "secret" not in added.text
    assert ada.post("/cameras", json=wanted).status_code == 409
    zone = [[[0, 0.5], [1, 0.5], [1, 1]]]
    changed = ada.call("PATCH", "/cameras/hall", json={"zones": zone, "retention_days": 7})
    assert changed.json()["plan"]["fps"] == 5
    known = site.cameras.get("hall")
    assert known is not None
    assert (known.url, known.retention_days, len(known.zones)) == (wanted["url"], 7, 1)
    assert "secret" not in ada.get("/cameras").text
    assert "secret" not in ada.get("/audit").text
    assert ada.call("PATCH", "/cameras/hall", json={"fps": 0}).status_code == 422
    assert ada.call("PATCH", "/cameras/hall", json={"url": None}).status_code == 422
    assert ada.call("DELETE", "/cameras/hall").status_code == 204
    assert ada.call("DELETE", "/cameras/hall").status_code == 404
    viewer = Client.of(site).log_in("vic").get("/cameras").json()
    assert [camera["plan"] for camera in viewer] == [None, None]


@pytest.mark.parametrize(
    "url",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "concat:a|b",
        "udp://239.0.0.1:1234",
        "rtsp://",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
        "http://2852039166/",
        "http://[::1/",
        "http://h:port/",
    ],
)
def test_an_address_is_one_of_a_camera(url: str, ada: Client, site: Site) -> None:
    assert ada.post("/cameras", json={"name": "x", "url": url}).status_code == 422
    assert site.cameras.get("x") is None


def test_a_camera_of_a_file_is_changed_there(site: Site, ada: Client) -> None:
    site.cameras.put(Camera("hall", "rtsp://192.0.2.7/", source="file"))
    assert ada.call("PATCH", "/cameras/hall", json={"fps": 2}).status_code == 409
    assert ada.call("DELETE", "/cameras/hall").status_code == 409


def test_a_camera_shows_a_frame_or_why_not(site: Site, ada: Client, tmp_path: Path) -> None:
    images = [np.zeros((48, 64, 3), np.uint8)] * 10
    site.cameras.put(Camera("file", str(write_video(tmp_path / "c.mp4", images, 5))))
    assert ada.get("/cameras/file/frame").headers["content-type"] == "image/jpeg"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    site.cameras.put(Camera("dead", f"rtsp://user:secret@127.0.0.1:{port}/"))
    answer = ada.get("/cameras/dead/frame")
    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_accounts_are_made_changed_and_shut(site: Site, ada: Client) -> None:
    wanted = {"name": "grace", "password": PASSWORD, "role": "operator", "cameras": ["yard"]}
    assert ada.post("/users", json=wanted).status_code == 201
    assert ada.post("/users", json=wanted).status_code == 422
    grace = Client.of(site).log_in("grace")
    for change in ({"role": "viewer"}, {"cameras": None}, {"disabled": True}, {"disabled": False}):
        assert ada.call("PATCH", "/users/grace", json=change).status_code == 200
    assert grace.get("/session").status_code == 401  # every change ends what was open
    new = "staple correct horse"
    assert ada.call("PATCH", "/users/grace", json={"password": new}).status_code == 200
    assert grace.log_in("grace", new).get("/session").json()["role"] == "viewer"
    for change in (
        {},
        {"role": "king"},
        {"role": None},
        {"role": "viewer", "cameras": []},
        {"password": "x"},
    ):
        assert ada.call("PATCH", "/users/grace", json=change).status_code == 422
    assert ada.call("PATCH", "/users/nobody", json={"role": "viewer"}).status_code == 404
    assert ada.call("DELETE", "/users/grace").status_code == 204
    assert grace.get("/session").status_code == 401
    assert ada.call("DELETE", "/users/narrow-admin").status_code == 204
    assert ada.call("DELETE", "/users/ada").status_code == 422  # nobody would be left


def test_a_token_is_shown_once(site: Site, ada: Client) -> None:
    wanted = {"label": "prometheus", "owner": "ada", "scopes": ["view_metrics", "manage_tokens"]}
    made = ada.post("/tokens", json=wanted).json()
    assert made["secret"] not in ada.get("/tokens").text
    program = Client.of(site)
    program.http.headers["Authorization"] = f"Bearer {made['secret']}"
    assert program.get("//metrics").status_code == 200
    assert program.post("/tokens", json={**wanted, "scopes": ["erase"]}).status_code == 403
    assert ada.post("/tokens", json={**wanted, "owner": "vic"}).status_code == 422
    assert ada.call("DELETE", f"/tokens/{made['token']['id']}").status_code == 204
    assert program.get("//metrics").status_code == 401
    assert ada.call("DELETE", "/tokens/none").status_code == 404


def test_the_audit_log_is_searched_verified_and_exported(site: Site, ada: Client) -> None:
    aud = Client.of(site).log_in("aud")
    ada.get("/search", params={"q": "red"})
    found = aud.get("/audit", params={"who": "ada", "action": "search"}).json()
    assert [entry["details"]["text"] for entry in found] == ["red"]
    newest = aud.get("/audit", params={"limit": 2}).json()
    older = aud.get("/audit", params={"limit": 2, "below": newest[-1]["number"]}).json()
    assert older[0]["number"] == newest[-1]["number"] - 1
    assert aud.get("/audit/verify").json()["sound"] is True
    exported = aud.get("/audit/export").text.splitlines()
    assert [json.loads(line)["number"] for line in exported] == list(range(1, len(exported) + 1))
    assert json.loads(exported[-1])["action"] == "export_audit"
    assert aud.get("/audit", params={"after": "2100-01-01"}).json() == []


def test_an_erasure_is_counted_confirmed_and_proved(site: Site, ada: Client) -> None:
    found = ada.get("/search", params={"q": "red", "min_probability": 0, "camera": "yard"}).json()
    clip = f"/sightings/{found['matches'][0]['id']}/clip"
    assert ada.get(clip).status_code == 200
    asked = {"camera": ["yard"], "reason": "request 17"}
    assert ada.post("/erasures", json=asked).status_code == 422
    counted = ada.post("/erasures", json={**asked, "dry_run": True}).json()
    assert counted["erased"] is False
    assert counted["number"] == counted["before"]["sightings"] > 0
    wrong = ada.post("/erasures", json={**asked, "yes": counted["number"] + 1})
    assert wrong.status_code == 409
    done = ada.post("/erasures", json={**asked, "yes": counted["number"]}).json()
    assert done["erased"] is True
    assert set(done["after"].values()) == {0}
    assert ada.get(clip).status_code == 404
    left = ada.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"]
    assert {match["camera"] for match in left} == {"north-gate"}
    assert ada.get("/audit", params={"action": "erased"}).json()[0]["number"] == done["entry"]


def test_a_hold_forbids_an_erasure_until_it_is_lifted(site: Site, ada: Client) -> None:
    placed = ada.post("/holds", json={"camera": "yard", "reason": "case 4711"})
    assert placed.status_code == 201
    assert ada.post("/erasures", json={"camera": ["yard"], "dry_run": True}).status_code == 409
    assert ada.post("/holds", json={"reason": " "}).status_code == 422
    backwards = {"after": "2026-03-02", "before": "2026-03-01", "reason": "x"}
    assert ada.post("/holds", json=backwards).status_code == 422
    number = placed.json()["id"]
    assert ada.call("DELETE", f"/holds/{number}").status_code == 204
    assert ada.call("DELETE", f"/holds/{number}").status_code == 404
    assert ada.get("/holds").json()[0]["lifted"] is not None
    assert ada.post("/erasures", json={"camera": ["yard"], "dry_run": True}).status_code == 200


def test_models_are_told_with_their_sightings(site: Site, ada: Client) -> None:
    site.finder.cameras()
    told = ada.get("/models").json()
    (held,) = told["held"]
    assert (held["model"], held["standing"]) == ("colours@00000000", "answers searches")
    assert held["sightings"] > 6
    assert [weights["name"] for weights in told["shipped"]] == ["acsa-small"]
    assert (told["reindexing"], told["last"]) == (False, None)


def test_a_change_of_model_is_told_with_how_far_it_is(site: Site, ada: Client) -> None:
    with telling(site.windows, "/srv/weights/other.safetensors") as told:
        told.note(Progress(3, 12))
        known = ada.get("/models").json()
        assert known["reindexing"] is True
        assert (known["last"]["weights"], known["last"]["done"], known["last"]["total"]) == ("other", 3, 12)
        assert known["last"]["ended"] is None
        for refused in (
            ada.post("/models/reindex", json={}),
            ada.call("DELETE", "/models/colours@00000000"),
        ):
            assert (refused.status_code, "goes on" in refused.json()["detail"]) == (409, True)
        told.end("other answers searches", switched=True)
    known = ada.get("/models").json()
    assert (known["reindexing"], known["last"]["switched"]) == (False, True)
    assert known["last"]["result"] == "other answers searches"


def test_a_duty_is_done_now_and_tells_what_came_of_it(site: Site, ada: Client) -> None:
    assert {duty["name"] for duty in ada.get("/schedule").json()} >= {"retention", "integrity"}
    assert ada.post("/schedule/retention").status_code == 202
    until = monotonic() + 60
    while monotonic() < until:
        (duty,) = [duty for duty in ada.get("/schedule").json() if duty["name"] == "retention"]
        if duty["finished"]:
            break
        sleep(0.05)
    assert "too old" in duty["result"]
