"""The tasks: each opens what a verb needs once per process and calls it. Only plain values travel."""

from contextlib import closing
from datetime import datetime
from functools import cache
from typing import Any

from models.acsa.encoder import AcsaEncoder
from pipeline import build, show
from pipeline.ingest import WatchStep, index_next, watch_next
from pipeline.search import Search
from pipeline.types import Query
from storage.chunks import State
from storage.index import open_index
from storage.ledger import Ledger
from storage.media import open_media
from workers.app import app, settings

AT_ONCE = 64  # tasks sent for what waits; the next look into the ledger sends the rest
STALE = 60.0  # seconds after which a task sent so is dropped: a newer one stands for it


@cache
def ledger() -> Ledger:
    return Ledger(settings.database_url)


@cache
def watch_step() -> WatchStep:
    """The detector loads on the first chunk, in the child."""
    return build.watch_step(settings, ledger())


@cache
def encoder() -> AcsaEncoder:
    return build.encoder(settings)


class _Silent:
    """Nobody looks at a worker's progress bar."""

    def frame(self) -> None: ...

    def person(self) -> None: ...


@app.task(name="watch.next")
def watch() -> None:
    """Watch the oldest chunk that waits, and let what was found be indexed."""
    if watch_next(watch_step(), _Silent()) is not None:
        index.delay()


@app.task(name="index.next")
def index() -> None:
    """Index the oldest chunk that waits."""
    network = encoder()
    with closing(open_index(settings.index_url, network.model)) as sightings:
        index_next(ledger(), network, open_media(settings.media_url), sightings, batch=settings.batch)


@app.task(name="search.find", ignore_result=False)
def find(
    text: str,
    cameras: tuple[str, ...] = (),
    after: str | None = None,
    before: str | None = None,
    limit: int = 20,
) -> dict[str, Any]:
    """Answer a description as `passerby search --json` does; times are ISO 8601 with an offset."""
    query = Query(text, tuple(cameras), _moment(after), _moment(before), limit)
    network = encoder()
    with closing(open_index(settings.index_url, network.model)) as sightings:
        finder = Search(network, sightings, pool=settings.pool, threshold=network.threshold)
        return show.answer_record(finder.find(query), open_media(settings.media_url))


@app.task(name="upkeep.refill")
def refill() -> None:
    """Send a task for every chunk that waits: the broker may have lost the first ones."""
    counts = ledger().counts()
    for task, states in ((watch, (State.QUEUED, State.WATCHING)), (index, (State.WATCHED, State.INDEXING))):
        for _ in range(min(AT_ONCE, sum(counts[state] for state in states))):
            task.apply_async(expires=STALE)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
