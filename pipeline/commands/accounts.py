"""`passerby users` and `passerby tokens`: who may use Passerby, and with which programs."""

import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from datetime import timedelta
from getpass import getpass

from rich.console import Console
from rich.table import Table

from pipeline.commands.audit import operator
from pipeline.commands.entry import enter
from pipeline.settings import Settings
from storage.accounts.people import AccountError, Accounts
from storage.accounts.permissions import Action, Role
from storage.accounts.tokens import Tokens

_out = Console(markup=False, highlight=False)  # names may hold brackets


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter both groups of commands."""
    purpose = "who may use Passerby, as what, and on which cameras"
    group = verbs.add_parser("users", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_users", required=True, metavar="ACT")

    verb = enter(acts, "add", _add, "make an account; asks for the password, or reads a line of it")
    verb.add_argument("name")
    verb.add_argument("--role", type=Role, choices=list(Role), default=Role.VIEWER, help="default: viewer")
    _cameras(verb)
    enter(acts, "list", _list, "the accounts that there are")
    for name, act, purpose in (
        ("passwd", _passwd, "set a new password; logs the account out everywhere and unlocks it"),
        ("disable", _disable, "shut an account; its sessions end and its tokens rest"),
        ("enable", _enable, "open a disabled account again"),
    ):
        enter(acts, name, act, purpose).add_argument("name")
    verb = enter(acts, "role", _role, "change what an account may do")
    verb.add_argument("name")
    verb.add_argument("role", type=Role, choices=list(Role))
    verb = enter(acts, "cameras", _limit, "say which cameras an account sees; without --camera, all")
    verb.add_argument("name")
    _cameras(verb)
    enter(acts, "invite", _invite, "print a one-time token with which the first administrator signs up")

    purpose = "what programs show instead of a password"
    group = verbs.add_parser("tokens", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_tokens", required=True, metavar="ACT")

    verb = enter(acts, "add", _add_token, "make a token and print it, this once")
    verb.add_argument("label", help="what it is for")
    verb.add_argument("--user", required=True, help="the account that it acts for")
    scopes = ", ".join(Action)
    verb.add_argument(
        "--scope",
        type=Action,
        choices=list(Action),
        action="append",
        required=True,
        metavar="ACTION",
        help=f"what it may do; may be repeated: {scopes}",
    )
    _cameras(verb)
    verb.add_argument("--days", type=int, default=90, help="how long it works (default: 90)")
    enter(acts, "list", _list_tokens, "the tokens that there are")
    enter(acts, "revoke", _revoke, "let a token work no more").add_argument("id")


def _cameras(verb: ArgumentParser) -> None:
    verb.add_argument("--camera", action="append", help="only this camera; may be repeated (default: all)")


def _add(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.add(operator(), args.name, _password(), args.role, cameras=args.camera)
    return 0


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("name", "role", "cameras", "since", "")
    with closing(Accounts(settings.database_url)) as accounts:
        for user in accounts.all():
            state = "disabled" if user.disabled else ""
            table.add_row(user.name, user.role, _named(user.cameras), f"{user.created:%Y-%m-%d}", state)
    _out.print(table if table.row_count else "There is no account yet: passerby users add NAME")
    return 0


def _passwd(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.get(args.name)  # before somebody types a password for nobody
        accounts.set_password(operator(), args.name, _password())
    return 0


def _disable(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.disable(operator(), args.name)
    return 0


def _enable(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.enable(operator(), args.name)
    return 0


def _role(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.set_role(operator(), args.name, args.role)
    return 0


def _limit(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        accounts.set_cameras(operator(), args.name, args.camera)
    return 0


def _invite(args: Namespace, settings: Settings) -> int:
    with closing(Accounts(settings.database_url)) as accounts:
        _out.print(accounts.invite(operator()), soft_wrap=True)
    return 0


def _add_token(args: Namespace, settings: Settings) -> int:
    with closing(Tokens(settings.database_url)) as tokens:
        secret, _ = tokens.add(
            operator(),
            args.user,
            args.label,
            args.scope,
            lasts=timedelta(days=args.days),
            cameras=args.camera,
        )
    _out.print(secret, soft_wrap=True)
    return 0


def _list_tokens(args: Namespace, settings: Settings) -> int:
    table = Table("id", "for", "account", "may", "cameras", "until", "last used")
    with closing(Tokens(settings.database_url)) as tokens:
        for token in tokens.all():
            until = "revoked" if token.revoked else f"{token.expires:%Y-%m-%d}"
            used = f"{token.last_used:%Y-%m-%d}" if token.last_used else "never"
            may = ", ".join(sorted(token.scopes))
            table.add_row(token.id, token.label, token.owner, may, _named(token.cameras), until, used)
    _out.print(table if table.row_count else "There is no token yet.")
    return 0


def _revoke(args: Namespace, settings: Settings) -> int:
    with closing(Tokens(settings.database_url)) as tokens:
        tokens.revoke(operator(), args.id)
    return 0


def _named(cameras: frozenset[str] | None) -> str:
    return "all" if cameras is None else ", ".join(sorted(cameras))


def _password() -> str:
    """Typed twice at a terminal, where nothing shows; else a line from whatever is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass("password: ")
    if getpass("again: ") != typed:
        raise AccountError("the two passwords differ: try again")
    return typed
