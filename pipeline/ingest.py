"""Take footage through the ledger: plan it in chunks, watch each, index what was found."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

from pipeline import watch
from pipeline.footage.ahead import ahead
from pipeline.footage.frames import frames
from pipeline.footage.handoff import VERSION, Handoff
from pipeline.footage.probe import probe
from pipeline.footage.sources import Source, SourceError, chunks, expand
from pipeline.index import index_shots
from pipeline.lease import Held, claimed
from pipeline.ports import Encoder, Index, Media
from pipeline.recording.segments import is_segment, source_of
from pipeline.types import Crop, Decoding, Frame
from storage.errors import DamagedError
from storage.footage.chunks import Chunk
from storage.footage.ledger import Ledger
from storage.types import Shot

AHEAD = 4  # frames that are decoded while others are looked at: 3 MB each at 1920 x 1080
NAME = re.compile(r"\w(?:[\w .-]{0,62}\w)?")  # of a camera; it becomes a folder of crops

log = logging.getLogger(__name__)


class Report(Protocol):
    """Is told how watching goes on."""

    def frame(self) -> None: ...

    def person(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a call has to do."""

    sources: tuple[Source, ...]
    new: int  # chunks entered in the ledger; the others were there before
    refused: tuple[str, ...]  # why a source cannot be used, one sentence each


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """How one camera is to be watched."""

    watch: watch.Watch
    fps: float


@dataclass(frozen=True, slots=True, eq=False)
class WatchStep:
    """What turns a chunk into shots."""

    watch: watch.Watch
    ledger: Ledger
    fps: float
    version: str  # of the settings: see `version`
    wish: Callable[[str], Wish | None] = lambda camera: None  # None: as the step says
    by: Decoding = "processor"  # what decodes


def version(detector: str, fps: float, seconds: float) -> str:
    """Names the settings that decide what watching finds, so that other settings are other chunks."""
    return hashlib.sha256(f"{detector}|{fps:g}|{seconds:g}|{VERSION}".encode()).hexdigest()[:12]


def plan(
    paths: Sequence[str], camera: str, step: WatchStep, *, began: datetime | None, seconds: float
) -> Plan:
    """Enter the footage in the ledger; what is known already stays as it is.

    Several files with one `began` follow each other in the order given, folders by name. Streams are not
    planned but recorded. What cannot be used is refused with a reason, the rest goes in.
    Raises SourceError for a camera's name that cannot be one.
    """
    if not NAME.fullmatch(camera):
        raise SourceError(
            f'"{camera}" cannot name a camera; use letters, digits, spaces, "-", "_" and ".", at most 64'
        )
    sources: list[Source] = []
    refused: list[str] = []
    for path in paths:
        try:
            for found in expand([path]):
                try:
                    source = probe(found, began=began)
                except SourceError as error:
                    refused.append(str(error))
                    continue
                sources.append(source)
                if began is not None:
                    began += timedelta(seconds=source.duration or 0)
        except SourceError as error:
            refused.append(str(error))
    recordings = [source for source in sources if source.kind != "stream"]
    wanted = [chunk for source in recordings for chunk in cut(source, camera, seconds, step.version)]
    return Plan(tuple(sources), step.ledger.plan(wanted), tuple(refused))


def cut(source: Source, camera: str, seconds: float, version: str) -> Iterator[Chunk]:
    """The chunks of a recording, of `seconds` each."""
    assert source.began is not None, "a recording has a beginning"
    for position, span in enumerate(chunks(source, seconds)):
        yield Chunk(
            camera=camera,
            source=source.location,
            fingerprint=source.fingerprint,
            began=source.began + timedelta(seconds=span.start),
            start=span.start,
            end=span.end,
            position=position,
            version=version,
        )


def watch_next(step: WatchStep, report: Report, stop: Event | None = None) -> Chunk | None:
    """Watch the oldest chunk that waits; None when none does.

    A chunk whose footage cannot be read is quarantined with the reason. Raises OSError when crops cannot be
    kept, and StoppedError once `stop` is set, with the chunk given back for another try.
    """
    with claimed(step.ledger, "watch", permanent=(SourceError,), stop=stop) as held:
        if held is not None:
            _watch_chunk(held, step, report)
    return held.work if held else None


