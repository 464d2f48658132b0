"""Around every request: a limit on its body, and headers that keep browsers strict."""

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import FAULT, Page, document

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = "max-age=31536000"
BODY = 1 << 20  # bytes of a request, unless its path says otherwise

log = logging.getLogger(__name__)


class Strict:
    """Adds the headers, to the answer of a fault too; what a route set itself stays.

    Nothing is cached unless a route says so.
    """

    def __init__(self, app: ASGIApp, page: Page) -> None:
        """`page` shows a fault to browsers."""
        self.app, self.page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", ONE_YEAR)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            if begun:
                raise  # the reader notices that the answer breaks off
            fault = self.page(Request(scope, receive), *FAULT) or document(*FAULT)
            await fault(scope, receive, answer)


class Bounded:
    """Refuses bodies that are too long, before they are read where the request says how long it is."""

    def __init__(self, app: ASGIApp, longer: dict[str, int]) -> None:
        """`longer` are the paths that take more than `BODY` bytes, and how many."""
        self.app, self.longer = app, longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.longer.get(scope["path"], BODY)
        detail = f"the request is longer than {limit:,} bytes: send less"
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await document(413, detail)(scope, receive, send)
            return
        length = 0

        async def counted() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > limit:
                raise HTTPException(413, detail)
            return message

        await self.app(scope, counted, send)
