"""The clothes of a look: every garment a shell around the body, hidden where an outer one lies."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.anatomy import Chart, Surface
from synthesis.dressing.fabric import Fabrics
from synthesis.dressing.material import Material, Piece
from synthesis.dressing.meshes import Floats
from synthesis.dressing.sewing import Cut, Drape, Dummy
from synthesis.looks.look import RGB, Garment, Look

HEM = {"waist": 0.12, "hip": -0.03, "thigh": -0.17, "knee": -0.33, "calf": -0.52, "ankle": -0.7}
LEG_END = {"waist": 0.0, "hip": 0.0, "thigh": -0.2, "knee": -0.35, "calf": -0.55, "ankle": -0.735}
SLEEVE = {"none": -1.0, "short": 0.34, "long": 0.985}
LEG_RADIUS = {"tight": 0.0, "regular": 0.074, "loose": 0.09, "flared": 0.105}
FLARE = {"tight": 0.8, "regular": 1.0, "loose": 1.12, "flared": 1.35}
SURFACES = {  # material -> how light meets it
    "cotton": {"fuzz": 0.25, "crease_depth": 0.4},
    "denim": {"fuzz": 0.2, "crease_depth": 0.5, "cloth_depth": 0.9, "cloth_scale": 3.0},
    "leather": {"gloss": 0.55, "shine": 18.0, "crease_depth": 0.75, "cloth_depth": 0.4},
    "knit": {"fuzz": 0.6, "crease_depth": 0.3, "cloth_depth": 0.9},
    "padded": {"gloss": 0.22, "shine": 14.0, "crease_depth": 0.45, "quilting": 11.0, "cloth_depth": 0.6},
    "fleece": {"fuzz": 0.7, "crease_depth": 0.25, "cloth_depth": 0.9},
    "wool": {"fuzz": 0.5, "crease_depth": 0.28, "cloth_depth": 0.6},
    "shiny": {"gloss": 0.35, "shine": 16.0, "crease_depth": 0.6, "cloth_depth": 0.5},
}
PATTERN_SCALE = {"stripes": (5.0, 16.0), "check": (6.0, 16.0), "print": (2.2, 5.0)}
BUTTONED = (
    "shirt",
    "polo",
    "blouse",
    "cardigan",
    "jacket",
    "coat",
    "puffer jacket",
    "blazer",
    "raincoat",
    "overall",
)
SILVER: RGB = (0.78, 0.8, 0.82)


@dataclass(frozen=True, slots=True)
class Layer:
    """A garment with its cut and drape."""

    garment: Garment
    cut: Cut
    drape: Drape
    legs: bool = False  # cut from the legs alone: no sleeves, no neck


def cloth(garment: Garment, fabrics: Fabrics, rng: np.random.Generator) -> Material:
    """The material of a garment: its colours over cloth cut from a photograph."""
    layers = fabrics.layers[garment.material]
    low, high = PATTERN_SCALE.get(garment.pattern, (8.0, 8.0))
    vertical = garment.kind in ("skirt", "dress", "coat", "raincoat") and garment.length != "hip"
    settings: dict[str, float] = dict(SURFACES[garment.material])
    wear = settings.pop("crease_depth") * rng.uniform(0.3, 0.8)
    if garment.fit == "tight":
        wear *= 0.5
    shift = rng.uniform(0, 1, 3)
    closed = garment.kind in BUTTONED and not garment.open
    return Material(
        colour=_washed(garment.colour.rgb) if garment.material == "denim" else garment.colour.rgb,
        second=garment.second.rgb if garment.second else garment.colour.rgb,
        pattern=garment.pattern,
        pattern_scale=float(rng.uniform(low, high)),
        pattern_shift=(float(shift[0]), float(shift[1]), float(shift[2])),
        cloth_layer=int(rng.choice(layers)),
        print_layer=int(rng.integers(len(fabrics.prints))),
        crease_scale=(2.4, 1.0, 2.4) if vertical else (1.3, 2.0, 1.3),
        crease_depth=float(wear),
        placket=float(rng.choice([0.004, 0.015])) if closed else 0.0,
        fade=float(rng.uniform(0.1, 0.8)) if garment.kind == "jeans" else 0.0,
        **{name: settings[name] for name in settings if name != "cloth_scale"},
        cloth_scale=float(settings.get("cloth_scale", 2.2) * rng.uniform(0.7, 1.3)),
    )


def _washed(colour: RGB) -> RGB:
    """Denim is never as pure as the colour it is called by."""
    grey = 0.45 * (0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2])
    return (0.55 * colour[0] + grey, 0.55 * colour[1] + grey, 0.55 * colour[2] + grey)


def layers_of(look: Look, rng: np.random.Generator) -> list[Layer]:
    """The garments of a look from the skin outwards, without shoes and headwear."""
    layers = []
    if look.lower:
        layers.append(_lower(look.lower))
    if look.upper.kind == "overall":
        layers.append(_overall(look.upper))
    else:
        layers.append(_upper(look.upper))
    if look.outer:
        layers.append(_outer(look.outer, rng))
    return layers


def _lower(garment: Garment) -> Layer:
    if garment.kind == "skirt":
        cut = Cut(top=0.15, hem=HEM[garment.length], skirt=True)
        return Layer(garment, cut, Drape(0.01, hang=0.9, flare=FLARE[garment.fit]), legs=True)
    long = garment.kind != "shorts"
    cut = Cut(top=0.15, hem=LEG_END["ankle" if long else garment.length])
    if garment.kind == "leggings":
        return Layer(garment, cut, Drape(0.004, smooth=1, rumple=0.0), legs=True)
    if garment.kind == "shorts":
        return Layer(
            garment, cut, Drape(0.016, leg=0.13 if garment.fit == "loose" else 0.11, smooth=5), legs=True
        )
    ease = {"tight": 0.006, "loose": 0.018}.get(garment.fit, 0.011)
    return Layer(garment, cut, Drape(ease, leg=LEG_RADIUS[garment.fit], smooth=5, rumple=0.007), legs=True)


def _overall(garment: Garment) -> Layer:
    cut = Cut(top=0.6, hem=LEG_END["ankle"], sleeve=SLEEVE[garment.sleeves], drop=0.03)
    return Layer(garment, cut, Drape(0.02, hang=0.95, sleeve=0.07, leg=0.09, smooth=6, rumple=0.008))


def _upper(garment: Garment) -> Layer:
    ease = {"tight": 0.006, "loose": 0.022}.get(garment.fit, 0.013)
    hang = {"tight": 0.0, "loose": 1.04, "flared": 0.9}.get(garment.fit, 0.95)
    sleeve = {"tight": 0.0, "loose": 0.07}.get(garment.fit, 0.058)
    if garment.kind in ("jumper", "sweatshirt", "hoodie", "cardigan"):
        ease, sleeve = ease + 0.006, sleeve * 1.08
    if garment.kind == "dress":
        hang = {"tight": 0.0, "flared": 0.0, "loose": 0.95}.get(garment.fit, 0.8)
    long = garment.length in ("thigh", "knee", "calf", "ankle")
    drop, vee = {
        "shirt": (0.07, 0.04),
        "polo": (0.06, 0.035),
        "blouse": (0.09, 0.06),
        "cardigan": (0.14, 0.06),
    }.get(garment.kind, (0.035, 0.0))
    if garment.sleeves == "none":
        drop = 0.08
    cut = Cut(
        top=0.6,
        hem=HEM[garment.length] if garment.kind != "shirt" else -0.045,
        sleeve=SLEEVE[garment.sleeves],
        drop=drop,
        vee=vee,
        gap=0.045 if garment.open else 0.0,
        skirt=long,
    )
    return Layer(garment, cut, Drape(ease, hang, sleeve, flare=FLARE[garment.fit]))


def _outer(garment: Garment, rng: np.random.Generator) -> Layer:
    ease = {
        "puffer jacket": 0.042,
        "coat": 0.027,
        "raincoat": 0.03,
        "hi-vis vest": 0.028,
        "blazer": 0.022,
    }.get(garment.kind, 0.024)
    sleeve = {"puffer jacket": 0.082, "coat": 0.069, "raincoat": 0.072}.get(garment.kind, 0.065)
    gap = float(rng.uniform(0.045, 0.085)) if garment.open else 0.0
    drop, vee = (0.2, 0.06) if garment.kind in ("blazer", "cardigan") else (0.05, 0.03)
    if garment.kind == "coat" and rng.random() < 0.5:
        drop, vee = 0.16, 0.06
    long = garment.length in ("thigh", "knee", "calf", "ankle")
    hem = HEM[garment.length] - (0.01 if garment.length == "hip" else 0.0)
    cut = Cut(0.61, hem, SLEEVE[garment.sleeves], drop, vee, gap, skirt=long)
    hang = 1.06 if garment.fit == "loose" else 0.93
    if garment.kind == "hi-vis vest":
        cut = replace(cut, sleeve=-1.0)
    return Layer(garment, cut, Drape(ease, hang, sleeve, flare=1.0, smooth=6, rumple=0.008))


def sew(layers: list[Layer], dummy: Dummy, fabrics: Fabrics) -> list[Piece]:
    """The shells of all garments, each cut away where an outer one hides it."""
    pieces: list[Piece] = []
    for number, layer in enumerate(layers):
        material = cloth(layer.garment, fabrics, dummy.rng)
        outer = layers[number + 1 :]
        tights, skirt = dummy.anatomy.tights, dummy.anatomy.skirt
        points = dummy.drape(tights, layer.drape)
        inside = hidden(layer.cut.inside(tights.chart), tights.chart, outer)
        if layer.legs:
            inside = np.where(tights.chart.arm > 0.2, -1.0, inside).astype(np.float32)
        block = _block(layer, tights.chart)
        pieces.append(
            dummy.piece(
                tights, points, material, cut=inside, tint=occlusion(tights.chart, points), block=block
            )
        )
        if layer.cut.skirt:
            points = dummy.drape(skirt, layer.drape, is_skirt=True)
            inside = hidden(layer.cut.of_skirt(skirt.chart), skirt.chart, outer)
            pieces.append(dummy.piece(skirt, points, material, cut=inside))
        if layer.garment.kind == "hi-vis vest" or _wants_bands(layer.garment):
            pieces.append(_bands(layer, dummy, tights, outer))
    return pieces


def hidden(inside: Floats, chart: Chart, outer: list[Layer]) -> Floats:
    """Cut a surface away where outer garments lie over it, but for a margin."""
    for layer in outer:
        cover = layer.cut.hides(chart)
        if layer.legs:
            cover = np.where(chart.arm > 0.2, -1.0, cover)
        inside = np.minimum(inside, 0.03 - cover)
    return inside.astype(np.float32)


def occlusion(chart: Chart, points: Floats) -> Floats:
    """Less sky reaches armpits, the inside of arms and legs; a grey (n, 3)."""
    pit = np.exp(-(((chart.y - 0.4) / 0.07) ** 2)) * (np.abs(chart.x) > 0.12) * (chart.arm < 0.7)
    crotch = np.exp(-(((chart.y + 0.09) / 0.1) ** 2)) * np.clip(1 - np.abs(chart.x) / 0.1, 0, 1)
    shade = 1 - 0.3 * pit - 0.35 * crotch
    return np.repeat(shade[:, None], 3, axis=1).astype(np.float32)


def _block(layer: Layer, chart: Chart) -> NDArray[np.bool_] | None:
    if layer.garment.pattern != "colour block":
        return None
    if layer.legs:
        return np.abs(chart.x) > 0.19
    return (chart.y > 0.4) | (chart.arm > 0.5)


def _wants_bands(garment: Garment) -> bool:
    return garment.kind == "overall" and garment.colour.family in ("orange", "yellow")


def _bands(layer: Layer, dummy: Dummy, tights: Surface, outer: list[Layer]) -> Piece:
    """Reflecting bands around the trunk and over the shoulders."""
    chart = tights.chart
    around = np.maximum(0.022 - np.abs(chart.y - 0.2), 0.022 - np.abs(chart.y - 0.06))
    over = np.where(chart.y > 0.2, 0.022 - np.abs(np.abs(chart.x) - 0.1), -1.0)
    inside = np.minimum(np.maximum(around, over), layer.cut.inside(chart))
    inside = np.where(chart.arm > 0.4, -1.0, inside)
    points = dummy.drape(tights, replace(layer.drape, ease=layer.drape.ease + 0.005))
    material = Material(SILVER, gloss=0.9, shine=30.0, crease_depth=0.2)
    return dummy.piece(tights, points, material, cut=hidden(inside, chart, outer))