def _watch_chunk(held: Held[Chunk], step: WatchStep, report: Report) -> None:
    chunk = held.work
    wish = step.wish(chunk.camera) or Wish(step.watch, step.fps)
    of_chunk: Iterator[Frame] = iter(())
    watching, ends = wish.watch, True
    if chunk.source:  # without: a recorder's session ended here
        source = _source(chunk)
        assert source.began is not None
        watching = _suited(wish.watch, source)
        ends = source.duration is not None and chunk.end >= source.duration
        of_chunk = frames(
            source,
            chunk.camera,
            began=source.began,
            fps=wish.fps,
            start=chunk.start,
            end=chunk.end,
            later=True,
            by=step.by,
        )
    before, work = _taken_up(chunk, step, watching)
    media = step.watch.media
    with closing(ahead(of_chunk, AHEAD, work.resting)) as decoded:
        seen = work.crops(_told(decoded, held, report))
        shots = list(_kept(seen, chunk.fingerprint, media, report))
    after = Handoff()
    if ends:
        shots += _kept(work.close(), chunk.fingerprint, media, report)
    else:
        after = work.hand_over(f"open/{chunk.id}")
    step.ledger.complete_watch(held.work, shots, after.to_json())
    media.delete(before.keys() - after.keys())


def _taken_up(chunk: Chunk, step: WatchStep, watching: watch.Watch) -> tuple[Handoff, watch.Watching]:
    """What the chunk before left, and the watching that goes on from there; from nobody if that is lost."""
    try:
        before = Handoff.from_json(step.ledger.handoff_before(chunk))
        return before, watch.Watching(watching, chunk.camera, before)
    except (DamagedError, FileNotFoundError, ValueError) as error:
        # One person seen twice is better than the rest of a recording not seen at all.
        log.warning("%s from %g s: whoever was in view before is lost (%s)", chunk.source, chunk.start, error)
        return Handoff(), watch.Watching(watching, chunk.camera, Handoff())


def _source(chunk: Chunk) -> Source:
    if is_segment(chunk):
        return source_of(chunk)
    return probe(chunk.source, began=chunk.began - timedelta(seconds=chunk.start))


def _suited(watching: watch.Watch, source: Source) -> watch.Watch:
    """A still image shows everybody once and nothing moves in it."""
    if source.kind != "image":
        return watching
    return replace(watching, settings=replace(watching.settings, min_seen=1, gate=None))


def _told(seen: Iterable[Frame], held: Held[Chunk], report: Report) -> Iterator[Frame]:
    for frame in seen:
        held.hold()
        yield frame
        report.frame()


def _kept(crops: Iterable[Crop], source: str, media: Media, report: Report) -> Iterator[Shot]:
    for crop in crops:
        if crop.shot == 0:
            report.person()
        yield keep(crop, source, media)


def keep(crop: Crop, source: str, media: Media) -> Shot:
    """Store the crop's picture and return its record; a repeat writes the same key."""
    began = crop.began.strftime("%Y-%m-%d/%H%M%S")
    key = f"{crop.camera}/{began}-{source[-8:]}-{crop.track}-{crop.shot}.jpg"
    media.put(key, crop.image)
    return Shot(
        camera=crop.camera,
        source=source,
        track=crop.track,
        shot=crop.shot,
        began=crop.began,
        ended=crop.ended,
        taken=crop.taken,
        box=crop.box,
        score=crop.score,
        crop=key,
    )


def index_next(
    ledger: Ledger, encoder: Encoder, media: Media, index: Index, *, batch: int, stop: Event | None = None
) -> Chunk | None:
    """Index the shots of the oldest chunk that waits for it; None when none does.

    A chunk whose crops are lost or damaged is quarantined with the reason. Raises OSError when sightings
    cannot be kept, and StoppedError once `stop` is set, with the chunk given back for another try.
    """
    faults = (DamagedError, FileNotFoundError, ValueError)
    with claimed(ledger, "index", permanent=faults, stop=stop) as held:
        if held is not None:
            for _ in index_shots(ledger.shots(held.work), encoder, media, index, batch=batch):
                held.hold()
            ledger.complete_index(held.work)
    return held.work if held else None
