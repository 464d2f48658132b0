"""Rendered people: geometry, cloth, camera, and the data sets written of them."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthesis.dataset import Order, Sources, finish, render, render_identity
from synthesis.dressing.anatomy import Anatomy
from synthesis.dressing.fabric import folds, read_fabrics
from synthesis.dressing.meshes import lump, refine, vertex_normals
from synthesis.dressing.motion import between, turn
from synthesis.looks.look import Colour, Garment, Look
from synthesis.looks.sample import sample_look
from synthesis.people import Studio
from synthesis.picturing import camera
from synthesis.picturing.backdrop import Backdrops
from synthesis.picturing.cutout import Figure, lay
from synthesis.picturing.light import Light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Spot, Viewpoint
from synthesis.sheet import contact_sheet

SHARED = Path(os.environ.get("PASSERBY_SHARED", Path(__file__).parents[2] / "shared"))
SOURCES = Sources(
    Path(os.environ.get("MAKEHUMAN_HOME", SHARED / "makehuman")),
    Path(os.environ.get("PASSERBY_GARMENTS", SHARED / "garments")),
    Path(os.environ.get("PASSERBY_BACKGROUNDS", SHARED / "photos/pictures")),
)
VIEW = Viewpoint(height=2.5, tilt=15, focal=700, width=640, rows=480)
SPOT = Spot(x=0, z=-6, yaw=20)
DAYLIGHT = Light(
    "overcast",
    sky=(1.0, 1.0, 1.0),
    ground=(0.4, 0.4, 0.4),
    key=(0.3, 0.3, 0.3),
    key_from=(0.3, 0.9, 0.3),
    fill=(0.1, 0.1, 0.1),
    fill_from=(0.0, 0.5, 0.86),
    softness=0.8,
    exposure=0.8,
)


@pytest.fixture(scope="module")
def studio() -> Studio:
    for folder in (SOURCES.makehuman, SOURCES.garments, SOURCES.backgrounds):
        if not folder.is_dir():
            pytest.skip(f"no {folder}: set MAKEHUMAN_HOME, PASSERBY_GARMENTS and PASSERBY_BACKGROUNDS")
    return SOURCES.open()


@pytest.fixture
def look() -> Look:
    """A bare-headed person in a plain grey jumper and trousers."""
    grey = Colour("grey", (0.4, 0.4, 0.4))
    return replace(
        sample_look(np.random.default_rng(3)),
        skin=(0.75, 0.57, 0.47),
        hair="short",
        headwear=None,
        upper=Garment("jumper", grey),
        outer=None,
        lower=Garment("trousers", grey, length="ankle"),
        scarf=None,
        carried=(),
        pose="stand",
    )


def photographed(studio: Studio, look: Look, spot: Spot = SPOT) -> Figure:
    with studio.dress(look, np.random.default_rng(0)) as person:
        figure = studio.figure(person, 0.2, spot, VIEW, DAYLIGHT)
    assert figure is not None
    return figure


def band(figure: Figure, top: float, bottom: float) -> Iterator[float]:
    """Mean red, green and blue of the opaque pixels between two shares of the height."""
    rows = np.flatnonzero((figure.rgba[..., 3] > 0.99).any(axis=1))
    high = rows.max() - rows.min()
    part = figure.rgba[rows.min() + int(top * high) : rows.min() + int(bottom * high)]
    return iter(part[part[..., 3] > 0.99][:, :3].mean(axis=0).tolist())


def test_rotations_turn_one_direction_into_another() -> None:
    start, end = np.array([0.3, -1.0, 0.2]), np.array([0.9, 0.1, 0.4])
    turned = between(start, end) @ start
    np.testing.assert_allclose(turned / np.linalg.norm(turned), end / np.linalg.norm(end), atol=1e-9)
    np.testing.assert_allclose(turn(1, 90) @ [0, 0, 1], [1, 0, 0], atol=1e-9)


def test_refining_a_mesh_keeps_its_shape_and_makes_four_triangles_of_one() -> None:
    solid = lump((2.0, 4.0, 6.0))
    matrix, faces = refine(solid.faces, len(solid.vertices))
    finer = matrix @ solid.vertices
    assert len(faces) == 4 * len(solid.faces)
    np.testing.assert_allclose(np.ptp(finer, axis=0), [2, 4, 6], rtol=0.02)


def test_normals_of_a_ball_point_outwards() -> None:
    ball = lump((2.0, 2.0, 2.0))
    middle = slice(64, -64)  # the poles are made of degenerate triangles
    normals = vertex_normals(ball.vertices, ball.faces)
    assert (np.einsum("nj,nj->n", normals, ball.vertices)[middle] > 0.95).all()


def test_pixels_of_the_ground_lead_back_to_the_ground() -> None:
    spots = np.array([[0.5, 0.0, -4.0], [-2.0, 0.0, -9.0]], np.float32)
    pixels, depths = VIEW.project(spots)
    np.testing.assert_allclose(VIEW.ground(pixels), spots[:, [0, 2]], atol=1e-3)
    assert depths[1] > depths[0]


def test_the_ground_is_not_seen_above_the_horizon() -> None:
    assert np.isnan(VIEW.ground(np.array([[320.0, -400.0]]))).all()


def test_the_noise_of_creases_is_periodic() -> None:
    noise = folds(32)[..., 3].astype(int)
    inner = np.abs(np.diff(noise, axis=0)).mean()
    seam = np.abs(noise[0] - noise[-1]).mean()
    assert seam < 1.5 * inner


def test_a_camera_keeps_the_size_and_repeats_itself() -> None:
    scene = np.random.default_rng(0).uniform(0, 1, (120, 60, 3)).astype(np.float32)
    first, second = (camera.record(scene, np.random.default_rng(5)) for _ in range(2))
    assert first.shape == scene.shape
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)


def test_missing_folders_are_named_with_the_place_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"MAKEHUMAN_HOME.*makehumancommunity"):
        Anatomy(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"PASSERBY_GARMENTS.*clothing-dataset"):
        read_fabrics(tmp_path)
    with pytest.raises(FileNotFoundError, match="PASSERBY_BACKGROUNDS"):
        Backdrops(tmp_path)


def test_people_stand_on_their_spot_and_shrink_with_distance(studio: Studio, look: Look) -> None:
    near, far = photographed(studio, look), photographed(studio, look, Spot(0, -12, 20))
    assert near.box[3] == pytest.approx(near.foot[1], abs=0.12 * (near.box[3] - near.box[1]))
    ratio = (near.box[3] - near.box[1]) / (far.box[3] - far.box[1])
    assert 1.6 < ratio < 2.4


def test_nobody_is_drawn_behind_the_camera(studio: Studio, look: Look) -> None:
    with studio.dress(look, np.random.default_rng(0)) as person:
        assert studio.figure(person, 0.0, Spot(0, 5, 0), VIEW, DAYLIGHT) is None


def test_facing_follows_the_yaw(studio: Studio, look: Look) -> None:
    facings = [photographed(studio, look, Spot(0, -6, yaw)).facing for yaw in (0, 90, 180, 270)]
    assert facings == ["front", "side", "back", "side"]


def test_clothes_have_the_colours_of_the_look(studio: Studio, look: Look) -> None:
    dressed = replace(
        look,
        upper=Garment("jumper", Colour("red", (0.7, 0.05, 0.05))),
        lower=Garment("trousers", Colour("blue", (0.05, 0.1, 0.6)), length="ankle"),
    )
    figure = photographed(studio, dressed)
    red, green, blue = band(figure, 0.25, 0.4)
    assert red > 2 * green
    assert red > 2 * blue
    red, green, blue = band(figure, 0.65, 0.85)
    assert blue > 1.5 * red


def test_an_outer_garment_hides_the_upper_one_unless_it_is_open(studio: Studio, look: Look) -> None:
    black, white = Colour("black", (0.04, 0.04, 0.04)), Colour("white", (0.9, 0.9, 0.9))
    closed = replace(look, upper=Garment("t-shirt", white), outer=Garment("jacket", black, length="hip"))
    opened = replace(closed, outer=Garment("jacket", black, length="hip", open=True))
    chest_closed = next(band(photographed(studio, closed, Spot(0, -6, 0)), 0.25, 0.4))
    chest_open = next(band(photographed(studio, opened, Spot(0, -6, 0)), 0.25, 0.4))
    assert chest_closed < 0.25
    assert chest_open > chest_closed + 0.1


def test_a_long_coat_covers_the_thighs(studio: Studio, look: Look) -> None:
    red = Colour("red", (0.7, 0.05, 0.05))
    short = replace(look, outer=Garment("coat", red, length="hip"))
    long = replace(look, outer=Garment("coat", red, length="knee"))
    redness = []
    for worn in (short, long):
        r, g, _ = band(photographed(studio, worn), 0.55, 0.65)
        redness.append(r / g)
    assert redness[0] < 1.4
    assert redness[1] > 2.0


def test_a_figure_is_laid_over_a_place_with_its_shadow(studio: Studio, look: Look) -> None:
    figure = photographed(studio, look)
    scene = np.full((VIEW.rows, VIEW.width, 3), 0.5, np.float32)
    lay(scene, figure, Window(0, 0, VIEW.width, VIEW.rows))
    left, top, right, bottom = (int(edge) for edge in figure.box)
    assert np.abs(scene[top:bottom, left:right] - 0.5).mean() > 0.05
    assert scene[bottom : bottom + 3, left:right].mean() < 0.49  # the ground by the feet is darker
    assert np.all(scene[:5] == 0.5)


def test_a_look_photographed_twice_gives_the_same_picture(studio: Studio, look: Look) -> None:
    pictures = []
    for _ in range(2):
        rng = np.random.default_rng(11)
        with studio.dress(look, rng) as person:
            pictures.append(studio.photograph(person, rng))
    np.testing.assert_array_equal(pictures[0].image, pictures[1].image)
    assert max(pictures[0].image.shape) <= 288
    assert json.loads(json.dumps(pictures[0].record)) == pictures[0].record


def test_a_data_set_can_be_interrupted_resumed_and_finished(studio: Studio, tmp_path: Path) -> None:
    order = Order(tmp_path / "whole", identities=2, pictures=2, seed=4)
    lines = list(render(order, SOURCES, workers=1))
    assert "4 pictures" in lines[-1]
    rows = json.loads((order.out / "reid_raw.json").read_text())
    assert {row["id"] for row in rows} == {1, 2}
    assert {"split", "captions", "file_path", "processed_tokens", "id"} < set(rows[0])
    assert all(row["captions"] and (order.out / "imgs" / row["file_path"]).is_file() for row in rows)
    looks = [json.loads(line) for line in (order.out / "looks.jsonl").read_text().splitlines()]
    assert looks[0]["look"]["upper"]["kind"]
    contact_sheet(order.out, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 10_000

    partial = replace(order, out=tmp_path / "partial")
    render_identity(studio, partial, 1)  # the second identity alone comes out the same
    assert finish(partial.out) == 2
    name = "rendered/000001_1.jpg"
    assert (partial.out / "imgs" / name).read_bytes() == (order.out / "imgs" / name).read_bytes()
    assert len(list(render(order, SOURCES, workers=1))) == 1  # nothing is left to do


def test_finishing_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="render some people first"):
        finish(tmp_path)


def test_a_listing_does_not_lose_real_photographs(tmp_path: Path) -> None:
    (tmp_path / "imgs/photographs").mkdir(parents=True)
    with pytest.raises(ValueError, match="--photographs"):
        finish(tmp_path)
