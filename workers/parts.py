"""What the tasks of one process share, each made when it is needed first: after a fork, in the child.

`pipeline.build` brings torch, which a process that is going to fork, or that only keeps house, must not load.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pipeline.casework import delivery, firing
from pipeline.ingest import WatchStep
from pipeline.keeping.upkeep import Stores
from storage.casework.fresh import Fresh
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview
from storage.footage.windows import Windows
from storage.media import open_media
from workers.app import settings
from workers.turns import Once

if TYPE_CHECKING:
    from models.acsa.encoder import AcsaEncoder
    from storage.sightings.index import Index


def _watch_step() -> WatchStep:
    import cv2

    from pipeline import build

    cv2.setNumThreads(1)  # its threads and the networks' would fight over the same cores
    return build.watch_step(settings, ledger())


def _encoder() -> AcsaEncoder:
    from pipeline import build

    return build.answering(settings)


def _index() -> Index:
    from pipeline import build

    return build.index(settings, encoder().model)


_stack = ExitStack()  # of what is open as long as the process lives
ledger = Once(lambda: Ledger(settings.database_url))
overview = Once(lambda: Overview(settings.database_url))
windows = Once(lambda: Windows(settings.database_url))
media = Once(lambda: open_media(settings.media_url))
watch_step = Once(_watch_step)
encoder = Once(_encoder)
fresh = Once(lambda: Fresh(settings.database_url))
office = Once(lambda: _stack.enter_context(delivery.opened(settings)))
index = Once(_index)  # kept open: an embedded one belongs to one process, whose threads share it
looking = Once(lambda: _stack.enter_context(firing.opened(settings, encoder(), index())))


@contextmanager
def stores() -> Iterator[Stores]:
    """What upkeep looks after; an embedded index is the one that this process has open."""
    from pipeline import build

    embedded = settings.index_url.startswith("edge:")
    with build.stores(settings, watch_step, index() if embedded else None) as everything:
        yield everything
