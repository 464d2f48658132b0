"""The MakeHuman base mesh, its skeleton, skin weights and morph targets, read from the CC0 data files."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from synthesis.dressing.meshes import Floats, Ints, read_obj, refine, smoothing

METRES = 0.1  # the files count in decimetres
ARM_BONES = ("shoulder01", "upperarm", "lowerarm", "wrist", "metacarpal", "finger")


@dataclass(frozen=True, slots=True)
class Chart:
    """Where each vertex of a surface lies on the neutral body; garments are cut along these coordinates."""

    x: Floats  # metres to the person's left
    y: Floats  # metres above the middle of the body: crotch -0.05, waist 0.13, armpit 0.42, neck 0.59
    z: Floats  # metres to the front
    arm: Floats  # 0 on the trunk, 1 on an arm
    sleeve: Floats  # along the arm: 0 shoulder, 0.5 elbow, 1 wrist, -1 off the arm


@dataclass(frozen=True, slots=True)
class Surface:
    """A part of the base mesh, perhaps refined: ``blend`` makes its vertices of the base mesh's."""

    blend: sparse.csr_matrix
    faces: Ints
    smooth: sparse.csr_matrix
    bones: Floats  # (n, 4) numbers of the four strongest bones
    weights: Floats  # (n, 4) their shares, summing to one
    chart: Chart


class Anatomy:
    """What all bodies share. Raises FileNotFoundError when the folder is not the MakeHuman data."""

    def __init__(self, home: Path) -> None:
        if not (home / "data/3dobjs/base.obj").is_file():
            raise FileNotFoundError(
                f"MAKEHUMAN_HOME={home} has no data/3dobjs/base.obj: point it to the folder "
                "makehuman/data of github.com/makehumancommunity/makehuman, with its base assets as assets/."
            )
        self.home = home
        vertices, self._groups = read_obj(home / "data/3dobjs/base.obj")
        self.base = vertices * np.float32(METRES)
        skeleton = json.loads((home / "data/rigs/default.mhskel").read_text())
        self._read_bones(skeleton)
        self.skin = self._read_weights(home / "data/rigs/default_weights.mhw")
        self._targets: dict[str, tuple[NDArray[np.int64], Floats]] = {}
        self.body = self.surface("body", refined=False)
        self.tights = self.surface("helper-tights", refined=True)
        self.skirt = self.surface("helper-skirt", refined=True)
        self.left_eye = self.surface("helper-l-eye", refined=False)
        self.right_eye = self.surface("helper-r-eye", refined=False)

    def _read_bones(self, skeleton: dict[str, dict[str, dict[str, str]]]) -> None:
        waiting = dict(skeleton["bones"])
        self.bones: list[str] = []
        while waiting:  # parents first
            ready = [b for b, v in waiting.items() if not v["parent"] or v["parent"] in self.bones]
            self.bones.extend(ready)
            for bone in ready:
                del waiting[bone]
        self.number = {bone: k for k, bone in enumerate(self.bones)}
        parents = [skeleton["bones"][bone]["parent"] for bone in self.bones]
        self.parents = [self.number[parent] if parent else -1 for parent in parents]
        count = len(self.base)
        ends = []
        for end in ("head", "tail"):
            rows = [skeleton["joints"][skeleton["bones"][bone][end]] for bone in self.bones]
            row = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
            value = np.concatenate([np.full(len(r), 1 / len(r)) for r in rows]).astype(np.float32)
            column = np.concatenate([np.asarray(r) for r in rows])
            ends.append(sparse.csr_matrix((value, (row, column)), shape=(len(rows), count)))
        self.heads, self.tails = ends

    def _read_weights(self, path: Path) -> NDArray[np.float32]:
        skin = np.zeros((len(self.base), len(self.bones)), np.float32)
        for bone, pairs in json.loads(path.read_text())["weights"].items():
            for vertex, share in pairs:
                skin[int(vertex), self.number[bone]] = share
        total = skin.sum(axis=1, keepdims=True)
        skin[total[:, 0] == 0, 0] = 1.0
        shares: NDArray[np.float32] = skin / np.maximum(skin.sum(axis=1, keepdims=True), 1e-9)
        return shares

    def target(self, name: str) -> tuple[NDArray[np.int64], Floats]:
        """Vertex numbers (k,) and their shifts (k, 3) in metres of one morph target."""
        if name not in self._targets:
            lines = (self.home / "data/targets" / f"{name}.target").read_text(encoding="latin-1").splitlines()
            values = [line.split() for line in lines if line[:1].isdigit()]
            rows = np.array(values, np.float64).reshape(
                -1, 4
            )  # a few targets change nothing and have no rows
            self._targets[name] = (rows[:, 0].astype(np.int64), (rows[:, 1:] * METRES).astype(np.float32))
        return self._targets[name]

    def surface(self, group: str, *, refined: bool) -> Surface:
        """One group of the base mesh as a mesh of its own."""
        used, compact = np.unique(self._groups[group], return_inverse=True)
        faces: Ints = compact.reshape(-1, 3).astype(np.int32)
        blend = sparse.csr_matrix(
            (np.ones(len(used), np.float32), (np.arange(len(used)), used)), shape=(len(used), len(self.base))
        )
        if refined:
            finer, faces = refine(faces, len(used))
            blend = finer @ blend
        skin = blend @ self.skin
        bones, weights = strongest(skin)
        smooth = smoothing(faces, blend.shape[0])
        return Surface(blend.tocsr(), faces, smooth, bones, weights, self._chart(blend @ self.base, skin))

    def _chart(self, points: Floats, skin: Floats) -> Chart:
        heads = self.heads @ self.base
        arm = skin[:, [k for k, bone in enumerate(self.bones) if bone.startswith(ARM_BONES)]].sum(axis=1)
        shoulder, elbow, wrist = (
            heads[self.number[f"{bone}.L"]] for bone in ("upperarm01", "lowerarm01", "wrist")
        )
        folded = points * np.array([1, 1, 1], np.float32)
        folded[:, 0] = np.abs(folded[:, 0])  # both arms are measured as the left one
        upper, lower = elbow - shoulder, wrist - elbow
        first = (folded - shoulder) @ upper / (upper @ upper)
        second = (folded - elbow) @ lower / (lower @ lower)
        along = np.where(first < 1, first * 0.5, 0.5 + 0.5 * np.maximum(second, 0.0))
        sleeve = np.where(arm > 0.3, along, -1.0)
        x, y, z = points.T.astype(np.float32)
        return Chart(x, y, z, arm.astype(np.float32), sleeve.astype(np.float32))


def strongest(skin: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """The four strongest bones of each row of dense skin weights (n, bones), and their shares."""
    bones = np.argsort(-skin, axis=1)[:, :4]
    weights = np.take_along_axis(skin, bones, axis=1)
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    return bones.astype(np.float32), weights.astype(np.float32)
