"""The folder of one model's index: who has it open, what made it, and whether the disk has room."""

import fcntl
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from storage.errors import InUseError, NewerSchemaError, NoSpaceError

SCHEMA = 2  # of the folder: index.json, shard/, parts.f16; in 1 vectors had single precision


@dataclass(frozen=True, slots=True)
class Manifest:
    """`index.json`: what the vectors in the folder are."""

    model: str  # name@sha8 of the weights
    vector: int  # dimensions
    parts: tuple[int, int]  # (p, e)
    schema: int = SCHEMA


def read_manifest(folder: Path) -> Manifest | None:
    """Return None when nothing has been added to the folder yet; raises NewerSchemaError."""
    try:
        fields = json.loads((folder / "index.json").read_text())
    except FileNotFoundError:
        return None
    if fields["schema"] > SCHEMA:
        raise NewerSchemaError(
            f"the index in {folder} has version {fields['schema']} and this program reads up to {SCHEMA}: "
            "upgrade the program or name another folder"
        )
    return Manifest(fields["model"], fields["vector"], tuple(fields["parts"]), fields["schema"])


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write_whole(folder / "index.json", json.dumps(asdict(manifest), indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Replace a small file so that a reader, or a power cut, meets the old text or the new, never half."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class FolderLock:
    """One process at a time; the operating system lets go when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Raises InUseError, naming the process that has the folder."""
        self._file = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            owner = self._file.read().strip()
            self._file.close()
            raise InUseError(
                f"the index in {folder} is in use by process {owner}: wait until it ends, or stop it"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)  # also for a child that inherited the file
        self._file.close()


def require_space(folder: Path, need: int) -> None:
    """Raise NoSpaceError when the disk of `folder` has less than `need` bytes free.

    Edge writes through memory maps, where a full disk is no error but a bus error that kills the
    process (measured), so it has to be asked beforehand.
    """
    free = shutil.disk_usage(folder).free
    if free < need:
        raise NoSpaceError(
            f"the disk of {folder} has {free >> 20} MiB free and the index needs {need >> 20} MiB to work "
            "safely: free some space or move the index; what was stored before is safe"
        )
