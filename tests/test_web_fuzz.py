"""Whatever is sent to whichever route ends in an answer or a problem document, never in a fault."""

import json
import random
import re
from typing import Any
from urllib.parse import quote

from tests.web_client import Client
from web.app import create_app
from web.problems import MEDIA_TYPE
from web.site import Site

ROUNDS = 12
# Half a surrogate pair, a NUL, numbers that no database holds, times at the edge of the calendar.
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 10**30, 1e308, "", " ", "red", "\0", "\ud800", "a" * 5000, "../../x"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-01", "1e999", "yard", "ada"),
    *([], [None], ["red"], ["yard"], {}, {"q": "red"}, [[[0, 0], [1, 1], [0, 1]]]),
)
# What would end the session, or begin to train and index.
LEFT_OUT = {
    ("delete", "/api/v1/session"),
    ("post", "/api/v1/session"),
    ("post", "/api/v1/models/reindex"),
    ("get", "/readyz"),
}


def bodies(schema: dict[str, Any], known: dict[str, Any], chance: random.Random) -> Any:
    """A body with the right names and odd values, mostly; at times something else altogether."""
    named = known[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if chance.random() < 0.1:
        return chance.choice(ODD)
    names = [name for name in named.get("properties", {}) if chance.random() < 0.7]
    return {name: chance.choice(ODD) for name in names}


def query(acts: dict[str, Any], chance: random.Random) -> dict[str, str]:
    wanted = [given["name"] for given in acts.get("parameters", ()) if given["in"] == "query"]
    said = {name: chance.choice(ODD) for name in wanted if chance.random() < 0.6}
    return {name: str(value).replace("\ud800", "?") for name, value in said.items()}


def test_nothing_that_is_sent_is_a_fault(site: Site) -> None:
    chance = random.Random(7)
    described = create_app(site).openapi()
    known = described["components"]["schemas"]
    ada = Client.of(site).log_in("ada")
    faults = []
    for path, acts in described["paths"].items():
        for method, told in acts.items():
            if (method, path) in LEFT_OUT:
                continue
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            kinds = [*told["responses"].get("200", {}).get("content", {}), "*/*"]
            for _ in range(ROUNDS):
                odd = quote(str(chance.choice(ODD)), safe="", errors="surrogatepass") or "x"
                address = re.sub(r"\{\w+\}", odd.replace("\\", ""), path)
                sent: dict[str, Any] = {
                    "params": query(told, chance),
                    "headers": {"Accept": chance.choice(kinds)},
                }
                if content is not None:
                    sent["content"] = json.dumps(bodies(content["schema"], known, chance))
                    sent["headers"]["Content-Type"] = "application/json"
                answer = ada.http.request(method.upper(), address, **sent)
                kind = answer.headers.get("content-type")
                if answer.status_code >= 500 or (answer.status_code >= 400 and kind != MEDIA_TYPE):
                    faults.append((answer.status_code, method, address, sent))
    assert faults == []
