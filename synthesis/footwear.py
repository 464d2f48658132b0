"""Shoes, boots and sandals, grown from the feet of the helper tights."""

import numpy as np

from synthesis.fabric import Fabrics
from synthesis.look import Look
from synthesis.material import Piece
from synthesis.sewing import Cut, Drape, Dummy
from synthesis.skin import relative
from synthesis.tailor import cloth


def shoes(look: Look, dummy: Dummy, fabrics: Fabrics) -> list[Piece]:
    """Shoes grown from the feet of the helper tights, with soles."""
    worn = look.shoes
    surface = dummy.anatomy.tights
    chart = surface.chart
    material = cloth(worn, fabrics, dummy.rng)
    thick = {"trainers": 0.012, "shoes": 0.009, "boots": 0.012, "sandals": 0.006}[worn.kind]
    top = {"trainers": -0.745, "shoes": -0.76, "boots": -0.66, "sandals": -0.775}[worn.kind]
    if worn.length == "calf":
        top = -0.48
    points = dummy.drape(surface, Drape(thick, smooth=2, rumple=0.0))
    inside = Cut(top=top, hem=-2.0).inside(chart)
    inside = np.where(chart.arm > 0.2, -1.0, inside)
    if worn.kind == "sandals":
        inside = np.minimum(inside, 0.012 - np.abs(np.mod(chart.z + 0.2, 0.055) - 0.0275))
    ground = points[:, 1].min()
    thickness = {"trainers": 0.03, "shoes": 0.018, "boots": 0.032, "sandals": 0.016}[worn.kind]
    sole = worn.second.rgb if worn.second else tuple(0.45 * c for c in worn.colour.rgb)
    low = points[:, 1] < ground + thickness
    tint = np.where(low[:, None], relative((sole[0], sole[1], sole[2]), worn.colour.rgb)[None], 1.0)
    inside = np.where(low, np.maximum(inside, 0.01), inside).astype(np.float32)
    inside = np.where(chart.y > -0.6, np.minimum(inside, top - chart.y), inside).astype(np.float32)
    points[:, 1] = np.where(
        low, np.minimum(points[:, 1], ground + 0.6 * (points[:, 1] - ground)) - 0.006, points[:, 1]
    )
    return [dummy.piece(surface, points, material, cut=inside, tint=tint.astype(np.float32))]
