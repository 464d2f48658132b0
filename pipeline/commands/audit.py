"""`passerby audit verify | list | export`: who did what, and whether the log of it is whole."""

import os
import pwd
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.commands.entry import enter
from pipeline.commands.moment import moment
from pipeline.settings import Settings
from pipeline.types import Query
from storage.accounts.audit import Actor, Audit, Head, Sought, Verdict, as_json
from storage.errors import DamagedError

_out = Console(markup=False, highlight=False)  # names may hold brackets


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the group of commands."""
    purpose = "who searched, looked, changed and erased what"
    group = verbs.add_parser("audit", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_audit", required=True, metavar="ACT")

    verb = enter(acts, "verify", _verify, "check that no entry was changed, taken out or cut off")
    verb.add_argument(
        "--heads", type=Path, metavar="FILE", help="check the ends kept in this file, and add today's to it"
    )

    verb = enter(acts, "list", _list, "the newest entries")
    _sought(verb)
    verb.add_argument("--top", type=int, default=50, help="at most this many")

    _sought(enter(acts, "export", _export, "print entries as lines of JSON, oldest first"))


def operator() -> Actor:
    """Whoever runs the command: the user of the operating system, whatever the environment says."""
    try:
        return Actor(f"os:{pwd.getpwuid(os.getuid()).pw_name}")
    except KeyError:  # a container may run as a number
        return Actor(f"os:{os.getuid()}")


def note_search(query: Query, settings: Settings) -> None:
    """Write a search at the command line down, before it is answered."""
    times = {"after": query.after, "before": query.before}
    asked: dict[str, Any] = {"text": query.asked, "cameras": list(query.cameras)}
    asked |= {name: time and time.isoformat() for name, time in times.items()}
    with closing(Audit(settings.database_url)) as log:
        log.append(operator(), "search", **asked)


def _sought(verb: ArgumentParser) -> None:
    verb.add_argument("--who", default="", help="only what this account did; os:NAME at the command line")
    verb.add_argument("--action", default="", help="only this, such as search")
    verb.add_argument("--after", type=moment, help="only from this time on")
    verb.add_argument("--before", type=moment, help="only up to this time")


def _verify(args: Namespace, settings: Settings) -> int:
    kept = _kept(args.heads)
    with closing(Audit(settings.database_url)) as log:
        verdict = log.verify(kept)
    _require_whole(verdict)
    if verdict.head is None:
        _out.print("The audit log is empty.")
        return 0
    if args.heads and verdict.head not in kept:
        with args.heads.open("a", encoding="ascii") as file:
            file.write(f"{verdict.head}\n")
    _out.print(f"{verdict.entries} entries, each as it was written. End: {verdict.head}", soft_wrap=True)
    return 0


def _kept(path: Path | None) -> list[Head]:
    """The heads in the file; one that does not exist yet is begun."""
    if path is None or not path.exists():
        return []
    return [Head.parse(line) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]


def _require_whole(verdict: Verdict) -> None:
    if verdict.fault:
        raise DamagedError(
            f"the audit log is broken at entry {verdict.broken}: {verdict.fault}; the {verdict.entries} "
            "before it are as they were written. Keep a copy of the database and find out who changed it"
        )


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("", "time (UTC)", "who", "action", "subject, details")
    table.columns[-1].overflow = "fold"
    with closing(Audit(settings.database_url)) as log:
        for entry in log.newest(_wanted(args), limit=args.top):
            who = f"{entry.who}\n{entry.address}".rstrip()
            details = ", ".join(f"{name}={value}" for name, value in entry.details.items() if value)
            what = "\n".join(line for line in (entry.subject, details) if line)
            cells = str(entry.number), f"{entry.at:%Y-%m-%d %H:%M:%S}", who, entry.action, what
            table.add_row(*(_plain(cell) for cell in cells))
    _out.print(table)
    return 0


def _export(args: Namespace, settings: Settings) -> int:
    with closing(Audit(settings.database_url)) as log:
        for entry in log.all(_wanted(args)):
            sys.stdout.write(as_json(entry) + "\n")
    return 0


def _wanted(args: Namespace) -> Sought:
    return Sought(args.who, args.action, args.after, args.before)


def _plain(text: str) -> str:
    """What was typed cannot steer the terminal."""
    return "".join(
        each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text
    )
