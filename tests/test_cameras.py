"""Cameras: written down, checked, brought into the database, and never told with their passwords."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pictures

from pipeline.cli import main
from pipeline.recording.cameras import CamerasError, camera, read_file, sync
from pipeline.recording.roster import Roster
from storage.footage.cameras import Camera, Cameras
from tests.fakes import walker_video
from workers import record

URL = "rtsp://user:secret@192.0.2.7/stream?token=hidden"
GOOD = f"""
# The site of an example.
[[camera]]
name = "north-gate"
url = "{URL}"
fps = 4
zones = [[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]]
masks = [[[0, 0], [0.3, 0], [0.3, 0.2]], [[0.8, 0.8], [1, 0.8], [1, 1]]]
hours = "mon-fri 07:00-19:00, sat 08:00-12:00"
retention_days = 30

[[camera]]
name = "hall 2"
url = "https://192.0.2.8/live.m3u8"
batch = true
enabled = false
"""


@pytest.fixture
def cameras(tmp_path: Path) -> Iterator[Cameras]:
    with closing(Cameras(f"sqlite:///{tmp_path / 'passerby.db'}")) as kept:
        yield kept


def written(folder: Path, text: str) -> Path:
    path = folder / "cameras.toml"
    path.write_text(text)
    return path


def test_a_file_of_cameras_comes_back_from_the_database_as_it_was_read(
    tmp_path: Path, cameras: Cameras
) -> None:
    read = read_file(written(tmp_path, GOOD))
    for each in read:
        cameras.put(each)
    assert cameras.all() == sorted(read, key=lambda each: each.name)
    gate = cameras.get("north-gate")
    assert gate is not None
    assert gate.fps == 4
    assert gate.zones == (((0, 0.5), (1, 0.5), (1, 1), (0, 1)),)
    assert len(gate.masks) == 2
    assert gate.retention_days == 30
    assert gate.enabled
    assert cameras.get("hall 2") == Camera(
        "hall 2", "https://192.0.2.8/live.m3u8", batch=True, enabled=False, source="file"
    )


@pytest.mark.parametrize(
    ("line", "replacement", "expected"),
    [
        ("fps = 4", "fps = 0", "line 6: fps: input should be greater than 0; write for example fps = 5"),
        ("fps = 4", "fsp = 4", "line 6: a camera has no 'fsp'; it has name, url, fps"),
        ("fps = 4", 'fps = "many"', "line 6: fps: "),
        ("fps = 4", "fps = ", "at line 6"),
        (
            f'url = "{URL}"',
            'url = "gopher://user:secret@host/"',
            "line 5: url: gopher://***@host/ starts with",
        ),
        (f'url = "{URL}"', 'url = "/nowhere/at/all"', "line 5: url: /nowhere/at/all is no address"),
        (f'url = "{URL}"', "", "line 3: the camera has no url; write url = "),
        ('name = "north-gate"', 'name = "../gate"', "line 4: name: "),
        ('name = "hall 2"', 'name = "north-gate"', "line 13: there is a camera north-gate above"),
        ("[1, 0.5], [1, 1]", "[1, 1.5], [1, 1]", "line 7: zones: input should be less than or equal to 1"),
        ("[0.3, 0], [0.3, 0.2]", "[0.3, 0]", "line 8: masks: "),
        ("mon-fri 07", "mondays 07", 'line 9: hours: "mondays 07:00-19:00" are no hours'),
        ("batch = true", "batch = 7", "line 15: batch: "),
        (
            "[[camera]]",
            "[[cameras]]",
            "line 3: 'cameras' does not belong here; begin each camera with [[camera]]",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_the_fix(
    tmp_path: Path, line: str, replacement: str, expected: str
) -> None:
    assert line in GOOD
    path = written(tmp_path, GOOD.replace(line, replacement, 1))
    with pytest.raises(CamerasError) as caught:
        read_file(path)
    assert expected in str(caught.value)
    assert "secret" not in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("fps = 4", "fps = -1").replace("batch = true", "batch = 7"))
    with pytest.raises(CamerasError) as caught:
        read_file(path)
    assert len(str(caught.value).splitlines()) == 2


def test_the_database_follows_the_file_and_keeps_what_was_added_by_hand(
    tmp_path: Path, cameras: Cameras
) -> None:
    path = written(tmp_path, GOOD)
    by_hand = camera({"name": "roof", "url": URL}, "database")
    cameras.put(by_hand)
    assert sync(path, cameras) == (["north-gate", "hall 2"], [])
    assert sync(path, cameras) == ([], [])
    written(tmp_path, GOOD.replace("fps = 4", "fps = 8").replace("hall 2", "hall"))
    assert sync(path, cameras) == (["north-gate", "hall"], ["hall 2"])
    assert [each.name for each in cameras.all()] == ["hall", "north-gate", "roof"]
    assert cameras.get("roof") == by_hand


def test_a_name_in_use_by_hand_is_not_taken_by_the_file(tmp_path: Path, cameras: Cameras) -> None:
    cameras.put(Camera("north-gate", URL))
    with pytest.raises(CamerasError, match="was added by hand already"):
        sync(written(tmp_path, GOOD), cameras)
    assert cameras.all() == [Camera("north-gate", URL)]


def test_a_file_or_folder_is_kept_by_its_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").mkdir()
    for url in ("recordings", f"file://{tmp_path}/recordings"):
        assert camera({"name": "gate", "url": url}, "database").url == str(tmp_path / "recordings")


class Command:
    """The command line on a data folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *words: str) -> tuple[int, str]:
        code = main(["--data", str(self.folder), "cameras", *words])
        said = self.capsys.readouterr()
        return code, " ".join((said.out + said.err).split())


