"""Render data sets: `python -m synthesis people --out data/people --identities 5000`."""

import argparse
import os
import sys
from pathlib import Path

import cv2

from synthesis.dataset import Order, Sources, finish, render
from synthesis.scenes.clips import render_clips
from synthesis.scenes.dataset import SceneOrder, render_scenes
from synthesis.sheet import contact_sheet


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m synthesis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    people = commands.add_parser("people", help="crops of people with captions, in the format of CUHK-PEDES")
    people.add_argument(
        "--out", type=Path, required=True, help="folder of the data set; what is there is kept"
    )
    people.add_argument("--identities", type=int, default=5000)
    people.add_argument("--pictures", type=int, default=4, help="of each identity")
    people.add_argument("--seed", type=int, default=1)
    people.add_argument("--workers", type=int, default=1)
    people.add_argument("--finish", action="store_true", help="render nothing; list what is there already")
    people.add_argument("--photographs", type=Path, help="labelled real people who join the set")
    people.add_argument("--sheet", type=Path, help="also write a contact sheet to this PNG file")
    clips = commands.add_parser("clips", help="the demonstration: two cameras' recordings and who is in them")
    clips.add_argument("--out", type=Path, required=True, help="folder for the clips and truth.json")
    clips.add_argument("--seed", type=int, default=7)
    scenes = commands.add_parser(
        "scenes", help="scenes with boxes of the people in them, in the format of YOLO"
    )
    scenes.add_argument(
        "--out", type=Path, required=True, help="folder of the data set; what is there is kept"
    )
    scenes.add_argument("--count", type=int, default=2000)
    scenes.add_argument("--seed", type=int, default=1)
    scenes.add_argument("--workers", type=int, default=1)
    scenes.add_argument(
        "--labels", type=Path, help="YOLO labels of the background photographs; else none is used"
    )
    chosen = parser.parse_args()
    try:
        return {"people": _people, "clips": _clips, "scenes": _scenes}[chosen.command](chosen)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _people(chosen: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    order = Order(chosen.out, chosen.identities, chosen.pictures, chosen.seed)
    if chosen.finish:
        print(f"{finish(order.out, chosen.photographs)} pictures in {order.out}")
    else:
        for line in render(order, _sources(), chosen.workers, chosen.photographs):
            print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)
        print()
    if chosen.sheet:
        contact_sheet(chosen.out, chosen.sheet)
    return 0


def _clips(chosen: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    for line in render_clips(_sources().open(), chosen.out, chosen.seed):
        print(line, flush=True)
    return 0


def _scenes(chosen: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    order = SceneOrder(chosen.out, chosen.count, chosen.seed, chosen.labels)
    for line in render_scenes(order, _sources(), chosen.workers):
        print(line, flush=True)
    return 0


def _sources() -> Sources:
    """The folders named by the environment; the defaults lie beside the repository."""
    shared = Path(os.environ.get("PASSERBY_SHARED", "../shared"))
    return Sources(
        Path(os.environ.get("MAKEHUMAN_HOME", shared / "makehuman")),
        Path(os.environ.get("PASSERBY_GARMENTS", shared / "garments")),
        Path(os.environ.get("PASSERBY_BACKGROUNDS", shared / "photos/pictures")),
    )


if __name__ == "__main__":
    raise SystemExit(main())
