"""Everything that the service stands on, opened once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from pipeline.ports import Detector
from pipeline.settings import Settings
from storage.accounts.audit import Audit
from storage.accounts.holds import Holds
from storage.accounts.keys import site_key
from storage.accounts.people import Accounts
from storage.accounts.replies import Replies
from storage.accounts.sessions import Sessions
from storage.accounts.tokens import Tokens
from storage.casework.alerts import Alerts
from storage.casework.cases import Cases
from storage.casework.saved import SavedSearches
from storage.footage.cameras import Cameras
from storage.footage.ledger import Ledger
from storage.footage.overview import Overview
from storage.footage.windows import Windows
from storage.media import FsspecMedia, open_media
from web.clips import Clips
from web.finder import Finder, LocalFinder
from web.meters import Meters
from web.pace import Pace
from web.seals import Seals
from web.upkeep import Upkeep
from workers.turns import Once


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One installation of Passerby, as requests find it."""

    settings: Settings
    ledger: Ledger
    overview: Overview
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    audit: Audit
    holds: Holds
    saved: SavedSearches
    alerts: Alerts
    cases: Cases
    replies: Replies
    seals: Seals
    cameras: Cameras
    windows: Windows
    media: FsspecMedia
    finder: Finder
    upkeep: Upkeep
    pace: Pace
    detector: Callable[[], Detector]  # finds the people whose faces are hidden
    clips: Clips = field(default_factory=Clips)
    meters: Meters = field(default_factory=Meters)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    events: float = 300.0  # seconds after which a stream of events ends and its reader comes again


@contextmanager
def open_site(settings: Settings) -> Iterator[Site]:
    """Open every store of the settings, and close them at the end of the block.

    Raises OSError or ValueError when one cannot be used. Networks are loaded when they are first needed.
    """
    url = settings.database_url
    with ExitStack() as stack:
        ledger = stack.enter_context(closing(Ledger(url)))
        windows = stack.enter_context(closing(Windows(url)))
        finder = stack.enter_context(closing(LocalFinder(settings)))
        yield Site(
            settings=settings,
            ledger=ledger,
            overview=stack.enter_context(closing(Overview(url))),
            accounts=stack.enter_context(closing(Accounts(url))),
            sessions=stack.enter_context(closing(Sessions(url))),
            tokens=stack.enter_context(closing(Tokens(url))),
            audit=stack.enter_context(closing(Audit(url))),
            holds=stack.enter_context(closing(Holds(url))),
            saved=stack.enter_context(closing(SavedSearches(url))),
            alerts=stack.enter_context(closing(Alerts(url))),
            cases=stack.enter_context(closing(Cases(url))),
            replies=stack.enter_context(closing(Replies(url))),
            seals=Seals(site_key(url, "seals")),
            cameras=stack.enter_context(closing(Cameras(url))),
            windows=windows,
            media=open_media(settings.media_url),
            finder=finder,
            upkeep=Upkeep(settings, ledger, windows, finder),
            pace=Pace(settings.asks_a_minute),
            detector=Once(lambda: _detector(settings, ledger)),
        )


def _detector(settings: Settings, ledger: Ledger) -> Detector:
    from pipeline import build  # brings the networks' libraries, which take seconds to load

    return build.watch_step(settings, ledger).watch.detector


def site_of(request: Request) -> Site:
    """The site that the app of a request serves."""
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(site_of)]
