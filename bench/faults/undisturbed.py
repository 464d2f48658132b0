"""The same footage once more, with nothing going wrong, and what is different then."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np

from bench.faults.site import Parts, Site
from bench.passage import Counts
from bench.servers.qdrant import StayingClient
from models.types import Floats
from pipeline.ingest import index_next, watch_next
from pipeline.settings import Settings
from storage.footage.cameras import Cameras
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.media import open_media
from storage.sightings.index import Index, open_index
from storage.sightings.qdrant import QdrantIndex
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Shot, Sighting, Where

DIED = "died or overran"  # in the reason of a chunk that was set aside for its workers' sake
CLOSE = 1e-3  # a server keeps half precision
_EVERYTHING = 1_000_000  # more than any run finds
_NAMED = 12  # tracks that are named where runs differ


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """All that a run left."""

    chunks: dict[str, Chunk]
    shots: dict[UUID, Shot]
    sightings: dict[UUID, Sighting]
    number: int  # of sightings, as the index counts them
    crops: dict[str, bytes]  # the files, by key
    strays: tuple[str, ...]  # crops of chunks that were set aside half watched: deleted after a day


def left_by(site: Site, parts: Parts) -> Kept:
    """What the site holds now."""
    encoder = parts.encoder(site.settings)
    with closing(open_index(site.settings.index, encoder.model)) as index:
        return _kept(site.settings, index, encoder.encode_text(parts.question).vector)


def undisturbed(site: Site, parts: Parts, after: Kept) -> Kept:
    """The footage of the site worked on by one process that nobody disturbs.

    What was set aside because its workers died is set aside here as well, at its turn.
    """
    folder = site.folder / "undisturbed"
    settings = Settings(
        data=folder,
        database=f"sqlite:///{folder / 'passerby.db'}",
        index="",
        media="",
        broker="",
        fps=parts.fps,
    )
    with (
        closing(Cameras(site.settings.database_url)) as theirs,
        closing(Cameras(settings.database_url)) as ours,
    ):
        for camera in theirs.all():
            ours.put(camera)
    encoder, media = parts.encoder(settings), open_media(settings.media_url)
    local = Server(StayingClient(), "local mode", Cluster())
    with (
        closing(Ledger(settings.database_url)) as ledger,
        closing(QdrantIndex(local, encoder.model)) as index,
    ):
        ledger.plan(_afresh(chunk, site) for chunk in after.chunks.values())
        step = parts.step(settings, ledger)
        while watch_next(step, Counts()) is not None:
            pass
        while index_next(ledger, encoder, media, index, batch=settings.batch) is not None:
            pass
        return _kept(settings, index, encoder.encode_text(parts.question).vector)


def _afresh(chunk: Chunk, site: Site) -> Chunk:
    """The chunk as it was when it was planned, its footage where it is kept."""
    if chunk.state is State.QUARANTINED and DIED in chunk.reason:
        return chunk
    source = chunk.source
    if chunk.source.startswith(str(site.settings.segments)):
        source = str(site.kept / Path(chunk.source).relative_to(site.settings.segments))
    return replace(
        chunk,
        source=source,
        state=State.QUEUED,
        attempts=0,
        worker="",
        lease_until=None,
        reason="",
        handoff="",
    )


def _kept(settings: Settings, index: Index, vector: Floats) -> Kept:
    with closing(Ledger(settings.database_url)) as ledger:
        chunks = ledger.jobs()
        shots = [shot for chunk in chunks for shot in ledger.shots(chunk)]
    hits = index.nearest(vector, _EVERYTHING, Where())
    media = Path(settings.media_url.removeprefix("file:"))
    crops = {
        str(path.relative_to(media)): path.read_bytes()
        for path in sorted(media.rglob("*"))
        if path.is_file() and path.relative_to(media).parts[0] != "open"
    }
    known = {shot.crop for shot in shots}
    broken = {chunk.camera for chunk in chunks if chunk.state is State.QUARANTINED and DIED in chunk.reason}
    strays = tuple(key for key in crops if key not in known and key.partition("/")[0] in broken)
    return Kept(
        {chunk.id: chunk for chunk in chunks},
        {shot.id: shot for shot in shots},
        {hit.sighting.shot.id: hit.sighting for hit in hits},
        index.count(),
        {key: content for key, content in crops.items() if key not in strays},
        strays,
    )


def differences(one: Kept, other: Kept) -> list[str]:
    """Where two runs over the same footage differ, a sentence each; none when they are equal."""
    said = []
    for chunk in one.chunks.values():
        if chunk.state is not other.chunks[chunk.id].state:
            said.append(f"{chunk.camera} {chunk.began}: {chunk.state}, not {other.chunks[chunk.id].state}")
    if one.shots != other.shots:
        said.append(_apart("shots", one.shots.keys(), other.shots.keys()) + _where(one.shots, other.shots))
    if one.sightings.keys() != other.sightings.keys():
        said.append(_apart("sightings", one.sightings.keys(), other.sightings.keys()))
    else:
        far = [
            identity
            for identity in one.sightings
            if not _same(one.sightings[identity], other.sightings[identity])
        ]
        if far:
            said.append(f"{len(far)} sightings have other vectors")
    if one.crops != other.crops:
        said.append(_apart("crops", one.crops.keys(), other.crops.keys()))
    return said


def doubles(kept: Kept) -> list[str]:
    """What a run left too often, too seldom or half, a sentence each."""
    said = []
    if kept.number != len(kept.sightings):
        said.append(f"the index counts {kept.number} sightings and shows {len(kept.sightings)}")
    if kept.sightings.keys() != kept.shots.keys():
        said.append(_apart("index and ledger", kept.sightings.keys(), kept.shots.keys()))
    if kept.crops.keys() != {shot.crop for shot in kept.shots.values()}:
        said.append(
            _apart("crops and ledger", kept.crops.keys(), {shot.crop for shot in kept.shots.values()})
        )
    people = {(shot.camera, shot.source, shot.track, shot.shot) for shot in kept.shots.values()}
    if len(people) != len(kept.shots):
        said.append(f"{len(kept.shots)} shots are of {len(people)} tracks and numbers")
    return said


def _apart(what: str, one: Iterable[object], other: Iterable[object]) -> str:
    first, second = set(one), set(other)
    return (
        f"{what}: {len(first - second)} only here, {len(second - first)} only there, of {len(first | second)}"
    )


def _where(one: Mapping[UUID, Shot], other: Mapping[UUID, Shot]) -> str:
    """Whose shots are not the same in both, the first few."""
    apart = {
        f"{shot.camera} from {shot.began:%H:%M:%S} to {shot.ended:%H:%M:%S}, {shot.source[-6:]} {shot.track}"
        for mine, others in ((one, other), (other, one))
        for identity, shot in mine.items()
        if others.get(identity) != shot
    }
    return f" ({'; '.join(sorted(apart)[:_NAMED])})"


def _same(one: Sighting, other: Sighting) -> bool:
    return bool(
        one.shot == other.shot
        and np.allclose(one.vector, other.vector, atol=CLOSE)
        and np.allclose(one.parts.astype(np.float32), other.parts.astype(np.float32), atol=CLOSE)
    )
