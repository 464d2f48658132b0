"""What a surface is made of, and a piece of surface ready to be drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.dressing.meshes import Floats, Ints
from synthesis.looks.look import PATTERNS, RGB

FRONT_OF_BLOCK = 10.0  # added to the crease of vertices that take the second colour of a colour block


@dataclass(frozen=True, slots=True)
class Material:
    """Uniforms of the shader `person.frag`, which explains them; colours are sRGB."""

    colour: RGB
    second: RGB = (0.0, 0.0, 0.0)
    pattern: str = "plain"
    pattern_scale: float = 10.0
    pattern_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cloth_layer: int = -1
    cloth_scale: float = 2.5
    cloth_depth: float = 0.8
    print_layer: int = 0
    crease_scale: tuple[float, float, float] = (1.5, 2.2, 1.5)
    crease_depth: float = 0.0
    quilting: float = 0.0
    placket: float = 0.0
    fade: float = 0.0
    gloss: float = 0.0
    shine: float = 10.0
    fuzz: float = 0.0

    def uniforms(self) -> dict[str, Any]:
        """Name and value of every uniform."""
        return {
            "base": linear(self.colour),
            "second": linear(self.second),
            "pattern": PATTERNS.index(self.pattern),
            "pattern_scale": self.pattern_scale,
            "pattern_shift": self.pattern_shift,
            "cloth_layer": float(self.cloth_layer),
            "cloth_scale": self.cloth_scale,
            "cloth_depth": self.cloth_depth,
            "print_layer": float(self.print_layer),
            "crease_scale": self.crease_scale,
            "crease_depth": self.crease_depth,
            "quilting": self.quilting,
            "placket": self.placket,
            "fade": self.fade,
            "gloss": self.gloss,
            "shine": self.shine,
            "fuzz": self.fuzz,
        }


@dataclass(frozen=True, slots=True)
class Piece:
    """Vertices (n, 25) in the order of `render.ATTRIBUTES`, triangles (m, 3) and a material."""

    vertices: Floats
    faces: Ints
    material: Material


def linear(colour: RGB) -> RGB:
    """sRGB to linear light."""
    c = np.asarray(colour, np.float64).clip(0, 1)
    red, green, blue = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return (float(red), float(green), float(blue))
