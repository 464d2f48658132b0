"""The way of a user from a search that is saved to a case, in a real browser."""

from typing import Any


def save_search(page: Any, address: str, webhook: str) -> None:
    """From an answer to a saved search that tells a webhook."""
    page.goto(f"{address}/?q=yellow&min=0")
    page.wait_for_selector(".person")
    page.click("#save-search")
    page.wait_for_selector("#dialog[open]")
    assert page.input_value("#question") == "yellow"
    page.fill("#name", "yellow people")
    page.fill("#least", "90")
    page.fill("#webhook", webhook)
    page.click("#form button.main")
    page.wait_for_selector("#secret code")
    assert page.inner_text("#secret code").startswith("whsec_")
    assert "yellow people" in page.inner_text("#saved")


def alert_to_case(page: Any) -> None:
    """From an alert that came into a new case."""
    page.wait_for_selector("#wall .person")
    assert "90 %" not in page.inner_text("#wall")
    page.click("text=Add to case >> nth=0")
    page.wait_for_selector("#to-case[open]")
    page.fill("#new-case", "The yellow case")
    page.fill("#case-note", "seen in the hall")
    page.click("#to-case-form button.main")
    page.wait_for_selector("#to-case[open]", state="detached")


def sighting_to_case(page: Any, address: str) -> None:
    """From a sighting's page into the same case, and to the case."""
    page.goto(f"{address}/?q=yellow&min=0")
    page.click(".person >> nth=1 >> text=Open")  # the first is in the case already
    page.wait_for_selector("#facts dd")
    page.click("#add-to-case")
    page.wait_for_selector("#which-case option >> nth=1", state="attached")
    page.select_option("#which-case", label="The yellow case")
    page.fill("#case-note", "and at the gate")
    page.click("#to-case-form button.main")
    page.wait_for_selector("#to-case[open]", state="detached")
    page.goto(f"{address}/cases")
    page.click("text=The yellow case")
    page.wait_for_selector("#entries .person")
    assert page.inner_text("#count") == "2 sightings, by time"
    page.fill("#about textarea", "A note for all of it")
    page.click("#about .noted button")
    page.wait_for_function("document.querySelector('#about textarea').value === 'A note for all of it'")


def export_case(page: Any) -> bytes:
    """The ZIP as a browser keeps it."""
    page.uncheck("#clips")
    with page.expect_download() as coming:
        page.click("#export button")
    with open(coming.value.path(), "rb") as file:
        return file.read()
