"""Every page for every role, and what is never in one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from pydantic import SecretStr

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
    for style in STATIC.glob("*.css"):
        assert not re.search(r"url\(|@import", style.read_text(encoding="utf-8")), style.name


def test_no_rule_is_for_a_class_that_nothing_has() -> None:
    files = [*STATIC.glob("*.js"), *(ROOT / "web" / "templates").glob("*.html")]
    said = [
        text
        for file in files
        for text in re.findall(r'"[^"\n]*"|`[^`]*`|layout %}[^{]*', file.read_text(encoding="utf-8"))
    ]
    named = {word for text in said for word in re.findall(r"[\w-]+", text)} | {"unknown", "without"}  # chips
    for style in STATIC.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.S)
        selectors = " ".join(re.findall(r"([^{}]+)\{", rules))
        assert set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) - named == set(), style.name


def test_settings_show_no_secret(browser: TestClient) -> None:
    log_in(browser, Role.AUDITOR)
    text = browser.get("/settings").text
    assert "PASSERBY_INDEX_KEY" in text
    assert "hush" not in text


def test_what_stands_in_an_address_is_not_html(browser: TestClient) -> None:
    log_in(browser, Role.VIEWER)
    assert "<script>alert" not in browser.get("/?q=<script>alert(1)</script>").text


def test_an_unknown_address_is_a_page_to_browsers_and_a_document_to_programs(browser: TestClient) -> None:
    page = browser.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, "There is no such page" in page.text) == (404, True)
    assert 'href="/login"' in page.text
    log_in(browser, Role.VIEWER)
    assert "Go to Search" in browser.get("/nowhere", headers={"Accept": "text/html"}).text
    for path, accept in (("/nowhere", "*/*"), ("/api/v1/nowhere", "text/html")):
        answer = browser.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_fault_is_a_page_to_browsers_too(site: Site) -> None:
    broken = replace(site, sessions=None)  # type: ignore[arg-type]
    client = TestClient(create_app(broken), raise_server_exceptions=False)
    client.cookies.set("passerby", "x")
    page = client.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, "Something went wrong" in page.text) == (500, True)
    assert "NoneType" not in page.text
    assert page.headers["x-frame-options"] == "DENY"
