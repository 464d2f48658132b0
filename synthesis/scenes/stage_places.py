"""The two places of the demonstration, built by hand: a gate to a street and the hall of a station."""

from dataclasses import dataclass

import numpy as np

from synthesis.picturing.light import Light
from synthesis.picturing.viewpoint import Viewpoint
from synthesis.scenes.stage import Place
from synthesis.scenes.stage_paint import asphalt, laid, leaves, mottled, mural, zones
from synthesis.scenes.stage_signs import facade, hall_wall, machine, plate
from synthesis.scenes.stage_solids import Box, Paint, Post, Solid

SIZE = (960, 540)


@dataclass(frozen=True, slots=True)
class Site:
    """A camera, its light and what stands before it."""

    view: Viewpoint
    light: Light
    place: Place


def north_gate() -> Site:
    """Outdoors by day: a path through a gate in a brick wall, lawn, bench, lamp and a planted trough."""
    light = Light(
        "sun", sky=(0.58, 0.66, 0.76), ground=(0.30, 0.30, 0.29), key=(1.28, 1.18, 1.02),
        key_from=_unit(-0.62, 0.78, 0.42), fill=(0.08, 0.08, 0.09), fill_from=_unit(0.6, 0.3, 0.5),
        softness=0.12, exposure=0.86,
    )  # fmt: skip
    brick = laid((0.53, 0.39, 0.33), (0.225, 0.075), joint=0.012, varied=0.12, mortar=1.3, worn=0.12)
    stone = mottled((0.66, 0.63, 0.57), blots=0.07)
    iron = mottled((0.09, 0.11, 0.10), grain=0.02)
    hedge = leaves((0.30, 0.36, 0.22))
    wood = laid((0.46, 0.31, 0.19), (1.7, 0.1), joint=0.012, varied=0.1, mortar=0.4)
    slabs = laid((0.60, 0.58, 0.54), (0.6, 0.4), joint=0.01, varied=0.07, mortar=0.6)
    ground = zones(
        [
            (
                lambda p: (p[:, 2] < -15.9) & (np.abs(p[:, 0] + 0.7) > 2.4),
                leaves((0.36, 0.41, 0.26), depth=0.45),
            ),
            (lambda p: np.abs(np.abs(p[:, 0] + 0.2) - 2.75) < 0.07, mottled((0.68, 0.67, 0.64))),
            (lambda p: np.abs(p[:, 0] + 0.2) < 2.7, asphalt((0.39, 0.39, 0.40))),
            (lambda p: (p[:, 0] > 4.6) & (p[:, 2] < -13.2), leaves((0.36, 0.41, 0.26), depth=0.45)),
        ],
        slabs,
    )
    solids: list[Solid] = [
        Box((-16, 0, -16.0), (-2.7, 2.3, -15.7), brick),
        Box((1.3, 0, -16.0), (16, 2.3, -15.7), brick),
        Box((-16, 2.3, -16.05), (-2.7, 2.42, -15.65), stone),
        Box((1.3, 2.3, -16.05), (16, 2.42, -15.65), stone),
        Box((-22, 0, -30.4), (22, 9, -30), mural(facade(), (-22, 0), (44, 9))),
        Box((-20, 0, -26.6), (-3.4, 2.0, -25.4), hedge),
        Box((2.2, 0, -26.6), (20, 2.0, -25.4), hedge),
        Post(2.95, -9.3, 0.11, 0, 0.9, iron),
        Post(2.95, -9.3, 0.06, 0, 7, iron),
        Post(-4.9, -13.9, 0.27, 0, 0.85, mottled((0.16, 0.20, 0.18))),
        Post(-4.9, -13.9, 0.29, 0.85, 0.95, iron),
        Box((-5.3, 0, -9.3), (-3.5, 0.5, -8.6), stone),
        Box((-5.2, 0.5, -9.2), (-3.6, 1.02, -8.7), leaves((0.32, 0.38, 0.24))),
        Box((5.1, 0.42, -12.9), (6.8, 0.47, -12.4), wood),
        Box((5.1, 0.55, -12.98), (6.8, 0.88, -12.92), wood),
        *(Box((x, 0, -12.95), (x + 0.07, 0.88 if back else 0.42, -12.88), iron)
          for x in (5.25, 6.55) for back in (True,)),
        *(Box((x, 0, -12.5), (x + 0.07, 0.42, -12.43), iron) for x in (5.25, 6.55)),
        *(Post(x, -6.9, 0.07, 0, 0.95, mottled((0.20, 0.21, 0.22))) for x in (-3.2, 2.8)),
        *(Post(x, -11.9, 0.07, 0, 0.95, mottled((0.20, 0.21, 0.22))) for x in (-3.2, 2.8)),
        Box((1.75, 1.45, -15.69), (3.55, 1.95, -15.67), _sign("NORTH GATE", (1.75, 1.45), (1.8, 0.5))),
    ]  # fmt: skip
    for x in (-2.7, 1.3):
        solids += [
            Box((x - 0.3, 0, -16.15), (x + 0.3, 2.75, -15.55), brick),
            Box((x - 0.37, 2.75, -16.22), (x + 0.37, 2.9, -15.48), stone),
        ]
        leaf = x + 0.36 if x < 0 else x - 0.36  # opened inwards
        solids += [Post(leaf, -16.2 - 0.16 * k, 0.018, 0.08, 2.2, iron) for k in range(11)]
        solids += [
            Box((leaf - 0.02, y, -17.85), (leaf + 0.02, y + 0.05, -16.15), iron) for y in (0.15, 1.2, 2.1)
        ]
    return Site(Viewpoint(4.0, 16.5, 850.0, *SIZE), light, Place(ground, solids, (0.9, 1.0, 1.15)))


