"""Things people carry: bags on straps, a backpack, and what hangs from or lies in a hand."""

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats, Mesh, grid_faces, joined, lump, tube, vertex_normals
from synthesis.dressing.motion import Manner, hands, turn
from synthesis.dressing.rigid import FLOOR, HAND, moved, rigid
from synthesis.dressing.sewing import Dummy
from synthesis.dressing.tailor import cloth
from synthesis.looks.look import Carried, Garment, Look


def baggage(look: Look, moving: Manner, dummy: Dummy, fabrics: Fabrics, clothes: Floats) -> list[Piece]:
    """All that the look carries; ``clothes`` (n, 3) are the tights as the outermost garment drapes them."""
    held = hands(look)
    pieces: list[Piece] = []
    for thing in look.carried:
        if thing.kind == "backpack":
            pieces += _backpack(thing, dummy, fabrics, clothes)
        elif thing.kind == "shoulder bag":
            pieces += _shoulder_bag(thing, dummy, fabrics, clothes)
        elif thing.kind in held:
            side = held[thing.kind]
            pieces += _in_hand(thing, side, dummy, fabrics, raised=moving.arms[side] == "hold")
    return pieces


def bench(dummy: Dummy) -> Piece:
    """What a sitting person sits on."""
    root = dummy.body.heads[dummy.anatomy.number["root"]]
    width, depth, high = (
        dummy.rng.uniform(0.45, 1.6),
        dummy.rng.uniform(0.38, 0.5),
        dummy.rng.uniform(0.05, 0.4),
    )
    shade = dummy.rng.uniform(0.1, 0.6) + dummy.rng.normal(0, 0.02, 3)
    seat = moved(lump((width, high, depth), 0.12), root + np.array([0.0, -0.14 - high / 2, 0.14]))
    return rigid(seat, 0, Material((float(shade[0]), float(shade[1]), float(shade[2])), gloss=0.1))


def _canvas(thing: Carried, dummy: Dummy, fabrics: Fabrics) -> Material:
    material = str(dummy.rng.choice(["cotton", "leather", "shiny"]))
    return cloth(Garment("bag", thing.colour, material=material), fabrics, dummy.rng)


