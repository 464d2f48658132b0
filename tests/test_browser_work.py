"""What people who look after a site meet in a browser: uploads, what was set aside, a change of model."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.keeping.change import telling
from pipeline.keeping.reindex import Progress
from storage.footage.chunks import Chunk, State, worker_name
from tests.fakes import walker_video
from tests.site_browser import visiting
from tests.web_client import BEGAN, copy_of, site_in
from web.site import Site

pytestmark = pytest.mark.server

DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  const dropped = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.querySelector("#drop").dispatchEvent(new DragEvent("drop", dropped));
}"""


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    with site_in(copy_of(filled, tmp_path)) as site:
        yield replace(site, events=300.0)


def test_dropped_files_say_what_becomes_of_them(site: Site, tmp_path: Path) -> None:
    clip = walker_video(tmp_path / "walk.mp4", seconds=3).read_bytes()
    with visiting(site, "olga", "/footage", refused="415") as visit:
        page = visit.page
        page.evaluate(DROP, ["walk.mp4", base64.b64encode(clip).decode()])
        assert page.evaluate("document.activeElement.id") == "camera", "it has to be said whose footage it is"
        page.fill("#camera", "yard")
        page.fill("#began", "2026-03-02T12:00:00")
        for name, content in (("walk.mp4", clip), ("letter.mp4", b"Dear Ada"), ("walk.mp4", clip)):
            page.evaluate(DROP, [name, base64.b64encode(content).decode()])
        page.wait_for_selector("text=3 s of footage from 2 Mar 2026, 12:00:00. It is watched next.")
        page.wait_for_selector("#uploads li:has-text('letter.mp4') .notice.bad")
        page.wait_for_selector("text=All of it is known already")
        assert page.locator("#uploads li").count() == 3
        page.click("text=Try again")
        page.wait_for_selector("#uploads li:has-text('letter.mp4') .notice.bad")
        assert visit.barriers() == []


def test_what_was_set_aside_is_tried_again_or_dropped(site: Site) -> None:
    for number in range(2):
        site.ledger.plan([Chunk("yard", f"{number}.mp4", str(number), BEGAN, 0, 60, 0, "v")])
        claimed = site.ledger.claim("watch", worker_name(), timedelta(minutes=1))
        assert claimed is not None
        site.ledger.fail(claimed, "it is no video", permanent=True)
    with visiting(site, "ada", "/jobs") as visit:
        page = visit.page
        page.on("dialog", lambda dialog: dialog.accept())
        page.wait_for_selector("text=it is no video >> nth=1")
        assert visit.barriers() == []
        page.click("#aside button >> nth=0")
        page.wait_for_selector("#aside tbody tr >> nth=1", state="detached")
        page.click("#aside button.danger")
        page.wait_for_selector("text=Nothing is set aside")
    counts = site.ledger.counts()
    assert (counts[State.QUEUED], counts[State.QUARANTINED]) == (1, 0)


def test_a_change_of_model_shows_how_far_it_is(site: Site) -> None:
    site.finder.cameras()
    with visiting(site, "ada", "/") as visit:
        page = visit.page
        with telling(site.windows, "other.safetensors") as told:
            told.note(Progress(300, 1200))
            visit.go("/models")
            page.wait_for_selector("text=300 of 1,200 pictures of people are indexed (25 %)")
            assert page.is_disabled("text=Index with it")
            assert visit.barriers() == []
            page.wait_for_timeout(1100)  # it is noted once a second
            told.note(Progress(600, 1200))
            page.wait_for_selector("text=600 of 1,200 pictures of people are indexed (50 %)")
            page.wait_for_selector("text=to go")
            told.end("other answers searches", switched=True)
        page.wait_for_selector("text=has ended: other answers searches")
        assert page.is_enabled("text=Index with it")


def test_a_viewer_is_shown_what_viewers_may_do(site: Site) -> None:
    with visiting(site, "vic", "/?q=red&min=0", refused="403") as visit:
        page = visit.page
        assert page.locator("#menu a").all_inner_texts() == ["Search"]
        assert not page.query_selector("#save-search")
        for path in ("/alerts", "/cases", "/footage", "/users", "/audit"):
            visit.go(path)
            assert "Ask an administrator" in page.inner_text("main"), path
            assert visit.barriers() == []
