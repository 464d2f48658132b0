"""`passerby jobs`: how far the footage is, who works on it, what was set aside and why."""

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger

_SHOWN = (State.WATCHING, State.INDEXING, State.QUARANTINED)  # of a site with a million chunks
_ID = 10  # characters of an id that are shown; as many as tell it from the others may be given

_out = Console()


class JobError(ValueError):
    """A chunk that is not there, or not as it would have to be."""


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    purpose = "what the ledger has: chunks waiting, at work, done, set aside"
    verb = verbs.add_parser("jobs", help=purpose, description=purpose)
    verb.add_argument("ids", nargs="*", metavar="ID", help="only these chunks, by the beginning of their ids")
    verb.add_argument(
        "--state",
        action="append",
        choices=[*State],
        metavar="STATE",
        help=f"list chunks in this state: {', '.join(State)}; may be repeated "
        "(default: those at work and those set aside)",
    )
    again = verb.add_mutually_exclusive_group()
    again.add_argument("--retry", action="store_true", help="try once more what was set aside")
    again.add_argument("--drop", action="store_true", help="forget what was set aside")
    verb.add_argument("--json", action="store_true", help="print it as JSON")
    verb.set_defaults(act=_jobs)


def _jobs(args: Namespace, settings: Settings) -> int:
    with closing(Ledger(settings.database_url)) as ledger:
        if args.retry or args.drop:
            for chunk in _set_aside(ledger, args.ids):
                (ledger.retry if args.retry else ledger.drop)(chunk)
        if args.ids:
            # what was dropped is no longer there to be shown
            shown = [] if args.drop else _named(ledger.jobs(), args.ids)
        else:
            shown = ledger.jobs([State(state) for state in args.state or _SHOWN])
        counts = ledger.counts()
    now = datetime.now(UTC)
    if args.json:
        record = {"counts": counts, "chunks": [_record(chunk, now) for chunk in shown]}
        sys.stdout.write(json.dumps(record, indent=2) + "\n")
    else:
        _print(counts, shown, now)
    return 0


def _set_aside(ledger: Ledger, ids: Sequence[str]) -> list[Chunk]:
    """The quarantined chunks that are meant: all of them when none is named."""
    if not ids:
        return ledger.jobs([State.QUARANTINED])
    named = _named(ledger.jobs(), ids)
    for chunk in named:
        if chunk.state is not State.QUARANTINED:
            raise JobError(f"{chunk.id[:_ID]} was not set aside, it is {chunk.state}; leave it out")
    return named


def _named(chunks: Sequence[Chunk], ids: Sequence[str]) -> list[Chunk]:
    named = []
    for wanted in ids:
        found = [chunk for chunk in chunks if chunk.id.startswith(wanted)]
        if len(found) != 1:
            how = "no chunk" if not found else f"{len(found)} chunks"
            raise JobError(f"{how} with an id that begins with {wanted}; passerby jobs --state lists them")
        named += found
    return named


def _print(counts: dict[State, int], shown: Sequence[Chunk], now: datetime) -> None:
    table = Table("state", "chunks")
    for state, count in counts.items():
        table.add_row(state, str(count))
    _out.print(table)
    for chunk in shown:
        for line in _lines(chunk, now):
            _out.print(line, soft_wrap=True, highlight=False, markup=False)


def _lines(chunk: Chunk, now: datetime) -> list[str]:
    """What a person wants to know of it; too much for the columns of a table."""
    tried = f", attempt {chunk.attempts}" if chunk.attempts else ""
    worker = f", by {chunk.worker}" if chunk.worker else ""
    lines = [
        f"{chunk.id[:_ID]} {chunk.state} for {_spelt(_age(chunk, now))}{tried}{worker}",
        f"{' ' * _ID} {chunk.camera}, {chunk.source} from {chunk.start:g} s to {chunk.end:g} s",
    ]
    return [*lines, f"{' ' * _ID} {chunk.reason}"] if chunk.reason else lines


def _age(chunk: Chunk, now: datetime) -> timedelta | None:
    return None if chunk.changed is None else max(timedelta(0), now - chunk.changed)


def _spelt(age: timedelta | None) -> str:
    """As people say it: 40 s, 12 min, 3 h, 5 d."""
    if age is None:
        return "?"
    seconds = int(age.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _record(chunk: Chunk, now: datetime) -> dict[str, Any]:
    age = _age(chunk, now)
    return {
        "id": chunk.id,
        "state": chunk.state,
        "age": None if age is None else round(age.total_seconds(), 1),  # seconds in that state
        "attempts": chunk.attempts,
        "camera": chunk.camera,
        "source": chunk.source,
        "start": chunk.start,
        "end": chunk.end,
        "began": chunk.began.isoformat(),
        "worker": chunk.worker,
        "lease_until": chunk.lease_until.isoformat() if chunk.lease_until else None,
        "reason": chunk.reason,
    }
