"""Things that do not bend: meshes that follow one bone, or hang upright from a hand."""

import numpy as np

from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats, Mesh, vertex_normals

HAND = {"L": 163, "R": 164}  # numbers of the extra bones: upright at the palm,
FLOOR = {"L": 165, "R": 166}  # and on the ground below it
BONES = 167


def rigid(mesh: Mesh, bone: int, material: Material, *, cut: Floats | None = None) -> Piece:
    """A mesh, placed in the rest pose (or about the origin for HAND and FLOOR), as a piece."""
    count = len(mesh.vertices)
    normals = vertex_normals(mesh.vertices, mesh.faces)
    bones, weights = np.zeros((count, 4)), np.zeros((count, 4))
    bones[:, 0], weights[:, 0] = bone, 1.0
    inside = np.ones(count) if cut is None else cut
    rest = [np.ones((count, 3)), inside[:, None], np.full((count, 1), 0.4)]
    vertices = np.concatenate([mesh.vertices, normals, mesh.vertices, normals, bones, weights, *rest], axis=1)
    return Piece(vertices.astype(np.float32), mesh.faces, material)


def moved(mesh: Mesh, shift: Floats | tuple[float, float, float], turn: Floats | None = None) -> Mesh:
    """A mesh turned about the origin, then shifted."""
    points = mesh.vertices if turn is None else mesh.vertices @ np.asarray(turn, np.float32).T
    return Mesh((points + np.asarray(shift, np.float32)).astype(np.float32), mesh.faces)
