"""The application: every route over one site."""

from fastapi import FastAPI

from web import pages, problems
from web.api import (
    alerts,
    audit,
    cameras,
    cases,
    erasures,
    exports,
    footage,
    health,
    holds,
    jobs,
    models,
    retention,
    saved,
    schedule,
    search,
    session,
    sightings,
    tokens,
    users,
)
from web.envelope import Bounded, Strict
from web.questions import LONGEST
from web.rows import ROOT
from web.site import Site
from web.tags import Tagged

NOUNS = (
    session,
    search,
    sightings,
    saved,
    alerts,
    cases,
    exports,
    cameras,
    jobs,
    footage,
    models,
    schedule,
    users,
    tokens,
    audit,
    erasures,
    holds,
    retention,
)
DESCRIPTION = """Find people in camera footage by description.

Log in with `POST /api/v1/session` and send the `csrf` of its answer as `X-CSRF-Token` with every change, or
send an API token as `Authorization: Bearer ...`. Errors are problem documents (RFC 9457). Times are UTC."""
PROBLEM = {
    "description": "A problem document",
    "content": {
        problems.MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            },
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "there is no such sighting",
            },
        }
    },
}


def create_app(site: Site) -> FastAPI:
    """The application that serves `site`, which the caller keeps open and closes."""
    app = FastAPI(
        title="Passerby",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{ROOT}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        responses={"default": PROBLEM},
    )
    app.state.site = site
    problems.install(app, pages.error)
    longer = {f"{ROOT}/search": LONGEST, f"{ROOT}/footage": footage.longest(site.settings)}
    app.add_middleware(Bounded, longer=longer)
    app.add_middleware(Tagged, root=ROOT)
    app.add_middleware(Strict, page=pages.error)
    for noun in NOUNS:
        app.include_router(noun.router, prefix=ROOT)
    app.include_router(health.router)
    pages.install(app)
    return app
