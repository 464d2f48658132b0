"""Saved searches, alerts and cases over HTTP: whose they are, what they show, and a case as a ZIP."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from zipfile import BadZipFile, ZipFile

import numpy as np
import pytest
from PIL import Image as Pictures

from storage.accounts.audit import Entry, Sought
from storage.footage.chunks import State, worker_name
from tests.hook_server import Receiver
from tests.web_client import Client, copy_of, site_in
from web.site import Site

HOUR = timedelta(hours=1)
PATIENCE = 60.0  # seconds
YELLOW = {"name": "yellows", "q": "yellow", "min_probability": 0.9}


@pytest.fixture
def site(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("PASSERBY_WEBHOOK_HOSTS", "127.0.0.1")
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


def log_in(site: Site, name: str) -> Client:
    return Client.of(site).log_in(name)


def told(site: Site, action: str) -> list[Entry]:
    return list(site.audit.all(Sought(action=action)))


def found(client: Client, camera: str = "") -> list[str]:
    asked = {"q": "yellow", "min_probability": 0, **({"camera": camera} if camera else {})}
    return [match["id"] for match in client.get("/search", params=asked).json()["matches"]]


def come(site: Site, camera: str = "hall") -> None:
    """The people of the yard, on another camera, watched and not indexed yet."""
    job = next(job for job in site.ledger.jobs() if job.camera == "yard")
    shots = [replace(shot, camera=camera) for shot in site.ledger.shots(job)]
    site.ledger.plan([replace(job, camera=camera, state=State.QUEUED, handoff="")])
    claimed = site.ledger.claim("watch", worker_name(), HOUR)
    assert claimed is not None
    site.ledger.complete_watch(claimed, shots, job.handoff)


def wait_for(site: Site, client: Client, number: int) -> list[dict[str, object]]:
    until = monotonic() + PATIENCE
    while True:
        alerts: list[dict[str, object]] = client.get("/alerts").json()
        if len(alerts) == number and all(alert["due"] is None for alert in alerts):
            return alerts
        assert monotonic() < until, alerts
        sleep(0.1)


def test_from_a_saved_search_to_an_alert_that_is_told_and_put_into_a_case(site: Site) -> None:
    olga = log_in(site, "olga")
    with Receiver().running() as receiver:
        made = olga.post("/saved", json={**YELLOW, "webhook": f"{receiver.url}/in"})
        assert made.status_code == 201, made.text
        assert made.json()["secret"].startswith("whsec_")
        come(site)
        with site.upkeep.running():
            (alert,) = wait_for(site, olga, 1)
        ((_, _, body),) = receiver.requests
    assert json.loads(body)["sighting"] == alert["sighting"]
    assert (alert["name"], alert["camera"], alert["owner"]) == ("yellows", "hall", "olga")
    assert alert["delivered"] is not None
    picture = olga.call("GET", "/" + str(alert["crop"]))
    assert picture.headers["content-type"] == "image/jpeg"
    case = olga.post("/cases", json={"name": "found"}).json()
    entry = olga.post(f"/cases/{case['id']}/entries", json={"sighting": alert["sighting"], "note": "her"})
    assert (entry.status_code, entry.json()["camera"], entry.json()["note"]) == (201, "hall", "her")


def test_a_saved_search_is_read_changed_tested_and_removed(site: Site) -> None:
    olga = log_in(site, "olga")
    made = olga.post("/saved", json={**YELLOW, "q": "yellow at the yard"}).json()
    path = f"/saved/{made['saved']['id']}"
    assert (made["saved"]["description"], made["saved"]["cameras"]) == ("yellow", ["yard"])
    shown = olga.get(path)
    assert made["secret"] not in shown.text
    assert olga.post(f"{path}/test").status_code == 422
    with Receiver([204, 500]).running() as receiver:
        changed = olga.call("PATCH", path, json={"webhook": receiver.url, "quiet": "22:00-06:00"})
        assert (changed.json()["cameras"], changed.json()["quiet"]) == (["yard"], "22:00-06:00")
        assert olga.post(f"{path}/test").json() == {"host": "127.0.0.1"}
        failed = olga.post(f"{path}/test")
        assert (failed.status_code, "500" in failed.json()["detail"]) == (502, True)
    stale = olga.call("PATCH", path, json={"name": "x"}, headers={"If-Match": shown.headers["etag"]})
    assert stale.status_code == 412
    assert olga.call("PATCH", path, json={"paused": True}).json()["paused"] is not None
    asked = olga.call("PATCH", path, json={"q": "red", "paused": False}).json()
    assert (asked["description"], asked["cameras"], asked["paused"]) == ("red", [], None)
    assert olga.post(f"{path}/secret").json()["secret"] != made["secret"]
    assert olga.call("DELETE", path).status_code == 204
    assert olga.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"q": "yellow yesterday"}, 'leave out "yesterday"'),
        ({"camera": ["attic"]}, "known cameras"),
        ({"quiet": "always"}, "quiet hours"),
        ({"webhook": "https://169.254.169.254/latest"}, "PASSERBY_WEBHOOK_HOSTS"),
        ({"webhook": "file:///etc/passwd"}, "https://HOST/PATH"),
        ({"q": "black man"}, "does not search"),
    ],
)
def test_what_cannot_be_saved_is_said(site: Site, wish: dict[str, object], said: str) -> None:
    answer = log_in(site, "olga").post("/saved", json={**YELLOW, **wish})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_searches_and_cases_of_others_are_not_there(site: Site) -> None:
    olga, narrow, ada = (log_in(site, name) for name in ("olga", "narrow", "ada"))
    saved = olga.post("/saved", json=YELLOW).json()["saved"]["id"]
    case = olga.post("/cases", json={"name": "hers"}).json()["id"]
    made_up = {"saved": "00000000", "cases": 999}
    for kind, own in (("saved", saved), ("cases", case)):
        for what in ("", "/test", "/secret", "/export"):
            if (kind, what) in (("saved", "/export"), ("cases", "/test"), ("cases", "/secret")):
                continue
            method = "POST" if what in ("/test", "/secret") else "GET"
            theirs = narrow.call(method, f"/{kind}/{own}{what}")
            none = narrow.call(method, f"/{kind}/{made_up[kind]}{what}")
            assert (theirs.status_code, theirs.text) == (none.status_code, none.text) == (404, none.text)
        assert narrow.call("DELETE", f"/{kind}/{own}").status_code == 404
        assert narrow.call("PATCH", f"/{kind}/{own}", json={"name": "mine"}).status_code == 404
        assert [each["name"] for each in narrow.get(f"/{kind}").json()] == []
        assert len(ada.get(f"/{kind}").json()) == 1  # an administrator answers for them
    assert narrow.get("/alerts", params={"search": saved}).status_code == 404
    narrow_admin = log_in(site, "narrow-admin")
    assert narrow_admin.get(f"/saved/{saved}").status_code == 404
    assert narrow.post("/saved", json={**YELLOW, "camera": ["north-gate"]}).status_code == 422


def test_alerts_end_where_the_cameras_of_their_owner_end(site: Site) -> None:
    narrow = log_in(site, "narrow")
    narrow.post("/saved", json=YELLOW)
    come(site)
    with site.upkeep.running():
        until = monotonic() + PATIENCE
        while site.ledger.counts()[State.INDEXED] != 3 or told(site, "alert"):
            assert monotonic() < until
            sleep(0.05)
        sleep(2)
    assert narrow.get("/alerts").json() == []
    assert told(site, "alert") == []


def test_a_shared_case_shows_each_member_their_cameras(site: Site) -> None:
    olga = log_in(site, "olga")
    case = olga.post("/cases", json={"name": "both", "notes": "two cameras"}).json()["id"]
    for camera in ("north-gate", "yard"):
        olga.post(f"/cases/{case}/entries", json={"sighting": found(olga, camera)[0], "note": camera})
    assert olga.call("PATCH", f"/cases/{case}", json={"members": ["vic"]}).status_code == 422  # a viewer
    assert olga.call("PATCH", f"/cases/{case}", json={"members": ["narrow"]}).json()["members"] == ["narrow"]
    narrow = log_in(site, "narrow")
    whole = narrow.get(f"/cases/{case}").json()
    assert [entry["camera"] for entry in whole["entries"]] == ["yard"]
    assert whole["case"]["entries"] == 1
    hidden = next(
        e["id"] for e in olga.get(f"/cases/{case}").json()["entries"] if e["camera"] == "north-gate"
    )
    assert narrow.call("PATCH", f"/cases/{case}/entries/{hidden}", json={"note": "x"}).status_code == 404
    assert narrow.call("DELETE", f"/cases/{case}/entries/{hidden}").status_code == 404
    elsewhere = found(olga, "north-gate")[0]
    assert narrow.post(f"/cases/{case}/entries", json={"sighting": elsewhere}).status_code == 404
    mine = whole["entries"][0]["id"]
    assert (
        narrow.call("PATCH", f"/cases/{case}/entries/{mine}", json={"note": "seen"}).json()["note"] == "seen"
    )
    for change in ({"closed": True}, {"members": []}):
        assert narrow.call("PATCH", f"/cases/{case}", json=change).status_code == 403
    assert narrow.call("DELETE", f"/cases/{case}").status_code == 403
    closed = olga.call("PATCH", f"/cases/{case}", json={"closed": True, "notes": "done"}).json()
    assert (closed["notes"], closed["closed"] is not None) == ("done", True)
    late = narrow.post(f"/cases/{case}/entries", json={"sighting": found(narrow)[0]})
    assert (late.status_code, "closed" in late.json()["detail"]) == (422, True)
    shown = told(site, "view_case")[-1].details["shown"]
    assert len(shown) in (1, 2)


def zip_of(answer: bytes) -> ZipFile:
    archive = ZipFile(io.BytesIO(answer))
    assert archive.testzip() is None
    return archive


def case_of(client: Client, *notes: str) -> int:
    made: int = client.post("/cases", json={"name": "export", "notes": "three, by hand"}).json()["id"]
    for sighting, note in zip(found(client), notes, strict=False):
        assert (
            client.post(f"/cases/{made}/entries", json={"sighting": sighting, "note": note}).status_code
            == 201
        )
    return made


def test_an_export_holds_what_it_says_and_the_hashes_are_right(site: Site) -> None:
    olga = log_in(site, "olga")
    case = case_of(olga, "first", '=HYPERLINK("http://x")', "third")
    answer = olga.get(f"/cases/{case}/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="case-{case}-')
    archive = zip_of(answer.content)
    names = archive.namelist()
    lines = archive.read("manifest.sha256").decode().splitlines()
    hashes = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    assert set(hashes) == set(names) - {"manifest.sha256"}
    assert all(hashlib.sha256(archive.read(path)).hexdigest() == digest for path, digest in hashes.items())
    record = json.loads(archive.read("case.json"))
    assert record["exported"]["faces"] == "hidden"
    assert [entry["number"] for entry in record["entries"]] == [1, 2, 3]
    assert [entry["taken"] for entry in record["entries"]] == sorted(e["taken"] for e in record["entries"])
    for entry in record["entries"]:
        assert f"{entry['folder']}/crop-1.jpg" in entry["files"]
        assert f"{entry['folder']}/clip.mp4" in entry["files"]
        assert archive.read(entry["files"][-1])[4:8] == b"ftyp"
        assert set(entry["files"]) <= set(names)
    table = list(csv.DictReader(io.StringIO(archive.read("entries.csv").decode("utf-8-sig"))))
    assert {row["note"] for row in table} == {"first", '\'=HYPERLINK("http://x")', "third"}
    begun, ended = told(site, "export_case")[0], told(site, "exported_case")[0]
    assert (begun.who, begun.details["faces"], len(begun.details["shown"])) == ("olga", "hidden", 3)
    assert ended.details["manifest"] == hashlib.sha256(archive.read("manifest.sha256")).hexdigest()


def test_faces_are_in_an_export_for_a_reason_alone(site: Site) -> None:
    olga = log_in(site, "olga")
    case = case_of(olga, "one")
    asked = {"clips": False, "reason": "identified by a witness"}

    def crop(params: dict[str, object]) -> np.ndarray:
        archive = zip_of(olga.get(f"/cases/{case}/export", params=params).content)
        (path,) = [name for name in archive.namelist() if name.endswith("crop-1.jpg")]
        return np.asarray(Pictures.open(io.BytesIO(archive.read(path)))).astype(int)

    clear, hidden = crop(asked), crop({"clips": False})
    assert clear.shape == hidden.shape
    assert np.abs(clear - hidden).max() > 0
    assert [entry.details["reason"] for entry in told(site, "export_case")] == ["identified by a witness", ""]
    token = log_in(site, "ada").post(
        "/tokens", json={"label": "t", "owner": "olga", "scopes": ["keep_cases", "export"], "days": 1}
    )
    program = Client.of(site)
    program.http.headers["Authorization"] = f"Bearer {token.json()['secret']}"
    assert program.get(f"/cases/{case}/export", params={"clips": False}).status_code == 200
    assert program.get(f"/cases/{case}/export", params=asked).status_code == 403


def test_what_is_not_kept_any_more_is_named_in_the_export(site: Site) -> None:
    olga = log_in(site, "olga")
    case = case_of(olga, "gone", "kept")
    entries = olga.get(f"/cases/{case}").json()["entries"]
    gone = site.overview.sighting(site.cases.entries(case, None)[0].sighting, None)  # type: ignore[arg-type]
    assert gone is not None
    site.media.delete([shot.crop for shot in site.overview.appearances([gone.shot])[gone.shot.id]])
    archive = zip_of(olga.get(f"/cases/{case}/export", params={"clips": False}).content)
    record = json.loads(archive.read("case.json"))["entries"]
    assert [entry["state"] for entry in record] == ["not kept any more", "kept"]
    assert record[0]["missing"]
    assert len(entries) == 2


def test_an_export_that_breaks_off_is_no_zip(site: Site) -> None:
    olga = log_in(site, "olga")
    whole = olga.get(f"/cases/{case_of(olga, 'one')}/export", params={"clips": False}).content
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(whole[:-100]))


def test_erasure_reaches_cases_and_the_report_counts_them(site: Site) -> None:
    olga, ada = log_in(site, "olga"), log_in(site, "ada")
    case = case_of(olga, "limps")
    (entry,) = olga.get(f"/cases/{case}").json()["entries"]
    erased = ada.post(
        "/erasures", json={"sightings": [entry["sighting"]], "yes": 1, "reason": "asked to"}
    ).json()
    assert (erased["before"]["entries"], erased["after"]["entries"]) == (1, 0)
    (left,) = olga.get(f"/cases/{case}").json()["entries"]
    assert (left["sighting"], left["crop"], left["camera"], left["note"]) == (None, None, "", "")
    assert left["erased"] is not None
    archive = zip_of(olga.get(f"/cases/{case}/export").content)
    (record,) = json.loads(archive.read("case.json"))["entries"]
    assert (record["state"], record["files"], record["sighting"]) == ("erased", [], None)
    assert sorted(archive.namelist()) == ["case.json", "entries.csv", "manifest.sha256"]
