"""The benchmarks themselves: identities by place, rows of answers judged by hand, the path that they time."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from bench import ingest, search
from bench.crowd import TEXTS
from bench.end_to_end import FAR, Found, gathered, judge_rows, rows_table, score, scores_table
from bench.footage import Footage, GalleryCrop, LookupQuery
from bench.passage import BEGAN, index_all, own_settings, watch_all
from bench.places import Places, read_places
from bench.stages import Stages
from models.types import TextFeatures
from pipeline.ingest import WatchStep
from pipeline.types import Again, Match
from pipeline.watch import Watch
from storage.footage.ledger import Ledger
from storage.sightings.edge import EdgeIndex
from storage.types import Box, Shot
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre, Shelf, walker_video

LEFT, RIGHT = (0.0, 0.0, 20.0, 60.0), (100.0, 0.0, 120.0, 60.0)


def floats(box: Box) -> np.ndarray:
    return np.array(box, np.float32)


def query(name: str, relevant: str = "", ambiguous: str = "") -> LookupQuery:
    style = "short" if relevant else "absent"
    return LookupQuery(name, style, name, frozenset(relevant.split()), frozenset(ambiguous.split()))


def crop(person: str, box: Box, frame: int = 0) -> GalleryCrop:
    whole = (int(box[0]), int(box[1]), int(box[2]), int(box[3]))
    return GalleryCrop(person, "clip", frame, whole, person, False, np.zeros((60, 20, 3), np.uint8))


def match(track: int, box: Box, probability: float, *, shot: int = 0, frame: int = 0) -> Match:
    taken = BEGAN + timedelta(seconds=frame / 10)
    record = Shot("clip", "f", track, shot, BEGAN, BEGAN, taken, box, 0.9, f"{track}-{shot}.jpg")
    return Match(record, probability, probability, ())


def test_a_person_is_on_the_line_between_two_known_boxes() -> None:
    walker = [(10, floats((0, 0, 20, 60))), (20, floats((50, 0, 70, 60))), (60, floats((0, 0, 20, 60)))]
    places = Places({"clip": {"A": walker}})
    assert places.at("clip", 14)["A"].tolist() == [20, 0, 40, 60]
    assert places.at("clip", 20)["A"].tolist() == [50, 0, 70, 60]
    assert places.at("clip", 40) == {}  # too long unseen to say
    assert places.at("clip", 9) == places.at("clip", 61) == places.at("other", 14) == {}


def test_a_box_shows_whom_it_overlaps_most() -> None:
    places = Places({"clip": {"A": [(0, floats((0, 0, 20, 60)))], "B": [(0, floats((8, 0, 28, 60)))]}})
    assert places.who("clip", 0, (6, 0, 26, 60)) == "B"
    assert places.who("clip", 0, (1, 0, 21, 60)) == "A"
    assert places.who("clip", 0, (0, 40, 20, 100)) is None
    assert places.who("clip", 3, (1, 0, 21, 60)) is None


def test_boxes_of_the_gallery_are_known_and_those_between_are_read(tmp_path: Path) -> None:
    path = tmp_path / "places.json"
    path.write_text('{"A": [[8, 80, 0, 100, 60]]}')
    places = read_places([crop("A", LEFT), crop("B", RIGHT)], path)
    assert places.at("clip", 4)["A"].tolist() == [40, 0, 60, 60]
    assert set(places.at("clip", 0)) == {"A", "B"}


def test_every_row_of_a_person_is_right_and_nobody_is_wrong() -> None:
    rows = [Found(person, 0.5) for person in (None, "A", "B", "C", "A")]
    judged = judge_rows(rows, query("q", "A", "B"))  # B counts neither way
    assert judged.first.tolist() == [2]
    assert judged.precision.tolist() == pytest.approx([(1 / 2 + 2 / 4) / 2])


def test_a_person_without_a_row_costs_precision() -> None:
    rows = [Found("A", 0.5), Found(None, 0.4)]
    assert judge_rows(rows, query("q", "A")).precision.tolist() == [1]
    assert judge_rows(rows, query("q", "A D")).precision.tolist() == [0.5]
    nothing = judge_rows(rows, query("q", "D"))
    assert nothing.precision.tolist() == [0]
    assert nothing.first.tolist() == [2 + FAR]
    assert judge_rows([], query("q", "D")).precision.tolist() == [0]


def test_figures_of_answers_by_hand() -> None:
    footage = Footage((crop("A", LEFT), crop("B", RIGHT)), (query("x", "A"), query("y", "B"), query("z")), {})
    mixed = match(2, LEFT, 0.3, shot=1)
    answers = {
        "x": [match(1, LEFT, 0.9), match(2, RIGHT, 0.2), match(3, (50, 0, 70, 60), 0.1)],
        "y": [mixed, match(1, LEFT, 0.1), match(3, (50, 0, 70, 60), 0.1)],
        "z": [match(1, LEFT, 0.6)],
    }
    shots = {each.shot for matches in answers.values() for each in matches}
    everybody = gathered([match(1, LEFT, 0.9), match(2, RIGHT, 0.2), match(3, (50, 0, 70, 60), 0.1)], shots)
    scores = score(footage, answers, everybody, read_places(footage.gallery), 0.5)
    assert scores.overall.r1 == 50
    assert scores.overall.map == 50  # the only row of B is shown by a shot of A, so B has none
    assert scores.auroc == 0.5
    assert (scores.false_answers, scores.missed_answers) == (100, 50)
    rows = scores.rows["clip"]
    assert (rows.people, rows.found, rows.rows, rows.mixed, rows.strange) == (2, 2, 2, 1, 1)
    assert scores_table({"mine": scores}).row_count == 1
    assert rows_table(scores.rows).row_count == 1


def test_tracks_of_one_person_are_one_row_of_which_every_shot_counts() -> None:
    first, second = match(1, LEFT, 0.9), match(2, RIGHT, 0.2)
    shots = {first.shot, second.shot, match(2, RIGHT, 0.2, shot=1).shot}
    (row,) = gathered([replace(first, also=(Again(second.shot, 0.9),))], shots)
    assert set(row) == shots


def test_footage_goes_through_the_real_path(tmp_path: Path) -> None:
    clip = walker_video(tmp_path / "walkers.mp4")
    encoder, shelf, stages = ColourEncoder(), Shelf(), Stages()
    detector = BrightRectangles()
    stages.time(detector, "detector", "detect")
    with (
        closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger,
        closing(EdgeIndex(tmp_path / "index", encoder.model, reserve=0)) as index,
    ):
        step = WatchStep(Watch(detector, NearestCentre, shelf), ledger, 5.0, "v1")
        counts = watch_all({"gate": clip}, step, seconds=60)
        index_all(step, encoder, shelf, index, batch=8)
        assert (counts.frames, counts.people) == (120, 4)
        assert index.count() == len(shelf.images) > 0
        with pytest.raises(ValueError, match="nowhere"):
            watch_all({"gate": tmp_path / "nowhere.mp4"}, step, seconds=60)
    assert stages.take()["detector"] > 0
    assert stages.take() == {}


def test_a_benchmark_keeps_its_hands_off_the_users_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INDEX", "MEDIA", "DATABASE", "DATA"):
        monkeypatch.setenv(f"PASSERBY_{name}", "theirs")
    settings = own_settings(tmp_path, model="", detector="")
    urls = (settings.index_url, settings.media_url, settings.database_url)
    assert all(str(tmp_path) in url and "theirs" not in url for url in urls)


def test_ingest_is_shown_beside_the_peer_as_a_ratio() -> None:
    ours = ingest.IngestResult("passerby", 80, 40, 38, 400, 100, {"detector": 30.0}, 1 << 30)
    peer = ingest.IngestResult("plain script", 80, 80, 78, 400, 2000, {"embedding": 60.0}, 1 << 29)
    drawn = ingest.table(ours, peer)
    cells = list(zip(*(list(column.cells) for column in drawn.columns), strict=True))
    assert cells[0] == ("x real time", "2.00", "1.00", "2.00")
    assert cells[3] == ("peak memory, MiB", "1024", "512", "2.00")
    assert ("detector", "30.0 s, 75 %", "-", "") in cells


def test_ingest_without_any_footage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "DEMO", tmp_path)
    with pytest.raises(FileNotFoundError, match="--clip"):
        ingest.default_clips(tmp_path)


class EveryText(ColourEncoder):
    """Reads every description as the same one."""

    def encode_text(self, text: str) -> TextFeatures:
        return super().encode_text("red")


def test_search_is_timed_stage_by_stage_and_its_pool_compared(tmp_path: Path) -> None:
    encoder = EveryText()
    seen = encoder.encode_images([np.full((4, 4, 3), tint, np.uint8) for tint in ((200, 0, 0), (0, 0, 200))])
    with closing(search.Bench(encoder, seen, 900, tmp_path / "index")) as bench:
        timed = list(bench.measure(1))
        assert bench.index.count() == 900, "what was added meanwhile is gone"
    conditions = ["everywhere", "one camera", "one hour", "one camera, one hour"]
    busy = "while footage is indexed"
    assert [each.condition for each in timed] == [
        *conditions,
        f"everywhere, {busy}",
        f"one camera, one hour, {busy}",
    ]
    for each in timed:
        assert len(each.whole) == len(TEXTS)
        np.testing.assert_allclose(sum(each.stages.values()), each.whole, rtol=1e-4)
        assert min(works.min() for works in each.stages.values()) > 0
        assert each.recall > 0.5  # codes of three dimensions are coarse
        assert set(each.peers) == (set() if busy in each.condition else {"numpy scan", "qdrant-client local"})
    with closing(search.Bench(encoder, seen, 900, tmp_path / "index")) as again:
        assert again.index.count() == 900, "an index that is there is used again"
    assert search.searches(timed, "t").row_count == 6
    assert search.beside(timed).row_count == 4


@pytest.mark.parametrize("arguments", [["--sightings", "10"], ["--rounds", "0"]])
def test_search_refuses_what_says_nothing(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="give more than"):
        search.main(arguments)
