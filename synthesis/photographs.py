"""Photographs of real people whose looks were written down by eye."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synthesis.looks.colours import to_rgb
from synthesis.looks.look import Carried, Colour, Garment, Look
from synthesis.looks.palette import FAMILIES, HAIR_FAMILIES, Family

LABELS = (
    "labels/open_images_people.json"  # of crops in people/ and boxes in pictures/ of a photographs folder
)
MARGIN = 0.04  # of a box's size, left around a person cut out of a whole picture

Record = dict[str, Any]

BLACK: Record = {"family": "black"}
GUESSES: Record = {  # stand in for what cannot be seen; no caption may speak of it
    "sex": "male",
    "age": "middle-aged",
    "build": "average",
    "height": "average",
    "skin": (0.7, 0.5, 0.4),
    "hair": "short",
    "hair_colour": BLACK,
    "beard": False,
    "glasses": "none",
    "upper": {"kind": "t-shirt", "colour": BLACK},
    "shoes": {"kind": "shoes", "colour": BLACK},
    "carried": (),
    "pose": "stand",
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One person: a look whose unknown details are made up, and which those are."""

    name: str
    image: Path
    turn: float  # degrees by which the picture is to be turned clockwise, so that the person stands upright
    box: tuple[int, int, int, int] | None  # x1 y1 x2 y2 in pixels of the turned picture, None for all of it
    look: Look
    facing: str
    unseen: frozenset[str]  # details of the look that nobody can judge: "shoes", "upper.sleeves"
    captions: tuple[str, ...]  # by whoever looked

    def crop(self) -> np.ndarray[Any, Any]:
        """(height, width, 3) BGR uint8; raises FileNotFoundError when the picture is not there."""
        picture = cv2.imread(str(self.image))
        if picture is None:
            raise FileNotFoundError(
                f"{self.image} cannot be read: name the folder that holds the photographs"
            )
        if self.turn:
            picture = turned(picture, self.turn)
        if self.box is None:
            return picture
        x1, y1, x2, y2 = self.box
        dx, dy = round(MARGIN * (x2 - x1)), round(MARGIN * (y2 - y1))
        return picture[max(0, y1 - dy) : y2 + dy, max(0, x1 - dx) : x2 + dx]


def turned(picture: np.ndarray[Any, Any], degrees: float) -> np.ndarray[Any, Any]:
    """The picture turned clockwise about its middle, on a black canvas that loses nothing of it."""
    height, width = picture.shape[:2]
    move = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    along, across = abs(move[0, 0]), abs(move[0, 1])
    wide, tall = round(height * across + width * along), round(width * across + height * along)
    move[:, 2] += (wide - width) / 2, (tall - height) / 2
    return cv2.warpAffine(picture, move, (wide, tall))


def labelled(folder: Path) -> Iterator[Labelled]:
    """Everybody whose look is known, in the order of the labels; `folder` holds people/ and pictures/."""
    labels = json.loads((files("synthesis") / LABELS).read_text(encoding="utf-8"))
    for part in ("people", "pictures"):
        for name, record in labels[part].items():
            if "skip" not in record:
                yield _labelled(name, folder / part / name.partition("#")[0], record)


def _labelled(name: str, image: Path, record: Record) -> Labelled:
    unseen = set(record["unseen"])
    known = {key: value for key, value in record.items() if value is not None}
    unseen |= {key for key in GUESSES if key not in known}
    look = GUESSES | known
    box = record.get("box")
    return Labelled(
        name,
        image,
        float(record.get("turn", 0)),
        None if box is None else (int(box[0]), int(box[1]), int(box[2]), int(box[3])),
        _look(look),
        record["facing"],
        frozenset(unseen),
        tuple(record["captions"]),
    )


def _look(record: Record) -> Look:
    plain = ("sex", "age", "build", "height", "skin", "hair", "beard", "glasses", "pose")
    upper, shoes = _garment(record["upper"]), _garment(record["shoes"])
    assert upper is not None
    assert shoes is not None
    return Look(
        **{key: record[key] for key in plain},
        hair_colour=_colour(record["hair_colour"], HAIR_FAMILIES),
        headwear=_garment(record.get("headwear")),
        upper=upper,
        outer=_garment(record.get("outer")),
        lower=_garment(record.get("lower")),
        shoes=shoes,
        scarf=_colour(record["scarf"], FAMILIES) if record.get("scarf") else None,
        gloves=_colour(record["gloves"], FAMILIES) if record.get("gloves") else None,
        carried=tuple(
            Carried(thing["kind"], _colour(thing["colour"] or BLACK, FAMILIES)) for thing in record["carried"]
        ),
    )


def _garment(record: Record | None) -> Garment | None:
    if record is None:
        return None
    known = {key: value for key, value in record.items() if value is not None}
    known["colour"] = _colour(known.get("colour", BLACK), FAMILIES)
    if "second" in known:
        known["second"] = _colour(known["second"], FAMILIES)
    return Garment(**known)


def _colour(record: Record, families: Mapping[str, Family]) -> Colour:
    """The middle of the family: photographs are named by eye, not measured."""
    red, green, blue = np.clip(to_rgb(families[record["family"]].anchors[0]), 0, 1).tolist()
    return Colour(record["family"], (red, green, blue))
