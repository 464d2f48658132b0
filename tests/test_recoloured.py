"""Real people in other colours: the garment alone changes, and what is said follows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from synthesis import corpus
from synthesis.looks.colours import name, to_rgb
from synthesis.looks.look import Colour, Garment, Look
from synthesis.looks.palette import FAMILIES
from synthesis.photographs import Labelled
from synthesis.picturing.dyeing import dye, find
from synthesis.picturing.imaging import Bytes
from synthesis.recoloured import recoloured

TALL, WIDE = 240, 110
TORSO = np.s_[45:125, 28:82]
LEGS = np.s_[125:212, 34:76]
ROWS = (0.17, 0.54)


def colour(family: str) -> Colour:
    red, green, blue = np.clip(to_rgb(FAMILIES[family].anchors[0]), 0, 1).tolist()
    return Colour(family, (red, green, blue))


def person(top: str = "red", legs: str = "navy", *, background: str = "olive") -> Bytes:
    """A head, a torso with folds and legs before a grainy wall, BGR."""
    rng = np.random.default_rng(5)
    picture = np.full((TALL, WIDE, 3), colour(background).rgb)
    picture[15:45, 42:68] = (0.75, 0.58, 0.5)
    picture[TORSO] = colour(top).rgb
    picture[LEGS] = colour(legs).rgb
    folds = 1 + 0.12 * np.sin(np.linspace(0, 12, 54))
    picture[TORSO] *= folds[:, None]
    noisy = (picture + rng.normal(0, 0.015, picture.shape)).clip(0, 1)
    return np.asarray((noisy[..., ::-1] * 255).round(), np.uint8)


def named(picture: Bytes, where: tuple[slice, slice]) -> str:
    blue, green, red = (np.median(picture[where].reshape(-1, 3), axis=0) / 255).tolist()
    return name((red, green, blue))


@pytest.mark.parametrize("top", ["red", "black", "white", "light blue"])
def test_a_garment_is_found_where_it_is(top: str) -> None:
    where = find(person(top), top, ROWS)
    assert where is not None
    truth = np.zeros((TALL, WIDE), bool)
    truth[TORSO] = True
    both, either = (truth & (where > 0.5)).sum(), (truth | (where > 0.5)).sum()
    assert both / either > 0.85


def test_what_is_not_sure_is_not_found() -> None:
    assert find(person("red"), "yellow", ROWS) is None, "another colour than is said"
    assert find(person("olive"), "olive", ROWS) is None, "the wall has it too"
    assert find(person("red"), "red", (0.17, 0.54), widest=0.3) is None, "wider than allowed"
    grey = cv2.cvtColor(cv2.cvtColor(person("white"), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert find(np.asarray(grey, np.uint8), "white", ROWS) is None, "a black and white picture"
    dark = (person("black") * 0.2).astype(np.uint8)
    assert find(dark, "black", ROWS) is None, "nothing is seen of its folds"


def test_only_the_garment_is_dyed_and_its_folds_stay() -> None:
    before = person("red")
    where = find(before, "red", ROWS)
    assert where is not None
    after = dye(before, where, "red", colour("blue"))
    assert named(after, np.s_[50:120, 32:78]) == "blue"
    assert np.abs(after.astype(int) - before)[where == 0].max() <= 1
    light = [cv2.cvtColor(one, cv2.COLOR_BGR2LAB)[50:120, 32:78, 0].mean(axis=0) for one in (before, after)]
    assert np.corrcoef(light)[0, 1] > 0.9


@pytest.fixture
def labelled(look: Look, tmp_path: Path) -> Labelled:
    """Somebody in a red T-shirt and navy trousers."""
    path = tmp_path / "somebody.png"
    cv2.imwrite(str(path), person())
    worn = replace(
        look,
        upper=Garment("t-shirt", colour("red"), sleeves="short"),
        outer=None,
        lower=Garment("trousers", colour("navy")),
        pose="stand",
    )
    return Labelled("somebody", path, 0.0, None, worn, "front", frozenset(), ("him in red over there",))


@pytest.fixture
def look() -> Look:
    black = colour("black")
    return Look(
        sex="male", age="young", build="average", height="average", skin=(0.7, 0.5, 0.4), hair="short",
        hair_colour=black, beard=False, glasses="none", headwear=None, upper=Garment("t-shirt", black),
        outer=None, lower=None, shoes=Garment("shoes", black), scarf=None, gloves=None, carried=(),
        pose="stand",
    )  # fmt: skip


def variants(who: Labelled, count: int = 12) -> Iterator[tuple[Bytes, Look]]:
    return recoloured(who, who.crop(), count, np.random.default_rng(3))


def test_pictures_show_what_their_looks_say(labelled: Labelled) -> None:
    shown = list(variants(labelled))
    assert len(shown) == 12
    worn = labelled.look
    changed = {"upper": 0, "lower": 0}
    for picture, look in shown:
        for part, where in (("upper", np.s_[50:120, 32:78]), ("lower", np.s_[130:200, 40:70])):
            old, new = getattr(worn, part), getattr(look, part)
            assert replace(new, colour=old.colour) == old, "nothing but the colour changes"
            if new.colour.family == old.colour.family:
                assert named(picture, where) == old.colour.family
            else:
                changed[part] += 1
                lab = np.array(new.colour.rgb) - np.median(picture[where].reshape(-1, 3), axis=0)[::-1] / 255
                assert np.abs(lab).max() < 0.12, (new.colour, picture[where].mean(axis=(0, 1)))
        assert replace(look, upper=worn.upper, lower=worn.lower) == worn
    assert min(changed.values()) > 2
    again = list(variants(labelled))
    assert [look for _, look in again] == [look for _, look in shown]
    assert all(np.array_equal(one, two) for (one, _), (two, _) in zip(again, shown, strict=True))


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda one: replace(one, look=replace(one.look, pose="sit")), id="who sits"),
        pytest.param(
            lambda one: replace(one, unseen=frozenset({"upper.colour", "lower"})), id="what cannot be seen"
        ),
    ],
)
def test_nobody_is_dyed(who: object, labelled: Labelled) -> None:
    assert callable(who)
    assert list(variants(who(labelled))) == []


def test_what_has_a_pattern_keeps_its_colours(labelled: Labelled) -> None:
    striped = replace(labelled.look.upper, pattern="stripes", second=colour("white"))
    shown = list(variants(replace(labelled, look=replace(labelled.look, upper=striped))))
    assert shown
    assert all(look.upper == striped for _, look in shown)


def test_people_who_are_taught_join_in_other_colours_and_those_held_out_do_not(
    labelled: Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "looks.jsonl").write_text("")
    monkeypatch.setattr(corpus, "labelled", lambda _: [labelled, labelled])  # the first is held out
    listed = corpus.write(tmp_path, tmp_path, seed=1)
    rows = json.loads((tmp_path / "reid_raw.json").read_text())
    assert listed == len(rows) == 1 + corpus.TIMES + corpus.RECOLOURED
    assert [row["split"] for row in rows] == ["val"] + ["train"] * (len(rows) - 1)
    assert [row["id"] for row in rows] == [corpus.FIRST_REAL] + [corpus.FIRST_REAL + 1] * (len(rows) - 1)
    dyed = rows[1 + corpus.TIMES :]
    assert len({row["file_path"] for row in dyed} | {row["file_path"] for row in rows[:2]}) == len(dyed) + 2
    own = [{fact for fact in row["facts"] if fact.startswith("seen=")} for row in rows]
    assert own[1] == own[2], "the same picture, in other words"
    assert not any(one & own[1] for one in own[1 + corpus.TIMES :]), "of other colours other things are said"
    for row in dyed:
        assert labelled.captions[0] not in row["captions"], "that was said of other colours"
        picture = cv2.imread(str(tmp_path / "imgs" / row["file_path"]))
        assert picture is not None
        assert picture.shape == (TALL, WIDE, 3)
        assert all(set(claim) <= set(row["facts"]) for claim in row["caption_facts"])
