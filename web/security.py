"""Who asks, and whether they may: sessions in cookies, tokens in headers, one dependency for each route."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from storage.accounts.audit import Actor
from storage.accounts.people import digest
from storage.accounts.permissions import Action, Principal
from storage.accounts.sessions import csrf, is_csrf
from web.problems import Problem
from web.seals import Seal
from web.site import Site, SiteOf

COOKIE = "passerby"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What reaches beyond single cameras: whoever managed accounts could give themselves every camera.
WHOLE = frozenset(
    {
        Action.MANAGE_MODELS,
        Action.MANAGE_USERS,
        Action.MANAGE_TOKENS,
        Action.VIEW_SETTINGS,
        Action.VIEW_METRICS,
        Action.READ_AUDIT,
    }
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request."""

    principal: Principal
    actor: Actor
    holder: str  # digest of the secret that was shown: one session, or one API token
    token: str = field(default="", repr=False)  # of the session; empty for a program with an API token

    @property
    def csrf(self) -> str:
        return csrf(self.token) if self.token else ""


def address(request: Request) -> str:
    """Where the request comes from; behind a proxy uvicorn puts in what the proxy says."""
    return request.client.host if request.client else ""


def visitor(request: Request, site: Site) -> Caller | None:
    """Whoever has a session or shows a token that works; None for everybody else.

    Raises Problem for a token that does not work: it was meant to be one.
    """
    said = request.headers.get("authorization")
    if said is not None:
        scheme, _, secret = said.partition(" ")
        shown = site.tokens.principal(secret.strip()) if scheme.lower() == "bearer" else None
        if shown is None:
            detail = "the token is unknown, revoked or too old: make a new one"
            raise Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        return Caller(shown, Actor(shown.name, address(request)), digest(secret.strip()))
    token = request.cookies.get(COOKIE, "")
    session = site.sessions.get(token) if token else None
    if session is None:
        return None
    return Caller(session.user.principal, Actor(session.user.name, address(request)), digest(token), token)


def caller(request: Request, site: SiteOf) -> Caller:
    """Whoever sent the request; raises Problem for nobody, and for a change without the session's secret."""
    known = visitor(request, site)
    if known is None:
        detail = "nobody is logged in, or the session has ended: log in"
        raise Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
    unsafe = request.method not in SAFE and known.token
    if unsafe and not is_csrf(known.token, request.headers.get("x-csrf-token", "")):
        raise Problem(403, "the header X-CSRF-Token is not the session's: load the page again")
    return known


CallerOf = Annotated[Caller, Depends(caller)]


def actor(known: CallerOf) -> Actor:
    """Under whose name the request is written down."""
    return known.actor


By = Annotated[Actor, Depends(actor)]


def allowed(action: Action | str) -> Callable[[Caller], Principal]:
    """A dependency that gives the principal, or refuses one who may not do it."""
    wanted = Action(action)

    def principal(known: CallerOf) -> Principal:
        known.principal.require(wanted)
        if wanted in WHOLE:
            require_whole(known.principal)
        return known.principal

    return principal


def require_whole(principal: Principal) -> None:
    """Raise Problem for one who is limited to some cameras: this tells of all of them, or reaches all."""
    if principal.cameras is not None:
        raise Problem(403, "this concerns every camera, and your account is limited to some")


def paced(known: CallerOf, site: SiteOf) -> None:
    """Count what is dear to answer; raises Problem for an account that asks too often."""
    site.pace.spend(known.principal.name)


Paced = Depends(paced)


def sealing(known: CallerOf, site: SiteOf) -> Seal:
    """How the pictures of an answer are addressed for whoever asked: sealed, if they may look at them."""
    if not known.principal.may(Action.VIEW_MEDIA):
        return lambda path: path
    return lambda path: site.seals.address(path, known.holder)


SealOf = Annotated[Seal, Depends(sealing)]
Searcher = Annotated[Principal, Depends(allowed(Action.SEARCH))]
Viewer = Annotated[Principal, Depends(allowed(Action.VIEW_MEDIA))]


def give_cookie(request: Request, response: Response, token: str) -> None:
    """No script reads the cookie and no other site sends it; it ends with the browser or its session."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure)
