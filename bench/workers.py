"""How watching scales with workers, what Celery adds to a chunk, and what recording a camera costs.

    python -m bench.workers [--workers 1 2] [--cameras 4] [--json FILE]

The workers are those of a site, on a real Redis, with one thread each; the footage is the demo's, as four
cameras. A message that finds no work, its look into the ledger included, is what a chunk costs beyond its
work, where every chunk has a message of its own; a worker takes chunks for a minute with one. The recorder
copies 1080p at 25 frames a second from GStreamer's RTSP server.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from time import monotonic, sleep

from celery import Celery
from redis import Redis
from rich.console import Console
from rich.table import Table

from bench.passage import BEGAN, own_settings
from bench.servers.broker import Broker
from bench.servers.camera import RtspServer, coded, looped
from bench.servers.server import MissingError
from pipeline import build
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.ingest import WatchStep, plan
from pipeline.recording.segments import finished
from pipeline.settings import Settings
from storage.footage.cameras import Camera, Cameras
from storage.footage.chunks import State
from storage.footage.ledger import Ledger

DEMO = Path(__file__).parents[1] / "demo"
CELERY = (sys.executable, "-m", "celery", "--app", "workers.app", "worker")
SOURCES = 4  # a source is watched in order, so there are more of them than workers
MESSAGES = 400
FULL_HD, RATE = 1920, 25
_LONGEST = 240.0  # seconds to wait for anything
_WARM = 1  # chunk for each worker before it counts: it loads the networks

MakeStep = Callable[[Settings, Ledger], WatchStep]


@dataclass(frozen=True, slots=True)
class Watching:
    """A number of workers at the same footage."""

    workers: int
    frames: int  # analysed
    chunks: int
    seconds: float  # by the clock
    cpu: float  # seconds, of all workers

    @property
    def rate(self) -> float:
        return self.frames / self.seconds


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorder at work."""

    cameras: int
    seconds: float
    cpu: float  # seconds, of all cameras

    @property
    def share(self) -> float:
        """Of a core, for each camera."""
        return self.cpu / self.seconds / self.cameras


def watching(
    workers: int, clips: Sequence[Path], make: MakeStep, command: Sequence[str] = CELERY
) -> Watching:
    """Let so many workers watch the clips as SOURCES cameras, after some warm-up."""
    with _site() as (settings, broker), closing(Ledger(settings.database_url)) as ledger:
        step = make(settings, ledger)
        app = Celery("bench", broker=broker.url)

        def watch(named: str, number: int) -> None:
            for source in range(number):
                clip = str(clips[source % len(clips)])
                done = plan([clip], f"{named} {source}", step, began=BEGAN, seconds=settings.chunk_seconds)
                if done.refused:
                    raise ValueError(done.refused[0])
            for _ in range(workers):
                app.send_task("watch.next", queue="watch")
            _until(lambda: not _busy(ledger), "the footage to be watched")

        with _workers(workers, settings, command) as processes:
            watch("warm", _WARM * workers)
            before, started = _all(processes), monotonic()
            watch("camera", SOURCES)
            seconds, cpu = monotonic() - started, _all(processes) - before
        chunks = [chunk for chunk in ledger.jobs([State.WATCHED]) if chunk.camera.startswith("camera")]
        if len(chunks) < SOURCES:
            raise ValueError("some of the footage was set aside")
    number = sum(_frames(clips[source % len(clips)], step.fps) for source in range(SOURCES))
    return Watching(workers, number, len(chunks), seconds, cpu)


def message(command: Sequence[str] = CELERY, number: int = MESSAGES) -> float:
    """Seconds for one message whose task finds no work, of `number` in a row."""
    with _site() as (settings, broker), _workers(1, settings, command), Redis(port=broker.port) as client:
        Ledger(settings.database_url).close()
        app = Celery("bench", broker=broker.url)

        def send(some: int) -> float:
            for _ in range(some):
                app.send_task("watch.next", queue="watch")
            started = monotonic()
            _until(lambda: not client.llen("watch") and not client.hlen("unacked"), "the queue to be empty")
            return monotonic() - started

        send(1)
        return send(number) / number


