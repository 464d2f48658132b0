"""Logging in and out, and the first administrator."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from storage.accounts.people import AccountError
from storage.accounts.permissions import PERMISSIONS, Action, Role
from storage.accounts.sessions import csrf
from web.examples import KNOWN, MADE, like
from web.problems import Problem, refused
from web.security import COOKIE, CallerOf, address, give_cookie
from web.site import SiteOf

router = APIRouter(tags=["session"])

Name = Annotated[str, Field(max_length=64)]
Password = Annotated[SecretStr, Field(max_length=1024)]


class Entry(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "ada", "password": "correct horse battery"}]}
    )

    name: Name
    password: Password


class First(Entry):
    """The first administrator."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "mL0c...", "name": "ada", "password": "correct horse battery"}]
        }
    )

    token: Annotated[str, Field(max_length=200)]


class Known(BaseModel):
    """Whoever is logged in."""

    model_config = like(KNOWN)

    name: str
    role: Role
    actions: list[Action]  # what they may do
    cameras: list[str] | None  # null: all
    csrf: str  # to be sent as X-CSRF-Token with every change; empty for an API token


class Made(BaseModel):
    """The account that was made."""

    model_config = like(MADE)

    name: str
    role: Role


@router.post("/session")
def log_in(entry: Entry, request: Request, response: Response, site: SiteOf) -> Known:
    """Open a session, in place of the one that the browser had."""
    before = request.cookies.get(COOKIE, "")
    password = entry.password.get_secret_value()
    with refused():
        token = site.sessions.log_in(entry.name, password, address=address(request), replaces=before)
    opened = site.sessions.get(token)
    if opened is None:
        raise Problem(401, "the account was disabled just now")
    give_cookie(request, response, token)
    user = opened.user
    actions = [action for action in Action if user.role in PERMISSIONS[action]]
    cameras = None if user.cameras is None else sorted(user.cameras)
    return Known(name=user.name, role=user.role, actions=actions, cameras=cameras, csrf=csrf(token))


@router.get("/session")
def who(known: CallerOf) -> Known:
    """Who is logged in, and what they may do."""
    principal = known.principal
    return Known(
        name=principal.name,
        role=principal.role,
        actions=[action for action in Action if principal.may(action)],
        cameras=None if principal.cameras is None else sorted(principal.cameras),
        csrf=known.csrf,
    )


@router.delete("/session", status_code=204)
def log_out(known: CallerOf, response: Response, site: SiteOf) -> None:
    """End the session."""
    site.sessions.log_out(known.token, address=known.actor.address)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


@router.post("/setup", status_code=201)
def set_up(first: First, request: Request, site: SiteOf) -> Made:
    """Make the first administrator with the token that the terminal showed; 404 once there is an account."""
    if site.accounts.all():
        raise Problem(404, "there is an account already: log in")
    try:
        with refused():
            password = first.password.get_secret_value()
            user = site.accounts.accept(first.token, first.name, password, address=address(request))
    except AccountError:
        if site.accounts.all():  # somebody else was faster
            raise Problem(404, "there is an account already: log in") from None
        raise
    return Made(name=user.name, role=user.role)
