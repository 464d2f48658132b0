"""The part vectors of an index: one flat file of fixed-size rows beside the Qdrant Edge shard.

Reading 200 sets of 11 x 256 takes Edge 37 ms as a multivector and 23 ms inside the payload, because
every number becomes a Python object or text; from this file it takes 1 ms.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from storage.errors import DamagedError, NoSpaceError


class PartsFile:
    """Rows of float16 parts, each marked with the id of its sighting.

    Nothing in use is ever overwritten, so a process that dies while it writes harms no row that a
    point names: `append` writes to the end or into rows that `reclaim` declared free, and the point
    that names a row is written after it. A torn row at the end is ignored and written over.

    Not for use by two threads at once; `EdgeIndex` holds a lock around it.
    """

    def __init__(self, path: Path, shape: tuple[int, int]) -> None:
        """`shape` is (p, e): parts of a sighting, dimensions of a part."""
        self.path = path
        self._row = np.dtype([("id", "V16"), ("parts", "<f2", shape)])
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._length = os.fstat(self._file).st_size // self._row.itemsize  # rows
        self._free: list[int] = []

    def __len__(self) -> int:
        """Rows in the file, free ones included."""
        return self._length

    @property
    def row_bytes(self) -> int:
        """What one sighting takes on the disk."""
        return self._row.itemsize

    def append(self, ids: Sequence[UUID], parts: Sequence[NDArray[np.float16]]) -> list[int]:
        """Write one row for each sighting, wait for the disk and return the row numbers.

        Raises NoSpaceError; the rows that are in use stay whole.
        """
        taken, self._free = self._free[: len(ids)], self._free[len(ids) :]
        fresh = len(ids) - len(taken)
        rows = [*taken, *range(self._length, self._length + fresh)]
        self._length += fresh
        records = np.empty(len(ids), self._row)
        records["id"] = np.frombuffer(b"".join(identity.bytes for identity in ids), "V16")
        records["parts"] = np.stack(parts)
        try:
            for row, record in zip(rows, records, strict=True):
                self._write(row, record.tobytes())
            os.fsync(self._file)
        except OSError as error:
            self._free = rows + self._free  # no point names them yet
            raise NoSpaceError(
                f"cannot write to {self.path} ({error.strerror}): free some space on its disk; "
                "what was stored before is safe"
            ) from error
        return rows

    def read(self, ids: Sequence[UUID], rows: Sequence[int]) -> list[NDArray[np.float16]]:
        """Return the parts (p, e) of each sighting; raises DamagedError when a row is not its own."""
        found = []
        for identity, row in zip(ids, rows, strict=True):
            data = os.pread(self._file, self.row_bytes, row * self.row_bytes)
            if len(data) != self.row_bytes or data[:16] != identity.bytes:
                raise DamagedError(
                    f"{self.path} is damaged at row {row}: restore the index folder from a backup "
                    "or delete it and index the crops again"
                )
            found.append(np.frombuffer(data, self._row)["parts"][0])
        return found

    def reclaim(self, used: Iterable[int], *, blank: bool = False) -> None:
        """Cut unused rows off the end and let later sightings fill the holes; `blank` writes zeros in those.

        `used` are the rows that points name on the disk, not only in memory: a row that comes back
        after a power cut must not have been written over.
        """
        kept = set(used)
        self._length = max(kept, default=-1) + 1
        os.ftruncate(self._file, self._length * self.row_bytes)
        self._free = sorted(set(range(self._length)) - kept)
        if blank:
            for row in self._free:
                self._write(row, bytes(self.row_bytes))
            os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def _write(self, row: int, data: bytes) -> None:
        offset = row * self.row_bytes
        while data:  # a nearly full disk may take a write in pieces
            written = os.pwrite(self._file, data, offset)
            data, offset = data[written:], offset + written
