"""Logging in: what gets in, what is slowed down, and when a session ends."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from storage.accounts.audit import Sought
from storage.accounts.permissions import Role
from storage.accounts.sessions import Lifetimes, Sessions, csrf, is_csrf
from tests.account_site import GOOD, HOME, OTHER, ROOT, Site, refused


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    site = Site(url)
    site.populate()
    yield site
    site.close()


def test_whoever_knows_the_password_gets_in(site: Site) -> None:
    session = site.sessions.get(site.log_in(" Alice "))
    assert session is not None
    assert session.address == HOME
    principal = session.user.principal
    assert (principal.name, principal.role) == ("alice", Role.VIEWER)
    assert principal.sees("gate")
    assert not principal.sees("hall")
    assert site.actions() == ["add_user", "add_user", "log_in"]


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_read_alike(site: Site) -> None:
    site.accounts.add(ROOT, "bob", GOOD, Role.VIEWER)
    site.accounts.disable(ROOT, "bob")
    answers = {
        refused(site, name="alice", password="wrong"),
        refused(site, name="alice", password=""),
        refused(site, name="nobody", password=GOOD),
        refused(site, name="bob", password=GOOD),
        refused(site, name="x' OR 1=1 --\0\ud800", password="\ud800" * 5000),
    }
    assert len(answers) == 1


def test_an_unknown_name_costs_a_password_check_too(site: Site) -> None:
    class Counting(PasswordHasher):
        verified: list[str]  # parameters of the hashes

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            self.verified.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    hasher = Counting(time_cost=2, memory_cost=16, parallelism=1)
    hasher.verified = []
    watched = Site(site.url, hasher)
    watched.accounts.add(ROOT, "carol", GOOD, Role.VIEWER)
    refused(watched, name="carol", password="wrong")
    refused(watched, name="nobody", password="wrong")
    refused(watched, name="no name at all!", password="wrong")
    assert len(hasher.verified) == 3
    assert len(set(hasher.verified)) == 1  # the same work each time
    watched.close()


def test_what_was_typed_for_a_name_is_kept_nowhere(site: Site) -> None:
    """People type their password there."""
    refused(site, name=GOOD, password="wrong")
    assert GOOD not in site.stored()
    assert site.log.newest(Sought(action="log_in_refused"))[0].who == "unknown"


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_five_failures_lock_an_account_whether_or_not_it_exists(site: Site, name: str) -> None:
    for _ in range(5):
        assert "RefusedError" in refused(site, name=name, password="wrong")
    assert refused(site, name=name, password=GOOD) == (
        "LockedError: too many failed attempts: try again after 12:01:00 UTC"
    )
    assert site.sessions.get(site.log_in("root", OTHER)) is not None  # nobody else is locked
    entries = site.log.newest(Sought(action="log_in_refused"))
    assert [entry.details["locks"] for entry in entries] == [True, False, False, False, False]


def test_a_lock_ends_and_the_next_one_is_longer(site: Site) -> None:
    for _ in range(5):
        refused(site, password="wrong")
    site.clock.pass_by(seconds=59)
    assert "Locked" in refused(site)
    site.clock.pass_by(seconds=1)
    assert "Refused" in refused(site, password="wrong")
    site.clock.pass_by(seconds=119)
    assert "Locked" in refused(site)
    site.clock.pass_by(seconds=1)
    site.log_in()
    for _ in range(4):  # forgiven: the count began anew
        assert "Refused" in refused(site, password="wrong")
    site.log_in()


def test_failures_are_forgotten_after_an_hour(site: Site) -> None:
    for _ in range(4):
        refused(site, password="wrong")
    site.clock.pass_by(hours=1, seconds=1)
    for _ in range(4):
        assert "Refused" in refused(site, password="wrong")
    site.log_in()


def test_an_address_is_locked_however_many_names_it_tries(site: Site) -> None:
    for number in range(30):
        refused(site, name=f"guess{number}", password="wrong", address="2001:db8:1:2::1")
    assert "Locked" in refused(site, name="root", password=OTHER, address="2001:db8:1:2:ffff::9")
    site.log_in("root", OTHER, address="2001:db8:1:3::1")
    site.log_in("root", OTHER)


def test_logging_in_between_does_not_buy_more_guesses(site: Site) -> None:
    for number in range(30):
        refused(site, name=f"guess{number}", password="wrong")
        if number < 29:
            site.log_in()
    assert "Locked" in refused(site)


def test_logging_in_always_gives_a_new_session_and_ends_the_old(site: Site) -> None:
    """A cookie that somebody planted beforehand is worth nothing afterwards."""
    planted = site.log_in()
    cookie = site.log_in(replaces=planted)
    assert cookie != planted
    assert site.sessions.get(planted) is None
    assert site.sessions.get(cookie) is not None
    invented = "a" * 43
    assert site.log_in(replaces=invented) != invented
    assert site.sessions.get(invented) is None


def test_a_session_ends_when_idle_and_at_last_in_any_case(site: Site) -> None:
    cookie = site.log_in()
    for _ in range(14):  # 11 hours 40 minutes, never idle
        site.clock.pass_by(minutes=50)
        assert site.sessions.get(cookie) is not None
    site.clock.pass_by(minutes=20)
    assert site.sessions.get(cookie) is None
    cookie = site.log_in()
    site.clock.pass_by(hours=1)
    assert site.sessions.get(cookie) is None
    short = Sessions(
        site.url, site.passwords, lifetimes=Lifetimes(idle=timedelta(minutes=5)), clock=site.clock
    )
    cookie = short.log_in("alice", GOOD, address=HOME)
    site.clock.pass_by(minutes=5)
    assert short.get(cookie) is None
    short.close()


def test_logging_out_ends_one_session_and_everywhere_all(site: Site) -> None:
    first, second, third = site.log_in(), site.log_in(), site.log_in()
    site.sessions.log_out(first, address=HOME)
    assert site.sessions.get(first) is None
    assert site.sessions.get(second) is not None
    assert site.sessions.log_out_everywhere(ROOT, "alice") == 2
    assert site.sessions.get(third) is None
    assert site.actions()[-2:] == ["log_out", "log_out_everywhere"]


def test_the_secret_of_forms_belongs_to_one_session(site: Site) -> None:
    first, second = site.log_in(), site.log_in()
    assert is_csrf(first, csrf(first))
    assert not is_csrf(first, csrf(second))
    assert not is_csrf(first, "")
    assert not is_csrf(first, "ü\ud800")
