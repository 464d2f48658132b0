"""Five minutes in the life of a site to which everything happens: is anything lost, doubled or hidden?

    python -m bench.faults [--seconds 300] [--seed 1] [--every 12] [--json FILE] [--folder FOLDER]

Four cameras speak RTSP, a folder holds files of which some are none, and the processes are those of
`passerby up`, with two searchers and two beats, under its supervisor. Redis, Postgres and GStreamer's RTSP
server are the real ones; in place of a Qdrant server there is a stand-in that speaks its gRPC. The seed
decides what is killed and when the rest happens.

Live footage is never the same twice, so "equal to a run without faults" means: the segments that this run
recorded, and the files, are worked on once more by one process that nobody disturbs, and give the same
chunks, shots, crops and vectors. What was not recorded has to stand in the database as a gap. A chunk that
was set aside because three of its workers were killed is set aside in the second run as well.

Needs root for the small disk that is filled; it is not for a machine that runs a site.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.console import Console

from bench.faults.report import faults, kept, latency, promises, record
from bench.faults.run import run
from bench.faults.site import Parts
from pipeline import build

DEMO = Path(__file__).parents[2] / "demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was done and what held; 1 when something did not hold, 2 when something is missing."""
    parser = argparse.ArgumentParser(
        "python -m bench.faults", description="A site that everything happens to."
    )
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=12.0, help="seconds from one kill to the next, about")
    parser.add_argument("--fps", type=float, default=2.0, help="frames analysed a second of each camera")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    parser.add_argument("--folder", type=Path, help="an empty one, where everything lies and logs stay")
    options = parser.parse_args(arguments)
    if options.seconds < 60:
        parser.error("give it 60 seconds or more")
    cv2.setNumThreads(1)  # as the commands do
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no process behind
    parts = Parts(
        worker=(sys.executable, "-m", "celery", "--app", "workers.app", "worker"),
        step=build.watch_step,
        encoder=build.encoder,
        clips=sorted(DEMO.glob("*.mp4")),
        question="somebody in a red jacket",
        fps=options.fps,
    )
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = options.folder or Path(temporary)
        try:
            outcome = run(folder, parts, seed=options.seed, seconds=options.seconds, every=options.every)
        except OSError as error:
            sys.stderr.write(f"faults: {error}\n")
            return 2
    console = Console(width=150)
    console.print(faults(outcome))
    console.print(kept(outcome))
    half, most = latency(outcome)
    console.print(
        f"Segments were searchable {half:.0f} s after their end (median), 95 of 100 within {most:.0f} s. "
        f"Nothing waited {outcome.recovery:.0f} s after the last fault."
    )
    if options.json:
        options.json.write_text(json.dumps(record(outcome), indent=2) + "\n")
    return 0 if all(each.held for each in promises(outcome)) else 1


if __name__ == "__main__":
    sys.exit(main())
