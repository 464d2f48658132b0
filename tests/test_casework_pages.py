"""Saved searches, alerts and cases in a real browser: the whole way, and how a keyboard and axe find it."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests import casework_walk as walk
from tests.hook_server import Receiver
from tests.site_browser import PHONE, Visit, chromium, served
from tests.test_web_casework import come
from tests.web_client import copy_of, site_in
from web.site import Site


@pytest.fixture
def site(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("PASSERBY_WEBHOOK_HOSTS", "127.0.0.1")
    with site_in(copy_of(filled, tmp_path / "data")) as site:
        yield site


@pytest.mark.server
def test_from_an_answer_to_an_alert_to_a_case_to_a_zip(site: Site, tmp_path: Path) -> None:
    with chromium() as browser, Receiver().running() as receiver, served(site) as address:
        visit = Visit.at(browser, address)
        visit.log_in("olga")
        page = visit.page
        page.on("dialog", lambda dialog: dialog.accept())
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
        archive = ZipFile(io.BytesIO(walk.export_case(page)))
        visit.go("/alerts")
        assert page.inner_text("#saved tbody").count("yellow people") == 1
        phone = Visit.at(browser, address, size=PHONE, dark=True)
        phone.log_in("olga")
        assert {path: found for path, found in barriers(visit, phone) if found} == {}
        assert visit.faults == phone.faults == []
    assert archive.testzip() is None
    assert sum(name.endswith("crop-1.jpg") for name in archive.namelist()) == 2


def barriers(*visits: Visit) -> Iterator[tuple[str, list[str]]]:
    """What keeps people out of each page that has something on it, and of its dialog."""
    for visit in visits:
        for path, filled, act in (
            ("/alerts", "#wall .person", "Add to case"),
            ("/alerts", "#saved tbody tr", "Change"),
            ("/cases", "text=The yellow case", "Open a case"),
            ("/cases/1", "#entries .person", ""),
        ):
            visit.go(path)
            visit.page.wait_for_selector(filled)
            yield path, visit.barriers()
            if act:
                visit.page.click(f"text={act} >> nth=0")
                yield f"{path}, {act}", visit.barriers()
