"""Take footage through the ledger: plan it in chunks, watch each, index what was found."""

import hashlib
import logging
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol

from pipeline import watch
from pipeline.frames import frames
from pipeline.handoff import Handoff
from pipeline.index import index_shots
from pipeline.ports import Encoder, Index, Media
from pipeline.probe import probe
from pipeline.sources import Source, SourceError, chunks, expand
from pipeline.types import Crop, Frame
from storage.chunks import Chunk, State, worker_name
from storage.errors import DamagedError, LeaseLostError
from storage.ledger import Ledger
from storage.types import Shot

LIVE_SECONDS = 20  # of a stream go into the ledger at a time: a person is found that long after leaving
LEASE = timedelta(minutes=30)  # a chunk is a minute of footage; the slowest machine is done by then

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
class WatchStep:
    """What turns a chunk into shots."""

    watch: watch.Watch
    ledger: Ledger
    fps: float
    version: str  # of the settings: see `version`


def version(detector: str, fps: float, seconds: float) -> str:
    """Names the settings that decide what watching finds, so that other settings are other chunks."""
    return hashlib.sha256(f"{detector}|{fps:g}|{seconds:g}".encode()).hexdigest()[:12]


def plan(
    paths: Sequence[str], camera: str, step: WatchStep, *, began: datetime | None, seconds: float
) -> Plan:
    """Enter the footage in the ledger; what is known already stays as it is.

    Several files with one `began` follow each other in the order given, folders by name. Streams are not
    planned: they have no end to cut at. What cannot be used is refused with a reason, the rest goes in.
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
    wanted = [chunk for source in recordings for chunk in _cut(source, camera, seconds, step.version)]
    return Plan(tuple(sources), step.ledger.plan(wanted), tuple(refused))


def _cut(source: Source, camera: str, seconds: float, version: str) -> Iterator[Chunk]:
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


def watch_next(step: WatchStep, report: Report) -> Chunk | None:
    """Watch the oldest chunk that waits; None when none does.

    A chunk whose footage cannot be read is quarantined with the reason. Raises OSError when crops cannot be
    kept, with the chunk given back for another try.
    """
    ledger = step.ledger
    chunk = ledger.claim("watch", worker_name(), LEASE)
    if chunk is None:
        return None
    try:
        _watch_chunk(chunk, step, report)
    except SourceError as error:
        ledger.fail(chunk, str(error), True)
    except LeaseLostError as error:
        log.warning("%s", error)
    except BaseException:
        ledger.release(chunk)
        raise
    return chunk


def _watch_chunk(chunk: Chunk, step: WatchStep, report: Report) -> None:
    source = probe(chunk.source, began=chunk.began - timedelta(seconds=chunk.start))
    assert source.began is not None
    before = Handoff.from_json(step.ledger.handoff_before(chunk))
    work = watch.Watching(_suited(step.watch, source), chunk.camera, before)
    seen = frames(source, chunk.camera, began=source.began, fps=step.fps, start=chunk.start, end=chunk.end)
    media = step.watch.media
    shots = list(_kept(work.crops(_told(seen, report)), chunk.fingerprint, media, report))
    after = Handoff()
    if source.duration is not None and chunk.end >= source.duration:
        shots += _kept(work.close(), chunk.fingerprint, media, report)
    else:
        after = work.hand_over(f"open/{chunk.id}")
    step.ledger.complete_watch(chunk, shots, after.to_json())
    media.delete(before.keys() - after.keys())


def watch_live(source: Source, camera: str, step: WatchStep, report: Report) -> Generator[int]:
    """Watch a stream until it is closed, entering what was seen every LIVE_SECONDS; yields the shots entered.

    When the caller closes the iterator, or the stream fails for good, the people in view are entered too.
    """
    ledger, media = step.ledger, step.watch.media
    stream = frames(source, camera, began=datetime.now(UTC), fps=step.fps)
    before = Handoff()
    slots = groupby(_told(stream, report), key=lambda frame: int(frame.taken.timestamp() // LIVE_SECONDS))
    for slot, seen in slots:
        chunk = _live_chunk(source, camera, slot, step.version)
        work = watch.Watching(step.watch, camera, before)
        shots: list[Shot] = []
        try:
            for shot in _kept(work.crops(seen), chunk.fingerprint, media, report):
                shots.append(shot)
        except BaseException:
            shots += _kept(work.close(), chunk.fingerprint, media, report)
            ledger.enter(chunk, shots)
            raise
        after = work.hand_over(f"open/{chunk.id}")
        ledger.enter(chunk, shots)
        media.delete(before.keys() - after.keys())
        before = after
        yield len(shots)


def _live_chunk(source: Source, camera: str, slot: int, version: str) -> Chunk:
    start = float(slot * LIVE_SECONDS)
    return Chunk(
        camera=camera,
        source=source.name,
        fingerprint=source.fingerprint,
        began=datetime.fromtimestamp(start, UTC),
        start=start,
        end=start + LIVE_SECONDS,
        position=slot,
        version=version,
        state=State.WATCHED,
    )


def _suited(watching: watch.Watch, source: Source) -> watch.Watch:
    """A still image shows everybody once and nothing moves in it."""
    if source.kind != "image":
        return watching
    return replace(watching, settings=replace(watching.settings, min_seen=1, gate=None))


def _told(seen: Iterable[Frame], report: Report) -> Iterator[Frame]:
    for frame in seen:
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
    key = f"{crop.camera}/{began}-{source[:8]}-{crop.track}-{crop.shot}.jpg"
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


def index_next(ledger: Ledger, encoder: Encoder, media: Media, index: Index, *, batch: int) -> Chunk | None:
    """Index the shots of the oldest chunk that waits for it; None when none does.

    A chunk whose crops are lost or damaged is quarantined with the reason. Raises OSError when sightings
    cannot be kept, with the chunk given back for another try.
    """
    chunk = ledger.claim("index", worker_name(), LEASE)
    if chunk is None:
        return None
    try:
        for _ in index_shots(ledger.shots(chunk), encoder, media, index, batch=batch):
            pass
        ledger.complete_index(chunk)
    except (DamagedError, FileNotFoundError, ValueError) as error:
        ledger.fail(chunk, str(error), True)
    except LeaseLostError as error:
        log.warning("%s", error)
    except BaseException:
        ledger.release(chunk)
        raise
    return chunk
