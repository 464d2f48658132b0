"""Writes composed scenes with the boxes of all people in them, in the format of YOLO, to train a detector."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from synthesis.dataset import Sources
from synthesis.people import Studio
from synthesis.picturing import camera
from synthesis.scenes.compose import Seen, compose
from synthesis.scenes.crowd import gather, hire, sample_camera
from synthesis.scenes.stage import Effort, build
from synthesis.scenes.stage_random import clear_photographs, random_place

VISIBLE = 0.3  # share of a figure from which it is labelled
LEAST = 10  # pixels that a labelled box is high
MOST = 12  # people in a scene
QUALITY = 92  # of the JPEG files
QUICK = Effort(finer=1, sun_rays=4, sky_rays=12)
EVERY = 8  # one camera in so many is kept for validation


@dataclass(frozen=True, slots=True)
class SceneOrder:
    """A data set to be made; each camera sees other people in another light."""

    out: Path
    count: int
    seed: int
    labels: Path | None = None  # of the background photographs, so that those with people are left out
    per_camera: int = 40

    def __post_init__(self) -> None:
        if self.count <= self.per_camera:
            raise ValueError(
                f"{self.count} scenes leave none to validate on: ask for over {self.per_camera}."
            )

    def scenes(self, number: int) -> range:
        """The scenes of one camera."""
        return range(number * self.per_camera, min((number + 1) * self.per_camera, self.count))

    def files(self, scene: int) -> tuple[Path, Path]:
        """Picture and label of one scene."""
        part = "val" if scene // self.per_camera % EVERY == 1 else "train"
        name = f"{scene:06d}"
        return self.out / "images" / part / f"{name}.jpg", self.out / "labels" / part / f"{name}.txt"


def render_scenes(order: SceneOrder, sources: Sources, workers: int) -> Iterator[str]:
    """Render what is not there yet, yielding a line of progress after each camera."""
    for part in ("train", "val"):
        for kind in ("images", "labels"):
            (order.out / kind / part).mkdir(parents=True, exist_ok=True)
    (order.out / "data.yaml").write_text(
        "train: images/train\nval: images/val\nnc: 1\nnames:\n  0: person\n", encoding="utf-8"
    )
    cameras = range(-(-order.count // order.per_camera))
    todo = [n for n in cameras if any(not order.files(scene)[1].is_file() for scene in order.scenes(n))]
    left = sum(len(order.scenes(number)) for number in todo)
    began, drawn = time.monotonic(), 0
    for scenes in _rendered(order, sources, workers, todo):
        drawn += scenes
        rate = drawn / (time.monotonic() - began)
        yield f"{order.count - left + drawn}/{order.count} scenes, {rate:.2f} images/s"
    yield f"{order.count} scenes in {order.out}"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every scene needs, loaded once for each process."""

    studio: Studio
    photographs: list[Path]  # that may hang at the back


def open_workshop(order: SceneOrder, sources: Sources) -> Workshop:
    """Load people, clothes and photographs."""
    return Workshop(sources.open(), clear_photographs(sources.backgrounds, order.labels))


def render_camera(workshop: Workshop, order: SceneOrder, number: int) -> int:
    """All scenes of one camera, written to disk; depends on seed and number alone. Returns how many."""
    rng = np.random.default_rng([order.seed, number])
    view, light = sample_camera(rng)
    extras = hire(workshop.studio, view, light, rng, people=min(16, 2 + order.per_camera // 2))
    for scene in order.scenes(number):
        rng = np.random.default_rng([order.seed, number, scene])
        place = random_place(view, light, workshop.photographs, rng)
        stage = build(place, view, light, QUICK)
        count = 0 if rng.random() < 0.08 else min(MOST, 1 + int(rng.geometric(0.24)))
        picture, seen = compose(stage, gather(extras, view, place.solids, rng, count=count))
        image = camera.record(picture, rng, harm=float(rng.uniform(0.4, 1.1)))
        image_path, label_path = order.files(scene)
        cv2.imwrite(str(image_path), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        # Last, for it marks the scene as done.
        label_path.write_text(_lines(seen, view.width, view.rows), encoding="utf-8")
    return len(order.scenes(number))


def _lines(people: list[Seen | None], width: int, rows: int) -> str:
    """Boxes as class, centre x, centre y, width, height in shares of the picture."""
    lines = []
    for seen in people:
        if seen is None or seen.visible < VISIBLE or seen.box[3] - seen.box[1] < LEAST:
            continue
        x1, y1, x2, y2 = seen.box
        shares = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / rows, (x2 - x1) / width, (y2 - y1) / rows)
        lines.append("0 " + " ".join(f"{share:.6f}" for share in shares) + "\n")
    return "".join(lines)


def _rendered(order: SceneOrder, sources: Sources, workers: int, todo: list[int]) -> Iterator[int]:
    if not todo:
        return
    if workers == 1:
        workshop = open_workshop(order, sources)
        for number in todo:
            yield render_camera(workshop, order, number)
        return
    # A forked process would share its parent's graphics context, so workers start afresh.
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_here, (order, sources)) as pool:
        yield from pool.map(_render_here, [order] * len(todo), todo)


_workshop: Workshop | None = None  # one for each worker process


def _open_here(order: SceneOrder, sources: Sources) -> None:
    global _workshop
    cv2.setNumThreads(1)
    _workshop = open_workshop(order, sources)


def _render_here(order: SceneOrder, number: int) -> int:
    assert _workshop is not None, "the pool's initializer opens the workshop"
    return render_camera(_workshop, order, number)
