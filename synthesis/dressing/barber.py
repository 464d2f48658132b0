"""Hair: MakeHuman's fitted styles, and cropped hair grown from the scalp."""

import numpy as np

from synthesis.dressing.anatomy import Anatomy
from synthesis.dressing.headwear import head_middle, head_top
from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats, lump, vertex_normals
from synthesis.dressing.proxies import Proxy, read_proxy
from synthesis.dressing.rigid import moved, rigid
from synthesis.dressing.sewing import Dummy
from synthesis.looks.look import Look

HAIR_FILES = {
    "short": ("short01", "short02", "short03", "short04"),
    "curly": ("short03", "bob02"),
    "afro": ("afro01",),
    "bob": ("bob01", "bob02"),
    "long": ("long01",),
    "long curly": ("long01",),
    "ponytail": ("ponytail01",),
    "braid": ("braid01",),
}
CROPPED = {"very short", "balding", "bun"}


class Barber:
    """Hair meshes, read once."""

    def __init__(self, anatomy: Anatomy) -> None:
        names = sorted({name for files in HAIR_FILES.values() for name in files})
        folder = anatomy.home / "assets/hair"
        self.styles: dict[str, Proxy] = {
            name: read_proxy(folder / name / f"{name}.mhclo", anatomy) for name in names
        }


def hair(look: Look, dummy: Dummy, barber: Barber, outer_ease: float) -> list[Piece]:
    """Hair, cut away under headwear; long hair lies on the clothes, ``outer_ease`` metres off the body."""
    if look.hair == "bald" or (
        look.headwear and look.headwear.kind in ("hood", "helmet") and look.hair in CROPPED
    ):
        return []
    rng = dummy.rng
    material = Material(
        look.hair_colour.rgb, gloss=0.22, shine=12.0, fuzz=0.2, crease_scale=(6.0, 1.2, 6.0), crease_depth=0.8
    )
    brim = head_top(dummy) - 0.085 if look.headwear else 99.0
    pieces = []
    if look.hair in CROPPED:
        surface = dummy.anatomy.body
        chart = surface.chart
        line = chart.y - 0.8 - (chart.z - 0.12) * 0.72
        if look.hair == "balding":
            line = np.minimum(line, np.maximum(0.8 - chart.y, 0.0 - chart.z - 0.05))
        points = dummy.body.of(surface)
        thick = {"very short": 0.004, "balding": 0.006, "bun": 0.009}[look.hair]
        points = points + thick * vertex_normals(points, surface.faces)
        inside = np.where(chart.y > 0.6, np.minimum(line, brim - points[:, 1]), -1.0)
        pieces.append(dummy.piece(surface, points, material, cut=inside.astype(np.float32)))
        if look.hair == "bun":
            middle = head_middle(dummy) + np.array([0.0, 0.04, -0.115])
            ball = moved(lump((0.085, 0.08, 0.075)), middle)
            pieces.append(rigid(ball, dummy.anatomy.number["head"], material))
        return pieces
    style = barber.styles[str(rng.choice(HAIR_FILES[look.hair]))]
    points = style.fit(dummy.body)
    if "curly" in look.hair:
        middle = head_middle(dummy)
        curl = 0.014 * dummy.noise(points * 2.1) + 0.01 * dummy.noise(points * 4.0)
        out = points - middle
        points = points + out / np.linalg.norm(out, axis=1, keepdims=True) * (curl + 0.012)[:, None]
    neck = dummy.body.heads[dummy.anatomy.number["neck02"]]
    low = np.clip((neck[1] + 0.02 - points[:, 1]) / 0.1, 0, 1)
    points[:, 2] += np.sign(points[:, 2] - neck[2]) * low * (outer_ease + 0.014)
    inside = np.minimum(brim - points[:, 1], 1.0)
    pieces.append(_following(points.astype(np.float32), style, material, inside))
    return pieces


def _following(points: Floats, style: Proxy, material: Material, inside: Floats) -> Piece:
    normals = vertex_normals(points, style.faces)
    count = len(points)
    strands = 0.75 + 0.5 * np.modf(np.abs(np.sin(np.arange(count) * 12.9898)) * 43.7)[0]
    parts = [points, normals, points, normals, style.bones, style.weights]
    parts += [np.repeat(strands[:, None], 3, axis=1), inside[:, None], np.full((count, 1), 0.5)]
    return Piece(np.concatenate(parts, axis=1).astype(np.float32), style.faces, material)
