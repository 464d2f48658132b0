"""Empty places seen by a camera, lit as the people in them are, with what hides people known to the pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats
from synthesis.picturing.backdrop import film
from synthesis.picturing.light import Light
from synthesis.picturing.render import Window
from synthesis.picturing.viewpoint import Viewpoint
from synthesis.scenes.stage_solids import GROUND, SKY, Hits, Paint, Solid, blocked, cast

OPEN_WITHIN = 2.5  # metres in which things keep the light of the sky from a surface
LIFT = 2e-3  # metres above a surface from which its rays start


@dataclass(frozen=True, slots=True)
class Place:
    """The ground and all that stands on it."""

    ground: Paint
    solids: Sequence[Solid]
    sky: tuple[float, float, float] = (1.0, 1.0, 1.0)  # linear, relative to the light of the scene
    polish: float = 0.0  # how much the ground mirrors, 0..1


@dataclass(frozen=True, slots=True)
class Effort:
    """What a picture of a place may cost."""

    finer: int = 2  # supersampling
    sun_rays: int = 12
    sky_rays: int = 64


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture of an empty place, and what people can stand behind."""

    view: Viewpoint
    light: Light
    picture: Floats  # (rows, width, 3) sRGB 0..1
    ground: Floats  # (rows, width) share of each pixel that shows the ground
    _solid_z: Floats  # (rows * finer, width * finer) world z of solids; -inf where there is none
    _finer: int

    def open(self, window: Window, z: float) -> Floats:
        """Share (rows, width) of each pixel of a window in which nothing stands before who stands at z."""
        finer = self._finer
        open_ = np.ones((window.rows, window.width), np.float32)
        top, left = max(window.top, 0), max(window.left, 0)
        bottom = min(window.top + window.rows, self.view.rows)
        right = min(window.left + window.width, self.view.width)
        if top >= bottom or left >= right:
            return open_
        before = self._solid_z[top * finer : bottom * finer, left * finer : right * finer] > z
        free = cv2.resize(
            1 - before.astype(np.float32), (right - left, bottom - top), interpolation=cv2.INTER_AREA
        )
        open_[top - window.top : bottom - window.top, left - window.left : right - window.left] = free
        return open_


def build(place: Place, view: Viewpoint, light: Light, effort: Effort) -> Stage:
    """Photograph an empty place by casting rays."""
    finer = effort.finer
    rays = _rays(view, finer)
    eye = np.broadcast_to(np.array([0, view.height, 0], np.float32), rays.shape)
    hits = cast(place.solids, eye, rays)
    shape = (view.rows * finer, view.width * finer)
    light_at = _reaching(place.solids, hits, shape, light, effort)
    radiance = _shaded(place, hits, light, light_at)
    if place.polish > 0:
        radiance += _mirrored(place, hits, rays, light, shape)
    picture = film(radiance * light.exposure).reshape(*shape, 3)
    solid_z = np.where(hits.which >= 0, hits.points[:, 2], -np.inf).astype(np.float32).reshape(shape)
    ground = (hits.which == GROUND).astype(np.float32).reshape(shape)
    size = (view.width, view.rows)
    return Stage(
        view,
        light,
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA).clip(0, 1).astype(np.float32),
        cv2.resize(ground, size, interpolation=cv2.INTER_AREA).astype(np.float32),
        solid_z,
        finer,
    )


def _rays(view: Viewpoint, finer: int) -> Floats:
    """Unit vectors (n, 3) through the middles of all pixels, row by row."""
    columns, rows = np.meshgrid(
        (np.arange(view.width * finer) + 0.5) / finer, (np.arange(view.rows * finer) + 0.5) / finer
    )
    rays = np.stack(
        [
            (columns.ravel() - view.width / 2) / view.focal,
            (view.rows / 2 - rows.ravel()) / view.focal,
            -np.ones(columns.size),
        ],
        axis=1,
    )
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    return (rays @ view.view()[:3, :3]).astype(np.float32)


def _shaded(place: Place, hits: Hits, light: Light, light_at: tuple[Floats, Floats]) -> Floats:
    """Linear light (n, 3) that leaves the surfaces towards the camera, before exposure."""
    open_, sunny = light_at
    up = (0.5 + 0.5 * hits.normals[:, 1:2]) * np.float32(1)
    around = np.array(light.ground) * (1 - up) + np.array(light.sky) * up
    facing = np.maximum(hits.normals @ np.array(light.key_from), 0)
    facing_fill = np.maximum(hits.normals @ np.array(light.fill_from) * 0.8 + 0.2, 0)
    arriving = around * open_[:, None] + np.array(light.key) * (facing * sunny)[:, None]
    arriving += np.array(light.fill) * (facing_fill * open_)[:, None]
    radiance = np.zeros((len(open_), 3), np.float32)
    for number in np.unique(hits.which):
        here = hits.which == number
        if number == SKY:
            radiance[here] = np.array(place.sky) * np.array(light.sky)
            continue
        solid = None if number == GROUND else place.solids[number]
        albedo = (place.ground if solid is None else solid.paint)(hits.points[here], hits.normals[here])
        own = solid is not None and solid.glow > 0
        radiance[here] = albedo * (solid.glow if solid is not None and own else arriving[here])
    return radiance


