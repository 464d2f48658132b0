"""The command line: bad input ends in one sentence and exit code 2, and nothing stored is lost."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from pipeline import build
from pipeline.cli import main
from pipeline.settings import Settings
from tests.fakes import walker_video
from tests.wheel_pictures import wheel_picture

BUS = wheel_picture("bus.jpg")  # a photograph that the wheel carries


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the photograph of a street was ingested with the shipped weights."""
    data = tmp_path_factory.mktemp("street")
    assert main(["--data", str(data), "ingest", str(BUS), "--camera", "street"]) == 0
    return data


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_search_prints_the_promised_json(street: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["search", "man in a cream coat", "--json", "--min-probability", "0"]
    assert main(["--data", str(street), *line]) == 0
    answer = json.loads(capsys.readouterr().out)
    told = "query description cameras after before exclusions weights like unlike chips notices model matches"
    assert set(answer) == set(told.split())
    assert len(answer["matches"]) >= 3
    first = answer["matches"][0]
    wanted = "rank id score probability description camera track began ended taken box crop also reasons"
    assert set(first) == set(wanted.split())
    assert first["rank"] == 1
    assert first["camera"] == "street"
    assert Path(first["crop"]).is_file()
    assert {"phrase", "part", "similarity", "agreement", "parts"} == set(first["reasons"][0])


def test_examples_are_searched_with_and_without_words(
    street: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def answer(*line: str) -> dict[str, Any]:
        assert main(["--data", str(street), "search", *line, "--json"]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    everybody = answer("person", "--min-probability", "0")["matches"]
    first = everybody[0]["id"]
    alike = answer("--like", first)
    assert (alike["query"], alike["like"]) == (f"like sighting {first}", [f"sighting {first}"])
    assert len(alike["matches"]) == len(everybody) - 1
    assert {match["probability"] for match in alike["matches"]} == {None}
    clear = max(everybody[1:], key=width)["crop"]  # not somebody whom the edge of the picture cuts off
    both = answer("black coat", "--min-probability", "0", "--like", clear, "--unlike", first)
    assert first not in [match["id"] for match in both["matches"]]
    assert both["matches"][0]["probability"] > 0
    sheet = tmp_path / "alike.png"
    assert main(["--data", str(street), "search", "--like", first, "--sheet", str(sheet)]) == 0
    assert sheet.is_file()


def width(match: dict[str, Any]) -> float:
    left, _, right, _ = match["box"]
    return float(right - left)


def test_a_picture_of_several_people_asks_for_a_box(street: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["--data", str(street), "search", "--json", "--like"]
    assert main([*line, str(BUS)]) == 2
    told = said(capsys)
    assert "people are in bus.jpg; say who is meant by a box" in told
    box = told.rpartition(";")[2].strip()
    assert main([*line, f"{BUS}@{box}"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"]


def test_the_sheet_is_a_picture(street: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "found.png"
    assert main(["--data", str(street), "search", "black coat", "--sheet", str(sheet)]) == 0
    with Pictures.open(sheet) as picture:
        assert picture.format == "PNG"


def test_a_new_index_is_filled_from_the_crops_alone(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERBY_INDEX", f"edge:{tmp_path / 'index'}")
    line = ["--data", str(street), "search", "black coat", "--json", "--min-probability", "0"]
    assert main(["--data", str(street), "reindex"]) == 0
    assert main(line) == 0
    assert len(json.loads(capsys.readouterr().out)["matches"]) >= 3


def test_rank_orders_the_pictures_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, colour in (("red", (200, 20, 30)), ("blue", (30, 40, 190))):
        picture = np.full((128, 64, 3), 130, np.uint8)
        picture[24:68, 16:48], picture[68:118, 20:44] = colour, (40, 40, 45)  # a jacket over dark trousers
        picture[6:24, 24:40] = (190, 150, 130)
        Pictures.fromarray(picture).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.jpg").write_text("no picture")
    monkeypatch.chdir(tmp_path)  # short paths are not folded
    assert main(["rank", "red jacket", "."]) == 0
    table = capsys.readouterr().out
    assert 0 < table.index("red.png") < table.index("blue.png")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["search", ""], "nothing to look for"),
        (["search", "the of and"], "nothing to look for"),
        (["search", "red coat", "--camera", "roof"], "known cameras: street"),
        (["search", "red coat", "--after", "2026-03-02", "--before", "2026-03-01"], "swap --after"),
        (["search", "red coat", "--top", "0"], "at least one"),
        (["search"], "nothing to look for"),
        (["search", "--unlike", "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"], "nothing to look for"),
        (["search", "--like", "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"], "not in the index any more"),
        (["search", "--like", "nowhere.jpg"], "nowhere.jpg is no picture that can be read"),
        (["search", "--like", f"{BUS}@0,0,2,2"], "less than 8 x 8 pixels"),
        (["rank", "red coat", "nowhere"], "not a folder"),
        (["ingest", "nowhere.mp4", "--camera", "gate"], "nowhere.mp4"),
        (["ingest", "gopher://host/x", "--camera", "gate"], "gopher://, which is not supported"),
        (["ingest", str(BUS), "--camera", "../gate"], "camera"),
        (["ingest", str(BUS), "--camera", "gate", "--detector", "nowhere.pt"], "nowhere.pt"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(
    street: Path, line: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(street), *line]) == 2
    assert expected in said(capsys)


def test_an_unknown_time_is_refused_by_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["search", "red coat", "--after", "yesterdayish"])
    assert "is no time" in said(capsys)


def test_a_wrong_setting_is_named(
    street: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERBY_FPS", "-1")
    assert main(["--data", str(street), "jobs"]) == 2
    assert "fps" in said(capsys)


def test_bad_files_do_not_keep_the_good_ones_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.mp4").touch()
    good = walker_video(tmp_path / "good.mp4", seconds=2)
    data = str(tmp_path / "data")
    line = ["ingest", str(tmp_path / "empty.mp4"), str(good), "--camera", "gate"]
    assert main(["--data", data, *line]) == 2
    assert "is empty" in said(capsys)
    assert main(["--data", data, "jobs"]) == 0
    assert "indexed │ 1" in " ".join(capsys.readouterr().out.split())


def test_an_index_in_use_is_said_to_be(street: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with build.search(Settings(data=street)):
        assert main(["--data", str(street), "search", "black coat"]) == 2
    assert "in use" in said(capsys) or "has it open" in said(capsys)
