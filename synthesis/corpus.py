"""Says what is true of pictures: writes the captions of a data set, and which of them fit which picture.

    python -m synthesis.corpus data/people --photographs DIR

Needs `looks.jsonl`, so captions can be made anew, in other words or more of them, without rendering again.
With --photographs, real people whose looks were written down by eye (labels/) join the rendered ones: most of
them in the training split, every fourth as the whole validation split, because real people are what counts.
Who is in the training split joins in clothes of other colours too. These pictures keep the identity, so that
they meet in a batch; what is said of one colour is not true of the others.
With --all-train none is held out: for a last training by a recipe that was chosen with some held out.
"""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synthesis.describing.captions import Caption, compose
from synthesis.describing.claims import claims, truths
from synthesis.describing.contrast import contrast
from synthesis.looks.look import Carried, Colour, Garment, Look
from synthesis.photographs import Labelled, labelled
from synthesis.picturing.imaging import Bytes
from synthesis.recoloured import recoloured

CAPTIONS = 8  # of a picture
CONTRARY = 3  # captions of a picture that are wrong in one detail, at most
TIMES = 8  # that a photograph is listed, each time with other captions: real pictures are few and precious
RECOLOURED = 8  # pictures in other colours, of whoever wears what can be dyed
HELD_OUT = 4  # every fourth photograph is for validation
FIRST_REAL = 1_000_000  # identities from here on are real people
TRIES = 300
OVERALL = "colour only"  # the style that speaks of all clothes at once
_WORN = ("upper", "outer", "lower")

Row = dict[str, Any]

# Words that speak of details which `Caption.mentions` does not name.
_HAIR = r"hair|bald|ponytail|pony|bun\b|braid|plait|bob\b|afro|curl|blond"
_SPOKEN = {
    "hair": _HAIR,
    "hair_colour": _HAIR,
    "sex": r"\b(man|men|male|guy|boy|lad|gentleman|woman|female|lady|girl|he|she|his|her|him|bloke|youth)\b",
    "age": r"\b(young|old|older|elderly|middle-aged|teenage\w*|aged|twenties|thirties|forties|fifties|sixties"
    r"|seventies|boy|girl|lad|youth|student|pensioner)\b",
    "beard": r"beard|shaven|facial hair|stubble|moustache",
    "glasses": r"glasses|spectacles|eyewear|shades",
    "scarf": "scarf",
    "upper.sleeves": "sleeve",
    "carried": r"\b(bag|carry|carries|carrying|hold|holding|nothing|empty|hands?)\b",
    "headwear": r"\b(hat|cap|bareheaded|headwear|beanie|helmet|hood)\b",
    "shoes": "shoe|trainer|sneaker|boot|sandal|footwear",
    "lower": "trouser|jean|pants|skirt|shorts|legging|joggers|slacks|chinos|legs",
    "pose": r"walk|stand|sit|run|stroll|strid|phone|pocket|arms|jog|wait",
}


