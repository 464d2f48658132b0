"""The Edge index on a disk: who opens it, what a crash leaves, what a full or broken disk does."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
import pytest

from storage.errors import DamagedError, InUseError, NewerSchemaError, NoSpaceError, OtherModelError
from storage.sightings.edge import EdgeIndex
from storage.sightings.folder import Manifest, write_manifest, write_whole
from storage.sightings.index import open_index
from storage.sightings.parts import PartsFile
from storage.sightings.points import create_shard
from storage.types import SIGHTINGS, Shot, Sighting, Where

ROOT = Path(__file__).parents[1]
MODEL = "plain@00000000"

# Adds track after track, two at a time, and says which are safe; every fourth pair comes a second time.
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from test_edge import EdgeIndex, MODEL, sighting
index = EdgeIndex(Path(sys.argv[1]), MODEL)
for track in range(int(sys.argv[2]), 100_000, 2):
    for _ in range(2 if track % 8 == 0 else 1):
        index.add([sighting(track), sighting(track + 1)])
    print(track + 1, flush=True)
"""


def sighting(track: int, *, model: str = MODEL) -> Sighting:
    numbers = np.random.default_rng(track)
    vector = numbers.standard_normal(16).astype(np.float32)
    began = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=track)
    shot = Shot("gate", "clip", track, 0, began, began, began, (0, 0, 9, 9), 0.5, f"gate/{track}-0.jpg")
    parts = numbers.standard_normal((3, 8)).astype(np.float16)
    return Sighting(shot, model, vector / np.linalg.norm(vector), parts)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    made = EdgeIndex(tmp_path / "index", MODEL)
    yield made
    made.close()


def test_what_was_added_is_there_after_opening_again(tmp_path: Path) -> None:
    first = open_index(f"edge:{tmp_path}", MODEL)
    first.add([sighting(track) for track in range(10)])
    first.close()

    second = open_index(f"edge:{tmp_path}", MODEL)
    hits = second.nearest(sighting(4).vector, 10, Where())
    second.close()

    assert len(hits) == 10
    np.testing.assert_array_equal(hits[0].sighting.parts, sighting(4).parts)


def test_a_killed_writer_loses_nothing_that_it_was_told_is_safe(tmp_path: Path) -> None:
    rng, safe = random.Random(5), -1
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "index"), str(safe + 1)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        said = [writer.stdout.readline()]
        time.sleep(rng.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        safe = int([line for line in said if line.endswith("\n")][-1])

        index = EdgeIndex(tmp_path / "index", MODEL)  # the lock died with its owner
        found = {
            hit.sighting.shot.track: hit.sighting for hit in index.nearest(sighting(0).vector, 10**5, Where())
        }
        assert index.count() == len(found)
        assert set(range(safe + 1)) <= set(found) <= set(range(safe + 3))
        for track, kept in found.items():
            np.testing.assert_array_equal(kept.parts, sighting(track).parts)
            np.testing.assert_allclose(kept.vector, sighting(track).vector, atol=1e-3)
        index.close()


def test_what_a_crash_left_of_the_very_first_write_is_swept_away(tmp_path: Path, index: EdgeIndex) -> None:
    (tmp_path / "index" / "shard" / "segments").mkdir(parents=True)  # no index.json yet: nothing was safe
    (tmp_path / "index" / "parts.f16").write_bytes(b"rubbish" * 100)
    index.add([sighting(1)])
    assert index.count() == 1


def test_a_second_opener_is_told_who_has_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "index"), "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(InUseError, match=f"in use by process {holder.pid}"):
            EdgeIndex(tmp_path / "index", MODEL)
    finally:
        holder.kill()
        holder.communicate()


def test_the_folder_is_free_after_closing_and_after_a_failed_opening(
    tmp_path: Path, index: EdgeIndex
) -> None:
    index.add([sighting(1)])
    with pytest.raises(InUseError):
        EdgeIndex(tmp_path / "index", MODEL)
    index.close()
    with pytest.raises(OtherModelError):
        EdgeIndex(tmp_path / "index", "other@11111111")
    EdgeIndex(tmp_path / "index", MODEL).close()


