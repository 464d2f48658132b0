"""The pages: each is one template, shown to those whose role allows it, and filled by its script."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import SecretStr

from pipeline.footage.sources import redact
from pipeline.settings import Settings
from storage.accounts.permissions import Action, Role
from web.rows import ROOT
from web.security import Caller, visitor
from web.site import Site, SiteOf

HERE = Path(__file__).parent

_templates = Jinja2Templates(HERE / "templates")


@dataclass(frozen=True, slots=True)
class Page:
    """A page for people who are logged in."""

    path: str
    template: str
    title: str
    action: Action | None  # None: for everybody who is logged in
    listed: bool = True  # in the menu


PAGES = (
    Page("/", "search.html", "Search", Action.SEARCH),
    Page("/sightings/{identity}", "sighting.html", "Sighting", Action.VIEW_MEDIA, listed=False),
    Page("/alerts", "alerts.html", "Alerts", Action.SAVE_SEARCHES),
    Page("/cases", "cases.html", "Cases", Action.KEEP_CASES),
    Page("/cases/{identity}", "case.html", "Case", Action.KEEP_CASES, listed=False),
    Page("/footage", "footage.html", "Add footage", Action.INGEST),
    Page("/jobs", "jobs.html", "Jobs", Action.VIEW_JOBS),
    Page("/cameras", "cameras.html", "Cameras", Action.MANAGE_CAMERAS),
    Page("/models", "models.html", "Models", Action.MANAGE_MODELS),
    Page("/users", "users.html", "Users", Action.MANAGE_USERS),
    Page("/erasure", "erasure.html", "Erasure", Action.ERASE),
    Page("/audit", "audit.html", "Audit", Action.READ_AUDIT),
    Page("/settings", "settings.html", "Settings", Action.VIEW_SETTINGS),
)


def install(app: FastAPI) -> None:
    """Serve the pages, and the style and scripts that they load."""
    app.include_router(router)
    app.mount("/static", Static(directory=HERE / "static"), "static")


class Static(StaticFiles):
    """Files that browsers keep, and ask about before each use, so that an upgrade shows at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


router = APIRouter(include_in_schema=False)


@router.get("/login")
def login(request: Request, site: SiteOf) -> Response:
    """Where a session begins; on a site without accounts it is the setup."""
    if not site.accounts.all():
        return RedirectResponse("/setup", 303)
    if visitor(request, site) is not None:
        return RedirectResponse("/", 303)
    return _shown(request, site, "login.html", "Log in")


@router.get("/setup")
def setup(request: Request, site: SiteOf) -> Response:
    """Where the first administrator makes an account; nobody needs it afterwards."""
    if site.accounts.all():
        return RedirectResponse("/login", 303)
    return _shown(request, site, "setup.html", "Set up")


@router.get("/privacy")
def privacy(request: Request, site: SiteOf) -> Response:
    """What is kept of whom; anybody may read it."""
    known = visitor(request, site)
    keep = site.settings.keep_segments
    return _shown(request, site, "privacy.html", "Privacy", known=known, keep_hours=keep)


ERRORS = {
    403: "You may not do this",
    404: "There is no such page",
    405: "There is no such page",
    503: "Passerby cannot answer just now",
}


def error(request: Request, status: int, detail: str) -> Response | None:
    """The page of an error, for a browser that was to show one; None for programs and scripts."""
    if request.url.path.startswith(f"{ROOT}/") or "text/html" not in request.headers.get("accept", ""):
        return None
    site = request.app.state.site
    # Where something is broken, asking who it is might break as well.
    known = visitor(request, site) if status < 500 and "authorization" not in request.headers else None
    title = ERRORS.get(status, "Something went wrong")
    sentence = f"{detail[:1].upper()}{detail[1:]}."
    return _shown(request, site, "error.html", title, known=known, status=status, detail=sentence)


def _route(page: Page) -> Callable[[Request, SiteOf], Response]:
    def show(request: Request, site: SiteOf) -> Response:
        known = visitor(request, site)
        if known is None:
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(wanted)}" if wanted != "/" else "/login", 303)
        if page.action is not None and not known.principal.may(page.action):
            menu = _menu(known)
            if page.path == "/" and menu:
                return RedirectResponse(menu[0].path, 303)
            return _shown(request, site, "forbidden.html", page.title, known=known, status=403)
        more = {"settings": _told(site.settings)} if page.path == "/settings" else {}
        return _shown(request, site, page.template, page.title, known=known, **more)

    return show


for _page in PAGES:
    router.add_api_route(
        _page.path, _route(_page), methods=["GET"], name=_page.template.removesuffix(".html")
    )


def _shown(
    request: Request, site: Site, template: str, title: str, *, known: Caller | None = None, **more: Any
) -> Response:
    context = {
        "title": title,
        "who": known.principal if known else None,
        "csrf": known.csrf if known else "",
        "may": sorted(action for action in Action if known.principal.may(action)) if known else [],
        "menu": _menu(known) if known else [],
        "zone": site.settings.timezone,
        "roles": list(Role),
    }
    status = more.get("status", 200)
    return _templates.TemplateResponse(request, template, {**context, **more}, status_code=status)


def _menu(known: Caller) -> list[Page]:
    listed = [page for page in PAGES if page.listed]
    return [page for page in listed if page.action is None or known.principal.may(page.action)]


def _told(settings: Settings) -> list[tuple[str, str, str]]:
    """Name, value and purpose of every setting, without the secrets in them."""
    told = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = (
            ("set" if value.get_secret_value() else "")
            if isinstance(value, SecretStr)
            else redact(str(value))
        )
        told.append((f"PASSERBY_{name.upper()}", text, (field.description or "").replace("`", "")))
    return told
