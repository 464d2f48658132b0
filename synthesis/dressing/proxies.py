"""Meshes that MakeHuman fits to any body (.mhclo files): hair here."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthesis.dressing.anatomy import Anatomy, strongest
from synthesis.dressing.body import Body
from synthesis.dressing.meshes import Floats, Ints, read_obj


@dataclass(frozen=True, slots=True)
class Proxy:
    """Each vertex hangs on three vertices of the base mesh, with shares and an offset."""

    corners: Ints  # (n, 3)
    shares: Floats  # (n, 3)
    offsets: Floats  # (n, 3) decimetres on the body that it was made for
    scales: tuple[tuple[int, int, float], ...]  # per axis: two base vertices and their distance there
    faces: Ints
    bones: Floats
    weights: Floats

    def fit(self, body: Body) -> Floats:
        """The vertices (n, 3) in metres on this body."""
        base = body.vertices
        scale = [abs(base[a, axis] - base[b, axis]) / far for axis, (a, b, far) in enumerate(self.scales)]
        points = np.einsum("nk,nkj->nj", self.shares, base[self.corners]) + self.offsets * np.array(scale)
        placed: Floats = points.astype(np.float32)
        return placed


def read_proxy(path: Path, anatomy: Anatomy) -> Proxy:
    """Read one .mhclo file and its mesh. Raises FileNotFoundError when the assets are missing."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: MAKEHUMAN_HOME/assets must hold the folder `base` of "
            "github.com/makehumancommunity/makehuman-assets."
        )
    scales: dict[str, tuple[int, int, float]] = {}
    rows: list[list[float]] = []
    mesh, counting = path.with_suffix(".obj"), False
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "obj_file":
            mesh = path.parent / words[1]
        elif words[0] in ("x_scale", "y_scale", "z_scale"):
            scales[words[0][0]] = (int(words[1]), int(words[2]), float(words[3]))
        elif words[0] == "verts":
            counting = True
        elif words[0] in ("delete_verts", "weights"):
            counting = False
        elif counting and words[0].isdigit():
            row = [float(word) for word in words]
            rows.append(row if len(row) == 9 else [row[0], row[0], row[0], 1, 0, 0, 0, 0, 0])
    table = np.array(rows)
    corners, shares = table[:, :3].astype(np.int32), table[:, 3:6].astype(np.float32)
    positive = shares.clip(0)
    skin = np.einsum("nk,nkb->nb", positive / positive.sum(axis=1, keepdims=True), anatomy.skin[corners])
    _, groups = read_obj(mesh)
    faces = np.concatenate(list(groups.values()))
    return Proxy(
        corners,
        shares,
        table[:, 6:9].astype(np.float32),
        (scales["x"], scales["y"], scales["z"]),
        faces,
        *strongest(skin),
    )
