"""Which addresses of cameras people may enter through the service."""

import ipaddress
import socket
from urllib.parse import urlsplit

from web.problems import Problem

SCHEMES = frozenset({"http", "https", "rtmp", "rtsp", "rtsps"})


def check(url: str) -> None:
    """Raise Problem for a file of the server, and for a host that no camera is, such as a cloud's metadata.

    Private networks are allowed, for cameras are there. A name is looked up; one that does not resolve now
    is let through, for a camera may come later.
    """
    try:
        address = urlsplit(url)
        host = address.hostname or ""
        _ = address.port
    except ValueError:
        raise Problem(422, "url: this is no address; write for example rtsp://192.0.2.7/stream") from None
    if address.scheme.lower() not in SCHEMES or not host:
        known = ", ".join(sorted(SCHEMES))
        raise Problem(422, f"url: an address begins with one of {known}, then ://HOST")
    for resolved in _resolved(host):
        if resolved.is_link_local or resolved.is_multicast or resolved.is_unspecified or resolved.is_reserved:
            raise Problem(422, f"url: {host} is no host of a camera")


def _resolved(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    mapped = [address.ipv4_mapped for address in addresses if isinstance(address, ipaddress.IPv6Address)]
    return [*addresses, *(address for address in mapped if address is not None)]