def write(folder: Path, photographs: Path | None, *, seed: int, all_train: bool = False) -> int:
    """Write `reid_raw.json` and its marker `synthesis.json`; returns the number of pictures listed.

    With `all_train` no real person is held out, and rendered ones are the validation split.
    """
    looks = [json.loads(line) for line in (folder / "looks.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [_rendered(row, seed, real=photographs is not None and not all_train) for row in looks]
    if photographs is not None:
        for number, person in enumerate(labelled(photographs)):
            held_out = number % HELD_OUT == 0 and not all_train
            rows += _photographed(person, number, folder, seed, held_out=held_out)
    said = frozenset(fact for row in rows for claim in row["caption_facts"] for fact in claim)
    for row in rows:  # what no caption says need not be kept
        row["facts"] = sorted(said.intersection(row["facts"]))
    (folder / "reid_raw.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "synthesis.json").write_text(json.dumps({"seed": seed}), encoding="utf-8")
    return len(rows)


def _rendered(row: Row, seed: int, *, real: bool) -> Row:
    look, facing = _look(row["look"]), row["picture"]["facing"]
    name = Path(row["file_path"]).stem
    rng = np.random.default_rng([seed, *name.encode()])
    captions = [compose(look, rng, facing=facing) for _ in range(CAPTIONS)]
    last = row["id"] % 20
    split = "test" if last == 0 else "val" if last == 1 and not real else "train"
    own = f"id={row['id']}"
    return _row(row["file_path"], own, [(one, claims(one, look, facing)) for one in captions]) | {
        "id": row["id"],
        "split": split,
        "facts": [*truths(look, facing), own],
        "contrary": _contrary(look, facing, frozenset(), rng),
    }


def _photographed(person: Labelled, number: int, folder: Path, seed: int, *, held_out: bool) -> Iterator[Row]:
    """What is said of a real person, as pictured and, unless held out, in other colours."""
    same: Row = {"id": FIRST_REAL + number, "split": "val" if held_out else "train"}
    rng = np.random.default_rng([seed, FIRST_REAL + number])
    picture = person.crop()
    for row in _seen(person, picture, f"{number:04d}", folder, rng, times=1 if held_out else TIMES):
        row["captions"] += person.captions
        row["processed_tokens"] += [_tokens(text) for text in person.captions]
        row["caption_facts"] += [[f"seen={number:04d}"]] * len(person.captions)
        yield row | same
    for count, (dyed, look) in enumerate(recoloured(person, picture, 0 if held_out else RECOLOURED, rng)):
        for row in _seen(replace(person, look=look), dyed, f"{number:04d}-{count}", folder, rng):
            yield row | same


def _seen(
    person: Labelled, picture: Bytes, name: str, folder: Path, rng: np.random.Generator, *, times: int = 1
) -> Iterator[Row]:
    """A picture of a real person, written into the data set, and so many times what can be said of it."""
    path = folder / "imgs" / "photographs" / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    facts, own = truths(person.look, person.facing, person.unseen), f"seen={name}"
    for _ in range(times):
        yield _row(f"photographs/{path.name}", own, list(_spoken(person, facts, rng))) | {
            "facts": [*facts, own],
            "contrary": _contrary(person.look, person.facing, person.unseen, rng),
        }


def _spoken(
    person: Labelled, facts: frozenset[str], rng: np.random.Generator
) -> Iterator[tuple[Caption, frozenset[str] | None]]:
    """Captions, with their claims, that say nothing of what nobody can judge."""
    wanted = CAPTIONS
    for _ in range(TRIES):
        caption = compose(person.look, rng, facing=person.facing)
        claim = claims(caption, person.look, person.facing)
        if (
            any(_speaks_of(caption, detail) for detail in person.unseen)
            or not (claim or frozenset()) <= facts
        ):
            continue
        if caption.style == OVERALL and any(detail.startswith(_WORN) for detail in person.unseen):
            continue
        yield caption, claim
        wanted -= 1
        if not wanted:
            return


def _contrary(look: Look, facing: str, unseen: frozenset[str], rng: np.random.Generator) -> list[str]:
    """Captions that are wrong in one detail, which is one that can be seen."""
    told: list[str] = []
    for _ in range(2 * CONTRARY):
        if len(told) == CONTRARY:
            break
        try:
            wrong = contrast(look, rng, facing=facing)
        except ValueError:  # chance brought none
            continue
        if wrong.detail not in unseen and wrong.detail.partition(".")[0] not in unseen:
            told.append(wrong.text)
    return told


def _speaks_of(caption: Caption, detail: str) -> bool:
    if any(mention == detail or mention.startswith(f"{detail}.") for mention in caption.mentions):
        return True
    return detail in _SPOKEN and re.search(_SPOKEN[detail], caption.text.lower()) is not None


def _row(path: str, own: str, captions: list[tuple[Caption, frozenset[str] | None]]) -> Row:
    """Captions of a picture, and their claims; `own` is a fact of this person in these clothes alone."""
    return {
        "captions": [caption.text for caption, _ in captions],
        "file_path": path,
        "processed_tokens": [_tokens(caption.text) for caption, _ in captions],
        # A caption that says more than facts cover is true of its own person only.
        "caption_facts": [sorted(claim or {own}) for _, claim in captions],
    }


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _look(record: Row) -> Look:
    """The inverse of `Look.record`."""
    garments = {key: _garment(record[key]) for key in ("headwear", "upper", "outer", "lower", "shoes")}
    colours = {key: _colour(record[key]) for key in ("hair_colour", "scarf", "gloves")}
    carried = tuple(Carried(thing["kind"], _dye(thing["colour"])) for thing in record["carried"])
    return Look(**{**record, **garments, **colours, "skin": tuple(record["skin"]), "carried": carried})


def _garment(record: Row | None) -> Garment | None:
    if record is None:
        return None
    return Garment(**{**record, "colour": _colour(record["colour"]), "second": _colour(record["second"])})


def _colour(record: Row | None) -> Colour | None:
    return None if record is None else _dye(record)


def _dye(record: Row) -> Colour:
    return Colour(record["family"], tuple(record["rgb"]))


def main() -> None:
    """The command line; the docstring of this module shows it."""
    parser = argparse.ArgumentParser(description="Write the captions of a rendered data set.")
    parser.add_argument("folder", type=Path, help="a rendered data set, with looks.jsonl")
    parser.add_argument("--photographs", type=Path, help="folder with people/ and pictures/ of real people")
    parser.add_argument("--all-train", action="store_true", help="hold no real person out for validation")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    listed = write(args.folder, args.photographs, seed=args.seed, all_train=args.all_train)
    print(f"{listed} pictures listed in {args.folder}")


if __name__ == "__main__":
    main()
