"""Webhooks: signed messages to addresses that a site allows.

Signed as https://www.standardwebhooks.com has it, so that receivers find a library in their language.
"""

import base64
import hashlib
import hmac
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import urlsplit

from storage.casework.saved import PREFIX

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PATIENCE, LONGEST = 5.0, 15.0  # seconds for one step of a delivery, and for all of it
URL = 2000  # characters of the longest
GONE = 410  # a receiver says so that wants no more
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # carries an IPv4 address in its last four bytes


class HookError(ValueError):
    """Nothing may be sent to this address."""


class UndeliveredError(OSError):
    """The receiver did not take it; `final` when it wants no more."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook leads."""

    secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, and under which id: the same alert has the same one however often it is sent."""

    id: str
    at: datetime  # when it is sent
    body: str  # JSON


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where messages may go: to public addresses over TLS, and to what an administrator names."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Reachable":
        """Hosts and networks with commas between them; raises ValueError for what is neither."""
        hosts, networks = set[str](), list[Network]()
        for part in filter(None, (part.strip().lower() for part in text.split(","))):
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError:
                if "/" in part or ":" in part:
                    raise ValueError(
                        f'"{part}" is no host and no network: write hooks.internal or 10.0.0.0/8'
                    ) from None
                hosts.add(part)
        return cls(frozenset(hosts), tuple(networks))

    def check(self, url: str) -> Target:
        """Where `url` leads; raises HookError for what may not be reached.

        A name that does not resolve now is let through here, and looked up again at each delivery.
        """
        target = _target(url)
        found = _resolved(target)
        named = target.host in self.hosts or (bool(found) and all(map(self._named, found)))
        if not named and any(not _public(address) for address in found):
            raise HookError(
                f"{target.host} is no public address: an administrator has to name it in "
                "PASSERBY_WEBHOOK_HOSTS"
            )
        if not target.secure and not named:
            raise HookError("a webhook's address begins with https://, so that nobody reads along")
        return target

    def address(self, target: Target) -> Address:
        """The address to connect to: what was checked is what is reached, whatever the name says next."""
        found = _resolved(target)
        if not found:
            raise UndeliveredError(f"{target.host} is not found")
        for address in found:
            if not _public(address) and target.host not in self.hosts and not self._named(address):
                raise UndeliveredError(
                    f"{target.host} is no public address, and PASSERBY_WEBHOOK_HOSTS does not name it"
                )
        return found[0]

    def _named(self, address: Address) -> bool:
        return any(address.version == each.version and address in each for each in self.networks)


def sign(secret: str, message: Message) -> str:
    """The header `webhook-signature`: HMAC-SHA256 over id, time in seconds since 1970, and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    said = f"{message.id}.{int(message.at.timestamp())}.{message.body}"
    return "v1," + base64.b64encode(hmac.new(key, said.encode(), hashlib.sha256).digest()).decode()


def post(url: str, secret: str, message: Message, reachable: Reachable) -> str:
    """Send the message and return the host that took it; raises UndeliveredError with the reason.

    No redirect is followed, the answer's body is not read, and all of it takes at most `LONGEST` seconds.
    """
    try:
        target = reachable.check(url)
    except HookError as error:
        raise UndeliveredError(str(error)) from error
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Passerby",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(message.at.timestamp())),
        "webhook-signature": sign(secret, message),
    }
    connection = (_Secure if target.secure else _Plain)(target, reachable.address(target))
    end = Timer(LONGEST, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", target.path, message.body.encode(), headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise UndeliveredError(f"{target.host}: {str(error) or type(error).__name__}") from error
    finally:
        end.cancel()
        connection.close()
    if 300 <= status < 400:
        raise UndeliveredError(f"{target.host} answered {status}, and no redirect is followed")
    if not 200 <= status < 300:
        raise UndeliveredError(f"{target.host} answered {status}", final=status == GONE)
    return target.host


class _Plain(HTTPConnection):
    """A connection to one address, whatever its host's name resolves to now."""

    def __init__(self, target: Target, address: Address) -> None:
        super().__init__(target.host, target.port, timeout=PATIENCE)
        self._address = str(address)

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)

    def cut(self) -> None:
        """End it from another thread: a receiver that dawdles must not hold a worker."""
        held = self.sock
        if held is not None:
            socket.socket.shutdown(held, socket.SHUT_RDWR)


class _Secure(_Plain):
    """The same over TLS, with the certificate checked against the name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _target(url: str) -> Target:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    scheme = parts.scheme.lower()
    written = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL
    if scheme not in ("https", "http") or not host or not written:
        raise HookError("this is no address of a webhook: write https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise HookError("a webhook's address holds no user and no password: the signature says who sends it")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme == "https", host.lower(), port or (443 if scheme == "https" else 80), path)


def _resolved(target: Target) -> list[Address]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(_plain(str(entry[4][0])) for entry in found))


def _plain(text: str) -> Address:
    """The address; one of IPv4 that is written as IPv6 is the former."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inside or address
    return address


def _public(address: Address) -> bool:
    return address.is_global and not address.is_multicast
