"""Where every labelled person of the footage is at any time, so that a sighting gets an identity.

`places.json` fills the time between the gallery boxes of the benchmark: identity to rows of [frame, x1, y1,
x2, y2], a few tenths of a second apart, linked from gallery box to gallery box through a detector's boxes and
then looked at one by one. It is for scoring only.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from bench.footage import GalleryCrop
from models.detection.score import overlap
from models.types import Floats
from storage.types import Box

PLACES = Path(__file__).with_name("places.json")
LEAST = 0.4  # IoU from which a box shows the person there; boxes of one person differ by arms and steps
LONGEST = 16  # frames between two known boxes over which a straight line says where a person is

Known = list[tuple[int, Floats]]  # frame and box (4,), by frame


class Places:
    """The known boxes of everyone, by source."""

    def __init__(self, known: Mapping[str, Mapping[str, Known]]) -> None:
        self._known = known

    def who(self, source: str, frame: int, box: Box) -> str | None:
        """The person whom a box shows: the one it overlaps most; None for nobody."""
        there = self.at(source, frame)
        if not there:
            return None
        shares, _ = overlap(np.array([box], np.float32), np.stack(list(there.values())))
        best = int(shares[0].argmax())
        return list(there)[best] if shares[0, best] >= LEAST else None

    def at(self, source: str, frame: int) -> dict[str, Floats]:
        """Where people are in one frame: box (4,) by identity."""
        found = {person: _between(known, frame) for person, known in self._known.get(source, {}).items()}
        return {person: box for person, box in found.items() if box is not None}


def read_places(gallery: Iterable[GalleryCrop], path: Path = PLACES) -> Places:
    """The places in the file and those of the gallery itself."""
    between: dict[str, list[list[float]]] = json.loads(path.read_text(encoding="utf-8"))
    known: dict[str, dict[str, dict[int, Floats]]] = {}
    for crop in gallery:
        people = known.setdefault(crop.source, {})
        if crop.identity not in people:
            rows = between.get(crop.identity, [])
            people[crop.identity] = {int(row[0]): np.array(row[1:], np.float32) for row in rows}
        people[crop.identity][crop.frame] = np.array(crop.box, np.float32)
    return Places(
        {
            source: {person: sorted(boxes.items()) for person, boxes in people.items()}
            for source, people in known.items()
        }
    )


def _between(known: Known, frame: int) -> Floats | None:
    """The box on the straight line between its neighbours in time; None where nobody can say."""
    after = bisect_left(known, frame, key=lambda entry: entry[0])
    if after < len(known) and known[after][0] == frame:
        return known[after][1]
    if after in (0, len(known)):
        return None
    (first, start), (last, end) = known[after - 1], known[after]
    if last - first > LONGEST:
        return None
    share = np.float32((frame - first) / (last - first))
    return start + share * (end - start)
