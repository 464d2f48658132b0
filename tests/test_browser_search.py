"""The way of a user from logging in to a sighting, with the real networks, in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.settings import Settings
from tests.site_browser import chromium, served
from tests.test_pages import PASSWORD, ROOT, populate
from tests.wheel_pictures import wheel_picture
from web.site import open_site

STREET = wheel_picture("bus.jpg")


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
