"""Record the cameras of a site, a thread each, and notice when cameras come, change and go."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic

from pipeline.footage.sources import is_stream
from pipeline.recording.camera import Place, Recording
from pipeline.recording.connection import PATIENT, Patience
from storage.footage.cameras import Camera

_LOOK = 5.0  # seconds between two looks at the cameras
_EXPIRE = 60.0  # seconds between two looks for old segments
_PARTING = 15.0  # seconds within which every thread ends: one may sit in a read

log = logging.getLogger(__name__)


class Recorder:
    """Runs until told to stop. Cameras whose footage lies in files are left to the schedule."""

    def __init__(
        self,
        cameras: Callable[[], Collection[Camera]],
        place: Place,
        version: Callable[[Camera], str],
        *,
        patience: Patience = PATIENT,
    ) -> None:
        """`cameras` says which there are now, and is asked again and again."""
        self._cameras, self._place, self._version, self._patience = cameras, place, version, patience
        self._running: dict[str, tuple[Recording, Thread]] = {}
        self._left: dict[
            str, tuple[Recording, Thread] | None
        ] = {}  # who sees to cameras that are switched off

    def run(self, stop: Event) -> None:
        expired = -_EXPIRE
        try:
            while not stop.is_set():
                try:
                    cameras = [camera for camera in self._cameras() if is_stream(camera.url)]
                    self._follow({camera.name: camera for camera in cameras if camera.enabled})
                    self._leave([camera for camera in cameras if not camera.enabled])
                    if monotonic() - expired >= _EXPIRE:
                        self._place.room.expire(datetime.now(UTC))
                        expired = monotonic()
                except OSError as error:  # the database is away: go on with the cameras that are known
                    log.warning("%s", error)
                stop.wait(_LOOK)
        finally:
            self._part()

    def _follow(self, wanted: dict[str, Camera]) -> None:
        """Bring what runs in line with what is wanted."""
        for name, (recording, thread) in list(self._running.items()):
            if wanted.get(name) != recording.camera:
                recording.stop(wanted=name in wanted)
            if not thread.is_alive():
                del self._running[name]
        for name, camera in wanted.items():
            if name not in self._running:
                log.info("%s: recording", name)
                self._running[name] = self._start(camera, Recording.run)
                self._left[name] = None  # that one sees to it

    def _leave(self, unwanted: Collection[Camera]) -> None:
        """A camera that was switched off while no recorder ran has a last session without an end."""
        for camera in unwanted:
            if camera.name not in self._left:
                self._left[camera.name] = self._start(camera, Recording.leave)

    def _start(self, camera: Camera, work: Callable[[Recording], None]) -> tuple[Recording, Thread]:
        recording = Recording(camera, self._place, self._version(camera), patience=self._patience)
        thread = Thread(target=work, args=[recording], name=f"record {camera.name}", daemon=True)
        thread.start()
        return recording, thread

    def _part(self) -> None:
        for recording, _ in self._running.values():
            recording.stop(wanted=True)
        leaving = {name: each for name, each in self._left.items() if each is not None}
        for recording, _ in leaving.values():
            recording.stop(wanted=False)
        until = monotonic() + _PARTING
        for name, (_, thread) in [*self._running.items(), *leaving.items()]:
            thread.join(timeout=max(0.0, until - monotonic()))
            if thread.is_alive():
                log.warning("%s: did not end in time; its last segment is lost", name)
