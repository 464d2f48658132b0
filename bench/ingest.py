"""How fast footage is ingested, beside the plain script that one writes first, in the same run.

    python -m bench.ingest [--clip F ...] [--weights W] [--detector D] [--peer-detector D] [--json FILE]

Each side runs in a process of its own, one after the other, on one thread, with its networks loaded before
the clock starts. Seconds are wall clock: nothing else should run on the machine.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import torch
from rich.console import Console
from rich.table import Table

from bench import plain
from bench.footage import shared_folder
from bench.passage import BEGAN, index_all, own_settings, warm, watch_all
from bench.peers import ClipTower
from bench.stages import Stages
from pipeline import build
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.ports import Tracker
from pipeline.settings import Settings
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_index

DEMO = Path(__file__).parents[1] / "demo"


@dataclass(frozen=True, slots=True)
class IngestResult:
    """One side of the comparison."""

    name: str
    footage: float  # seconds
    seconds: float
    processor: float  # seconds of processor time
    frames: int  # taken from the footage
    kept: int  # vectors in the index
    stages: dict[str, float]  # seconds
    peak: int  # bytes of memory at most, everything loaded included


Side = Callable[[Sequence[Path], str, str], IngestResult]


def ours(clips: Sequence[Path], weights: str, detector: str) -> IngestResult:
    """The real path, with the parts behind the ports timed; decoding is timed alone, after the run."""
    cv2.setNumThreads(1)  # as the commands do
    stages = Stages()
    with tempfile.TemporaryDirectory() as name:
        settings = own_settings(Path(name), model=weights, detector=detector)
        network, media = build.encoder(settings), open_media(settings.media_url)
        with (
            closing(Ledger(settings.database_url)) as ledger,
            closing(open_index(settings.index_url, network.model)) as index,
        ):
            step = build.watch_step(settings, ledger)
            warm(step.watch, clips)
            stages.time(step.watch.detector, "detector", "detect")
            stages.time(step.watch.media, "crops", "put")
            stages.time(media, "crops", "get")
            stages.time(network, "embedding", "encode_images")
            stages.time(index, "index", "add", "optimize")
            step = replace(step, watch=replace(step.watch, tracker=_timed(step.watch.tracker, stages)))
            started, worked = time.perf_counter(), time.process_time()
            cameras = {f"camera {number}": clip for number, clip in enumerate(clips)}
            counts = watch_all(cameras, step, seconds=settings.chunk_seconds)
            index_all(step, network, media, index, batch=settings.batch)
            index.optimize()
            seconds = time.perf_counter() - started
            processor = time.process_time() - worked
            kept = index.count()
    peak = _peak()
    spent = stages.take()
    spent["gate, best shots, ledger, waiting for frames"] = seconds - sum(spent.values())
    spent["decoding, in a thread of its own"] = _decoding(clips, settings.fps)
    return IngestResult("passerby", _length(clips), seconds, processor, counts.frames, kept, spent, peak)


def peer(clips: Sequence[Path], weights: str, detector: str) -> IngestResult:
    """The plain script on the same footage at the same rate, with an encoder of CLIP's size."""
    with tempfile.TemporaryDirectory() as name:
        torch.set_num_threads(1)
        script = plain.PlainScript(ClipTower(), detector, Path(name))
        started, worked = time.perf_counter(), time.process_time()
        for clip in clips:
            script.take(clip, Settings().fps)
        seconds = time.perf_counter() - started
        processor = time.process_time() - worked
        stages = script.stages.take()
    stages["decoding, glue"] = seconds - sum(stages.values())
    return IngestResult(
        "plain script", _length(clips), seconds, processor, script.frames, script.kept, stages, _peak()
    )


def apart(side: Side, clips: Sequence[Path], weights: str, detector: str) -> IngestResult:
    """Run one side in a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(side, clips, weights, detector).result()


def table(first: IngestResult, second: IngestResult) -> Table:
    """Both sides and what the second takes in times of the first."""
    drawn = Table(title=f"Ingest: {first.footage:.1f} s of footage, one thread")
    for heading in ("", first.name, second.name, "ratio"):
        drawn.add_column(heading, justify="right" if heading else "left")
    rows = {
        "x real time": (first.footage / first.seconds, second.footage / second.seconds, "{:.2f}"),
        "analysed frames / s": (first.frames / first.seconds, second.frames / second.seconds, "{:.1f}"),
        "vectors kept": (first.kept, second.kept, "{:.0f}"),
        "peak memory, MiB": (first.peak / 2**20, second.peak / 2**20, "{:.0f}"),
    }
    for name, (one, other, form) in rows.items():
        drawn.add_row(name, form.format(one), form.format(other), f"{one / other:.2f}")
    drawn.add_section()
    for name in dict.fromkeys([*first.stages, *second.stages]):
        cells = []
        for side in (first, second):
            spent = side.stages.get(name)
            cells.append("-" if spent is None else f"{spent:.1f} s, {100 * spent / side.seconds:.0f} %")
        drawn.add_row(name, *cells, "")
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description="How fast footage goes in.")
    parser.add_argument("--clip", type=Path, nargs="+", help="default: vtest.avi, else the demo's clips")
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--detector", default="", help="our detector (default: the shipped one)")
    parser.add_argument("--peer-detector", help="an ultralytics name or path (default: yolo11n.pt)")
    parser.add_argument("--json", type=Path, help="also write both results to this file")
    options = parser.parse_args(arguments)
    try:
        clips = options.clip or default_clips(shared_folder())
        first = apart(ours, clips, options.weights, options.detector)
        second = apart(peer, clips, options.weights, options.peer_detector or published(shared_folder()))
        if options.json:
            options.json.write_text(json.dumps([asdict(first), asdict(second)], indent=2) + "\n")
    except (OSError, ValueError) as error:
        sys.exit(f"ingest: {error}")
    Console(width=110).print(table(first, second))


def default_clips(shared: Path) -> list[Path]:
    """The street of `footage` where it is there, else what the demo ships. Raises FileNotFoundError."""
    street = shared / "footage" / "vtest.avi"
    clips = [street] if street.is_file() else sorted(DEMO.glob("*.mp4"))
    if not clips:
        raise FileNotFoundError(f"no footage in {shared} and none in {DEMO}; name a clip with --clip")
    return clips


def published(shared: Path) -> str:
    """The file in the shared folder, else the name, which ultralytics downloads."""
    path = shared / "weights" / "yolo11n.pt"
    return str(path) if path.is_file() else path.name


def _timed(make: Callable[[str], Tracker], stages: Stages) -> Callable[[str], Tracker]:
    def made(state: str) -> Tracker:
        tracker = make(state)
        stages.time(tracker, "tracker", "update")
        return tracker

    return made


def _decoding(clips: Sequence[Path], fps: float) -> float:
    started = time.perf_counter()
    for clip in clips:
        for frame in frames(probe(str(clip)), "alone", began=BEGAN, fps=fps):
            _ = frame.image
    return time.perf_counter() - started


def _length(clips: Sequence[Path]) -> float:
    return sum(probe(str(clip)).duration or 0.0 for clip in clips)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts KiB


if __name__ == "__main__":
    main()
