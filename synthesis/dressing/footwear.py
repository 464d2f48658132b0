"""Shoes, boots and sandals, grown from the feet of the helper tights."""

from dataclasses import dataclass

import numpy as np

from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Piece
from synthesis.dressing.sewing import Cut, Drape, Dummy
from synthesis.dressing.skin import relative
from synthesis.dressing.tailor import Layer, cloth, hidden
from synthesis.looks.look import Look

CALF = -0.48  # top of long boots on the chart
WIDE = ("regular", "loose", "flared")  # fits of trousers that fall over boots


@dataclass(frozen=True, slots=True)
class Last:
    """The build of a shoe, metres."""

    thick: float  # off the skin
    top: float  # height on the chart
    sole: float


LASTS = {
    "trainers": Last(0.012, -0.745, 0.03),
    "shoes": Last(0.009, -0.76, 0.018),
    "boots": Last(0.018, -0.66, 0.032),
    "sandals": Last(0.006, -0.775, 0.016),
}


def shoes(look: Look, dummy: Dummy, fabrics: Fabrics, layers: list[Layer]) -> list[Piece]:
    """Shoes with soles; shafts go under wide trousers and over tight ones."""
    worn = look.shoes
    last = LASTS[worn.kind]
    top = CALF if worn.length == "calf" else last.top
    surface = dummy.anatomy.tights
    chart = surface.chart
    points = dummy.drape(surface, Drape(last.thick, smooth=2, rumple=0.0))
    inside = np.where(chart.arm > 0.2, -1.0, Cut(top=top, hem=-2.0).inside(chart))
    if worn.kind == "sandals":  # straps across the foot
        inside = np.minimum(inside, 0.012 - np.abs(np.mod(chart.z + 0.2, 0.055) - 0.0275))
    ground = points[:, 1].min()
    low = points[:, 1] < ground + last.sole
    inside = np.where(low, np.maximum(inside, 0.01), inside)
    over = [layer for layer in layers if layer.cut.skirt or layer.garment.fit in WIDE]
    inside = hidden(inside, chart, over)
    sole = worn.second.rgb if worn.second else tuple(0.45 * part for part in worn.colour.rgb)
    tint = np.where(low[:, None], relative((sole[0], sole[1], sole[2]), worn.colour.rgb)[None], 1.0)
    flat = np.minimum(points[:, 1], ground + 0.6 * (points[:, 1] - ground)) - 0.006
    points[:, 1] = np.where(low, flat, points[:, 1])
    material = cloth(worn, fabrics, dummy.rng)
    return [dummy.piece(surface, points, material, cut=inside, tint=tint.astype(np.float32))]
