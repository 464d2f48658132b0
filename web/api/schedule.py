"""What is done every night, when it was done last, and what came of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from pipeline.keeping.schedule import DUTIES, Clock
from storage.accounts.permissions import Action, Principal
from web.examples import DUE, like
from web.problems import Problem, unknown
from web.repeats import Repeatable
from web.security import By, allowed, require_whole
from web.site import SiteOf

router = APIRouter(prefix="/schedule", tags=["schedule"], route_class=Repeatable)


class Due(BaseModel):
    """One duty."""

    model_config = like(DUE)

    name: str
    next: datetime
    last: datetime | None
    finished: datetime | None
    worker: str
    result: str


@router.get("")
def schedule(principal: Annotated[Principal, Depends(allowed(Action.VIEW_JOBS))], site: SiteOf) -> list[Due]:
    """Every duty; results name cameras, so they are for those who see all."""
    following = Clock.of(site.settings).next(site.clock())
    duties = [_due(duty.name, following, site) for duty in DUTIES]
    if principal.cameras is None:
        return duties
    return [duty.model_copy(update={"result": ""}) for duty in duties]


@router.post("/{name}", status_code=202)
def run(
    name: str, principal: Annotated[Principal, Depends(allowed(Action.MANAGE_JOBS))], by: By, site: SiteOf
) -> Due:
    """Do one duty now."""
    require_whole(principal)
    if name not in {duty.name for duty in DUTIES}:
        raise unknown("duty")
    last = site.windows.last(name)
    if last is not None and last.worker and last.finished is None:
        raise Problem(409, f"{name} is being done already: wait until it is")
    site.audit.append(by, "run_duty", name)
    site.upkeep.run(name)
    return _due(name, Clock.of(site.settings).next(site.clock()), site)


def _due(name: str, following: datetime, site: SiteOf) -> Due:
    last = site.windows.last(name)
    if last is None:
        return Due(name=name, next=following, last=None, finished=None, worker="", result="")
    return Due(
        name=name,
        next=following,
        last=last.began,
        finished=last.finished,
        worker=last.worker,
        result=last.result,
    )
