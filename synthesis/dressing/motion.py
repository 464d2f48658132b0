"""How a person moves: joint rotations of walking, running, standing and sitting, and what the arms do."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.anatomy import Anatomy
from synthesis.dressing.body import Body
from synthesis.dressing.meshes import Floats
from synthesis.looks.look import Look

Rotation = NDArray[np.float64]
# Joint angles of level walking in degrees at every tenth of a gait cycle, after Winter,
# "The Biomechanics and Motor Control of Human Gait" (1991); flexion is positive, 0 is heel strike.
HIP = (30, 26, 17, 7, -3, -10, -3, 15, 28, 33, 30)
KNEE = (4, 16, 16, 9, 5, 11, 36, 62, 48, 12, 4)
ANKLE = (0, -4, 4, 8, 10, 4, -17, -6, 1, 2, 0)
HELD_UP = ("paper", "envelope", "cup", "bottle", "phone")
HELD_DOWN = ("handbag", "tote bag", "carrier bag", "suitcase", "umbrella")


def turn(axis: int, degrees: float) -> Rotation:
    """The rotation about the x (0), y (1) or z (2) axis."""
    a = np.deg2rad(degrees)
    c, s = np.cos(a), np.sin(a)
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def between(start: NDArray[np.floating], end: NDArray[np.floating]) -> Rotation:
    """The shortest rotation that takes one direction to another."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    v, c = np.cross(a, b), float(a @ b)
    if c < -0.999:
        return -np.eye(3)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    rotation: Rotation = np.eye(3) + k + k @ k / (1 + c)
    return rotation


@dataclass(slots=True)
class Manner:
    """What stays the same while one person moves."""

    legs: str  # "walk" | "run" | "stand" | "sit"
    arms: dict[
        str, str
    ]  # side -> "swing" | "hang" | "pocket" | "folded" | "phone" | "ear" | "hold" | "carry" | "umbrella"
    vigour: float = 1.0
    stoop: float = 3.0  # degrees
    nod: float = 0.0
    glance: float = 0.0
    jitter: dict[str, tuple[float, float, float]] = field(default_factory=dict)


def manner(look: Look, rng: np.random.Generator) -> Manner:
    """How this person moves, given the pose of the look and what the hands carry."""
    legs = look.pose if look.pose in ("walk", "run", "stand", "sit") else str(rng.choice(["walk", "stand"]))
    arms = dict.fromkeys("LR", "swing" if legs in ("walk", "run") else "hang")
    if look.pose == "hands in pockets":
        arms = dict.fromkeys("LR", "pocket")
    elif look.pose == "arms folded":
        arms = dict.fromkeys("LR", "folded")
    elif look.pose == "phone":
        arms["R"] = "ear" if rng.random() < 0.35 else "phone"
    for item, side in hands(look).items():
        opened = item == "umbrella" and legs in ("walk", "stand") and rng.random() < 0.4
        arms[side] = "hold" if item in HELD_UP or opened else "carry"
    if arms["R"] == "hold" and look.pose == "phone" and "phone" in hands(look):
        arms[hands(look)["phone"]] = "ear" if rng.random() < 0.35 else "phone"
    loose = {bone: tuple(rng.normal(0, 3.0, 3)) for bone in ("spine03", "spine01", "neck02")}
    return Manner(
        legs,
        arms,
        vigour=rng.uniform(0.75, 1.15),
        stoop={"young": 2.0, "middle-aged": 4.0, "old": 9.0}[look.age] + rng.uniform(-2, 4),
        nod=rng.uniform(12, 30) if look.pose == "phone" else rng.normal(4, 7),
        glance=rng.normal(0, 16),
        jitter=loose,
    )


def hands(look: Look) -> dict[str, str]:
    """Which hand holds what: the things held get the right hand first."""
    held = [thing.kind for thing in look.carried if thing.kind in HELD_UP + HELD_DOWN]
    return dict(zip(held, "RL", strict=False))


def rotations(moving: Manner, phase: float, body: Body, anatomy: Anatomy) -> dict[str, Rotation]:
    """Rotation of each bone that turns, about its head, in the axes of the rest pose; ``phase`` 0..1."""
    pose: dict[str, Rotation] = {}
    running = moving.legs == "run"
    for side, sign, start in (("L", 1.0, 0.0), ("R", -1.0, 0.5)):
        when = (phase + start) % 1.0
        hip, knee, ankle = _leg(moving, when)
        pose[f"upperleg01.{side}"] = turn(0, -hip) @ turn(2, -sign * 6.0)
        pose[f"lowerleg01.{side}"] = turn(0, knee)
        pose[f"foot.{side}"] = turn(0, -ankle) @ turn(1, sign * 4.0)
        _arm(pose, moving, side, sign, when, body, anatomy)
    swing = np.cos(2 * np.pi * phase) if moving.legs in ("walk", "run") else 0.0
    lean = 9.0 if running else 0.0
    bends = {
        "spine05": turn(1, 3 * swing * moving.vigour),
        "spine03": turn(0, moving.stoop + lean) @ turn(1, -5 * swing * moving.vigour),
        "neck01": turn(0, -0.5 * moving.stoop),
        "head": turn(1, moving.glance) @ turn(0, moving.nod),
    }
    for bone, bend in bends.items():
        pose[bone] = bend
    for bone, (a, b, c) in moving.jitter.items():
        pose[bone] = pose.get(bone, np.eye(3)) @ turn(0, 0.6 * a) @ turn(1, b) @ turn(2, 0.6 * c)
    return pose


