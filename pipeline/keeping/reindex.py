"""Index what the ledger knows and an index lacks: for another model beside the old one, or to heal."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pipeline.index import sightings
from pipeline.ports import Encoder, Index, Media
from storage.errors import DamagedError
from storage.footage.chunks import State
from storage.footage.ledger import Ledger
from storage.types import Shot

KNOWN = tuple(state for state in State if state is not State.QUARANTINED)  # whose shots are to be found


@dataclass(frozen=True, slots=True)
class Survey:
    """How much of the ledger an index holds."""

    shots: int
    missing: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index has come."""

    done: int  # shots indexed
    of: int  # shots to index; grows while footage comes in
    lost: int = 0  # shots whose crops are gone or damaged
    reason: str = ""  # of the last of those


def survey(ledger: Ledger, index: Index) -> Survey:
    """Count the shots of the ledger, and those of them that the index has no sighting of."""
    counted = [(len(shots), len(missing)) for shots, missing in _by_chunk(ledger, index)]
    return Survey(sum(shots for shots, _ in counted), sum(missing for _, missing in counted))


def catch_up(
    ledger: Ledger, encoder: Encoder, media: Media, index: Index, *, batch: int
) -> Iterator[Progress]:
    """Index every shot that the index lacks until nothing is missing but what is lost; say how far that is.

    The last progress is true of the whole: `lost` shots are missing and all others are in the index. Stopped
    at any point, it goes on there when it is called again. Raises OSError when crops cannot be reached or
    sightings cannot be kept.
    """
    done, missing = 0, survey(ledger, index).missing
    while True:
        progress = Progress(done, done + missing)
        yield progress
        fresh = chain.from_iterable(lacking for _, lacking in _by_chunk(ledger, index))
        while some := list(islice(fresh, batch)):
            progress = _index(some, encoder, media, index, progress)
            yield progress
        done, missing = progress.done, survey(ledger, index).missing
        if missing <= progress.lost:
            return


def _index(some: list[Shot], encoder: Encoder, media: Media, index: Index, before: Progress) -> Progress:
    kept, images, lost, reason = [], [], before.lost, before.reason
    for shot in some:
        try:
            images.append(media.get(shot.crop))
        except (FileNotFoundError, DamagedError) as error:
            lost, reason = lost + 1, str(error)
        else:
            kept.append(shot)
    if kept:
        index.add(sightings(kept, images, encoder))
    done = before.done + len(kept)
    return Progress(done, max(before.of, done + lost), lost, reason)


def _by_chunk(ledger: Ledger, index: Index) -> Iterator[tuple[list[Shot], list[Shot]]]:
    """The shots of each chunk, and those of them that the index lacks."""
    for chunk in ledger.jobs(KNOWN):
        shots = ledger.shots(chunk)
        held = index.held(shot.id for shot in shots) if shots else set()
        yield shots, [shot for shot in shots if shot.id not in held]
