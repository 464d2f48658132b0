"""Surfaces of places: laid stones, asphalt, leaves, plaster, and pictures drawn on walls."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats
from synthesis.looks.look import RGB
from synthesis.picturing.backdrop import linear_array
from synthesis.scenes.stage_solids import Paint

TILE = 512  # texels of the noise tile


def _tile() -> Floats:
    noise = cv2.GaussianBlur(np.random.default_rng(5).normal(size=(TILE, TILE)), (0, 0), 1.2, borderType=0)
    tile: Floats = (noise / noise.std()).astype(np.float32)
    return tile


_NOISE = _tile()


def noise(at: Floats, metres: float, octaves: int = 1) -> Floats:
    """Noise (n,) of about unit spread at places (n, 2); each octave halves the size of the blots."""
    total = np.zeros(len(at), np.float32)
    for octave in range(octaves):
        texels = (at / metres * (3.1 * 2**octave) + 37.7 * octave).astype(np.float32) % TILE
        # cv2.remap takes no picture side beyond 32767
        square = np.resize(texels, (-(-len(texels) // 4096) * 4096, 2)).reshape(-1, 4096, 2)
        layer = cv2.remap(
            _NOISE, square[..., 0], square[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        total += layer.ravel()[: len(at)] * np.float32(0.6**octave)
    return total / np.float32(sum(0.36**octave for octave in range(octaves)) ** 0.5)


def unrolled(points: Floats, normals: Floats) -> Floats:
    """Metres along a surface (n, 2): across and up for walls, x and z for what lies flat."""
    size = np.abs(normals)
    flat = (size[:, 1] > size[:, 0]) & (size[:, 1] > size[:, 2])
    sideways = size[:, 0] > size[:, 2]
    across = np.where(sideways & ~flat, points[:, 2], points[:, 0])
    return np.stack([across, np.where(flat, points[:, 2], points[:, 1])], axis=1).astype(np.float32)


def mottled(colour: RGB, *, grain: float = 0.05, blots: float = 0.06, size: float = 1.2) -> Paint:
    """One colour with fine grain and larger blots, both as shares of its brightness."""
    base = linear_array(np.array(colour, np.float32))

    def paint(points: Floats, normals: Floats) -> Floats:
        at = unrolled(points, normals)
        amount = grain * noise(at, 0.03) + blots * noise(at, size, 3)
        return np.asarray(base * np.clip(1 + amount, 0.15, 2)[:, None], np.float32)

    return paint


def asphalt(colour: RGB) -> Paint:
    """Worn asphalt with stones, patches and cracks."""
    ground = mottled(colour, grain=0.13, blots=0.09, size=2.5)

    def paint(points: Floats, normals: Floats) -> Floats:
        at = unrolled(points, normals)
        bent = at + 0.25 * np.stack([noise(at, 0.8), noise(at + 50, 0.8)], axis=1)
        crack = (np.abs(noise(bent, 5.0)) < 0.012) & (noise(at + 20, 6.0) > 0.3)
        stain = np.clip(noise(at + 90, 1.7, 2) - 1.7, 0, 1)
        return np.asarray(ground(points, normals) * (1 - 0.45 * crack - 0.35 * stain)[:, None], np.float32)

    return paint


def laid(
    colour: RGB, size: tuple[float, float], *, bond: float = 0.5, joint: float = 0.008, varied: float = 0.08,
    mortar: float = 0.55, worn: float = 0.05,
) -> Paint:  # fmt: skip
    """Bricks, slabs, tiles or planks; ``size`` and ``joint`` in metres.

    ``bond`` shifts every second row, ``mortar`` is the shade of the joints.
    """
    stone = mottled(colour, grain=0.04, blots=worn, size=1.6)

    def paint(points: Floats, normals: Floats) -> Floats:
        at = unrolled(points, normals)
        row = np.floor(at[:, 1] / size[1])
        along = at[:, 0] / size[0] + bond * np.mod(row, 2)
        number = np.floor(along)
        edge_x = np.minimum(along - number, 1 - along + number) * size[0]
        edge_y = np.minimum(at[:, 1] / size[1] - row, 1 - at[:, 1] / size[1] + row) * size[1]
        own = np.mod(np.sin(row * 127.1 + number * 311.7) * 43758.55, 1.0) - 0.5
        shade = 1 + 2 * varied * own
        shade = np.where(np.minimum(edge_x, edge_y) < joint / 2, mortar, shade)
        return (stone(points, normals) * shade[:, None]).astype(np.float32)

    return paint


def leaves(colour: RGB, *, depth: float = 1.0) -> Paint:
    """A hedge, or grass at less ``depth``: clumps of light leaves over dark gaps."""
    base = linear_array(np.array(colour, np.float32))

    def paint(points: Floats, normals: Floats) -> Floats:
        at = unrolled(points, normals)
        clumps = noise(at, 0.9, 2)
        small = noise(at + 3 * clumps[:, None] * 0.01, 0.09, 3)
        shade = np.clip(1 - 0.25 * depth + depth * (0.3 * clumps + 0.42 * small), 0.12, 2.2)
        warm = np.clip(0.5 + 0.4 * noise(at + 70, 1.5), 0, 1)[:, None]
        tint = 1 + warm * np.array([0.35, 0.08, -0.1], np.float32)
        return np.asarray(base * shade[:, None] * tint, np.float32)

    return paint


def mural(picture: NDArray[np.uint8], corner: tuple[float, float], metres: tuple[float, float]) -> Paint:
    """A picture (rows, width, 3) sRGB on a wall; ``corner`` is its lower left, ``metres`` its size."""
    texels = linear_array(picture.astype(np.float32) / 255)
    rows, width = texels.shape[:2]

    def paint(points: Floats, normals: Floats) -> Floats:
        at = unrolled(points, normals)
        column = ((at[:, 0] - corner[0]) / metres[0] * width).astype(int).clip(0, width - 1)
        row = ((1 - (at[:, 1] - corner[1]) / metres[1]) * rows).astype(int).clip(0, rows - 1)
        dirt = np.clip(1 + 0.04 * noise(at, 1.1, 3), 0.6, 1.3)
        return np.asarray(texels[row, column] * dirt[:, None], np.float32)

    return paint


Where = Callable[[Floats], NDArray[np.bool_]]


def zones(parts: Sequence[tuple[Where, Paint]], rest: Paint) -> Paint:
    """Different surfaces on different parts of the ground; the first part that holds a point paints it."""

    def paint(points: Floats, normals: Floats) -> Floats:
        colour = rest(points, normals)
        free = np.ones(len(points), bool)
        for where, own in parts:
            here = free & where(points)
            if here.any():
                colour[here] = own(points[here], normals[here])
            free &= ~here
        return colour

    return paint