def _leg(moving: Manner, when: float) -> tuple[float, float, float]:
    if moving.legs == "sit":
        return 86.0, 84.0, 0.0
    if moving.legs == "stand":
        shift = 5.0 * np.sin(2 * np.pi * when)
        return 2.0 + shift, 3.0 + max(0.0, 1.6 * shift), -1.0 + 0.4 * shift
    at = np.linspace(0, 1, 11)
    hip, knee, ankle = (float(np.interp(when, at, angles)) for angles in (HIP, KNEE, ANKLE))
    if moving.legs == "run":
        return hip * 1.35 + 8, knee * 1.5 + 14, ankle * 1.2
    return hip * moving.vigour, knee * moving.vigour, ankle


def _arm(
    pose: dict[str, Rotation],
    moving: Manner,
    side: str,
    sign: float,
    when: float,
    body: Body,
    anatomy: Anatomy,
) -> None:
    """Set one arm by the directions of its upper and lower half, in the axes of the chest."""
    swing = -np.cos(2 * np.pi * when) * moving.vigour
    out, inward = np.array([sign, 0, 0]), np.array([-sign, 0, 0])
    down, ahead = np.array([0, -1.0, 0]), np.array([0, 0, 1.0])
    match moving.arms[side]:
        case "swing":
            reach = 0.75 if moving.legs == "run" else 0.36
            upper = down + out * 0.2 + ahead * reach * swing
            lower = down + out * 0.06 + ahead * (reach * swing + (1.6 if moving.legs == "run" else 0.32))
        case "pocket":
            upper = down + out * 0.34 - ahead * 0.22
            lower = down + inward * 0.22 + ahead * 0.42
        case "folded":
            upper = down + out * 0.14 + ahead * 0.34
            lower = (
                inward * 1.0
                + ahead * (0.42 if side == "R" else 0.55)
                + down * (-0.12 if side == "R" else 0.1)
            )
        case "phone":
            upper = down + out * 0.16 + ahead * 0.22
            lower = ahead * 0.8 - down * 0.55 + inward * 0.35
        case "ear":
            upper = down * 0.9 + out * 0.5 + ahead * 0.35
            lower = -down + inward * 0.35 + ahead * 0.25
        case "hold":
            upper = down + out * 0.18 + ahead * (0.05 + 0.1 * swing)
            lower = ahead * 0.9 + down * 0.25 + inward * 0.28
        case "carry":
            upper = down + out * 0.2 + ahead * 0.08 * swing
            lower = down + out * 0.05 + ahead * (0.1 + 0.08 * swing)
        case _:
            upper = down + out * 0.19 + ahead * 0.05
            lower = down + out * 0.02 + ahead * 0.22
    if moving.legs == "sit" and moving.arms[side] in ("hang", "swing"):
        upper = down + out * 0.2 + ahead * 0.35
        lower = ahead + down * 0.35 + inward * 0.15
    rest = {
        bone: body.heads[anatomy.number[f"{bone}.{side}"]] for bone in ("upperarm01", "lowerarm01", "wrist")
    }
    girdle = turn(2, -sign * (2.0 if moving.arms[side] == "ear" else 9.0))  # shoulders sink as arms come down
    first = between(rest["lowerarm01"] - rest["upperarm01"], girdle.T @ upper)
    pose[f"clavicle.{side}"] = girdle
    pose[f"upperarm01.{side}"] = first
    pose[f"lowerarm01.{side}"] = between(rest["wrist"] - rest["lowerarm01"], (girdle @ first).T @ lower)


def bone_matrices(anatomy: Anatomy, body: Body, pose: dict[str, Rotation]) -> Floats:
    """Skinning matrices (bones, 3, 4) that take rest positions to posed ones (linear blend skinning)."""
    matrices = np.zeros((len(anatomy.bones), 3, 4))
    still = np.eye(3)
    for number, bone in enumerate(anatomy.bones):
        head = body.heads[number].astype(np.float64)
        rotation = pose.get(bone, still)
        shift = head - rotation @ head
        parent = anatomy.parents[number]
        if parent < 0:
            matrices[number, :, :3], matrices[number, :, 3] = rotation, shift
        else:
            above = matrices[parent]
            matrices[number, :, :3] = above[:, :3] @ rotation
            matrices[number, :, 3] = above[:, :3] @ shift + above[:, 3]
    return matrices.astype(np.float32)
