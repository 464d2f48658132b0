"""What a template can ask a voice for, by name; None where this person shows nothing of the kind."""

from collections.abc import Mapping

from synthesis.describing import lexicon
from synthesis.describing.action import ACTIONS
from synthesis.describing.figure import FIGURE, owned
from synthesis.describing.phrases import garment_phrase, is_plural, thing_phrase, with_article
from synthesis.describing.voice import VAGUE, SlotWords, Voice, traits
from synthesis.looks.colours import lightness, words
from synthesis.looks.look import CARRIED, Colour, Garment, Look

_DARK = 32.0  # CIE L* below which clothes pass for dark
_LACKS = {
    "bag": "bag*5; bags*1; backpack*2; bag of any kind*0.4; rucksack*0.7",
    "hat": "hat*5; hat or cap*0.6; headgear*0.4; cap*1.2",
    "coat": "coat*2; jacket*3; coat or jacket*0.5",
    "glasses": "glasses*1", "beard": "beard*1", "scarf": "scarf*1",
}  # fmt: skip
_ARMS = {
    "none": "no sleeves*2; bare arms*3; bare shoulders*0.5",
    "short": "short sleeves*5; bare forearms*0.8",
    "long": "long sleeves*1",
}
_SUIT = "suit*6; business suit*1; two-piece suit*0.4"
_DARK_CLOTHES = "dark clothes*5; dark clothing*3; dark colours*1"
_BAGS = ("backpack", "shoulder bag", "handbag", "tote bag", "carrier bag", "suitcase")
_ON_STRAPS = ("backpack", "shoulder bag")
_HANDS_HIDDEN = ("hands in pockets", "arms folded")


def _top(voice: Voice, bare: bool) -> str:
    return garment_phrase(voice, voice.top_field, voice.top, bare=bare)


def _inner(voice: Voice, bare: bool) -> str | None:
    return garment_phrase(voice, "upper", voice.inner, bare=bare) if voice.inner else None


def _open_top(voice: Voice, bare: bool) -> str | None:
    if voice.inner is None or not voice.top.open or "top" in voice.said:
        return None
    voice.said |= {"top"}
    phrase = garment_phrase(voice, voice.top_field, voice.top, bare=True)
    return (
        phrase if bare else with_article(f"{'open' if voice.maybe(0.7) else 'unbuttoned'} {phrase}", phrase)
    )


def _suit(voice: Voice, bare: bool) -> str | None:
    """A blazer and trousers of one cloth, named together."""
    outer = voice.look.outer
    if outer is None or not _in_suit(voice.look) or {"top", "bottom"} & voice.said:
        return None
    voice.said |= {"top", "bottom"}
    voice.mention("outer.colour")
    phrase = f"{voice.colour(outer.colour)} {voice.word(_SUIT)}"
    return phrase if bare else f"a {phrase}"


def _in_suit(look: Look) -> bool:
    outer, lower = look.outer, look.lower
    if outer is None or lower is None or outer.kind != "blazer" or lower.kind != "trousers":
        return False
    return outer.colour == lower.colour


def _statement(voice: Voice, field: str, garment: Garment | None) -> str | None:
    """A clause about one garment: "his coat is navy"."""
    slot = {voice.top_field: "top", "lower": "bottom", "shoes": "shoes"}[field]
    if garment is None or slot in voice.said or garment.pattern not in ("plain", "logo"):
        return None
    voice.said |= {slot}
    noun = voice.word(lexicon.NOUNS[garment.kind], traits(voice, garment))
    voice.mention(f"{field}.colour")
    whose = owned(voice, voice.pick({"~": 2, "the": 1}))
    return f"{whose} {noun} {'are' if is_plural(noun) else 'is'} {voice.colour(garment.colour)}"


def _bare_legs(voice: Voice, bare: bool) -> str | None:
    look = voice.look
    garment = look.upper if look.upper.kind == "dress" else look.lower
    shows = (
        garment is not None
        and garment.kind in ("dress", "skirt", "shorts")
        and garment.length in ("thigh", "knee")
    )
    return "bare legs" if shows else None


def _bottom(voice: Voice, bare: bool) -> str | None:
    return garment_phrase(voice, "lower", voice.look.lower, bare=bare) if voice.look.lower else None


def _shoes(voice: Voice, bare: bool) -> str:
    return garment_phrase(voice, "shoes", voice.look.shoes, bare=bare)


def _headgear(voice: Voice, bare: bool) -> str | None:
    headwear = voice.look.headwear
    if headwear is None or headwear.kind == "hood":
        return None
    return garment_phrase(voice, "headwear", headwear, bare=bare)


def _hood(voice: Voice, bare: bool) -> str | None:
    if voice.look.headwear is None or voice.look.headwear.kind != "hood":
        return None
    voice.mention("headwear.kind")
    if bare:
        return "hood up"
    up = voice.word("the hood up*4; the hood over ~ head*1.5; ~ hood up*2; the hood pulled up*1")
    return owned(voice, up)


def _accessory(voice: Voice, kind: str, colour: Colour | None, bare: bool) -> str | None:
    if colour is None:
        return None
    noun = voice.word(lexicon.NOUNS[kind])
    voice.mention(kind)
    phrase = f"{voice.colour(colour)} {noun}" if voice.maybe(0.85) else noun
    return phrase if bare else with_article(phrase, noun)


def _gloves(voice: Voice, bare: bool) -> str | None:
    return None if voice.look.pose in _HANDS_HIDDEN else _accessory(voice, "gloves", voice.look.gloves, bare)


