"""Every annotation format is read, its quirks mended and its faults named."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from models.data.dataset import SYNTHESIS_MARK, read_dataset, read_image

Entry = dict[str, Any]


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", (4, 8), (200, 30, 30)).save(path)


def write(folder: Path, name: str, entries: list[Entry]) -> Path:
    for entry in entries:
        file = folder / "imgs" / (entry.get("file_path") or entry["img_path"])
        if not file.exists():
            picture(file)
    (folder / name).write_text(json.dumps(entries))
    return folder


def entry(number: int, split: str = "train", **changes: Any) -> Entry:
    return {
        "split": split,
        "captions": [f"first of {number}", f"second of {number}"],
        "file_path": f"cam_a/{number:03}.png",
        "id": number,
    } | changes


def test_cuhk_pedes(tmp_path: Path) -> None:
    write(tmp_path, "reid_raw.json", [entry(7), entry(8), entry(9, "val"), entry(12, "test")])
    dataset = read_dataset(tmp_path)
    assert dataset.name == "CUHK-PEDES"
    assert not dataset.rendered
    assert [example.split for example in dataset.examples] == ["train", "train", "val", "test"]
    assert dataset.captions[2:4] == ("first of 8", "second of 8")
    assert dataset.owners.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert read_image(dataset.examples[0].image).shape == (8, 4, 3)
    assert [(c.split, c.identities, c.images, c.captions) for c in dataset.written] == [
        ("train", 2, 2, 4),
        ("val", 1, 1, 2),
        ("test", 1, 1, 2),
    ]


def test_identities_are_numbered_from_0_within_what_is_held(tmp_path: Path) -> None:
    write(tmp_path, "reid_raw.json", [entry(5, "val"), entry(70), entry(60), entry(71, id=70)])
    assert read_dataset(tmp_path).identities.tolist() == [0, 1, 2, 1]
    for train in (read_dataset(tmp_path, split="train"), read_dataset(tmp_path).split("train")):
        assert train.identities.tolist() == [0, 1, 0]
        assert train.identity_count == 2


def test_the_wrong_label_of_cuhk_pedes_is_mended_and_told(tmp_path: Path) -> None:
    entries = [
        entry(11, "test", file_path="test_query/p7446_s1.jpg"),
        entry(11, "test", file_path="test_query/p7446_s9899.jpg"),
        entry(12, "test", file_path="test_query/p7447_s2.jpg"),
    ]
    dataset = read_dataset(write(tmp_path, "reid_raw.json", entries))
    assert dataset.identities.tolist() == [0, 1, 1]
    assert "p7446_s9899" in dataset.notes[0]


def test_the_identities_that_ssan_leaves_out_are_kept_and_mentioned(tmp_path: Path) -> None:
    dataset = read_dataset(write(tmp_path, "reid_raw.json", [entry(n) for n in (1369, 4116, 6116)]))
    assert len(dataset) == 3
    assert "SSAN" in dataset.notes[0]


def test_icfg_pedes_gets_the_same_val_identities_in_any_order(tmp_path: Path) -> None:
    # the leading folder is MSMT17's, not the split
    entries = [entry(n, file_path=f"test/{n:04}.jpg", captions=[f"only {n}"]) for n in range(20)]
    entries.append(entry(30, "test", file_path="train/0030.jpg"))
    first = read_dataset(write(tmp_path / "a", "ICFG-PEDES.json", entries))
    second = read_dataset(write(tmp_path / "b", "ICFG-PEDES.json", entries[::-1]))
    val = first.split("val")
    assert val.identity_count == 2
    assert set(val.captions) == set(second.split("val").captions)
    assert [(c.split, c.identities) for c in first.written] == [("train", 20), ("test", 1)]
    assert "2 of the train identities" in first.notes[0]


def test_rstpreid(tmp_path: Path) -> None:
    entries = [
        {"id": n, "img_path": f"{n:04}_c14_0031.jpg", "captions": ["one", "two"], "split": split}
        for n, split in enumerate(("train", "val", "test"))
    ]
    dataset = read_dataset(write(tmp_path, "data_captions.json", entries), split="val")
    assert dataset.name == "RSTPReid"
    assert [example.image.name for example in dataset.examples] == ["0001_c14_0031.jpg"]


def rows(folder: Path, *lines: list[str], name: str = "pairs.csv") -> Path:
    with (folder / name).open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return folder


def test_csv_joins_the_captions_of_a_picture(tmp_path: Path) -> None:
    for name in "abc":
        picture(tmp_path / f"{name}.jpg")
    rows(
        tmp_path,
        ["image", "caption", "identity", "split"],
        ["a.jpg", "red, short", "ann", "train"],
        ["b.jpg", "blue", "bob", "test"],
        ["a.jpg", "tall", "ann", "train"],
        name="mine.csv",
    )
    dataset = read_dataset(tmp_path)
    assert [example.captions for example in dataset.examples] == [("red, short", "tall"), ("blue",)]


def test_csv_without_splits_gets_some(tmp_path: Path) -> None:
    for n in range(30):
        picture(tmp_path / f"{n}.png")
    rows(tmp_path, ["image", "caption", "identity"], *([f"{n}.png", "someone", f"id{n}"] for n in range(30)))
    dataset = read_dataset(tmp_path)
    sizes = {name: len(dataset.split(name)) for name in ("train", "val", "test")}
    assert sizes == {"train": 24, "val": 3, "test": 3}
    assert "no split column" in dataset.notes[0]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([["image", "caption"], ["a.jpg", "x"]], "lacks the columns identity"),
        ([["image", "caption", "identity"], ["a.jpg", "x"]], "line 2 .* not as many values"),
        ([["image", "caption", "identity"], ["a.jpg", "x", "1"], ["a.jpg", "y", "2"]], "another identity"),
    ],
)
def test_faulty_csv(tmp_path: Path, lines: list[list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_dataset(rows(tmp_path, *lines))


def test_captions_match_by_identity(tmp_path: Path) -> None:
    entries = [entry(1, captions=["a"]), entry(2, captions=["b"]), entry(3, id=1, captions=["c"])]
    dataset = read_dataset(write(tmp_path, "reid_raw.json", entries))
    expected = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=bool)  # (n_img, n_txt)
    assert np.array_equal(dataset.matches(), expected)
    assert np.array_equal(dataset.matches(captions=[2, 1], images=[0]), expected[:1, [2, 1]])


def test_captions_with_claims_match_whatever_they_are_true_of(tmp_path: Path) -> None:
    entries = [
        entry(
            1, captions=["red top", "a man"], facts=["red top", "man"], caption_facts=[["red top"], ["man"]]
        ),
        entry(2, captions=["red top, hat"], facts=["red top", "hat"], caption_facts=[["red top", "hat"]]),
        entry(3, captions=["told by hand"], facts=["man", "hat", "bag"]),
    ]
    dataset = read_dataset(write(tmp_path, "reid_raw.json", entries))
    assert dataset.matches().tolist() == [
        [True, True, False, False],
        [True, False, True, False],
        [False, True, False, True],  # a caption without claims matches by identity
    ]
    assert dataset.matches(captions=[1], images=[2]).tolist() == [[True]]


def test_who_has_a_thing_or_a_kind_of_it(tmp_path: Path) -> None:
    worn = [["headwear.kind=cap"], ["headwear.kind=hat"], ["backpack.kind=backpack"], []]
    entries = [entry(n, facts=worn[n % 4]) for n in range(20)]
    dataset = read_dataset(write(tmp_path, "reid_raw.json", entries))
    found = dict(dataset.things({"hat": ("cap",), "bag": ("backpack",), "scarf": ("shawl",)}))
    assert list(found) == [("hat", "cap"), ("bag", "backpack")]  # nobody has a scarf
    assert found["hat", "cap"].tolist() == [n % 4 < 2 for n in range(20)]


def test_a_rendered_set_says_so(tmp_path: Path) -> None:
    write(tmp_path / "streets", "reid_raw.json", [entry(1)])
    (tmp_path / "streets" / SYNTHESIS_MARK).write_text("{}")
    dataset = read_dataset(tmp_path / "streets")
    assert dataset.rendered
    assert dataset.name == "streets"


def test_missing_and_cut_off_pictures_are_named_and_counted(tmp_path: Path) -> None:
    write(tmp_path, "reid_raw.json", [entry(n) for n in range(4)])
    images = tmp_path / "imgs" / "cam_a"
    (images / "001.png").unlink()
    (images / "003.png").write_bytes((images / "003.png").read_bytes()[:50])
    with pytest.raises(ValueError, match=r"2 of 4 pictures .*001\.png.*003\.png"):
        read_dataset(tmp_path, tolerance=0.4)
    dataset = read_dataset(tmp_path, tolerance=0.5)
    assert dataset.captions == ("first of 0", "second of 0", "first of 2", "second of 2")
    assert dataset.identities.tolist() == [0, 1]
    assert "left out" in dataset.notes[-1]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry(1, captions=["x", " "])], "cam_a/001.png has an empty caption"),
        ([entry(1, captions=[])], "empty caption"),
        ([entry(1, captions="a man")], "one string for captions"),
        ([entry(1), entry(2, "test", id=1)], "identity 1 is in two splits, train and test"),
        ([entry(1, facts=["hat"], caption_facts=[["hat"]])], "2 captions but claims for 1"),
        ([entry(1, facts=["hat"], caption_facts=[["hat"], ["bag"]])], "claim bag"),
        ([{k: v for k, v in entry(1).items() if k != "id"}], "record 0 of .* has no id"),
    ],
)
def test_faulty_annotations(tmp_path: Path, entries: list[Entry], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_dataset(write(tmp_path, "reid_raw.json", entries))


def test_a_leak_into_the_carved_val_split_is_still_seen(tmp_path: Path) -> None:
    entries = [entry(1), entry(2, "test", id=1)]  # the only train identity is carved out, and is in test too
    with pytest.raises(ValueError, match="identity 1 is in two splits"):
        read_dataset(write(tmp_path, "ICFG-PEDES.json", entries))


def test_a_folder_without_annotations_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"reid_raw\.json, ICFG-PEDES\.json, data_captions\.json"):
        read_dataset(tmp_path)
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        read_dataset(tmp_path / "nowhere")


def test_two_sets_in_one_folder_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "reid_raw.json", [entry(1)])
    rows(tmp_path, ["image", "caption", "identity"])
    with pytest.raises(ValueError, match=r"reid_raw\.json, pairs\.csv"):
        read_dataset(tmp_path)


def test_broken_json_and_an_absent_split(tmp_path: Path) -> None:
    write(tmp_path, "reid_raw.json", [entry(1), entry(2, "val")])
    with pytest.raises(ValueError, match="no usable pictures in split test; its annotations have train, val"):
        read_dataset(tmp_path, split="test")
    with pytest.raises(ValueError, match="no split test; it has train, val"):
        read_dataset(tmp_path).split("test")
    (tmp_path / "reid_raw.json").write_text("[{")
    with pytest.raises(ValueError, match="is not valid JSON"):
        read_dataset(tmp_path)