@pytest.fixture
def passerby(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(tmp_path, capsys)


def test_a_camera_is_added_listed_changed_and_removed(passerby: Command) -> None:
    zone = ["--zone", "0,0.5 1,0.5 1,1", "--mask", "0,0 0.1,0 0.1,0.1", "--hours", "07:00-19:00"]
    assert passerby("add", "north-gate", URL, *zone, "--retention", "30", "--batch")[0] == 0
    code, listed = passerby("list")
    assert code == 0
    for shown in (
        "rtsp://***@192.0.2.7/stream?token=***",
        "zones: 1, masks: 1",
        "07:00-19:00",
        "30",
        "batch",
    ):
        assert shown in listed
    assert "secret" not in listed
    assert "hidden" not in listed
    code, refused = passerby("add", "north-gate", URL)
    assert code == 2
    assert "there is a camera north-gate already" in refused
    assert passerby("add", "north-gate", URL, "--replace", "--disabled")[0] == 0
    assert "disabled" in passerby("list")[1]
    assert passerby("remove", "north-gate")[0] == 0
    assert passerby("remove", "north-gate") == (
        2,
        "passerby: there is no camera north-gate; see passerby cameras list",
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["add", "../gate", URL], "name: use letters"),
        (["add", "gate", "ftp://user:secret@host/x"], "url: ftp://***@host/x starts with ftp://"),
        (["add", "gate", "nowhere.mp4"], "no address of a stream, no file and no folder"),
        (["add", "gate", URL, "--zone", "0,0 1"], "zones: "),
        (["add", "gate", URL, "--zone", "0,0 1,1"], "zones: "),
        (["add", "gate", URL, "--hours", "late"], 'hours: "late" are no hours'),
        (["add", "gate", URL, "--retention", "0"], "retention_days: "),
        (["test", "gate"], "there is no camera gate"),
        (["test", "rtsp://user:secret@127.0.0.1:1/x"], "rtsp://***@127.0.0.1:1/x gives no picture: "),
        (["test", "gopher://user:secret@host"], "gopher://***@host starts with gopher://"),
        (["sync", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(passerby: Command, words: list[str], expected: str) -> None:
    code, said = passerby(*words)
    assert code == 2
    assert expected in said
    assert "secret" not in said
    assert passerby("list")[1].count("gate") == 0


def test_a_camera_of_the_file_is_changed_there(passerby: Command, tmp_path: Path) -> None:
    assert passerby("sync", str(written(tmp_path, GOOD))) == (0, "entered or changed: north-gate, hall 2")
    for words in (["remove", "north-gate"], ["add", "north-gate", URL, "--replace"]):
        code, said = passerby(*words)
        assert code == 2
        assert "change it there" in said


def test_a_look_through_a_file_says_what_it_is_and_keeps_the_picture(
    passerby: Command, tmp_path: Path
) -> None:
    footage = walker_video(tmp_path / "street.mp4", seconds=1)
    assert passerby("add", "street", str(footage))[0] == 0
    code, said = passerby("test", "street", "--frame", str(tmp_path / "frame.jpg"))
    assert (code, said) == (0, f"{footage}: 640 x 240, mpeg4, 10 frames/s")
    with Pictures.open(tmp_path / "frame.jpg") as picture:
        assert picture.size == (640, 240)


def test_a_camera_does_not_show_its_address_in_a_log(cameras: Cameras) -> None:
    cameras.put(replace(Camera("gate", URL), fps=5))
    assert "secret" not in repr(cameras.all())


def names(roster: Roster) -> list[str]:
    return [each.name for each in roster()]


def changed(folder: Path, text: str, seconds: int) -> None:
    os.utime(written(folder, text), (seconds, seconds))


def test_a_recorder_follows_the_file_and_the_database(
    tmp_path: Path, cameras: Cameras, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cameras.toml"
    roster = Roster(cameras, path, [])
    assert names(roster) == []
    changed(tmp_path, GOOD, 1)
    assert names(roster) == ["hall 2", "north-gate"]
    cameras.put(Camera("roof", URL))
    changed(tmp_path, GOOD.replace("fps = 4", "fps = 0"), 2)
    for _ in range(3):
        assert names(roster) == ["hall 2", "north-gate", "roof"]
    assert sum("line 6" in entry.getMessage() for entry in caplog.records) == 1
    changed(tmp_path, GOOD.replace("hall 2", "hall"), 3)
    assert names(roster) == ["hall", "north-gate", "roof"]
    assert names(Roster(cameras, path, ["roof"])) == ["roof"]


def test_a_recorder_does_not_start_with_what_must_be_mended(tmp_path: Path, cameras: Cameras) -> None:
    with pytest.raises(CamerasError, match="no camera cellar"):
        Roster(cameras, tmp_path / "cameras.toml", ["cellar"])
    with pytest.raises(CamerasError, match="line 3"):
        Roster(cameras, written(tmp_path, GOOD.replace("[[camera]]", "[[cam]]")), [])


def test_the_recorder_s_process_loads_no_network() -> None:
    code = "import sys, workers.record; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_recorder_s_process_says_what_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PASSERBY_DATA", str(tmp_path))
    assert record.main(["cellar"]) == 2
    assert "there is no camera cellar" in caplog.text
