"""Let a camera's finished segments be watched that the ledger has not heard of."""

import logging
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pipeline.footage.sources import SourceError
from pipeline.recording.segments import chunk_of, end_of, finished
from storage.footage.chunks import Chunk
from storage.footage.recordings import Recordings

log = logging.getLogger(__name__)


def enter_finished(
    folder: Path, version: str, recordings: Recordings, *, last: Chunk | None = None
) -> Chunk | None:
    """Enter what lies in a camera's folder since the last segment that the ledger knows, up to `last`.

    That is what a recorder left that was killed or had no database, and a day of a camera whose footage is
    watched at night. Each session but the newest gets its end, for a recorder may still be adding to that
    one. Returns the newest segment's chunk, None when there is none that can be read.
    """
    run: list[Chunk] = []  # newest first, down to the one that is known
    for chunk in _newest_first(folder, version):
        if last and chunk.source > last.source:
            continue
        known = recordings.find(chunk.source)
        run.append(known or chunk)
        if known:
            break
    else:
        known = None
    run.reverse()
    entering = [] if known else run[:1]
    for before, after in pairwise(run):
        if before.fingerprint != after.fingerprint:
            entering.append(end_of(before))
        entering.append(after)
    if entering:
        recordings.enter(entering)
    return run[-1] if run else None


def newest(folder: Path, version: str) -> Chunk | None:
    """The chunk of the last segment in a camera's folder that can be read."""
    return next(_newest_first(folder, version), None)


def _newest_first(folder: Path, version: str) -> Iterator[Chunk]:
    for path in reversed(finished(folder)):
        try:
            yield chunk_of(path, folder.name, version)
        except SourceError as error:
            log.warning("%s", error)
