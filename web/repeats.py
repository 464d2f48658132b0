"""Writes that may be sent twice: with the same `Idempotency-Key` they are done once and answered alike."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from storage.accounts.permissions import Principal
from storage.accounts.replies import Replies, Reply
from web.problems import Problem
from web.security import SAFE, caller
from web.site import site_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_LONGEST = 200  # characters of a key
_KEPT = ("content-type", "etag", "location")  # headers of an answer that belong to what it says

_DESCRIBED: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Any name for this very request, such as a UUID: sent again within a day with the same "
    "name, it is not done again but answered as before.",
    "schema": {"type": "string", "maxLength": _LONGEST},
    "example": "0b6a9f1e-5d0f-4c8e-9f6e-0d9f3f1c2a77",
}

SECRET: dict[str, Any] = {"x-secret": True}  # in `openapi_extra` of a route whose answer must not be kept

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Repeatable(APIRoute):
    """A route of a router whose writes may be sent twice: `APIRouter(route_class=Repeatable)`.

    A route that answers with a secret takes no key, or the secret would be kept with the answer. What ended
    in a problem has done nothing, and is tried anew.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        told = more.get("openapi_extra") or {}
        self._secret = bool(told.get("x-secret"))
        if not (set(more.get("methods") or ()) <= SAFE or self._secret):
            more["openapi_extra"] = {**told, "parameters": [*told.get("parameters", ()), _DESCRIBED]}
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            name = request.headers.get(HEADER)
            if name is None or request.method in SAFE:
                return await handle(request)
            if self._secret:
                raise Problem(422, f"{HEADER}: the answer is a secret, which is not kept: leave it out")
            if not (0 < len(name) <= _LONGEST and name.isprintable()):
                raise Problem(422, f"{HEADER}: use 1 to {_LONGEST} characters")
            site = site_of(request)
            known = await run_in_threadpool(caller, request, site)
            key = _digest(name, _whose(known.principal))
            asked = _digest(request.method, str(request.url), await request.body())
            before = await run_in_threadpool(site.replies.begin, key, asked)
            if before is not None:
                return Response(before.body, before.status, {**before.headers, REPLAYED: "true"})
            return await _answered(handle, request, site.replies, key)

        return once


async def _answered(handle: Handler, request: Request, replies: Replies, key: str) -> Response:
    try:
        response = await handle(request)
    except Exception:
        await run_in_threadpool(replies.forget, key)
        raise
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    reply = Reply(response.status_code, headers, bytes(response.body))
    await run_in_threadpool(replies.end, key, reply)
    return response


def _whose(principal: Principal) -> str:
    """A key is one person's, and only as long as they may do the same: nothing is replayed past a change."""
    scopes = "all" if principal.scopes is None else sorted(principal.scopes)
    cameras = "all" if principal.cameras is None else sorted(principal.cameras)
    return f"{principal.name}\n{principal.role}\n{scopes}\n{cameras}"


def _digest(*parts: str | bytes) -> str:
    said = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        said.update(len(data).to_bytes(8, "big") + data)
    return said.hexdigest()
