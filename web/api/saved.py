"""Saved searches: questions that stand, and whom they tell."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pipeline.asking.question import refused_terms
from pipeline.casework.delivery import send_test
from pipeline.casework.hooks import Reachable, UndeliveredError
from pipeline.casework.standing import Rules, Wish, standing
from storage.accounts.permissions import Action, Principal, Role
from storage.casework.saved import Question, SavedSearch
from web.examples import SAVED, like
from web.paging import PagingOf
from web.problems import Problem, refused, unknown
from web.repeats import SECRET, Repeatable
from web.security import By, allowed
from web.site import Site, SiteOf
from web.tags import EditOf

router = APIRouter(prefix="/saved", tags=["saved searches"], route_class=Repeatable)

Keeper = Annotated[Principal, Depends(allowed(Action.SAVE_SEARCHES))]


class Saved(BaseModel):
    """A saved search; the secret of its webhook is not shown."""

    model_config = like(SAVED)

    id: str
    owner: str
    name: str
    q: str
    description: str  # what of the sentence is looked for
    cameras: list[str]  # empty: all that its owner may see
    min_probability: float | None  # null: the model's threshold
    quiet: str  # hours, by the clock of the site; empty: none
    webhook: str  # empty: none
    since: datetime  # what was indexed before is not its business
    paused: datetime | None

    @classmethod
    def of(cls, saved: SavedSearch) -> Self:
        asked = saved.question
        return cls(
            id=saved.id,
            owner=saved.owner,
            name=asked.name,
            q=asked.sentence,
            description=asked.description,
            cameras=list(asked.cameras),
            min_probability=asked.least,
            quiet=asked.quiet,
            webhook=asked.webhook,
            since=saved.since,
            paused=saved.paused,
        )


class Made(BaseModel):
    """A new saved search; the secret that signs its deliveries is shown this once."""

    model_config = like(
        {"secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9mIGNvdXJzZSE=", "saved": SAVED, "notices": []}
    )

    secret: str
    saved: Saved
    notices: list[str]  # how the sentence was understood


class Secret(BaseModel):
    """A new secret, shown this once; the one before signs no more."""

    model_config = like({"secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9mIGNvdXJzZSE="})

    secret: str


class Took(BaseModel):
    """Who took a test."""

    model_config = like({"host": "hooks.example"})

    host: str


class Wanted(BaseModel):
    """A search to save."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "red coats", "q": "red coat, no bag, at the north gate", "quiet": "22:00-06:00"},
                {"name": "caps", "q": "white cap", "webhook": "https://hooks.example/in"},
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=100)]
    q: Annotated[str, Field(max_length=2000, description="May name cameras, not times.")]
    literal: bool = False
    camera: Annotated[list[str], Field(max_length=1000)] = []
    min_probability: Annotated[float | None, Field(ge=0, le=1)] = None
    quiet: Annotated[str, Field(max_length=500, description="Hours in which nothing is delivered.")] = ""
    webhook: Annotated[str, Field(max_length=2000, description="An https address.")] = ""


class Changes(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"quiet": "mon-fri 18:00-08:00"}, {"paused": True}]}
    )

    name: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    q: Annotated[str | None, Field(max_length=2000)] = None
    literal: bool = False
    camera: Annotated[list[str] | None, Field(max_length=1000)] = None
    min_probability: Annotated[float | None, Field(ge=0, le=1, description="null: the model's.")] = None
    quiet: Annotated[str | None, Field(max_length=500)] = None
    webhook: Annotated[str | None, Field(max_length=2000)] = None
    paused: bool | None = None


@router.get("")
def saved_searches(principal: Keeper, site: SiteOf, paging: PagingOf) -> list[Saved]:
    """One's own by name; an administrator who sees every camera is shown everybody's."""
    return [Saved.of(each) for each in paging.of(site.saved.all(whose(principal)))]


