"""Noun phrases for garments and things, from what is true and visible and to the voice's taste."""

from functools import cache

from synthesis.describing import lexicon
from synthesis.describing.voice import VAGUE, Voice, traits
from synthesis.looks.look import Colour, Garment

_UNCOUNTED = ("paper", "footwear", "luggage", "knitwear")
_SIZED = frozenset(
    (
        "long",
        "short",
        "knee",
        "length",
        "midi",
        "maxi",
        "mini",
        "minidress",
        "miniskirt",
        "cropped",
        "quarter",
        "thigh",
        "high",
        "pencil",
    )
)
_CLOTHS = frozenset(
    (
        "knitted",
        "knit",
        "woolly",
        "woollen",
        "wool",
        "denim",
        "jean",
        "leather",
        "fleece",
        "padded",
        "quilted",
        "down",
        "rain",
    )
)
_SHORT_KINDS = ("skirt", "shorts", "dress")
_LONG_KINDS = ("coat", "jacket", "puffer jacket", "raincoat", "cardigan")
_SLEEVED = ("t-shirt", "shirt", "polo", "blouse", "dress", "vest top")
_MADE_OF_IT = (
    "jeans",
    "shoes",
    "boots",
    "sandals",
    "trainers",
    "puffer jacket",
    "hi-vis vest",
    "helmet",
    "beanie",
    "raincoat",
)


def is_plural(noun: str) -> bool:
    """Whether a noun takes no article: trousers, boots; not dress."""
    head = noun.split(" with ")[0].split(" of ")[0]
    return head.endswith("s") and not head.endswith("ss")


def with_article(phrase: str, noun: str) -> str:
    """The phrase after "a", or as it is where the noun is plural or not counted."""
    return phrase if is_plural(noun) or noun in _UNCOUNTED else f"a {phrase}"


@cache
def owners(noun: str) -> frozenset[str]:
    """The kinds that a noun can name; one alone means that the noun pins the kind down."""
    return frozenset(
        kind
        for kind, source in lexicon.NOUNS.items()
        if noun in (entry.text for entry in lexicon.entries(source))
    )


def garment_phrase(voice: Voice, field: str, garment: Garment, *, bare: bool) -> str:
    """A garment with some of its colour, cut, cloth and pattern: "a long navy wool coat with a hood"."""
    have = traits(voice, garment)
    noun = voice.word(lexicon.NOUNS[garment.kind], have)
    if len(owners(noun)) == 1:
        voice.mention(f"{field}.kind")
    before: list[str] = []
    after: list[str] = []
    _cut(voice, garment, have, noun, before, after)
    colour, pattern_said = _colour(voice, field, garment, noun, after)
    if colour:
        before.append(colour)
    if not pattern_said:
        _pattern(voice, field, garment, have, before, after)
    told = garment.kind in _MADE_OF_IT or not _CLOTHS.isdisjoint(noun.split())
    telling = 0.0 if told else 0.15 + 0.3 * voice.detail
    if garment.material != "cotton" and voice.maybe(telling):
        _append_new(before, voice.word_if(lexicon.MATERIALS[garment.material], have), noun)
    if garment.hood and "hood" not in noun and voice.maybe(0.35 * voice.detail):
        fur = 0.0 if garment.pattern != "plain" or garment.second is None or _hood_up(voice) else 8.0
        after.append(
            voice.pick(
                {
                    "with a hood": 4,
                    "with the hood down": 0 if _hood_up(voice) else 1,
                    "with a fur-trimmed hood": fur,
                }
            )
        )
    if len(before) > 3:
        before.remove(before[0])
    phrase = " ".join([*before, noun])
    if bare and not after and before and before[-1] == colour and colour not in VAGUE and voice.maybe(0.06):
        phrase = f"{' '.join([*before[:-1], noun])} in {colour}"
    elif not bare:
        phrase = with_article(phrase, noun)
        if voice.unsure and voice.maybe(0.3):
            phrase = voice.pick(
                {f"what looks like {phrase}": 2, f"maybe {phrase}": 1, f"I think {phrase}": 1}
            )
        elif is_plural(noun) and voice.maybe(0.06):
            phrase = f"a pair of {phrase}"
    return " ".join([phrase, *after[:1]])


def thing_phrase(voice: Voice, kind: str, colour: Colour, *, bare: bool) -> str:
    """A carried thing, mostly with its colour."""
    noun = voice.word(lexicon.NOUNS[kind])
    if len(owners(noun)) == 1:
        voice.mention(f"carried.{kind}")
    liquid = kind in ("cup", "bottle") and ("coffee" in noun or "drink" in noun or "water" in noun)
    word = None if liquid or not voice.maybe(0.35 + 0.5 * voice.detail) else voice.colour(colour)
    phrase = f"{word} {noun}" if word else noun
    if noun == "paper":
        return phrase if bare else f"some {phrase}"
    if bare:
        return phrase
    return f"some {phrase}" if is_plural(noun) else f"a {phrase}"


