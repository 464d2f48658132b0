"""Examples of who is looked for, as they are given on the command line."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pipeline.examples import cut_out
from pipeline.footage.decode import picture
from pipeline.ports import Detector
from pipeline.types import Example
from storage.types import Box


@dataclass(frozen=True, slots=True)
class Given:
    """A sighting by its id, or a picture with or without the box around one person."""

    of: UUID | Path
    box: Box | None = None

    def read(self, detector: Callable[[], Detector]) -> Example:
        """What it stands for. Raises SourceError for a file that is no picture, and as `cut_out`."""
        if isinstance(self.of, UUID):
            return Example(f"sighting {self.of}", self.of)
        return Example(self.of.name, cut_out(picture(str(self.of)), self.of.name, self.box, detector))


def example(text: str) -> Given:
    """An argument of `--like`: ID, PICTURE or PICTURE@x1,y1,x2,y2."""
    try:
        return Given(UUID(text))
    except ValueError:
        path, at, box = text.rpartition("@")
    if not at or Path(text).exists():
        return Given(Path(text))
    try:
        x1, y1, x2, y2 = map(float, box.split(","))
    except ValueError as error:
        raise ArgumentTypeError(f'"{box}" is no box; write PICTURE@x1,y1,x2,y2 in its pixels') from error
    return Given(Path(path), (x1, y1, x2, y2))