@router.post("", status_code=201, openapi_extra=SECRET)
def save(wanted: Wanted, principal: Keeper, by: By, site: SiteOf) -> Made:
    """Save a search, which looks at what is indexed from now on."""
    wish = Wish(
        wanted.name,
        wanted.q,
        tuple(wanted.camera),
        wanted.min_probability,
        wanted.quiet,
        wanted.webhook,
        wanted.literal,
    )
    with refused():
        question, notices = standing(wish, _cameras(principal, site), _rules(site))
        secret, made = site.saved.add(by, principal.name, question)
    return Made(secret=secret, saved=Saved.of(made), notices=list(notices))


@router.get("/{id}")
def saved_search(id: str, principal: Keeper, site: SiteOf, edit: EditOf) -> Saved:
    """One saved search; its ETag goes into `If-Match` of a change."""
    return edit.shown(Saved.of(known(id, principal, site)))


@router.patch("/{id}")
def change(id: str, changes: Changes, principal: Keeper, by: By, site: SiteOf, edit: EditOf) -> Saved:
    """Change what is given; a search that asks something else looks at what is indexed from now on."""
    before = known(id, principal, site)
    edit.require(Saved.of(before))
    given = changes.model_fields_set
    with refused():
        if given - {"paused"}:
            site.saved.change(by, id, _changed(before.question, changes, principal, site))
        if changes.paused is not None:
            site.saved.pause(by, id, changes.paused)
    return edit.shown(Saved.of(known(id, principal, site)))


@router.delete("/{id}", status_code=204)
def remove(id: str, principal: Keeper, by: By, site: SiteOf, edit: EditOf) -> None:
    """Forget it and its alerts."""
    edit.require(Saved.of(known(id, principal, site)))
    with refused():
        site.saved.remove(by, id)


@router.post("/{id}/secret", openapi_extra=SECRET)
def renew(id: str, principal: Keeper, by: By, site: SiteOf) -> Secret:
    """Make a new secret for its webhook."""
    known(id, principal, site)
    with refused():
        return Secret(secret=site.saved.renew_secret(by, id))


@router.post("/{id}/test")
def test(id: str, principal: Keeper, by: By, site: SiteOf) -> Took:
    """Send a test to its webhook now, whatever its quiet hours."""
    saved = known(id, principal, site)
    if not saved.question.webhook:
        raise Problem(422, "this search has no webhook: give it one first")
    reachable = Reachable.read(site.settings.webhook_hosts)
    try:
        return Took(host=send_test(saved, site.saved.secret(id), by, site.audit, reachable))
    except UndeliveredError as error:
        raise Problem(502, f"the webhook did not take it: {error}") from error


def whose(principal: Principal) -> str | None:
    """Whose saved searches and cases somebody is shown: None is everybody's."""
    whole = principal.role is Role.ADMINISTRATOR and principal.cameras is None
    return None if whole else principal.name


def known(identity: str, principal: Principal, site: Site) -> SavedSearch:
    """Raises Problem for one that is not there, or somebody else's."""
    saved = site.saved.get(identity)
    if saved is None or whose(principal) not in (None, saved.owner):
        raise unknown("saved search")
    return saved


def _changed(before: Question, changes: Changes, principal: Principal, site: Site) -> Question:
    said = {name: getattr(changes, name) for name in changes.model_fields_set}
    anew = said.get("q") is not None
    cameras = said.get("camera")
    if cameras is None:
        cameras = () if anew else before.cameras
    wish = Wish(
        said.get("name") or before.name,
        said["q"] if anew else before.sentence,
        tuple(cameras),
        said.get("min_probability", before.least),
        before.quiet if said.get("quiet") is None else said["quiet"],
        before.webhook if said.get("webhook") is None else said["webhook"],
        changes.literal if anew else before.sentence == before.description,
    )
    question, _ = standing(wish, _cameras(principal, site), _rules(site))
    return question


def _cameras(principal: Principal, site: Site) -> tuple[str, ...]:
    return tuple(site.overview.cameras(principal.cameras))


def _rules(site: Site) -> Rules:
    settings = site.settings
    return Rules(settings.zone, refused_terms(settings.refused_terms), Reachable.read(settings.webhook_hosts))