def _mirrored(place: Place, hits: Hits, rays: Floats, light: Light, shape: tuple[int, int]) -> Floats:
    """What a polished ground mirrors (n, 3), by Schlick's approximation of Fresnel's law."""
    ground = np.flatnonzero(hits.which == GROUND)
    way = rays[ground] * np.array([1, -1, 1], np.float32)
    seen = cast(place.solids, hits.points[ground] + np.float32(LIFT) * hits.normals[ground], way)
    lit = np.ones(len(ground), np.float32)
    share = place.polish * (0.04 + 0.96 * (1 - np.clip(way[:, 1], 0, 1)) ** 5)
    mirrored = np.zeros((len(rays), 3), np.float32)
    mirrored[ground] = _shaded(place, seen, light, (0.8 * lit, 0.4 * lit)) * share[:, None]
    soft = cv2.GaussianBlur(mirrored.reshape(*shape, 3), (0, 0), 1.5, sigmaY=5.0)
    return np.asarray(soft.reshape(-1, 3) * (hits.which == GROUND)[:, None], np.float32)


def _reaching(
    solids: Sequence[Solid], hits: Hits, shape: tuple[int, int], light: Light, effort: Effort
) -> tuple[Floats, Floats]:
    """Shares (n,) of the sky and of the key light that reach each surface; the sky at half the resolution."""
    start = hits.points + np.float32(LIFT) * hits.normals
    grid = np.arange(hits.which.size).reshape(shape)
    coarse = max(effort.finer * 2, 2)
    some = grid[coarse // 2 :: coarse, coarse // 2 :: coarse]
    open_ = _sky_share(solids, start[some.ravel()], hits.normals[some.ravel()], effort.sky_rays)
    wide = cv2.resize(open_.reshape(some.shape), shape[::-1], interpolation=cv2.INTER_LINEAR)
    rows = grid[effort.finer // 2 :: effort.finer, effort.finer // 2 :: effort.finer]
    sunny = _sun_share(solids, start[rows.ravel()], light, effort.sun_rays)
    sharp = cv2.resize(sunny.reshape(rows.shape), shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide.ravel(), np.float32), np.asarray(sharp.ravel(), np.float32)


def _sky_share(solids: Sequence[Solid], start: Floats, normals: Floats, count: int) -> Floats:
    """Ambient occlusion: the cosine-weighted share (n,) of directions that nothing near blocks."""
    if count == 0:
        return np.ones(len(start), np.float32)
    free = np.zeros(len(start), np.float32)
    axis = np.where(np.abs(normals[:, :1]) > 0.9, [[0, 0, 1]], [[1, 0, 0]]).astype(np.float32)
    aside = np.cross(normals, axis)
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    ahead = np.cross(normals, aside)
    for k in range(count):  # a spiral of equal shares (Vogel's sunflower) lifted to the hemisphere
        radius, angle = np.sqrt((k + 0.5) / count), k * 2.399963
        a, b, c = radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - radius**2)
        way = (a * aside + b * ahead + c * normals).astype(np.float32)
        free += ~blocked(solids, start, way, OPEN_WITHIN) & (way[:, 1] > -0.999)
    return free / np.float32(count)


def _sun_share(solids: Sequence[Solid], start: Floats, light: Light, count: int) -> Floats:
    """Share (n,) of the key light that reaches each point; its disc is as wide as the light is soft."""
    spread = 0.01 + 0.35 * light.softness
    forward = np.array(light.key_from)
    aside = np.cross([0.0, 1.0, 0.01], forward)
    aside /= np.linalg.norm(aside)
    ahead = np.cross(forward, aside)
    if count == 0:
        return np.ones(len(start), np.float32)
    free = np.zeros(len(start), np.float32)
    for k in range(count):
        radius, angle = spread * np.sqrt((k + 0.5) / count), k * 2.399963
        way = forward + radius * (np.cos(angle) * aside + np.sin(angle) * ahead)
        way = (way / np.linalg.norm(way)).astype(np.float32)
        free += ~blocked(solids, start, np.broadcast_to(way, start.shape))
    return free / np.float32(count)


def ground_mask(stage: Stage, window: Window) -> NDArray[np.float32]:
    """The part of `stage.ground` in a window (rows, width), 0 outside the picture."""
    mask = np.zeros((window.rows, window.width), np.float32)
    top, left = max(window.top, 0), max(window.left, 0)
    bottom = min(window.top + window.rows, stage.view.rows)
    right = min(window.left + window.width, stage.view.width)
    if top < bottom and left < right:
        mask[top - window.top : bottom - window.top, left - window.left : right - window.left] = stage.ground[
            top:bottom, left:right
        ]
    return mask
