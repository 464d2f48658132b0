"""Draws a dressed person with OpenGL: shadow map, picture and shadow on the ground."""

from dataclasses import dataclass
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Piece
from synthesis.dressing.meshes import Floats
from synthesis.picturing.imaging import resized_bytes
from synthesis.picturing.light import Light
from synthesis.picturing.viewpoint import Viewpoint

SHADOW_MAP = 384
REACH = 1.4  # metres around a person's middle that the shadow map covers
ATTRIBUTES = ("position", "normal", "grain", "facing", "bone", "weight", "tint", "cut")
LAYOUT = "3f 3f 3f 3f 4f 4f 3f 2f"


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the camera's picture in whole pixels; it may reach beyond the edges."""

    left: int
    top: int
    width: int
    rows: int


class Outfit:
    """The pieces of one person on the graphics side; close it to free them."""

    def __init__(self, renderer: "Renderer", pieces: list[Piece]) -> None:
        self.drawn: list[tuple[Piece, Any, Any]] = []
        self._buffers: list[Any] = []
        context = renderer.context
        for piece in (piece for piece in pieces if len(piece.faces)):  # some are wholly hidden
            vertices, faces = context.buffer(piece.vertices.tobytes()), context.buffer(piece.faces.tobytes())
            lit = context.vertex_array(renderer.lit, [(vertices, LAYOUT, *ATTRIBUTES)], faces)
            flat_layout = "3f 36x 4f 4f 12x 2f"
            flat = context.vertex_array(
                renderer.flat, [(vertices, flat_layout, "position", "bone", "weight", "cut")], faces
            )
            self.drawn.append((piece, lit, flat))
            self._buffers += [lit, flat, vertices, faces]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the graphics side."""
        for buffer in self._buffers:
            buffer.release()
        self._buffers, self.drawn = [], []


class Renderer:
    """One OpenGL context without a screen. Raises OSError when there is no EGL driver."""

    def __init__(self, fabrics: Fabrics) -> None:
        try:
            settings: dict[str, Any] = {"backend": "egl"}
            self.context: Any = moderngl.create_context(standalone=True, **settings)
        except Exception as error:  # moderngl raises bare Exception
            raise OSError("No OpenGL without a screen: install libegl1 and libgl1-mesa-dri.") from error
        self.lit = self._program("person.frag")
        self.flat = self._program("depth.frag")
        self._textures = [
            self._array(fabrics.cloths),
            self._array(fabrics.prints),
            self._volume(fabrics.folds),
        ]
        for unit, name in enumerate(("cloths", "prints", "folds", "shadow_map")):
            self.lit[name].value = unit
        self._shadow = self.context.depth_texture((SHADOW_MAP, SHADOW_MAP))
        self._shadow.compare_func = "<="
        self._shadow_target = self.context.framebuffer(depth_attachment=self._shadow)
        self._targets: dict[tuple[int, int], Any] = {}

    def _program(self, fragment: str) -> Any:
        shaders = files("synthesis.picturing") / "shaders"
        return self.context.program(
            vertex_shader=(shaders / "person.vert").read_text(),
            fragment_shader=(shaders / fragment).read_text(),
        )

    def _array(self, layers: NDArray[np.uint8]) -> Any:
        texture = self.context.texture_array(
            (*layers.shape[:0:-1], len(layers)), 1, layers.tobytes(), alignment=1
        )
        texture.build_mipmaps()
        return texture

    def _volume(self, texels: NDArray[np.uint8]) -> Any:
        texture = self.context.texture3d(texels.shape[2::-1], texels.shape[3], texels.tobytes(), alignment=1)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        return texture

    def draw(
        self, outfit: Outfit, bones: Floats, view: Viewpoint, light: Light, window: Window, *, finer: int
    ) -> Floats:
        """The person in a window of the camera's picture: RGBA (rows, width, 4), premultiplied sRGB 0..1.

        ``bones`` are the skinning matrices (bones, 3, 4) placed in the world; ``finer`` is the supersampling.
        """
        packed = bones.astype(np.float32).tobytes()
        for program in (self.lit, self.flat):
            program["bones"].write(packed)
        seen_from_light = self._draw_shadow_map(outfit, bones, light)
        target = self._target(window.width * finer, window.rows * finer)
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0)
        self.context.enable(moderngl.DEPTH_TEST)
        box = (window.left, window.top, window.left + window.width, window.top + window.rows)
        projection = _gl(view.window(*box))
        self._draw_depth(outfit, target, projection)
        self.lit["projection"].write(projection)
        self.lit["shadow_projection"].write(_gl(seen_from_light))
        self._set_light(light, view)
        for place, texture in enumerate([*self._textures, self._shadow]):
            texture.use(place)
        for piece, lit, _ in outfit.drawn:
            for name, value in piece.material.uniforms().items():
                self.lit[name].value = value
            lit.render()
        target.depth_mask = True
        return self._read(target, window, finer)

    def draw_ground_shadow(
        self, outfit: Outfit, bones: Floats, view: Viewpoint, light: Light, window: Window
    ) -> Floats:
        """The hard shadow that the key light throws on the ground y = 0, (rows, width) from 0 to 1."""
        x, y, z = light.key_from
        flatten = np.eye(4)
        flatten[:, 1] = [-x / y, 0.0, -z / y, 1.0]
        flatten[3, 1] = 0.0
        self.flat["bones"].write(bones.astype(np.float32).tobytes())
        target = self._target(window.width, window.rows)
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0)
        self.context.disable(moderngl.DEPTH_TEST)
        box = (window.left, window.top, window.left + window.width, window.top + window.rows)
        self.flat["projection"].write(_gl(view.window(*box) @ flatten))
        for _, _, flat in outfit.drawn:
            flat.render()
        shadow: Floats = self._read(target, window, 1)[..., 3]
        return shadow

    def _draw_depth(self, outfit: Outfit, target: Any, projection: bytes) -> None:
        """Fill the depth first, so that the costly shader runs once for each pixel that shows."""
        self.flat["projection"].write(projection)
        target.color_mask = (False, False, False, False)
        for _, _, flat in outfit.drawn:
            flat.render()
        target.color_mask, target.depth_mask = (True, True, True, True), False
        self.context.depth_func = "<="

    def _draw_shadow_map(self, outfit: Outfit, bones: Floats, light: Light) -> NDArray[np.float64]:
        middle = bones[0, :, 3] + bones[0, :, :3] @ np.array([0.0, 0.0, 0.0])
        forward = np.array(light.key_from)
        aside = np.cross([0.0, 1.0, 0.01], forward)
        aside /= np.linalg.norm(aside)
        axes = np.stack([aside, np.cross(forward, aside), -forward])
        matrix = np.eye(4)
        matrix[:3, :3] = axes / REACH
        matrix[:3, 3] = -matrix[:3, :3] @ middle
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self.context.enable(moderngl.DEPTH_TEST)
        self.flat["projection"].write(_gl(matrix))
        for _, _, flat in outfit.drawn:
            flat.render()
        return matrix

    def _set_light(self, light: Light, view: Viewpoint) -> None:
        for name in ("sky", "ground", "key", "key_from", "fill", "fill_from", "exposure"):
            self.lit[name].value = getattr(light, name)
        self.lit["shadow_spread"].value = 0.0015 + 0.03 * light.softness
        self.lit["eye"].value = (0.0, view.height, 0.0)

    def _target(self, width: int, rows: int) -> Any:
        """A frame buffer at least this large; sizes are rounded up so that few are made."""
        size = (-(-width // 128) * 128, -(-rows // 128) * 128)
        if size not in self._targets:
            colour, depth = self.context.renderbuffer(size, 4), self.context.depth_renderbuffer(size)
            self._targets[size] = self.context.framebuffer([colour], depth)
        target = self._targets[size]
        target.viewport = (0, 0, width, rows)
        return target

    def _read(self, target: Any, window: Window, finer: int) -> Floats:
        size = (window.width * finer, window.rows * finer)
        raw = target.read(viewport=(0, 0, *size), components=4, alignment=1)
        picture = np.frombuffer(raw, np.uint8).reshape(size[1], size[0], 4)[::-1]
        if finer > 1:
            picture = resized_bytes(picture, window.width, window.rows)
        return picture.astype(np.float32) / np.float32(255)


def _gl(matrix: NDArray[np.floating]) -> bytes:
    """Column by column, as OpenGL wants a matrix."""
    return np.ascontiguousarray(matrix.T, dtype=np.float32).tobytes()