def station_hall() -> Site:
    """Indoors: a tiled hall with clad pillars, ticket machines, a bench and a wall of boards and doors."""
    light = Light(
        "indoor", sky=(0.88, 0.87, 0.82), ground=(0.46, 0.45, 0.42), key=(0.36, 0.35, 0.32),
        key_from=_unit(0.12, 0.95, 0.25), fill=(0.16, 0.16, 0.16), fill_from=_unit(-0.4, 0.4, 0.8),
        softness=0.85, exposure=0.84,
    )  # fmt: skip
    tiles = laid((0.70, 0.68, 0.63), (0.6, 0.6), bond=0.0, joint=0.008, varied=0.035, mortar=0.6)
    band = laid((0.40, 0.41, 0.42), (0.6, 0.6), bond=0.0, joint=0.008, varied=0.04, mortar=0.7)
    guide = laid((0.82, 0.66, 0.20), (0.3, 0.3), bond=0.0, joint=0.02, varied=0.04, mortar=0.7)
    clad = laid((0.74, 0.73, 0.71), (0.8, 1.2), bond=0.0, joint=0.012, varied=0.03, mortar=0.5)
    steel = mottled((0.52, 0.53, 0.54), grain=0.02, blots=0.04)
    dark = mottled((0.14, 0.14, 0.15), grain=0.02)
    plain = laid((0.76, 0.74, 0.70), (1.0, 2.5), bond=0.0, joint=0.02, varied=0.02, mortar=0.8)
    ground = zones(
        [
            (lambda p: np.abs(p[:, 0] - 0.3) < 0.3, guide),
            (lambda p: np.abs(np.abs(p[:, 0]) - 5.1) < 0.3, band),
            (lambda p: np.abs(p[:, 2] + 16.5) < 0.3, band),
        ],
        tiles,
    )
    back = mural(hall_wall(), (-11, 0), (22, 5))
    solids: list[Solid] = [
        Box((-11, 0, -18.4), (-6.2, 5, -18), back), Box((-3.9, 0, -18.4), (3.2, 5, -18), back),
        Box((5.6, 0, -18.4), (11, 5, -18), back),
        Box((-6.2, 2.5, -18.4), (-3.9, 5, -18), back), Box((3.2, 2.5, -18.4), (5.6, 5, -18), back),
        Box((-12, 0, -22.4), (12, 5, -22), mottled((0.40, 0.41, 0.42))),
        Box((-11.4, 0, -18), (-11, 5, 0), plain), Box((11, 0, -18), (11.4, 5, 0), plain),
        Box((-6.0, 2.56, -17.99), (-4.1, 2.9, -17.95),
            _sign("PLATFORMS 1-3", (-6.0, 2.56), (1.9, 0.34))),
        Box((3.5, 2.56, -17.99), (5.3, 2.9, -17.95), _sign("WAY OUT", (3.5, 2.56), (1.8, 0.34))),
        Box((-0.95, 0.40, -11.55), (0.25, 0.46, -11.0), steel),
        Box((-0.95, 0.0, -11.35), (-0.88, 0.40, -11.2), dark),
        Box((0.18, 0.0, -11.35), (0.25, 0.40, -11.2), dark),
        Post(-6.7, -13.0, 0.24, 0, 0.9, steel), Post(-6.7, -13.0, 0.25, 0.9, 0.98, dark),
    ]  # fmt: skip
    for x in (-3.3, 3.3):
        for z in (-9.4, -14.4):
            solids += [
                Box((x - 0.32, 0, z - 0.32), (x + 0.32, 6, z + 0.32), clad),
                Box((x - 0.34, 0, z - 0.34), (x + 0.34, 0.18, z + 0.34), dark),
            ]
    for k in range(3):
        left = 6.7 + 1.15 * k
        front = mural(machine(), (left, 0), (1.0, 1.9))
        solids.append(Box((left, 0, -17.99), (left + 1.0, 1.9, -17.4), front))
    return Site(Viewpoint(3.7, 14.0, 830.0, *SIZE), light, Place(ground, solids, polish=0.9))


def _sign(text: str, corner: tuple[float, float], metres: tuple[float, float]) -> Paint:
    return mural(plate(text, *metres), corner, metres)


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    size = float(np.sqrt(x * x + y * y + z * z))
    return (x / size, y / size, z / size)
