"""The fault run at a small scale: a site of stand-in networks on real servers, and what it promises."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bench.faults.report import faults, kept, latency, promises, record
from bench.faults.run import run, uncovered
from bench.faults.site import Parts
from bench.faults.timetable import Kind, timetable
from pipeline.footage.gate import GateSettings
from pipeline.ingest import WatchStep
from pipeline.settings import Settings
from pipeline.watch import Watch, WatchSettings
from storage.footage.ledger import Ledger
from storage.media import open_media
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre, walker_video
from tests.needed import needed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def step(settings: Settings, ledger: Ledger) -> WatchStep:
    watching = WatchSettings(gate=GateSettings())
    watch = Watch(BrightRectangles(), NearestCentre, open_media(settings.media_url), watching)
    return WatchStep(watch, ledger, 5.0, "test")


@pytest.mark.server
@pytest.mark.skipif(
    "PASSERBY_TEST_FAULTS" not in os.environ, reason="takes minutes: set PASSERBY_TEST_FAULTS"
)
def test_a_site_to_which_everything_happens_loses_and_doubles_nothing(tmp_path: Path) -> None:
    clips = [
        walker_video(tmp_path / f"{name}.mp4", seconds=seconds) for name, seconds in (("a", 16), ("b", 20))
    ]
    parts = Parts(
        worker=(sys.executable, "-m", "tests.site_worker"),
        step=step,
        encoder=lambda settings: ColourEncoder(),
        clips=clips,
        question="somebody in red",
        fps=5.0,
    )
    (tmp_path / "site").mkdir()
    outcome = needed(lambda: run(tmp_path / "site", parts, seed=7, seconds=45, every=5))

    console = Console(width=170)  # pytest -s shows it
    console.print(faults(outcome), kept(outcome))
    assert [(each.promise, each.said) for each in promises(outcome) if not each.held] == []
    assert {one.event.kind for one in outcome.happened} == set(Kind)
    assert len(outcome.kept.shots) > 20
    assert faults(outcome).row_count > len(Kind)
    assert record(outcome)["searches"]
    assert latency(outcome)[0] > 0


def test_the_same_seed_gives_the_same_timetable_and_another_another() -> None:
    names = ["watcher 1", "indexer"]
    one = timetable(1, 300, names, 12)
    assert one == timetable(1, 300, names, 12)
    assert one != timetable(2, 300, names, 12)
    assert {event.kind for event in one} == set(Kind)
    assert all(event.at >= 15 and event.at + event.lasts <= 285 for event in one)
    assert [event.lasts for event in one if event.kind in (Kind.DATABASE, Kind.INDEX)] == [30, 30]


def test_what_neither_footage_nor_a_gap_covers_is_counted() -> None:
    def span(begin: float, end: float) -> tuple[datetime, datetime]:
        return NOON + timedelta(seconds=begin), NOON + timedelta(seconds=end)

    whole = span(0, 100)
    assert uncovered([], whole) == 100
    assert uncovered([span(-5, 40), span(30, 50), span(50, 110)], whole) == 0
    assert uncovered([span(60, 70), span(10, 20), span(12, 15)], whole) == 80
