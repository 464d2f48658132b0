"""The clips that ship, searched with the weights that ship: the people in them are known to the pixel."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import build
from pipeline.cli import main
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.types import Match, Query
from storage.footage.ledger import Ledger

DEMO = Path(__file__).parent.parent / "demo"
CLIPS: list[dict[str, Any]] = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))["clips"]
OVERLAP = 0.4  # share of the union that makes two boxes the same person
FOUND = 0.75  # share of the queries whose person must be among the first three rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    for clip in CLIPS:
        footage = str(DEMO / f"{clip['camera']}.mp4")
        assert main(["--data", str(folder), "ingest", footage, "--camera", clip["camera"]]) == 0
    return folder


def test_the_people_are_found_by_what_describes_only_them(data: Path) -> None:
    with build.search(Settings(data=data)) as search:
        asked = [
            (clip, person, query)
            for clip in CLIPS
            for person in clip["people"]
            for query in person["queries"]
        ]
        missed = [
            f"{clip['camera']}: {query}"
            for clip, person, query in asked
            if not any(shows(match, clip, person) for match in first_three(search, query, clip["camera"]))
        ]
    assert len(missed) <= (1 - FOUND) * len(asked), missed


def test_no_more_rows_than_twice_the_people(data: Path) -> None:
    with build.search(Settings(data=data)) as search:
        for clip in CLIPS:
            query = Query("person", cameras=(clip["camera"],), limit=100, min_probability=0.0)
            rows = search.find(query).matches
            assert len(clip["people"]) <= len(rows) <= 2 * len(clip["people"])


def test_the_times_of_the_clips_come_from_their_containers(data: Path) -> None:
    with closing(Ledger(Settings(data=data).database_url)) as ledger:
        began = {chunk.camera: chunk.began for chunk in ledger.jobs() if chunk.position == 0}
    assert began == {clip["camera"]: datetime.fromisoformat(clip["began"]) for clip in CLIPS}


def first_three(search: Search, query: str, camera: str) -> tuple[Match, ...]:
    return search.find(Query(query, cameras=(camera,), limit=3, min_probability=0.0)).matches


def shows(match: Match, clip: dict[str, Any], person: dict[str, Any]) -> bool:
    """Whether the shot of a row is of the person, by place in the frame it was taken from."""
    seconds = (match.shot.taken - datetime.fromisoformat(clip["began"])).total_seconds()
    frame = round(seconds * clip["fps"])
    return any(row[0] == frame and overlap(match.shot.box, row[1:]) >= OVERLAP for row in person["boxes"])


def overlap(one: tuple[float, ...], other: list[float]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (area - shared)
