"""Captioned pictures of people: one data set, whatever format its folder is in."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from models.data.annotations import Annotation, Annotations, SplitCount, count, find_annotations
from models.data.phrases import said_by
from models.types import Image

FEWEST = 5  # pictures with a thing and without it, or they tell nothing of it
SYNTHESIS_MARK = "synthesis.json"  # lies in the folder of a data set that was rendered


@dataclass(frozen=True, slots=True)
class Example:
    """One picture with its descriptions."""

    image: Path
    captions: tuple[str, ...]
    identity: int  # 0, 1, ... without gaps within its Dataset, as identity losses need it
    split: str
    facts: frozenset[str] = frozenset()  # what is true of the picture; rendered data only
    caption_facts: tuple[frozenset[str], ...] = ()  # what each caption claims; none, or one set per caption
    contrary: tuple[str, ...] = ()  # descriptions that are wrong in one detail; rendered data only


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures and captions. Captions are numbered through, in the order of the pictures."""

    name: str
    folder: Path
    examples: tuple[Example, ...]
    rendered: bool  # the people are rendered: no figure on it may stand beside published ones
    written: tuple[SplitCount, ...]  # what the annotation file holds, all splits
    notes: tuple[str, ...]  # what was mended or left out on reading

    def __len__(self) -> int:
        return len(self.examples)

    def split(self, name: str) -> "Dataset":
        """The examples of one split, identities numbered from 0 again."""
        chosen = [example for example in self.examples if example.split == name]
        if not chosen:
            present = ", ".join(sorted({example.split for example in self.examples}))
            raise ValueError(f"{self.folder} has no split {name}; it has {present}")
        return replace(self, examples=_numbered(chosen))

    @cached_property
    def captions(self) -> tuple[str, ...]:
        return tuple(caption for example in self.examples for caption in example.captions)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """(n_txt,) the number of the example that each caption describes."""
        return np.repeat(np.arange(len(self)), [len(example.captions) for example in self.examples])

    @cached_property
    def identities(self) -> NDArray[np.int64]:
        """(n_img,) the identity of each example."""
        return np.array([example.identity for example in self.examples], dtype=np.int64)

    @cached_property
    def identity_count(self) -> int:
        return int(self.identities.max()) + 1

    def matches(
        self,
        captions: NDArray[np.int64] | Sequence[int] | None = None,
        images: NDArray[np.int64] | Sequence[int] | None = None,
    ) -> NDArray[np.bool_]:
        """(n_img, n_txt) which pictures each caption is true of; None stands for all of them.

        A caption with known claims is true of every picture whose facts contain all of its claims. Any other
        caption is true of the pictures of the identity that it was written for.
        """
        txt = np.arange(len(self.captions)) if captions is None else np.asarray(captions, dtype=np.int64)
        img = np.arange(len(self)) if images is None else np.asarray(images, dtype=np.int64)
        true: NDArray[np.bool_] = self.identities[img][:, None] == self.identities[self.owners[txt]][None, :]
        checkable = np.array([self._claims[caption] is not None for caption in txt], dtype=bool)
        if checkable.any():
            claimed = self._columns([self._claims[caption] or frozenset() for caption in txt])
            missing = self._lacking[img] @ claimed.T  # (n_img, n_txt) claims not met
            true = np.where(checkable, missing == 0, true)
        return true

    def phrases_true(
        self, captions: NDArray[np.int64], images: NDArray[np.int64], phrases: Sequence[Sequence[str]]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(n_img, n_txt, k) which phrases are true of which pictures; (n_txt, k) for which that is known.

        `phrases` has those of each caption, at most k. What a phrase claims are those claims of its caption
        that `said_by` finds in it; of a phrase without any nothing is known.
        """
        most = max(map(len, phrases))
        claims = [
            said_by(texts[k], self._claims[caption] or frozenset()) if k < len(texts) else frozenset[str]()
            for caption, texts in zip(captions, phrases, strict=True)
            for k in range(most)
        ]
        known = np.array([bool(said) for said in claims]).reshape(len(phrases), most)
        missing = self._lacking[images] @ self._columns(claims).T
        return (missing == 0).reshape(len(images), len(phrases), most) & known, known

    def things(
        self, general: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[tuple[str, ...], NDArray[np.bool_]]]:
        """Each general word with its kinds, and (n_img,) who has any of them, by the facts that name things.

        Words are left out of which fewer than `FEWEST` have or lack one.
        """
        for word, kinds in general.items():
            words = (word, *kinds)
            named = tuple(f".kind={one}" for one in words)
            has = np.array([any(fact.endswith(named) for fact in one.facts) for one in self.examples])
            if min(has.sum(), (~has).sum()) >= FEWEST:
                yield words, has

    @cached_property
    def _claims(self) -> tuple[frozenset[str] | None, ...]:
        """What each caption claims; None where only the identity tells of whom it is true."""
        return tuple(claim for one in self.examples for claim in one.caption_facts or _unclaimed(one))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The column of every fact that some caption claims."""
        return {fact: n for n, fact in enumerate(sorted(frozenset().union(*filter(None, self._claims))))}

    @cached_property
    def _lacking(self) -> NDArray[np.float32]:
        """(n_img, f) 1 for each fact that a picture lacks; floats, because their product is the fast one."""
        lacking = np.ones((len(self), len(self._numbers)), dtype=np.float32)
        for row, example in enumerate(self.examples):
            lacking[row, [self._numbers[fact] for fact in example.facts if fact in self._numbers]] = 0
        return lacking

    def _columns(self, claims: Sequence[frozenset[str]]) -> NDArray[np.float32]:
        """(n, f) 1 for each fact that is claimed."""
        claimed = np.zeros((len(claims), len(self._numbers)), dtype=np.float32)
        for row, claim in enumerate(claims):
            claimed[row, [self._numbers[fact] for fact in claim]] = 1
        return claimed


def read_dataset(folder: Path, *, split: str | None = None, tolerance: float = 0.0) -> Dataset:
    """Read CUHK-PEDES, ICFG-PEDES, RSTPReid, a rendered set or a CSV of one's own from its folder.

    Args:
        split: only this one ("train", "val" or "test"); None for all.
        tolerance: the share of pictures, 0..1, that may be missing or unreadable; those are left out.

    Raises:
        FileNotFoundError: no folder or no annotation file.
        ValueError: an empty caption, an identity in two splits, claims that are not true of their own
            picture, too many bad pictures, or no such split.
    """
    annotations = find_annotations(folder)
    _check(annotations)
    images = folder / "imgs" if (folder / "imgs").is_dir() else folder
    chosen = [record for record in annotations.records if split in (None, record.split)]
    broken = _broken([images / record.file for record in chosen])
    notes = annotations.notes
    if broken:
        named = f"{len(broken)} of {len(chosen)} pictures are missing or unreadable"
        named += f" ({', '.join(str(path) for path in broken[:5])}{', ...' if len(broken) > 5 else ''})"
        if len(broken) > tolerance * len(chosen):
            raise ValueError(f"{named}; fetch them again or allow a larger share with --tolerance")
        notes = (*notes, f"{named} and left out")
    bad = frozenset(broken)
    usable = [record for record in chosen if images / record.file not in bad]
    if not usable:
        have = ", ".join(counted.split for counted in count(annotations.records))
        raise ValueError(f"{folder} has no usable pictures in split {split}; its annotations have {have}")
    identities = {name: n for n, name in enumerate(dict.fromkeys(record.identity for record in usable))}
    examples = tuple(_example(r, images / r.file, identities[r.identity]) for r in usable)
    rendered = (folder / SYNTHESIS_MARK).is_file()
    name = folder.resolve().name if rendered else annotations.name
    return Dataset(name, folder, examples, rendered, annotations.written, notes)


def read_image(path: Path) -> Image:
    """The picture as (height, width, 3) RGB uint8."""
    try:
        with PIL.Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError) as error:  # Pillow raises SyntaxError for some broken PNG files
        raise OSError(f"{path} cannot be read as a picture ({error}); fetch it again") from error


