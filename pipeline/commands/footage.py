"""What each command does: thin doors to the three verbs."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from time import sleep

import cv2
from PIL import Image as Pictures
from rich.console import Console
from rich.progress import track

from models.types import Image
from pipeline import build, lacking
from pipeline.commands import alerts, show
from pipeline.commands.audit import note_search
from pipeline.commands.rank import rank as rank_folder
from pipeline.commands.record import recording
from pipeline.commands.tally import Tally
from pipeline.footage.sources import Source, SourceError
from pipeline.ingest import Plan, WatchStep, index_next, plan, watch_next
from pipeline.recording.glance import glance
from pipeline.settings import Settings
from storage.footage.cameras import Camera
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview
from storage.media import open_media

_IDLE = 0.5  # seconds between two looks for a new segment

_err = Console(stderr=True)
_out = Console()


def watch(args: Namespace, settings: Settings) -> int:
    """Footage to crops and ledger rows; exit code 2 when some of the sources could not be used."""
    with _ledger(settings) as ledger:
        step = build.watch_step(settings, ledger)
        done = _plan(args, step, settings)
        _watch(step)
        _follow(done, args, step, settings, lambda: None)
        return _closing(ledger, done)


def index(args: Namespace, settings: Settings) -> int:
    """Crops to sightings."""
    with _ledger(settings) as ledger:
        _index(ledger, settings)
    return 0


def ingest(args: Namespace, settings: Settings) -> int:
    """Watch and index; of a stream, each segment as soon as it was recorded."""
    with _ledger(settings) as ledger:
        step = build.watch_step(settings, ledger)
        done = _plan(args, step, settings)
        _watch(step)
        _index(ledger, settings)
        _follow(done, args, step, settings, lambda: _index(ledger, settings))
        return _closing(ledger, done)


def search(args: Namespace, settings: Settings) -> int:
    """A sentence, examples or both to people."""
    media = open_media(settings.media_url)
    detector = cache(lambda: build.detector(settings))
    like, unlike = ([found.read(detector) for found in some] for some in (args.like, args.unlike))
    with build.search(settings) as finder:
        question = build.question(
            settings, args.text, finder.index.cameras(), as_written=args.literal, examples=bool(like)
        )
        query = question.query(
            cameras=args.camera,
            after=_sited(args.after, settings.zone),
            before=_sited(args.before, settings.zone),
            limit=args.top,
            min_probability=args.min_probability,
            like=like,
            unlike=unlike,
        )
        note_search(query, settings)
        with closing(Overview(settings.database_url)) as overview:
            query = lacking.told(query, overview, datetime.now(UTC))
        answer = finder.find(query)
    if args.json:
        sys.stdout.write(json.dumps(show.answer_record(answer, media), indent=2) + "\n")
    else:
        show.answer_table(answer, media, _out, settings.zone)
    if args.sheet:
        _write(show.answer_sheet(answer, media, settings.zone), args.sheet)
    return 0


def rank(args: Namespace, settings: Settings) -> int:
    """A description to the pictures of a folder."""
    question = build.question(settings, args.text, (), as_written=True)
    ranked = rank_folder(question, args.folder, build.encoder(settings))[: args.top]
    show.ranked_table(ranked, _out)
    if args.sheet:
        _write(show.ranked_sheet(args.text, ranked), args.sheet)
    return 0


def _sited(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """A time as UTC; without an offset it is the clock of the site, `zone`, or of this machine."""
    if moment is None:
        return None
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


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


def _follow(
    done: Plan, args: Namespace, step: WatchStep, settings: Settings, then: Callable[[], None]
) -> None:
    """Record a stream and watch what was recorded until Ctrl-C; `then` is called when people were found."""
    streams = _streams(done)
    if not streams:
        return
    if len(streams) > 1:
        raise SourceError(f"{len(streams)} streams for one camera; give each a command of its own")
    glance(streams[0].location)  # what is typed wrong is said at once
    camera = Camera(args.camera, streams[0].location, fps=args.fps)
    try:
        with Tally.shown(_err) as tally, recording(camera, settings) as recorder:
            while recorder.is_alive():
                chunk = watch_next(step, tally)
                if chunk is None:
                    sleep(_IDLE)
                elif step.ledger.shots(chunk):
                    then()
    finally:  # the last segment was closed on the way out
        _watch(step)
        then()


def _index(ledger: Ledger, settings: Settings) -> None:
    """Index every chunk that waits, whoever watched it."""
    waiting = ledger.jobs([State.WATCHED, State.INDEXING])
    if not waiting:
        return
    network, media = build.answering(settings), open_media(settings.media_url)
    with closing(build.index(settings, network.model)) as sightings:
        for _ in track(waiting, "indexing", console=_err, transient=True):
            index_next(ledger, network, media, sightings, batch=settings.batch)
        sightings.optimize()
        alerts.tell(network, sightings, settings)


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