def _near(
    dummy: Dummy, chart_points: list[tuple[float, float, float]], clothes: Floats, off: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Where points of the neutral body (x, y, z's sign) lie on these clothes; the nearest vertices."""
    surface = dummy.anatomy.tights
    chart = surface.chart
    normals = vertex_normals(clothes, surface.faces)
    rows = []
    for x, y, z in chart_points:
        far = (
            (chart.x - x) ** 2
            + (chart.y - y) ** 2
            + 0.3 * (np.sign(chart.z - 0.01) != np.sign(z))
            + (chart.arm > 0.5)
        )
        rows.append(int(np.argmin(far)))
    return clothes[rows] + off * normals[rows], np.array(rows)


def _strap(
    dummy: Dummy, chart_points: list[tuple[float, float, float]], clothes: Floats, material: Material
) -> Piece:
    """A strap that lies on the clothes and bends with them."""
    points, rows = _near(dummy, chart_points, clothes, 0.014)
    fine = np.linspace(0, len(points) - 1, 6 * len(points))
    path = np.stack([np.interp(fine, np.arange(len(points)), points[:, k]) for k in range(3)], axis=1)
    for _ in range(3):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    mesh = tube(path, 0.017, 6)
    piece = rigid(mesh, 0, material)
    nearest = rows[np.round(np.repeat(fine, 6)).astype(int)]
    piece.vertices[:, 12:16] = dummy.anatomy.tights.bones[nearest]
    piece.vertices[:, 16:20] = dummy.anatomy.tights.weights[nearest]
    return piece


def _backpack(thing: Carried, dummy: Dummy, fabrics: Fabrics, clothes: Floats) -> list[Piece]:
    material = _canvas(thing, dummy, fabrics)
    (back,), _ = _near(dummy, [(0.0, 0.33, -1.0)], clothes, 0.0)
    size = (dummy.rng.uniform(0.26, 0.33), dummy.rng.uniform(0.38, 0.48), dummy.rng.uniform(0.12, 0.19))
    spine = dummy.anatomy.number["spine01"]
    bag = moved(lump(size, 0.45), back + np.array([0, 0.0, -size[2] / 2 - 0.005]))
    pocket = moved(
        lump((size[0] * 0.8, size[1] * 0.45, 0.07), 0.5), back + np.array([0, -0.09, -size[2] - 0.01])
    )
    loops = [
        [(s * 0.09, 0.5, -1.0), (s * 0.095, 0.545, -1.0), (s * 0.1, 0.5, 1.0), (s * 0.115, 0.4, 1.0),
         (s * 0.13, 0.3, 1.0), (s * 0.15, 0.24, 1.0), (s * 0.14, 0.2, -1.0)]
        for s in (1, -1)
    ]  # fmt: skip
    straps = [_strap(dummy, loop, clothes, material) for loop in loops]
    return [rigid(bag, spine, material), rigid(pocket, spine, material), *straps]


def _shoulder_bag(thing: Carried, dummy: Dummy, fabrics: Fabrics, clothes: Floats) -> list[Piece]:
    material = _canvas(thing, dummy, fabrics)
    side = 1.0 if dummy.rng.random() < 0.5 else -1.0
    across = -1.0 if dummy.rng.random() < 0.6 else 1.0  # worn across the body, or over the near shoulder
    top = side * across
    if across < 0:
        line = [(side * 0.16, 0.02, 1.0), (side * 0.1, 0.15, 1.0), (0.0, 0.33, 1.0), (top * 0.07, 0.47, 1.0),
                (top * 0.1, 0.545, 1.0), (top * 0.08, 0.5, -1.0), (0.0, 0.33, -1.0), (side * 0.1, 0.15, -1.0),
                (side * 0.16, 0.02, -1.0)]  # fmt: skip
    else:
        line = [(side * 0.16, 0.06, 1.0), (side * 0.15, 0.25, 1.0), (side * 0.13, 0.45, 1.0),
                (side * 0.13, 0.54, 1.0), (side * 0.13, 0.48, -1.0), (side * 0.15, 0.25, -1.0),
                (side * 0.16, 0.06, -1.0)]  # fmt: skip
    (hip,), _ = _near(dummy, [(side * 0.19, -0.02, 1.0)], clothes, 0.0)
    size = (dummy.rng.uniform(0.09, 0.14), dummy.rng.uniform(0.2, 0.3), dummy.rng.uniform(0.26, 0.36))
    bag = moved(lump(size, 0.4), hip + np.array([side * (size[0] / 2 + 0.01), -0.05, 0.0]))
    return [rigid(bag, dummy.anatomy.number["spine05"], material), _strap(dummy, line, clothes, material)]


def _in_hand(thing: Carried, side: str, dummy: Dummy, fabrics: Fabrics, *, raised: bool) -> list[Piece]:
    hand, rng = HAND[side], dummy.rng
    sign = 1.0 if side == "L" else -1.0
    canvas = _canvas(thing, dummy, fabrics)
    plain = Material(thing.colour.rgb, gloss=0.1)
    match thing.kind:
        case "paper" | "envelope":
            size = (0.21, 0.297, 0.004) if thing.kind == "paper" else (0.23, 0.16, 0.006)
            sheet = moved(
                lump(size, 0.15),
                (0.0, 0.0, 0.0),
                turn(0, rng.uniform(-50, 10)) @ turn(1, rng.uniform(-40, 40)),
            )
            return [rigid(moved(sheet, (-0.03 * sign, 0.06, 0.08)), hand, plain)]
        case "phone":
            phone = moved(lump((0.075, 0.15, 0.01), 0.25), (-0.02 * sign, 0.05, 0.02), turn(0, -25))
            return [rigid(phone, hand, Material(thing.colour.rgb, gloss=0.5, shine=40.0))]
        case "cup":
            cup = moved(lump((0.085, 0.13, 0.085), 0.35), (-0.01 * sign, 0.05, 0.03))
            return [rigid(cup, hand, plain)]
        case "bottle":
            bottle = [
                moved(lump((0.075, 0.19, 0.075), 0.4), (0, 0.05, 0.03)),
                moved(lump((0.03, 0.08, 0.03), 0.5), (0, 0.16, 0.03)),
            ]
            return [rigid(joined(bottle), hand, Material(thing.colour.rgb, gloss=0.6, shine=30.0))]
        case "umbrella":
            return _umbrella(thing, hand, canvas, opened=raised)
        case "suitcase":
            size = (rng.uniform(0.34, 0.45), rng.uniform(0.52, 0.68), rng.uniform(0.2, 0.28))
            case_ = moved(lump(size, 0.2), (sign * 0.06, size[1] / 2 + 0.04, -0.2))
            bars = [
                tube(np.array([[x, size[1], -0.2], [x * 0.8, 0.82, -0.05]]), 0.01, 6) for x in (-0.08, 0.08)
            ]
            hard = Material(thing.colour.rgb, gloss=0.35, shine=25.0)
            return [
                rigid(case_, FLOOR[side], hard),
                rigid(joined(bars), FLOOR[side], Material((0.2, 0.2, 0.2), gloss=0.4)),
            ]
        case _:
            return _hand_bag(thing, hand, canvas, rng)


def _hand_bag(thing: Carried, hand: int, material: Material, rng: np.random.Generator) -> list[Piece]:
    """A bag that hangs from the hand by its handles."""
    size, square, drop = {
        "handbag": ((0.12, 0.22, 0.31), 0.45, 0.12),
        "tote bag": ((0.08, 0.36, 0.36), 0.3, 0.16),
        "carrier bag": ((0.15, 0.34, 0.28), 0.6, 0.1),
    }[thing.kind]
    grown = rng.uniform(0.85, 1.15)
    wide, high, deep = (grown * side for side in size)
    bag = moved(lump((wide, high, deep), square), (0.0, -drop - high / 2, 0.0))
    if thing.kind == "carrier bag":  # a sack: narrow at the handles
        narrow = np.interp(bag.vertices[:, 1], [-drop - high, -drop - 0.3 * high, -drop], [0.9, 1.0, 0.35])
        bag.vertices[:, [0, 2]] *= narrow[:, None].astype(np.float32)
    bend = np.linspace(0, np.pi, 12)
    handles = [
        tube(
            np.stack([x + 0 * bend, (drop + 0.02) * (np.sin(bend) - 1), 0.28 * deep * np.cos(bend)], axis=1),
            0.008,
            6,
        )
        for x in (-0.3 * wide, 0.3 * wide)
    ]
    return [rigid(bag, hand, material), rigid(joined(handles), hand, material)]


def _umbrella(thing: Carried, hand: int, material: Material, *, opened: bool) -> list[Piece]:
    metal = Material((0.15, 0.15, 0.16), gloss=0.5)
    if not opened:
        long = np.array([[0, 0.1, 0], [0, 0.0, 0], [0, -0.15, 0.01], [0, -0.7, 0.03], [0, -0.78, 0.035]])
        return [rigid(tube(long, np.array([0.012, 0.014, 0.032, 0.018, 0.004])), hand, material)]
    around, out = np.meshgrid(np.linspace(0, 2 * np.pi, 40, endpoint=False), np.linspace(0, 1, 9))
    sag = 1 - 0.06 * out * np.abs(np.sin(4 * around))
    x, z = 0.52 * out * sag * np.cos(around), 0.52 * out * sag * np.sin(around)
    dome = np.stack([x, 0.9 - 0.24 * out**2, z], axis=-1).reshape(-1, 3)
    canopy = Mesh(dome.astype(np.float32), grid_faces(9, 40, closed=True))
    return [
        rigid(canopy, hand, material),
        rigid(tube(np.array([[0, -0.05, 0], [0, 0.9, 0]]), 0.008, 6), hand, metal),
    ]
