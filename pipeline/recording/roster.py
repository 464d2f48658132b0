"""Which cameras to record now."""

import logging
from collections.abc import Sequence
from pathlib import Path

from pipeline.recording.cameras import CamerasError, sync
from storage.footage.cameras import Camera, Cameras

log = logging.getLogger(__name__)


class Roster:
    """The cameras of the database, into which cameras.toml goes whenever it changes."""

    def __init__(self, cameras: Cameras, file: Path, names: Sequence[str]) -> None:
        """`names`: only these, empty for all. Raises CamerasError for an unknown one or a broken file."""
        self._cameras, self._file, self._names = cameras, file, frozenset(names)
        self._read = 0  # when the file that was read last had been written
        self._sync()
        missing = self._names - {camera.name for camera in cameras.all()}
        if missing:
            raise CamerasError(f"there is no camera {', '.join(sorted(missing))}; see passerby cameras list")

    def __call__(self) -> list[Camera]:
        """A broken file is said once and changes nothing. Raises OSError while the database is away."""
        try:
            self._sync()
        except CamerasError as error:
            log.warning("%s; the cameras stay as they were", error)
        return [camera for camera in self._cameras.all() if not self._names or camera.name in self._names]

    def _sync(self) -> None:
        try:
            written = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if written != self._read:
            self._read = written
            sync(self._file, self._cameras)
