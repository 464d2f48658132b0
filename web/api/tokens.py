"""API tokens: what programs show instead of a password."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from storage.accounts.permissions import Action, Principal
from storage.accounts.tokens import Token
from web.examples import TOKEN, like
from web.paging import PagingOf
from web.problems import Problem, unknown
from web.repeats import SECRET, Repeatable
from web.security import By, allowed
from web.site import SiteOf

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=Repeatable)

Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_TOKENS))]


class Shown(BaseModel):
    """What is known of a token; not the token itself."""

    model_config = like(TOKEN)

    id: str
    label: str
    owner: str
    scopes: list[Action]
    cameras: list[str] | None
    created: datetime
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        fields = {name: getattr(token, name) for name in Shown.model_fields}
        cameras = None if token.cameras is None else sorted(token.cameras)
        return cls(**{**fields, "scopes": sorted(token.scopes), "cameras": cameras})


class Made(BaseModel):
    """A new token; the secret is shown this once."""

    model_config = like({"secret": "passerby_4fYx...", "token": TOKEN})

    secret: str
    token: Shown


class Wanted(BaseModel):
    """A token to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"label": "prometheus", "owner": "ada", "scopes": ["view_metrics"], "days": 90}]
        },
    )

    label: Annotated[str, Field(min_length=1, max_length=200)]
    owner: Annotated[str, Field(max_length=64)]
    scopes: Annotated[list[Action], Field(min_length=1, max_length=len(Action))]
    cameras: Annotated[list[str] | None, Field(max_length=10_000)] = None
    days: Annotated[int, Field(ge=1, le=365)] = 90


@router.get("")
def tokens(_: Manager, site: SiteOf, paging: PagingOf) -> list[Shown]:
    """Every token there ever was, oldest first."""
    return [Shown.of(token) for token in paging.of(site.tokens.all())]


@router.post("", status_code=201, openapi_extra=SECRET)
def add(wanted: Wanted, principal: Manager, by: By, site: SiteOf) -> Made:
    """Make a token; it may do no more than its owner may, nor than a token that makes it."""
    if principal.scopes is not None:
        raise Problem(403, "a token makes no tokens: log in")
    lasts = timedelta(days=wanted.days)
    secret, token = site.tokens.add(
        by, wanted.owner, wanted.label, wanted.scopes, lasts=lasts, cameras=wanted.cameras
    )
    return Made(secret=secret, token=Shown.of(token))


@router.delete("/{id}", status_code=204)
def revoke(id: str, _: Manager, by: By, site: SiteOf) -> None:
    """Let a token work no more."""
    if id not in {token.id for token in site.tokens.all()}:
        raise unknown("token")
    site.tokens.revoke(by, id)
