"""What a site needs done every night. Each duty may be done twice, or be cut short, without harm."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.footage.sources import SourceError, expand, is_stream
from pipeline.ingest import WatchStep, plan, version
from pipeline.keeping.erasure import erase
from pipeline.keeping.survey import Request, Site, survey
from pipeline.ports import Index
from pipeline.recording.recorded import enter_finished
from storage.accounts.permissions import Principal, Role
from storage.footage.archive import Archive
from storage.footage.cameras import Camera, Cameras
from storage.footage.erasures import Selection
from storage.footage.recordings import Recordings
from storage.media import FsspecMedia
from storage.types import Where

_SETTLED = timedelta(minutes=5)  # without a change, after which a file counts as wholly copied
_TOLD = 3  # reasons in a result

Hold = Callable[[], None]  # to be called every few seconds; raises when the work is to end


@dataclass(frozen=True, slots=True, eq=False)
class Stores:
    """Everything that upkeep looks after."""

    cameras: Cameras
    archive: Archive
    media: FsspecMedia
    indexes: Sequence[Index]  # one of each model, first that of the one that answers
    erasure: Site
    recordings: Recordings
    watch_step: Callable[[], WatchStep]  # loads the detector
    recorded_version: Callable[[Camera], str]
    chunk_seconds: float


def index_recordings(stores: Stores, now: datetime, hold: Hold) -> str:
    """Enter what is new in folders of recordings, and what cameras recorded that are watched at night."""
    new, recorded, refused = 0, 0, list[str]()
    for camera in stores.cameras.all():
        hold()
        if not camera.enabled:
            continue
        if not is_stream(camera.url):
            more, why = _enter_files(camera, stores, now, hold)
            new += more
            refused += why
        elif camera.batch:
            enter_finished(
                stores.erasure.segments / camera.name, stores.recorded_version(camera), stores.recordings
            )
            recorded += 1
    return _told(f"{new} chunks of files are new, {recorded} recorded cameras entered", refused)


def _enter_files(camera: Camera, stores: Stores, now: datetime, hold: Hold) -> tuple[int, list[str]]:
    """How many chunks are new, and why files were refused."""
    step = stores.watch_step()
    if camera.fps is not None:
        step = replace(step, fps=camera.fps, version=version(step.version, camera.fps, stores.chunk_seconds))
    new, refused = 0, list[str]()
    try:
        for file in _settled(expand([camera.url]), now):
            hold()
            done = plan([file], camera.name, step, began=None, seconds=stores.chunk_seconds)
            new += done.new
            refused += done.refused
    except SourceError as error:
        refused.append(str(error))
    return new, refused


def _settled(files: Sequence[str], now: datetime) -> Iterator[str]:
    """Without files that may still be written: half of one would be other footage than the whole."""
    for file in files:
        path = Path(file)
        if not path.exists() or now.timestamp() - path.stat().st_mtime > _SETTLED.total_seconds():
            yield file


def retain(stores: Stores, now: datetime, hold: Hold) -> str:
    """Erase what is older than its camera may be searched, except what a legal hold covers."""
    erased, remains = 0, list[str]()
    for days, cameras in _kept_alike(stores, now):
        hold()
        request = Request(
            Selection(_grown_old(cameras, days, now)),
            Principal("passerby", Role.ADMINISTRATOR),
            reason=f"kept for {days} days",
            around_holds=True,
        )
        if any(asdict(survey(stores.erasure, request).before).values()):
            report = erase(stores.erasure, request, guard=None)
            erased += report.before.sightings
            remains += [f"{', '.join(cameras)}: {why}" for why in report.remains]
    return _told(f"{erased} sightings were too old and are erased", remains)


def _kept_alike(stores: Stores, now: datetime) -> list[tuple[int, tuple[str, ...]]]:
    """Days and the cameras that are kept so long, together: an index may then drop a day whole.

    A camera of which something is held that is too old stands alone, because what goes of it is listed.
    """
    known = set(stores.erasure.ledger.cameras())
    holds = stores.erasure.holds.in_force()
    together: dict[int, list[str]] = {}
    alone = []
    for camera in stores.cameras.all():
        days = camera.retention_days
        if days is None or camera.name not in known:
            continue
        if any(hold.meets(_grown_old((camera.name,), days, now)) for hold in holds):
            alone.append((days, (camera.name,)))
        else:
            together.setdefault(days, []).append(camera.name)
    return [*((days, tuple(names)) for days, names in together.items()), *alone]


def _grown_old(cameras: tuple[str, ...], days: int, now: datetime) -> Where:
    return Where(cameras, before=now - timedelta(days=days))


def backfill(stores: Stores, now: datetime, hold: Hold) -> str:
    """Let chunks be indexed again of which the model that answers has no vectors."""
    again = 0
    for page in stores.archive.indexed():
        hold()
        held = stores.indexes[0].held([shot.id for shot in page]) if stores.indexes else set()
        again += stores.archive.index_again({chunk for shot, chunk in page.items() if shot.id not in held})
    return f"{again} chunks lacked vectors and wait to be indexed"


def _told(result: str, reasons: Sequence[str]) -> str:
    shown = [*reasons[:_TOLD], *([f"and {len(reasons) - _TOLD} more"] if len(reasons) > _TOLD else [])]
    return "; ".join([result, *shown])
