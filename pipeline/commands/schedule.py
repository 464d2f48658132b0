"""`passerby schedule`: what is done every night, when it was done last and what came of it."""

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline import build
from pipeline.keeping.schedule import DUTIES, Clock, work
from pipeline.lease import LEASE
from pipeline.settings import Settings
from storage.footage.chunks import worker_name
from storage.footage.ledger import Ledger
from storage.footage.windows import Window, Windows

_out = Console()


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    purpose = "what is done every night: last run, next run, result"
    verb = verbs.add_parser("schedule", help=purpose, description=purpose)
    verb.add_argument("--run", choices=[duty.name for duty in DUTIES], metavar="NAME", help="do it now")
    verb.add_argument("--json", action="store_true", help="print it as JSON")
    verb.set_defaults(act=_schedule)


def _schedule(args: Namespace, settings: Settings) -> int:
    with closing(Windows(settings.database_url)) as windows:
        if args.run:
            _run(args.run, windows, settings)
        due = Clock.of(settings).next(datetime.now(UTC))
        duties = [(duty.name, windows.last(duty.name)) for duty in DUTIES]
    if args.json:
        records = [_record(name, last, due) for name, last in duties]
        sys.stdout.write(json.dumps(records, indent=2) + "\n")
        return 0
    table = Table("task", "last run", "next run", "result")
    for name, last in duties:
        table.add_row(
            name, _local(last.began, settings) if last else "never", _local(due, settings), _result(last)
        )
    _out.print(table)
    return 0


def _run(name: str, windows: Windows, settings: Settings) -> None:
    """Do one duty in this process; raises what it raises."""
    duty = next(duty for duty in DUTIES if duty.name == name)
    with closing(Ledger(settings.database_url)) as ledger:
        step = partial(build.watch_step, settings, ledger)
        window = windows.claim(name, datetime.now(UTC), worker_name(), LEASE)
        assert window is not None, "nobody else claims a window of this very moment"
        work(duty, window, windows, partial(build.stores, settings, step), Event())


def _result(last: Window | None) -> str:
    if last is None:
        return ""
    if last.finished is None and last.worker:
        return f"at work since attempt {last.attempts} by {last.worker}"
    return last.result


def _local(moment: datetime, settings: Settings) -> str:
    return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M}"


def _record(name: str, last: Window | None, due: datetime) -> dict[str, Any]:
    return {
        "task": name,
        "next": due.isoformat(),
        "last": last.began.isoformat() if last else None,
        "finished": last.finished.isoformat() if last and last.finished else None,
        "attempts": last.attempts if last else 0,
        "worker": last.worker if last else "",
        "result": last.result if last else "",
    }
