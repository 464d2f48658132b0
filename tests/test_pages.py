"""Every page for every role, what is never in one, and the way of a user through them in a real browser."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from pydantic import SecretStr

from pipeline.cli import main
from pipeline.settings import Settings
from storage.accounts.audit import Actor
from storage.accounts.passwords import Passwords
from storage.accounts.people import Accounts
from storage.accounts.permissions import PERMISSIONS, Role
from web import pages
from web.app import create_app
from web.site import Site, open_site

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "web" / "static"
PASSWORD = "correct horse battery"
STREET = files("ultralytics") / "assets" / "bus.jpg"
SOMEBODY = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"
INPUTS = ("input", "select", "textarea")


class Seen(HTMLParser):
    """What a page holds of the things that the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    def addresses(self) -> list[str]:
        named = [attributes.get(name) for _, attributes in self.tags for name in ("src", "href", "action")]
        return [address for address in named if address]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with an account for each role, and not a frame of footage."""
    settings = Settings(data=tmp_path_factory.mktemp("site"), database="", index_key=SecretStr("hush"))
    with open_site(settings) as opened:
        populate(settings)
        yield opened


def populate(settings: Settings) -> None:
    """An account of each role, named after it."""
    accounts = Accounts(settings.database_url, Passwords(PasswordHasher(1, 8, 1)))
    for role in Role:
        accounts.add(Actor("test", ""), role, PASSWORD, role)
    accounts.close()


@pytest.fixture
def browser(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(site), follow_redirects=False) as client:
        yield client


def log_in(browser: TestClient, role: Role) -> None:
    answer = browser.post("/api/v1/session", json={"name": role, "password": PASSWORD})
    assert answer.status_code == 200


def path_of(page: pages.Page) -> str:
    return page.path.replace("{identity}", SOMEBODY)


@pytest.mark.parametrize("role", Role)
def test_a_page_is_shown_to_those_who_may_see_it(browser: TestClient, role: Role) -> None:
    log_in(browser, role)
    for page in pages.PAGES:
        answer = browser.get(path_of(page))
        if page.action is None or role in PERMISSIONS[page.action]:
            assert answer.status_code == 200, page.path
            assert f"<title>{page.title} · Passerby</title>" in answer.text
        elif page.path == "/":
            assert answer.status_code == 303, "whoever may not search is led to what they may do"
        else:
            assert answer.status_code == 403, page.path
            assert "Ask an administrator" in answer.text


@pytest.mark.parametrize("role", Role)
def test_the_menu_leads_only_where_one_may_go(browser: TestClient, role: Role) -> None:
    log_in(browser, role)
    text = browser.get("/privacy").text
    listed = re.findall(r'<li><a href="([^"]+)"', text)
    assert listed
    assert all(browser.get(path).status_code == 200 for path in listed)


def test_nobody_sees_a_page_without_logging_in(browser: TestClient) -> None:
    for page in pages.PAGES:
        answer = browser.get(path_of(page))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
    assert browser.get("/audit?who=ada").headers["location"] == "/login?next=/audit%3Fwho%3Dada"


def test_the_first_visit_leads_to_the_first_account(tmp_path: Path) -> None:
    with open_site(Settings(data=tmp_path)) as new:
        client = TestClient(create_app(new), follow_redirects=False)
        assert client.get("/login").headers["location"] == "/setup"
        assert "One-time token" in client.get("/setup").text
        populate(new.settings)
        assert client.get("/setup").headers["location"] == "/login"
        assert "password" in client.get("/login").text


@pytest.fixture(scope="module")
def every_page(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each page by its path, the most that anybody sees."""
    with open_site(Settings(data=tmp_path_factory.mktemp("new"))) as new:
        texts = {"/setup": TestClient(create_app(new)).get("/setup").text}
    client = TestClient(create_app(site))
    texts |= {path: client.get(path).text for path in ("/login", "/privacy")}
    log_in(client, Role.ADMINISTRATOR)
    return {**texts, **{path_of(page): client.get(path_of(page)).text for page in pages.PAGES}}


def test_nothing_stands_inline_and_nothing_comes_from_outside(every_page: dict[str, str]) -> None:
    for path, text in every_page.items():
        seen = Seen(text)
        assert all(script.get("src") for script in seen.all("script")), path
        assert not seen.all("style"), path
        for tag, attributes in seen.tags:
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)
        assert all(re.match(r"[/#](?!/)", address) for address in seen.addresses()), path


def test_every_field_has_a_label_and_every_picture_words(every_page: dict[str, str]) -> None:
    for path, text in every_page.items():
        seen = Seen(text)
        labelled = {label.get("for") for label in seen.all("label")}
        for field in seen.all(*INPUTS):
            assert field.get("aria-label") or field.get("id") in labelled, (path, field)
        assert all("alt" in picture for picture in seen.all("img")), path
        identities = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
        assert len(identities) == len(set(identities)), path


