"""What goes on beside requests: footage is watched in a child process, indexed in this one, looked after."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from time import monotonic
from typing import cast

from pipeline.casework import delivery, firing
from pipeline.ingest import index_next
from pipeline.keeping.schedule import DUTIES, Clock, run_due, work
from pipeline.keeping.upkeep import Stores
from pipeline.lease import LEASE, StoppedError
from pipeline.settings import Settings
from storage.footage.chunks import State, worker_name
from storage.footage.ledger import Ledger
from storage.footage.windows import Windows
from storage.media import open_media
from storage.sightings.index import Index, Models
from web.finder import LocalFinder
from workers.turns import Once

IDLE, PAUSE, DUE = 1.0, 5.0, 60.0  # seconds between looks for work, after a failure, between looks at a clock
GRACE = 10.0  # seconds that a child has to give back what it works on

_UNFINISHED = (State.QUEUED, State.WATCHING, State.WATCHED, State.INDEXING)

log = logging.getLogger(__name__)


class Upkeep:
    """The work of a site that has no broker; with one, workers do it and only the search is loaded here."""

    def __init__(self, settings: Settings, ledger: Ledger, windows: Windows, finder: LocalFinder) -> None:
        self._settings, self._ledger, self._windows, self._finder = settings, ledger, windows, finder
        self._stop = Event()
        self._threads: list[Thread] = []
        self._reindexing: subprocess.Popen[bytes] | None = None
        self._starting = Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work until the end of the block; what is in hand then is given back."""
        self._begin(self._load if self._settings.broker else self._index)
        if not self._settings.broker:
            for act in (self._watch, self._fire, self._deliver):
                self._begin(act)
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()
            if self._reindexing is not None:
                _end(self._reindexing)

    @contextmanager
    def stores(self) -> Iterator[Stores]:
        """Everything that is kept, with the index that this process has open."""
        from pipeline import build  # brings the networks' libraries, which take seconds to load

        settings = self._settings
        embedded = settings.index_url.startswith("edge:")
        opened = cast(Index, self._finder.index) if embedded else None
        with build.stores(settings, lambda: build.watch_step(settings, self._ledger), opened) as stores:
            yield stores

    @contextmanager
    def models(self) -> Iterator[Models]:
        """The models that have sightings."""
        from pipeline import build

        with closing(build.models(self._settings)) as models:
            yield models

    def run(self, name: str) -> None:
        """Begin one duty of the schedule now; its window tells what came of it."""
        duty = next(duty for duty in DUTIES if duty.name == name)
        window = self._windows.claim(name, datetime.now(UTC), worker_name(), LEASE)
        assert window is not None, "nobody else claims a window of this very moment"
        self._begin(lambda: self._quietly(lambda: work(duty, window, self._windows, self.stores, self._stop)))

    @property
    def reindexing(self) -> bool:
        """Whether a change of model that was begun here goes on."""
        return self._reindexing is not None and self._reindexing.poll() is None

    def reindex(self, weights: str) -> bool:
        """Begin to index everybody with other weights, in a process of its own; False while one is at it."""
        with self._starting:
            if self.reindexing:
                return False
            wanted = ("--weights", weights) if weights else ()
            self._reindexing = self._child("pipeline.cli", "reindex", *wanted)
            return True

    def _begin(self, act: Callable[[], None]) -> None:
        thread = Thread(target=act, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _load(self) -> None:
        self._quietly(self._finder.cameras)

    def _watch(self) -> None:
        """Keep the child running that watches what waits."""
        while not self._stop.is_set():
            child = self._child("web.watcher")
            while child.poll() is None and not self._stop.wait(IDLE):
                pass
            _end(child)
            self._stop.wait(PAUSE)

    def _index(self) -> None:
        """Index what waits, and do what falls due while nothing does."""
        media, fresh, looked = open_media(self._settings.media_url), 0, -DUE
        while not self._stop.is_set():
            try:
                encoder, index = self._finder.encoder, self._finder.index
                batch = self._settings.batch
                if index_next(self._ledger, encoder, media, index, batch=batch, stop=self._stop) is not None:
                    fresh += 1
                    continue
                if fresh and not any(self._ledger.counts()[state] for state in _UNFINISHED):
                    index.optimize()
                    fresh = 0
                if monotonic() - looked > DUE:
                    looked = monotonic()
                    run_due(
                        self._windows,
                        Clock.of(self._settings),
                        self.stores,
                        self._stop,
                        now=datetime.now(UTC),
                    )
                self._stop.wait(IDLE)
            except StoppedError:
                return
            except Exception as error:
                log.warning("%s", error, exc_info=not isinstance(error, OSError | ValueError))
                self._stop.wait(PAUSE)

    def _fire(self) -> None:
        """Compare what was indexed with the saved searches."""
        with ExitStack() as stack:
            looking = Once(
                lambda: stack.enter_context(
                    firing.opened(self._settings, self._finder.encoder, self._finder.index)
                )
            )
            self._while_running(lambda: looking().next(self._stop) is not None)

    def _deliver(self) -> None:
        """Tell webhooks, which may be slow, so nothing waits for them."""
        with delivery.opened(self._settings) as office:
            self._while_running(lambda: delivery.deliver_next(office))

    def _while_running(self, act: Callable[[], bool]) -> None:
        """Do something again and again, with a pause when it found nothing to do or failed."""
        while not self._stop.is_set():
            try:
                if not act():
                    self._stop.wait(IDLE)
            except StoppedError:
                return
            except Exception as error:
                log.warning("%s", error, exc_info=not isinstance(error, OSError | ValueError))
                self._stop.wait(PAUSE)

    def _child(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PASSERBY_DATA": str(self._settings.data)}
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)

    def _quietly(self, act: Callable[[], object]) -> None:
        """Nobody waits for the error of a thread."""
        try:
            act()
        except (OSError, ValueError, StoppedError) as error:
            log.warning("%s", error)
        except Exception:
            log.exception("a duty failed")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:  # its lease runs out, and somebody else takes the chunk
        child.kill()
        child.wait()
