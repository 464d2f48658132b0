"""The annotation files of the field, one reader each: every picture with its captions, identity and split."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One picture as its annotation file describes it."""

    file: str  # relative to the folder of the pictures
    captions: tuple[str, ...]
    identity: str  # as written
    split: str
    facts: frozenset[str] = frozenset()
    caption_facts: tuple[frozenset[str], ...] = ()
    contrary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitCount:
    """How much of a data set one split holds."""

    split: str
    identities: int
    images: int
    captions: int


@dataclass(frozen=True, slots=True)
class Annotations:
    """All of one annotation file, label errors mended."""

    name: str  # of the data set
    records: tuple[Annotation, ...]
    written: tuple[SplitCount, ...]  # before anything was mended or carved out
    notes: tuple[str, ...]  # what was mended, and what the reader of a result should know


def find_annotations(folder: Path) -> Annotations:
    """Read the one annotation file in `folder`, recognised by its name.

    Raises:
        FileNotFoundError: there is none.
        ValueError: there are several, or a record lacks something.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder; give the folder that holds the data set")
    found = [folder / name for name in READERS if (folder / name).is_file()]
    found = found or sorted(folder.glob("*.csv"))
    if not found:
        raise FileNotFoundError(
            f"{folder} holds no annotations: looked for {', '.join(READERS)} and any other *.csv"
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ValueError(f"{folder} holds several annotation files ({names}); keep one data set in a folder")
    return READERS.get(found[0].name, read_csv)(found[0])


def count(records: Iterable[Annotation]) -> tuple[SplitCount, ...]:
    """Count identities, pictures and captions of each split, in the order train, val, test, others."""
    by_split: dict[str, list[Annotation]] = {}
    for record in records:
        by_split.setdefault(record.split, []).append(record)
    order = sorted(by_split, key=lambda name: (SPLITS.index(name) if name in SPLITS else len(SPLITS), name))
    return tuple(
        SplitCount(
            name,
            len({record.identity for record in by_split[name]}),
            len(by_split[name]),
            sum(len(record.captions) for record in by_split[name]),
        )
        for name in order
    )


def read_cuhk_pedes(path: Path) -> Annotations:
    """CUHK-PEDES: `reid_raw.json`, file_path below imgs/. Rendered sets use the same format with facts.

    test_query/p7446_s9899.jpg shows person 7447: it is given the identity and split of that person, and read
    from p7447_s9899.jpg where a copy of the set has it under that name.
    """
    records = _read_json(path, "file_path")
    mended, notes = list(records), list[str]()
    of_7447 = next((r for r in records if "/p7447_" in r.file and "_s9899" not in r.file), None)
    for index, record in enumerate(records):
        if record.file.endswith("/p7446_s9899.jpg") and of_7447:
            renamed = record.file.replace("p7446", "p7447")
            file = renamed if (path.parent / "imgs" / renamed).is_file() else record.file
            mended[index] = replace(record, file=file, identity=of_7447.identity, split=of_7447.split)
            notes.append(f"label error: {record.file} shows person 7447, set to identity {of_7447.identity}")
    if {"1369", "4116", "6116"} <= {record.identity for record in records if record.split == "train"}:
        notes.append("training identities 1369, 4116 and 6116, which SSAN leaves out, are kept")
    return Annotations("CUHK-PEDES", tuple(mended), count(records), tuple(notes))


def read_icfg_pedes(path: Path) -> Annotations:
    """ICFG-PEDES: `ICFG-PEDES.json`. It has no val split: 10 % of the training identities become one."""
    records = _read_json(path, "file_path")
    if any(record.split == "val" for record in records):
        return Annotations("ICFG-PEDES", records, count(records), ())
    chosen = _carve({record.identity for record in records if record.split == "train"}, 0.1)
    mended = tuple(
        replace(record, split="val") if record.split == "train" and record.identity in chosen else record
        for record in records
    )
    note = f"no val split: {len(chosen)} of the train identities were set apart as val, always the same ones"
    return Annotations("ICFG-PEDES", mended, count(records), (note,))


def read_rstpreid(path: Path) -> Annotations:
    """RSTPReid: `data_captions.json`, whose pictures are called img_path."""
    records = _read_json(path, "img_path")
    return Annotations("RSTPReid", records, count(records), ())


def read_csv(path: Path) -> Annotations:
    """Anyone's own pictures: one row per caption with image, caption, identity and, if wanted, split.

    Without a split column 10 % of the identities each become val and test.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = {"image", "caption", "identity"} - set(rows.fieldnames or ())
        if missing:
            raise ValueError(
                f"{path} lacks the columns {', '.join(sorted(missing))}; its first row names them"
            )
        merged: dict[str, Annotation] = {}
        for row in rows:
            if None in row.values() or None in row:
                raise ValueError(f"line {rows.line_num} of {path} has not as many values as the first row")
            new = Annotation(row["image"], (row["caption"],), row["identity"], row.get("split", ""))
            old = merged.setdefault(new.file, replace(new, captions=()))
            if (old.identity, old.split) != (new.identity, new.split):
                raise ValueError(
                    f"line {rows.line_num} of {path} gives {new.file} another identity or split than before"
                )
            merged[new.file] = replace(old, captions=old.captions + new.captions)
    records, notes = tuple(merged.values()), tuple[str, ...]()
    if "split" not in (rows.fieldnames or ()):
        identities = {record.identity for record in records}
        test = _carve(identities, 0.1)
        val = _carve(identities - test, 0.1)
        records = tuple(
            replace(r, split="test" if r.identity in test else "val" if r.identity in val else "train")
            for r in records
        )
        notes = (f"no split column: {len(val)} identities became val and {len(test)} test",)
    return Annotations(path.parent.name, records, count(records), notes)


READERS: dict[str, Callable[[Path], Annotations]] = {
    "reid_raw.json": read_cuhk_pedes,
    "ICFG-PEDES.json": read_icfg_pedes,
    "data_captions.json": read_rstpreid,
    "pairs.csv": read_csv,
}


def _carve(identities: Iterable[str], share: float) -> frozenset[str]:
    """`share` of the identities (at least one), the same on every machine and in any order of the file."""
    ordered = sorted(identities, key=lambda name: hashlib.sha256(name.encode()).digest())
    return frozenset(ordered[: max(1, round(share * len(ordered)))])


def _read_json(path: Path, file_key: str) -> tuple[Annotation, ...]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON ({error}); fetch it again") from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} holds no list of pictures; is it the annotation file of the data set?")
    return tuple(_annotation(entry, file_key, f"record {n} of {path}") for n, entry in enumerate(entries))


def _annotation(entry: dict[str, Any], file_key: str, where: str) -> Annotation:
    missing = {file_key, "captions", "id", "split"} - set(entry)
    if missing:
        raise ValueError(f"{where} has no {', '.join(sorted(missing))}; is it of another data set?")
    captions: Sequence[str] = entry["captions"]
    if isinstance(captions, str):
        raise ValueError(f"{where} has one string for captions; it must be a list of strings")
    return Annotation(
        entry[file_key],
        tuple(captions),
        str(entry["id"]),
        entry["split"],
        frozenset(entry.get("facts", ())),
        tuple(frozenset(claims) for claims in entry.get("caption_facts", ())),
        tuple(entry.get("contrary", ())),
    )
