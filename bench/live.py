"""Whether this machine keeps up with so many live cameras: how late their footage can be searched.

    python -m bench.live [--cameras 10] [--minutes 10] [--watchers 2] [--json FILE]

Runs `passerby up` with cameras of 1080p at 25 frames a second, two to four people in view on each, from
GStreamer's RTSP server on the same machine. Lag is the age of the oldest footage of a camera that cannot be
searched yet; a segment that is still being recorded counts, by when the last one ended. It may not grow.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from rich.console import Console
from rich.table import Table

from bench.clips import busy_clip
from bench.machine import children, machine, slope
from bench.passage import own_settings
from bench.servers.camera import RtspServer, coded, looped
from bench.servers.server import free_port
from bench.workers import cpu_seconds, running
from storage.footage.cameras import Camera, Cameras
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview

CLIP = 60  # seconds of footage that every camera shows again and again
SAMPLE = 5.0  # seconds between two looks
WARM = 120.0  # seconds before it counts: networks are prepared, first segments come


@dataclass(frozen=True, slots=True)
class Look:
    """How late every camera is at one moment."""

    moment: float  # seconds since counting began
    lags: tuple[float, ...]  # seconds, by camera
    waiting: int  # chunks


@dataclass(frozen=True, slots=True)
class Live:
    """What came of it."""

    machine: str
    cameras: int
    watchers: int
    looks: tuple[Look, ...]
    indexed: int  # chunks that became searchable meanwhile
    aside: int  # chunks that were given up
    people: int  # shots in the ledger
    cores: Mapping[str, float]  # that each process kept busy, on average; the cameras' server is none of ours

    @property
    def growth(self) -> float:
        """Seconds a minute by which the worst lag grows, by a straight line."""
        return slope([(look.moment, max(look.lags)) for look in self.looks])


def run(cameras: int, minutes: float, watchers: int) -> Live:
    """Let the cameras be watched. Raises MissingError without an RTSP server."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sent = coded(busy_clip(folder / "busy.mp4", CLIP), folder / "sent.mkv")
        shown = looped(sent, folder / "shown.mkv", WARM + 60 * minutes + 600)
        names = [f"camera-{number:02d}" for number in range(1, cameras + 1)]
        server = stack.enter_context(RtspServer(**dict.fromkeys(names, shown)).running())
        settings = own_settings(folder / "data", model="", detector="")
        with closing(Cameras(settings.database_url)) as known:
            for name in names:
                known.put(Camera(name, server.url(name)))
        command = (sys.executable, "-m", "pipeline.cli", "up", "--port", str(free_port()))
        up = stack.enter_context(running([*command, "--watchers", str(watchers)], settings)).pid
        sleep(WARM)
        with (
            closing(Overview(settings.database_url)) as overview,
            closing(Ledger(settings.database_url)) as ledger,
        ):
            before, indexed, began = busy(up), ledger.counts()[State.INDEXED], monotonic()
            looks = list(_looks(overview, ledger, names, 60 * minutes, began))
            passed, after, counts = monotonic() - began, busy(up), ledger.counts()
            people = sum(overview.cameras(None).values())
    cores = {name: (after[name] - before.get(name, 0.0)) / passed for name in after}
    return Live(
        machine(),
        cameras,
        watchers,
        tuple(looks),
        counts[State.INDEXED] - indexed,
        counts[State.QUARANTINED],
        people,
        cores,
    )


def _looks(
    overview: Overview, ledger: Ledger, names: Sequence[str], seconds: float, began: float
) -> Iterator[Look]:
    while monotonic() - began < seconds:
        now = datetime.now(UTC)
        ended = dict.fromkeys(names, now)
        ended |= {chunk.camera: _ended(chunk) for chunk in sorted(ledger.jobs(), key=_ended)}
        waiting = {one.camera: one for one in overview.backlog(None)}
        oldest = {name: waiting[name].footage if name in waiting else ended[name] for name in names}
        yield Look(
            monotonic() - began,
            tuple((now - oldest[name]).total_seconds() for name in names),
            sum(one.chunks for one in waiting.values()),
        )
        sleep(SAMPLE)


def _ended(chunk: Chunk) -> datetime:
    return chunk.began + timedelta(seconds=chunk.end - chunk.start)


def busy(up: int) -> dict[str, float]:
    """Seconds of a processor that each process of a site has used, its children with it."""
    return {_name(child): _with_children(child) for child in children(up)}


def _with_children(process: int) -> float:
    return cpu_seconds(process) + sum(map(_with_children, children(process)))


def _name(process: int) -> str:
    words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    return words[words.index("-m") + 1] if "-m" in words else words[0]


def table(live: Live) -> Table:
    """How late the cameras are, minute by minute."""
    drawn = Table(
        "minute", "median lag, s", "worst lag, s", "chunks that wait",
        title=f"{live.cameras} live cameras, {live.watchers} watchers, {live.machine}",
    )  # fmt: skip
    for minute in range(int(live.looks[-1].moment // 60) + 1 if live.looks else 0):
        some = [look for look in live.looks if minute <= look.moment / 60 < minute + 1]
        lags = sorted(lag for look in some for lag in look.lags)
        if lags:
            row = f"{lags[len(lags) // 2]:.0f}", f"{lags[-1]:.0f}", str(max(look.waiting for look in some))
            drawn.add_row(str(minute), *row)
    drawn.add_row("a minute", "", f"{live.growth:+.2f}", "")
    used = ", ".join(f"{name} {cores:.2f}" for name, cores in live.cores.items())
    drawn.caption = (
        f"{live.indexed} chunks became searchable, {live.aside} were set aside, {live.people} shots; "
        f"cores in use: {used}"
    )
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.live", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cameras", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--watchers", type=int, default=2, help="processes that watch (default: 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    options = parser.parse_args(arguments)
    try:
        live = run(options.cameras, options.minutes, options.watchers)
    except (OSError, ValueError) as error:
        sys.exit(f"live: {error}")
    Console(width=110).print(table(live))
    if options.json:
        options.json.write_text(json.dumps({**asdict(live), "growth": live.growth}, indent=1) + "\n")


if __name__ == "__main__":
    main()
