"""Pictures under keys, in a folder or an object store."""

import io
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import numpy as np
from fsspec.implementations.local import LocalFileSystem
from numpy.typing import NDArray
from PIL import Image

from storage.errors import DamagedError

QUALITY = 92  # JPEG; a crop is searched again after every change of model, so it must stay sharp


class FsspecMedia:
    """Keeps RGB pictures as JPEG files in any file system that fsspec knows.

    A reader, or a crash, meets a whole picture or none: object stores put whole objects, and on a
    local disk a picture is written under another name first.
    """

    def __init__(self, files: Any, root: str) -> None:
        """`files` is an fsspec file system and `root` a path in it; `open_media` makes both of a URL."""
        self._files, self._root = files, root.rstrip("/")

    def put(self, key: str, image: NDArray[np.uint8]) -> None:
        """Keep `image`, (height, width, 3) RGB uint8, replacing what was there; OSError when that fails."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(
                f"picture {key!r} is {image.dtype} {image.shape}: pass uint8 (height, width, 3), not empty"
            )
        path = self._path(key)
        encoded = io.BytesIO()
        # Full colour resolution: on a small crop, halved colour blurs exactly what people are described by.
        Image.fromarray(image).save(encoded, "JPEG", quality=QUALITY, subsampling=0)
        try:
            if isinstance(self._files, LocalFileSystem):
                _write_whole(Path(path), encoded.getvalue())
            else:
                self._files.pipe_file(path, encoded.getvalue())
        except OSError as error:
            raise OSError(
                error.errno, f"cannot keep picture {key!r} in {self._root} ({error}): free or unlock its disk"
            ) from error

    def get(self, key: str) -> NDArray[np.uint8]:
        """Return the picture as (height, width, 3) RGB; FileNotFoundError when it is not there, DamagedError
        when it does not decode.
        """
        try:
            data = self._files.cat_file(self._path(key))
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"picture {key!r} is not in {self._root}: it was deleted, or the media URL changed"
            ) from error
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return np.array(picture.convert("RGB"))
        except OSError as error:
            raise DamagedError(
                f"picture {key!r} in {self._root} does not decode ({error}): watch its footage again"
            ) from error

    def exists(self, key: str) -> bool:
        return bool(self._files.isfile(self._path(key)))

    def delete(self, keys: Iterable[str]) -> None:
        """Delete the pictures; keys that are not there do not matter."""
        for key in keys:
            path = self._path(key)
            try:
                self._files.rm_file(path)
            except FileNotFoundError:
                continue

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder of keys; none when it is not there."""
        return [name for kind, name in self._inside(folder) if kind == "directory"]

    def keys(self, folder: str) -> dict[str, datetime]:
        """The keys that lie right in a folder, and when each was last written (UTC)."""
        found: dict[str, datetime] = {}
        for kind, name in self._inside(folder):
            if kind == "file" and not name.startswith("."):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    written: datetime = self._files.modified(self._path(f"{folder}/{name}"))
                    found[f"{folder}/{name}"] = written.astimezone(UTC)
        return found

    def locate(self, key: str) -> str:
        """Where a person can open it: a path on this machine, or a URL."""
        path = self._path(key)
        if isinstance(self._files, LocalFileSystem):
            return os.path.normpath(path)
        return str(self._files.unstrip_protocol(path))

    def _inside(self, folder: str) -> list[tuple[str, str]]:
        """Kind and name of what lies in a folder."""
        try:
            found = self._files.ls(self._path(folder), detail=True, refresh=True)
        except FileNotFoundError:
            return []
        return [(entry["type"], PurePosixPath(entry["name"]).name) for entry in found]

    def _path(self, key: str) -> str:
        path = PurePosixPath(key)
        if (
            path.is_absolute()
            or str(path) != key
            or key == "."
            or ".." in path.parts
            or "\\" in key
            or "\0" in key
        ):
            raise ValueError(
                f"{key!r} is no media key: expected a relative path such as gate/2026-01-31/7-0.jpg"
            )
        return f"{self._root}/{key}"


def open_media(url: str) -> FsspecMedia:
    """Open `file:FOLDER`, `s3://BUCKET/PREFIX` or any other fsspec URL; a folder is made when needed.

    Raises ValueError when fsspec does not know the URL or the package for it is not installed.
    """
    try:
        files, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise ValueError(
            f"the media URL {url!r} does not open ({error}): write file:FOLDER or s3://BUCKET/PREFIX"
        ) from error
    return FsspecMedia(files, root)


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # before the rename, or a power cut leaves an empty picture
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
