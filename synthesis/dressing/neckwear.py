"""Collars and scarves."""

import numpy as np

from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Piece
from synthesis.dressing.meshes import Mesh, grid_faces, lump, tube
from synthesis.dressing.rigid import moved, rigid
from synthesis.dressing.sewing import Dummy
from synthesis.dressing.tailor import Layer, cloth
from synthesis.looks.look import Colour, Garment


def collar(layer: Layer, dummy: Dummy, fabrics: Fabrics) -> list[Piece]:
    """A collar that stands or lies around the neck, where the garment has one."""
    garment = layer.garment
    tall = {
        "shirt": 0.03, "polo": 0.025, "blazer": 0.03, "jacket": 0.04, "coat": 0.05, "raincoat": 0.045,
        "puffer jacket": 0.055, "jumper": 0.012, "sweatshirt": 0.012, "overall": 0.03,
    }.get(garment.kind)  # fmt: skip
    if tall is None or garment.hood:
        return []
    neck = dummy.body.heads[dummy.anatomy.number["neck01"]]
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wide = 0.062 + layer.drape.ease
    rings = []
    for share, out in ((0.0, 1.12), (0.5, 1.03), (1.0, 1.0), (1.0, 1.12), (0.3, 1.28)):
        x, z = wide * out * np.sin(turn), wide * out * np.cos(turn) * 1.05
        rings.append(np.stack([x, -0.012 + share * tall - 0.035 * np.cos(turn) - 0.012, z - 0.004], axis=1))
    mesh = moved(Mesh(np.concatenate(rings).astype(np.float32), grid_faces(5, 40, closed=True)), neck)
    open_front = 0.03 if garment.kind in ("shirt", "polo", "jacket", "overall") else 0.0
    gap = max(layer.cut.gap * 0.8, open_front, layer.cut.vee * 0.8 if layer.cut.drop > 0.1 else 0.0)
    p = mesh.vertices - neck
    cut = np.maximum(np.abs(p[:, 0]) - gap, -p[:, 2]) if gap else np.ones(len(p))
    return [
        rigid(
            mesh,
            dummy.anatomy.number["spine01"],
            cloth(garment, fabrics, dummy.rng),
            cut=cut.astype(np.float32),
        )
    ]


def scarf(colour: Colour, dummy: Dummy, fabrics: Fabrics, outer_ease: float) -> list[Piece]:
    """Two windings around the neck and an end that hangs in front."""
    number = dummy.anatomy.number["spine01"]
    neck = dummy.body.heads[dummy.anatomy.number["neck01"]]
    turn = np.linspace(0, 4 * np.pi, 60)
    wide = 0.07 + 0.35 * outer_ease
    path = np.stack(
        [wide * np.sin(turn), 0.012 * turn / np.pi - 0.03 * np.cos(turn) - 0.01, wide * np.cos(turn) + 0.005],
        axis=1,
    )
    material = cloth(Garment("cardigan", colour, material="knit"), fabrics, dummy.rng)
    front = 0.13 + outer_ease
    end = np.array(
        [
            [0.03, -0.02, 0.085],
            [0.035, -0.1, front * 0.9],
            [0.04, -0.25, front + 0.02],
            [0.045, -0.38, front + 0.02],
        ]
    )
    tail = moved(lump((0.1, 0.34, 0.03), 0.4), neck + end[2] + np.array([0, -0.02, 0]))
    return [rigid(tube(path + neck, 0.034), number, material), rigid(tail, number, material)]
