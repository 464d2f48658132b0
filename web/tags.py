"""What an answer held when it was given: asked again it need not be sent, and nobody edits what has changed.

Every answer of the API that is whole has an ETag. `If-None-Match` spares what is known already, `If-Match`
with a change lets it be made only to what its sender has seen.
"""

import hashlib
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem

Shown = TypeVar("Shown", bound=BaseModel)

CHANGED = "somebody has changed it since you looked: load it again and repeat your change on that"


def tag_of(content: bytes | BaseModel) -> str:
    """The ETag of bytes, or of something that can be edited."""
    data = content.model_dump_json().encode() if isinstance(content, BaseModel) else content
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class Edit:
    """A change, and what its sender takes the thing to be; a dependency of whatever can be edited."""

    def __init__(
        self,
        response: Response,
        if_match: Annotated[
            str | None, Header(max_length=500, description="ETag of what is to be changed.")
        ] = None,
    ) -> None:
        self._response, self._wanted = response, if_match

    def require(self, current: BaseModel) -> None:
        """Raise Problem when it is not what the sender has seen; without `If-Match` anything will do."""
        if self._wanted is not None and not _names(self._wanted, tag_of(current)):
            raise Problem(412, CHANGED)

    def shown(self, current: Shown) -> Shown:
        """The same, with its ETag in the answer."""
        self._response.headers["ETag"] = tag_of(current)
        return current


EditOf = Annotated[Edit, Depends()]


class Tagged:
    """Gives whole answers of the API an ETag, and answers 304 to who has them."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        """`root` begins the paths of the API."""
        self.app, self.root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self.root):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: Message | None = None  # the start of an answer, until it is known whether its body is whole

        async def answer(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200:
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body"):
                    start, message = _tagged(start, message, known)
                await send(start)
            await send(message)

        await self.app(scope, receive, answer)


def _tagged(start: Message, body: Message, known: str) -> tuple[Message, Message]:
    headers = MutableHeaders(scope=start)
    headers.setdefault("ETag", tag_of(body.get("body", b"")))
    if not _names(known, headers["ETag"]):
        return start, body
    for name in ("content-length", "content-type"):
        if name in headers:
            del headers[name]
    return {**start, "status": 304}, {**body, "body": b""}


def _names(said: str, tag: str) -> bool:
    """Whether a header names the tag; `*` names them all."""
    given = {each.strip().removeprefix("W/") for each in said.split(",")}
    return "*" in given or tag in given
