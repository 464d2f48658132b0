"""Shapes the body's helper surfaces into cloth: where a garment is cut, how it stands off and hangs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from synthesis.dressing.anatomy import Anatomy, Chart, Surface
from synthesis.dressing.body import Body
from synthesis.dressing.material import FRONT_OF_BLOCK, Material, Piece
from synthesis.dressing.meshes import Floats, vertex_normals
from synthesis.dressing.motion import Rotation, between, bone_matrices, turn

ARM_LENGTH = 0.58
SEAM = 0.09  # height on the chart where skirts and the lower part of coats begin
JOIN = 8.0  # steepness of an edge that lies under another piece, which must not look stitched
FAR_INSIDE = 9.0


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a garment ends, on the chart of the neutral body (metres)."""

    top: float
    hem: float
    sleeve: float = -1.0  # end along the arm, 0 shoulder to 1 wrist; -1 none
    drop: float = 0.0  # how much lower the neckline lies in front
    vee: float = 0.0  # half width of a V neck; 0: round
    gap: float = 0.0  # half width of an open front
    skirt: bool = False  # below the seam it is one tube, not two legs

    def inside(self, chart: Chart) -> Floats:
        """Metres within the garment's edges, negative outside, for the trunk, arms and legs."""
        return (
            self._within(chart, SEAM - 0.06, stitched=False) if self.skirt else self._within(chart, self.hem)
        )

    def hides(self, chart: Chart) -> Floats:
        """The same for what lies beneath: a skirt hides the legs too, but for a hand's breadth at its hem."""
        return self._within(chart, self.hem + 0.08 if self.skirt else self.hem)

    def of_skirt(self, chart: Chart) -> Floats:
        """The same for the skirt surface."""
        within = np.minimum(chart.y - self.hem, (SEAM + 0.07 - chart.y) * JOIN)
        inside: Floats = np.minimum(within, self._open(chart))
        return inside

    def _within(self, chart: Chart, hem: float, *, stitched: bool = True) -> Floats:
        front = np.clip((chart.z - 0.0) / 0.06, 0, 1)
        drop = self.drop * front
        if self.vee:
            drop = drop * np.clip(1 - np.abs(chart.x) / self.vee, 0, 1)
        within = np.minimum((chart.y - hem) * (1 if stitched else JOIN), self.top - drop - chart.y)
        on_arm = np.where(chart.sleeve >= 0, (self.sleeve - chart.sleeve) * ARM_LENGTH, FAR_INSIDE)
        if self.sleeve < 0:
            on_arm = (0.35 - chart.arm) * 0.12
        trunk = np.minimum(within, self._open(chart))
        inside: Floats = np.minimum(np.where(chart.arm > 0.6, FAR_INSIDE, trunk), on_arm)
        return inside

    def _open(self, chart: Chart) -> Floats:
        if not self.gap:
            return np.full_like(chart.x, FAR_INSIDE)
        wider = self.gap * (1 + 0.6 * np.clip((0.35 - chart.y) / 0.5, 0, 1))
        inside: Floats = np.maximum(np.abs(chart.x) - wider, (0.01 - chart.z) * JOIN)
        return inside


@dataclass(frozen=True, slots=True)
class Drape:
    """How cloth stands off the body and hangs."""

    ease: float  # metres off the skin
    hang: float = 0.0  # 1: falls straight from the chest; 0: follows the waist
    sleeve: float = 0.0  # radius of the sleeve in metres; 0: follows the arm
    leg: float = 0.0  # radius of the leg at the hem
    flare: float = 1.0  # widening of a skirt towards its hem
    smooth: int = 4
    rumple: float = 0.004  # metres of large folds


