"""A few pictures with people in known places, on which a runtime has to prove itself.

They are frames of the demonstration clips, which the project rendered itself:

    python -m models.runtimes.sample demo
"""

import json
import sys
from pathlib import Path

import av
import numpy as np
import PIL.Image

from models.types import Image

FOLDER = Path(__file__).parent / "scenes"
EVERY = 10  # seconds between frames of a clip
TALLEST = 60  # pixels: smaller people are not cut out


def scenes() -> list[Image]:
    """The pictures, (height, width, 3) RGB."""
    return [_read(path) for path in sorted(FOLDER.glob("*.jpg"))]


def people() -> list[Image]:
    """The people in them, cut out, (height, width, 3) RGB of many sizes."""
    boxes = json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))
    pictures = {name: _read(FOLDER / name) for name in boxes}
    return [pictures[name][y1:y2, x1:x2] for name, rows in boxes.items() for x1, y1, x2, y2 in rows]


def take(demo: Path) -> None:
    """Make the pictures and the places of people in them from the clips and their truth."""
    FOLDER.mkdir(exist_ok=True)
    boxes: dict[str, list[list[int]]] = {}
    for clip in json.loads((demo / "truth.json").read_text(encoding="utf-8"))["clips"]:
        every = EVERY * clip["fps"]
        with av.open(str(demo / clip["file"])) as footage:
            for number, frame in enumerate(footage.decode(video=0)):
                if number % every == every // 2:
                    name = f"{clip['camera']}-{number:04}.jpg"
                    picture = PIL.Image.fromarray(frame.to_ndarray(format="rgb24"))
                    picture.save(FOLDER / name, quality=92)
                    rows = [
                        row[1:] for person in clip["people"] for row in person["boxes"] if row[0] == number
                    ]
                    boxes[name] = [row for row in rows if row[3] - row[1] >= TALLEST]
    text = json.dumps(boxes).replace("]], ", "]],\n ")
    (FOLDER / "people.json").write_text(text + "\n", encoding="utf-8")


def _read(path: Path) -> Image:
    with PIL.Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


if __name__ == "__main__":
    take(Path(sys.argv[1]))
