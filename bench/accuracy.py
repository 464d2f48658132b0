"""What the networks are worth on real footage: crops given, detection, and end to end from the footage.

    python -m bench.accuracy [--weights W.safetensors] [--detector D] [--shared ../shared]

Rules of scoring: README.md of the benchmark's folder, and `bench.end_to_end` for rows of answers.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.console import Console

from bench import detection, lookup
from bench.colour_words import by_colour_words
from bench.end_to_end import end_to_end, rows_table, scores_table
from bench.footage import read_footage, shared_folder
from models.acsa.encoder import load_encoder


def report(shared: Path, weights: str, detector: str, console: Console) -> None:
    """Measure and print, table by table. Raises OSError or ValueError for weights or footage out of order."""
    footage = read_footage(shared)
    images = [crop.image for crop in footage.gallery]
    encoder = load_encoder(weights)
    given = lookup.run_lookup(lookup.by_encoder(encoder, images), footage, threshold=encoder.threshold)
    whole = lookup.run_lookup(by_colour_words(images), footage)
    middle = lookup.run_lookup(by_colour_words(images, middle=0.5), footage)
    peers = {"colour words": whole, "colour words, middle half": middle}
    console.print(lookup.table({**peers, encoder.model: given}))
    peer = str(shared / "weights" / "yolo11n.pt")
    console.print(detection.as_table(detection.compare(shared, [detector, peer])))
    with tempfile.TemporaryDirectory() as folder:
        found = end_to_end(footage, shared, Path(folder), weights=weights, detector=detector)
    console.print(scores_table({"given crops": given, "footage": found}))
    console.print(rows_table(found.rows))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.accuracy", description="What the networks are worth on real footage."
    )
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--detector", default="", help="detector weights (default: the shipped ones)")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder that holds real-lookup")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)  # as the commands do
    try:
        report(options.shared, options.weights, options.detector, Console(width=190))
    except (OSError, ValueError) as error:
        sys.exit(f"accuracy: {error}")


if __name__ == "__main__":
    main()
