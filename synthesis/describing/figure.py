"""Who the person is, in words: sex, age, build, hair, beard and glasses."""

import re
from collections.abc import Mapping

from synthesis.describing.lexicon import entries
from synthesis.describing.voice import SlotWords, Voice
from synthesis.looks.colours import hair_words
from synthesis.looks.look import Look

_MEN = "man*10; guy*2.5; male*3; chap*0.2; gentleman*1; bloke*0.3; fellow*0.4; dude*0.1"
_YOUNG_MEN = (
    "young man*7; man*5; guy*2; boy*1.2; lad*0.5; young guy*1.2; youth*0.6; young male*1.2; "
    "male*1.5; man in his twenties*1; man of about 25*0.4"
)
_OLD_MEN = (
    "old man*5; elderly man*4; older man*4; man*4; older gentleman*1; gentleman*1.2; "
    "elderly gentleman*0.8; pensioner*0.3; man in his sixties*1; older male*0.8"
)
_MIDDLE_MEN = (
    "man*9; middle-aged man*5; guy*2; male*2.5; gentleman*1.2; man in his forties*1; "
    "middle-aged male*1; bloke*0.4"
)
_WOMEN = "woman*11; lady*4; female*3"
_YOUNG_WOMEN = (
    "young woman*7; woman*6; girl*2.5; young lady*2; female*2; young female*1.2; lady*1; "
    "woman in her twenties*1"
)
_OLD_WOMEN = (
    "old woman*4; elderly woman*4; older woman*4; woman*4; elderly lady*2; old lady*2; "
    "older lady*1.5; pensioner*0.2; woman in her sixties*1; lady*2"
)
_MIDDLE_WOMEN = (
    "woman*10; middle-aged woman*5; lady*4; female*2; woman in her forties*1; "
    "middle-aged lady*1; middle-aged female*0.6"
)
PERSON_NOUNS = {
    ("male", "young"): _YOUNG_MEN, ("male", "middle-aged"): _MIDDLE_MEN, ("male", "old"): _OLD_MEN,
    ("female", "young"): _YOUNG_WOMEN, ("female", "middle-aged"): _MIDDLE_WOMEN,
    ("female", "old"): _OLD_WOMEN,
}  # fmt: skip
_COVERED = ("bald", "balding", "very short", "short", "curly", "afro", "bun")  # by any headwear
_JOINTS = frozenset({"a", "an", "in", "the", "past", "back", "up", "out", "very", "little"})
_NAMELESS = ("very short", "short", "curly")  # mere "hair" without its colour says nothing
_HAIR = {  # "~ " stands for the colour
    "balding": "thinning ~ hair*4; a receding hairline*3; thin ~ hair*2; very little ~ hair; a bald patch",
    "very short": "very short ~ hair*5; short ~ hair*4; cropped ~ hair*2; closely cropped ~ hair*1.5; "
    "close-cut ~ hair; ~ hair; short cropped ~ hair",
    "short": "short ~ hair*9; ~ hair*4; short, ~ hair*0.6; ~ hair cut short*0.7; a short haircut*0.6",
    "curly": "curly ~ hair*7; ~ curls*2; ~ curly hair*3; ~ hair*1.5; wavy ~ hair*0.5",
    "afro": "a ~ afro*4; afro hair*2; big ~ hair; thick curly ~ hair*2; an afro*3; ~ afro hair",
    "bob": "a ~ bob*4; chin-length ~ hair*3; ~ hair in a bob*2; ~ hair*2; bobbed ~ hair; "
    "mid-length ~ hair*2; medium-length ~ hair",
    "long": "long ~ hair*9; ~ hair*3; long straight ~ hair*1.5; long, loose ~ hair*0.7; "
    "~ hair worn long*0.6; ~ long hair; ~ hair past the shoulders",
    "long curly": "long curly ~ hair*6; long wavy ~ hair*3; curly ~ hair*3; long ~ hair*2; long ~ curls; "
    "~ hair",
    "ponytail": "a ~ ponytail*5; ~ hair in a ponytail*4; ~ hair tied back*3; "
    "~ hair tied back in a ponytail*1.5; a pony tail*0.6; ~ hair*1.5; a long ~ ponytail*0.5",
    "bun": "~ hair in a bun*5; a ~ bun*2; ~ hair tied up in a bun*1.5; ~ hair tied up*2; ~ hair up; "
    "~ hair*1.5; ~ hair pinned up*0.6",
    "braid": "a ~ braid*4; ~ hair in a braid*3; a ~ plait*2; braided ~ hair*3; ~ hair in a plait; ~ hair",
}
_BUILDS: Mapping[str, Mapping[str, float]] = {
    "slim": {"slim": 5, "thin": 3, "slender": 1, "skinny": 1, "lean": 0.5, "slightly built": 0.4},
    "heavy": {
        "heavy-set": 2, "stocky": 2, "large": 1, "big": 2, "overweight": 1.5, "heavily built": 1.5,
        "plump": 0.7, "stout": 0.7,
    },
}  # fmt: skip
_BALD: Mapping[str, Mapping[str, float]] = {
    "bald": {"bald": 5, "bald-headed": 0.5}, "balding": {"balding": 4, "half-bald": 0.3},
}  # fmt: skip
_HAIRED = {
    "long": "long-haired", "short": "short-haired", "curly": "curly-haired", "long curly": "curly-haired",
}  # fmt: skip
PRONOUNS = {"male": ("he", "his", "him"), "female": ("she", "her")}


