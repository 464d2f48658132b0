"""Addresses of pictures that an answer hands out: for one session, for a while, and written down already.

Whoever has such an address was shown it in an answer, and that answer stands in the audit log. So a wall of
pictures is one entry that names them, and looking at them adds none. The session is still asked for.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from web.problems import Problem

LASTS = timedelta(minutes=30)  # at least, and twice that at most

Seal = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an address has behind its path; `seal` is empty when it was written by hand."""

    until: int  # seconds since 1970
    seal: str
    faces: bool


@dataclass(frozen=True, slots=True)
class Seals:
    """Makes and checks seals with the key of the site."""

    key: bytes = field(repr=False)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def address(self, path: str, holder: str, *, faces: bool = False) -> str:
        """The path with a seal; it stays the same for half an hour, so that browsers keep the picture."""
        lasts = int(LASTS.total_seconds())
        until = (int(self.clock().timestamp()) // lasts + 2) * lasts
        said = f"{path}?until={until}&seal={self._seal(path, holder, until, faces)}"
        return f"{said}&faces=true" if faces else said

    def require(self, path: str, holder: str, shown: Sealed) -> None:
        """Raise Problem unless the address was handed to this holder and still works."""
        right = self._seal(path, holder, shown.until, shown.faces)
        if not hmac.compare_digest(right.encode(), shown.seal.encode("utf-8", "surrogatepass")):
            raise Problem(403, "this address was handed to somebody else, or changed: load the page again")
        if shown.until < self.clock().timestamp():
            raise Problem(403, "this address has run out: load the page again")

    def _seal(self, path: str, holder: str, until: int, faces: bool) -> str:
        said = f"{until}\n{faces}\n{holder}\n{path}".encode()
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()[:32]
