"""What each command does: thin doors to the three verbs."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import cv2
from PIL import Image as Pictures
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.types import Image
from pipeline import build, show
from pipeline.ingest import Plan, WatchStep, index_next, plan, watch_live, watch_next
from pipeline.rank import rank as rank_folder
from pipeline.settings import Settings
from pipeline.sources import Source
from pipeline.tally import Tally
from pipeline.types import Query
from storage.chunks import Chunk, State
from storage.index import open_index
from storage.ledger import Ledger
from storage.media import open_media

_err = Console(stderr=True)
_out = Console()


def watch(args: Namespace, settings: Settings) -> int:
    """Footage to crops and ledger rows; exit code 2 when some of the sources could not be used."""
    with _ledger(settings) as ledger:
        step = build.watch_step(settings, ledger)
        done = _plan(args, step, settings)
        _watch(step)
        for stream in _streams(done):
            for _ in _watch_stream(stream, args, step):
                pass
        return _closing(ledger, done)


def index(args: Namespace, settings: Settings) -> int:
    """Crops to sightings."""
    with _ledger(settings) as ledger:
        if args.again:
            ledger.index_again()
        _index(ledger, settings)
    return 0


def ingest(args: Namespace, settings: Settings) -> int:
    """Watch and index; of a stream, each stretch as soon as it has been watched."""
    with _ledger(settings) as ledger:
        step = build.watch_step(settings, ledger)
        done = _plan(args, step, settings)
        _watch(step)
        _index(ledger, settings)
        for stream in _streams(done):
            for found in _watch_stream(stream, args, step):
                if found:
                    _index(ledger, settings)
        return _closing(ledger, done)


def search(args: Namespace, settings: Settings) -> int:
    """A description to people."""
    query = Query(
        text=args.text,
        cameras=tuple(args.camera),
        after=args.after,
        before=args.before,
        limit=args.top,
        min_probability=args.min_probability,
    )
    media = open_media(settings.media_url)
    with build.search(settings) as finder:
        answer = finder.find(query)
    if args.json:
        sys.stdout.write(json.dumps(show.answer_record(answer, media), indent=2) + "\n")
    else:
        show.answer_table(answer, media, _out)
    if args.sheet:
        _write(show.answer_sheet(answer, media), args.sheet)
    return 0


def rank(args: Namespace, settings: Settings) -> int:
    """A description to the pictures of a folder."""
    ranked = rank_folder(args.text, args.folder, build.encoder(settings))[: args.top]
    show.ranked_table(ranked, _out)
    if args.sheet:
        _write(show.ranked_sheet(args.text, ranked), args.sheet)
    return 0


def jobs(args: Namespace, settings: Settings) -> int:
    """The state of the ledger, and a second chance for what was set aside."""
    with _ledger(settings) as ledger:
        aside = ledger.jobs([State.QUARANTINED])
        for chunk in aside:
            if args.retry:
                ledger.retry(chunk)
            elif args.drop:
                ledger.drop(chunk)
        table = Table("state", "chunks")
        for state, count in ledger.counts().items():
            table.add_row(state, str(count))
        _out.print(table)
        for chunk in [] if args.retry or args.drop else aside:
            _out.print(f"{_name(chunk)}: {chunk.reason}", highlight=False, markup=False)
    return 0


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    cv2.setNumThreads(1)  # its threads and the networks' would fight over the same cores
    with closing(Ledger(settings.database_url)) as ledger:
        yield ledger


def _plan(args: Namespace, step: WatchStep, settings: Settings) -> Plan:
    done = plan(args.sources, args.camera, step, began=args.began, seconds=settings.chunk_seconds)
    for reason in done.refused:
        _err.print(f"passerby: {reason}", style="red", highlight=False, markup=False)
    if done.sources and not done.new and not _streams(done):
        _err.print("All of it is in the ledger already; going on where it stopped.")
    return done


def _streams(done: Plan) -> list[Source]:
    return [source for source in done.sources if source.kind == "stream"]


def _watch(step: WatchStep) -> None:
    """Watch every chunk that waits, whoever planned it."""
    waiting = step.ledger.jobs([State.QUEUED, State.WATCHING])
    if not waiting:
        return
    with Tally.shown(_err, seconds=sum(chunk.end - chunk.start for chunk in waiting)) as tally:
        while (chunk := watch_next(step, tally)) is not None:
            tally.chunk(chunk.end - chunk.start)


def _watch_stream(stream: Source, args: Namespace, step: WatchStep) -> Iterator[int]:
    with Tally.shown(_err) as tally, closing(watch_live(stream, args.camera, step, tally)) as live:
        yield from live


def _index(ledger: Ledger, settings: Settings) -> None:
    """Index every chunk that waits, whoever watched it."""
    waiting = ledger.jobs([State.WATCHED, State.INDEXING])
    if not waiting:
        return
    network, media = build.encoder(settings), open_media(settings.media_url)
    with closing(open_index(settings.index_url, network.model)) as sightings:
        for _ in track(waiting, "indexing", console=_err, transient=True):
            index_next(ledger, network, media, sightings, batch=settings.batch)
        sightings.optimize()


def _closing(ledger: Ledger, done: Plan) -> int:
    """Say what is in the ledger now; 2 when something of this call did not go in."""
    ours = {source.fingerprint for source in done.sources}
    aside = [chunk for chunk in ledger.jobs([State.QUARANTINED]) if chunk.fingerprint in ours]
    for chunk in aside:
        _err.print(f"passerby: {_name(chunk)}: {chunk.reason}", style="red", highlight=False, markup=False)
    return 2 if aside or done.refused else 0


def _name(chunk: Chunk) -> str:
    return f"{chunk.camera}, {chunk.source} from {chunk.start:g} s to {chunk.end:g} s"


def _write(sheet: Image, path: Path) -> None:
    Pictures.fromarray(sheet).save(path, "PNG")
    _err.print(f"contact sheet: {path}", highlight=False)
