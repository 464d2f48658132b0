"""Samples people as streets show them: mostly dark and muted, yet with every kind, "
"colour and thing often enough to learn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from synthesis.looks import dyes, wardrobe
from synthesis.looks.chance import draw
from synthesis.looks.colours import sample_colour, sample_hair, to_rgb
from synthesis.looks.look import RGB, Carried, Colour, Garment, Look

_NEON = (72.0, 200.0)  # chroma of work clothes that must be seen


@dataclass(frozen=True, slots=True)
class Occasion:
    """What decides how somebody dresses today."""

    sex: str
    age: str
    season: str  # "cold" | "mild" | "warm"
    dress: str  # "casual" | "formal" | "sport" | "work"


def sample_look(rng: np.random.Generator) -> Look:
    """One person from head to foot; the same generator state gives the same person.

    Conventions for `Garment.second`: the other colour of a pattern (of a colour block: the sleeves and the
    shoulders, on legs the sides); the soles of shoes; the fur along the hood of a plain garment. Else None.
    """
    occasion = Occasion(
        sex="female" if rng.random() < 0.5 else "male",
        age=draw(rng, {"young": 0.5, "middle-aged": 0.31, "old": 0.19}),
        season=draw(rng, {"cold": 0.4, "mild": 0.33, "warm": 0.27}),
        dress=draw(rng, {"casual": 0.68, "formal": 0.13, "sport": 0.1, "work": 0.09}),
    )
    upper = _upper(rng, occasion)
    outer = None if upper.kind == "overall" else _outer(rng, occasion, upper)
    lower = None if upper.kind in ("dress", "overall") else _lower(rng, occasion)
    shoes = _shoes(rng, occasion)
    upper, outer, lower, shoes = _match(rng, occasion, upper, outer, lower, shoes)
    headwear = _headwear(rng, occasion, outer if outer else upper)
    hair, hair_colour, skin = _head(rng, occasion)
    carried = _carried(rng, occasion)
    return Look(
        sex=occasion.sex,
        age=occasion.age,
        build=draw(rng, {"slim": 0.27, "average": 0.53, "heavy": 0.2}),
        height=draw(rng, {"short": 0.17, "average": 0.64, "tall": 0.19}),
        skin=skin,
        hair=hair,
        hair_colour=hair_colour,
        beard=occasion.sex == "male" and rng.random() < 0.3,
        glasses=_glasses(rng, occasion),
        headwear=headwear,
        upper=upper,
        outer=outer,
        lower=lower,
        shoes=shoes,
        scarf=_perhaps(rng, wardrobe.SCARF[occasion.season], dyes.BRIGHT),
        gloves=_perhaps(rng, wardrobe.GLOVED[occasion.season], dyes.GLOVES),
        carried=carried,
        pose=_pose(rng, occasion, carried),
    )


def _upper(rng: np.random.Generator, occasion: Occasion) -> Garment:
    odds = dict(wardrobe.UPPER[occasion.dress])
    if occasion.sex == "male":
        odds.pop("blouse", None)
    elif occasion.dress in ("casual", "formal"):
        odds["dress"] = {"cold": 0.09, "mild": 0.18, "warm": 0.24}[occasion.season] * sum(odds.values())
    for kind in odds:
        odds[kind] *= wardrobe.SEASON_OF_UPPER[occasion.season].get(kind, 1.0)
    kind = draw(rng, odds)
    pattern = draw(rng, wardrobe.PATTERNS_OF_UPPER[kind])
    shades = dyes.SHIRT if kind in ("shirt", "blouse") else dyes.TOP
    colour = sample_colour(rng, dyes.PATTERN_FIRST.get(pattern, shades))
    hood = kind == "hoodie"
    return Garment(
        kind=kind,
        colour=colour,
        second=_second(rng, pattern, colour, furred=False),
        pattern=pattern,
        material=draw(rng, wardrobe.MATERIALS_OF[kind]),
        sleeves=_sleeves(rng, occasion, kind),
        length=draw(rng, wardrobe.LENGTHS[kind]),
        fit=draw(rng, wardrobe.FITS[kind]),
        hood=hood,
        open=kind == "cardigan" and rng.random() < 0.3,
    )


def _sleeves(rng: np.random.Generator, occasion: Occasion, kind: str) -> str:
    if kind == "vest top":
        return "none"
    if kind in ("t-shirt", "polo"):
        return "long" if kind == "t-shirt" and rng.random() < 0.12 else "short"
    if kind in ("shirt", "blouse", "dress"):
        odds = {"none": 0.25 if kind == "dress" else 0.0, "short": 0.55, "long": 0.3}
        return draw(rng, odds) if occasion.season == "warm" else draw(rng, {"long": 0.8, "short": 0.2})
    return "long"


def _outer(rng: np.random.Generator, occasion: Occasion, upper: Garment) -> Garment | None:
    must_be_seen = occasion.dress == "work" and rng.random() < 0.6
    if not must_be_seen and rng.random() >= wardrobe.OUTER_WORN[occasion.dress][occasion.season]:
        return None
    odds = dict(wardrobe.OUTER[occasion.dress])
    if occasion.season == "warm":
        odds = {kind: odds[kind] for kind in odds if kind not in ("coat", "puffer jacket")}
    if upper.kind in ("cardigan", "jumper", "hoodie"):
        odds.pop("cardigan", None)
    kind = "hi-vis vest" if must_be_seen else draw(rng, odds)
    if kind == "hi-vis vest":
        colour = sample_colour(rng, {"yellow": 0.65, "orange": 0.35}, chroma=_NEON)
        return Garment(kind, colour, material="shiny", sleeves="none", open=rng.random() < 0.2)
    material = draw(rng, wardrobe.MATERIALS_OF[kind])
    pattern = (
        draw(rng, wardrobe.PATTERNS_OF_OUTER[kind]) if material in ("cotton", "wool", "knit") else "plain"
    )
    shades = dyes.MATERIAL_COLOURS.get(material, dyes.COAT)
    colour = sample_colour(rng, dyes.PATTERN_FIRST.get(pattern, shades))
    hood = upper.hood is False and rng.random() < wardrobe.HOODED[kind]
    return Garment(
        kind=kind,
        colour=colour,
        second=_second(rng, pattern, colour, furred=hood and kind != "raincoat"),
        pattern=pattern,
        material=material,
        length=draw(rng, wardrobe.LENGTHS[kind]),
        fit=draw(rng, wardrobe.FITS[kind]),
        hood=hood,
        open=rng.random() < wardrobe.OPEN[occasion.season],
    )


def _lower(rng: np.random.Generator, occasion: Occasion) -> Garment:
    odds = dict(wardrobe.LOWER[occasion.dress])
    if occasion.sex == "male":
        odds.pop("skirt", None)
        odds["leggings"] = odds.get("leggings", 0.0) * 0.1
    for kind in odds:
        odds[kind] *= wardrobe.SEASON_OF_LOWER[occasion.season].get(kind, 1.0)
    kind = draw(rng, odds)
    material = draw(rng, wardrobe.MATERIALS_OF[kind])
    pattern = draw(rng, wardrobe.PATTERNS_OF_LOWER[kind]) if material in ("cotton", "wool") else "plain"
    shades = dyes.MATERIAL_COLOURS.get(material, dyes.TOP if kind == "skirt" else dyes.LEGS)
    colour = sample_colour(rng, dyes.PATTERN_FIRST.get(pattern, shades))
    return Garment(
        kind=kind,
        colour=colour,
        second=_second(rng, pattern, colour, furred=False),
        pattern=pattern,
        material=material,
        sleeves="none",
        length=draw(rng, wardrobe.LENGTHS[kind]),
        fit=draw(rng, wardrobe.FITS[kind]),
    )


def _shoes(rng: np.random.Generator, occasion: Occasion) -> Garment:
    odds = dict(wardrobe.SHOES[occasion.dress])
    for kind in odds:
        odds[kind] *= wardrobe.SEASON_OF_SHOES[occasion.season].get(kind, 1.0)
    kind = draw(rng, odds)
    colour = sample_colour(rng, dyes.TRAINERS if kind == "trainers" else dyes.LEATHER_SHOES)
    white_soles = rng.random() < {"trainers": 0.6, "shoes": 0.1}.get(kind, 0.05) and colour.family != "white"
    return Garment(
        kind=kind,
        colour=colour,
        second=sample_colour(rng, {"white": 1.0}) if white_soles else None,
        material=draw(rng, wardrobe.MATERIALS_OF[kind]),
        sleeves="none",
        length="calf" if kind == "boots" and rng.random() < 0.35 else "ankle",
    )


def _match(
    rng: np.random.Generator,
    occasion: Occasion,
    upper: Garment,
    outer: Garment | None,
    lower: Garment | None,
    shoes: Garment,
) -> tuple[Garment, Garment | None, Garment | None, Garment]:
    """Suits are of one cloth; some people dress in black, or in one colour, from head to foot."""
    if outer and lower and outer.kind == "blazer" and occasion.dress == "formal" and rng.random() < 0.65:
        lower = replace(
            lower, colour=outer.colour, pattern=outer.pattern, second=outer.second, material="wool"
        )
    one_colour = rng.random()
    hi_vis = outer is not None and outer.kind == "hi-vis vest"
    if one_colour < 0.065 and not hi_vis:
        shade = {"black": 1.0}
    elif one_colour < 0.085 and not hi_vis:
        shade = {sample_colour(rng, dyes.TOP).family: 1.0}
    else:
        return upper, outer, lower, shoes
    upper = _plain(rng, upper, shade)
    outer = _plain(rng, outer, shade) if outer else None
    lower = _plain(rng, lower, shade) if lower else None
    return upper, outer, lower, _plain(rng, shoes, shade) if "black" in shade else shoes


def _plain(rng: np.random.Generator, garment: Garment, shade: Mapping[str, float]) -> Garment:
    return replace(garment, colour=sample_colour(rng, shade), second=None, pattern="plain")


def _headwear(rng: np.random.Generator, occasion: Occasion, outermost: Garment) -> Garment | None:
    if outermost.hood and rng.random() < wardrobe.HOOD_UP[occasion.season]:
        return Garment("hood", outermost.colour, material=outermost.material, sleeves="none")
    odds = wardrobe.HEADWEAR[occasion.dress][occasion.season]
    kind = draw(rng, {"none": 1.0 - sum(odds.values()), **odds})
    if kind == "none":
        return None
    colour = sample_colour(rng, dyes.HELMET if kind == "helmet" else dyes.HAT)
    pattern = "logo" if kind == "cap" and rng.random() < 0.15 else "plain"
    return Garment(
        kind=kind,
        colour=colour,
        second=_second(rng, pattern, colour, furred=False),
        pattern=pattern,
        material=draw(rng, wardrobe.MATERIALS_OF[kind]),
        sleeves="none",
    )


def _head(rng: np.random.Generator, occasion: Occasion) -> tuple[str, Colour, RGB]:
    tone = int(rng.integers(len(wardrobe.SKIN)))
    hair = draw(rng, wardrobe.HAIR[occasion.sex][occasion.age])
    if hair == "afro" and tone < 3:
        hair = "curly"
    family = draw(rng, wardrobe.HAIR_COLOUR[occasion.age]["dark" if tone >= 3 else "fair"])
    jitter = rng.normal(0.0, (2.5, 1.0, 1.5))
    base = np.add(wardrobe.SKIN[tone], jitter)
    skin = np.clip(to_rgb((float(base[0]), float(base[1]), float(base[2]))), 0.0, 1.0)
    return hair, sample_hair(rng, family), (float(skin[0]), float(skin[1]), float(skin[2]))


def _glasses(rng: np.random.Generator, occasion: Occasion) -> str:
    sun = {"cold": 0.03, "mild": 0.06, "warm": 0.2}[occasion.season]
    clear = {"young": 0.14, "middle-aged": 0.2, "old": 0.34}[occasion.age]
    return draw(rng, {"sunglasses": sun, "glasses": clear, "none": 1.0 - sun - clear})


def _carried(rng: np.random.Generator, occasion: Occasion) -> tuple[Carried, ...]:
    """At most one thing worn on the shoulders and one in the hand."""
    worn = draw(rng, wardrobe.WORN[occasion.dress])
    held = draw(rng, {**wardrobe.HELD, "handbag": 0.16 if occasion.sex == "female" else 0.0})
    return tuple(
        Carried(kind, sample_colour(rng, dyes.THINGS[kind])) for kind in (worn, held) if kind != "nothing"
    )


def _pose(rng: np.random.Generator, occasion: Occasion, carried: tuple[Carried, ...]) -> str:
    odds = dict(wardrobe.POSES["sport" if occasion.dress == "sport" else "other"])
    kinds = {thing.kind for thing in carried}
    if kinds & wardrobe.HELD.keys() or "handbag" in kinds:
        odds.pop("hands in pockets")
        odds.pop("arms folded")
        odds.pop("run")
    if "phone" in kinds:
        odds["phone"] = 110.0
    return draw(rng, odds)


def _perhaps(rng: np.random.Generator, chance: float, odds: Mapping[str, float]) -> Colour | None:
    return sample_colour(rng, odds) if rng.random() < chance else None


def _second(rng: np.random.Generator, pattern: str, first: Colour, *, furred: bool) -> Colour | None:
    if pattern == "plain" and not (furred and rng.random() < 0.3):
        return None
    odds = dyes.PATTERN_SECOND.get(pattern, dyes.SECOND)
    return sample_colour(rng, {family: weight for family, weight in odds.items() if family != first.family})
