"""Erasure: what is named is gone from everywhere, nothing else is, and the audit log proves it."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from pipeline.footage.handoff import Handoff
from pipeline.keeping.erasure import GUARD, MassErasureError, erase
from pipeline.keeping.survey import Request, Site, survey
from storage.accounts.audit import Sought
from storage.accounts.holds import HeldError
from storage.accounts.permissions import ForbiddenError, Principal, Role, UnknownCameraError
from storage.footage.chunks import State
from storage.footage.erasures import Selection
from storage.footage.ledger import Ledger
from storage.sightings.index import open_models
from storage.types import Shot, Sighting, Where
from tests.erasable_site import (
    OS,
    ROOT,
    at,
    claimed,
    close_site,
    crops,
    ingest,
    open_site,
    run,
    shots,
    step_in,
)
from tests.fakes import ColourEncoder, unit, walker_video


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walker_video(tmp_path_factory.mktemp("footage") / "street.mp4")


@pytest.fixture(scope="module")
def ingested(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ingested")
    ingest(folder, footage)
    return folder


@pytest.fixture(scope="module")
def sightings(ingested: Path) -> list[Sighting]:
    with closing(open_models(f"edge:{ingested / 'index'}").open(ColourEncoder.model)) as index:
        return [hit.sighting for hit in index.nearest(unit(np.ones(3, np.float32)), 1000)]


@pytest.fixture
def folder(ingested: Path, sightings: list[Sighting], tmp_path: Path) -> Path:
    """Four people on each of two cameras, who come one after the other."""
    folder = tmp_path / "data"
    # The index is filled, not copied: Edge takes very long to open one that was copied and then written to.
    shutil.copytree(ingested, folder, ignore=shutil.ignore_patterns("index"))
    with closing(open_models(f"edge:{folder / 'index'}").open(ColourEncoder.model)) as index:
        index.add(sightings)
    return folder


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    opened = open_site(folder)
    yield opened
    close_site(opened)


def test_a_range_is_gone_from_everywhere_and_the_rest_is_not(site: Site, folder: Path, footage: Path) -> None:
    everybody, first = shots(site), at(9)
    gone = {shot for shot in everybody if shot.camera == "gate" and shot.began <= first}
    kept = set(everybody) - gone
    assert gone
    assert any(shot.camera == "gate" for shot in kept)

    report = run(site, Selection(Where(("gate",), None, first)))

    assert set(shots(site)) == kept
    (index,) = site.indexes
    assert index.held([shot.id for shot in everybody]) == {shot.id for shot in kept}
    assert crops(site, folder) == {shot.crop for shot in kept}
    for name in ("sightings", "shots", "crops"):
        assert (getattr(report.before, name), getattr(report.after, name)) == (len(gone), 0)
    assert report.remains == (
        f"1 recordings that were ingested still show them; delete them yourself: {footage}",
    )


def test_the_report_stands_in_the_audit_log(site: Site) -> None:
    report = run(site, Selection(Where(("gate",), at(0), at(9))), address="192.0.2.7")
    begun, done = site.audit.all(Sought(who="root"))
    assert (begun.action, done.action, done.number) == ("erase", "erased", report.number)
    assert done.details["selection"] == {
        "cameras": ["gate"],
        "after": at(0).isoformat(),
        "before": at(9).isoformat(),
    }
    assert done.details["reason"] == "asked to"
    assert done.details["before"]["crops"] == report.before.crops
    assert set(done.details["after"].values()) == {0}
    assert set(done.details["after"]) == {"sightings", "shots", "crops", "segments", "alerts", "entries"}
    assert done.details["remains"] == list(report.remains)
    assert done.address == "192.0.2.7"
    assert site.audit.verify().fault == ""


def test_what_is_erased_is_not_found_again(site: Site, folder: Path, footage: Path) -> None:
    run(site, Selection(Where(("gate",))))
    close_site(site)
    ingest(folder, footage)
    again = open_site(folder)
    assert {shot.camera for shot in shots(again)} == {"hall"}
    assert again.indexes[0].cameras() == ("hall",)
    close_site(again)


def test_footage_not_watched_yet_never_is(tmp_path: Path, footage: Path) -> None:
    ingest(tmp_path, footage, most=2)  # of ten
    site = open_site(tmp_path)
    assert list((tmp_path / "media" / "open").rglob("*.jpg"))  # people in view at a chunk's end
    run(site, Selection(Where(("gate", "hall"))))
    assert crops(site, tmp_path) == set()
    close_site(site)
    ingest(tmp_path, footage)
    again = open_site(tmp_path)
    assert shots(again) == []
    assert again.indexes[0].count() == 0
    close_site(again)


def test_the_next_chunk_does_not_take_up_whom_an_erased_one_handed_over(
    tmp_path: Path, footage: Path
) -> None:
    ingest(tmp_path, footage, most=4)  # two of each camera, or four of one
    site = open_site(tmp_path)
    middle = Selection(Where(("gate", "hall"), at(5), at(10)))
    inside = [stretch.id for stretch in site.ledger.find(middle).inside]
    assert any(Handoff.from_json(text).tracks for _, text in site.ledger.handoffs(inside))
    run(site, middle)
    handoffs = [Handoff.from_json(text) for _, text in site.ledger.handoffs(inside)]
    assert {handoff.tracks for handoff in handoffs} == {()}
    assert {handoff.next_number > 1 for handoff in handoffs} == {True}
    assert site.ledger.find(middle).inside == ()  # nothing in them to look at a second time
    close_site(site)
    ingest(tmp_path, footage)  # the pictures that the chunk before needed are gone; nobody looks for them
    step = step_in(tmp_path)
    assert step.ledger.counts()[State.QUARANTINED] == 0
    step.ledger.close()


def test_a_sighting_goes_alone_and_an_appearance_whole(site: Site) -> None:
    by_person: dict[tuple[str, int], list[Shot]] = {}
    for shot in shots(site):
        by_person.setdefault((shot.camera, shot.track), []).append(shot)
    several = [person for person in by_person.values() if len(person) > 1]
    alone, whole = several[0], several[1]
    everybody = set(shots(site))

    assert run(site, Selection(sightings=(alone[0].id,))).before.shots == 1
    assert set(shots(site)) == everybody - {alone[0]}

    assert run(site, Selection(appearances=(whole[1].id,))).before.shots == len(whole)
    assert set(shots(site)) == everybody - {alone[0], *whole}
    assert site.indexes[0].count() == len(everybody) - 1 - len(whole)


def test_a_survey_touches_nothing(site: Site, folder: Path) -> None:
    before = shots(site), crops(site, folder), site.indexes[0].count()
    found = survey(site, Request(Selection(Where(("gate",))), ROOT))
    assert found.number == found.before.sightings == found.before.crops > 0
    assert found.total == len(before[0])
    assert (shots(site), crops(site, folder), site.indexes[0].count()) == before
    assert list(site.audit.all(Sought())) == []


def test_mass_deletion_needs_its_number(site: Site) -> None:
    everything = Request(Selection(Where(after=at(-1))), ROOT)
    number, strict = len(shots(site)), replace(GUARD, few=1)
    with pytest.raises(MassErasureError, match=f"--yes-erase {number}"):
        erase(site, everything, strict)
    with pytest.raises(MassErasureError, match=f"erases {number} sightings, and 3 were"):
        erase(site, replace(everything, confirmed=3), strict)
    few = Request(Selection(sightings=(shots(site)[0].id,)), ROOT)
    erase(site, few, strict)
    assert len(shots(site)) == number - 1
    erase(site, replace(everything, confirmed=number - 1), strict)
    assert shots(site) == []


def test_a_legal_hold_forbids_it(site: Site) -> None:
    everybody = shots(site)
    hold = site.holds.place(OS, "gate", at(0), at(6), "case 12")
    held = [shot for shot in everybody if shot.camera == "gate" and shot.began <= at(6)]
    for selection in (
        Selection(Where(("gate",))),
        Selection(Where()),
        Selection(appearances=(held[0].id,)),
    ):
        with pytest.raises(HeldError, match=r"1 \(case 12\)"):
            run(site, selection)
    assert shots(site) == everybody
    run(site, Selection(Where(("hall",))))
    report = run(site, Selection(Where(("gate",))), around_holds=True)
    assert set(shots(site)) == set(held)
    assert site.indexes[0].count() == len(held)
    assert f"{len(held)} sightings are under a legal hold" in report.remains
    site.holds.lift(OS, hold.id)
    run(site, Selection(Where(("gate",))))
    assert shots(site) == []
    assert [entry.action for entry in site.audit.all(Sought(who="os:root"))] == ["place_hold", "lift_hold"]


def test_whoever_may_not_see_a_camera_cannot_erase_or_discover_it(site: Site) -> None:
    gate_only = replace(ROOT, cameras=frozenset({"gate"}))
    mine, theirs = shots(site, cameras=("gate",)), shots(site, cameras=("hall",))

    def refusal(selection: Selection, name: str, error: type[Exception]) -> str:
        with pytest.raises(error) as raised:
            erase(site, Request(selection, gate_only), None)
        return str(raised.value).replace(name, "NAME")

    forbidden = refusal(Selection(Where(("hall",))), "hall", UnknownCameraError)
    assert forbidden == refusal(Selection(Where(("attic",))), "attic", UnknownCameraError)
    stranger = uuid4()
    for kind in ("sightings", "appearances"):
        forbidden = refusal(Selection(**{kind: (theirs[0].id,)}), str(theirs[0].id), ValueError)
        assert forbidden == refusal(Selection(**{kind: (stranger,)}), str(stranger), ValueError)
    erase(site, Request(Selection(Where()), gate_only), None)  # everything: that is, the gate
    assert set(shots(site)) == set(theirs)
    assert mine


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.AUDITOR])
def test_other_roles_cannot_erase(site: Site, role: Role) -> None:
    for act in (survey, erase):
        with pytest.raises(ForbiddenError):
            act(site, Request(Selection(Where()), Principal("eve", role)))


def test_nothing_named_erases_nothing(site: Site) -> None:
    with pytest.raises(ValueError, match="nothing to erase is named"):
        run(site, Selection())
    with pytest.raises(ValueError, match="swap the two"):
        run(site, Selection(Where((), at(5), at(1))))


def test_what_a_worker_is_at_is_left_and_named(site: Site, folder: Path) -> None:
    shot = claimed(folder, timedelta(minutes=30))
    gate = Selection(Where(("gate",)))
    report = run(site, gate)
    assert "1 chunks of it are being watched or indexed now: erase again when that is done" in report.remains
    assert shot in shots(site)
    assert shot.crop in crops(site, folder)
    assert {left.camera for left in shots(site)} == {"gate", "hall"}
    ledger = Ledger(f"sqlite:///{folder / 'site.db'}")
    (busy,) = ledger.jobs([State.INDEXING])
    ledger.complete_index(busy)
    ledger.close()
    run(site, gate)
    assert {left.camera for left in shots(site)} == {"hall"}


def test_a_worker_that_died_does_not_keep_anybody(site: Site, folder: Path) -> None:
    shot = claimed(folder, timedelta(0))
    report = run(site, Selection(Where(("gate",))))
    assert shot not in shots(site)
    assert len(report.remains) == 1  # the recording


class Failing:
    """A media store whose disk goes away."""

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self.exists = exists

    def delete(self, keys: Iterable[str]) -> None:
        raise OSError("the disk is away")


def test_cut_short_it_is_finished_by_running_it_again(site: Site, folder: Path) -> None:
    everything = Selection(Where(("gate",)))
    with pytest.raises(OSError, match="the disk is away"):
        run(replace(site, media=Failing(site.media.exists)), everything)
    assert [entry.action for entry in site.audit.all(Sought())] == ["erase"]
    report = run(site, everything)
    assert report.before.crops == report.before.shots > report.before.sightings == 0
    assert (report.after.crops, report.after.shots) == (0, 0)
    assert {key.split("/")[0] for key in crops(site, folder)} == {"hall"}


def test_sightings_that_the_ledger_lost_go_too(site: Site) -> None:
    site.ledger.forget([shot.id for shot in shots(site, cameras=("gate",))])
    report = run(site, Selection(Where(("gate",))))
    assert report.before.shots == 0
    assert report.before.sightings > report.after.sightings == 0
