"""Watch what waits in the ledger until told to stop: `python -m web.watcher`, a child of the service."""

import logging
import os
import signal
import sys
from contextlib import closing
from threading import Event

import cv2

from pipeline.ingest import WatchStep, watch_next
from pipeline.lease import StoppedError
from pipeline.settings import Settings
from storage.footage.chunks import State
from storage.footage.ledger import Ledger

IDLE, PAUSE = 1.0, 5.0  # seconds between looks for work, and after a store failed
NICE = 10  # whoever looks at a page does not wait for footage

log = logging.getLogger("watcher")


class _Silent:
    """Nobody looks at this process's progress: the ledger tells of it."""

    def frame(self) -> None: ...

    def person(self) -> None: ...


def watch(settings: Settings, stop: Event) -> None:
    """Watch chunk after chunk, oldest first. The networks are loaded when the first one waits."""
    parent = os.getppid()
    step: WatchStep | None = None
    with closing(Ledger(settings.database_url)) as ledger:
        while not stop.is_set() and os.getppid() == parent:
            try:
                if step is None and any(ledger.counts()[state] for state in (State.QUEUED, State.WATCHING)):
                    step = _step(settings, ledger)
                if step is None or watch_next(step, _Silent(), stop) is None:
                    stop.wait(IDLE)
            except StoppedError:
                return
            except OSError as error:
                log.warning("%s", error)
                stop.wait(PAUSE)


def _step(settings: Settings, ledger: Ledger) -> WatchStep:
    from pipeline import build

    return build.watch_step(settings, ledger)


def main() -> int:
    """Watch until SIGTERM; 2 when something has to be mended first."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    os.nice(NICE)
    cv2.setNumThreads(1)  # its threads and the networks' would fight over the same cores
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        watch(Settings(), stop)
    except ValueError as error:
        log.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
