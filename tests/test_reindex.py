"""A change of model: everybody is indexed anew beside the old model, and searches never stop."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.servers.qdrant import StayingClient
from models.acsa.card import digest
from models.acsa.encoder import SHIPPED
from pipeline import build
from pipeline.cli import main
from pipeline.keeping.change import last
from pipeline.keeping.reindex import Progress, Survey, catch_up, survey
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.types import Query
from storage.footage.chunks import Chunk, State, worker_name
from storage.footage.ledger import Ledger
from storage.footage.windows import Windows
from storage.sightings.edge_folders import EdgeFolders
from storage.sightings.index import Index, Models
from storage.sightings.qdrant_collections import QdrantCollections
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Shot, Standing
from tests.fakes import COLOURS, ColourEncoder, Shelf

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TINTS = ("red", "green", "blue", "yellow")


class OtherColours(ColourEncoder):
    """The same colours as another model sees them: turned around."""

    model = "colours@11111111"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")) as made:
        yield made


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(params=["edge", "qdrant"])
def models(request: pytest.FixtureRequest, tmp_path: Path) -> Models:
    if request.param == "edge":
        return Models(EdgeFolders(tmp_path / "index", reserve=0))
    client = StayingClient()
    return Models(QdrantCollections(lambda: Server(client, "local mode", Cluster())))


def seen(ledger: Ledger, shelf: Shelf, chunk: int, *tracks: int) -> list[Shot]:
    """Enter a chunk in which these people walked by, each in a colour of their own."""
    began = NOON + timedelta(minutes=chunk)
    shots = []
    for track in tracks:
        key = f"gate/{chunk}-{track}.jpg"
        shots.append(Shot("gate", "clip", track, 0, began, began, began, (0, 0, 9, 9), 0.5, key))
        shelf.put(key, np.full((40, 20, 3), COLOURS[TINTS[track % 4]], np.uint8))
    ledger.plan([Chunk("gate", "clip.mp4", "clip", began, chunk * 60.0, chunk * 60.0 + 60, chunk, "v1")])
    claimed = ledger.claim("watch", worker_name(), timedelta(minutes=1))
    assert claimed is not None
    ledger.complete_watch(claimed, shots, "")
    return shots


def fill(ledger: Ledger, shelf: Shelf, index: Index, encoder: ColourEncoder) -> list[Progress]:
    return list(catch_up(ledger, encoder, shelf, index, batch=2))


def test_only_what_is_missing_is_indexed(ledger: Ledger, shelf: Shelf, models: Models) -> None:
    seen(ledger, shelf, 0, 1, 2, 3)
    with closing(models.beside(ColourEncoder.model)) as index:
        assert survey(ledger, index) == Survey(3, 3)
        assert fill(ledger, shelf, index, ColourEncoder())[-1] == Progress(3, 3)
        seen(ledger, shelf, 1, 4)
        assert survey(ledger, index) == Survey(4, 1)
        assert fill(ledger, shelf, index, ColourEncoder()) == [Progress(0, 1), Progress(1, 1)]
        assert fill(ledger, shelf, index, ColourEncoder()) == [Progress(0, 0)]
        assert index.count() == 4


def test_what_was_stopped_goes_on_where_it_was(ledger: Ledger, shelf: Shelf, models: Models) -> None:
    seen(ledger, shelf, 0, *range(8))
    with closing(models.beside(ColourEncoder.model)) as index:
        stopped = catch_up(ledger, ColourEncoder(), shelf, index, batch=2)
        assert [next(stopped).done for _ in range(3)] == [0, 2, 4]
        stopped.close()
        assert [at.done for at in fill(ledger, shelf, index, ColourEncoder())] == [0, 2, 4]
        assert index.count() == 8


def test_footage_that_comes_in_meanwhile_is_indexed_too(ledger: Ledger, shelf: Shelf, models: Models) -> None:
    seen(ledger, shelf, 0, 1, 2)
    with closing(models.beside(ColourEncoder.model)) as index:
        running = catch_up(ledger, ColourEncoder(), shelf, index, batch=2)
        next(running)
        next(running)
        seen(ledger, shelf, 1, 3)
        assert list(running)[-1] == Progress(3, 3)
        assert survey(ledger, index) == Survey(3, 0)


def test_lost_crops_are_counted_and_end_nothing(ledger: Ledger, shelf: Shelf, models: Models) -> None:
    lost, _, _ = seen(ledger, shelf, 0, 1, 2, 3)
    shelf.delete([lost.crop])
    with closing(models.beside(ColourEncoder.model)) as index:
        end = fill(ledger, shelf, index, ColourEncoder())[-1]
        assert (end.done, end.lost) == (2, 1)
        assert lost.crop in end.reason
        assert survey(ledger, index) == Survey(3, 1)


def test_shots_that_were_set_aside_are_not_waited_for(ledger: Ledger, shelf: Shelf, models: Models) -> None:
    seen(ledger, shelf, 0, 1)
    chunk = ledger.claim("index", "host:1:token", timedelta(minutes=1))
    assert chunk is not None
    ledger.fail(chunk, "its crops are lost", True)
    with closing(models.beside(ColourEncoder.model)) as index:
        assert ledger.counts()[State.QUARANTINED] == 1
        assert survey(ledger, index) == Survey(0, 0)


def test_searches_answer_from_one_model_before_during_and_after(
    ledger: Ledger, shelf: Shelf, models: Models
) -> None:
    seen(ledger, shelf, 0, *range(8))
    old, new = ColourEncoder(), OtherColours()
    index = models.open(old.model)
    fill(ledger, shelf, index, old)
    finder = Search(old, index, pool=10, threshold=0.5)

    def people() -> list[int]:
        answer = finder.find(Query("somebody in red"))
        assert answer.model == old.model
        return sorted(match.shot.track for match in answer.matches)

    assert people() == [0, 4]
    with closing(models.beside(new.model)) as beside:
        for _ in catch_up(ledger, new, shelf, beside, batch=3):
            assert people() == [0, 4]
    assert models.active() is not None
    models.switch(new.model, "new.safetensors")
    assert people() == [0, 4]  # whoever has the old one open goes on with it
    index.close()

    with closing(models.open(new.model)) as switched:
        answer = Search(new, switched, pool=10, threshold=0.5).find(Query("somebody in red"))
    assert answer.model == new.model
    assert len(answer.matches) == 2
    assert models.count(old.model) == models.count(new.model) == 8
    models.drop(old.model)
    assert [held.standing for held in models.held()] == [Standing.ANSWERS]


@pytest.fixture
def other_weights(tmp_path: Path) -> Path:
    """The shipped weights under another name."""
    path = tmp_path / "weights" / "other.safetensors"
    path.parent.mkdir()
    for end in (".safetensors", ".tokenizer.json"):
        shutil.copy(SHIPPED.with_suffix(end), path.with_suffix(end))
    card = json.loads(SHIPPED.with_suffix(".json").read_text())
    card["architecture"]["name"] = "other"
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    """A site whose ledger knows three people."""
    settings = Settings(data=tmp_path / "data")
    crops = Shelf()
    with closing(Ledger(settings.database_url)) as ledger:
        seen(ledger, crops, 0, 1, 2, 3)
    media = build.open_media(settings.media_url)
    for key, image in crops.images.items():
        media.put(key, image)
    return settings


def test_the_commands_change_the_model(
    site: Settings, other_weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*line: str) -> tuple[int, str]:
        code = main(["--data", str(site.data), *line])
        said = capsys.readouterr()
        return code, " ".join((said.out + said.err).split())

    sha = digest(SHIPPED)[:8]
    old, new = f"acsa-small@{sha}", f"other@{sha}"
    monkeypatch.setenv("COLUMNS", "300")
    assert "Nothing has been indexed" in run("models")[1]
    assert run("index")[0] == 0
    monkeypatch.chdir(other_weights.parent)

    code, said = run("reindex", "--weights", "other.safetensors")

    assert code == 0
    assert f"{new} answers searches: it has 3 of 3 shots" in said
    assert f"passerby models drop {old}" in said
    code, said = run("models")
    assert code == 0
    assert f"{new} │ 3 │ answers searches │ {other_weights}" in said
    assert f"{old} │ 3 │ answered before │ shipped" in said
    assert "person-detector@" in said
    with closing(Windows(site.database_url)) as windows:
        told = last(windows)
    assert told is not None
    assert (told.done, told.of, told.switched, told.weights) == (3, 3, True, "other.safetensors")
    assert f"{new} answers searches" in told.result
    monkeypatch.chdir("/")  # the weights are found from any folder
    answer = json.loads(run("search", "red coat", "--json", "--min-probability", "0")[1])
    assert answer["model"] == new
    assert len(answer["matches"]) == 3

    assert run("models", "drop", new)[0] == 2
    assert run("models", "drop", old) == (0, "")
    assert old not in run("models")[1].partition("in the index")[2]


def test_lost_crops_keep_the_old_model_unless_they_are_left(
    site: Settings, other_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--data", str(site.data)]
    assert main([*line, "index"]) == 0
    (site.data / "media" / "gate" / "0-2.jpg").unlink()

    assert main([*line, "reindex", "--weights", str(other_weights)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "1 shots cannot be indexed" in said
    assert "--leave-lost" in said
    with closing(Windows(site.database_url)) as windows:
        told = last(windows)
    assert told is not None
    assert (told.lost, told.switched, "1 shots cannot be indexed" in told.result) == (1, False, True)
    with closing(build.models(site)) as models:
        active = models.active()
        assert active is not None
        assert active.model.startswith("acsa-small@")

    assert main([*line, "reindex", "--weights", str(other_weights), "--leave-lost"]) == 0
    with closing(build.models(site)) as models:
        assert models.count(f"other@{digest(SHIPPED)[:8]}") == 2
