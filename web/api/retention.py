"""How long the people of each camera stay searchable, and what is due to go."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from pipeline.keeping.schedule import Clock
from storage.accounts.permissions import Action, Principal
from web.examples import KEPT, like
from web.paging import PagingOf
from web.security import allowed
from web.site import SiteOf

router = APIRouter(prefix="/retention", tags=["privacy"])


class Kept(BaseModel):
    """What of one camera is kept."""

    model_config = like(KEPT)

    camera: str
    days: int | None  # null: for ever
    shots: int  # of people
    oldest: datetime | None  # when the first of them were in view
    due: int  # shots that are too old now, legal holds left out of account
    next: datetime  # when what is too old goes


@router.get("")
def retention(
    principal: Annotated[Principal, Depends(allowed(Action.MANAGE_CAMERAS))], site: SiteOf, paging: PagingOf
) -> list[Kept]:
    """Every camera; its days are changed with the camera, and `POST /schedule/retention` does it now."""
    now = site.clock()
    following = Clock.of(site.settings).next(now)
    days = {each.name: each.retention_days for each in site.cameras.all() if principal.sees(each.name)}
    names = sorted({*days, *site.overview.cameras(principal.cameras)})
    kept = []
    for name in paging.of(names):
        kept_for = days.get(name)
        limit = None if kept_for is None else now - timedelta(days=kept_for)
        age = site.overview.age(name, limit)
        kept.append(
            Kept(
                camera=name, days=kept_for, shots=age.shots, oldest=age.oldest, due=age.older, next=following
            )
        )
    return kept
