"""Models: which weights ship, which have sightings, and a change from one to another."""

import json
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from pipeline.keeping.change import Change, last
from storage.accounts.permissions import Action, Principal
from web.examples import BEGUN, MODELS, REINDEXING, like
from web.problems import Problem, refused, unknown
from web.repeats import Repeatable
from web.security import By, allowed
from web.site import Site, SiteOf

router = APIRouter(prefix="/models", tags=["models"], route_class=Repeatable)

Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_MODELS))]


class Shipped(BaseModel):
    """Weights that came with the program."""

    name: str
    megabytes: float
    card: dict[str, Any]  # what was measured of them, and on what


class Held(BaseModel):
    """A model that has sightings."""

    model: str
    standing: str
    sightings: int | None  # null while another process has it open


class Reindexing(BaseModel):
    """A change of model: how far it is, or what came of it."""

    model_config = like(REINDEXING)

    weights: str  # empty: those of the setting, or the shipped ones
    began: datetime
    ended: datetime | None  # null while it goes on
    done: int  # people's pictures that are indexed
    total: int  # to index; 0 until they are counted
    lost: int  # pictures that are gone
    rate: float  # a second
    left_s: float | None  # seconds until all are indexed; null: not known
    result: str
    switched: bool  # whether the new model answers

    @classmethod
    def of(cls, change: Change) -> Self:
        left = change.left
        return cls(
            weights=Path(change.weights).stem,
            began=change.began,
            ended=change.ended,
            done=change.done,
            total=change.of,
            lost=change.lost,
            rate=change.rate,
            left_s=None if left is None else round(left, 1),
            result=change.result,
            switched=change.switched,
        )


class Models(BaseModel):
    """What there is."""

    model_config = like(MODELS)

    shipped: list[Shipped]
    held: list[Held]
    reindexing: bool  # whether a change of model goes on
    last: Reindexing | None  # the change that began last, on this machine or another


class Wish(BaseModel):
    """Which weights are to answer; empty: those of the setting, or the shipped ones."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"weights": "acsa-small"}]})

    weights: str = ""


class Begun(BaseModel):
    """What was begun."""

    model_config = like(BEGUN)

    detail: str


@router.get("")
def models(_: Manager, site: SiteOf) -> Models:
    """The weights that ship, and the models in the index."""
    open_now = dict([site.finder.held()]) if site.finder.ready else {}
    with site.upkeep.models() as kept:
        held = [
            Held(model=each.model, standing=each.standing, sightings=open_now.get(each.model))
            for each in kept.held()
        ]
    shipped = [
        Shipped(name=path.stem, megabytes=round(path.stat().st_size / 1e6, 1), card=_card(path))
        for path in _weights().values()
    ]
    change = last(site.windows, site.clock)
    told = None if change is None else Reindexing.of(change)
    return Models(shipped=shipped, held=held, reindexing=_going(change, site), last=told)


@router.post("/reindex", status_code=202)
def reindex(wish: Wish, _: Manager, by: By, site: SiteOf) -> Begun:
    """Index everybody with other weights beside those that answer; a process of its own does it."""
    known = _weights()
    if wish.weights and wish.weights not in known:
        raise unknown("model")
    chosen = known.get(wish.weights)
    if chosen and site.finder.ready and site.finder.held()[0] == _card(chosen)["model"]:
        raise Problem(409, f"{wish.weights} answers already")
    if _going(last(site.windows, site.clock), site) or not site.upkeep.reindex(str(chosen or "")):
        raise Problem(409, "a change of model goes on already: wait until it is done")
    site.audit.append(by, "reindex", wish.weights)
    return Begun(detail="When everybody is indexed the new model answers, after a restart of the service.")


@router.delete("/{model}", status_code=204)
def drop(model: str, _: Manager, by: By, site: SiteOf) -> None:
    """Delete the sightings of a model that does not answer, such as the one before."""
    with site.upkeep.models() as kept:
        if model not in {each.model for each in kept.held()}:
            raise unknown("model")
        if _going(last(site.windows, site.clock), site):
            raise Problem(409, "a change of model goes on: wait until it is done")
        with refused():
            kept.drop(model)
    site.audit.append(by, "drop_model", model)


def _going(change: Change | None, site: Site) -> bool:
    """Begun here it may not have told of itself yet; begun elsewhere it is known from what it tells alone."""
    return site.upkeep.reindexing or (change is not None and change.ended is None)


def _weights() -> dict[str, Path]:
    """The search networks that ship; a detector has no calibration."""
    folder = Path(str(files("models") / "weights"))
    found = {path.stem: path for path in sorted(folder.glob("*.safetensors"))}
    return {name: path for name, path in found.items() if "calibration" in _card(path)}


def _card(path: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return card
