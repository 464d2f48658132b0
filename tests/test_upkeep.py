"""What is done every night: new recordings in, old sightings out, and the stores in agreement."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.servers.postgres import Postgres
from pipeline.footage.gate import GateSettings
from pipeline.ingest import WatchStep, index_next, plan, watch_next
from pipeline.keeping import integrity, upkeep
from pipeline.keeping.survey import Site
from pipeline.keeping.upkeep import Stores
from pipeline.watch import Watch, WatchSettings
from storage.accounts.audit import Actor, Audit
from storage.accounts.holds import Holds
from storage.footage.archive import Archive
from storage.footage.cameras import Camera, Cameras
from storage.footage.chunks import State
from storage.footage.erasures import Erasures, Selection
from storage.footage.ledger import Ledger
from storage.footage.recordings import Recordings
from storage.media import FsspecMedia, open_media
from storage.sightings.edge import EdgeIndex
from storage.types import Shot, Where
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre, walker_video

BEGAN = datetime(2026, 3, 1, 16, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
SECONDS = 6.0  # of a chunk


class Silent:
    def frame(self) -> None: ...

    def person(self) -> None: ...


class Home:
    """A site in a folder: the stores of upkeep, and whoever watches and indexes."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.media: FsspecMedia = open_media(f"file:{folder / 'media'}")
        self.index = EdgeIndex(folder / "index" / ColourEncoder.model, ColourEncoder.model)
        self.ledger, self.cameras, self.archive = Ledger(self.url), Cameras(self.url), Archive(self.url)
        self.recordings = Recordings(self.url)
        erasure = Site(
            Erasures(self.url),
            [self.index],
            self.media,
            Holds(self.url),
            Audit(self.url),
            folder / "segments",
        )
        watch = Watch(BrightRectangles(), NearestCentre, self.media, WatchSettings(gate=GateSettings()))
        self.step = WatchStep(watch, self.ledger, 5.0, "test")
        self.stores = Stores(
            cameras=self.cameras,
            archive=self.archive,
            media=self.media,
            indexes=[self.index],
            erasure=erasure,
            recordings=self.recordings,
            watch_step=lambda: self.step,
            recorded_version=lambda camera: "recorded",
            chunk_seconds=SECONDS,
        )

    def work(self) -> None:
        """Watch and index all that waits."""
        while watch_next(self.step, Silent()) is not None:
            pass
        while index_next(self.ledger, ColourEncoder(), self.media, self.index, batch=8) is not None:
            pass

    def shots(self) -> list[Shot]:
        return sorted(self.stores.erasure.ledger.find(Selection(Where())).shots, key=lambda shot: shot.crop)

    def close(self) -> None:
        site = self.stores.erasure
        for part in (self.ledger, self.cameras, self.archive, self.recordings, self.index):
            part.close()
        for part in (site.ledger, site.holds, site.audit):
            part.close()


def idle() -> None:
    """Nobody else is after the work of these tests."""


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walker_video(tmp_path_factory.mktemp("footage") / "street.mp4")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def ingested(
    request: pytest.FixtureRequest, footage: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """The folder of a site and its database, of either kind."""
    folder = tmp_path_factory.mktemp("ingested")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'site.db'}"
        if request.param == "postgres":
            server: Postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database())
        with closing(Home(folder, url)) as home:
            plan([str(footage)], "gate", home.step, began=BEGAN, seconds=SECONDS)
            home.work()
        yield folder, url


@pytest.fixture
def home(request: pytest.FixtureRequest, ingested: tuple[Path, str], tmp_path: Path) -> Iterator[Home]:
    """Four people who walked past the gate, watched and indexed."""
    source, url = ingested
    folder = Path(shutil.copytree(source, tmp_path / "data"))
    with ExitStack() as stack:
        if url.startswith("sqlite"):
            url = f"sqlite:///{folder / 'site.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database(like=url))
        yield stack.enter_context(closing(Home(folder, url)))


