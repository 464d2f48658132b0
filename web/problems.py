"""Every error as a problem document (RFC 9457): what is wrong and what to do, and nothing of the inside."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pipeline.footage.around import GoneError
from pipeline.footage.sources import SourceError
from pipeline.keeping.erasure import MassErasureError
from pipeline.recording.cameras import CamerasError
from pipeline.search import QueryError
from storage.accounts.holds import HeldError
from storage.accounts.lockout import LockedError
from storage.accounts.people import AccountError
from storage.accounts.permissions import ForbiddenError, UnknownCameraError
from storage.accounts.replies import RepeatedError
from storage.accounts.sessions import RefusedError
from storage.errors import InUseError, NoSpaceError

MEDIA_TYPE = "application/problem+json"

Page = Callable[[Request, int, str], Response | None]  # of an error, if the request is a browser's for a page

log = logging.getLogger(__name__)

# What a sentence of the domain means here. Their sentences are written to be shown.
SHOWN: dict[type[Exception], int] = {
    RefusedError: 401,
    RepeatedError: 409,
    ForbiddenError: 403,
    UnknownCameraError: 404,
    HeldError: 409,
    GoneError: 410,
    MassErasureError: 409,
    AccountError: 422,
    CamerasError: 422,
    QueryError: 422,
    SourceError: 422,
    LockedError: 429,
}
# Their sentences name folders and servers, so they go to the log instead.
HIDDEN: dict[type[Exception], tuple[int, str]] = {
    OSError: (503, "something that is needed does not answer: try again in a while"),
    InUseError: (503, "another process has the index open: try again when it is done"),
    NoSpaceError: (507, "the disk is full: ask an administrator to make room"),
}
FAULT = 500, "this is a fault of Passerby; its log says more"


class Problem(Exception):
    """An answer other than the one that was asked for."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers, more


def unknown(what: str) -> Problem:
    """For what is not there, and for what may not be known: the two must not be told apart."""
    return Problem(404, f"there is no such {what}")


@contextmanager
def refused() -> Iterator[None]:
    """A ValueError of the block is the caller's to mend."""
    try:
        yield
    except tuple(SHOWN):
        raise
    except ValueError as error:
        raise Problem(422, str(error)) from error


def document(
    status: int, detail: str, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> JSONResponse:
    """The problem as a response."""
    content = {**_content(status, detail), **(more or {})}
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def told(error: Exception) -> dict[str, Any]:
    """The problem document of an error, for an answer that has begun; the log has what it does not say."""
    for kind in type(error).__mro__:
        if kind in SHOWN:
            return _content(SHOWN[kind], str(error))
        if kind in HIDDEN:
            log.warning("%s", error)
            return _content(*HIDDEN[kind])
    log.error("an answer broke off", exc_info=error)
    return _content(*FAULT)


def _content(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def install(app: FastAPI, page: Page) -> None:
    """Let every error end in a problem document, or in a page for a browser that wants one."""
    app.state.error_page = page
    app.add_exception_handler(Problem, _own)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in SHOWN:
        app.add_exception_handler(kind, _shown)
    for kind in HIDDEN:
        app.add_exception_handler(kind, _hidden)


def _answer(
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    page: Page = request.app.state.error_page
    return page(request, status, detail) or document(status, detail, headers, more)


def _own(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error.status, error.detail, error.headers, error.more)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: "there is nothing at this address", 405: f"{request.method} is not done here"}
    detail = said.get(error.status_code, str(error.detail))
    return _answer(request, error.status_code, detail, error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    """Says where and why, not what was sent: that may be a password."""
    assert isinstance(error, RequestValidationError)
    wrongs = [{"where": ".".join(map(str, wrong["loc"])), "what": wrong["msg"]} for wrong in error.errors()]
    detail = "; ".join(f"{wrong['where']}: {wrong['what']}" for wrong in wrongs)
    return _answer(request, 422, detail, more={"errors": wrongs})


def _shown(request: Request, error: Exception) -> Response:
    status = next(SHOWN[kind] for kind in type(error).__mro__ if kind in SHOWN)
    return _answer(request, status, str(error))


def _hidden(request: Request, error: Exception) -> Response:
    status, detail = next(HIDDEN[kind] for kind in type(error).__mro__ if kind in HIDDEN)
    log.warning("%s %s: %s", request.method, request.url.path, error)
    return _answer(request, status, detail)
