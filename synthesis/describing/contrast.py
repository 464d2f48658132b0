"""Hard negatives: a look that differs in one visible detail, and a caption that tells that detail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from synthesis.describing.captions import compose
from synthesis.describing.sentences import STYLES
from synthesis.looks import dyes, wardrobe
from synthesis.looks.chance import draw
from synthesis.looks.colours import FAMILIES, HAIR_FAMILIES, hair_words, sample_colour, sample_hair, words
from synthesis.looks.look import Carried, Colour, Garment, Look

_TRIES = 60
_BRIEF = tuple(style for style in STYLES if style.size != "full")  # fewer words, so the wrong one counts
_HANDS_BUSY = ("hands in pockets", "arms folded", "run")
_OTHER_KINDS = {  # kinds that nobody confuses; they keep the colour and the pattern
    "t-shirt": ("shirt", "jumper"), "shirt": ("t-shirt", "jumper"), "polo": ("jumper", "shirt"),
    "blouse": ("jumper", "t-shirt"), "jumper": ("shirt", "t-shirt"), "sweatshirt": ("shirt", "vest top"),
    "hoodie": ("shirt", "t-shirt"), "vest top": ("shirt", "jumper"), "cardigan": ("shirt", "t-shirt"),
    "jacket": ("coat", "puffer jacket"), "coat": ("jacket", "puffer jacket"),
    "puffer jacket": ("coat", "blazer"), "blazer": ("puffer jacket", "coat"),
    "raincoat": ("blazer", "cardigan"), "hi-vis vest": ("jacket", "blazer"),
    "trousers": ("shorts", "jeans"), "jeans": ("shorts", "joggers"), "leggings": ("shorts", "jeans"),
    "shorts": ("jeans", "trousers"), "skirt": ("trousers", "shorts"), "joggers": ("shorts", "jeans"),
    "trainers": ("boots", "sandals"), "shoes": ("trainers", "boots"), "boots": ("trainers", "sandals"),
    "sandals": ("boots", "trainers"), "cap": ("beanie", "hat"), "beanie": ("cap", "hat"),
    "hat": ("cap", "beanie"), "helmet": ("cap", "beanie"),
}  # fmt: skip
_MOTIFS = {"plain": ("stripes", "check"), "stripes": ("plain", "check"), "check": ("plain", "stripes")}


@dataclass(frozen=True, slots=True)
class Contrast:
    """A caption that is false of a look in one detail, and the detail."""

    text: str
    detail: str  # as `vary` names it


def vary(look: Look, rng: np.random.Generator) -> tuple[Look, str]:
    """Another look that differs in one detail visible from the front, and its name.

    The name starts with the one field of `Look` that changes: "outer.colour", "lower.kind", "upper.pattern",
    "carried.umbrella", "headwear.kind", "sex", "hair_colour", "glasses",
    "scarf" or "beard". A changed kind brings
    its own cut and cloth. No word for a new colour also names the old one.
    """
    changes = list(_changes(look))
    change, name = changes[int(rng.integers(len(changes)))]
    return change(rng), name


def contrast(look: Look, rng: np.random.Generator, *, facing: str) -> Contrast:
    """A brief caption of a varied look that pins the changed detail down, so that it is false of `look`.

    Raises ValueError where chance brings none; draw again.
    """
    for _ in range(_TRIES):
        varied, detail = vary(look, rng)
        caption = compose(varied, rng, facing=facing, styles=_BRIEF)
        if detail in caption.mentions:
            return Contrast(caption.text, detail)
    raise ValueError("No caption told the changed detail; try another generator state.")


Change = tuple[Callable[[np.random.Generator], Look], str]


def _changes(look: Look) -> Iterator[Change]:
    yield from _garments(look)
    if look.headwear is None:
        yield (lambda rng: replace(look, headwear=_headwear(rng))), "headwear.kind"
        if look.hair != "bald":
            yield (lambda rng: replace(look, hair_colour=_other_hair(rng, look.hair_colour))), "hair_colour"
    if look.glasses == "none":
        yield (lambda rng: replace(look, glasses=draw(rng, {"glasses": 1.0, "sunglasses": 1.0}))), "glasses"
    if look.scarf is None:
        yield (lambda rng: replace(look, scarf=sample_colour(rng, dyes.BRIGHT))), "scarf"
    if look.sex == "male" and not look.beard:
        yield (lambda rng: replace(look, beard=True)), "beard"
    if _either_sex(look):
        other = "female" if look.sex == "male" else "male"
        yield (lambda rng: replace(look, sex=other)), "sex"
    yield from _things(look)


def _garments(look: Look) -> Iterator[Change]:
    hidden = look.outer is not None and not look.outer.open and look.outer.kind != "hi-vis vest"
    for field in ("outer", "lower", "upper", "shoes", "headwear"):
        garment: Garment | None = getattr(look, field)
        if garment is None or (field == "upper" and hidden):
            continue
        if garment.kind not in ("hood", "hi-vis vest"):
            yield _change(look, field, garment, _recoloured), f"{field}.colour"
        if garment.kind in _OTHER_KINDS and not (garment.hood and _hood_up(look)):
            yield _change(look, field, garment, _of_other_kind), f"{field}.kind"
        woven = garment.material in ("cotton", "wool", "knit") and field in ("upper", "lower", "outer")
        if woven and garment.pattern in _MOTIFS:
            yield _change(look, field, garment, _repatterned), f"{field}.pattern"


def _change(
    look: Look, field: str, garment: Garment, remake: Callable[[np.random.Generator, Garment], Garment]
) -> Callable[[np.random.Generator], Look]:
    return lambda rng: replace(look, **{field: remake(rng, garment)})  # type: ignore[arg-type]


def _recoloured(rng: np.random.Generator, garment: Garment) -> Garment:
    return replace(garment, colour=_other_colour(rng, garment.colour))


def _of_other_kind(rng: np.random.Generator, garment: Garment) -> Garment:
    kind = draw(rng, dict.fromkeys(_OTHER_KINDS[garment.kind], 1.0))
    footwear = kind in ("trainers", "shoes", "boots", "sandals")
    return Garment(
        kind=kind,
        colour=garment.colour,
        second=garment.second if garment.pattern != "plain" or footwear else None,
        pattern=garment.pattern,
        material="shiny" if kind == "hi-vis vest" else draw(rng, wardrobe.MATERIALS_OF[kind]),
        sleeves={"t-shirt": "short", "polo": "short", "vest top": "none", "hi-vis vest": "none"}.get(
            kind, "long"
        ),
        length=draw(rng, wardrobe.LENGTHS.get(kind, {garment.length: 1.0})),
        fit=draw(rng, wardrobe.FITS.get(kind, {"regular": 1.0})),
        open=garment.open,
    )


def _repatterned(rng: np.random.Generator, garment: Garment) -> Garment:
    pattern = draw(rng, dict.fromkeys(_MOTIFS[garment.pattern], 1.0))
    second = None if pattern == "plain" else garment.second or _other_colour(rng, garment.colour)
    return replace(garment, pattern=pattern, second=second)


def _things(look: Look) -> Iterator[Change]:
    kinds = {thing.kind for thing in look.carried}
    if not kinds & {"backpack", "shoulder bag"}:
        yield from (_added(look, kind) for kind in ("backpack", "shoulder bag"))
    if kinds <= {"backpack", "shoulder bag"} and look.pose not in _HANDS_BUSY:
        yield from (_added(look, kind) for kind in ("umbrella", "suitcase", "paper"))


def _added(look: Look, kind: str) -> Change:
    def change(rng: np.random.Generator) -> Look:
        return replace(look, carried=(*look.carried, Carried(kind, sample_colour(rng, dyes.THINGS[kind]))))

    return change, f"carried.{kind}"


def _headwear(rng: np.random.Generator) -> Garment:
    kind = draw(rng, {"cap": 1.0, "beanie": 1.0, "hat": 1.0})
    material = draw(rng, wardrobe.MATERIALS_OF[kind])
    return Garment(kind, sample_colour(rng, dyes.HAT), material=material, sleeves="none")


def _other_colour(rng: np.random.Generator, colour: Colour) -> Colour:
    """A colour that shares no word with the given one."""
    said = {word for word, _ in words(colour)}
    odds = {family: 1.0 for family in FAMILIES if family != colour.family}
    while True:
        other = sample_colour(rng, odds)
        if said.isdisjoint(word for word, _ in words(other)):
            return other


def _other_hair(rng: np.random.Generator, colour: Colour) -> Colour:
    said = {word for word, _ in hair_words(colour)}
    odds = {family: 1.0 for family in HAIR_FAMILIES if family != colour.family}
    while True:
        other = sample_hair(rng, draw(rng, odds))
        if said.isdisjoint(word for word, _ in hair_words(other)):
            return other


def _either_sex(look: Look) -> bool:
    kinds = {garment.kind for garment in (look.upper, look.lower) if garment}
    return not (kinds & {"dress", "skirt", "blouse"} or look.beard or look.hair in ("bald", "balding"))


def _hood_up(look: Look) -> bool:
    return look.headwear is not None and look.headwear.kind == "hood"
