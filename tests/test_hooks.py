"""Webhooks: where they may lead, how they are signed, and what counts as delivered."""

import base64
import hashlib
import hmac
import re
import socket
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import pytest

from pipeline.casework import hooks
from pipeline.casework.hooks import HookError, Message, Reachable, UndeliveredError, post, sign
from storage.casework.saved import new_secret
from tests.hook_server import Receiver

HERE = Reachable.read("127.0.0.1, ::1")
MESSAGE = Message("alert-1", datetime(2026, 3, 1, 12, tzinfo=UTC), '{"type":"alert"}')
USE = Path(__file__).parent.parent / "docs" / "use.md"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/x",
        "https://192.168.1.5/x",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://[fe80::1]/x",
        "https://2130706433/x",
    ],
)
def test_what_is_not_public_has_to_be_named(url: str) -> None:
    with pytest.raises(HookError, match="PASSERBY_WEBHOOK_HOSTS"):
        Reachable().check(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks", "ftp://192.0.2.7/x", "file:///etc/passwd", "https://", "https:///x", "https://[::/x"),
        *(
            "https://u:p@example.com/x",
            "https://example.com:99999/",
            "https://exam ple.com/",
            "https://x\n.com",
        ),
        *("https://example.com/\x00", "https://example.com/" + "a" * 2000, "https://exämple.com/"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(HookError, match=r"webhook"):
        Reachable().check(url)


def test_plain_http_is_for_named_hosts_alone() -> None:
    with pytest.raises(HookError, match="https"):
        Reachable().check("http://8.8.8.8/x")
    target = Reachable.read("8.8.8.0/24").check("http://8.8.8.8/in?key=1")
    assert (target.secure, target.host, target.port, target.path) == (False, "8.8.8.8", 80, "/in?key=1")
    assert Reachable().check("https://8.8.8.8").path == "/"
    assert Reachable().check("https://no-such-host.invalid/x").port == 443  # it may come later


def test_hosts_are_named_by_name_or_network() -> None:
    named = Reachable.read(" Hooks.Internal , 10.0.0.0/8,")
    assert named.check("http://10.1.2.3:8080/x").port == 8080
    assert named.hosts == {"hooks.internal"}
    for wrong in ("10.0.0.1/8", "http://hooks", "hooks:80"):
        with pytest.raises(ValueError, match=r"write hooks\.internal"):
            Reachable.read(wrong)


def test_a_message_is_signed_over_id_time_and_body() -> None:
    secret = new_secret()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f'alert-1.{int(MESSAGE.at.timestamp())}.{{"type":"alert"}}'
    expected = base64.b64encode(hmac.new(key, said.encode(), hashlib.sha256).digest()).decode()
    assert sign(secret, MESSAGE) == f"v1,{expected}"


def test_the_snippet_of_the_documents_verifies_what_is_sent() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", USE.read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, object] = {}
    exec(snippet, known)
    is_genuine = known["is_genuine"]
    assert callable(is_genuine)
    secret, now = new_secret(), datetime.now(UTC)
    with Receiver().running() as receiver:
        post(f"{receiver.url}/in", secret, Message("alert-1", now, '{"a":1}'), HERE)
    ((path, headers, body),) = receiver.requests
    assert path == "/in"
    assert is_genuine(secret, headers, body.encode())
    assert not is_genuine(new_secret(), headers, body.encode())
    assert not is_genuine(secret, headers, b'{"a":2}')
    old = {**headers, "webhook-timestamp": str(int(now.timestamp()) - 3600)}
    assert not is_genuine(secret, old, body.encode())


@pytest.mark.parametrize(
    ("answer", "final"), [(500, False), (404, False), (302, False), (410, True), (100, False)]
)
def test_only_success_is_delivered_and_no_redirect_is_followed(answer: int, final: bool) -> None:
    with Receiver([answer]).running() as receiver:
        with pytest.raises(UndeliveredError) as error:
            post(f"{receiver.url}/in", new_secret(), MESSAGE, HERE)
        assert error.value.final is final
        assert [path for path, _, _ in receiver.requests] == ["/in"]


def test_a_receiver_that_is_away_or_dawdles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(UndeliveredError, match=r"127\.0\.0\.1"):
        post(nobody, new_secret(), MESSAGE, HERE)
    monkeypatch.setattr(hooks, "LONGEST", 0.5)
    with Receiver([-20]).running() as receiver:  # a byte now and then, so no single step takes long
        began = monotonic()
        with pytest.raises(UndeliveredError):
            post(receiver.url, new_secret(), MESSAGE, HERE)
        assert monotonic() - began < 5


def test_a_name_that_leads_elsewhere_after_it_was_checked_reaches_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([[ip_address("8.8.8.8")], [ip_address("127.0.0.1")]])
    monkeypatch.setattr(hooks, "_resolved", lambda target: next(answers))
    with pytest.raises(UndeliveredError, match="no public address"):
        post("https://hooks.example/in", new_secret(), MESSAGE, Reachable())
