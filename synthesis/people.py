"""The studio: dresses people, renders them as cut-outs for any scene, and photographs them one by one."""

from pathlib import Path

import numpy as np

from synthesis.dressing.anatomy import Anatomy
from synthesis.dressing.baggage import baggage, bench
from synthesis.dressing.barber import Barber, hair
from synthesis.dressing.body import grow
from synthesis.dressing.fabric import read_fabrics
from synthesis.dressing.footwear import shoes
from synthesis.dressing.headwear import glasses, headwear, hoods
from synthesis.dressing.material import Piece
from synthesis.dressing.motion import manner
from synthesis.dressing.neckwear import collar, scarf
from synthesis.dressing.sewing import Dummy
from synthesis.dressing.skin import body_piece, eyes
from synthesis.dressing.tailor import layers_of, sew
from synthesis.looks.look import Look
from synthesis.picturing.backdrop import Backdrops
from synthesis.picturing.cutout import Figure, Person, render_figure
from synthesis.picturing.light import Light
from synthesis.picturing.photograph import Picture, compose, sample_setting
from synthesis.picturing.render import Outfit, Renderer
from synthesis.picturing.viewpoint import Spot, Viewpoint

SAMPLES = 900  # vertices that stand for the whole person when its extent is needed


class Studio:
    """Loads bodies, cloth and places once. Raises OSError naming the folder that lacks something."""

    def __init__(self, makehuman: Path, garments: Path, backgrounds: Path) -> None:
        self.anatomy = Anatomy(makehuman)
        self.barber = Barber(self.anatomy)
        self.fabrics = read_fabrics(garments)
        self.backdrops = Backdrops(backgrounds)
        self.renderer = Renderer(self.fabrics)

    def dress(self, look: Look, rng: np.random.Generator) -> Person:
        """Build a person; what the look leaves open is drawn from ``rng``. Close it when done."""
        body = grow(self.anatomy, look, rng)
        dummy = Dummy(self.anatomy, body, self.fabrics.folds, rng)
        layers = layers_of(look, rng)
        outer_ease = layers[-1].drape.ease
        pieces: list[Piece] = [
            body_piece(look, dummy, layers),
            *eyes(dummy),
            *sew(layers, dummy, self.fabrics),
        ]
        for layer in layers[-2:] if look.outer else layers[-1:]:
            pieces += collar(layer, dummy, self.fabrics)
        pieces += shoes(look, dummy, self.fabrics, layers)
        pieces += hair(look, dummy, self.barber, outer_ease)
        pieces += glasses(look, dummy)
        pieces += headwear(look, dummy, self.fabrics)
        pieces += hoods(look, dummy, self.fabrics, layers)
        if look.scarf:
            pieces += scarf(look.scarf, dummy, self.fabrics, outer_ease)
        moving = manner(look, rng)
        clothes = dummy.drape(self.anatomy.tights, layers[-1].drape)
        pieces += baggage(look, moving, dummy, self.fabrics, clothes)
        if look.pose == "sit":
            pieces.append(bench(dummy))
        used = np.concatenate(
            [piece.vertices[np.unique(piece.faces)] for piece in pieces if len(piece.faces)]
        )
        lowest = np.argsort(used[:, 1])[:200]  # so that the soles are among the samples
        some = used[np.concatenate([rng.permutation(len(used))[:SAMPLES], lowest])]
        return Person(
            look,
            body,
            moving,
            Outfit(self.renderer, pieces),
            some[:, :3],
            some[:, 12:16].astype(np.int64),
            some[:, 16:20],
        )

    def figure(
        self, person: Person, phase: float, spot: Spot, view: Viewpoint, light: Light, *, finer: int = 3
    ) -> Figure | None:
        """One person at one moment of the gait (``phase`` 0..1), or None when out of sight of the camera.

        ``finer`` is the supersampling. `cutout.lay` puts the result into a picture; lay the farthest first.
        """
        return render_figure(
            self.renderer, self.anatomy, person, phase, spot, view=view, light=light, finer=finer
        )

    def photograph(
        self, person: Person, rng: np.random.Generator, passer_by: Person | None = None
    ) -> Picture:
        """A person in some place, light and camera, cut out as by a detector; perhaps somebody is behind."""
        while True:
            setting = sample_setting(rng)
            finer = 3 if setting.tall < 110 else 2
            figure = self.figure(
                person, float(rng.random()), setting.spot, setting.view, setting.light, finer=finer
            )
            if figure is None:
                continue
            other = None
            if passer_by is not None and rng.random() < 0.3:
                spot = Spot(
                    setting.spot.x + float(rng.choice([-1, 1]) * rng.uniform(0.35, 1.0)),
                    setting.spot.z - float(rng.uniform(0.4, 3.0)),
                    float(rng.uniform(0, 360)),
                )
                other = self.figure(
                    passer_by, float(rng.random()), spot, setting.view, setting.light, finer=2
                )
            return compose(figure, other, setting, self.backdrops, rng)
