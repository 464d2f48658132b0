"""What is worn on the head: caps, beanies, hats, helmets, hoods and glasses."""

import numpy as np

from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats, Mesh, grid_faces, lump, tube
from synthesis.dressing.rigid import moved, rigid
from synthesis.dressing.sewing import Dummy
from synthesis.dressing.tailor import Layer, cloth
from synthesis.looks.look import Look


def head_top(dummy: Dummy) -> float:
    """Height of the crown in the rest pose, metres."""
    return float(dummy.body.of(dummy.anatomy.body)[:, 1].max())


def head_size(dummy: Dummy) -> Floats:
    """Width, height above the brows and depth of the skull."""
    chart = dummy.anatomy.body.chart
    skull = dummy.body.of(dummy.anatomy.body)[(chart.y > 0.75)]
    size: Floats = skull.max(axis=0) - skull.min(axis=0)
    return size


def head_middle(dummy: Dummy) -> Floats:
    """The middle of the skull at the height of the brows."""
    chart = dummy.anatomy.body.chart
    skull = dummy.body.of(dummy.anatomy.body)[(chart.y > 0.75)]
    middle: Floats = (skull.max(axis=0) + skull.min(axis=0)) / 2
    middle[1] = skull[:, 1].min()
    return middle


def glasses(look: Look, dummy: Dummy) -> list[Piece]:
    """A frame with lenses before the eyes, and its sides."""
    if look.glasses == "none":
        return []
    head = dummy.anatomy.number["head"]
    dark = Material((0.06, 0.06, 0.07), gloss=0.5, shine=40.0)
    meshes = []
    for surface in (dummy.anatomy.left_eye, dummy.anatomy.right_eye):
        eye = dummy.body.of(surface)
        middle = (eye.max(axis=0) + eye.min(axis=0)) / 2 + np.array([0, 0, 0.026])
        if look.glasses == "sunglasses":
            meshes.append(moved(lump((0.054, 0.042, 0.008), 0.7), middle))
        else:
            ring = np.linspace(0, 2 * np.pi, 17)
            path = np.stack([0.026 * np.cos(ring), 0.019 * np.sin(ring), 0 * ring], axis=1) + middle
            meshes.append(tube(path, 0.0028, 6))
        side = np.sign(middle[0])
        arm = [middle + np.array([side * 0.026, 0.008, 0]), middle + np.array([side * 0.045, 0.008, -0.1])]
        meshes.append(tube(np.linspace(arm[0], arm[1], 4), 0.003, 6))
    bridge = [mesh.vertices.mean(axis=0) for mesh in meshes[::2]]
    meshes.append(tube(np.linspace(bridge[0], bridge[1], 4), 0.002, 6))
    return [rigid(mesh, head, dark) for mesh in meshes]


def headwear(look: Look, dummy: Dummy, fabrics: Fabrics) -> list[Piece]:
    """Cap, beanie, hat or helmet; hoods are made by `hoods`."""
    worn = look.headwear
    if worn is None or worn.kind == "hood":
        return []
    head = dummy.anatomy.number["head"]
    width, height, depth = head_size(dummy)
    middle = head_middle(dummy)
    material = cloth(worn, fabrics, dummy.rng)
    room = {"cap": 1.12, "beanie": 1.16, "hat": 1.16, "helmet": 1.4}[worn.kind]
    tall = {"cap": 1.12, "beanie": 1.25, "hat": 1.35, "helmet": 1.4}[worn.kind]
    crown = moved(
        lump((width * room, 2 * height * tall, depth * room), 0.85 if worn.kind != "hat" else 0.6), middle
    )
    sit = {"cap": 0.0, "beanie": -0.03, "hat": -0.005, "helmet": -0.01}[worn.kind]
    tilt = (crown.vertices[:, 2] - middle[2]) * (0.35 if worn.kind == "beanie" else 0.12)
    cut = crown.vertices[:, 1] - middle[1] - sit - tilt
    pieces = [rigid(crown, head, material, cut=cut.astype(np.float32))]
    reach = {"cap": 0.075, "beanie": 0.0, "hat": dummy.rng.uniform(0.045, 0.075), "helmet": 0.04}[worn.kind]
    if reach:
        brim = _brim(width * room / 2, depth * room / 2, reach, all_round=worn.kind == "hat")
        pieces.append(rigid(moved(brim, middle + np.array([0, sit + 0.006, 0])), head, material))
    return pieces


def _brim(half_width: float, half_depth: float, reach: float, *, all_round: bool) -> Mesh:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ahead = np.cos(turn)
    out = np.full_like(turn, reach) if all_round else reach * np.clip(ahead - 0.1, 0, 1) ** 0.4
    rings = []
    for share, lift in ((0.0, 0.0), (0.5, -0.002), (1.0, -0.006), (1.0, -0.01), (0.5, -0.006), (0.0, -0.004)):
        x, z = (half_width + share * out) * np.sin(turn), (half_depth + share * out) * np.cos(turn)
        rings.append(np.stack([x, lift - 0.15 * share * out * (not all_round) + 0 * turn, z], axis=1))
    return Mesh(np.concatenate(rings).astype(np.float32), grid_faces(6, 48, closed=True))


def hoods(look: Look, dummy: Dummy, fabrics: Fabrics, layers: list[Layer]) -> list[Piece]:
    """The hood of the outermost hooded garment, up around the head or down behind the neck."""
    hooded = [layer for layer in layers if layer.garment.hood]
    if not hooded:
        return []
    garment = hooded[-1].garment
    material = cloth(garment, fabrics, dummy.rng)
    number = dummy.anatomy.number
    if look.headwear and look.headwear.kind == "hood":
        width, height, depth = head_size(dummy)
        middle = head_middle(dummy)
        shape = lump((width * 1.45, height * 4.3, depth * 1.42), 0.9)
        shell = moved(shape, middle + np.array([0, -0.04, -0.012]))
        p = shell.vertices - middle
        face = np.hypot(p[:, 0] / 0.085, (p[:, 1] + 0.05) / 0.13) - 1
        cut = np.maximum(face * 0.08, -p[:, 2])
        cut = np.minimum(cut, p[:, 1] + 0.2)
        return [rigid(shell, number["head"], material, cut=cut)]
    neck = dummy.body.heads[number["neck01"]]
    fur = (
        Material(garment.second.rgb, fuzz=0.5) if garment.second and garment.pattern == "plain" else material
    )
    ease = hooded[-1].drape.ease
    back = moved(lump((0.25, 0.2, 0.11), 0.8), neck + np.array([0, -0.045, -0.085 - ease]))
    turn = np.linspace(0.25 * np.pi, 1.75 * np.pi, 20)
    collar = np.stack([0.088 * np.sin(turn), 0.02 - 0.035 * np.cos(turn), 0.085 * np.cos(turn)], axis=1)
    rim = tube(collar + neck, 0.03 + 0.4 * ease)
    return [rigid(back, number["spine01"], material), rigid(rim, number["spine01"], fur)]
