"""Who may do what: every pair of role and action, and which cameras a request reaches."""

import pytest

from storage.accounts.permissions import (
    PERMISSIONS,
    Action,
    ForbiddenError,
    Principal,
    Role,
    UnknownCameraError,
    allowed,
)

# Written out a second time on purpose: a slip in the table must not pass unseen. Columns: V O A R.
EXPECTED = """
search          x x x .
view_media      x x x .
unblur          . x x .
export          . x x .
save_searches   . x x .
keep_cases      . x x .
ingest          . x x .
view_jobs       . x x .
manage_jobs     . . x .
manage_cameras  . . x .
manage_models   . . x .
manage_users    . . x .
manage_tokens   . . x .
view_settings   . . x x
view_metrics    . . x .
read_audit      . . x x
erase           . . x .
manage_holds    . . x .
"""
ROLES = (Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR, Role.AUDITOR)
PAIRS = [
    (Action(action), role, mark == "x")
    for action, *marks in (line.split() for line in EXPECTED.split("\n") if line)
    for role, mark in zip(ROLES, marks, strict=True)
]
GATE_ONLY = Principal("alice", Role.VIEWER, None, frozenset({"gate", "roof"}))
EVERYWHERE = Principal("bob", Role.OPERATOR)
KNOWN = ("hall", "gate", "yard")


@pytest.mark.parametrize(("action", "role", "may"), PAIRS)
def test_every_pair_of_role_and_action(action: Action, role: Role, may: bool) -> None:
    principal = Principal("alice", role)
    assert principal.may(action) is may
    assert not Principal("alice", role, frozenset()).may(action)
    if may:
        principal.require(action)
    else:
        with pytest.raises(ForbiddenError, match=action):
            principal.require(action)


def test_no_pair_is_forgotten() -> None:
    assert {(action, role) for action, role, _ in PAIRS} == {(a, r) for a in Action for r in Role}
    assert set(PERMISSIONS) == set(Action)


def test_a_token_may_no_more_than_its_scopes_nor_than_the_role() -> None:
    token = Principal("alice", Role.VIEWER, frozenset({Action.SEARCH, Action.ERASE}))
    assert token.may(Action.SEARCH)
    assert not token.may(Action.VIEW_MEDIA)
    assert not token.may(Action.ERASE)


def test_an_empty_request_reaches_what_may_be_seen_and_never_nothing() -> None:
    assert allowed(GATE_ONLY, (), KNOWN) == ("gate",)
    assert allowed(EVERYWHERE, (), KNOWN) == ("gate", "hall", "yard")
    for blind in (Principal("eve", Role.VIEWER, None, frozenset()), GATE_ONLY):
        with pytest.raises(UnknownCameraError):
            allowed(blind, (), ("hall",))


def test_named_cameras_are_kept_in_their_order_once() -> None:
    assert allowed(EVERYWHERE, ["yard", "gate", "yard"], KNOWN) == ("yard", "gate")


def test_a_forbidden_camera_cannot_be_told_from_an_unknown_one() -> None:
    def refusal(camera: str) -> str:
        with pytest.raises(UnknownCameraError) as error:
            allowed(GATE_ONLY, ["gate", camera], KNOWN)
        return str(error.value).replace(camera, "CAMERA")

    assert refusal("hall") == refusal("nowhere")
    assert "hall" not in refusal("nowhere")
    assert refusal("roof") == refusal("nowhere")  # permitted, but nothing was ever seen there
