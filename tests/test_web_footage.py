"""Footage that is uploaded: what is taken, what is refused, and that nothing of that is left behind."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from storage.footage.chunks import State
from tests.fakes import write_video
from tests.web_client import Client, copy_of, site_in
from web.site import Site
from web.uploads import Uploads


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield site


@pytest.fixture
def ada(site: Site) -> Client:
    return Client.of(site).log_in("ada")


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    images = [np.full((48, 64, 3), level, np.uint8) for level in range(0, 200, 10)]
    return write_video(tmp_path_factory.mktemp("footage") / "short.mp4", images, 10).read_bytes()


def kept(site: Site) -> list[str]:
    folder = Uploads.of(site.settings).folder
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_footage_comes_in_as_a_body_or_a_form_and_waits_to_be_watched(
    site: Site, ada: Client, footage: bytes
) -> None:
    asked = {"camera": "hall", "name": "a.mp4", "began": "2026-03-01T16:00"}
    answer = ada.post("/footage", params=asked, content=footage)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["new"], told["began"], told["clock"]) == (1, "2026-03-01T16:00:00Z", "given")
    assert (told["seconds"], told["size"]) == (2.0, [64, 48])
    (job,) = site.ledger.jobs([State.QUEUED])
    assert (job.camera, Path(job.source).read_bytes()) == ("hall", footage)
    again = ada.post("/footage", params=asked, files={"file": ("b.mp4", footage)})
    assert (again.status_code, again.json()["new"]) == (202, 0)
    assert len(kept(site)) == 1


def test_a_picture_comes_in(site: Site, ada: Client, tmp_path: Path) -> None:
    Pictures.new("RGB", (30, 40)).save(tmp_path / "p.jpg")
    data = (tmp_path / "p.jpg").read_bytes()
    answer = ada.post("/footage", params={"camera": "hall"}, files={"file": ("p.jpg", data)})
    assert (answer.status_code, answer.json()["new"]) == (202, 1)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.mp4", b"", 415),
        ("a.mp4", b"no video at all", 415),
        ("a.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", 415),
        ("a.mp4", b"ffconcat version 1.0\nfile '/etc/passwd'\n", 415),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 100, 415),
        ("a.exe", b"MZ", 415),
        ("../../a.sh", b"#!/bin/sh", 415),
        ("", b"x", 415),
        ("a.mp4", b"x" * (3 << 20), 413),
    ],
    ids=["empty", "text", "playlist", "concat", "svg", "header", "program", "path", "nameless", "long"],
)
def test_what_is_no_footage_is_refused_and_leaves_nothing(
    name: str, content: bytes, status: int, site: Site, ada: Client
) -> None:
    answer = ada.post("/footage", params={"camera": "hall", "name": name}, content=content)
    assert answer.status_code == status, answer.text
    assert str(site.settings.data) not in answer.text
    assert kept(site) == []
    assert site.ledger.jobs([State.QUEUED]) == []


def test_too_much_footage_is_refused(site: Site, ada: Client, tmp_path: Path) -> None:
    images = [np.zeros((48, 64, 3), np.uint8)] * 40
    video = write_video(tmp_path / "long.mp4", images, 1).read_bytes()  # 40 s; 36 are allowed
    answer = ada.post("/footage", params={"camera": "hall", "name": "l.mp4"}, content=video)
    assert (answer.status_code, "hours" in answer.json()["detail"]) == (413, True)
    assert kept(site) == []


def test_an_upload_names_a_camera_that_can_be_one(ada: Client, footage: bytes) -> None:
    for camera in ("../up", "", "a/b"):
        answer = ada.post("/footage", params={"camera": camera, "name": "a.mp4"}, content=footage)
        assert answer.status_code == 422
    assert ada.post("/footage", params={"camera": "hall"}, data={"file": "text"}).status_code in (415, 422)
