"""Places, people in them, and the recordings and data sets made of both."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from synthesis.dataset import Sources
from synthesis.looks.colours import name
from synthesis.looks.look import Garment
from synthesis.people import Studio
from synthesis.picturing.cutout import Figure
from synthesis.picturing.light import Light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Viewpoint
from synthesis.scenes.cast import ACTORS, CAST
from synthesis.scenes.compose import Standing, compose
from synthesis.scenes.crowd import Extra, gather, moved
from synthesis.scenes.dataset import SceneOrder, Workshop, render_camera, render_scenes
from synthesis.scenes.footage import FRAMES_A_SECOND, write_mp4
from synthesis.scenes.script import CLIPS
from synthesis.scenes.stage import Effort, Place, Stage, build
from synthesis.scenes.stage_paint import mottled
from synthesis.scenes.stage_random import clear_photographs, random_place
from synthesis.scenes.stage_solids import GROUND, SKY, Box, Post, Solid, blocked, cast
from synthesis.scenes.walk import fit_gait, path_through

DEMO = Path(__file__).parent.parent / "demo"
VIEW = Viewpoint(2.0, 10.0, 120.0, 160, 90)
LIGHT = Light(
    "overcast", (1, 1, 1), (0.3, 0.3, 0.3), (0.4, 0.4, 0.4), (0, 1, 0), (0, 0, 0), (0, 1, 0), 0.5, 1.0
)  # fmt: skip
GREY = mottled((0.5, 0.5, 0.5))
SCREEN = Box((-3.0, 0.0, -6.1), (3.0, 4.0, -6.0), mottled((0.9, 0.1, 0.1)))


def empty(*solids: Box | Post) -> Stage:
    return build(Place(GREY, solids), VIEW, LIGHT, Effort(finer=2, sun_rays=2, sky_rays=4))


def standing(z: float, *, left: int = 70, size: tuple[int, int] = (20, 40)) -> Standing:
    """A blue rectangle that stands on the ground at z."""
    foot, depth = VIEW.project(np.array([[0, 0, z]], np.float32))
    window = Window(left, round(float(foot[0, 1])) - size[1], *size)
    rgba = np.zeros((size[1], size[0], 4), np.float32)
    rgba[..., 2:] = 1.0
    box = (window.left, window.top, window.left + size[0], window.top + size[1])
    shadow = np.zeros((4, 4), np.float32)
    there = (float(foot[0, 0]), float(foot[0, 1]))
    return Standing(Figure(rgba, window, shadow, Window(0, 0, 4, 4), box, there, float(depth[0]), "front"), z)


@pytest.fixture(scope="module")
def sources() -> Sources:
    shared = Path(os.environ.get("PASSERBY_SHARED", "../shared"))
    found = Sources(
        Path(os.environ.get("MAKEHUMAN_HOME", shared / "makehuman")),
        Path(os.environ.get("PASSERBY_GARMENTS", shared / "garments")),
        Path(os.environ.get("PASSERBY_BACKGROUNDS", shared / "photos/pictures")),
    )
    for folder in (found.makehuman, found.garments, found.backgrounds):
        if not folder.is_dir():
            pytest.skip(f"{folder} is absent")
    return found


def test_rays_end_at_the_nearest_thing() -> None:
    solids: list[Solid] = [Box((-1, 0, -6), (1, 2, -5), GREY), Post(0, -3, 0.5, 0, 1, GREY)]
    start = np.array([[0, 0.5, 0], [0, 1.5, 0], [0, 5, 0], [0, 1, 0]], np.float32)
    way = np.array([[0, 0, -1], [0, 0, -1], [0, 0, -1], [0, -1, 0]], np.float32)
    hits = cast(solids, start, way)
    assert hits.which.tolist() == [1, 0, SKY, GROUND]
    np.testing.assert_allclose(hits.distance, [2.5, 5.0, np.inf, 1.0], rtol=1e-5)
    np.testing.assert_allclose(hits.normals[:2], [[0, 0, 1], [0, 0, 1]], atol=1e-5)
    assert blocked(solids, start, way, 3.0).tolist() == [True, False, False, False]


def test_a_screen_hides_who_stands_behind_it_and_nobody_before_it() -> None:
    place = empty(SCREEN)
    _, seen = compose(place, [standing(-9.0), standing(-4.0)])
    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1].visible == pytest.approx(1.0)


def test_the_box_holds_the_part_that_somebody_nearer_leaves_visible() -> None:
    far, near = standing(-9.0, left=60), standing(-8.0, left=70)
    picture, seen = compose(empty(), [far, near])
    assert seen[0] is not None
    assert seen[1] is not None
    assert (seen[0].box[0], seen[0].box[2]) == (60, 80)
    assert seen[0].visible < 0.7
    assert seen[1].box == tuple(round(side) for side in near.figure.box)
    x1, y1, x2, y2 = seen[1].box
    assert (picture[y1:y2, x1:x2, 2] > 0.99).all()


def test_who_is_outside_the_picture_is_not_seen() -> None:
    assert compose(empty(), [standing(-9.0, left=-40)])[1] == [None]


def test_things_throw_shadows_on_the_ground() -> None:
    bare, with_roof = empty(), empty(Box((-9, 3.0, -9), (9, 3.2, -3), GREY))
    row = round(float(VIEW.project(np.array([[0, 0, -6]], np.float32))[0][0, 1]))
    assert with_roof.picture[row, 80].mean() < 0.9 * bare.picture[row, 80].mean()


def test_a_path_is_walked_at_its_length_and_faces_along_itself() -> None:
    path = path_through([(0.0, -10.0), (4.0, -10.0), (8.0, -10.0)])
    assert path.length == pytest.approx(8.0)
    middle = path.spot(3.0)
    assert (middle.x, middle.z, middle.yaw) == pytest.approx((3.0, -10.0, 90.0))
    assert path_through([(0.0, -10.0), (0.0, -2.0)]).spot(1.0).yaw == pytest.approx(0.0)
    with pytest.raises(ValueError, match="two way points"):
        path_through([(0.0, 0.0)])


def test_a_figure_moved_twice_as_far_is_half_as_large() -> None:
    here = standing(-4.0)
    away = moved(Extra(here.figure, -4.0), VIEW, 0.0, -10.0, mirrored=False)
    ratio = here.figure.depth / away.figure.depth
    assert away.figure.rgba.shape[0] == pytest.approx(ratio * here.figure.rgba.shape[0], abs=1)
    assert away.figure.window.top + away.figure.window.rows == pytest.approx(away.figure.foot[1], abs=2)


def test_nobody_is_put_inside_a_thing_or_behind_the_wall() -> None:
    solids = [Box((-50, 0, -12.3), (50, 5, -12), GREY), Box((-1, 0, -9), (1, 1, -7), GREY)]
    extras = [Extra(standing(-8.0).figure, -8.0), Extra(standing(-11.0).figure, -11.0)] * 20
    people = gather(extras, VIEW, solids, np.random.default_rng(0), count=30)
    assert len(people) > 10
    for person in people:
        x = (person.figure.foot[0] - VIEW.width / 2) * person.figure.depth / VIEW.focal
        assert person.z > -12
        assert not (abs(x) < 1 and -9 < person.z < -7)


def test_the_same_seed_gives_the_same_place() -> None:
    pictures = [
        build(random_place(VIEW, LIGHT, [], np.random.default_rng(4)), VIEW, LIGHT, Effort(1, 2, 2)).picture
        for _ in range(2)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.isfinite(pictures[0]).all()


def test_photographs_with_people_or_black_corners_stay_out(tmp_path: Path) -> None:
    pictures, labels = tmp_path / "pictures", tmp_path / "labels" / "train"
    pictures.mkdir()
    labels.mkdir(parents=True)
    full = np.full((40, 60, 3), 120, np.uint8)
    turned = full.copy()
    turned[:8, :8] = 0
    given = (("a", full, ""), ("b", full, "0 .5 .5 .1 .1\n"), ("c", turned, ""), ("d", full, None))
    for stem, picture, label in given:
        cv2.imwrite(str(pictures / f"{stem}.jpg"), picture)
        if label is not None:
            (labels / f"pictures-{stem}.txt").write_text(label)
    assert clear_photographs(pictures, tmp_path / "labels") == [pictures / "a.jpg"]
    assert clear_photographs(pictures, None) == []
    with pytest.raises(FileNotFoundError, match="has no labels"):
        clear_photographs(pictures, tmp_path / "nothing")


def test_a_recording_says_when_it_began(tmp_path: Path) -> None:
    began = datetime(2026, 3, 2, 15, 58, tzinfo=UTC)
    frames = [np.full((48, 64, 3), shade, np.uint8) for shade in (0, 120, 250)]
    assert write_mp4(tmp_path / "a.mp4", frames, began) == 3
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert datetime.fromisoformat(container.metadata["creation_time"]) == began
        shown = [frame.to_ndarray(format="rgb24").mean() for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown, [0, 120, 250], atol=6)


def test_the_cast_wears_the_colours_that_it_is_said_to_wear() -> None:
    worn = [garment.colour for actor in CAST for garment in _garments(actor.id)]
    worn += [thing.colour for actor in CAST for thing in actor.look.carried]
    assert all(name(colour.rgb) == colour.family for colour in worn)


def test_the_questions_of_the_demonstration_are_for_one_person_each() -> None:
    questions = [question for actor in CAST for question in actor.queries]
    assert len(questions) == len(set(questions))
    assert all(len(actor.queries) >= 2 for actor in CAST)
    legs = [actor.look.lower for actor in CAST if actor.look.lower]
    assert "purple" not in {garment.colour.family for garment in legs}


def test_two_people_are_on_both_cameras() -> None:
    casts = [{entrance.actor for entrance in clip.entrances} for clip in CLIPS]
    assert casts[0] & casts[1] == {"red-jacket", "orange-backpack"}
    assert casts[0] | casts[1] == ACTORS.keys()
    assert all(6 <= len(people) <= 8 for people in casts)


def test_the_truth_that_ships_fits_the_clips_that_ship() -> None:
    truth = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
    assert [clip["camera"] for clip in truth["clips"]] == [clip.camera for clip in CLIPS]
    for clip in truth["clips"]:
        with av.open(str(DEMO / clip["file"])) as container:
            began = datetime.fromisoformat(container.metadata["creation_time"])
            stream = container.streams.video[0]
            assert began == datetime.fromisoformat(clip["began"])
            assert [stream.width, stream.height] == clip["size"]
            frames = stream.frames
        for person in clip["people"]:
            assert person["look"] == json.loads(json.dumps(ACTORS[person["id"]].look.record()))
            for frame, x1, y1, x2, y2 in person["boxes"]:
                assert 0 <= frame < frames
                assert 0 <= x1 < x2 <= clip["size"][0]
                assert 0 <= y1 < y2 <= clip["size"][1]
            assert all(0 <= a <= b <= frames / FRAMES_A_SECOND for a, b in person["spans"])


def test_too_few_scenes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ask for over 40"):
        SceneOrder(tmp_path, 40, 1)


def test_a_walker_covers_two_easy_steps_a_second(studio: Studio) -> None:
    actor = ACTORS["white-cap"]
    with studio.dress(actor.look, np.random.default_rng(0)) as person:
        gait = fit_gait(studio.anatomy, person, actor.pace)
    assert 1.7 < 2 * actor.pace / gait.advance[-1] < 2.4
    assert (np.diff(gait.advance) > 0).all()
    assert gait.phase(0.5 * gait.advance[-1]) == pytest.approx(0.5, abs=0.05)


def test_scenes_are_the_same_for_the_same_seed_and_kept_when_there(
    tmp_path: Path, sources: Sources, studio: Studio
) -> None:
    orders = [SceneOrder(tmp_path / folder, 2, 5, per_camera=1) for folder in "ab"]
    for order in orders:
        for part in ("images/train", "labels/train", "images/val", "labels/val"):
            (order.out / part).mkdir(parents=True)
        assert [render_camera(Workshop(studio, []), order, number) for number in (0, 1)] == [1, 1]
    for first, second in zip(orders[0].files(0), orders[1].files(0), strict=True):
        assert first.read_bytes() == second.read_bytes()
    before = {path: path.stat().st_mtime_ns for path in orders[0].out.rglob("*.txt")}
    assert sorted(path.parent.name for path in before) == ["train", "val"]
    assert list(render_scenes(orders[0], sources, 1)) == [f"2 scenes in {orders[0].out}"]
    assert {path: path.stat().st_mtime_ns for path in orders[0].out.rglob("*.txt")} == before


@pytest.fixture(scope="module")
def studio(sources: Sources) -> Studio:
    return sources.open()


def _garments(actor: str) -> list[Garment]:
    look = ACTORS[actor].look
    return [g for g in (look.upper, look.outer, look.lower, look.shoes, look.headwear) if g is not None]
