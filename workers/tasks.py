"""The tasks: doors to the verbs. A message brings no more than the wish that there be looked for work."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from typing import Any

from celery import signals

from pipeline import lacking
from pipeline.casework.delivery import deliver_next
from pipeline.commands import show
from pipeline.ingest import index_next, watch_next
from pipeline.keeping import schedule
from pipeline.lease import StoppedError
from pipeline.search import Search
from pipeline.types import Query
from storage.footage.chunks import Chunk, State
from workers import parts
from workers.app import app, settings
from workers.turns import Alone

TURN = 60.0  # seconds after which a task takes no further chunk and lets other messages of its queue pass
PAUSE = 5.0  # seconds to wait when a store or the disk failed
AT_ONCE = 64  # messages sent for what waits; the next look into the ledger sends the rest
STALE = 60.0  # seconds after which such a message is dropped: a newer one stands for it
A_DAY = 24 * 3600  # seconds

log = logging.getLogger(__name__)

stopping = Event()
watching, indexing, keeping, delivering = Alone(), Alone(), Alone(), Alone()


@signals.worker_shutting_down.connect
def _stop(**_: Any) -> None:
    """Chunks in hand are given back at the next frame; the worker ends when they are."""
    stopping.set()


class _Silent:
    """Nobody looks at a worker's progress bar."""

    def frame(self) -> None: ...

    def person(self) -> None: ...


@app.task(name="watch.next")
def watch() -> None:
    """Watch chunks that wait, oldest first, and let what was found be indexed."""

    def one() -> Chunk | None:
        chunk = watch_next(parts.watch_step(), _Silent(), stopping)
        if chunk is not None:
            index.apply_async(expires=STALE)
        return chunk

    watching(lambda: _take_turn(one, watch.delay))


@app.task(name="index.next")
def index() -> None:
    """Index chunks that wait, oldest first, and compare what was indexed with the saved searches."""

    def one() -> object | None:
        network, sightings = parts.encoder(), parts.index()
        batch = settings.batch
        chunk = index_next(parts.ledger(), network, parts.media(), sightings, batch=batch, stop=stopping)
        fired = parts.looking().next(stopping)
        if fired:
            deliver.apply_async(expires=STALE)
        return chunk if fired is None else fired

    indexing(lambda: _take_turn(one, index.delay))


def _take_turn(one: Callable[[], object | None], go_on: Callable[[], object]) -> None:
    """Take chunks until none waits or the time is up."""
    until = monotonic() + TURN
    try:
        while not stopping.is_set():
            if monotonic() > until:
                go_on()
                return
            if one() is None:
                return
    except StoppedError as error:
        log.info("%s; the chunk is given back", error)
    except OSError as error:  # a store is away or full: the chunk was given back and the ledger sends for it
        log.warning("%s", error)
        stopping.wait(PAUSE)


# A question that kills its worker must not come back and kill the next, nor is it answered late.
@app.task(name="search.find", ignore_result=False, acks_late=False)
def find(
    text: str,
    cameras: tuple[str, ...] = (),
    after: str | None = None,
    before: str | None = None,
    limit: int = 20,
) -> dict[str, Any]:
    """Answer a description as `passerby search --json` does; times are ISO 8601 with an offset.

    A notice says so when footage that was asked for cannot be found yet. Whoever asks sends the message with
    `expires`, their deadline: nobody waits for what would be answered later.
    """
    asked = Query(text, tuple(cameras), _moment(after), _moment(before), limit)
    query = lacking.told(asked, parts.overview(), datetime.now(UTC))
    network = parts.encoder()
    finder = Search(network, parts.index(), pool=settings.pool, threshold=network.threshold)
    return show.answer_record(finder.find(query), parts.media())


@app.task(name="upkeep.refill")
def refill() -> None:
    """Send for all that waits: the broker may have lost the messages sent first."""
    try:
        counts = parts.ledger().counts()
        fresh, due = parts.fresh().waiting(), parts.office().alerts.due()
    except OSError as error:
        log.warning("%s", error)
        return
    for task, states in ((watch, (State.QUEUED, State.WATCHING)), (index, (State.WATCHED, State.INDEXING))):
        for _ in range(min(AT_ONCE, sum(counts[state] for state in states))):
            task.apply_async(expires=STALE)
    if fresh:
        index.apply_async(expires=STALE)
    if due:
        deliver.apply_async(expires=STALE)


@app.task(name="upkeep.deliver")
def deliver() -> None:
    """Tell webhooks of the alerts that are due."""

    def one() -> object | None:
        return True if deliver_next(parts.office()) else None

    delivering(lambda: _take_turn(one, deliver.delay))


@app.task(name="upkeep.nightly", soft_time_limit=A_DAY, time_limit=A_DAY)
def nightly() -> None:
    """Do what of the schedule has fallen due and nobody has done."""

    def due() -> None:
        clock = schedule.Clock.of(settings)
        schedule.run_due(parts.windows(), clock, parts.stores, stopping, now=datetime.now(UTC))

    try:
        keeping(due)
    except (StoppedError, OSError) as error:
        log.warning("%s", error)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
