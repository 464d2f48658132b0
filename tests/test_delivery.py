"""Alerts are delivered signed, once, when no quiet hours are, and to whom may still know."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.casework.delivery import Post, deliver_next, send_test
from pipeline.casework.hooks import Reachable, UndeliveredError
from storage.accounts.passwords import Passwords
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role
from storage.casework.alerts import Alert
from storage.casework.saved import SavedSearch
from tests.account_site import CHEAP, GOOD
from tests.account_site import ROOT as BY
from tests.casework_site import ADA, EVERYTHING, TOLD, Desk
from tests.hook_server import Receiver

HERE = Reachable.read("127.0.0.1")
BERLIN = ZoneInfo("Europe/Berlin")


class Site(Desk):
    """A desk with an account, and a receiver that is told."""

    def __init__(self, url: str, receiver: Receiver) -> None:
        super().__init__(url)
        self.receiver = receiver
        self.accounts = Accounts(url, Passwords(CHEAP), clock=self.clock)
        self.accounts.add(BY, "ada", GOOD, Role.OPERATOR)
        self.office = Post(self.alerts, self.accounts, HERE, BERLIN, self.clock)

    def alert(self, *, owner: str = "ada", quiet: str = "") -> SavedSearch:
        question = replace(TOLD, webhook=f"{self.receiver.url}/in", quiet=quiet)
        _, made = self.saved.add(ADA, owner, question)
        _, (shot, *_) = self.index(0)
        self.fire(made, shot)
        return made

    @property
    def kept(self) -> Alert:
        (alert,) = self.alerts.newest(EVERYTHING)
        return alert

    def close(self) -> None:
        self.accounts.close()
        super().close()


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    with Receiver().running() as receiver:
        opened = Site(url, receiver)
        yield opened
        opened.close()


def test_an_alert_is_told_once_with_what_is_known_of_it(site: Site) -> None:
    search = site.alert()
    assert deliver_next(site.office)
    assert not deliver_next(site.office)
    ((path, headers, body),) = site.receiver.requests
    told = json.loads(body)
    assert (path, headers["webhook-id"], told["type"]) == ("/in", site.kept.id, "alert")
    assert told["search"] == {"id": search.id, "name": "red coats", "question": "red coat"}
    assert (told["camera"], told["probability"], told["held_back_until"]) == ("gate", 0.9, None)
    assert told["reasons"][0]["phrase"] == "red coat"
    assert told["path"] == f"/sightings/{site.kept.sighting}"
    assert site.kept.delivered == site.clock.now


def test_a_receiver_that_fails_is_asked_again_later_under_the_same_id(site: Site) -> None:
    site.receiver.answers = [503, 204]
    site.alert()
    assert deliver_next(site.office)
    assert (site.kept.attempts, site.kept.trouble) == (1, "127.0.0.1 answered 503")
    assert not deliver_next(site.office)
    site.clock.pass_by(seconds=31)
    assert deliver_next(site.office)
    first, second = (headers["webhook-id"] for _, headers, _ in site.receiver.requests)
    assert first == second
    assert (site.kept.trouble, site.kept.delivered) == ("", site.clock.now)


def test_a_receiver_that_is_gone_is_asked_no_more(site: Site) -> None:
    site.receiver.answers = [410]
    site.alert()
    deliver_next(site.office)
    assert (site.kept.due, site.kept.delivered) == (None, None)
    assert len(site.told("give_up_alert")) == 1


@pytest.mark.parametrize(
    ("fired", "until"),
    [
        ("2026-03-02T23:30+01:00", "2026-03-03T06:00+01:00"),
        ("2026-03-29T01:30+01:00", "2026-03-29T06:00+02:00"),  # the night that is an hour shorter
        ("2026-10-25T02:30+01:00", "2026-10-25T06:00+01:00"),  # the hour that comes twice
    ],
)
def test_quiet_hours_hold_back_and_say_so(site: Site, fired: str, until: str) -> None:
    site.clock.now, end = datetime.fromisoformat(fired).astimezone(UTC), datetime.fromisoformat(until)
    site.alert(quiet="22:00-06:00")
    assert deliver_next(site.office)
    assert site.receiver.requests == []
    assert (site.kept.due, site.kept.quiet_until, site.kept.attempts) == (end, end, 0)
    site.clock.now = end - timedelta(seconds=1)
    assert not deliver_next(site.office)
    site.clock.now = end.astimezone(UTC)
    assert deliver_next(site.office)
    ((_, _, body),) = site.receiver.requests
    assert json.loads(body)["held_back_until"] == end.astimezone(UTC).isoformat()


@pytest.mark.parametrize("lost", ["camera", "role", "account"])
def test_an_owner_who_may_not_know_any_more_is_not_told(site: Site, lost: str) -> None:
    site.accounts.add(BY, "root", GOOD, Role.ADMINISTRATOR)
    site.alert()
    if lost == "camera":
        site.accounts.set_cameras(BY, "ada", ["hall"])
    elif lost == "role":
        site.accounts.set_role(BY, "ada", Role.AUDITOR)
    else:
        site.accounts.disable(BY, "ada")
    assert deliver_next(site.office)
    assert site.receiver.requests == []
    assert (site.kept.due, site.kept.trouble) == (None, "its owner may not know of it any more")


def test_a_webhook_that_was_taken_away_ends_it(site: Site) -> None:
    search = site.alert()
    site.saved.change(ADA, search.id, replace(TOLD, webhook=""))
    deliver_next(site.office)
    assert site.kept.trouble == "the search has no webhook any more"


def test_an_address_that_is_not_allowed_any_more_is_tried_later(site: Site) -> None:
    site.alert()
    deliver_next(replace(site.office, reachable=Reachable()))
    assert site.receiver.requests == []
    assert "PASSERBY_WEBHOOK_HOSTS" in site.kept.trouble
    site.clock.pass_by(minutes=1)
    deliver_next(site.office)
    assert site.kept.delivered


def test_a_test_is_sent_now_and_written_down(site: Site) -> None:
    search = site.alert(quiet="00:00-23:59")
    secret = site.saved.secret(search.id)
    assert send_test(search, secret, ADA, site.audit, HERE) == "127.0.0.1"
    ((_, headers, body),) = site.receiver.requests
    assert json.loads(body)["type"] == "test"
    assert headers["webhook-id"].startswith("test-")
    assert [entry.who for entry in site.told("test_alert")] == ["ada"]
    site.receiver.answers = [500]
    with pytest.raises(UndeliveredError, match="500"):
        send_test(search, secret, ADA, site.audit, HERE)