class Dummy:
    """A body to sew on: its surfaces, where they lie when the arms hang, and noise for folds."""

    def __init__(
        self, anatomy: Anatomy, body: Body, noise: NDArray[np.uint8], rng: np.random.Generator
    ) -> None:
        self.anatomy, self.body, self.rng = anatomy, body, rng
        self._shift = rng.uniform(0, 1, 3)  # one for all layers, so that they crease together
        self._noise = noise[..., 3].astype(np.float32) / 255 - 0.5
        self._hanging = bone_matrices(anatomy, body, self._arms_down())

    def _arms_down(self) -> dict[str, Rotation]:
        pose: dict[str, Rotation] = {}
        for side, sign in (("L", 1.0), ("R", -1.0)):
            shoulder, elbow, wrist = (
                self.body.heads[self.anatomy.number[f"{bone}.{side}"]]
                for bone in ("upperarm01", "lowerarm01", "wrist")
            )
            first = between(elbow - shoulder, np.array([0.12 * sign, -1.0, 0.0]))
            pose[f"upperarm01.{side}"] = first
            pose[f"lowerarm01.{side}"] = between(wrist - elbow, first.T @ np.array([0.05 * sign, -1.0, 0.0]))
            pose[f"upperleg01.{side}"] = turn(2, -4.0 * sign)
        return pose

    def drape(self, surface: Surface, drape: Drape, *, is_skirt: bool = False) -> Floats:
        """The vertices (n, 3) of a surface, pushed out and shaped into cloth in the rest pose."""
        skin = self.body.of(surface)
        points = skin + drape.ease * vertex_normals(skin, surface.faces)
        chart = surface.chart
        if is_skirt:
            points = self._flared(points, chart, drape.flare)
        else:
            if drape.leg:
                points = self._straight_legs(points, chart, drape)
            if drape.sleeve:
                points = self._wide_sleeves(points, chart, drape.sleeve)
        if drape.hang:
            points = self._hung(points, chart, drape.hang)
        for _ in range(drape.smooth):
            points = surface.smooth @ points
        if drape.rumple:
            amount = drape.rumple * (self.noise(points * 1.1) + 0.6 * self.noise(points * 2.3))
            points = points + amount[:, None] * vertex_normals(points, surface.faces)
        return points.astype(np.float32)

    def noise(self, points: Floats) -> Floats:
        """Smooth noise of about one unit at points (n, 3), periodic in each unit."""
        size = self._noise.shape[0]
        at = (points + self._shift).T * size
        values: Floats = map_coordinates(self._noise, at, order=1, mode="grid-wrap")
        return values * 2

    def _straight_legs(self, points: Floats, chart: Chart, drape: Drape) -> Floats:
        """Trouser legs fall as a cone from the knee instead of following the calf."""
        out = points.copy()
        for side, sign in (("L", 1.0), ("R", -1.0)):
            hip, knee, foot = (
                self.body.heads[self.anatomy.number[f"{bone}.{side}"]]
                for bone in ("upperleg01", "lowerleg01", "foot")
            )
            rows = np.flatnonzero((chart.x * sign > 0) & (chart.y < -0.06) & (chart.arm < 0.5))
            if not len(rows):
                continue
            y = points[rows, 1]
            heights = np.array([foot[1] - 0.1, foot[1], knee[1], hip[1]])
            axis = np.stack(
                [np.interp(y, heights, [foot[k], foot[k], knee[k], hip[k]]) for k in (0, 2)], axis=1
            )
            axis[:, 1] -= 0.012 * np.clip((knee[1] - y) / 0.3, 0, 1)
            spoke = points[rows][:, [0, 2]] - axis
            radius = np.maximum(np.linalg.norm(spoke, axis=1), 1e-4)
            thigh = drape.leg * 0.25 + 0.062
            wanted = np.interp(
                y, np.array([foot[1], knee[1], hip[1] - 0.12, hip[1]]), np.array([drape.leg, thigh, 0.0, 0.0])
            )
            grown = np.maximum(radius, wanted)
            wider = axis + spoke * (grown / radius)[:, None]
            out[rows, 0], out[rows, 2] = wider.T
        return out.astype(np.float32)

    def _wide_sleeves(self, points: Floats, chart: Chart, wide: float) -> Floats:
        """Sleeves are tubes that narrow a little towards the wrist."""
        out = points.copy()
        for side, sign in (("L", 1.0), ("R", -1.0)):
            joints = np.stack(
                [
                    self.body.heads[self.anatomy.number[f"{b}.{side}"]]
                    for b in ("upperarm01", "lowerarm01", "wrist")
                ]
            )
            rows = np.flatnonzero((chart.x * sign > 0) & (chart.arm > 0.5))
            along = chart.sleeve[rows].clip(0, 1)
            axis = np.stack([np.interp(along, [0, 0.5, 1], joints[:, k]) for k in range(3)], axis=1)
            spoke = points[rows] - axis
            radius = np.maximum(np.linalg.norm(spoke, axis=1), 1e-4)
            wanted = np.interp(along, [0.1, 0.3, 0.75, 1.0], [0.0, wide, wide * 0.9, wide * 0.72])
            out[rows] = axis + spoke * (np.maximum(radius, wanted) / radius)[:, None]
        return out.astype(np.float32)

    def _hung(self, points: Floats, chart: Chart, hang: float) -> Floats:
        """Cloth falls from where the chest and shoulder blades stand out, rather than following the waist."""
        trunk = (chart.arm < 0.4) & (chart.y < 0.42)
        middle = self.body.heads[self.anatomy.number["spine03"]][2]
        angle = np.arctan2(points[:, 0], points[:, 2] - middle)
        radius = np.hypot(points[:, 0], points[:, 2] - middle)
        bins = ((angle / (2 * np.pi) + 0.5) * 36).astype(int) % 36
        chest = trunk & (chart.y > 0.2)
        profile = np.zeros(36)
        if not chest.any():  # the skirt surface starts below: it falls from its own top
            chest = trunk & (chart.y > SEAM)
        np.maximum.at(profile, bins[chest], radius[chest])
        profile = np.maximum(profile, 0.6 * (np.roll(profile, 1) + np.roll(profile, -1)) / 1.2 * 0.97)
        wanted = profile[bins] * hang * np.clip((chart.y + 0.15) / 0.1, 0, 1)
        scale = np.where(trunk, np.maximum(1.0, wanted / np.maximum(radius, 1e-4)), 1.0)
        out = points.copy()
        out[:, 0] *= scale
        out[:, 2] = middle + (points[:, 2] - middle) * scale
        return out.astype(np.float32)

    def _flared(self, points: Floats, chart: Chart, flare: float) -> Floats:
        middle = self.body.heads[self.anatomy.number["spine05"]]
        scale = 1 + (flare - 1) * np.clip((SEAM - chart.y) / 0.5, 0, 1.3)
        out = points.copy()
        out[:, [0, 2]] = middle[[0, 2]] + (points[:, [0, 2]] - middle[[0, 2]]) * scale[:, None]
        return out.astype(np.float32)

    def piece(
        self,
        surface: Surface,
        points: Floats,
        material: Material,
        *,
        cut: Floats,
        tint: Floats | None = None,
        block: NDArray[np.bool_] | None = None,
    ) -> Piece:
        """A surface as a piece without the triangles outside the cut; ``block`` takes the second colour."""
        normals = vertex_normals(points, surface.faces)
        grain, facing = self._posed(surface, points, normals)
        shade = np.ones((len(points), 3), np.float32) if tint is None else tint
        crease = _creasing(surface.chart)
        if block is not None:
            crease = crease + np.where(block, FRONT_OF_BLOCK, 0.0)
        vertices = np.concatenate(
            [
                points,
                normals,
                grain,
                facing,
                surface.bones,
                surface.weights,
                shade,
                cut[:, None],
                crease[:, None],
            ],
            axis=1,
        ).astype(np.float32)
        faces = surface.faces[(cut[surface.faces] > 0).any(axis=1)]
        return Piece(vertices, np.ascontiguousarray(faces), material)

    def _posed(self, surface: Surface, points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        """Points and normals with the arms hanging."""
        bones = self._hanging[surface.bones.astype(int)]
        mean = np.einsum("nk,nkij->nij", surface.weights, bones)
        grain = np.einsum("nij,nj->ni", mean[:, :, :3], points) + mean[:, :, 3]
        return grain.astype(np.float32), np.einsum("nij,nj->ni", mean[:, :, :3], normals).astype(np.float32)


def _creasing(chart: Chart) -> Floats:
    """Cloth creases most where joints bend: elbows, waist, knees, ankles."""

    def near(value: Floats, centre: float, width: float) -> Floats:
        bump: Floats = np.exp(-(((value - centre) / width) ** 2))
        return bump

    arms = np.where(
        chart.arm > 0.5, 1.0 * near(chart.sleeve, 0.5, 0.13) + 0.7 * near(chart.sleeve, 0.95, 0.1), 0.0
    )
    trunk = (
        0.7 * near(chart.y, 0.1, 0.06) + 0.5 * near(chart.y, -0.03, 0.05) + 0.6 * near(chart.y, 0.42, 0.04)
    )
    legs = 0.9 * near(chart.y, -0.39, 0.08) + 1.1 * near(chart.y, -0.7, 0.07)
    return (0.3 + arms + np.where(chart.arm > 0.5, 0.0, trunk + legs)).astype(np.float32)
