"""Requests that come twice, answers that are known already, and edits of what somebody else has changed."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from storage.accounts.audit import Actor, Sought
from storage.accounts.permissions import Role
from storage.accounts.replies import KEPT, Replies
from tests.account_site import Clock
from tests.web_client import PASSWORD, Client, copy_of, site_in
from web.repeats import HEADER, REPLAYED
from web.site import Site

CAMERA = {"name": "pier", "url": "rtsp://192.0.2.7/stream"}


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


@pytest.fixture
def ada(site: Site) -> Client:
    return Client.of(site).log_in("ada")


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"headers": {HEADER: name}, **more}


def test_a_write_that_comes_twice_is_done_once_and_answered_alike(site: Site, ada: Client) -> None:
    asked = named("one", json={"reason": "case 12"})
    first, again = ada.post("/holds", **asked), ada.post("/holds", **asked)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert len(site.holds.all()) == 1
    assert ada.post("/holds", **named("two", json={"reason": "case 12"})).json()["id"] != first.json()["id"]


def test_an_answer_without_content_is_repeated_too(site: Site, ada: Client) -> None:
    hold = ada.post("/holds", json={"reason": "case 12"}).json()["id"]
    answers = [ada.call("DELETE", f"/holds/{hold}", **named("lift")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert ada.call("DELETE", f"/holds/{hold}").status_code == 404


def test_a_key_stands_for_one_request(site: Site, ada: Client) -> None:
    ada.post("/holds", **named("one", json={"reason": "case 12"}))
    for path, body in (("/holds", {"reason": "case 13"}), ("/cameras", CAMERA)):
        answer = ada.post(path, **named("one", json=body))
        assert (answer.status_code, "take a new one" in answer.json()["detail"]) == (409, True)
    assert len(site.holds.all()) == 1
    assert site.cameras.all() == []


def test_a_key_is_one_persons_and_not_for_whoever_is_logged_out(site: Site, ada: Client) -> None:
    site.accounts.add(Actor("os:root"), "eve", PASSWORD, Role.ADMINISTRATOR)
    asked = named("one", json={"reason": "case 12"})
    ada.post("/holds", **asked)
    assert REPLAYED not in Client.of(site).log_in("eve").post("/holds", **asked).headers
    assert Client.of(site).post("/holds", **asked).status_code == 401
    assert Client.of(site).log_in("vic").post("/holds", **asked).status_code == 403
    secret = ada.http.headers.pop("X-CSRF-Token")
    assert ada.post("/holds", **asked).status_code == 403
    ada.http.headers["X-CSRF-Token"] = secret
    assert ada.post("/holds", **asked).headers[REPLAYED] == "true"


def test_what_was_refused_may_be_tried_again_with_the_same_key(site: Site, ada: Client) -> None:
    wrong = ada.post("/cameras", **named("one", json={**CAMERA, "url": "file:///etc/passwd"}))
    assert wrong.status_code == 422
    assert ada.post("/cameras", **named("one", json=CAMERA)).status_code == 201


def test_two_at_the_same_time_do_it_once(site: Site, ada: Client) -> None:
    start, codes = Barrier(4), list[int]()

    def send() -> None:
        start.wait()
        codes.append(ada.post("/holds", **named("race", json={"reason": "case 12"})).status_code)

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.holds.all()) == 1
    assert 201 in codes
    assert set(codes) <= {201, 409}


def test_what_broke_off_is_not_done_again_and_forgotten_after_a_day(url: str) -> None:
    clock = Clock()
    replies = Replies(url, clock=clock)
    assert replies.begin("a" * 64, "b" * 64) is None
    with pytest.raises(ValueError, match="has no answer yet"):
        replies.begin("a" * 64, "b" * 64)
    clock.now += KEPT
    assert replies.begin("a" * 64, "b" * 64) is None
    replies.close()


@pytest.mark.parametrize("name", ["", "x" * 201, "tab\tbed"])
def test_a_key_has_to_be_one(name: str, ada: Client) -> None:
    assert ada.post("/holds", **named(name, json={"reason": "case 12"})).status_code == 422


def test_what_is_known_is_not_sent_again(ada: Client) -> None:
    found = ada.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]
    for path in ("//api/v1/cameras", "//api/v1/users", f"/{found['crop']}", "//api/v1/jobs"):
        first = ada.get(path)
        tag = first.headers["etag"]
        again = ada.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
        assert ada.get(path, headers={"If-None-Match": '"other"'}).content == first.content
    ada.post("/cameras", json=CAMERA)
    changed = ada.get("/cameras")
    assert changed.headers["etag"] != ada.get("/users").headers["etag"]
    assert "etag" not in ada.get("/nothing").headers


def test_an_edit_of_what_somebody_else_has_changed_is_refused(site: Site, ada: Client) -> None:
    ada.post("/cameras", json=CAMERA)
    seen = ada.get("/cameras/pier").headers["etag"]
    mine = ada.call("PATCH", "/cameras/pier", json={"fps": 2}, headers={"If-Match": seen})
    assert mine.status_code == 200
    assert mine.headers["etag"] == ada.get("/cameras/pier").headers["etag"] != seen
    for method, body in (("PATCH", {"fps": 3}), ("DELETE", None)):
        late = ada.call(method, "/cameras/pier", json=body, headers={"If-Match": seen})
        assert (late.status_code, "load it again" in late.json()["detail"]) == (412, True)
    assert ada.get("/cameras/pier").json()["plan"]["fps"] == 2
    assert ada.call("PATCH", "/cameras/pier", json={"fps": 3}, headers={"If-Match": "*"}).status_code == 200
    account = ada.get("/users/vic").headers["etag"]
    ada.call("PATCH", "/users/vic", json={"cameras": ["yard"]})
    late = ada.call("PATCH", "/users/vic", json={"role": "operator"}, headers={"If-Match": account})
    assert late.status_code == 412
    assert ada.get("/users/vic").json()["role"] == "viewer"


def test_a_camera_that_changes_under_an_edit_is_not_overwritten(url: str) -> None:
    from dataclasses import replace

    from storage.footage.cameras import Camera, Cameras

    cameras = Cameras(url)
    known = Camera("pier", "rtsp://192.0.2.7/stream")
    assert cameras.add(known)
    assert not cameras.add(known)
    faster = replace(known, fps=9.0)
    assert cameras.change(known, faster)
    assert not cameras.change(known, replace(known, hours="mon 07:00-19:00"))
    assert cameras.get("pier") == faster
    cameras.close()


def test_lists_come_in_pages(site: Site, ada: Client) -> None:
    whole = ada.get("/users")
    assert whole.headers["x-total-count"] == str(len(whole.json())) == "6"
    first = ada.get("/users", params={"limit": 4})
    assert first.headers["link"].endswith('rel="next"')
    following = ada.get("/" + first.headers["link"].split(">")[0].lstrip("<"))
    assert [*first.json(), *following.json()] == whole.json()
    assert "link" not in following.headers
    for path in ("/users", "/tokens", "/holds", "/cameras", "/retention"):
        answer = ada.get(path, params={"limit": 1, "page": 99})
        assert (answer.status_code, answer.json()) == (200, []), path
        assert "x-total-count" in answer.headers
        assert ada.get(path, params={"limit": 0}).status_code == 422


def test_the_newest_people_are_one_entry_and_keep_to_the_cameras_of_whoever_asks(site: Site) -> None:
    narrow = Client.of(site).log_in("narrow")
    found = narrow.get("/sightings", params={"limit": 3}).json()
    assert len(found) == 3
    assert {each["camera"] for each in found} == {"yard"}
    assert [each["began"] for each in found] == sorted((each["began"] for each in found), reverse=True)
    assert narrow.http.get(found[0]["crop"]).status_code == 200
    (entry,) = site.audit.newest(Sought(who="narrow"), limit=1)
    assert (entry.action, entry.details["shown"]) == ("view_sightings", [each["id"] for each in found])
    assert narrow.get("/sightings", params={"camera": "north-gate"}).status_code == 404
    assert narrow.get("/sightings", params={"before": "2026-03-01T15:00"}).json() == []
    pages = [narrow.get("/sightings", params={"limit": 1, "page": page}).json() for page in (1, 2, 3)]
    assert [each for page in pages for each in page] != []
    assert [page[0]["id"] for page in pages] == [each["id"] for each in found]


def test_retention_tells_what_is_due(site: Site, ada: Client) -> None:
    ada.post("/cameras", json={"name": "yard", "url": "rtsp://192.0.2.7/stream", "retention_days": 1})
    told = {each["camera"]: each for each in ada.get("/retention").json()}
    assert told["yard"]["days"] == 1
    assert told["yard"]["due"] == told["yard"]["shots"] > 0
    assert (told["north-gate"]["days"], told["north-gate"]["due"]) == (None, 0)
    narrow = Client.of(site).log_in("narrow-admin")
    assert [each["camera"] for each in narrow.get("/retention").json()] == ["yard"]


def test_reports_of_erasures_can_be_read_again(site: Site, ada: Client) -> None:
    assert ada.get("/erasures").json() == []
    wanted = {"camera": ["yard"], "reason": "request 17"}
    number = ada.post("/erasures", json={**wanted, "dry_run": True}).json()["number"]
    done = ada.post("/erasures", json={**wanted, "yes": number}, headers={HEADER: "erase"})
    again = ada.post("/erasures", json={**wanted, "yes": number}, headers={HEADER: "erase"})
    assert done.json() == again.json()
    (report,) = ada.get("/erasures").json()
    assert (report["entry"], report["who"], report["reason"]) == (done.json()["entry"], "ada", "request 17")
    assert report["after"]["sightings"] == 0
    assert Client.of(site).log_in("narrow-admin").get("/erasures").status_code == 403
