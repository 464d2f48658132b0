"""What attackers try first: files of others, bombs, floods, forged requests, requests in strange shapes."""

import base64
import io
import socket
import struct
import zlib
from datetime import timedelta

import pytest

from storage.accounts.audit import Actor
from storage.accounts.permissions import PERMISSIONS, Action, Role
from tests.web_client import ROOT, Client
from web.app import create_app
from web.problems import MEDIA_TYPE
from web.security import COOKIE, SAFE
from web.site import Site

ANYWHERE = (
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//etc/passwd",
    "/etc/passwd",
)


@pytest.mark.parametrize("path", ANYWHERE)
def test_no_file_of_the_server_is_given(path: str, ada: Client) -> None:
    places = ("/static/", f"{ROOT}/sightings/", f"{ROOT}/cameras/", f"{ROOT}/jobs/", f"{ROOT}/users/", "/")
    for place in places:
        for end in ("", "/crop", "/frame"):
            answer = ada.http.get(place + path + end)
            assert "root:" not in answer.text
            assert answer.status_code in (404, 405, 422), (place, path, answer.status_code)


def test_an_upload_lands_nowhere_but_in_its_folder(site: Site, ada: Client) -> None:
    before = {path for path in site.settings.data.rglob("*") if "index" not in path.parts}
    for name in ("../../outside.mp4", "/tmp/outside.mp4", "..\\outside.mp4", "a\0b.mp4", "x.mp4/../../y.mp4"):
        answer = ada.post("/footage", params={"camera": "yard", "name": name}, content=b"no video")
        assert answer.status_code == 415, name
    after = {path for path in site.settings.data.rglob("*") if "index" not in path.parts}
    assert {path.name for path in after - before} <= {"uploads"}
    for camera in ("../x", "a/b", "", "x" * 65, "\0"):
        answer = ada.post("/footage", params={"camera": camera, "name": "a.mp4"}, content=b"x")
        assert answer.status_code == 422, camera


