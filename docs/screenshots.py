"""Makes the pictures of the pages that the documentation shows: python docs/screenshots.py [FOLDER]

Serves a new site with the footage of demo/ on a free port and looks at it with Debian's chromium.
"""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, ViewportSize, sync_playwright

from pipeline.cli import main as passerby
from pipeline.settings import Settings
from storage.accounts.audit import Actor
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
WINDOW = ViewportSize(width=1200, height=800)
PATIENCE = 180_000  # milliseconds: networks load, clips are cut
ASKED = "woman with blonde hair in a red jacket, no bag, at the north gate or the station hall"


def main(folder: Path) -> None:
    """Write search.png, sighting.png, alerts.png, case.png, jobs.png, footage.png and zones.png."""
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(16)
    with TemporaryDirectory() as data:
        passerby(["--data", data, "ingest", str(ROOT / "demo" / "north-gate.mp4"), "--camera", "north-gate"])
        gate = str(ROOT / "demo" / "north-gate.mp4")
        passerby(
            ["--data", data, "cameras", "add", "gate", gate, "--disabled", "--zone", "0,0.4 1,0.4 1,1 0,1"]
        )
        settings = Settings(data=Path(data))
        with closing(Accounts(settings.database_url)) as accounts:
            accounts.add(Actor("screenshots", ""), "ada", password, Role.ADMINISTRATOR)
        with served(data) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_context(viewport=WINDOW).new_page()
            page.set_default_timeout(PATIENCE)
            log_in(page, address, password)
            save_search(page, address)
            shoot_jobs(page, address, folder)
            shoot_alerts(page, address, folder)
            shoot_zones(page, address, folder)
            shoot_search(page, address, folder)
            shoot_case(page, address, folder)
            browser.close()


@contextmanager
def served(data: str) -> Iterator[str]:
    """The address of the service over this folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "web.serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PASSERBY_DATA": data}) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            while not answers(address) and server.poll() is None:
                sleep(0.5)
            yield address
        finally:
            server.terminate()


def answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz"):
            return True
    except URLError:
        return False


def log_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#name", "ada")
    page.fill("#password", password)
    page.click("#door button")
    page.wait_for_url(f"{address}/")


def save_search(page: Page, address: str) -> None:
    """Save a search before the footage comes that it is to find somebody in."""
    page.goto(f"{address}/alerts")
    page.click("#add")
    page.fill("#name", "Woman in red")
    page.fill("#question", "woman with blonde hair in a red jacket")
    page.click("#form button.main")
    page.wait_for_selector("#saved tbody tr")


def shoot_alerts(page: Page, address: str, folder: Path) -> None:
    """Look at whom the saved search has found in the second clip."""
    page.goto(f"{address}/alerts")
    page.wait_for_selector("#wall .person img")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "alerts.png")


def shoot_jobs(page: Page, address: str, folder: Path) -> None:
    """Upload the second clip, and look at the jobs while it is watched."""
    page.goto(f"{address}/footage")
    page.fill("#camera", "station-hall")
    page.set_input_files("#files", ROOT / "demo" / "station-hall.mp4")
    page.wait_for_selector("text=It is watched next")
    page.wait_for_selector("#progress .tag")
    page.wait_for_selector("#newest img")
    page.locator("#newest").scroll_into_view_if_needed()
    page.screenshot(path=folder / "footage.png")
    page.goto(f"{address}/jobs")
    page.wait_for_selector("#progress p .tag")
    page.wait_for_selector("#duties table")
    page.screenshot(path=folder / "jobs.png")
    page.wait_for_selector("text=Everything that came in is searchable")


def shoot_zones(page: Page, address: str, folder: Path) -> None:
    """Draw a mask over the street behind the gate."""
    page.goto(f"{address}/cameras")
    page.locator("li", has=page.locator("h2:text-is('gate')")).locator("text=Draw zones").click()
    page.wait_for_selector("#board-frame img")
    page.wait_for_function("document.querySelector('.board').style.aspectRatio")
    page.check("#as-mask")
    board = page.locator(".draw").bounding_box()
    assert board is not None, "the board is shown"
    for x, y in ((0.05, 0.55), (0.25, 0.5), (0.3, 0.8), (0.1, 0.95)):
        page.mouse.click(board["x"] + x * board["width"], board["y"] + y * board["height"])
    page.screenshot(path=folder / "zones.png")


def shoot_search(page: Page, address: str, folder: Path) -> None:
    """Ask, and open the best answer with its clip."""
    page.goto(f"{address}/")
    page.fill("#q", ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector(".person img")
    page.wait_for_load_state("networkidle")
    page.hover(".phrase >> nth=2")
    page.screenshot(path=folder / "search.png")
    page.click(".person >> nth=0 >> text=Open")
    page.wait_for_selector("#frame img")
    page.click("text=Play the clip")
    page.wait_for_selector("video")
    page.wait_for_selector(".busy", state="detached")
    page.screenshot(path=folder / "sighting.png")


def shoot_case(page: Page, address: str, folder: Path) -> None:
    """Put the two best answers in a case, each with a note, and open it."""
    for number, note in enumerate(("fits the description", "fits too: ask at the gate")):
        page.goto(f"{address}/")
        page.fill("#q", ASKED)
        page.keyboard.press("Enter")
        page.click(f".person >> nth={number} >> text=Open")
        page.wait_for_selector("#facts dd")
        page.click("#add-to-case")
        page.wait_for_selector("#to-case[open]")
        if number == 0:
            page.fill("#new-case", "Lost bag at the north gate")
        else:
            page.wait_for_selector("#which-case option >> nth=1", state="attached")
            page.select_option("#which-case", label="Lost bag at the north gate")
        page.fill("#case-note", note)
        page.click("#to-case-form button.main")
        page.wait_for_selector("#to-case[open]", state="detached")
    page.goto(f"{address}/cases")
    page.click("text=Lost bag at the north gate")
    page.wait_for_selector("#entries .person >> nth=1")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "case.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
