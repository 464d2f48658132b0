"""Footage through the real path into a folder of its own: plan, watch, index, as `passerby ingest` does."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from models.types import Detections
from pipeline import build
from pipeline.footage.probe import probe
from pipeline.ingest import WatchStep, index_next, plan, watch_next
from pipeline.ports import Encoder, Index, Media
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.watch import Watch
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import open_index
from storage.types import Shot

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)  # of every clip; nothing depends on which time it is


@dataclass(slots=True)
class Counts:
    """How much was seen; a `pipeline.ingest.Report`."""

    frames: int = 0  # taken from the footage
    people: int = 0  # tracks that were kept

    def frame(self) -> None:
        """One more frame was watched."""
        self.frames += 1

    def person(self) -> None:
        """One more person was kept."""
        self.people += 1


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """Footage that can be searched."""

    search: Search
    shots: tuple[Shot, ...]  # every one that was kept


@contextmanager
def passed(clips: Mapping[str, Path], folder: Path, *, weights: str, detector: str) -> Iterator[Passed]:
    """Watch and index the clips into `folder`, each as the camera that it stands under.

    Raises OSError or ValueError when footage or weights cannot be used.
    """
    settings = own_settings(folder, model=weights, detector=detector)
    network = build.encoder(settings)
    with (
        closing(Ledger(settings.database_url)) as ledger,
        closing(open_index(settings.index_url, network.model)) as index,
    ):
        step = build.watch_step(settings, ledger)
        watch_all(clips, step, seconds=settings.chunk_seconds)
        index_all(step, network, open_media(settings.media_url), index, batch=settings.batch)
        index.optimize()
        search = Search(network, index, pool=settings.pool, threshold=network.threshold)
        shots = tuple(shot for chunk in ledger.jobs() for shot in ledger.shots(chunk))
        yield Passed(search, shots)


def own_settings(folder: Path, *, model: str, detector: str) -> Settings:
    """The settings of the environment, but with everything kept below `folder`: no index of a user's."""
    return Settings(
        data=folder,
        index=f"edge:{folder / 'index'}",
        media=f"file:{folder / 'media'}",
        database=f"sqlite:///{folder / 'passerby.db'}",
        model=model,
        detector=detector,
    )


def warm(watching: Watch, clips: Iterable[Path]) -> None:
    """What a worker does once: a network compiled for each size of pictures, tables of colours."""
    somebody = Detections(np.array([[0, 0, 32, 64]], np.float32), np.ones(1, np.float32))
    for clip in clips:
        width, height = probe(str(clip)).size or (64, 64)
        picture = np.zeros((height, width, 3), np.uint8)
        watching.detector.detect([picture])
        watching.tracker("").update(somebody, picture)


def watch_all(clips: Mapping[str, Path], step: WatchStep, *, seconds: float) -> Counts:
    """Watch every clip as the camera that it stands under, in chunks of `seconds`.

    Raises ValueError when some of it cannot be used: a figure of half the footage is none.
    """
    counts = Counts()
    for camera, clip in clips.items():
        done = plan([str(clip)], camera, step, began=BEGAN, seconds=seconds)
        if done.refused:
            raise ValueError(done.refused[0])
    while watch_next(step, counts) is not None:
        pass
    aside = step.ledger.jobs([State.QUARANTINED])
    if aside:
        raise ValueError(f"{aside[0].source} could not be watched: {aside[0].reason}")
    return counts


def index_all(step: WatchStep, encoder: Encoder, media: Media, index: Index, *, batch: int) -> None:
    """Index everything watched. Raises ValueError when some of it cannot be."""
    while index_next(step.ledger, encoder, media, index, batch=batch) is not None:
        pass
    aside = step.ledger.jobs([State.QUARANTINED])
    if aside:
        raise ValueError(f"{aside[0].source} could not be indexed: {aside[0].reason}")
