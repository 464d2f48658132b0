"""A small site that the stand-ins ingested, all of it on the disk, for tests of what is deleted there."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
from sqlalchemy import select, update

from pipeline.footage.gate import GateSettings
from pipeline.ingest import WatchStep, index_next, plan, watch_next
from pipeline.keeping.erasure import Report, erase
from pipeline.keeping.survey import Request, Site
from pipeline.watch import Watch, WatchSettings
from storage.accounts.audit import Actor, Audit
from storage.accounts.holds import Holds
from storage.accounts.permissions import Principal, Role
from storage.database.tables import chunks, open_database
from storage.database.tables import shots as table
from storage.footage.chunks import State
from storage.footage.erasures import Erasures, Selection
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_models
from storage.types import Shot, Where
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre

BEGAN = datetime(2026, 3, 1, 16, tzinfo=UTC)
CHUNK = 5.0  # seconds
ROOT = Principal("root", Role.ADMINISTRATOR)
OS = Actor("os:root")


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


class Silent:
    def frame(self) -> None: ...

    def person(self) -> None: ...


def step_in(folder: Path) -> WatchStep:
    media = open_media(f"file:{folder / 'media'}")
    watch = Watch(BrightRectangles(), NearestCentre, media, WatchSettings(gate=GateSettings()))
    return WatchStep(watch, Ledger(f"sqlite:///{folder / 'site.db'}"), 5.0, "test")


def ingest(folder: Path, footage: Path, *, most: int = 1000) -> None:
    """Plan the footage on two cameras, then watch and index at most so many chunks."""
    step = step_in(folder)
    for camera in ("gate", "hall"):
        plan([str(footage)], camera, step, began=BEGAN, seconds=CHUNK)
    for _ in range(most):
        if watch_next(step, Silent()) is None:
            break
    with closing(open_models(f"edge:{folder / 'index'}").open(ColourEncoder.model)) as index:
        while index_next(step.ledger, ColourEncoder(), step.watch.media, index, batch=8) is not None:
            pass
    step.ledger.close()


def open_site(folder: Path) -> Site:
    url = f"sqlite:///{folder / 'site.db'}"
    models = open_models(f"edge:{folder / 'index'}")
    indexes = [models.beside(held.model) for held in models.held()]
    media = open_media(f"file:{folder / 'media'}")
    return Site(Erasures(url), indexes, media, Holds(url), Audit(url), folder / "segments")


def close_site(site: Site) -> None:
    for part in (site.ledger, *site.indexes, site.holds, site.audit):
        part.close()  # type: ignore[union-attr]


def shots(site: Site, **where: object) -> list[Shot]:
    return sorted(site.ledger.find(Selection(Where(**where))).shots, key=lambda shot: shot.began)  # type: ignore[arg-type]


def crops(site: Site, folder: Path) -> set[str]:
    return {str(path.relative_to(folder / "media")) for path in (folder / "media").rglob("*.jpg")}


def run(site: Site, selection: Selection, **more: object) -> Report:
    request = Request(selection, ROOT, reason="asked to", **more)  # type: ignore[arg-type]
    return erase(site, request, guard=None)


def segment(folder: Path, camera: str, began: datetime, seconds: int) -> Path:
    """What a recorder leaves."""
    path = folder / camera / f"{began:%Y-%m-%d}" / f"{began:%H%M%S}-000.mkv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        told = {"creation_time": began.isoformat(), "session": "x", "position": "0", "start": "0"}
        container.metadata.update(told)
        stream = container.add_stream("mpeg4", rate=1)
        stream.height, stream.width = 32, 32
        for _ in range(seconds):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def claimed(folder: Path, lease: timedelta) -> Shot:
    """One of the people whose sightings a worker on another machine is about to write."""
    engine = open_database(f"sqlite:///{folder / 'site.db'}")
    mine = select(table.c.chunk).where(table.c.camera == "gate").limit(1).scalar_subquery()
    with engine.begin() as connection:
        connection.execute(update(chunks).where(chunks.c.id == mine).values(state=State.WATCHED))
    engine.dispose()
    ledger = Ledger(f"sqlite:///{folder / 'site.db'}")
    chunk = ledger.claim("index", "elsewhere:1:a", lease)
    assert chunk is not None
    shot = ledger.shots(chunk)[0]
    ledger.close()
    return shot