def _thing(voice: Voice, bare: bool, kinds: tuple[str, ...]) -> str | None:
    unsaid = [thing for thing in voice.things if f"thing {thing.kind}" not in voice.said]
    things = [thing for thing in unsaid if thing.kind in kinds]
    if not things:
        return None
    thing = things[int(voice.rng.integers(len(things)))]
    voice.said |= {f"thing {thing.kind}"}
    return thing_phrase(voice, thing.kind, thing.colour, bare=bare)


def _tone(voice: Voice, bare: bool) -> str | None:
    """The one colour that people would give to everything worn."""
    garments = [garment for name, garment in voice.garments().items() if name != "shoes"]
    if len(garments) < 2 or len({garment.colour.family for garment in garments}) > 1:
        return None
    if any(garment.pattern != "plain" for garment in garments):
        return None
    return voice.pick({word: weight for word, weight in words(garments[0].colour) if word not in VAGUE})


def _dark(voice: Voice, bare: bool) -> str | None:
    """Said where everything worn is dark."""
    return voice.word(_DARK_CLOTHES) if _all_dark(voice) else None


def _all_dark(voice: Voice) -> bool:
    garments = voice.garments().values()
    return all(garment.pattern == "plain" and lightness(garment.colour) < _DARK for garment in garments)


def _something(voice: Voice, bare: bool) -> str:
    """The colour of what is worn on top, said of the person."""
    voice.said |= {"top"}
    options = dict(words(voice.top.colour))
    return voice.pick({word: options[word] for word in options if not word.endswith("-coloured")})


def _sleeves(voice: Voice, bare: bool) -> str | None:
    if voice.look.outer is not None:
        return None
    return voice.word(_ARMS[voice.look.upper.sleeves])


def _lacks(voice: Voice, bare: bool) -> str | None:
    options = _missing(voice)
    if not options:
        return None
    weights = {name: {"bag": 5.0, "hat": 5.0, "coat": 3.0}.get(name, 0.8) for name in options}
    noun = voice.word(_LACKS[voice.pick(weights)])
    return noun if bare else (noun if noun.endswith("s") or noun == "headgear" else f"a {noun}")


def _missing(voice: Voice) -> list[str]:
    """What the person plainly has not got."""
    look = voice.look
    return [name for name, there in {
        "bag": bool(look.carried), "hat": look.headwear is not None, "coat": look.outer is not None,
        "scarf": look.scarf is not None, "glasses": look.glasses != "none" or voice.facing == "back",
        "beard": look.beard or look.sex == "female" or voice.facing == "back",
    }.items() if not there]  # fmt: skip


def further_facts(voice: Voice) -> dict[str, list[str]]:
    """What is true of all clothes together, of bare arms and legs, and of what is not there."""
    look = voice.look
    nouns = [entry.text for name in _missing(voice) for entry in lexicon.entries(_LACKS[name])]
    found = {"lacks": [f"{no}{noun}" for noun in nouns for no in ("no ", "without ", "without a ")]}
    if look.outer is None:
        found["upper.sleeves"] = [entry.text for entry in lexicon.entries(_ARMS[look.upper.sleeves])]
    if (legs := _bare_legs(voice, True)) is not None:
        found["legs"] = [legs]
    if _in_suit(look):
        found["outer.kind"] = [entry.text for entry in lexicon.entries(_SUIT)]
    if _all_dark(voice):
        found["clothes"] = [entry.text for entry in lexicon.entries(_DARK_CLOTHES)]
    return found


def _compare(voice: Voice, bare: bool) -> str | None:
    if voice.look.lower is None or any(g.pattern != "plain" for g in (voice.top, voice.look.lower)):
        return None
    top, bottom = _plain_noun(voice, voice.top), _plain_noun(voice, voice.look.lower)
    gap = lightness(voice.top.colour) - lightness(voice.look.lower.colour)
    if abs(gap) < 18:
        return None
    voice.said |= {"bottom"}
    return f"{bottom} {'darker' if gap > 0 else 'lighter'} than the {top}"


def _plain_noun(voice: Voice, garment: Garment) -> str:
    return voice.word(lexicon.NOUNS[garment.kind].split(";")[0])


SLOTS: Mapping[str, SlotWords] = {
    **FIGURE,
    **ACTIONS,
    "top": _top, "inner": _inner, "open top": _open_top, "bottom": _bottom, "suit": _suit,
    "bare legs": _bare_legs,
    "top is": lambda v, b: _statement(v, v.top_field, v.top),
    "bottom is": lambda v, b: _statement(v, "lower", v.look.lower),
    "shoes are": lambda v, b: _statement(v, "shoes", v.look.shoes),
    "shoes": _shoes, "headgear": _headgear, "hood": _hood,
    "scarf": lambda v, b: _accessory(v, "scarf", v.look.scarf, b),
    "gloves": _gloves,
    "worn": lambda v, b: _thing(v, b, _ON_STRAPS),
    "back": lambda v, b: _thing(v, b, ("backpack",)),
    "strap": lambda v, b: _thing(v, b, ("shoulder bag",)),
    "held": lambda v, b: _thing(v, b, tuple(kind for kind in CARRIED if kind not in _ON_STRAPS)),
    "bag": lambda v, b: _thing(v, b, _BAGS),
    "tone": _tone, "dark": _dark, "something": _something, "sleeves": _sleeves,
    "lacks": _lacks, "compare": _compare,
}  # fmt: skip
