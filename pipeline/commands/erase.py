"""`passerby erase` and `passerby hold`: delete people for good, and forbid that."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from dataclasses import asdict
from uuid import UUID

from rich.console import Console
from rich.table import Table

from pipeline import build
from pipeline.commands.audit import operator
from pipeline.commands.entry import enter
from pipeline.commands.moment import moment
from pipeline.keeping.erasure import erase
from pipeline.keeping.survey import Counts, Request, survey
from pipeline.settings import Settings
from storage.accounts.holds import Holds
from storage.accounts.permissions import Principal, Role
from storage.footage.erasures import Selection
from storage.types import Where

_out = Console(markup=False, highlight=False)  # names may hold brackets


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command and the group."""
    purpose = "delete people from the index, the crops, the kept footage and the ledger, and prove it"
    verb = verbs.add_parser("erase", help=purpose, description=purpose)
    verb.set_defaults(act=_erase)
    _range(verb)
    verb.add_argument(
        "--sighting", type=UUID, nargs="+", default=[], metavar="ID", help="these sightings alone"
    )
    verb.add_argument(
        "--appearance",
        type=UUID,
        nargs="+",
        default=[],
        metavar="ID",
        help="these sightings and the others of the same person in view",
    )
    verb.add_argument("--reason", default="", help="why, for the audit log")
    verb.add_argument("--dry-run", action="store_true", help="count only")
    verb.add_argument(
        "--yes-erase", type=int, metavar="NUMBER", help="confirms a mass deletion by its number"
    )

    purpose = "forbid that footage is deleted"
    group = verbs.add_parser("hold", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_hold", required=True, metavar="ACT")
    verb = enter(acts, "add", _hold, "hold what a camera saw in a time; without either, everything")
    verb.add_argument("--camera", help="only this camera (default: every camera)")
    verb.add_argument("--after", type=moment, help="from this time on")
    verb.add_argument("--before", type=moment, help="up to this time")
    verb.add_argument("--reason", required=True, help="such as the number of the case")
    enter(acts, "list", _list, "the holds that there are and were")
    enter(acts, "remove", _lift, "end a hold").add_argument("id", type=int)


def _range(verb: ArgumentParser) -> None:
    verb.add_argument("--camera", action="append", default=[], help="everybody there; may be repeated")
    verb.add_argument("--after", type=moment, help="everybody in view after this time")
    verb.add_argument("--before", type=moment, help="everybody in view before this time")


def _erase(args: Namespace, settings: Settings) -> int:
    by = Principal(operator().name, Role.ADMINISTRATOR)
    request = Request(_selection(args), by, reason=args.reason, confirmed=args.yes_erase)
    with build.indexes(settings) as every, build.site(settings, every) as site:
        if args.dry_run:
            found = survey(site, request)
            _table(("there",), (found.before,))
            _out.print(f"{found.number} of {found.total} sightings would go.")
            remains = found.remains
        else:
            report = erase(site, request)
            _table(("before", "after"), (report.before, report.after))
            _out.print(f"This report is entry {report.number} of the audit log.")
            remains = report.remains
    for sentence in remains:
        _out.print(f"Remains: {sentence}", soft_wrap=True)
    return 0


def _selection(args: Namespace) -> Selection:
    ranged = bool(args.camera or args.after or args.before)
    if ranged and (args.sighting or args.appearance):
        raise ValueError("name a camera and a time, or sightings, not both")
    where = Where(tuple(args.camera), args.after, args.before) if ranged else None
    return Selection(where, tuple(args.sighting), tuple(args.appearance))


def _table(names: tuple[str, ...], counts: tuple[Counts, ...]) -> None:
    table = Table("", *names)
    for field in asdict(counts[0]):
        table.add_row(field, *(str(getattr(each, field)) for each in counts))
    _out.print(table)


def _hold(args: Namespace, settings: Settings) -> int:
    with closing(Holds(settings.database_url)) as holds:
        hold = holds.place(operator(), args.camera, args.after, args.before, args.reason)
    _out.print(f"Hold {hold.id} is in force.")
    return 0


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("", "camera", "after", "before", "reason", "placed", "lifted")
    with closing(Holds(settings.database_url)) as holds:
        for hold in holds.all():
            times = hold.after, hold.before, hold.placed, hold.lifted
            after, before, placed, lifted = (f"{time:%Y-%m-%d %H:%M}" if time else "" for time in times)
            table.add_row(str(hold.id), hold.camera or "every", after, before, hold.reason, placed, lifted)
    _out.print(table if table.row_count else "There is no hold.")
    return 0


def _lift(args: Namespace, settings: Settings) -> int:
    with closing(Holds(settings.database_url)) as holds:
        holds.lift(operator(), args.id)
    return 0
