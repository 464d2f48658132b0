"""API tokens: they do what their scopes and their owner both allow, until they end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from storage.accounts.people import AccountError
from storage.accounts.permissions import Action, Role
from tests.account_site import GOOD, NOON, ROOT, Site


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    site = Site(url)
    site.populate()
    yield site
    site.close()


def test_a_token_does_what_its_scopes_and_its_owner_allow(site: Site) -> None:
    site.accounts.add(ROOT, "bob", GOOD, Role.OPERATOR, cameras=["gate", "hall"])
    secret, token = site.tokens.add(
        ROOT, "bob", "nightly", [Action.SEARCH, Action.EXPORT], lasts=timedelta(days=1), cameras=["gate"]
    )
    assert token.last_used is None
    principal = site.tokens.principal(secret)
    assert principal is not None
    assert principal.may(Action.SEARCH)
    assert not principal.may(Action.UNBLUR)
    assert (principal.sees("gate"), principal.sees("hall")) == (True, False)
    assert site.tokens.all()[0].last_used == NOON
    site.accounts.set_role(ROOT, "bob", Role.VIEWER)
    site.accounts.set_cameras(ROOT, "bob", ["hall"])
    weaker = site.tokens.principal(secret)
    assert weaker is not None
    assert (weaker.may(Action.EXPORT), weaker.sees("gate"), weaker.sees("hall")) == (False, False, False)


def test_a_token_ends_by_time_by_revocation_and_with_its_owner(site: Site) -> None:
    def made() -> tuple[str, str]:
        secret, token = site.tokens.add(ROOT, "alice", "x", [Action.SEARCH], lasts=timedelta(days=1))
        assert site.tokens.principal(secret) is not None
        return secret, token.id

    secret, identity = made()
    site.tokens.revoke(ROOT, identity)
    assert site.tokens.principal(secret) is None
    with pytest.raises(AccountError, match="in use"):
        site.tokens.revoke(ROOT, identity)
    secret, _ = made()
    site.accounts.disable(ROOT, "alice")
    assert site.tokens.principal(secret) is None
    site.accounts.enable(ROOT, "alice")
    assert site.tokens.principal(secret) is not None
    site.clock.pass_by(days=1)
    assert site.tokens.principal(secret) is None
    assert site.tokens.principal("passerby_invented\ud800") is None


def test_no_token_is_worth_more_than_its_owner(site: Site) -> None:
    day = timedelta(days=1)
    with pytest.raises(AccountError, match="may not erase"):
        site.tokens.add(ROOT, "alice", "x", [Action.ERASE], lasts=day)
    with pytest.raises(AccountError, match="camera hall"):
        site.tokens.add(ROOT, "alice", "x", [Action.SEARCH], lasts=day, cameras=["hall"])
    with pytest.raises(AccountError, match="no account"):
        site.tokens.add(ROOT, "nobody", "x", [Action.SEARCH], lasts=day)
    for lasts in (timedelta(), timedelta(days=366)):
        with pytest.raises(AccountError, match="365 days"):
            site.tokens.add(ROOT, "alice", "x", [Action.SEARCH], lasts=lasts)
    with pytest.raises(AccountError, match="scope"):
        site.tokens.add(ROOT, "alice", "x", [], lasts=day)
