"""The hand-labelled people of the real-footage lookup benchmark, cut out of the clips."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import PIL.Image

from models.types import Image


@dataclass(frozen=True, slots=True, eq=False)
class GalleryCrop:
    """One labelled person in one frame."""

    id: str
    source: str
    frame: int  # in decoding order, from 0
    box: tuple[int, int, int, int]  # x1 y1 x2 y2 in pixels of the frame
    identity: str
    hard: bool  # partly hidden, cut off or two people in the box
    image: Image


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """One description and whom it is true of."""

    id: str
    style: str  # "sentence", "short", "negation" or "absent"
    text: str
    relevant: frozenset[str]  # identities
    ambiguous: frozenset[str]  # identities that count neither way


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """The whole benchmark."""

    gallery: tuple[GalleryCrop, ...]
    queries: tuple[LookupQuery, ...]
    notes: Mapping[str, str]  # identity: what the labeller saw; for scoring only, no model may read it


def shared_folder() -> Path:
    """Where the footage and its labels lie: PASSERBY_SHARED, or `shared` beside the repository."""
    return Path(os.environ.get("PASSERBY_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def read_footage(shared: Path) -> Footage:
    """Read the labels in `real-lookup` and cut every gallery box out of the clips in `footage`.

    Raises:
        FileNotFoundError: the folder does not hold the benchmark.
        ValueError: a clip ends before a labelled frame.
    """
    path = shared / "real-lookup" / "dev.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there; set PASSERBY_SHARED to the folder that holds real-lookup"
        )
    labels = json.loads(path.read_text(encoding="utf-8"))
    gallery: list[GalleryCrop] = []
    for source in labels["sources"]:
        boxes = [entry for entry in labels["gallery"] if entry["source"] == source["name"]]
        pictures = _frames(shared / "footage" / source["file"], sorted({entry["frame"] for entry in boxes}))
        for entry in boxes:
            x1, y1, x2, y2 = box = tuple(entry["box"])
            picture = np.ascontiguousarray(pictures[entry["frame"]][y1:y2, x1:x2])
            gallery.append(GalleryCrop(**(entry | {"box": box, "image": picture})))
    queries = tuple(
        LookupQuery(q["id"], q["style"], q["text"], frozenset(q["relevant"]), frozenset(q["ambiguous"]))
        for q in labels["queries"]
    )
    notes = {person["id"]: person["note"] for person in labels["identities"]}
    return Footage(tuple(gallery), queries, notes)


def _frames(path: Path, wanted: Sequence[int]) -> dict[int, Image]:
    """The wanted frames, counted while decoding from the start: seeking may be off by a few."""
    if path.suffix == ".jpg":
        with PIL.Image.open(path) as picture:
            return {0: np.asarray(picture.convert("RGB"))}
    found: dict[int, Image] = {}
    with av.open(str(path)) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if number in wanted:
                found[number] = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            if number >= wanted[-1]:
                return found
    raise ValueError(f"{path} ends before frame {wanted[-1]}; fetch it again")
