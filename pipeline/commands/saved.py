"""`passerby saved add | list | change | pause | resume | secret | remove`: questions that stand."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from pipeline.asking.question import refused_terms
from pipeline.casework.hooks import Reachable
from pipeline.casework.standing import Rules, Wish, standing
from pipeline.commands.audit import operator
from pipeline.commands.entry import enter
from pipeline.settings import Settings
from storage.accounts.people import AccountError, Accounts
from storage.casework.saved import SavedError, SavedSearch, SavedSearches
from storage.footage.ledger import Ledger

_out = Console(markup=False, highlight=False)  # names may hold brackets


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the group of commands."""
    purpose = "questions that are compared with everybody who comes"
    group = verbs.add_parser("saved", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_saved", required=True, metavar="ACT")

    verb = enter(acts, "add", _add, "save a search; it looks at what is indexed from now on")
    verb.add_argument("name")
    verb.add_argument("text", help='a sentence: "red coat, no bag, at the north gate"')
    verb.add_argument(
        "--owner",
        help="the account that it is for (default: whoever runs this command, who sees all cameras)",
    )
    _wishes(verb)
    enter(acts, "list", _list, "the saved searches that there are")

    verb = enter(acts, "change", _change, "change what is given, leave the rest")
    verb.add_argument("name", help="name or id")
    verb.add_argument("--text", help="ask this instead")
    _wishes(verb)
    for name, act, purpose in (
        ("pause", _pause, "let it look no more, until it is resumed"),
        ("resume", _resume, "let it look again, but not at what came meanwhile"),
        ("secret", _secret, "print a new secret for its webhook, this once; the old one signs no more"),
        ("remove", _remove, "forget it and its alerts"),
    ):
        enter(acts, name, act, purpose).add_argument("name", help="name or id")


def _wishes(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--literal", action="store_true", help="the whole sentence is what the person looks like"
    )
    verb.add_argument("--camera", action="append", help="only this camera; may be repeated")
    verb.add_argument("--min-probability", type=float, help="from here on (default: the model's threshold)")
    verb.add_argument(
        "--quiet", help='hours in which nothing is delivered: "mon-fri 22:00-06:00"; "" for none'
    )
    verb.add_argument("--webhook", help='https address that is told of each alert; "" for none')


@contextmanager
def opened(settings: Settings) -> Iterator[SavedSearches]:
    with closing(SavedSearches(settings.database_url)) as saved:
        yield saved


def named(saved: SavedSearches, name: str) -> SavedSearch:
    """The saved search of a name or id; raises SavedError when there is none, or several."""
    found = [each for each in saved.all() if name in (each.id, each.question.name)]
    if len(found) != 1:
        ids = ", ".join(f"{each.id} ({each.owner})" for each in found)
        how = f'several saved searches are called "{name}": say which by its id, {ids}'
        raise SavedError(
            how if found else f'there is no saved search "{name}": passerby saved list shows them'
        )
    return found[0]


def _add(args: Namespace, settings: Settings) -> int:
    owner = args.owner or operator().name
    wish = Wish(
        args.name,
        args.text,
        tuple(args.camera or ()),
        args.min_probability,
        args.quiet or "",
        args.webhook or "",
        args.literal,
    )
    question, notices = standing(wish, _cameras(owner, settings), _rules(settings))
    with opened(settings) as saved:
        secret, made = saved.add(operator(), owner, question)
    for notice in notices:
        _out.print(f"Note: {notice}")
    where = ", ".join(question.cameras) or "every camera that its owner sees"
    _out.print(f'Saved as {made.id}: looks for "{question.description}" on {where}.')
    if question.webhook:
        _out.print(f"The webhook's secret, shown this once: {secret}", soft_wrap=True)
    return 0


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("id", "name", "owner", "question", "cameras", "from", "quiet", "told", "")
    with opened(settings) as saved:
        for each in saved.all():
            asked = each.question
            table.add_row(
                each.id,
                asked.name,
                each.owner,
                asked.sentence,
                ", ".join(asked.cameras) or "all",
                "model's" if asked.least is None else f"{asked.least:.0%}",
                asked.quiet or "never",
                asked.webhook.partition("://")[2].partition("/")[0] or "nobody",
                "paused" if each.paused else "",
            )
    _out.print(table if table.row_count else "There is no saved search yet.")
    return 0


def _change(args: Namespace, settings: Settings) -> int:
    with opened(settings) as saved:
        known = named(saved, args.name)
        asked = known.question
        given = {
            "sentence": args.text,
            "cameras": None if args.camera is None else tuple(args.camera),
            "least": args.min_probability,
            "quiet": args.quiet,
            "webhook": args.webhook,
        }
        as_written = args.literal or (args.text is None and asked.sentence == asked.description)
        wish = Wish(
            asked.name, asked.sentence, asked.cameras, asked.least, asked.quiet, asked.webhook, as_written
        )
        wish = replace(wish, **{name: value for name, value in given.items() if value is not None})
        if args.text is not None and args.camera is None:
            wish = replace(wish, cameras=())
        question, notices = standing(wish, _cameras(known.owner, settings), _rules(settings))
        saved.change(operator(), known.id, question)
    for notice in notices:
        _out.print(f"Note: {notice}")
    return 0


def _pause(args: Namespace, settings: Settings) -> int:
    with opened(settings) as saved:
        saved.pause(operator(), named(saved, args.name).id, True)
    return 0


def _resume(args: Namespace, settings: Settings) -> int:
    with opened(settings) as saved:
        saved.pause(operator(), named(saved, args.name).id, False)
    return 0


def _secret(args: Namespace, settings: Settings) -> int:
    with opened(settings) as saved:
        _out.print(saved.renew_secret(operator(), named(saved, args.name).id), soft_wrap=True)
    return 0


def _remove(args: Namespace, settings: Settings) -> int:
    with opened(settings) as saved:
        saved.remove(operator(), named(saved, args.name).id)
    return 0


def _cameras(owner: str, settings: Settings) -> tuple[str, ...]:
    """The cameras that the owner may see; raises AccountError for one who cannot have saved searches."""
    with (
        closing(Accounts(settings.database_url)) as accounts,
        closing(Ledger(settings.database_url)) as ledger,
    ):
        principal = accounts.acting(owner)
        if principal is None:
            raise AccountError(f"there is no account {owner} in use: passerby users list shows them")
        return tuple(camera for camera in ledger.cameras() if principal.sees(camera))


def _rules(settings: Settings) -> Rules:
    return Rules(settings.zone, refused_terms(settings.refused_terms), Reachable.read(settings.webhook_hosts))
