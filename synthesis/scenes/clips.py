"""Renders the demonstration clips, and writes down who is where in every frame."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthesis.people import Studio
from synthesis.picturing.cutout import Person
from synthesis.picturing.viewpoint import Viewpoint
from synthesis.scenes.cast import ACTORS, Actor
from synthesis.scenes.compose import Seen, Standing, compose
from synthesis.scenes.footage import FRAMES_A_SECOND, Caption, Sensor, write_mp4
from synthesis.scenes.script import CLIPS, Clip, Entrance
from synthesis.scenes.stage import Effort, Stage, build
from synthesis.scenes.walk import Gait, fit_gait, path_through
from synthesis.scenes.walk import Path as Way

LEAST_SHARE, LEAST_ROWS = 0.3, 24  # of a figure: what shows less is not counted as visible


@dataclass(slots=True)
class Walker:
    """One person on the way through one clip, and what has been seen so far."""

    entrance: Entrance
    actor: Actor
    person: Person
    gait: Gait
    way: Way
    boxes: list[tuple[int, int, int, int, int]] = field(default_factory=list)  # frame, x1, y1, x2, y2

    def standing(self, studio: Studio, stage: Stage, seconds: float) -> Standing | None:
        """The person as the camera sees it at a time; None while out of sight."""
        distance = (seconds - self.entrance.starts) * self.actor.pace
        if not 0 <= distance < self.way.length:
            return None
        spot = self.way.spot(distance)
        if not _in_sight(stage.view, spot.x, spot.z):
            return None
        figure = studio.figure(self.person, self.gait.phase(distance), spot, stage.view, stage.light, finer=2)
        return None if figure is None else Standing(figure, spot.z)

    def note(self, frame: int, seen: Seen | None) -> None:
        """Keep the box if the person counts as visible."""
        if seen and seen.visible >= LEAST_SHARE and seen.box[3] - seen.box[1] >= LEAST_ROWS:
            self.boxes.append((frame, *seen.box))

    def record(self) -> dict[str, Any]:
        """Plain JSON values for the list of truths."""
        frames = [box[0] for box in self.boxes]
        return {
            "id": self.actor.id,
            "queries": list(self.actor.queries),
            "spans": [[first / FRAMES_A_SECOND, last / FRAMES_A_SECOND] for first, last in _runs(frames)],
            "look": self.actor.look.record(),
            "boxes": [list(box) for box in self.boxes],
        }


def render_clips(studio: Studio, out: Path, seed: int) -> Iterator[str]:
    """Write one mp4 per camera and truth.json into a folder, yielding a line about each."""
    out.mkdir(parents=True, exist_ok=True)
    truths = []
    for number, clip in enumerate(CLIPS):
        truths.append(_render(studio, clip, out, np.random.default_rng([seed, number])))
        size = (out / f"{clip.camera}.mp4").stat().st_size
        people = truths[-1]["people"]
        yield f"{clip.camera}: {len(people)} people, {clip.seconds:.0f} s, {size / 1e6:.2f} MB"
    (out / "truth.json").write_text(_laid_out(truths), encoding="utf-8")


def _render(studio: Studio, clip: Clip, out: Path, rng: np.random.Generator) -> dict[str, Any]:
    site = clip.site()
    stage = build(site.place, site.view, site.light, Effort())
    walkers = [_walker(studio, entrance) for entrance in clip.entrances]
    sensor = Sensor(
        rng, (site.view.width, site.view.rows), noise=0.011 if site.light.kind == "sun" else 0.014
    )
    try:
        write_mp4(out / f"{clip.camera}.mp4", _frames(studio, clip, stage, walkers, sensor), clip.began)
    finally:
        for walker in walkers:
            walker.person.outfit.close()
    return {
        "camera": clip.camera,
        "file": f"{clip.camera}.mp4",
        "began": clip.began.isoformat().replace("+00:00", "Z"),
        "fps": FRAMES_A_SECOND,
        "size": [site.view.width, site.view.rows],
        "people": [walker.record() for walker in walkers],
    }


def _frames(
    studio: Studio, clip: Clip, stage: Stage, walkers: list[Walker], sensor: Sensor
) -> Iterator[NDArray[np.uint8]]:
    caption = Caption(clip.camera, clip.began)
    for frame in range(round(clip.seconds * FRAMES_A_SECOND)):
        seconds = frame / FRAMES_A_SECOND
        there = [(walker, walker.standing(studio, stage, seconds)) for walker in walkers]
        shown = [(walker, standing) for walker, standing in there if standing is not None]
        scene, seen = compose(stage, [standing for _, standing in shown])
        for (walker, _), what in zip(shown, seen, strict=True):
            walker.note(frame, what)
        picture = sensor.record(scene)
        caption.write(picture, seconds)
        yield picture


def _walker(studio: Studio, entrance: Entrance) -> Walker:
    actor = ACTORS[entrance.actor]
    person = studio.dress(actor.look, np.random.default_rng([actor.seed, 1]))  # the same on every camera
    gait = fit_gait(studio.anatomy, person, actor.pace)
    return Walker(entrance, actor, person, gait, path_through(entrance.way))


def _in_sight(view: Viewpoint, x: float, z: float) -> bool:
    """Whether somebody at this spot can touch the picture."""
    body = np.array([[x - 0.6, 0, z], [x + 0.6, 0, z], [x - 0.6, 2.1, z], [x + 0.6, 2.1, z]], np.float32)
    pixels, depths = view.project(body)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    return bool(
        depths.min() > 1.0 and high[0] > 0 and low[0] < view.width and high[1] > 0 and low[1] < view.rows
    )


def _runs(frames: list[int], gap: int = 10) -> list[tuple[int, int]]:
    """First and last of each run of frames; pauses up to ``gap`` frames do not end one."""
    runs: list[tuple[int, int]] = []
    for frame in frames:
        if runs and frame - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], frame)
        else:
            runs.append((frame, frame))
    return runs


def _laid_out(truths: list[dict[str, Any]]) -> str:
    """JSON with one person a line, short enough to be kept in a repository and read in a difference."""
    clips = []
    for truth in truths:
        people = ",\n".join("    " + json.dumps(person, separators=(",", ":")) for person in truth["people"])
        head = json.dumps({name: value for name, value in truth.items() if name != "people"})[1:-1]
        clips.append(f'  {{{head},\n   "people": [\n{people}\n   ]}}')
    note = "boxes: frame, x1, y1, x2, y2 of the visible part in pixels; spans: first and last second"
    return f'{{"note": {json.dumps(note)},\n "clips": [\n' + ",\n".join(clips) + "\n]}\n"
