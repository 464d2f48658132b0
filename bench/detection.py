"""Recall, precision and time of the person detector on hand-boxed frames, beside YOLO11n in the same run.

    python -m bench.detection [--shared ../shared] [--weights NAME ...]

The frames are the 30 of `real-lookup/dev.json`; `models.detection.score` follows the rules of its README.
"""

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from bench.footage import shared_folder
from models.detection.detector import PersonDetector, load_detector
from models.detection.score import TALL, Marked, Truth, average_precision, mark
from models.runtimes.choice import Runtime
from models.types import Detections, Image
from pipeline import build
from pipeline.settings import Settings

LEAST = 0.05  # score down to which detections are collected for the average precision


@dataclass(frozen=True, slots=True, eq=False)
class BoxedFrame:
    """One frame with every person boxed by hand."""

    image: Image
    truth: Truth


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """How one detector did. Shares are 0..1."""

    name: str
    threshold: float
    recall: float
    precision: float
    tall_recall: float  # of people at least 60 px high
    tall_precision: float  # of detections at least 60 px high
    average_precision: float  # over all scores, so without a threshold
    milliseconds: float  # of processor time per frame, median, one frame at a time on one thread


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """All detectors on the same frames in the same run."""

    frames: int
    people: int
    rows: tuple[DetectionRow, ...]


def read_boxed_frames(shared: Path) -> list[BoxedFrame]:
    """The hand-boxed frames, found by decoding from the start: seeking may be off by a few.

    Raises FileNotFoundError when the folder does not hold the benchmark.
    """
    labels_path = shared / "real-lookup" / "dev.json"
    if not labels_path.is_file():
        raise FileNotFoundError(
            f"{labels_path} is not there; name the folder that holds real-lookup with --shared"
        )
    labels = json.loads(labels_path.read_text(encoding="utf-8"))
    frames: list[BoxedFrame] = []
    for source in labels["sources"]:
        boxed = {entry["frame"]: entry for entry in labels["boxes"] if entry["source"] == source["name"]}
        if boxed:
            frames += _boxed_frames(shared / "footage" / source["file"], boxed)
    return frames


def _boxed_frames(clip: Path, boxed: Mapping[int, Mapping[str, list[list[float]]]]) -> list[BoxedFrame]:
    frames = []
    with av.open(str(clip)) as video:
        for number, frame in enumerate(video.decode(video=0)):
            if number in boxed:
                people, ignore = (
                    np.array(boxed[number][key], np.float32).reshape(-1, 4) for key in ("people", "ignore")
                )
                image = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
                frames.append(BoxedFrame(image, Truth(people, ignore)))
    if len(frames) != len(boxed):
        raise ValueError(f"{clip} has {len(frames)} of the {len(boxed)} boxed frames; fetch it again")
    return frames


def score(
    detector: PersonDetector, threshold: float, marked: Marked, seconds: float, runtime: Runtime
) -> DetectionRow:
    """The figures of one detector from its marked detections."""
    taken = marked.scores >= threshold
    tall = taken & (marked.heights >= TALL)
    return DetectionRow(
        name=f"{detector.name}, {runtime.kind}",
        threshold=threshold,
        recall=float(marked.right[taken].sum() / marked.people),
        precision=float(marked.right[taken].mean()) if taken.any() else 0.0,
        tall_recall=float(marked.right_tall[taken].sum() / marked.tall_people),
        tall_precision=float(marked.right[tall].mean()) if tall.any() else 0.0,
        average_precision=average_precision(marked),
        milliseconds=1000 * seconds,
    )


def compare(
    shared: Path, weights: Sequence[str], runtimes: Sequence[Runtime] = (Runtime("torch"),)
) -> DetectionResult:
    """Run the detectors over the frames in turns, so that a busy machine slows all of them alike.

    The shipped one ("") is run by each of the runtimes.
    """
    frames = read_boxed_frames(shared)
    ways = [(each, runtime) for each in weights for runtime in (runtimes if not each else runtimes[:1])]
    thresholds = [load_detector(each).threshold for each, _ in ways]
    detectors = [load_detector(each, threshold=LEAST, runtime=runtime) for each, runtime in ways]
    found: list[list[Detections]] = [[] for _ in detectors]
    seconds: list[list[float]] = [[] for _ in detectors]
    for detector in detectors:
        detector.detect([frames[0].image])  # the first pass prepares the kernels
    for frame in frames:
        for detector, answers, times in zip(detectors, found, seconds, strict=True):
            started = time.process_time()
            answers += detector.detect([frame.image])
            times.append(time.process_time() - started)
    truths = [frame.truth for frame in frames]
    rows = tuple(
        score(detector, threshold, mark(truths, answers), statistics.median(times), runtime)
        for (_, runtime), detector, threshold, answers, times in zip(
            ways, detectors, thresholds, found, seconds, strict=True
        )
    )
    return DetectionResult(len(frames), sum(len(truth.people) for truth in truths), rows)


def as_table(result: DetectionResult) -> Table:
    """The result as people read it; time is given beside the first row's."""
    table = Table(title=f"Detection: {result.people} people in {result.frames} frames, IoU 0.5")
    table.add_column("weights")
    for column in ("from", "recall", "precision", "recall 60+", "precision 60+", "AP", "ms", "x time"):
        table.add_column(column, justify="right")
    for row in result.rows:
        shares = (row.recall, row.precision, row.tall_recall, row.tall_precision, row.average_precision)
        times = (f"{row.milliseconds:.0f}", f"{row.milliseconds / result.rows[-1].milliseconds:.2f}")
        table.add_row(row.name, f"{row.threshold:.2f}", *(f"{share:.3f}" for share in shares), *times)
    return table


def main() -> None:
    """The command line; the docstring of this module shows it."""
    parser = argparse.ArgumentParser(description="Measure person detectors on hand-boxed frames.")
    parser.add_argument("--shared", type=Path, default=shared_folder())
    parser.add_argument("--weights", nargs="+", help="detectors; default: the shipped one, then YOLO11n")
    parser.add_argument("--runtimes", nargs="+", default=["torch", "openvino"], help="of the shipped one")
    args = parser.parse_args()
    torch.set_num_threads(1)
    runtimes = [build.runtime(Settings(runtime=kind)) for kind in args.runtimes]
    weights = args.weights or ["", str(args.shared / "weights" / "yolo11n.pt")]
    Console(width=120).print(as_table(compare(args.shared, weights, runtimes)))


if __name__ == "__main__":
    main()
