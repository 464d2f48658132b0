"""Accounts."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from storage.accounts.people import AccountError, User
from storage.accounts.permissions import Action, Principal, Role
from web.examples import ACCOUNT, like
from web.paging import PagingOf
from web.problems import refused, unknown
from web.repeats import Repeatable
from web.security import By, allowed
from web.site import Site, SiteOf
from web.tags import EditOf

router = APIRouter(prefix="/users", tags=["users"], route_class=Repeatable)

Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_USERS))]
Cameras = Annotated[list[str] | None, Field(max_length=10_000, description="null: all")]
Password = Annotated[SecretStr, Field(max_length=1024)]

EXAMPLE: dict[str, Any] = {
    "name": "grace",
    "password": "staple correct horse",
    "role": "operator",
    "cameras": ["north-gate"],
}


class Account(BaseModel):
    """One account; it is never deleted, only disabled, for the audit log names it."""

    model_config = like(ACCOUNT)

    name: str
    role: Role
    cameras: list[str] | None
    created: datetime
    disabled: datetime | None

    @classmethod
    def of(cls, user: User) -> Self:
        cameras = None if user.cameras is None else sorted(user.cameras)
        return cls(
            name=user.name, role=user.role, cameras=cameras, created=user.created, disabled=user.disabled
        )


class Wanted(BaseModel):
    """An account to make."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Annotated[str, Field(max_length=64)]
    password: Password
    role: Role = Role.VIEWER
    cameras: Cameras = None


class Changes(BaseModel):
    """What is to be another way; every change ends the account's sessions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer"}]})

    password: Password | None = None
    role: Role | None = None
    cameras: Cameras = None
    disabled: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("change one of password, role, cameras and disabled at a time")
        if self.model_fields_set != {"cameras"} and getattr(self, next(iter(self.model_fields_set))) is None:
            raise ValueError("null says nothing here")
        return self


@router.get("")
def users(_: Manager, site: SiteOf, paging: PagingOf) -> list[Account]:
    """Every account, by name."""
    return [Account.of(user) for user in paging.of(site.accounts.all())]


@router.get("/{name}")
def one(name: str, _: Manager, site: SiteOf, edit: EditOf) -> Account:
    """One account; its ETag goes into `If-Match` of a change."""
    return edit.shown(_known(name, site))


@router.post("", status_code=201)
def add(wanted: Wanted, _: Manager, by: By, site: SiteOf) -> Account:
    """Make an account."""
    password = wanted.password.get_secret_value()
    with refused():
        return Account.of(site.accounts.add(by, wanted.name, password, wanted.role, cameras=wanted.cameras))


@router.patch("/{name}")
def change(name: str, changes: Changes, _: Manager, by: By, site: SiteOf, edit: EditOf) -> Account:
    """Change one thing about an account."""
    edit.require(_known(name, site))
    accounts = site.accounts
    with refused():
        if changes.password is not None:
            accounts.set_password(by, name, changes.password.get_secret_value())
        elif changes.role is not None:
            accounts.set_role(by, name, changes.role)
        elif changes.disabled is not None:
            (accounts.disable if changes.disabled else accounts.enable)(by, name)
        else:
            accounts.set_cameras(by, name, changes.cameras)
    return edit.shown(_known(name, site))


@router.delete("/{name}", status_code=204)
def disable(name: str, _: Manager, by: By, site: SiteOf, edit: EditOf) -> None:
    """Shut an account; its sessions end and its tokens rest."""
    edit.require(_known(name, site))
    site.accounts.disable(by, name)


def _known(name: str, site: Site) -> Account:
    try:
        return Account.of(site.accounts.get(name))
    except AccountError:
        raise unknown("account") from None
