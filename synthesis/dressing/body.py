"""One person's body: the base mesh morphed to a sex, an age, a build and a height."""

from dataclasses import dataclass

import numpy as np

from synthesis.dressing.anatomy import Anatomy, Surface
from synthesis.dressing.meshes import Floats
from synthesis.looks.look import Look

OLDNESS = {"young": (0.0, 0.12), "middle-aged": (0.3, 0.5), "old": (0.65, 0.95)}
WEIGHT = {"slim": (-0.85, -0.3), "average": (-0.2, 0.35), "heavy": (0.6, 1.0)}  # -1 least, 1 most
HEIGHT = {"short": (-0.6, -0.3), "average": (-0.2, 0.25), "tall": (0.3, 0.65)}
DARK_SKIN = 0.36  # mean sRGB below which the African morphs are used


@dataclass(frozen=True, slots=True)
class Body:
    """A body in the rest pose (arms 45 degrees down, legs apart), metres, y up, facing +z."""

    vertices: Floats  # of the whole base mesh, helpers included
    heads: Floats  # (bones, 3)
    tails: Floats

    def of(self, surface: Surface) -> Floats:
        """The vertices (n, 3) of one surface on this body."""
        points: Floats = surface.blend @ self.vertices
        return points


def grow(anatomy: Anatomy, look: Look, rng: np.random.Generator) -> Body:
    """The body of a look; what the look leaves open (muscle, shape, face) is drawn from ``rng``."""
    vertices = anatomy.base.copy()
    for name, amount in _morphs(look, rng).items():
        if abs(amount) > 0.01:
            which, shift = anatomy.target(name)
            vertices[which] += np.float32(amount) * shift
    return Body(vertices, anatomy.heads @ vertices, anatomy.tails @ vertices)


def _morphs(look: Look, rng: np.random.Generator) -> dict[str, float]:
    sex = look.sex
    old = rng.uniform(*OLDNESS[look.age])
    weight = rng.uniform(*WEIGHT[look.build])
    height = rng.uniform(*HEIGHT[look.height])
    muscle = rng.uniform(-0.6, 0.5 if sex == "male" else 0.1)
    if np.mean(look.skin) < DARK_SKIN:
        races = {"african": 1.0}
    else:
        asian = float(rng.choice([0.0, 0.15, 0.9], p=[0.5, 0.2, 0.3]))
        races = {"caucasian": 1.0 - asian, "asian": asian}
    morphs: dict[str, float] = {}
    for age, age_share in (("young", 1 - old), ("old", old)):
        for race, share in races.items():
            morphs[f"macrodetails/{race}-{sex}-{age}"] = age_share * share
        for muscle_name, muscle_share in _shares(muscle, "muscle"):
            for weight_name, weight_share in _shares(weight, "weight"):
                kind = f"{sex}-{age}-{muscle_name}-{weight_name}"
                share = age_share * muscle_share * weight_share
                morphs[f"macrodetails/universal-{kind}"] = share
                tallness = "maxheight" if height > 0 else "minheight"
                morphs[f"macrodetails/height/{kind}-{tallness}"] = share * abs(height)
    shape = _SHAPES[sex][rng.integers(len(_SHAPES[sex]))]
    morphs[f"bodyshapes/bodyshapes-elvs-{shape}"] = rng.uniform(0.0, 0.35)
    return morphs


def _shares(value: float, name: str) -> list[tuple[str, float]]:
    """A value from -1 to 1 as shares of the average morph and of one extreme."""
    extreme = f"max{name}" if value > 0 else f"min{name}"
    return [(f"average{name}", 1 - abs(value)), (extreme, abs(value))]


_SHAPES = {
    "male": ["man-lean-column", "man-rectangle", "man-trapezoid", "man-triangle", "man-apple"],
    "female": ["fem-rectangle", "fem-neat-hourglass", "fem-triangle", "fem-lean-column", "fem-apple"],
}
