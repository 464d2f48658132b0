"""Triangle meshes: OBJ files, normals, refinement, smoothing, and the few solids that things are made of."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.floating]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Vertices (n, 3) in metres and triangles (m, 3)."""

    vertices: Floats
    faces: Ints


def read_obj(path: Path) -> tuple[Floats, dict[str, Ints]]:
    """The vertices (n, 3) as they stand in an OBJ file, and its triangles by group name."""
    vertices: list[list[float]] = []
    groups: dict[str, list[tuple[int, int, int]]] = {}
    current = groups.setdefault("", [])
    with path.open(encoding="latin-1") as lines:
        for line in lines:
            if line.startswith("v "):
                vertices.append([float(word) for word in line.split()[1:4]])
            elif line.startswith("g "):
                current = groups.setdefault(line[2:].strip(), [])
            elif line.startswith("f "):
                corners = [int(word.split("/")[0]) - 1 for word in line.split()[1:]]
                current.extend((corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1))
    triangles = {name: np.array(faces, np.int32) for name, faces in groups.items() if faces}
    return np.array(vertices, np.float32), triangles


def vertex_normals(vertices: Floats, faces: Ints) -> Floats:
    """Unit normals (n, 3): the area-weighted mean of the triangles around each vertex."""
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.empty_like(vertices)
    for axis in range(3):
        total[:, axis] = np.bincount(
            faces.ravel(), weights=np.repeat(across[:, axis], 3), minlength=len(vertices)
        )
    unit: Floats = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return unit


def refine(faces: Ints, count: int) -> tuple[sparse.csr_matrix, Ints]:
    """Split each triangle into four: the matrix that makes the new vertices of the old, and the new faces."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, which = np.unique(edges, axis=0, return_inverse=True)
    middle = (which.reshape(3, -1) + count).astype(np.int32)
    a, b, c = faces.T
    ab, bc, ca = middle
    finer = np.concatenate(
        [np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    )
    rows = np.concatenate([np.arange(count), np.repeat(np.arange(len(unique)) + count, 2)])
    columns = np.concatenate([np.arange(count), unique.ravel()])
    values = np.concatenate([np.ones(count), np.full(unique.size, 0.5)]).astype(np.float32)
    shape = (count + len(unique), count)
    return sparse.csr_matrix((values, (rows, columns)), shape=shape), finer.astype(np.int32)


def smoothing(faces: Ints, count: int) -> sparse.csr_matrix:
    """The matrix that moves every vertex half way to the mean of its neighbours."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    links = sparse.csr_matrix((np.ones(len(pairs), np.float32), pairs.T), shape=(count, count))
    share = sparse.diags(0.5 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1.0))
    return (sparse.identity(count) * 0.5 + share @ links).tocsr().astype(np.float32)


def grid_faces(rows: int, columns: int, *, closed: bool) -> Ints:
    """Triangles over vertices numbered row by row; ``closed`` joins the last column to the first."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - (0 if closed else 1)), indexing="ij")
    right = (column + 1) % columns
    a, b = row * columns + column, row * columns + right
    c, d = a + columns, b + columns
    return np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, c], -1)]).reshape(-1, 3).astype(np.int32)


def lump(size: tuple[float, float, float], squareness: float = 1.0) -> Mesh:
    """A superellipsoid (Barr 1981) about the origin: ``size`` are full widths; 1 is round, 0.2 boxy."""
    polar = np.linspace(-np.pi / 2, np.pi / 2, 17)[:, None]
    around = np.linspace(0, 2 * np.pi, 32, endpoint=False)[None, :]

    def power(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sign(values) * np.abs(values) ** squareness

    x = power(np.cos(polar)) * power(np.cos(around))
    y = power(np.sin(polar)) * np.ones_like(around)
    z = power(np.cos(polar)) * power(-np.sin(around))
    vertices = np.stack([x, y, z], -1).reshape(-1, 3) * np.array(size) / 2
    return Mesh(vertices.astype(np.float32), grid_faces(17, 32, closed=True))


def tube(path: NDArray[np.floating], radius: NDArray[np.floating] | float, sides: int = 10) -> Mesh:
    """A round tube of ``radius`` (one number or one for each point) along a path (k, 3)."""
    path = np.asarray(path, np.float64)
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    aside = np.cross(along, np.where(np.abs(along[:, 1:2]) > 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    third = np.cross(along, aside)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    circle = np.cos(turn)[None, :, None] * aside[:, None] + np.sin(turn)[None, :, None] * third[:, None]
    wide = np.broadcast_to(np.asarray(radius, np.float64), (len(path),))[:, None, None]
    vertices = (path[:, None] + circle * wide).reshape(-1, 3)
    return Mesh(vertices.astype(np.float32), grid_faces(len(path), sides, closed=True))


def joined(meshes: list[Mesh]) -> Mesh:
    """Several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    faces = [mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(faces).astype(np.int32))
