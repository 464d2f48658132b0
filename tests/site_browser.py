"""A site served on a free port and Debian's browser in front of it, for tests of what people meet."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from threading import Thread
from time import sleep
from typing import Any

import pytest
import uvicorn

from tests.web_client import PASSWORD
from web.app import create_app
from web.site import Site

PATIENCE = 240_000  # milliseconds: networks load, footage is watched, other tests run
DESKTOP, PHONE = (1200, 800), (390, 800)
SETTLED = 500  # milliseconds in which a page begins to fill itself
FAR = 60  # presses of Tab, after which something counts as out of reach
GRAVE = ("serious", "critical")


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The address of the site."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(site), port=0, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """One window at one site; `faults` is what the browser complained of, and what it asked elsewhere."""

    page: Any
    address: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    def at(
        cls, browser: Any, address: str, *, size: tuple[int, int] = DESKTOP, dark: bool = False
    ) -> "Visit":
        scheme = "dark" if dark else "light"
        window = {"width": size[0], "height": size[1]}
        visit = cls(browser.new_context(viewport=window, color_scheme=scheme).new_page(), address)
        page, faults = visit.page, visit.faults
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: None if visit.is_here(asked.url) else faults.append(asked.url))
        return visit

    def is_here(self, url: str) -> bool:
        return url.startswith((self.address, f"blob:{self.address}", "data:"))

    def go(self, path: str) -> None:
        """Open a page and wait until it is filled."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(SETTLED)  # some pages listen to events, so the network is never idle
        self.page.wait_for_selector(".busy", state="detached")

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.address}/login")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("#door button")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def reach(self, selector: str) -> None:
        """Go to something with the Tab key alone."""
        self.page.wait_for_selector(selector)
        for _ in range(FAR):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached with {FAR} presses of Tab")

    def type(self, selector: str, words: str) -> None:
        self.reach(selector)
        self.page.keyboard.type(words)

    def press(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def barriers(self) -> list[str]:
        """What axe finds that keeps people out, and whether one has to scroll sideways."""
        folder = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
        if not self.page.evaluate("Boolean(window.axe)"):
            # Put in by the debugger, for the policy of the pages lets no foreign script in.
            self.page.evaluate((files(folder) / "axe.min.js").read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run()")["violations"]
        grave = [each for each in found if each["impact"] in GRAVE]
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return [
            *(f"{each['id']}: {node['html'][:120]}" for each in grave for node in each["nodes"]),
            *([f"{wider} pixels wider than the window"] if wider > 0 else []),
        ]


@contextmanager
def visiting(site: Site, name: str, path: str, refused: str = "no status") -> Iterator[Visit]:
    """Somebody who has logged in, at a page; the browser may complain of the status `refused` and no more."""
    with chromium() as browser, served(site) as address:
        visit = Visit.at(browser, address)
        visit.log_in(name)
        visit.go(path)
        yield visit
        assert [fault for fault in visit.faults if refused not in fault] == []
