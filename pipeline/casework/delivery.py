"""Tell webhooks of alerts: when no quiet hours are, to whom may still know, again when it fails."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from pipeline.casework.hooks import Message, Reachable, UndeliveredError, post
from pipeline.casework.standing import quiet_hours
from pipeline.lease import LEASE
from pipeline.settings import Settings
from storage.accounts.audit import Actor, Audit
from storage.accounts.people import Accounts
from storage.accounts.permissions import Action
from storage.casework.alerts import Alerts, Delivery
from storage.casework.saved import SavedSearch
from storage.errors import LeaseLostError
from storage.footage.chunks import worker_name

log = logging.getLogger("passerby.alerts")


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """What delivering reads and writes, and where it may send."""

    alerts: Alerts
    accounts: Accounts
    reachable: Reachable
    zone: tzinfo | None  # of quiet hours; None: this machine's
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


@contextmanager
def opened(settings: Settings) -> Iterator[Post]:
    """What the settings say, closed when done with."""
    url = settings.database_url
    with closing(Alerts(url)) as alerts, closing(Accounts(url)) as accounts:
        yield Post(alerts, accounts, Reachable.read(settings.webhook_hosts), settings.zone)


def deliver_next(office: Post) -> bool:
    """Deliver, hold back or give up the alert that is due longest; False when none is.

    What was sent when this process dies is sent again, under the same id.
    """
    delivery = office.alerts.claim(worker_name(), LEASE)
    if delivery is None:
        return False
    with suppress(LeaseLostError):  # erased, or taken over: it is nothing of ours any more
        _deliver(delivery, office)
    return True


def send_test(search: SavedSearch, secret: str, by: Actor, audit: Audit, reachable: Reachable) -> str:
    """Send a message that says that it is a test, and return the host that took it.

    Raises UndeliveredError with the reason.
    """
    body = {"type": "test", "search": _named(search), "note": "a test: nobody was seen"}
    now = datetime.now(UTC)
    message = Message(f"test-{search.id}-{int(now.timestamp())}", now, _json(body))
    host = post(search.question.webhook, secret, message, reachable)
    audit.append(by, "test_alert", search.id, host=host)
    return host


def _deliver(delivery: Delivery, office: Post) -> None:
    alert, question, now = delivery.alert, delivery.search.question, office.clock()
    owner = office.accounts.acting(delivery.search.owner)
    if owner is None or not owner.may(Action.SAVE_SEARCHES) or not owner.sees(alert.camera):
        office.alerts.fail(delivery, "its owner may not know of it any more", final=True)
        return
    if not question.webhook:
        office.alerts.fail(delivery, "the search has no webhook any more", final=True)
        return
    quiet = quiet_hours(question.quiet)
    until = quiet.end(now, office.zone) if quiet and quiet.covers(now, office.zone) else None
    if until is not None:
        office.alerts.hold_back(delivery, until)
        log.info('alert of "%s" waits until %s: quiet hours', question.name, until.isoformat())
        return
    try:
        message = Message(alert.id, now, _json(told(delivery)))
        host = post(question.webhook, delivery.secret, message, office.reachable)
    except UndeliveredError as error:
        again = office.alerts.fail(delivery, str(error), final=error.final)
        then = "tried again later" if again else "given up"
        log.warning('alert of "%s" was not delivered (%s): %s', question.name, then, error)
    else:
        office.alerts.deliver(delivery, host)


def told(delivery: Delivery) -> dict[str, Any]:
    """What a webhook is told; times are UTC. No picture leaves the site: `path` is its page there."""
    alert = delivery.alert
    return {
        "type": "alert",
        "id": alert.id,
        "search": _named(delivery.search),
        "sighting": str(alert.sighting),
        "path": f"/sightings/{alert.sighting}",
        "camera": alert.camera,
        "began": alert.began.isoformat(),
        "ended": alert.ended.isoformat(),
        "taken": alert.taken.isoformat(),
        "probability": round(alert.probability, 4),
        "reasons": [asdict(ground) for ground in alert.grounds],
        "fired": alert.fired.isoformat(),
        "held_back_until": alert.quiet_until.isoformat() if alert.quiet_until else None,
    }


def _named(search: SavedSearch) -> dict[str, str]:
    return {"id": search.id, "name": search.question.name, "question": search.question.sentence}


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))
