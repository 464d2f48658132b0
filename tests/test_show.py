"""What is shown of how a sentence was understood, and by which clock."""

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from rich.console import Console

from pipeline.asking.question import read
from pipeline.commands.show import answer_record, answer_table, clock, matched
from pipeline.settings import Settings
from pipeline.types import Answer, Match, Query, Reason
from storage.media import open_media
from storage.types import Shot
from tests.fakes import Shelf

NOW = datetime(2026, 3, 11, 17, 30, tzinfo=UTC)
SENTENCE = "two men in [/red] coats, no bag, at the lobby yesterday"


def asked() -> Query:
    return read(SENTENCE, ("lobby",), NOW, zone=UTC, refused=None).query()


def test_chips_and_notices_stand_above_the_answer() -> None:
    console = Console(file=io.StringIO(), width=200)
    answer_table(Answer(asked(), "m@1", (), ()), Shelf(), console, None)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert lines[0] == 'Looking for "a man in [/red] coats, no bag"'
    assert [line.split()[0] for line in lines[1:5]] == ["count", "without", "camera", "time"]
    assert lines[4].endswith('"yesterday": Tuesday 10 March 2026')
    assert lines[5].startswith("Note: People are found one at a time")
    assert lines[6] == 'Nobody matches. ("a man in [/red] coats, no bag")'


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (Query("man", cameras=("gate",)), "There is no footage in this range."),
        (Query("man"), "Nobody has been found in any footage yet: passerby ingest"),
    ],
)
def test_an_empty_answer_says_what_there_is_to_do(query: Query, told: str) -> None:
    console = Console(file=io.StringIO(), width=200)
    answer_table(Answer(query, "m@1", (), ()), Shelf(), console, None)
    assert isinstance(console.file, io.StringIO)
    assert told in console.file.getvalue()


@pytest.mark.parametrize(
    ("url", "shown"),
    [("file:{}/media", "media/gate/1.jpg"), ("memory://media", "memory:///media/gate/1.jpg")],
)
def test_a_crop_is_named_as_it_can_be_opened_from_here(
    url: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shot = Shot("gate", "clip", 1, 0, NOW, NOW, NOW, (0, 0, 9, 9), 0.5, "gate/1.jpg")
    console = Console(file=io.StringIO(), width=200)
    found = Answer(asked(), "m@1", (Match(shot, 0.5, 0.5, ()),), ())
    answer_table(found, open_media(url.format(tmp_path)), console, None)
    assert isinstance(console.file, io.StringIO)
    assert shown in console.file.getvalue().split()


def test_a_bag_is_not_seen_and_that_there_is_none_is_not_sure() -> None:
    reasons = [
        Reason("no bag", "whole", 0.1, 0.5),
        Reason("red coat", "upper body", 0.8, 0.9),
        Reason("white cap", "head", 0.1, 0.2),
        Reason("no hat", "head", 0.1, 0.8),
    ]
    assert matched(reasons) == "red coat, no hat; not sure: no bag; not seen: white cap"
    assert matched([]) == "-"


def test_the_record_holds_what_was_understood() -> None:
    record = answer_record(Answer(asked(), "m@1", (), ()), Shelf())
    assert (record["query"], record["description"]) == (SENTENCE, "a man in [/red] coats, no bag")
    assert (record["cameras"], record["exclusions"]) == (["lobby"], ["bag"])
    assert (record["after"], record["before"]) == ("2026-03-10T00:00:00+00:00", "2026-03-11T00:00:00+00:00")
    assert [chip["kind"] for chip in record["chips"]] == ["count", "without", "camera", "time"]
    for chip in record["chips"]:
        assert SENTENCE[chip["start"] : chip["end"]] == chip["text"]


def test_times_are_shown_by_the_clock_of_the_site() -> None:
    assert clock(NOW, ZoneInfo("Asia/Tokyo")) == "2026-03-12 02:30:00"
    assert Settings(timezone="Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")
    with pytest.raises(ValidationError, match="no time zone"):
        Settings(timezone="Mars/Olympus")
