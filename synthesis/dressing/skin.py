"""The skin of a person: face, beard, gloves and eyes are painted on the base mesh."""

import numpy as np

from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats
from synthesis.dressing.sewing import Dummy
from synthesis.dressing.tailor import Layer, hidden
from synthesis.looks.look import RGB, Look


def body_piece(look: Look, dummy: Dummy, layers: list[Layer]) -> Piece:
    """Skin, hidden under the clothes; brows, lips, beard and gloves are painted on."""
    surface = dummy.anatomy.body
    chart = surface.chart
    points = dummy.body.of(surface)
    inside = hidden(np.full(len(points), 9.0, np.float32), chart, layers)
    skin = np.array(look.skin)
    tint = np.ones((len(points), 3))
    hair = relative(look.hair_colour.rgb, look.skin)
    eyes_x, eyes_y = np.abs(np.abs(chart.x) - 0.031), chart.y
    front = chart.z > 0.1
    brow = front & (eyes_x < 0.019) & (np.abs(eyes_y - 0.7515) < 0.0055)
    tint[brow] = 0.35 + 0.35 * hair
    tint[front & (eyes_x < 0.014) & (np.abs(eyes_y - 0.728) < 0.006)] = 0.55
    lips = front & (np.abs(chart.x) < 0.024) & (np.abs(chart.y - 0.658) < 0.008)
    tint[lips] *= (0.92, 0.68, 0.68)
    if look.beard:
        jaw = (
            (chart.z > 0.02) & (chart.y > 0.59) & (chart.y < 0.675 + 0.25 * (np.abs(chart.x) - 0.03).clip(0))
        )
        tint[jaw & ~lips] = 0.15 + 0.85 * hair * dummy.rng.uniform(0.8, 1.0)
    if look.gloves:
        tint[chart.sleeve > 0.97] = relative(look.gloves.rgb, look.skin)
    material = Material(look.skin, gloss=0.16, shine=9.0)
    blush = 1 + 0.05 * np.exp(-(((chart.y - 0.69) / 0.03) ** 2))[:, None] * np.array([1, -0.5, -0.5]) * (
        skin.mean() > 0.4
    )
    return dummy.piece(surface, points, material, cut=inside, tint=(tint * blush).astype(np.float32))


def eyes(dummy: Dummy) -> list[Piece]:
    """Eyeballs, dark towards the front."""
    pieces = []
    for surface in (dummy.anatomy.left_eye, dummy.anatomy.right_eye):
        points = dummy.body.of(surface)
        ahead = points[:, 2] - points[:, 2].max()
        tint = np.where(ahead[:, None] > -0.0035, 0.04, 0.75) * np.ones((1, 3))
        material = Material((0.8, 0.78, 0.75), gloss=0.3, shine=40.0)
        cut = np.ones(len(points), np.float32)
        pieces.append(dummy.piece(surface, points, material, cut=cut, tint=tint.astype(np.float32)))
    return pieces


def relative(colour: RGB, base: RGB) -> Floats:
    """What one multiplies linear ``base`` with to get ``colour``."""
    ratio: Floats = (np.array(colour) / np.maximum(np.array(base), 0.02)) ** 2.2
    return ratio.clip(0, 8)