def test_a_page_has_one_heading_and_says_its_language(every_page: dict[str, str]) -> None:
    for path, text in every_page.items():
        seen = Seen(text)
        assert seen.all("html")[0].get("lang") == "en"
        assert len(seen.all("h1")) == 1, path


def test_scripts_and_styles_are_there_and_are_asked_about(
    browser: TestClient, every_page: dict[str, str]
) -> None:
    addresses = [address for text in every_page.values() for address in Seen(text).addresses()]
    wanted = {address for address in addresses if address.startswith("/static/")}
    assert "/static/style.css" in wanted
    for address in wanted:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda script: script.name)
def test_a_script_loads_only_its_neighbours_and_sets_no_html(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    for neighbour in re.findall(r'from "([^"]+)"', text):
        assert (STATIC / neighbour).is_file(), neighbour
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|document\.write", text)


def test_a_script_takes_only_what_its_neighbour_gives() -> None:
    for script in STATIC.glob("*.js"):
        taken = re.findall(r'import \{([^}]+)\} from "\./([^"]+)"', script.read_text(encoding="utf-8"))
        for names, neighbour in taken:
            given = re.findall(
                r"export (?:async )?(?:function|const|class) ([$\w]+)",
                (STATIC / neighbour).read_text(encoding="utf-8"),
            )
            assert {name.strip() for name in names.split(",")} <= set(given), (script.name, neighbour)


def test_the_style_asks_nobody_outside() -> None:
    assert "url(" not in (STATIC / "style.css").read_text(encoding="utf-8")


def test_settings_show_no_secret(browser: TestClient) -> None:
    log_in(browser, Role.AUDITOR)
    text = browser.get("/settings").text
    assert "PASSERBY_INDEX_KEY" in text
    assert "hush" not in text


def test_what_stands_in_an_address_is_not_html(browser: TestClient) -> None:
    log_in(browser, Role.VIEWER)
    assert "<script>alert" not in browser.get("/?q=<script>alert(1)</script>").text


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The address of the site, served on a free port."""
    server = uvicorn.Server(uvicorn.Config(create_app(site), port=0, log_level="error"))
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
    """Debian's browser, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.server
def test_from_logging_in_to_a_sighting(tmp_path: Path) -> None:
    with chromium() as browser:
        data = tmp_path / "data"
        footage = str(ROOT / "demo" / "north-gate.mp4")
        assert main(["--data", str(data), "ingest", footage, "--camera", "north-gate"]) == 0
        settings = Settings(data=data)
        populate(settings)
        with open_site(settings) as site, served(site) as address:
            faults = walk(browser, address)
        assert not faults


def walk(browser: Any, address: str) -> list[str]:
    """Search, look at whoever is found, and go through the menu; returns what the browser complained of."""
    faults: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    refused = "status of 422"  # of the picture in which several people are
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" and refused not in said.text else None,
    )
    ours = (address, "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(ours) else faults.append(asked.url))
    page.goto(f"{address}/")
    page.fill("#name", "administrator")
    page.fill("#password", PASSWORD)
    page.click("text=Log in >> nth=-1")
    page.fill("#q", "woman with blonde hair in a red jacket at the north gate")
    page.keyboard.press("Enter")
    page.wait_for_selector(".person")
    assert "match" in page.inner_text("#count")
    assert page.inner_text(".phrase >> nth=0").startswith("✓")
    page.click("#chips button")
    page.wait_for_selector("#chips:empty", state="attached")
    assert page.input_value("#q") == "woman with blonde hair in a red jacket"
    page.wait_for_selector(".person")
    page.click(".person >> nth=0 >> text=More like this")
    page.wait_for_selector(".example.like")
    page.wait_for_selector(".person >> nth=0 >> text=Not this")
    page.click(".person >> nth=0 >> text=Not this")
    page.wait_for_selector(".example.unlike")
    page.click(".example.unlike button")
    page.wait_for_selector(".example.unlike", state="detached")
    page.click(".example.like button")
    page.wait_for_selector("#examples:empty", state="attached")
    page.wait_for_selector(".person")
    page.set_input_files("#picture", str(STREET))
    page.wait_for_selector(".choice rect")
    page.focus(".choice rect >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".example.like")
    page.wait_for_selector(".person")
    page.reload()
    page.wait_for_selector(".person")
    page.click(".person >> nth=0 >> text=Open")
    page.wait_for_selector("#frame img")
    page.wait_for_selector(".busy", state="detached")
    assert "north-gate" in page.inner_text("#facts")
    page.click("text=Play the clip")
    page.wait_for_selector("video")
    page.wait_for_selector(".busy", state="detached")
    for path in [link.get_attribute("href") for link in page.query_selector_all("#menu a")]:
        page.goto(address + path)
        page.wait_for_selector(".busy", state="detached")
        page.wait_for_selector(".notice.bad", state="detached")
    page.click("#log-out")
    page.wait_for_url(f"{address}/login")
    return faults
