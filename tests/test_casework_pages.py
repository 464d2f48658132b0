"""Saved searches, alerts and cases in a real browser: the whole way, and how a keyboard and axe find it."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests import casework_walk as walk
from tests.hook_server import Receiver
from tests.site_browser import chromium, served
from tests.test_web_casework import come
from tests.web_client import PASSWORD, copy_of, site_in
from web.site import Site


@pytest.fixture
def site(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("PASSERBY_WEBHOOK_HOSTS", "127.0.0.1")
    with site_in(copy_of(filled, tmp_path / "data")) as site:
        yield site


@pytest.mark.server
def test_from_an_answer_to_an_alert_to_a_case_to_a_zip(site: Site, tmp_path: Path) -> None:
    with chromium() as browser, Receiver().running() as receiver, served(site) as address:
        page = browser.new_page(viewport=walk.WIDE, accept_downloads=True)
        faults = walk.complaints(page, address)
        walk.log_in(page, address, "olga", PASSWORD)
        walk.save_search(page, address, f"{receiver.url}/in")
        page.click("text=Test")
        page.wait_for_selector("text=127.0.0.1 took it.")
        come(site)
        with site.upkeep.running():
            until = time.monotonic() + 60
            while not site.alerts.due() and len(receiver.requests) < 2:
                assert time.monotonic() < until
                page.wait_for_timeout(100)
            page.reload()
            walk.alert_to_case(page)
        walk.sighting_to_case(page, address)
        serious = violations(page)
        archive = ZipFile(io.BytesIO(walk.export_case(page)))
        page.goto(f"{address}/alerts")
        page.wait_for_selector("#wall .person")
        serious += violations(page)
        assert page.inner_text("#saved tbody").count("yellow people") == 1
        assert faults == []
        assert serious == []
    assert archive.testzip() is None
    assert sum(name.endswith("crop-1.jpg") for name in archive.namelist()) == 2


def violations(page: Any) -> list[str]:
    """What axe finds that keeps somebody out."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]
