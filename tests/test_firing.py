"""Saved searches fire once for each person who comes, for whoever may know of it."""

import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pipeline.lease import StoppedError
from storage.accounts.permissions import Role
from storage.footage.chunks import worker_name
from storage.types import Shot
from tests.account_site import GOOD
from tests.account_site import ROOT as BY
from tests.casework_site import ADA, EVERYTHING
from tests.fakes import ColourEncoder
from tests.firing_site import GREEN, RED, Site, picture
from tests.ledger_chunks import NOON, chunk

ROOT = Path(__file__).parents[1]


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    opened = Site(url)
    yield opened
    opened.close()


def test_each_person_who_matches_fires_once_with_the_best_shot_and_why(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.save()
    first, _, *_ = site.come(0, "red", "blue", "green")
    with caplog.at_level(logging.INFO, "passerby.alerts"):
        site.run()
    assert site.fired() == [("reds", "gate", first.id)]
    (alert,) = site.alerts.newest(EVERYTHING)
    assert alert.probability > 0.9
    assert [(ground.phrase, ground.part) for ground in alert.grounds] == [("red", "whole")]
    assert 'alert: "reds" matches on gate' in caplog.text
    assert site.firing.next() is None


def test_several_searches_fire_apart_from_one_look_at_the_index(site: Site) -> None:
    for question in (RED, GREEN, replace(RED, name="reds too")):
        site.save(question)
    site.come(0, "red", "green")
    site.run()
    assert [name for name, *_ in site.fired()] == ["reds", "reds too", "greens"]
    assert site.kept.asked == 1


def test_a_person_who_comes_back_looking_the_same_does_not_fire_again(site: Site) -> None:
    site.save()
    site.come(0, "red", at=45)  # until second 55
    site.come(1, "red", at=10)  # 15 seconds later
    site.come(1, "red", camera="hall", at=10)  # another camera tells something new
    site.come(3, "red")  # long after
    site.run()
    assert [camera for _, camera, _ in site.fired()] == ["gate", "hall", "gate"]


def test_the_order_in_which_chunks_are_indexed_does_not_matter(site: Site) -> None:
    site.save()
    (later, _) = site.come(1, "red", at=10)
    site.run()
    site.come(0, "red", at=45)
    site.run()
    assert site.fired() == [("reds", "gate", later.id)]


def test_one_shot_that_flatters_does_not_fire(site: Site) -> None:
    site.save()
    one = chunk(0)
    shots = [
        Shot("gate", one.fingerprint, 1, number, NOON, NOON, NOON, (0, 0, 8, 16), 0.9, f"{number}.jpg")
        for number in range(3)
    ]
    for shot, colour in zip(shots, ("red", "yellow", "yellow"), strict=True):
        site.shelf.put(shot.crop, picture(colour))
    site.index(0, shots=shots)
    site.run()
    assert site.fired() == []


def test_two_alike_who_are_in_view_together_are_two(site: Site) -> None:
    site.save()
    one = chunk(0)
    together = [
        Shot(
            "gate",
            one.fingerprint,
            number,
            0,
            NOON,
            NOON + timedelta(seconds=9),
            NOON,
            (0, 0, 8, 16),
            0.9,
            f"{number}.jpg",
        )
        for number in range(2)
    ]
    for shot in together:
        site.shelf.put(shot.crop, picture("red"))
    site.index(0, shots=together)
    site.run()
    assert len(site.fired()) == 2


def test_a_chunk_compared_again_fires_nothing_new(site: Site) -> None:
    site.save()
    site.come(0, "red")
    site.run()
    with site.ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE chunks SET state = 'watched'")
    again = site.ledger.claim("index", "elsewhere:1:a", timedelta(minutes=5))
    assert again is not None
    site.ledger.complete_index(again)
    assert site.fresh.waiting() == 1
    site.run()
    assert len(site.fired()) == 1


def test_the_probability_is_the_search_s_own_or_the_model_s(site: Site) -> None:
    class Strict(ColourEncoder):
        threshold = 0.999

    site.firing = site.firing_of(Strict())
    for question in (RED, replace(RED, name="surer", least=0.9), replace(RED, name="never", least=1.0)):
        site.save(question)
    site.come(0, "red")
    site.run()
    assert [name for name, *_ in site.fired()] == ["surer"]


def test_only_what_was_indexed_since_counts(site: Site) -> None:
    site.save(GREEN)  # so that chunks are noted at all
    site.come(0, "red")
    site.clock.pass_by(minutes=1)
    made = site.save()
    site.run()
    assert site.fired() == []
    site.saved.pause(ADA, made.id, True)
    site.come(2, "red")
    site.run()
    assert site.fired() == []
    site.clock.pass_by(minutes=1)
    site.saved.pause(ADA, made.id, False)
    site.come(4, "red")
    site.run()
    assert len(site.fired()) == 1


def test_cameras_of_the_search_and_of_its_owner_count_when_it_fires(site: Site) -> None:
    site.save(replace(RED, cameras=("hall",)))
    site.save(replace(RED, name="all"))
    for camera in ("gate", "hall"):
        site.come(0, "red", camera=camera)
    site.accounts.set_cameras(BY, "ada", ["hall"])
    site.run()
    assert {(name, camera) for name, camera, _ in site.fired()} == {("reds", "hall"), ("all", "hall")}


@pytest.mark.parametrize("why", ["disabled", "viewer", "unknown"])
def test_whoever_may_not_have_saved_searches_gets_nothing_of_them(site: Site, why: str) -> None:
    site.save(owner="nobody" if why == "unknown" else "ada")
    site.accounts.add(BY, "root", GOOD, Role.ADMINISTRATOR)
    if why == "disabled":
        site.accounts.disable(BY, "ada")
    if why == "viewer":
        site.accounts.set_role(BY, "ada", Role.VIEWER)
    site.come(0, "red")
    site.run()
    assert site.fired() == []
    assert site.fresh.waiting() == 0


def test_whoever_owns_the_machine_has_saved_searches_without_an_account(site: Site) -> None:
    site.save(owner="os:root")
    site.come(0, "red")
    site.run()
    assert len(site.fired()) == 1


def test_what_another_model_indexed_is_embedded_from_its_pictures(site: Site) -> None:
    site.save()
    (shot, other) = site.come(0, "red", indexed=False)
    site.shelf.delete([other.crop])  # a lost picture harms nothing
    site.run()
    assert site.fired() == [("reds", "gate", shot.id)]


def test_a_chunk_of_which_nothing_is_left_is_done_with(site: Site) -> None:
    site.save()
    site.shelf.delete([shot.crop for shot in site.come(0, "red", indexed=False)])
    site.run()
    assert site.fired() == []
    assert site.fresh.waiting() == 0


def test_a_search_that_the_model_cannot_read_does_not_stop_the_others(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.save(replace(RED, name="odd", description="mauve"))
    site.save()
    site.come(0, "red")
    site.run()
    assert [name for name, *_ in site.fired()] == ["reds"]
    assert '"odd" cannot be read by colours@00000000' in caplog.text


def test_a_fault_is_counted_and_a_store_that_is_away_is_not(site: Site) -> None:
    site.save()
    site.come(0, "red")

    class Faulty(ColourEncoder):
        def score(self, *_: Any) -> Any:
            raise RuntimeError("a fault")

    class Away(ColourEncoder):
        def score(self, *_: Any) -> Any:
            raise OSError("the server is away")

    for _ in range(5):
        with pytest.raises(OSError, match="away"):
            site.firing_of(Away()).next()
    assert site.fresh.waiting() == 1
    faulty = site.firing_of(Faulty())
    assert [faulty.next() for _ in range(3)] == [[], [], []]
    assert site.fresh.waiting() == 0


def test_it_stops_between_two_chunks_and_gives_the_camera_back(site: Site) -> None:
    site.save()
    site.come(0, "red")
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        site.firing.next(stop)
    site.run()
    assert len(site.fired()) == 1


def test_two_processes_fire_once_and_so_does_one_that_was_killed(tmp_path: Path) -> None:
    """Both look at once at the same cameras; the third has died in the middle and its turn is taken."""
    url = f"sqlite:///{tmp_path / 'passerby.db'}"
    site = Site(url)
    site.save(owner="os:root")
    for position in range(0, 40, 2):
        for camera in ("gate", "hall"):
            site.come(position, "red", camera=camera)
    dead = site.fresh.claim(f"{_host()}:999999:gone", timedelta(hours=1))
    assert dead is not None
    command = [sys.executable, "-m", "tests.firing_worker", url, str(time.time() + 3)]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait(120) for process in started] == [0, 0]
    assert site.fresh.waiting() == 0
    assert len(site.fired()) == 40
    site.close()
    with sqlite3.connect(tmp_path / "passerby.db") as database:
        assert database.execute("SELECT count(*) FROM audit WHERE action = 'alert'").fetchone() == (40,)


def _host() -> str:
    return worker_name().rsplit(":", 2)[0]
