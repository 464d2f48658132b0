"""The connection to a Qdrant server: every call has a deadline, is tried again, and fails in a sentence."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

import grpc
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from storage.errors import UnavailableError

DEADLINE = 10  # seconds for one call, and after which it is not made again
PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds before each further try, give or take a quarter
FAILURES = (grpc.RpcError, ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse)
REFUSED = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, 401, 403}
MISSING = {grpc.StatusCode.NOT_FOUND, 404}
PASSING = {  # of a server that starts, is away or is overrun
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    *(429, 500, 502, 503, 504),
}

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a server keeps what it is given; all but the key count only for an index that is made anew."""

    shards: int = 1
    replicas: int = 1  # copies of each shard
    writes: int = 1  # copies that must have a write before it counts as done
    key: str = ""  # API key
    by_day: bool = False  # every day has shards of its own


class Server:
    """A Qdrant server or cluster; `ask` calls one of the methods of `client`.

    Every request that Passerby makes may be made twice, so one whose answer was lost is made again.
    """

    def __init__(self, client: QdrantClient, name: str, cluster: Cluster) -> None:
        """`name` is what messages call it, without any secret."""
        self.client, self.name, self.cluster = client, name, cluster

    @classmethod
    def at(cls, url: str, cluster: Cluster) -> "Server":
        """The server at `http://HOST:PORT`; gRPC, which is faster, is spoken with the next port.

        Nothing is sent yet. Raises ValueError for another kind of URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the index URL is {url!r}: write http://HOST:6333")
        port = parts.port or 6333
        client = QdrantClient(
            url=f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}",
            grpc_port=port + 1,
            prefer_grpc=True,
            api_key=cluster.key or None,
            timeout=DEADLINE,
            check_compatibility=False,  # it would wait for a server that is away
        )
        return cls(client, f"{parts.hostname}:{port}", cluster)

    def ask(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call and, while the server is away, call again; raises UnavailableError, an OSError.

        A server that refuses is asked several times, one that says nothing once.
        """
        pauses, until = iter(PAUSES), time.monotonic() + DEADLINE
        while True:
            try:
                return method(*args, **kwargs)
            except FAILURES as error:
                code, reason = _reason(error)
                pause = next(pauses, None)
                if pause is None or code not in PASSING or time.monotonic() + pause > until:
                    said = _sentence(code, reason)
                    raise UnavailableError(f"the Qdrant server {self.name} {said}") from error
            time.sleep(pause * random.uniform(0.75, 1.25))

    def close(self) -> None:
        self.client.close()


def _reason(error: Exception) -> tuple[object, str]:
    """The status, one of those above where it is known, and what the server said."""
    match error:
        case grpc.RpcError():
            return error.code(), error.details() or error.code().name
        case UnexpectedResponse():
            return error.status_code, f"{error.status_code} {error.reason_phrase} {error.content[:200]!r}"
        case _:  # no answer came back, or it asked to wait
            return grpc.StatusCode.UNAVAILABLE, str(getattr(error, "source", error))


def _sentence(code: object, reason: str) -> str:
    if code in REFUSED:
        return "refuses the API key: set PASSERBY_INDEX_KEY to one that may write"
    if code in MISSING:
        return f"no longer has these sightings ({reason}): another process dropped them, so start again"
    if code in PASSING:
        return (
            f"does not answer ({reason}): check that it runs and has room, and that PASSERBY_INDEX names it; "
            "what was stored before is safe"
        )
    return f"refuses a request ({reason}): check that its version is 1.18 or later"
