"""Accounts: who can be, what they may become, and what is written down of it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from storage.accounts.audit import Actor, Sought
from storage.accounts.passwords import check_password
from storage.accounts.people import AccountError
from storage.accounts.permissions import Action, Role
from storage.accounts.sessions import csrf
from tests.account_site import GOOD, HOME, OTHER, ROOT, Site, refused


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    site = Site(url)
    site.populate()
    yield site
    site.close()


def test_nothing_that_opens_a_door_is_stored(site: Site) -> None:
    cookie = site.log_in()
    secret, _ = site.tokens.add(ROOT, "alice", "script", [Action.SEARCH], lasts=timedelta(days=1))
    stored = site.stored()
    for door in (GOOD, OTHER, cookie, secret, csrf(cookie)):
        assert door not in stored


def test_a_new_password_unlocks_and_logs_out_everywhere(site: Site) -> None:
    cookie = site.log_in()
    for _ in range(5):
        refused(site, password="wrong")
    site.accounts.set_password(ROOT, "alice", OTHER)
    assert site.sessions.get(cookie) is None
    site.log_in(password=OTHER)
    refused(site, password=GOOD)


def test_a_hash_is_made_anew_when_its_parameters_grew(site: Site) -> None:
    def parameters() -> str:
        found = re.search(r"alice', '\$argon2id\$v=19\$([^$]*)", site.stored())
        assert found
        return found.group(1)

    assert parameters() == "m=8,t=1,p=1"
    grown = Site(site.url, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    refused(grown, password="wrong")
    assert parameters() == "m=8,t=1,p=1"
    grown.log_in()
    assert parameters() == "m=16,t=2,p=1"
    grown.log_in()
    grown.close()


@pytest.mark.parametrize("change", ["role", "cameras", "disable"])
def test_whoever_is_changed_has_to_log_in_again(site: Site, change: str) -> None:
    cookie = site.log_in()
    match change:
        case "role":
            site.accounts.set_role(ROOT, "alice", Role.OPERATOR)
        case "cameras":
            site.accounts.set_cameras(ROOT, "alice", ["gate", "hall"])
        case _:
            site.accounts.disable(ROOT, "alice")
            site.accounts.enable(ROOT, "alice")
    assert site.sessions.get(cookie) is None
    site.log_in()


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "short"),
        ("alice", "a" * 1025),
        ("alice", "aaaaaaaaaaaabbbbbbb"),
        ("alice@example", "Alice@Example"),
        ("alice", ""),
    ],
)
def test_poor_passwords_are_refused(name: str, password: str) -> None:
    with pytest.raises(ValueError, match="choose another"):
        check_password(name, password)


def test_the_same_letters_typed_on_another_keyboard_are_the_same_password(site: Site) -> None:
    site.accounts.set_password(ROOT, "alice", "cafe\u0301 au lait noir")
    site.log_in(password="caf\u00e9 au lait noir")


@pytest.mark.parametrize("name", ["", "Alice", "../x", "os:root", "a" * 65, "al ice", "-x", "élise"])
def test_poor_names_are_refused(site: Site, name: str) -> None:
    with pytest.raises(AccountError, match="cannot name an account"):
        site.accounts.add(ROOT, name, GOOD, Role.VIEWER)


def test_an_account_is_made_once(site: Site) -> None:
    with pytest.raises(AccountError, match="already"):
        site.accounts.add(ROOT, "alice", OTHER, Role.ADMINISTRATOR)
    site.log_in()
    for name in ("nobody", ""):
        with pytest.raises(AccountError, match="no account"):
            site.accounts.set_role(ROOT, name, Role.OPERATOR)


def test_somebody_always_administers(site: Site) -> None:
    for change in (
        lambda: site.accounts.disable(ROOT, "root"),
        lambda: site.accounts.set_role(ROOT, "root", Role.VIEWER),
    ):
        with pytest.raises(AccountError, match="last administrator"):
            change()
    site.accounts.set_role(ROOT, "alice", Role.ADMINISTRATOR)
    site.accounts.disable(ROOT, "root")
    assert [user.name for user in site.accounts.all() if not user.disabled] == ["alice"]


def test_the_first_administrator_comes_by_a_token_that_works_once(url: str) -> None:
    site = Site(url)
    stale = site.accounts.invite(ROOT)
    token = site.accounts.invite(ROOT)
    for wrong in (stale, "", "a" * 43):
        with pytest.raises(AccountError, match="does not work"):
            site.accounts.accept(wrong, "root", GOOD)
    with pytest.raises(ValueError, match="characters"):
        site.accounts.accept(token, "root", "short")
    assert site.accounts.accept(token, "root", GOOD, address=HOME).role is Role.ADMINISTRATOR
    for again in (lambda: site.accounts.accept(token, "eve", GOOD), lambda: site.accounts.invite(ROOT)):
        with pytest.raises(AccountError, match="already"):
            again()
    site.close()


def test_an_old_invitation_is_void(url: str) -> None:
    site = Site(url)
    token = site.accounts.invite(ROOT)
    site.clock.pass_by(hours=24)
    with pytest.raises(AccountError, match="does not work"):
        site.accounts.accept(token, "root", GOOD)
    assert site.accounts.all() == []
    site.close()


def test_every_change_is_written_down_with_who_made_it(site: Site) -> None:
    admin = Actor("root", HOME)
    site.accounts.set_role(admin, "alice", Role.OPERATOR)
    site.accounts.set_cameras(admin, "alice", None)
    _, token = site.tokens.add(admin, "alice", "x", [Action.UNBLUR], lasts=timedelta(days=1))
    site.tokens.revoke(admin, token.id)
    entries = list(site.log.all(Sought(who="root")))
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("set_role", "alice"),
        ("set_cameras", "alice"),
        ("add_token", token.id),
        ("revoke_token", token.id),
    ]
    assert entries[0].details == {"role": "operator"}
    assert {entry.address for entry in entries} == {HOME}
    assert site.log.verify().fault == ""