def test_a_closed_index_says_so(index: EdgeIndex) -> None:
    index.close()
    index.close()
    with pytest.raises(ValueError, match="closed"):
        index.count()


def test_sightings_of_another_model_are_refused_by_name(tmp_path: Path) -> None:
    index = open_index(f"edge:{tmp_path}", MODEL)
    index.add([sighting(1)])
    with pytest.raises(OtherModelError, match=r"other@1.*plain@0"):
        index.add([sighting(2, model="other@11111111")])
    index.close()

    with pytest.raises(OtherModelError, match=r"1 sightings.*plain@00000000.*other@11111111"):
        open_index(f"edge:{tmp_path}", "other@11111111")


def test_an_empty_index_may_change_its_model(tmp_path: Path) -> None:
    open_index(f"edge:{tmp_path}", MODEL).close()
    index = open_index(f"edge:{tmp_path}", "other@11111111")
    index.add([sighting(1, model="other@11111111")])
    index.close()
    with pytest.raises(OtherModelError):
        open_index(f"edge:{tmp_path}", MODEL)


@pytest.mark.parametrize("url", ["", "data/index", "edge:", "ftp://qdrant:6333"])
def test_an_unknown_url_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="edge:FOLDER"):
        open_index(url, MODEL)


def test_a_model_id_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name@sha8"):
        open_index(f"edge:{tmp_path}", "../elsewhere")


def test_a_newer_folder_is_refused(tmp_path: Path, index: EdgeIndex) -> None:
    index.add([sighting(1)])
    index.close()
    manifest = tmp_path / "index" / "index.json"
    write_whole(manifest, json.dumps({**json.loads(manifest.read_text()), "schema": 99, "new": True}))
    with pytest.raises(NewerSchemaError, match="upgrade"):
        EdgeIndex(tmp_path / "index", MODEL)


def test_a_folder_of_version_1_goes_on_as_it_is(tmp_path: Path) -> None:
    folder, manifest = tmp_path / "index", Manifest(MODEL, 16, (3, 8), schema=1)
    folder.mkdir()
    create_shard(folder / "shard", manifest).close()
    write_manifest(folder, manifest)
    for _ in range(2):
        index = EdgeIndex(folder, MODEL)
        index.add([sighting(1), sighting(2)])
        index.purge()
        (hit, _) = index.nearest(sighting(1).vector, 2)
        index.close()
        np.testing.assert_allclose(hit.sighting.vector, sighting(1).vector, atol=1e-6)


def test_what_cannot_be_found_again_is_refused(index: EdgeIndex) -> None:
    good = sighting(1)
    index.add([good])
    naive = replace(good.shot, track=2, began=good.shot.began.replace(tzinfo=None))
    for wrong, said in (
        (replace(good, vector=good.vector * np.float32(np.nan)), "normalise"),
        (replace(good, vector=good.vector * 2), "normalise"),
        (replace(good, vector=good.vector[:8]), "shape"),
        (replace(good, parts=good.parts[:2]), "parts"),
        (replace(good, parts=good.parts * np.float16(np.nan)), "NaN"),
        (replace(good, shot=replace(good.shot, score=float("nan"))), "score"),
        (replace(good, shot=naive), "time zone"),
    ):
        with pytest.raises(ValueError, match=said):
            index.add([sighting(5), wrong])
    assert index.count() == 1
    with pytest.raises(ValueError, match="normalise"):
        index.nearest(good.vector * np.float32(np.nan), 5, Where())
    with pytest.raises(ValueError, match="one sighting or more"):
        index.nearest(good.vector, 0, Where())
    with pytest.raises(ValueError, match="time zone"):
        index.count(Where(after=datetime(2026, 1, 1)))


def test_a_nearly_full_disk_is_refused_before_anything_is_written(tmp_path: Path, index: EdgeIndex) -> None:
    index.add([sighting(1)])
    index.close()
    with pytest.raises(NoSpaceError, match="safe"):
        EdgeIndex(tmp_path / "index", MODEL, reserve=2**62)
    fresh = EdgeIndex(tmp_path / "fresh", MODEL, reserve=2**62)
    with pytest.raises(NoSpaceError, match="free some space"):
        fresh.add([sighting(2)])
    assert fresh.count() == 0
    fresh.close()


