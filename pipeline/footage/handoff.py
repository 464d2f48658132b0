"""What one chunk of footage leaves to the next: the people still in view."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from storage.types import Box

VERSION = 2


@dataclass(frozen=True, slots=True)
class KeptView:
    """A `pipeline.footage.shots.View` whose pixels lie in the media store."""

    taken: datetime
    box: Box
    score: float
    quality: float
    layout: tuple[int, ...]
    key: str


@dataclass(frozen=True, slots=True)
class OpenTrack:
    """A person who had not left when the chunk ended."""

    number: int
    follows: int  # the tracker's number for them
    began: datetime
    last: datetime  # last seen
    seen: int  # frames
    scores: float  # their sum
    tallest: float  # pixels
    views: tuple[KeptView, ...]


@dataclass(frozen=True, slots=True)
class Handoff:
    """The state at a border of chunks, small and plain enough for the ledger."""

    next_number: int = 1  # of the next new person of this camera and source
    tracks: tuple[OpenTrack, ...] = ()
    tracker: str = ""  # its state

    def keys(self) -> frozenset[str]:
        """The pictures in the media store that this state needs."""
        return frozenset(view.key for track in self.tracks for view in track.views)

    def to_json(self) -> str:
        return json.dumps({"version": VERSION, **asdict(self)}, default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "Handoff":
        """An empty text is the beginning of a source. Raises ValueError for no hand-over of this version."""
        if not text:
            return cls()
        try:
            record = json.loads(text)
            if record["version"] != VERSION:
                raise ValueError(f"it has version {record['version']}")
            return cls(record["next_number"], tuple(map(_track, record["tracks"])), record["tracker"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"the hand-over of a chunk cannot be read ({error}); watch the source anew."
            ) from error


def _track(record: dict[str, Any]) -> OpenTrack:
    changed = {
        "began": datetime.fromisoformat(record["began"]),
        "last": datetime.fromisoformat(record["last"]),
        "views": tuple(_view(view) for view in record["views"]),
    }
    return OpenTrack(**{**record, **changed})


def _view(record: dict[str, Any]) -> KeptView:
    changed = {
        "taken": datetime.fromisoformat(record["taken"]),
        "box": _box(record["box"]),
        "layout": tuple(record["layout"]),
    }
    return KeptView(**{**record, **changed})


def _box(corners: list[float]) -> Box:
    x1, y1, x2, y2 = corners
    return (x1, y1, x2, y2)