@pytest.fixture
def recordings(footage: Path, tmp_path: Path) -> Path:
    """A folder with one recording, copied yesterday."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    shutil.copy(footage, folder / "one.mp4")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).timestamp()
    os.utime(folder / "one.mp4", (yesterday, yesterday))
    return folder


def test_a_folder_of_recordings_is_entered_once(home: Home, recordings: Path) -> None:
    home.cameras.put(Camera("hall", str(recordings)))
    home.cameras.put(Camera("off", str(recordings), enabled=False))
    now = datetime.now(UTC)
    assert upkeep.index_recordings(home.stores, now, idle).startswith("4 chunks of files are new")
    assert upkeep.index_recordings(home.stores, now, idle).startswith("0 chunks of files are new")
    assert home.ledger.cameras() == ("gate", "hall")
    home.work()
    assert home.ledger.counts()[State.INDEXED] == 8


def test_a_camera_with_a_rate_of_its_own_is_planned_for_it(home: Home, recordings: Path) -> None:
    home.cameras.put(Camera("hall", str(recordings)))
    upkeep.index_recordings(home.stores, datetime.now(UTC), idle)
    home.cameras.put(Camera("hall", str(recordings), fps=2.0))
    assert upkeep.index_recordings(home.stores, datetime.now(UTC), idle).startswith("4 chunks")


def test_a_file_that_is_still_being_copied_waits_for_the_next_night(home: Home, recordings: Path) -> None:
    os.utime(recordings / "one.mp4")
    home.cameras.put(Camera("hall", str(recordings)))
    now = datetime.now(UTC)
    assert upkeep.index_recordings(home.stores, now, idle).startswith("0 chunks")
    assert upkeep.index_recordings(home.stores, now + timedelta(hours=1), idle).startswith("4 chunks")


def test_what_cannot_be_used_is_named_and_the_rest_goes_in(home: Home, recordings: Path) -> None:
    (recordings / "broken.mp4").write_text("this is no video")
    home.cameras.put(Camera("hall", str(recordings)))
    home.cameras.put(Camera("attic", str(recordings / "gone")))
    result = upkeep.index_recordings(home.stores, datetime.now(UTC) + timedelta(hours=1), idle)
    assert result.startswith("4 chunks of files are new")
    assert "broken.mp4 is no video" in result
    assert "gone cannot be read" in result


def test_what_is_too_old_is_erased_everywhere_and_what_is_not_stays(home: Home) -> None:
    home.cameras.put(Camera("gate", "rtsp://192.0.2.1/", retention_days=30))
    home.cameras.put(Camera("never seen", "rtsp://192.0.2.2/", retention_days=1))
    crops = [shot.crop for shot in home.shots()]
    assert upkeep.retain(home.stores, BEGAN + timedelta(days=29), idle).startswith("0 sightings")
    assert home.index.count() == len(crops)

    result = upkeep.retain(home.stores, BEGAN + timedelta(days=31), idle)
    assert result.startswith(f"{len(crops)} sightings")
    assert home.index.count() == 0
    assert home.shots() == []
    assert not any(home.media.exists(crop) for crop in crops)
    assert upkeep.retain(home.stores, BEGAN + timedelta(days=31), idle).startswith("0 sightings")
    home.work()
    assert home.index.count() == 0


def test_a_legal_hold_outlasts_retention(home: Home) -> None:
    home.cameras.put(Camera("gate", "rtsp://192.0.2.1/", retention_days=30))
    number = home.index.count()
    home.stores.erasure.holds.place(Actor("os:root"), "gate", None, None, "case 12")
    upkeep.retain(home.stores, BEGAN + timedelta(days=31), idle)
    assert home.index.count() == len(home.shots()) == number


def test_what_the_index_lacks_is_indexed_again(home: Home) -> None:
    whole = home.index.held(shot.id for shot in home.shots())
    home.index.delete_ids([home.shots()[0].id])
    assert upkeep.backfill(home.stores, NEXT_DAY, idle) == "1 chunks lacked vectors and wait to be indexed"
    home.work()
    assert home.index.held(shot.id for shot in home.shots()) == whole
    assert upkeep.backfill(home.stores, NEXT_DAY, idle).startswith("0 chunks")


def test_an_index_that_is_lost_is_filled_from_the_ledger(home: Home) -> None:
    chunks = len({chunk for page in home.archive.indexed() for chunk in page.values()})
    nothing = replace(home.stores, indexes=[])
    assert upkeep.backfill(nothing, NEXT_DAY, idle).startswith(f"{chunks} chunks")
    assert home.ledger.counts()[State.WATCHED] == chunks


def test_lost_crops_are_made_again_while_their_footage_is_there(home: Home) -> None:
    before = home.shots()
    home.media.delete([before[0].crop, before[1].crop])
    assert integrity.check(home.stores, NEXT_DAY, idle).startswith(
        "2 crops are lost, 1 recordings wait to be watched again"
    )
    home.work()
    assert home.shots() == before
    assert all(home.media.exists(shot.crop) for shot in before)
    assert home.index.count() == len(before)
    assert integrity.check(home.stores, NEXT_DAY, idle).startswith("0 crops are lost, 0 recordings")


def test_lost_crops_whose_footage_is_gone_are_reported(home: Home, footage: Path) -> None:
    home.media.delete([home.shots()[0].crop])
    for chunk in home.ledger.jobs():
        home.ledger.plan([replace(chunk, source="/gone.mp4")])
    result = integrity.check(home.stores, NEXT_DAY, idle)
    assert result.startswith("1 crops are lost, 0 recordings")
    assert "the footage to make crops again is gone of gate" in result
    assert home.ledger.counts()[State.INDEXED] == 4


def test_crops_of_nobody_are_deleted_after_a_day_and_nothing_else_is(home: Home) -> None:
    kept = home.shots()[0]
    stray = f"gate/{BEGAN:%Y-%m-%d}/235959-0123abcd-99-0.jpg"
    other = f"gate/{BEGAN:%Y-%m-%d}/map-of-the-gate.jpg"
    for key in (stray, other):
        home.media.put(key, home.media.get(kept.crop))
    soon, later = datetime.now(UTC), datetime.now(UTC) + timedelta(days=2)
    assert "0 crops of nobody" in integrity.check(home.stores, soon, idle)
    assert "1 crops of nobody" in integrity.check(home.stores, later, idle)
    assert not home.media.exists(stray)
    assert home.media.exists(other)
    assert all(home.media.exists(shot.crop) for shot in home.shots())


def test_sightings_that_the_ledger_does_not_know_are_reported(home: Home) -> None:
    home.stores.erasure.ledger.forget([home.shots()[0].id], {})
    assert "1 sightings that the ledger does not know" in integrity.check(home.stores, NEXT_DAY, idle)
