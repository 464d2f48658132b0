"""The site of a fault run: four cameras, a folder of files, and the processes that `passerby up` starts."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import av

from bench.faults.disk import Disk
from bench.faults.processes import Processes
from bench.servers.broker import Broker
from bench.servers.camera import RtspServer, coded, looped
from bench.servers.postgres import Postgres
from bench.servers.qdrant import QdrantStandIn
from pipeline.commands.up import commands
from pipeline.ingest import WatchStep, plan
from pipeline.ports import Encoder
from pipeline.recording.room import RESERVE
from pipeline.recording.segments import finished
from pipeline.settings import Settings
from storage.footage.cameras import Camera, Cameras
from storage.footage.ledger import Ledger

FLAPS, SILENT, CHANGES, WELL = "hall", "yard", "roof", "gate"
FILES = "files"  # the camera whose recordings lie in a folder
BEGAN = datetime(2026, 3, 1, 16, tzinfo=UTC)  # of files that are named by hand
_ROOM = 1 << 30  # bytes of the disk above what recording leaves free
_COPY = 1.0  # seconds between two looks for new segments


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a run is made of: the real networks, or stand-ins with footage that they understand."""

    worker: Sequence[str]  # the command of a Celery worker, up to its queues
    step: Callable[[Settings, Ledger], WatchStep]
    encoder: Callable[[Settings], Encoder]
    clips: Sequence[Path]  # two, of which every camera shows one again and again
    question: str
    fps: float


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Everything that faults are done to."""

    settings: Settings
    folder: Path
    disk: Disk
    broker: Broker
    database: Postgres
    index: QdrantStandIn
    cameras: Mapping[str, RtspServer]
    other: Path  # what a camera shows that comes back with pictures of another size
    kept: Path  # copies of all segments, for the site deletes its own when space runs out

    @property
    def environment(self) -> dict[str, str]:
        """What tells the processes where everything is."""
        settings = self.settings
        return {
            "PASSERBY_DATA": str(settings.data),
            "PASSERBY_DATABASE": settings.database,
            "PASSERBY_INDEX": settings.index,
            "PASSERBY_BROKER": settings.broker,
            "PASSERBY_CAMERAS": str(settings.cameras),
            "PASSERBY_MEDIA": "",
            "PASSERBY_FPS": str(settings.fps),
            "OMP_NUM_THREADS": "1",
        }

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    def show(self, enabled: bool) -> None:
        """Let the cameras be recorded, or no longer."""
        with closing(Cameras(self.settings.database_url)) as known:
            for name, server in self.cameras.items():
                known.put(Camera(name, server.url(name), enabled=enabled))


def processes(settings: Settings, parts: Parts) -> dict[str, Sequence[str]]:
    """What `passerby up` starts on a site with servers, without the pages, and a second searcher and beat."""
    own: dict[str, Sequence[str]] = {}
    for name, command in commands(settings, "127.0.0.1", 0, 2).items():
        if "worker" in command:
            own[name] = (*parts.worker, *command[command.index("worker") + 1 :])
        elif name != "service":
            own[name] = command
    own["searcher 2"] = [word.replace("search@", "search2@") for word in own["searcher"]]
    own["beat 2"] = [f"{word}-2" if word == str(settings.data / "beat") else word for word in own["beat"]]
    return own


@contextmanager
def built(folder: Path, parts: Parts, seconds: float) -> Iterator[Site]:
    """A site whose servers run and whose cameras can be recorded for `seconds`. Raises MissingError."""
    with ExitStack() as stack:
        disk = stack.enter_context(Disk.mounted(folder / "disk", RESERVE + _ROOM))
        (folder / "broker").mkdir()
        broker = stack.enter_context(Broker(folder / "broker").running())
        database = Postgres()
        stack.callback(database.remove)
        database.start()
        index = stack.enter_context(QdrantStandIn().running())
        shown, other = _footage(folder, parts.clips, seconds)
        cameras = {
            name: stack.enter_context(RtspServer(**{name: shown[number % 2]}).running())
            for number, name in enumerate((WELL, FLAPS, SILENT, CHANGES))
        }
        settings = Settings(
            data=disk.folder / "data",
            database=database.url,
            index=index.url,
            broker=broker.url,
            media="",
            cameras=folder / "no cameras.toml",
            fps=parts.fps,
        )
        settings.data.mkdir()
        site = Site(settings, folder, disk, broker, database, index, cameras, other, folder / "kept")
        _enter_files(site, parts)
        stack.enter_context(_copying(site))
        yield site


@contextmanager
def at_work(site: Site, parts: Parts) -> Iterator[Processes]:
    """The site's processes run in the block."""
    lines = processes(site.settings, parts)
    with Processes.running(lines, site.environment, site.log) as running:
        yield running


def _footage(folder: Path, clips: Sequence[Path], seconds: float) -> tuple[list[Path], Path]:
    """What cameras show for that long, and the same in pictures of half the size."""
    shown = []
    for number, clip in enumerate(clips):
        as_sent = coded(clip, folder / f"sent-{number}.mkv")
        shown.append(looped(as_sent, folder / f"shown-{number}.mkv", seconds))
    small = coded(clips[1], folder / "sent-small.mkv", width=_half(clips[1]))
    return shown, looped(small, folder / "shown-small.mkv", seconds)


def _half(clip: Path) -> int:
    with av.open(str(clip)) as container:
        return container.streams.video[0].width // 4 * 2


def _enter_files(site: Site, parts: Parts) -> None:
    """A folder for the nightly look, in which some files are none, and two files that spoil once entered."""
    files, named = site.folder / "files", site.folder / "named"
    for place in (files, named):
        place.mkdir()
    good = site.folder / "sent-0.mkv"
    shutil.copy2(good, files / "whole.mkv")
    (files / "cut off.mkv").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    (files / "empty.mp4").write_bytes(b"")
    (files / "a letter.mp4").write_text("Dear neighbours, the camera at the gate is new.\n" * 50)
    for file in files.iterdir():
        _age(file)
    spoilt, gone = named / "spoilt.mkv", named / "gone.mkv"
    for file in (spoilt, gone):
        shutil.copy2(good, file)
    with closing(Cameras(site.settings.database_url)) as known:
        known.put(Camera(FILES, str(files)))
    with closing(Ledger(site.settings.database_url)) as ledger:
        step = parts.step(site.settings, ledger)
        for file in (spoilt, gone):
            done = plan(
                [str(file)],
                file.stem,
                replace(step, ledger=ledger),
                began=BEGAN,
                seconds=site.settings.chunk_seconds,
            )
            assert not done.refused
    spoilt.write_bytes(bytes(1000))
    gone.unlink()


def _age(file: Path) -> None:
    """What was changed just now may still be being written, and waits for the next night."""
    long_ago = datetime.now().timestamp() - 3600
    os.utime(file, (long_ago, long_ago))


@contextmanager
def _copying(site: Site) -> Iterator[None]:
    stop = Event()

    def copy() -> None:
        while not stop.wait(_COPY):
            for name in site.cameras:
                for segment in finished(site.settings.segments / name):
                    copied = site.kept / segment.relative_to(site.settings.segments)
                    if not copied.exists():
                        copied.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(segment, copied)

    thread = Thread(target=copy, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
