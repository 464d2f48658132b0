"""`passerby alerts list | run | test`: who matched a saved search, and whether webhooks were told."""

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline import build
from pipeline.casework import delivery, firing
from pipeline.casework.hooks import Reachable
from pipeline.commands import saved
from pipeline.commands.audit import operator
from pipeline.commands.entry import enter
from pipeline.commands.show import clock
from pipeline.ports import Encoder, Index
from pipeline.settings import Settings
from storage.accounts.audit import Audit
from storage.casework.alerts import Alert, Alerts, Wanted
from storage.casework.saved import SavedError

_out = Console(markup=False, highlight=False)  # names may hold brackets
_err = Console(stderr=True, markup=False, highlight=False)


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the group of commands."""
    purpose = "who matched a saved search"
    group = verbs.add_parser("alerts", help=purpose, description=purpose)
    acts = group.add_subparsers(dest="act_on_alerts", required=True, metavar="ACT")

    verb = enter(acts, "list", _list, "the newest alerts")
    verb.add_argument("--search", metavar="NAME", help="only of this saved search")
    verb.add_argument("--top", type=int, default=20, help="at most this many")
    verb.add_argument("--json", action="store_true", help="print them as JSON")

    purpose = "compare what was indexed with the saved searches and deliver what is due, as a service does"
    enter(acts, "run", _run, purpose)

    verb = enter(acts, "test", _test, "send a test to the webhook of a saved search")
    verb.add_argument("name", help="name or id of the saved search")


def tell(network: Encoder, sightings: Index, settings: Settings) -> None:
    """Fire for what was indexed and tell webhooks, where no service does; says what matched."""
    with firing.opened(settings, network, sightings) as looking:
        while (fired := looking.next()) is not None:
            for one in fired:
                shot = one.finding.shot
                _err.print(
                    f'Alert: "{one.name}" matches on {shot.camera}, {clock(shot.taken, settings.zone)} '
                    f"({one.finding.probability:.0%})"
                )
    with delivery.opened(settings) as office:
        while delivery.deliver_next(office):
            pass


def _run(args: Namespace, settings: Settings) -> int:
    network = build.answering(settings)
    with closing(build.index(settings, network.model)) as sightings:
        tell(network, sightings, settings)
    return 0


def _test(args: Namespace, settings: Settings) -> int:
    with saved.opened(settings) as searches, closing(Audit(settings.database_url)) as log:
        search = saved.named(searches, args.name)
        if not search.question.webhook:
            raise SavedError(
                f"{args.name} has no webhook: passerby saved change {args.name} --webhook https://..."
            )
        reachable = Reachable.read(settings.webhook_hosts)
        host = delivery.send_test(search, searches.secret(search.id), operator(), log, reachable)
    _out.print(f"{host} took it.")
    return 0


def _list(args: Namespace, settings: Settings) -> int:
    with saved.opened(settings) as searches, closing(Alerts(settings.database_url)) as alerts:
        search = saved.named(searches, args.search).id if args.search else ""
        found = alerts.newest(Wanted(None, None, search), limit=args.top)
    if args.json:
        sys.stdout.write(json.dumps([_record(alert) for alert in found], indent=2) + "\n")
        return 0
    table = Table("fired", "search", "camera", "in view", "sure", "sighting", "delivery")
    zone = settings.zone
    for alert in found:
        seen = f"{clock(alert.began, zone)}\n{clock(alert.ended, zone)}"
        likely = f"{alert.probability:.0%}"
        fired = clock(alert.fired, zone)
        table.add_row(
            fired, alert.name, alert.camera, seen, likely, str(alert.sighting), _state(alert, settings)
        )
    _out.print(table if table.row_count else "There is no alert yet.")
    return 0


def _state(alert: Alert, settings: Settings) -> str:
    if alert.delivered:
        return f"delivered {clock(alert.delivered, settings.zone)}"
    if alert.due is None:
        return f"given up: {alert.trouble}" if alert.trouble else "nobody to tell"
    if alert.quiet_until and alert.quiet_until >= datetime.now(UTC):
        return f"quiet until {clock(alert.quiet_until, settings.zone)}"
    return f"attempt {alert.attempts + 1}: {alert.trouble}" if alert.trouble else "on its way"


def _record(alert: Alert) -> dict[str, Any]:
    """The alert for a program; times are ISO 8601 in UTC."""
    record = asdict(alert)
    for name, value in record.items():
        if isinstance(value, datetime):
            record[name] = value.isoformat()
    grounds = record.pop("grounds")
    return {**record, "sighting": str(alert.sighting), "reasons": list(grounds)}
