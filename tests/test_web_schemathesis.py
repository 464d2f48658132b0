"""Requests that a tool makes up from the description of the API, and answers checked against it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.accounts.audit import Actor
from storage.accounts.permissions import PERMISSIONS, Role
from tests.web_client import ROOT, copy_of, site_in
from web.app import create_app

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
hypothesis = pytest.importorskip("hypothesis")

EXAMPLES = 4  # requests to a route
PATIENCE = 300  # seconds for an answer: networks load, other tests run
# What ends the session, streams without an end, or begins to train, index or watch.
LEFT_OUT = {
    "/session",
    "/setup",
    "/jobs/events",
    "/models/reindex",
    "/schedule/{name}",
    "/cameras/{name}/frame",
}


@pytest.fixture(scope="module")
def described(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The description, as the tool reads it, and a token that may do everything."""
    with site_in(copy_of(filled, tmp_path_factory.mktemp("site"))) as site:
        scopes = [action for action in PERMISSIONS if Role.ADMINISTRATOR in PERMISSIONS[action]]
        secret, _ = site.tokens.add(Actor("os:root"), "ada", "made up", scopes, lasts=timedelta(days=1))
        yield schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", create_app(site)), secret


def test_answers_to_made_up_requests_are_as_described(described: tuple[Any, str]) -> None:
    schema, secret = described
    names = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
    schemathesis.checks.load_all_checks()
    checks = schemathesis.checks.CHECKS.get_by_names(names)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.removeprefix(ROOT) in LEFT_OUT:
            continue

        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            response = case.call(headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE)
            case.validate_response(response, checks=checks)

        ask()
    assert asked > 100
