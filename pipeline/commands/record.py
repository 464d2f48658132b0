"""`passerby record`: copy what cameras send into segments, for whoever watches."""

import signal
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from pipeline.ingest import version
from pipeline.recording.camera import Place, Recording
from pipeline.recording.recorder import Recorder
from pipeline.recording.room import Room
from pipeline.recording.roster import Roster
from pipeline.recording.segmenter import SECONDS
from pipeline.recording.segments import taken
from pipeline.settings import Settings
from storage.accounts.holds import Hold, Holds
from storage.footage.cameras import Camera, Cameras
from storage.footage.recordings import Recordings

LONGEST = timedelta(minutes=1)  # of a segment, keyframes far apart included
PURPOSE = "record cameras until stopped; cameras may come, change and go meanwhile"


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    arguments(verbs.add_parser("record", help=PURPOSE, description=PURPOSE))


def arguments(verb: ArgumentParser) -> None:
    """What the command takes, here and as a process without the networks."""
    verb.add_argument("camera", nargs="*", help="only these (default: every one that is enabled)")
    verb.set_defaults(act=record)


def record(args: Namespace, settings: Settings) -> int:
    """Record until SIGINT or SIGTERM. Raises CamerasError for an unknown camera or a broken cameras.toml."""
    with closing(Cameras(settings.database_url)) as cameras, _place(settings) as place:
        roster, stop = Roster(cameras, settings.cameras, args.camera), Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        Recorder(roster, place, lambda camera: recorded_version(settings, camera.fps)).run(stop)
    return 0


@contextmanager
def recording(camera: Camera, settings: Settings) -> Iterator[Thread]:
    """Record one camera that nobody entered, until the end of the block."""
    with _place(settings) as place:
        its = Recording(camera, place, recorded_version(settings, camera.fps))
        thread = Thread(target=its.run, name=f"record {camera.name}", daemon=True)
        thread.start()
        try:
            yield thread
        finally:
            its.stop(wanted=False)
            thread.join()


def recorded_version(settings: Settings, fps: float | None) -> str:
    """The version of a recorder's chunks; it loads no detector, so the setting itself stands for it."""
    return version(settings.detector, fps or settings.fps, SECONDS)


@contextmanager
def _place(settings: Settings) -> Iterator[Place]:
    folder = settings.segments
    folder.mkdir(parents=True, exist_ok=True)
    url = settings.database_url
    with closing(Recordings(url)) as recordings, closing(Holds(url)) as holds:

        def done_with(segments: Sequence[str]) -> set[str]:
            return unheld(recordings.done_with(segments), holds.in_force())

        room = Room(folder, done_with, keep=timedelta(hours=settings.keep_segments))
        yield Place(folder, recordings, room)


def unheld(segments: set[str], holds: Sequence[Hold]) -> set[str]:
    """The segments that no legal hold keeps."""
    free = set()
    for segment in segments:
        path = Path(segment)
        camera, began = path.parent.parent.name, taken(path)
        if not any(hold.covers(camera, began, began + LONGEST) for hold in holds):
            free.add(segment)
    return free