def _cut(
    voice: Voice, garment: Garment, have: frozenset[str], noun: str, before: list[str], after: list[str]
) -> None:
    """Length, fit and sleeves: at most one of them before the noun, or the length behind it."""
    sized = bool(_SIZED & set(noun.replace("-", " ").split()))
    source = length_source(garment)
    if source and not sized and voice.maybe(0.1 + 0.25 * voice.detail):
        if voice.maybe(0.3):
            tail = voice.word_if(lexicon.LENGTH_TAILS, have)
            after.extend([tail] if tail else [])
        else:
            _append_new(before, voice.word_if(source, have), noun)
    elif garment.fit != "regular" and garment.kind != "leggings" and voice.maybe(0.05 + 0.3 * voice.detail):
        fitted = any(
            word in noun
            for word in ("skinny", "slim", "baggy", "loose", "flared", "wide", "tight", "full", "pencil")
        )
        _append_new(before, None if fitted else voice.word_if(lexicon.FITS, have), noun)
    elif tells_sleeves(garment) and "sleeve" not in noun and voice.maybe(0.08 + 0.22 * voice.detail):
        told = {"vest": "none", "tank": "none", "singlet": "none"}
        if not any(word in noun for word in told):
            _append_new(before, voice.word_if(lexicon.SLEEVES, have), noun)


def length_source(garment: Garment) -> str | None:
    """The line of the lexicon with the words for its length; None where nobody speaks of that."""
    if garment.kind in _LONG_KINDS:
        return lexicon.LENGTHS["long"]
    return lexicon.LENGTHS["short"] if garment.kind in _SHORT_KINDS else None


def tells_sleeves(garment: Garment) -> bool:
    """Whether people speak of the sleeves of such a garment."""
    return garment.kind in _SLEEVED


def _colour(
    voice: Voice, field: str, garment: Garment, noun: str, after: list[str]
) -> tuple[str | None, bool]:
    """The colour words, and whether they tell the pattern too: "red and white striped"."""
    if garment.pattern == "camouflage" and voice.maybe(0.6):
        return None, False
    told = len(owners(noun)) == 1 and len(noun.split()) > 1  # "leather jacket" says enough by itself
    if not voice.maybe(0.8 if told else 0.97):
        return None, False
    colour = voice.colour(garment.colour)
    voice.mention(f"{field}.colour")
    if (
        garment.pattern == "plain"
        and garment.second
        and garment.kind in ("trainers", "shoes", "boots", "sandals")
    ):
        if voice.maybe(0.12 + 0.3 * voice.detail):
            after.append(f"with {voice.colour(garment.second)} soles")
        return colour, False
    if (
        garment.second
        and garment.pattern in ("stripes", "check", "colour block", "print")
        and voice.maybe(0.4)
    ):
        second = voice.colour(garment.second)
        voice.mention(f"{field}.pattern")
        pair = f"{second} and {colour}" if voice.maybe(0.25) else f"{colour} and {second}"
        if garment.pattern == "colour block":
            return pair, True
        return f"{pair} {voice.word(lexicon.PATTERNS[garment.pattern])}", True
    return colour, False


def _pattern(
    voice: Voice, field: str, garment: Garment, have: frozenset[str], before: list[str], after: list[str]
) -> None:
    if garment.pattern == "plain":
        if voice.maybe(0.02):
            before.insert(0, "plain")
        return
    on_front = garment.pattern == "logo"
    if (on_front and voice.facing == "back") or not voice.maybe(0.35 + 0.5 * voice.detail):
        return
    voice.mention(f"{field}.pattern")
    if voice.maybe(0.9 if on_front else 0.35):
        tail = voice.word(lexicon.PATTERN_TAILS[garment.pattern], have)
        second = voice.colour(garment.second) if garment.second else "contrasting"
        after.insert(0, tail.replace("[second]", second))
    else:
        before.append(voice.word(lexicon.PATTERNS[garment.pattern]))


def _append_new(before: list[str], word: str | None, noun: str) -> None:
    """Add a modifier unless the noun tells it already."""
    if word and not set(word.replace("-", " ").split()) & set(noun.replace("-", " ").split()):
        before.append(word)


def _hood_up(voice: Voice) -> bool:
    return voice.look.headwear is not None and voice.look.headwear.kind == "hood"