def recording(cameras: int, clip: Path, seconds: float = 30.0) -> Recording:
    """CPU of a recorder's process. Raises MissingError without an RTSP server."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sent = coded(clip, folder / "sent.mkv", width=FULL_HD, rate=Fraction(RATE))
        shown = looped(sent, folder / "shown.mkv", 4 * seconds + _LONGEST)
        names = [f"camera{number}" for number in range(cameras)]
        server = stack.enter_context(RtspServer(**dict.fromkeys(names, shown)).running())
        settings = own_settings(folder / "data", model="", detector="")
        with closing(Cameras(settings.database_url)) as known:
            for name in names:
                known.put(Camera(name, server.url(name)))
        recorder = stack.enter_context(running([sys.executable, "-m", "workers.record"], settings))
        _until(
            lambda: all(finished(settings.segments / name) for name in names), "every camera's first segment"
        )
        before, started = cpu_seconds(recorder.pid), monotonic()
        sleep(seconds)
        return Recording(cameras, monotonic() - started, cpu_seconds(recorder.pid) - before)


def cpu_seconds(process: int) -> float:
    """All that the process has used, of its own and of the system's time."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(watched: Sequence[Watching], each: float, recorded: Recording | str) -> Table:
    """Every figure; `each` is the seconds of a message, `recorded` says why where it is none."""
    first = watched[0]
    drawn = Table("", "", title="Workers")
    for one in watched:
        ideal = first.rate / first.workers * one.workers
        drawn.add_row(
            f"watching, {one.workers} workers",
            f"{one.rate:.1f} frames/s, {100 * one.rate / ideal:.0f} % of {one.workers} times one, "
            f"{1000 * one.cpu / one.frames:.0f} ms of CPU a frame",
        )
    chunk = first.seconds * first.workers / first.chunks
    drawn.add_row("a chunk of watching", f"{chunk:.2f} s of a worker")
    drawn.add_row("a message without work", f"{1000 * each:.1f} ms, {100 * each / chunk:.2f} % of a chunk")
    if isinstance(recorded, str):
        drawn.add_row("recording", f"not measured: {recorded}")
    else:
        cost = f"{100 * recorded.share:.1f} % of a core each, 1080p at {RATE} frames/s"
        drawn.add_row(f"recording, {recorded.cameras} cameras", cost)
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.workers", description="What workers cost and bring."
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--cameras", type=int, default=4, help="that the recorder records")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args(arguments)
    clips = sorted(DEMO.glob("*.mp4"))
    try:
        watched = [watching(number, clips, build.watch_step) for number in options.workers]
        each = message()
        try:
            recorded: Recording | str = recording(options.cameras, clips[0])
        except MissingError as error:
            recorded = str(error)
    except (OSError, ValueError) as error:
        sys.exit(f"workers: {error}")
    Console(width=110).print(table(watched, each, recorded))
    if options.json:
        figures = {
            "watching": [asdict(one) for one in watched],
            "message_seconds": each,
            "recording": recorded if isinstance(recorded, str) else asdict(recorded),
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


@contextmanager
def _site() -> Iterator[tuple[Settings, Broker]]:
    with tempfile.TemporaryDirectory() as name:
        settings = own_settings(Path(name) / "data", model="", detector="")
        (Path(name) / "broker").mkdir()
        with Broker(Path(name) / "broker").running() as broker:
            yield settings.model_copy(update={"broker": broker.url}), broker


@contextmanager
def _workers(number: int, settings: Settings, command: Sequence[str]) -> Iterator[list[int]]:
    processes = []
    with ExitStack() as stack:
        for each in range(number):
            queue = (
                "--pool",
                "solo",
                "--queues",
                "watch",
                "--hostname",
                f"watch{each}@%h",
                "--loglevel",
                "error",
            )
            processes.append(stack.enter_context(running([*command, *queue], settings)).pid)
        yield processes


@contextmanager
def running(command: Sequence[str], settings: Settings) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of a site with these settings, while the block runs."""
    environment: Mapping[str, str] = {
        "PASSERBY_DATA": str(settings.data),
        "PASSERBY_BROKER": settings.broker,
        "PASSERBY_DATABASE": settings.database,
        "PASSERBY_MEDIA": settings.media,
        "PASSERBY_CAMERAS": str(settings.data / "no cameras.toml"),
        "OMP_NUM_THREADS": "1",
    }
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _all(processes: Sequence[int]) -> float:
    return sum(cpu_seconds(process) for process in processes)


def _busy(ledger: Ledger) -> int:
    counts = ledger.counts()
    return counts[State.QUEUED] + counts[State.WATCHING]


def _frames(clip: Path, fps: float) -> int:
    return sum(1 for _ in frames(probe(str(clip)), "counted", began=BEGAN, fps=fps))


def _until(happened: Callable[[], bool], what: str) -> None:
    latest = monotonic() + _LONGEST
    while not happened():
        if monotonic() > latest:
            raise OSError(f"waited {_LONGEST:g} s in vain for {what}")
        sleep(0.02)


if __name__ == "__main__":
    main()
