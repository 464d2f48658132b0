"""`passerby cases open | list | show | add | note | take-out | share | close | reopen | remove | export`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.table import Table

from models.types import Image
from pipeline import build
from pipeline.casework.export import Summary, Wanted, export
from pipeline.commands.audit import operator
from pipeline.commands.entry import enter
from pipeline.commands.show import clock
from pipeline.footage import around
from pipeline.ports import Detector
from pipeline.privacy import hidden
from pipeline.settings import Settings
from storage.accounts.audit import Audit
from storage.accounts.people import AccountError, Accounts
from storage.accounts.permissions import Action
from storage.casework.cases import Case, CaseError, Cases, Reader
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview, Seen
from storage.media import FsspecMedia, open_media
from storage.types import Shot

_EVERYTHING = Reader(None, None)  # the command line is for whoever owns the machine
_out = Console(markup=False, highlight=False)  # names may hold brackets


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the group of commands."""
    purpose = "folders of sightings, with notes"
    group = verbs.add_parser("cases", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_cases", required=True, metavar="ACT")

    verb = enter(acts, "open", _open, "make a case")
    verb.add_argument("name")
    verb.add_argument("--notes", default="")
    verb.add_argument("--owner", help="the account that it belongs to (default: whoever runs this command)")
    enter(acts, "list", _list, "the cases that there are")
    enter(acts, "show", _show, "what is in a case").add_argument("id", type=int)

    verb = enter(acts, "add", _add, "put sightings in")
    verb.add_argument("id", type=int)
    verb.add_argument("sighting", type=UUID, nargs="+")
    verb.add_argument("--note", default="")
    verb = enter(acts, "note", _note, "write another note for an entry, or for the case")
    verb.add_argument("id", type=int)
    verb.add_argument("note")
    verb.add_argument("--entry", type=int, help="number of the entry (default: the case itself)")
    verb = enter(acts, "take-out", _take_out, "take an entry out; its sighting stays where it is")
    verb.add_argument("id", type=int)
    verb.add_argument("entry", type=int)

    verb = enter(acts, "share", _share, "share it with these accounts and no others")
    verb.add_argument("id", type=int)
    verb.add_argument(
        "--with", dest="members", action="append", default=[], metavar="NAME", help="may be repeated"
    )
    for name, act, purpose in (
        ("close", _close, "let nothing in it be changed"),
        ("reopen", _reopen, "open a closed case again"),
        ("remove", _remove, "forget it with its notes; the sightings stay"),
    ):
        enter(acts, name, act, purpose).add_argument("id", type=int)

    verb = enter(acts, "export", _export, "write it as a ZIP with crops, clips, tables and hashes")
    verb.add_argument("id", type=int)
    verb.add_argument("file", type=Path, metavar="ZIP")
    verb.add_argument("--reason", default="", help="show faces, for this reason; without one they are hidden")
    verb.add_argument("--no-clips", action="store_true", help="without clips, which take seconds each")


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """Where an export takes pictures and clips from."""

    overview: Overview
    media: FsspecMedia
    segments: Path
    detector: Detector | None  # hides faces; None: they are shown

    def sighting(self, identity: UUID) -> Seen | None:
        return self.overview.sighting(identity, None)

    def shots(self, shot: Shot) -> Sequence[Shot]:
        return self.overview.appearances([shot])[shot.id]

    def crop(self, key: str) -> Image:
        return self.media.get(key)

    def clip(self, seen: Seen) -> bytes:
        images = around.clip(seen, self.segments)
        return around.encoded(images if self.detector is None else hidden(images, self.detector))


def _cases(act: Callable[[Cases], None], settings: Settings) -> int:
    with closing(Cases(settings.database_url)) as cases:
        act(cases)
    return 0


def _known(cases: Cases, identity: int) -> Case:
    case = cases.get(identity, _EVERYTHING)
    if case is None:
        raise CaseError(f"there is no case {identity}: passerby cases list shows them")
    return case


def _open(args: Namespace, settings: Settings) -> int:
    owner = args.owner or operator().name
    _require_keeper(owner, settings)

    def act(cases: Cases) -> None:
        _out.print(f"Case {cases.open(operator(), owner, args.name, args.notes)} is open.")

    return _cases(act, settings)


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("", "name", "owner", "shared with", "sightings", "opened", "closed")

    def act(cases: Cases) -> None:
        for case in cases.all(_EVERYTHING):
            times = case.opened, case.closed
            opened, closed = (clock(time, settings.zone) if time else "" for time in times)
            members, number = ", ".join(case.members), str(case.entries)
            table.add_row(str(case.id), case.name, case.owner, members, number, opened, closed)
        _out.print(table if table.row_count else "There is no case yet: passerby cases open NAME")

    return _cases(act, settings)


def _show(args: Namespace, settings: Settings) -> int:
    def act(cases: Cases) -> None:
        case = _known(cases, args.id)
        _out.print(f"{case.name} ({'closed' if case.closed else 'open'})\n{case.notes}".rstrip())
        table = Table("entry", "camera", "taken", "sighting", "note")
        for entry in cases.entries(case.id, None):
            if entry.taken is None:
                table.add_row(str(entry.id), "", "", "this sighting was erased", "")
            else:
                taken = clock(entry.taken, settings.zone)
                table.add_row(str(entry.id), entry.camera, taken, str(entry.sighting), entry.note)
        _out.print(table if table.row_count else "Nothing is in it yet: passerby cases add ID SIGHTING")

    return _cases(act, settings)


def _add(args: Namespace, settings: Settings) -> int:
    def act(cases: Cases) -> None:
        with closing(Overview(settings.database_url)) as overview:
            found = [(identity, overview.sighting(identity, None)) for identity in args.sighting]
        for identity, seen in found:
            if seen is None:
                raise CaseError(f"there is no sighting {identity}: passerby search --json names them")
        for _, seen in found:
            if seen is not None:
                cases.add(operator(), args.id, seen.shot, args.note)

    return _cases(act, settings)


def _note(args: Namespace, settings: Settings) -> int:
    def act(cases: Cases) -> None:
        if args.entry is None:
            cases.change(operator(), args.id, notes=args.note)
        else:
            cases.write_note(operator(), args.id, args.entry, args.note)

    return _cases(act, settings)


def _take_out(args: Namespace, settings: Settings) -> int:
    return _cases(lambda cases: cases.take_out(operator(), args.id, args.entry), settings)


def _share(args: Namespace, settings: Settings) -> int:
    for name in args.members:
        _require_keeper(name, settings)
    return _cases(lambda cases: cases.share(operator(), args.id, args.members), settings)


def _close(args: Namespace, settings: Settings) -> int:
    return _cases(lambda cases: cases.set_closed(operator(), args.id, True), settings)


def _reopen(args: Namespace, settings: Settings) -> int:
    return _cases(lambda cases: cases.set_closed(operator(), args.id, False), settings)


def _remove(args: Namespace, settings: Settings) -> int:
    return _cases(lambda cases: cases.remove(operator(), args.id), settings)


def _export(args: Namespace, settings: Settings) -> int:
    url, by = settings.database_url, operator()
    wanted = Wanted(by.name, datetime.now(UTC), args.reason.strip(), not args.no_clips)
    with ExitStack() as stack:
        cases = stack.enter_context(closing(Cases(url)))
        log = stack.enter_context(closing(Audit(url)))
        overview = stack.enter_context(closing(Overview(url)))
        case = _known(cases, args.id)
        detector = None
        if wanted.clips and not wanted.reason:
            ledger = stack.enter_context(closing(Ledger(url)))
            detector = build.watch_step(settings, ledger).watch.detector
        source = _Site(overview, open_media(settings.media_url), settings.segments, detector)
        log.append(by, "export_case", str(case.id), reason=wanted.reason, entries=case.entries)
        summaries: list[Summary] = []
        with args.file.open("wb") as file:
            for piece in export(case, cases.entries(case.id, None), wanted, source, summaries.append):
                file.write(piece)
        (summary,) = summaries
        told = {"files": summary.files, "manifest": summary.manifest}
        log.append(by, "exported_case", str(case.id), **told)
    _out.print(
        f"{summary.entries} entries, {summary.files} files. SHA-256 of the manifest: {summary.manifest}",
        soft_wrap=True,
    )
    return 0


def _require_keeper(name: str, settings: Settings) -> None:
    with closing(Accounts(settings.database_url)) as accounts:
        principal = accounts.acting(name)
    if principal is None or not principal.may(Action.KEEP_CASES):
        raise AccountError(
            f"there is no account {name} in use that may keep cases: passerby users list shows them"
        )