def his(voice: Voice) -> str:
    """The possessive that fits how the person was called."""
    if "neutral" in voice.said:
        return "their"
    voice.mention("sex")
    return "his" if voice.look.sex == "male" else "her"


def owned(voice: Voice, phrase: str) -> str:
    """The phrase with the possessive in place of "~"."""
    return phrase.replace("~", his(voice)) if "~" in phrase else phrase


def _noun(voice: Voice, bare: bool) -> str:
    noun = voice.word(PERSON_NOUNS[voice.look.sex, voice.look.age])
    if noun not in ("youth", "pensioner"):
        voice.mention("sex")
    return noun


def _sex(voice: Voice, bare: bool) -> str:
    voice.mention("sex")
    return voice.word(_MEN if voice.look.sex == "male" else _WOMEN)


def _neutral(voice: Voice, bare: bool) -> str:
    voice.said |= {"neutral"}
    return voice.word("person*10; individual*1.5; pedestrian*1.5; adult*0.6; figure*0.5; passer-by*0.3")


def _someone(voice: Voice, bare: bool) -> str:
    voice.said |= {"neutral"}
    return voice.word("someone*4; somebody*2")


def _subject(voice: Voice, bare: bool) -> str:
    if "neutral" in voice.said:
        return voice.word("The person*4; This person*2; The individual*0.4")
    voice.mention("sex")
    return "He" if voice.look.sex == "male" else "She"


def build_words(look: Look) -> dict[str, float]:
    """What people call the build and the height, where there is anything to say."""
    options = dict(_BUILDS.get(look.build, {}))
    if look.height != "average":
        options[look.height] = 5
    return options


def _build(voice: Voice, bare: bool) -> str | None:
    options = build_words(voice.look)
    return voice.pick(options) if options else None


def _hairy(voice: Voice, bare: bool) -> str | None:
    """An adjective for the person: blonde, dark-haired, bald."""
    look = voice.look
    if look.headwear is None and look.hair in ("bald", "balding"):
        return voice.pick(_BALD[look.hair])
    if not hair_shows(voice) or "hair" in voice.said:
        return None
    voice.said |= {"hair"}
    colour = voice.pick(dict(hair_words(look.hair_colour)))
    options = {f"{colour}-haired": 4.0, _HAIRED.get(look.hair, f"{colour}-haired"): 1.5}
    if look.hair_colour.family == "blonde":
        options["blonde"] = 4
    told = voice.pick(options)
    if told not in _HAIRED.values():
        voice.mention("hair_colour")
    return told


def hair_facts(voice: Voice) -> dict[str, list[str]]:
    """What is true of the hair, word by word, because its colour stands between the words of a wording."""
    look = voice.look
    if look.headwear is None and look.hair in _BALD:
        found = {"hair": list(_BALD[look.hair])}
        return found if look.hair == "bald" else found | _hair_words(look)
    return _hair_words(look) if hair_shows(voice) else {}


def _hair_words(look: Look) -> dict[str, list[str]]:
    told = {word for entry in entries(_HAIR[look.hair]) for word in re.findall(r"[a-z\-]+", entry.text)}
    shape = [*sorted(told - _JOINTS), *(_HAIRED[look.hair] for _ in range(look.hair in _HAIRED))]
    colours = [word for word, _ in hair_words(look.hair_colour)]
    named = [*colours, *(f"{colour}-haired" for colour in colours)]
    return {
        "hair": shape,
        "hair_colour": [*named, *(["blonde"] if look.hair_colour.family == "blonde" else [])],
    }


def hair_shows(voice: Voice) -> bool:
    """A hood or helmet hides all hair, other headwear what does not hang out under it."""
    headwear = voice.look.headwear
    if headwear is None:
        return True
    return headwear.kind not in ("hood", "helmet") and voice.look.hair not in _COVERED


def _hair(voice: Voice, bare: bool) -> str | None:
    """The hair as "with ..." takes it; None where it is hidden or there is none."""
    look = voice.look
    if look.hair == "bald" or not hair_shows(voice):
        return None
    colour = ""
    if bare or look.hair in _NAMELESS or voice.maybe(0.8):
        voice.mention("hair_colour")
        colour = voice.pick(dict(hair_words(look.hair_colour))) + " "
    phrase = voice.word(_HAIR[look.hair]).replace("~ ", colour)
    return phrase.removeprefix("a ").removeprefix("an ") if bare else phrase


def _beard(voice: Voice, bare: bool) -> str | None:
    if not voice.look.beard or voice.facing == "back":
        return None
    voice.mention("beard")
    return ("" if bare else "a ") + voice.pick(
        {"beard": 6, "full beard": 1, f"{voice.pick(dict(hair_words(voice.look.hair_colour)))} beard": 2}
    )


def _eyewear(voice: Voice, bare: bool) -> str | None:
    kind = voice.look.glasses
    if kind == "none" or voice.facing == "back":
        return None
    voice.mention("glasses")
    return voice.word(
        "glasses*6; spectacles*0.8; eyeglasses*0.6"
        if kind == "glasses"
        else "sunglasses*7; dark glasses*1.5; shades*0.8"
    )


FIGURE: Mapping[str, SlotWords] = {
    "noun": _noun, "sex": _sex, "neutral": _neutral, "someone": _someone, "build": _build, "hairy": _hairy,
    "He": _subject, "he": lambda v, b: _subject(v, b).lower(), "his": lambda v, b: his(v),
    "hair": _hair, "beard": _beard, "eyewear": _eyewear,
}  # fmt: skip
