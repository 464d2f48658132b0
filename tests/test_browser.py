"""Ways of users through the pages in a real browser: without an error, an outside request or a barrier."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import av
import pytest

from pipeline.search import Nearest
from pipeline.settings import Settings
from pipeline.types import Answer
from storage.accounts.audit import Actor, Sought
from storage.accounts.people import Accounts
from storage.footage.cameras import Camera
from tests.site_browser import DESKTOP, PATIENCE, PHONE, Visit, chromium, served, visiting
from tests.web_client import CHEAP, PASSWORD, copy_of, site_in
from web import pages
from web.finder import Finder
from web.site import Site, open_site

pytestmark = pytest.mark.server

DEMO = Path(__file__).parent.parent / "demo" / "north-gate.mp4"
SECONDS = 5  # of footage that the first start watches


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield replace(site, events=300.0)


def begin(visit: Visit, camera: str, act: str) -> None:
    """Press a button of one camera on the page of cameras."""
    card = visit.page.locator("li", has=visit.page.locator(f"h2:text-is('{camera}')"))
    card.locator(f"text={act}").click()


def beginning(clip: Path, into: Path) -> Path:
    """The first seconds of a recording, copied."""
    with av.open(str(clip)) as source, av.open(str(into), "w") as wanted:
        stream = source.streams.video[0]
        copy = wanted.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts is None or packet.pts * packet.time_base > SECONDS:
                break
            packet.stream = copy
            wanted.mux(packet)
    return into


def footage(folder: Path) -> Path:
    """Real footage where there is some, else that which ships."""
    shared = os.environ.get("PASSERBY_SHARED")
    real = Path(shared) / "footage" / "vtest.avi" if shared else DEMO
    clip = real if real.exists() else DEMO
    return beginning(clip, folder / f"street{clip.suffix}")


def test_from_the_first_start_to_the_first_search_on_a_phone_with_the_keyboard_alone(tmp_path: Path) -> None:
    """The real networks find people in footage that a new administrator brings in."""
    settings = Settings(data=tmp_path / "data")
    clip = footage(tmp_path)
    with chromium() as browser, open_site(settings) as site, site.upkeep.running(), served(site) as address:
        with closing(Accounts(settings.database_url, CHEAP)) as accounts:
            token = accounts.invite(Actor("test"))
        visit = Visit.at(browser, address, size=PHONE)
        page = visit.page
        page.goto(f"{address}/setup#{token}")
        for field, words in (("name", "ada"), ("password", PASSWORD), ("again", PASSWORD)):
            visit.type(f"#{field}", words)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/footage?first")
        page.wait_for_selector(".steps [aria-current] >> text=Bring footage in")
        visit.type("#camera", "north-gate")
        with page.expect_file_chooser() as chooser:
            visit.press("#choose")
        chooser.value.set_files(clip)
        page.wait_for_selector("text=It is watched next")
        visit.press("#ready a")
        visit.type("#q", "person in dark clothes at the north gate")
        page.keyboard.press("Enter")
        page.wait_for_selector("#wall .person, #nobody button")
        if page.is_visible("#nobody button"):
            visit.press("#nobody button")
            page.wait_for_selector("#wall .person")
        visit.reach(".phrase")
        assert page.is_visible(".lit.one .band.on, .person .lit.one")
        assert visit.barriers() == []
        visit.press(".person .buttons a")
        page.wait_for_selector("#frame img")
        visit.press("#clip button")
        page.wait_for_selector("video")
        page.wait_for_selector(".busy", state="detached")
        assert "north-gate" in page.inner_text("#facts")
        assert not visit.faults


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "dark phone"])
def test_no_page_has_a_barrier(site: Site, size: tuple[int, int], dark: bool) -> None:
    with chromium() as browser, served(site) as address:
        visit = Visit.at(browser, address, size=size, dark=dark)
        found = {}
        for path in ("/login", "/privacy", "/nowhere"):
            visit.go(path)
            found[path] = visit.barriers()
        visit.log_in("ada")
        visit.go("/?q=red&min=0")
        identity = visit.page.get_attribute("#wall .person", "id").removeprefix("person-")
        case = site.cases.open(Actor("test"), "ada", "Case 12")
        shown = {"/cases/{identity}": f"/cases/{case}", "/sightings/{identity}": f"/sightings/{identity}"}
        paths = [shown.get(page.path, page.path) for page in pages.PAGES]
        for path in ["/?q=red&min=0", "/?q=red+at+the+yard&min=0", "/footage?first", *paths]:
            visit.go(path)
            found[path] = visit.barriers()
        assert {path: what for path, what in found.items() if what} == {}
        assert [fault for fault in visit.faults if "404" not in fault] == []


def test_searching_narrowing_and_looking_alike(site: Site) -> None:
    with visiting(site, "olga", "/?q=red+at+the+yard&min=0") as visit:
        page = visit.page
        assert {place.inner_text() for place in page.query_selector_all(".where b")} == {"yard"}
        page.click("#chips button")
        page.wait_for_function("new URLSearchParams(location.search).get('q') === 'red'")
        page.wait_for_selector(".where b >> text=north-gate")
        page.click(".person >> nth=0 >> text=More like this")
        page.wait_for_selector(".example.like")
        page.go_back()
        page.wait_for_selector(".phrase")


def test_faces_are_shown_for_a_reason_and_to_whom_it_is_given(site: Site) -> None:
    with chromium() as browser, served(site) as address:
        shown = {}
        for name in ("olga", "vic"):
            visit = Visit.at(browser, address)
            visit.log_in(name)
            visit.go("/?q=red&min=0")
            visit.page.click(".person >> nth=0 >> text=Open")
            visit.page.wait_for_selector("#frame img")
            shown[name] = visit
        assert not shown["vic"].page.query_selector("#unblur")
        page = shown["olga"].page
        before = page.get_attribute("#large img", "src")
        page.fill("#reason", "case 17")
        page.click("text=Show faces")
        page.wait_for_selector("text=Written down as")
        assert page.get_attribute("#large img", "src") != before
        (entry,) = site.audit.newest(Sought(action="view_sighting"), limit=1)
        assert (entry.who, entry.details["reason"]) == ("olga", "case 17")
        assert shown["olga"].faults == shown["vic"].faults == []


def test_whoever_is_erased_is_not_found_again(site: Site) -> None:
    with visiting(site, "ada", "/erasure") as visit:
        page = visit.page
        page.select_option("#erase-camera", "yard")
        page.fill("#erase-reason", "request 17")
        page.click("text=Count first")
        page.on("dialog", lambda dialog: dialog.accept())
        page.click("#outcome button.danger")
        page.wait_for_selector("text=Counted again: 0 sightings")
        visit.go("/?q=red&min=0")
        assert "yard" not in page.inner_text("#wall")


def test_zones_are_drawn_with_the_mouse_and_with_keys(site: Site) -> None:
    site.cameras.put(Camera("gate", str(DEMO)))
    with visiting(site, "ada", "/cameras") as visit:
        page = visit.page
        begin(visit, "gate", "Draw zones")
        page.wait_for_selector("#board-frame img")
        page.wait_for_function("document.querySelector('.board').style.aspectRatio")
        board = page.locator(".draw").bounding_box()
        corners = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.6))

        def at(corner: tuple[float, float]) -> tuple[float, float]:
            return board["x"] + corner[0] * board["width"], board["y"] + corner[1] * board["height"]

        for corner in (*corners, corners[0]):
            page.mouse.click(*at(corner))
        page.mouse.move(*at(corners[2]))
        page.mouse.down()
        page.mouse.move(*at((0.6, 0.7)), steps=5)
        page.mouse.up()
        page.mouse.move(*at((0.3, 0.3)))  # nothing is held any more
        page.check("#as-mask")
        page.focus(".draw")
        for keys in (
            ["ArrowLeft", "Enter"],
            ["Shift+ArrowRight", "Enter"],
            ["Shift+ArrowDown", "Enter", "c"],
        ):
            for key in keys:
                page.keyboard.press(key)
        page.focus("[aria-label^='Corner 2 of zone 1']")
        page.keyboard.press("Shift+ArrowDown")
        assert visit.barriers() == []
        page.click("#board >> text=Save")
        page.wait_for_selector("#board", state="hidden")
        known = site.cameras.get("gate")
        assert known is not None
        (zone,), (mask,) = known.zones, known.masks
        wanted = (corners[0], (0.9, 0.15), (0.6, 0.7))
        assert [pytest.approx(corner, abs=0.01) for corner in wanted] == list(zone)
        assert mask == ((0.5, 0.5), (0.55, 0.5), (0.55, 0.55))


def test_an_edit_that_came_too_late_is_said_in_words(site: Site) -> None:
    site.cameras.put(Camera("gate", "rtsp://192.0.2.7/stream"))
    with visiting(site, "ada", "/cameras", "412") as visit:
        page = visit.page
        begin(visit, "gate", "Change")
        page.fill("#retention", "7")
        site.cameras.put(Camera("gate", "rtsp://192.0.2.7/stream", hours="mon 07:00-19:00"))
        page.click("#form >> text=Save")
        page.wait_for_selector("text=Somebody has changed it since you looked")
        known = site.cameras.get("gate")
        assert known is not None
        assert (known.hours, known.retention_days) == ("mon 07:00-19:00", None)


def test_a_session_that_ended_leads_to_the_login_and_back(site: Site) -> None:
    with visiting(site, "ada", "/users", "401") as visit:
        site.sessions.log_out_everywhere(Actor("os:root"), "ada")
        visit.page.click("text=Make a token")
        visit.page.wait_for_url(f"{visit.address}/login?next=%2Fusers")
        visit.page.fill("#name", "ada")
        visit.page.fill("#password", PASSWORD)
        visit.page.click("#door button")
        visit.page.wait_for_url(f"{visit.address}/users")


class Slow:
    """A finder whose second look takes as long as it is let."""

    def __init__(self, finder: Finder) -> None:
        self.finder, self.go = finder, Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def look(self, nearest: Nearest) -> Answer:
        assert self.go.wait(PATIENCE / 1000)
        return self.finder.look(nearest)


def test_whoever_is_near_is_shown_until_the_answer_is_there(site: Site) -> None:
    slow = Slow(site.finder)
    with visiting(replace(site, finder=slow), "vic", "/") as visit:
        page = visit.page
        page.goto(f"{visit.address}/?q=red&min=0")
        page.wait_for_selector(".nearby img")
        assert "not compared" in page.inner_text("#count")
        assert visit.barriers() == []
        page.evaluate("window.kept = document.querySelector('.nearby img')")
        slow.go.set()
        page.wait_for_selector(".person")
        assert page.query_selector(".nearby") is None
        assert page.evaluate("document.contains(window.kept)")
        assert "match" in page.inner_text("#count")
