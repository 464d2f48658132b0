"""Somebody cut out of a picture: one person, by a box or found; and pictures that cannot be used."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from models.types import Image
from pipeline.commands.example import Given, example
from pipeline.examples import PeopleError, cut_out
from pipeline.footage.decode import picture
from pipeline.footage.sources import SourceError
from pipeline.search import QueryError
from tests.fakes import BrightRectangles

ID = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"


def street(*heights: int) -> Image:
    """People of these heights in pixels, from left to right."""
    image = np.full((120, 40 + 40 * len(heights), 3), 30, np.uint8)
    for place, height in enumerate(heights):
        image[110 - height : 110, 20 + 40 * place : 40 + 40 * place] = 240
    return image


def test_the_only_person_is_cut_out() -> None:
    found = cut_out(street(80), "a.jpg", None, BrightRectangles)
    assert found.shape == (80, 20, 3)
    assert (found == 240).all()


def test_people_far_behind_are_not_meant() -> None:
    assert cut_out(street(20, 90, 30), "a.jpg", None, BrightRectangles).shape == (90, 20, 3)


@pytest.mark.parametrize("heights", [(), (80, 70), (60,) * 10])
def test_nobody_or_several_people_are_told_with_their_boxes(heights: tuple[int, ...]) -> None:
    with pytest.raises(PeopleError) as raised:
        cut_out(street(*heights), "a.jpg", None, BrightRectangles)
    assert len(raised.value.boxes) == len(heights)
    assert list(raised.value.boxes) == sorted(raised.value.boxes)
    said = (
        f"{len(heights)} people are in a.jpg; say who is meant by a box"
        if heights
        else "nobody is found in a.jpg"
    )
    assert said in str(raised.value)


def test_a_doubtful_person_is_nobody() -> None:
    with pytest.raises(PeopleError, match="nobody is found"):
        cut_out(street(80), "a.jpg", None, lambda: BrightRectangles(score=0.3))


def test_a_box_decides_without_a_detector_and_is_clipped() -> None:
    def never() -> BrightRectangles:
        raise AssertionError("a box says who is meant")

    assert cut_out(street(80, 70), "a.jpg", (60, 40, 500, 500), never).shape == (80, 60, 3)
    for box in ((0, 0, 4, 90), (500, 0, 600, 90), (50, 90, 20, 10)):
        with pytest.raises(QueryError, match="120 x 120"):
            cut_out(street(80, 70), "a.jpg", box, never)


def test_examples_are_read_from_the_command_line(tmp_path: Path) -> None:
    Pictures.fromarray(street(80, 70)).save(tmp_path / "a@1,2,3,4.png")
    odd = str(tmp_path / "a@1,2,3,4.png")
    assert example(ID).read(BrightRectangles).name == f"sighting {ID}"
    assert example("a.jpg") == Given(Path("a.jpg"))
    assert example("a.jpg@1,2,30,40.5") == Given(Path("a.jpg"), (1, 2, 30, 40.5))
    assert example(odd) == Given(Path(odd)), "a file of that very name"
    cut = example(f"{odd}@20,30,40,110").read(BrightRectangles)
    assert isinstance(cut.of, np.ndarray)
    assert cut.of.shape == (80, 20, 3)
    with pytest.raises(Exception, match="is no box"):
        example("a.jpg@1,2,3")


def test_pictures_stand_upright() -> None:
    file, turned = io.BytesIO(), Pictures.new("RGB", (60, 20), (9, 9, 9))
    exif = turned.getexif()
    exif[0x0112] = 6  # a telephone held upright
    turned.save(file, "JPEG", exif=exif)
    assert picture(file).shape == (60, 20, 3)


@pytest.mark.parametrize(
    ("size", "said"), [((9000, 9000), "9000 x 9000 pixels"), ((20_000, 20_000), "far too many pixels")]
)
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int], said: str) -> None:
    file = io.BytesIO()
    Pictures.new("1", size).save(file, "PNG")
    with pytest.raises(SourceError, match=said):
        picture(file, name="bomb.png", pixels=80_000_000)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_said(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"x\.png is no picture"):
        picture(io.BytesIO(data), name="x.png")