def _check(annotations: Annotations) -> None:
    split_of: dict[str, str] = {}
    for record in annotations.records:
        if not record.captions or not all(caption.strip() for caption in record.captions):
            raise ValueError(
                f"{record.file} has an empty caption; describe it or take it out of the annotations"
            )
        if split_of.setdefault(record.identity, record.split) != record.split:
            raise ValueError(
                f"identity {record.identity} is in two splits, {split_of[record.identity]} and {record.split}"
                f" ({record.file}); a person may be in one only, or the test would be on people trained on"
            )
        if record.caption_facts and len(record.caption_facts) != len(record.captions):
            raise ValueError(
                f"{record.file} has {len(record.captions)} captions but claims for"
                f" {len(record.caption_facts)}; write one list of caption_facts per caption"
            )
        untrue = frozenset().union(*record.caption_facts) - record.facts
        if untrue:
            raise ValueError(
                f"captions of {record.file} claim {', '.join(sorted(untrue))}, which its facts do not hold"
            )


def _broken(paths: Sequence[Path]) -> list[Path]:
    """Which of the pictures cannot be decoded. Decoding all is the only check that finds a cut-off file."""

    def is_broken(path: Path) -> bool:
        try:
            read_image(path)
        except OSError:
            return True
        return False

    with ThreadPoolExecutor() as pool:  # Pillow lets go of the interpreter lock while it decodes
        return [
            path for path, bad in zip(paths, pool.map(is_broken, paths, chunksize=64), strict=True) if bad
        ]


def _example(record: Annotation, image: Path, identity: int) -> Example:
    return Example(
        image, record.captions, identity, record.split, record.facts, record.caption_facts, record.contrary
    )


def _numbered(examples: Sequence[Example]) -> tuple[Example, ...]:
    """The same examples with identities 0, 1, ... in order of appearance."""
    numbers = {name: n for n, name in enumerate(dict.fromkeys(example.identity for example in examples))}
    return tuple(replace(example, identity=numbers[example.identity]) for example in examples)


def _unclaimed(example: Example) -> list[None]:
    return [None] * len(example.captions)