def test_a_broken_shard_is_named(tmp_path: Path, index: EdgeIndex) -> None:
    index.add([sighting(1)])
    index.close()
    (tmp_path / "index" / "shard" / "edge_config.json").write_text("{")
    with pytest.raises(DamagedError, match="backup"):
        EdgeIndex(tmp_path / "index", MODEL)


def test_optimize_gives_back_the_room_of_what_was_replaced_or_deleted(
    tmp_path: Path, index: EdgeIndex
) -> None:
    batch = [sighting(track) for track in range(50)]
    file = tmp_path / "index" / "parts.f16"
    index.add(batch)
    once = file.stat().st_size
    for _ in range(5):
        index.add(batch)
        index.optimize()
    assert file.stat().st_size <= 2 * once

    index.delete(Where(after=batch[10].shot.began))
    index.add([sighting(99)])
    index.optimize()
    index.add([sighting(track) for track in range(100, 130)])
    assert file.stat().st_size <= 2 * once
    for hit in index.nearest(batch[3].vector, 100, Where()):
        np.testing.assert_array_equal(hit.sighting.parts, sighting(hit.sighting.shot.track).parts)


def test_a_purge_leaves_nothing_of_what_was_deleted(tmp_path: Path, index: EdgeIndex) -> None:
    index.add([sighting(track) for track in range(300)])
    index.optimize()
    gone = sighting(77)
    traces = [gone.shot.crop.encode(), gone.parts.tobytes(), gone.vector.astype(np.float16).tobytes()[:8]]

    def found() -> list[bool]:
        files = [path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file()]
        return [any(trace in file for file in files) for trace in traces]

    assert found() == [True] * 3
    index.delete_ids([gone.shot.id])
    index.optimize()
    assert any(found())
    index.purge()
    assert found() == [False] * 3
    index.add([sighting(400)])
    index.close()

    index = EdgeIndex(tmp_path / "index", MODEL)
    hits = index.nearest(sighting(5).vector, 1000)
    index.close()
    assert len(hits) == 300
    for hit in hits:
        np.testing.assert_array_equal(hit.sighting.parts, sighting(hit.sighting.shot.track).parts)


def test_a_torn_row_is_written_over(tmp_path: Path) -> None:
    ids = [uuid5(SIGHTINGS, str(number)) for number in range(3)]
    parts = [np.full((2, 4), number, np.float16) for number in range(3)]
    file = PartsFile(tmp_path / "parts.f16", (2, 4))
    assert file.append(ids[:2], parts[:2]) == [0, 1]
    file.close()
    with (tmp_path / "parts.f16").open("ab") as torn:
        torn.write(b"half a row")

    file = PartsFile(tmp_path / "parts.f16", (2, 4))
    assert len(file) == 2
    assert file.append(ids[2:], parts[2:]) == [2]
    for read, wrote in zip(file.read(ids, [0, 1, 2]), parts, strict=True):
        np.testing.assert_array_equal(read, wrote)
    file.close()


def test_parts_of_somebody_else_are_never_returned(tmp_path: Path) -> None:
    ids: list[UUID] = [uuid5(SIGHTINGS, str(number)) for number in range(2)]
    file = PartsFile(tmp_path / "parts.f16", (2, 4))
    file.append(ids, [np.zeros((2, 4), np.float16)] * 2)
    with pytest.raises(DamagedError, match="row 1"):
        file.read(ids[:1], [1])
    with pytest.raises(DamagedError, match="row 7"):
        file.read(ids[:1], [7])
    file.close()


def test_a_full_disk_costs_no_row() -> None:
    file = PartsFile(Path("/dev/full"), (2, 4))
    with pytest.raises(NoSpaceError, match="free some space"):
        file.append([uuid5(SIGHTINGS, "a")], [np.zeros((2, 4), np.float16)])
    file.close()
