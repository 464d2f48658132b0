"""The sighting index in a folder of this machine, on Qdrant Edge (the Qdrant engine in the process)."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from qdrant_edge import (
    CountRequest,
    EdgeConfig,
    EdgeShard,
    FacetRequest,
    FieldCondition,
    Filter,
    HasIdCondition,
    MatchAny,
    ScrollRequest,
    UpdateOperation,
)

from storage.errors import DamagedError, OtherModelError
from storage.sightings.folder import FolderLock, Manifest, read_manifest, require_space, write_manifest
from storage.sightings.parts import PartsFile
from storage.sightings.payload import check, check_limit, check_vector, parts_shape
from storage.sightings.points import (
    create_shard,
    shard_config,
    to_filter,
    to_hit,
    to_point,
    to_query,
    to_sighting,
)
from storage.types import Hit, Sighting, Where

ANYWHERE = Where()
BATCH = 256  # points in one write
CAMERAS = 1_000_000  # more than anybody has
LOG = 32 << 20  # bytes of one piece of the write-ahead log
FILLER = 8 << 20  # bytes, of a log entry that means nothing
RESERVE = 256 << 20  # bytes: Edge preallocates 32 MiB at a time in several files


class EdgeIndex:
    """Keeps the sightings of one model in one folder; one process at a time has it open.

    The dimensions are those of the first sighting ever added. The folder holds `index.json`, `shard/`
    (vectors and payload, with a write-ahead log), `parts.f16` and `lock`. Every call of Edge holds the
    interpreter lock, so another thread of the process waits meanwhile.
    """

    def __init__(self, folder: Path, model: str, *, reserve: int = RESERVE) -> None:
        """`model` is name@sha8; `reserve` is how many bytes of the disk `add` leaves free.

        Raises InUseError, OtherModelError, NewerSchemaError, NoSpaceError or DamagedError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.model = folder, model
        self._reserve = reserve
        self._calls = threading.Lock()
        self._closed = False
        self._manifest: Manifest | None = None
        self._cameras: tuple[str, ...] | None = None  # None: to be counted, which looks at every sighting
        self._lock = FolderLock(folder)
        try:
            manifest = read_manifest(folder)
            if manifest is not None:
                self._load(manifest)
        except BaseException:
            self._lock.release()
            raise

    def add(self, sightings: Sequence[Sighting]) -> None:
        """Keep the sightings; one with a known id replaces it. On return no crash can lose them.

        All are checked before the first is written: ValueError for a wrong shape, NaN, a vector that is
        not of unit length or a time without a zone, OtherModelError for another model. Raises
        NoSpaceError, with everything stored before intact, when the disk is nearly full.
        """
        if not sightings:
            return
        first = sightings[0]
        with self._call():
            manifest = self._manifest or Manifest(self.model, first.vector.size, parts_shape(first))
            check(sightings, self.model, manifest.vector, manifest.parts)
            size = 2 * manifest.parts[0] * manifest.parts[1] + 4 * manifest.vector
            require_space(self.folder, self._reserve + 2 * size * len(sightings))
            if self._manifest is None:
                self._create(manifest)
            if not {sighting.shot.camera for sighting in sightings} <= set(self._cameras or ()):
                self._cameras = None
            latest = list({sighting.shot.id: sighting for sighting in sightings}.values())
            for start in range(0, len(latest), BATCH):
                self._write(latest[start : start + BATCH])

    def nearest(self, vector: NDArray[np.float32], limit: int, where: Where = ANYWHERE) -> list[Hit]:
        """Return at most `limit` sightings, nearest first, whole; `vector` is (d,) of unit length."""
        check_limit(limit)
        query = to_query(vector, limit, where)
        with self._call():
            if self._manifest is None:
                return []
            check_vector(vector, self._manifest.vector, "the query")
            points: Any = self._shard.query(query)  # the stubs do not know what was asked for
            ids = [point.id for point in points]
            parts = self._parts.read(ids, [point.payload["row"] for point in points])
            return [to_hit(*pair) for pair in zip(points, parts, strict=True)]

    def count(self, where: Where = ANYWHERE) -> int:
        """How many sightings there are, exactly."""
        with self._call():
            return self._count(to_filter(where))

    def held(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these shots have a sighting here."""
        with self._call():
            if self._manifest is None:
                return set()
            points = self._shard.retrieve(list(ids), with_payload=False, with_vector=False)
            return {UUID(str(point.id)) for point in points}

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        """The sightings of these shots that are here, whole, in no order."""
        with self._call():
            if self._manifest is None:
                return []
            points: Any = self._shard.retrieve(list(ids), with_payload=True, with_vector=["vector"])
            found = [UUID(str(point.id)) for point in points]
            parts = self._parts.read(found, [point.payload["row"] for point in points])
            return [to_sighting(*pair) for pair in zip(points, parts, strict=True)]

    def cameras(self) -> tuple[str, ...]:
        """The cameras that have sightings, in alphabetical order."""
        with self._call():
            if self._manifest is None:
                return ()
            if self._cameras is None:
                found = self._shard.facet(FacetRequest("camera", limit=CAMERAS, exact=True))
                self._cameras = tuple(sorted(str(hit.value) for hit in found if hit.count))  # 0: all deleted
            return self._cameras

    def delete(self, where: Where) -> int:
        """Forget what `where` describes and return how many that was; `Where()` forgets everything."""
        return self._delete(to_filter(where))

    def delete_ids(self, ids: Iterable[UUID]) -> int:
        """Forget the sightings of these shots; ids that are not there do not matter."""
        return self._delete(Filter(must=[HasIdCondition(set(ids))]))

    def optimize(self) -> None:
        """Make the codes of new sightings, which keep searches fast; give back the space of deleted ones.

        Takes seconds for hundreds of thousands and stops every thread of the process: call it when an ingest
        ends, not while it runs or while people search. Raises NoSpaceError.
        """
        with self._call():
            if self._manifest is not None:
                self._require_twice()
                self._shard.optimize()
                self._shard.flush()
                self._parts.reclaim(self._rows())

    def purge(self) -> None:
        """Leave nothing of deleted sightings in the files, where `optimize` lets a fifth of them lie.

        Makes all codes anew. Raises NoSpaceError.
        """
        with self._call():
            if self._manifest is None:
                return
            self._require_twice()
            self._reload(shard_config(self._manifest, thorough=True))
            self._shard.optimize()
            self._roll_log()
            self._reload(shard_config(self._manifest))
            self._parts.reclaim(self._rows(), blank=True)

    def close(self) -> None:
        """Let go of the folder; a second call does nothing."""
        with self._calls:
            if self._closed:
                return
            self._closed = True
            if self._manifest is not None:
                self._shard.flush()
                self._shard.close()
                self._parts.close()
            self._lock.release()

    @contextmanager
    def _call(self) -> Iterator[None]:
        """One call at a time: rows found by a search must not be reused before they are read."""
        with self._calls:
            if self._closed:
                raise ValueError(f"the index in {self.folder} is closed: open it again")
            yield

    def _load(self, manifest: Manifest) -> None:
        if manifest.model != self.model:
            raise OtherModelError(
                f"the index in {self.folder} was made by model {manifest.model} and cannot answer "
                f"for {self.model}: use that model, or index the footage again into another folder"
            )
        require_space(self.folder, self._reserve // 2)  # opening may preallocate 64 MiB (measured)
        try:
            config = shard_config(manifest)  # a purge that was killed leaves another
            self._shard = EdgeShard.load(str(self.folder / "shard"), config)
        except Exception as error:  # Edge has no narrower class
            raise DamagedError(
                f"the index in {self.folder} does not open ({error}): restore the folder from a backup, "
                "or delete it and index the footage again"
            ) from error
        self._open_parts(manifest)

    def _create(self, manifest: Manifest) -> None:
        # index.json comes last: without it, what a crash left of an earlier attempt holds nothing yet.
        shutil.rmtree(self.folder / "shard", ignore_errors=True)
        (self.folder / "parts.f16").unlink(missing_ok=True)
        self._shard = create_shard(self.folder / "shard", manifest)
        self._open_parts(manifest)
        write_manifest(self.folder, manifest)

    def _open_parts(self, manifest: Manifest) -> None:
        self._parts = PartsFile(self.folder / "parts.f16", manifest.parts)
        self._manifest = manifest

    def _require_twice(self) -> None:
        """Have room for new segments beside the old ones."""
        size = sum(file.stat().st_blocks * 512 for file in self.folder.rglob("*") if file.is_file())
        require_space(self.folder, self._reserve + size)

    def _reload(self, config: EdgeConfig) -> None:
        self._shard.flush()
        self._shard.close()
        self._shard = EdgeShard.load(str(self.folder / "shard"), config)

    def _roll_log(self) -> None:
        """Write the log full with deletions of nothing: it keeps two pieces, whatever was flushed."""
        nothing = Filter(must=[FieldCondition("camera", match=MatchAny(["-" * FILLER]))])
        for _ in range(3 * (LOG // FILLER)):
            self._shard.update(UpdateOperation.delete_points_by_filter(nothing))
            self._shard.flush()

    def _write(self, sightings: Sequence[Sighting]) -> None:
        ids = [sighting.shot.id for sighting in sightings]
        rows = self._parts.append(ids, [sighting.parts for sighting in sightings])
        points = [to_point(*pair) for pair in zip(sightings, rows, strict=True)]
        self._shard.update(UpdateOperation.upsert_points(points))

    def _delete(self, matching: Filter) -> int:
        with self._call():
            number = self._count(matching)
            if number:
                require_space(self.folder, self._reserve // 8)
                self._cameras = None
                self._shard.update(UpdateOperation.delete_points_by_filter(matching))
            return number

    def _count(self, matching: Filter) -> int:
        return 0 if self._manifest is None else self._shard.count(CountRequest(filter=matching))

    def _rows(self) -> Iterator[int]:
        offset = None
        while True:
            request = ScrollRequest(offset=offset, limit=4096, with_payload=["row"])
            points: Any
            points, offset = self._shard.scroll(request)
            yield from (point.payload["row"] for point in points)
            if offset is None:
                return
