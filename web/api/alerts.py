"""Alerts: who matched a saved search, and whether webhooks were told."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from storage.casework.alerts import Alert, Wanted
from web.api.saved import Keeper, known, whose
from web.examples import ALERT, like
from web.rows import ROOT, Because
from web.seals import Seal
from web.security import By, SealOf
from web.site import SiteOf

router = APIRouter(prefix="/alerts", tags=["saved searches"])


class Shown(BaseModel):
    """Somebody who matched; times are UTC."""

    model_config = like(ALERT)

    id: UUID
    search: str
    name: str  # of the search
    owner: str
    sighting: UUID
    crop: str
    camera: str
    began: datetime
    ended: datetime
    taken: datetime
    probability: float
    reasons: list[Because]
    fired: datetime
    due: datetime | None  # when it is delivered next; null: delivered, given up, or nowhere to
    attempts: int
    quiet_until: datetime | None  # quiet hours held it back until then
    delivered: datetime | None
    trouble: str  # why the last attempt to deliver it failed

    @classmethod
    def of(cls, alert: Alert, seal: Seal) -> Self:
        fields = {name: getattr(alert, name) for name in cls.model_fields if hasattr(alert, name)}
        reasons = [
            Because(
                phrase=ground.phrase,
                part=ground.part,
                similarity=round(ground.similarity, 4),
                agreement=round(ground.agreement, 4),
            )
            for ground in alert.grounds
        ]
        crop = seal(f"{ROOT}/sightings/{alert.sighting}/crop")
        return cls(**{**fields, "probability": round(alert.probability, 4), "reasons": reasons, "crop": crop})


@router.get("")
def alerts(
    principal: Keeper,
    by: By,
    site: SiteOf,
    seal: SealOf,
    search: Annotated[str, Query(max_length=16, description="Only of this saved search.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> list[Shown]:
    """The newest alerts of one's own searches, on cameras that one may see."""
    if search:
        known(search, principal, site)
    wanted = Wanted(whose(principal), principal.cameras, search)
    found = site.alerts.newest(wanted, limit=limit, offset=(page - 1) * limit)
    site.audit.append(by, "view_alerts", search, shown=[str(alert.sighting) for alert in found])
    return [Shown.of(alert, seal) for alert in found]
