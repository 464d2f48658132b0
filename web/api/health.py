"""Whether the service lives, whether it can answer, and its figures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from storage.accounts.permissions import Action, Principal
from web.examples import said
from web.meters import exposed
from web.security import allowed
from web.site import SiteOf

router = APIRouter(tags=["health"])


@router.get("/healthz", responses={200: said({"status": "ok"})})
def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    responses={
        200: said({"ready": True, "database": True, "model": True}),
        503: {"description": "A search would have to wait"},
    },
)
def readyz(site: SiteOf, response: Response) -> dict[str, bool]:
    """Whether the database answers and the search network is loaded."""
    try:
        site.ledger.counts()
        database = True
    except OSError:
        database = False
    ready = database and site.finder.ready
    response.status_code = 200 if ready else 503
    return {"ready": ready, "database": database, "model": site.finder.ready}


@router.get("/metrics", response_class=Response)
def metrics(site: SiteOf, _: Annotated[Principal, Depends(allowed(Action.VIEW_METRICS))]) -> Response:
    """Figures in Prometheus' text format; let Prometheus show an API token of scope view_metrics."""
    return Response(exposed(site), media_type=CONTENT_TYPE_LATEST)
