"""Where the camera stands, and what it sees of the ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats

NEAR, FAR = 0.1, 200.0


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A pinhole camera ``height`` metres above the origin, looking along -z and ``tilt`` degrees down."""

    height: float
    tilt: float
    focal: float  # pixels
    width: int  # of the picture, pixels
    rows: int

    def view(self) -> NDArray[np.float64]:
        """World to camera, (4, 4)."""
        a = np.deg2rad(self.tilt)
        matrix = np.eye(4)
        matrix[1, 1], matrix[1, 2] = np.cos(a), -np.sin(a)
        matrix[2, 1], matrix[2, 2] = np.sin(a), np.cos(a)
        matrix[:3, 3] = matrix[:3, :3] @ np.array([0.0, -self.height, 0.0])
        return matrix

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """World points (n, 3) as pixels (n, 2), and their depth (n,) in metres."""
        seen = points @ self.view()[:3, :3].T + self.view()[:3, 3]
        depth = np.maximum(-seen[:, 2], NEAR)
        x = self.width / 2 + self.focal * seen[:, 0] / depth
        y = self.rows / 2 - self.focal * seen[:, 1] / depth
        return np.stack([x, y], axis=1).astype(np.float32), depth.astype(np.float32)

    def window(self, left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
        """World to clip space of a window of the picture, given in pixels."""
        wide, high = right - left, bottom - top
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[0, 2] = 2 * self.focal / wide, -(2 * (self.width / 2 - left) / wide - 1)
        matrix[1, 1], matrix[1, 2] = 2 * self.focal / high, -(2 * (bottom - self.rows / 2) / high - 1)
        matrix[2, 2], matrix[2, 3] = -(FAR + NEAR) / (FAR - NEAR), -2 * FAR * NEAR / (FAR - NEAR)
        matrix[3, 2] = -1.0
        projection: NDArray[np.float64] = matrix @ self.view()
        return projection

    def ground(self, pixels: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where the ground (x, z) is seen at pixels (n, 2); NaN above the horizon."""
        rays = np.stack(
            [
                (pixels[:, 0] - self.width / 2) / self.focal,
                -(pixels[:, 1] - self.rows / 2) / self.focal,
                -np.ones(len(pixels)),
            ],
            axis=1,
        )
        rays = rays @ self.view()[:3, :3]
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(rays[:, 1] < -1e-4, -self.height / rays[:, 1], np.nan)
        return rays[:, [0, 2]] * reach[:, None]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody stands (metres) and which way: yaw 0 faces the camera, 90 the right of the picture."""

    x: float
    z: float
    yaw: float