def png(width: int, height: int) -> bytes:
    """A picture that says it is large and takes few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (1 + width // 8) * min(height, 1000), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_that_unfolds_to_gigabytes_is_refused(site: Site, ada: Client) -> None:
    bomb = png(60_000, 60_000)
    answer = ada.post("/search", json={"picture": base64.b64encode(bomb).decode()})
    assert answer.status_code == 422
    answer = ada.post("/footage", params={"camera": "yard", "name": "bomb.png"}, content=bomb)
    assert answer.status_code in (413, 415, 422)
    folder = site.settings.data / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_playlist_that_names_other_files_is_no_footage(site: Site, ada: Client) -> None:
    for name, text in (
        ("a.mp4", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("b.mkv", "ffconcat version 1.0\nfile /etc/passwd\n"),
        ("c.avi", "v=0\nc=IN IP4 192.0.2.1\nm=video 5004 RTP/AVP 96\n"),
        ("d.mp4", '<?xml version="1.0"?><MPD><BaseURL>http://169.254.169.254/</BaseURL></MPD>'),
    ):
        answer = ada.post("/footage", params={"camera": "yard", "name": name}, content=text.encode())
        assert answer.status_code == 415, name
        assert "passwd" not in answer.json()["detail"]


def test_more_than_is_allowed_is_not_kept(site: Site, ada: Client) -> None:
    limit = site.settings.upload_megabytes << 20
    form = {"file": ("a.mp4", io.BytesIO(b"\0" * (limit + (1 << 18))))}
    assert ada.post("/footage", params={"camera": "yard"}, files=form).status_code == 413
    blocks = (b"\0" * (1 << 16) for _ in range((limit >> 16) + 2))
    answer = ada.post("/footage", params={"camera": "yard", "name": "a.mp4"}, content=blocks)
    assert answer.status_code == 413
    folder = site.settings.data / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "concat:/etc/passwd|/etc/shadow",
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "rtsp://0.0.0.0/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://224.0.0.1/",
        "gopher://192.0.2.1/",
        "rtsp://",
        "http://[::]/",
        "rtsp://a:b:c/",
        "subfile,,start,0,end,9,,:/etc/passwd",
        "unix:///run/docker.sock",
        "data:image/png;base64,AAAA",
    ],
)
def test_no_address_but_a_cameras_can_be_entered(url: str, site: Site, ada: Client) -> None:
    answer = ada.post("/cameras", json={"name": "spy", "url": url})
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE), url
    assert site.cameras.get("spy") is None


def test_a_name_that_turns_to_another_host_is_looked_up_again(
    site: Site, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ada.post("/cameras", json={"name": "turner", "url": "rtsp://turner.example/s"}).status_code == 201
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    answer = ada.get("/cameras/turner/frame")
    assert (answer.status_code, "no host of a camera" in answer.json()["detail"]) == (422, True)


def test_every_write_needs_the_secret_of_its_session(site: Site) -> None:
    client = Client.of(site).log_in("ada")
    del client.http.headers["X-CSRF-Token"]
    described = create_app(site).openapi()["paths"]
    for path, acts in described.items():
        for method in acts:
            if method.upper() in SAFE or (path.endswith(("/session", "/setup")) and method == "post"):
                continue
            answer = client.http.request(method.upper(), path.replace("{", "").replace("}", ""))
            assert answer.status_code == 403, (method, path, answer.text)
            assert "X-CSRF-Token" in answer.json()["detail"]


def test_a_token_reaches_nothing_beyond_its_scopes(site: Site) -> None:
    for scope in (Action.SEARCH, Action.VIEW_METRICS, Action.READ_AUDIT):
        secret, _ = site.tokens.add(Actor("os:root"), "ada", scope, [scope], lasts=timedelta(days=1))
        client = Client.of(site)
        client.http.headers["Authorization"] = f"Bearer {secret}"
        for path, needed in (
            ("/cameras", Action.SEARCH),
            ("/users", Action.MANAGE_USERS),
            ("/tokens", Action.MANAGE_TOKENS),
            ("/audit", Action.READ_AUDIT),
            ("//metrics", Action.VIEW_METRICS),
            ("/jobs", Action.VIEW_JOBS),
            ("/holds", Action.MANAGE_HOLDS),
            ("/models", Action.MANAGE_MODELS),
            ("/sightings", Action.VIEW_MEDIA),
        ):
            assert client.get(path).status_code == (200 if needed is scope else 403), (scope, path)
        assert (
            client.post("/tokens", json={"label": "x", "owner": "ada", "scopes": [scope]}).status_code == 403
        )
    assert Role.ADMINISTRATOR in PERMISSIONS[Action.MANAGE_TOKENS]


def test_a_session_is_taken_from_its_cookie_alone(site: Site, ada: Client) -> None:
    token = ada.http.cookies.get(COOKIE)
    stranger = Client.of(site)
    for where in (
        {"params": {COOKIE: token}},
        {"headers": {"X-Session": str(token)}},
        {"headers": {"Authorization": f"Bearer {token}"}},
    ):
        assert stranger.get("/session", **where).status_code == 401  # type: ignore[arg-type]


def test_strange_requests_end_in_problem_documents(ada: Client) -> None:
    json_type = {"Content-Type": "application/json"}
    for content in (b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'{"q": NaN}', b'{"q": 1e999}'):
        answer = ada.post("/search", content=content, headers=json_type)
        assert answer.status_code in (400, 422), content[:20]
        assert answer.headers["content-type"] == MEDIA_TYPE
    answer = ada.post(
        "/search", content=b"q=red", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 422
    for method in ("PUT", "TRACE", "PROPFIND", "DELETE"):
        answer = ada.call(method, "/cameras")
        assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE), method
    for path in ("//", "//api", "/", "/sightings//crop", "/sightings/%00", "//static/", "//static/%00"):
        assert ada.get(path, headers={"Accept": "application/json"}).status_code in (200, 303, 404, 405, 422)


def test_a_host_that_somebody_made_up_is_in_no_answer(ada: Client) -> None:
    for path in ("//login", "//", "/cameras", "//privacy"):
        answer = ada.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("location", "")


def test_nobody_is_led_to_another_site(site: Site) -> None:
    stranger = Client.of(site)
    stranger.http.follow_redirects = False
    for path in ("//%2f%2fevil.example", "//\\evil.example/x", "//audit?who=//evil.example"):
        location = stranger.get(path).headers.get("location", "/")
        assert location.startswith("/") and not location.startswith(("//", "/\\"))  # noqa: PT018
