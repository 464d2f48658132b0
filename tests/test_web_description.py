"""The description of the API: every route has an example of what it takes and gives, and they are true."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.web_client import site_in
from web.app import create_app

JSON = "application/json"


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with site_in(tmp_path_factory.mktemp("site")) as site:
        return create_app(site).openapi()  # warnings are errors here


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    paths = described["paths"].items()
    return [(f"{method} {path}", act) for path, acts in paths for method, act in acts.items()]


def examples(content: dict[str, Any], known: dict[str, Any]) -> list[Any]:
    """The examples of a body, which stand beside it, in its schema, or in the schema of a list's entries."""
    if "example" in content:
        return [content["example"]]
    schema = content["schema"]
    if schema.get("type") == "array":
        return [[each] for each in examples({"schema": schema["items"]}, known)]
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[1]]
    found: list[Any] = schema.get("examples", [])
    return found


def bodies(act: dict[str, Any]) -> list[dict[str, Any]]:
    """What a route takes and what it gives, where that is JSON."""
    given = [answer for status, answer in act["responses"].items() if status.startswith("2")]
    every = [act.get("requestBody", {}), *given]
    return [body["content"][JSON] for body in every if JSON in body.get("content", {})]


def test_every_route_has_examples_that_fit(described: dict[str, Any]) -> None:
    known = described["components"]["schemas"]
    lacking, wrong = [], []
    for name, act in operations(described):
        for body in bodies(act):
            found = examples(body, known)
            if not found:
                lacking.append(name)
            schema = {**body.get("schema", {}), "components": described["components"]}
            check = Draft202012Validator(schema)
            wrong += [(name, error.message) for each in found for error in check.iter_errors(each)]
    assert lacking == []
    assert wrong == []


def test_every_route_says_what_it_is_and_how_errors_look(described: dict[str, Any]) -> None:
    names = [act["operationId"] for _, act in operations(described)]
    assert len(names) == len(set(names))
    for name, act in operations(described):
        assert act["description"], name
        assert "application/problem+json" in act["responses"]["default"]["content"], name


def test_writes_may_be_repeated_where_nothing_secret_is_answered(described: dict[str, Any]) -> None:
    taken = {
        name
        for name, act in operations(described)
        if any(given["name"] == "Idempotency-Key" for given in act.get("parameters", ()))
    }
    writes = {
        name for name, _ in operations(described) if name.split()[0] in ("post", "patch", "delete", "put")
    }
    api = "/api/v1"
    secret = {f"post {api}/session", f"delete {api}/session", f"post {api}/setup"}
    secret |= {f"post {api}/tokens"}
    saved = f"{api}/saved/{{id}}"
    secret |= {f"post {api}/saved", f"post {saved}/secret"}
    same = {
        f"post {api}/footage",
        f"post {api}/search",
    }  # footage is known by what is in it; a search changes nothing
    assert writes - taken == secret | same


def test_the_description_is_served(tmp_path: Path) -> None:
    from tests.web_client import Client

    with site_in(tmp_path) as site:
        assert Client.of(site).get("/openapi.json").json()["info"]["title"] == "Passerby"
