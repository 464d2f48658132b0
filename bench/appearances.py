"""How often people of two cameras are put together rightly, by looks alone.

    python -m bench.appearances [--people FOLDER] [--weights W.safetensors] [--shared ../shared]

Three answers: the demo's two clips, in which two people walk past both cameras; real footage of three
places, where every link is wrong; and, with the folder of a data set of `synthesis`, rooms of 30 rendered
people, half of whom stand in another room too, in another light and before another camera.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.end_to_end import clips_in, identity
from bench.footage import read_footage, shared_folder
from bench.passage import BEGAN, Passed, passed
from bench.places import Places, read_places
from models.data.dataset import read_dataset, read_image
from models.types import ImageFeatures
from pipeline.appearance import Track, same_person, track_of
from pipeline.evidence import body
from pipeline.ports import Encoder
from storage.types import Hit, Shot, Sighting, Where

DEMO = Path(__file__).parent.parent / "demo"
ROOM, BOTH, ROOMS = 30, 15, 100  # people of a room, of them in the other room too, pairs of rooms


@dataclass(frozen=True, slots=True)
class Links:
    """The pairs of tracks of two cameras in one place."""

    pairs: int
    same: int  # that show one person
    right: int  # of those, put together
    wrong: int  # of two people, put together

    def __add__(self, other: "Links") -> "Links":
        return Links(
            self.pairs + other.pairs,
            self.same + other.same,
            self.right + other.right,
            self.wrong + other.wrong,
        )


def count(hits: Sequence[Hit], encoder: Encoder, who: Callable[[Shot], str | None]) -> Links:
    """Judge what `same_person` makes of the hits; tracks of nobody who is known do not count."""
    looks = same_person(hits, body(encoder.parts))
    names: dict[Track, str | None] = dict.fromkeys(looks)
    for hit in hits:
        track = track_of(hit.sighting.shot)
        names[track] = names[track] or who(hit.sighting.shot)
    known = [track for track in looks if names[track] is not None]
    pairs = [(one, other) for one, other in combinations(known, 2) if one[0] != other[0]]
    same = [names[one] == names[other] for one, other in pairs]
    joined = [looks[one].person == looks[other].person for one, other in pairs]
    right = sum(true and together for true, together in zip(same, joined, strict=True))
    return Links(len(pairs), sum(same), right, sum(joined) - right)


def everybody(passage: Passed) -> list[Hit]:
    """Every sighting of the footage."""
    anybody = passage.search.encoder.encode_text("person").vector
    return passage.search.index.nearest(anybody, len(passage.shots), Where())


class Demo:
    """Who is where in the demo's clips, which are rendered."""

    def __init__(self) -> None:
        text = (DEMO / "truth.json").read_text(encoding="utf-8")
        self._clips: list[dict[str, Any]] = json.loads(text)["clips"]
        self._places = Places(
            {
                clip["camera"]: {
                    person["id"]: [(row[0], np.array(row[1:], np.float32)) for row in person["boxes"]]
                    for person in clip["people"]
                }
                for clip in self._clips
            }
        )

    @property
    def clips(self) -> dict[str, Path]:
        return {clip["camera"]: DEMO / clip["file"] for clip in self._clips}

    def who(self, shot: Shot) -> str | None:
        clip = next(clip for clip in self._clips if clip["camera"] == shot.camera)
        frame = round((shot.taken - BEGAN).total_seconds() * clip["fps"])
        return self._places.who(shot.camera, frame, shot.box)


def rooms(folder: Path, encoder: Encoder, rng: np.random.Generator) -> Iterator[Links]:
    """Pairs of rooms of rendered people, one picture of each person in each room."""
    pictures: dict[int, list[Path]] = {}
    for example in read_dataset(folder).examples:
        pictures.setdefault(example.identity, []).append(example.image)
    people = [files[:2] for files in pictures.values() if len(files) > 1]
    if len(people) < 2 * ROOM - BOTH:
        raise ValueError(f"{folder} has {len(people)} people with two pictures; render more")
    seen = [encoder.encode_images([read_image(file) for file in files]) for files in people[: 10 * ROOM]]
    for _ in range(ROOMS):
        chosen = rng.permutation(len(seen))[: 2 * ROOM - BOTH]
        here, there = chosen[:ROOM], chosen[ROOM - BOTH :]
        hits = [
            _hit(room, place, person, seen[person][number])
            for number, (room, some) in enumerate((("here", here), ("there", there)))
            for place, person in enumerate(some.tolist())
        ]
        yield count(hits, encoder, lambda shot: shot.crop)


def _hit(room: str, place: int, person: int, features: ImageFeatures) -> Hit:
    """Everybody of a room is there at once, so that no two of them can be one."""
    gone = BEGAN + timedelta(minutes=1)
    shot = Shot(room, "bench", place, 0, BEGAN, gone, BEGAN, (0, 0, 64, 128), 1.0, str(person))
    return Hit(Sighting(shot, "bench", features.vector, features.parts), 0.0)


def table(results: dict[str, Links]) -> Table:
    """One row per place."""
    drawn = Table(title="People of two cameras put together by looks")
    for heading in (
        "footage",
        "pairs of tracks",
        "of one person",
        "put together",
        "pairs of two people put together",
    ):
        drawn.add_column(heading, justify="left" if heading == "footage" else "right")
    for name, links in results.items():
        share = f"{links.right} ({100 * links.right / links.same:.0f} %)" if links.same else "-"
        others = links.pairs - links.same
        wrong = f"{links.wrong} of {others:,}"
        if links.right + links.wrong:
            wrong += f", {100 * links.wrong / (links.right + links.wrong):.1f} % of the links"
        drawn.add_row(name, f"{links.pairs:,}", str(links.same), share, wrong)
    return drawn


def _passed(clips: dict[str, Path], folder: str, weights: str) -> AbstractContextManager[Passed]:
    return passed(clips, Path(folder), weights=weights, detector="")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.appearances", description="How often people of two cameras are put together."
    )
    parser.add_argument("--people", type=Path, help="folder of a data set of synthesis")
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder that holds real-lookup")
    options = parser.parse_args(arguments)
    results: dict[str, Links] = {}
    try:
        demo = Demo()
        with tempfile.TemporaryDirectory() as folder, _passed(demo.clips, folder, options.weights) as there:
            encoder = there.search.encoder
            results["the demo, rendered, two cameras"] = count(everybody(there), encoder, demo.who)
        if (options.shared / "real-lookup").is_dir():
            places = read_places(read_footage(options.shared).gallery)
            clips = clips_in(options.shared)
            with tempfile.TemporaryDirectory() as folder, _passed(clips, folder, options.weights) as there:
                hits = everybody(there)
            results["real, three places"] = count(hits, encoder, lambda shot: identity(shot, places))
        if options.people:
            every = list(rooms(options.people, encoder, np.random.default_rng(0)))
            results[f"rendered, {ROOMS} pairs of rooms, one picture each"] = sum(every[1:], every[0])
    except (OSError, ValueError) as error:
        sys.exit(f"appearances: {error}")
    Console(width=150).print(table(results))


if __name__ == "__main__":
    main()
