"""What the person does and how they stand to the camera, in words."""

from collections.abc import Mapping

from synthesis.describing.figure import owned
from synthesis.describing.lexicon import entries
from synthesis.describing.voice import SlotWords, Voice

_DOING: Mapping[tuple[str, str], str] = {  # (pose, facing): finite forms; participles are derived
    ("walk", "front"): "walks towards the camera*4; comes towards the camera*1.5; walks*4; approaches*0.5; "
    "walks this way*0.5; comes closer*0.3; walks along*1; walks towards us*0.4",
    (
        "walk",
        "side",
    ): "walks past*4; walks*4; walks across*1.5; passes by*1.5; crosses the view*0.4; walks along*1; "
    "walks by*1; strolls past*0.4",
    (
        "walk",
        "back",
    ): "walks away*4; walks away from the camera*4; walks*2; heads away*1.5; goes away from us*0.3; "
    "leaves*0.3; walks off*1; walks ahead*0.4",
    ("run", "front"): "runs*4; runs towards the camera*3; jogs*2",
    ("run", "side"): "runs*4; runs past*3; jogs*2; jogs by*1",
    ("run", "back"): "runs*3; runs away*3; jogs*2; runs away from the camera*1",
    ("stand", "front"): "stands*5; stands still*1.5; stands facing the camera*2; waits*1; stands there*1",
    ("stand", "side"): "stands*5; stands still*1.5; waits*1; stands side-on*1; stands there*1",
    (
        "stand",
        "back",
    ): "stands*4; stands still*1; stands with ~ back to the camera*3; waits*1; stands there*1",
    ("sit", "front"): "sits*4; sits facing the camera*1",
    ("sit", "side"): "sits*4; sits side-on*0.5",
    ("sit", "back"): "sits*4; sits with ~ back to the camera*1",
}
_WHOSE = ("his", "her", "their")
_PARTICIPLES = {
    "comes": "coming",
    "leaves": "leaving",
    "runs": "running",
    "jogs": "jogging",
    "sits": "sitting",
}
_SEEN = {
    "front": "facing the camera*3; seen from the front*2; facing forwards*0.6; facing us*0.6; "
    "looking our way*0.3",
    "side": "seen from the side*3; side-on*1; in profile*1; turned sideways*0.6",
    "back": "seen from behind*4; facing away*3; with ~ back to the camera*3; seen from the back*2; "
    "facing away from the camera*2; with ~ back turned*0.8",
}
_STANCE = {
    "hands in pockets": "with ~ hands in ~ pockets*5; hands in pockets*2; "
    "with both hands in ~ pockets*1.5; with ~ hands tucked into ~ pockets*0.5",
    "arms folded": "with ~ arms folded*4; with folded arms*2; with ~ arms crossed*3; arms crossed*1; "
    "with crossed arms*1",
    "phone": "using ~ phone*3; on ~ phone*3; using a phone*2; on the phone*2; with a phone in ~ hand*2; "
    "holding a phone*2; busy with ~ phone*1; using a mobile phone*1",
}


def _does(voice: Voice, bare: bool) -> str | None:
    source = _DOING.get((voice.look.pose, voice.facing))
    return owned(voice, voice.word(source)) if source else None


def _doing(voice: Voice, bare: bool) -> str | None:
    """The participle, under the same name as `does`: an action is told once."""
    if "does" in voice.said or (phrase := _does(voice, bare)) is None:
        return None
    voice.said |= {"does"}
    return _participle(phrase)


def _participle(phrase: str) -> str:
    verb, _, rest = phrase.partition(" ")
    stem = verb.removesuffix("es") if verb.endswith(("sses", "ches")) else verb.removesuffix("s")
    return f"{_PARTICIPLES.get(verb, stem + 'ing')} {rest}".strip()


def action_facts(voice: Voice) -> dict[str, list[str]]:
    """Every wording of what the person does and how they stand to the camera."""
    does = _wordings(_DOING.get((voice.look.pose, voice.facing), ""))
    hidden = voice.look.pose == "phone" and voice.facing == "back"
    return {
        "pose": [*does, *map(_participle, does)],
        "facing": _wordings(_SEEN[voice.facing]),
        "stance": [] if hidden else _wordings(_STANCE.get(voice.look.pose, "")),
    }


def _wordings(source: str) -> list[str]:
    texts = [entry.text for entry in entries(source) if entry.text]
    return [text.replace("~", whose) for text in texts for whose in (_WHOSE if "~" in text else ("",))]


def _place(voice: Voice, bare: bool) -> str | None:
    if voice.look.pose not in ("walk", "run"):
        return None
    return voice.word(
        "along the street*2; down the road*2; on the pavement*1; across the street*1; along the path*1; "
        "through the square*0.5;"
        "down the street*2; on the sidewalk*1; across the road*1; along a wall*0.3; through the crowd*0.2; "
        "past the shops*0.4"
    )


def _seen(voice: Voice, bare: bool) -> str | None:
    if "does" in voice.said:
        return None
    voice.said |= {"does"}
    return owned(voice, voice.word(_SEEN[voice.facing]))


def _stance(voice: Voice, bare: bool) -> str | None:
    source = _STANCE.get(voice.look.pose)
    if source is None or (voice.look.pose == "phone" and voice.facing == "back"):
        return None
    if voice.look.pose == "phone":
        if "thing phone" in voice.said:
            return None
        voice.said |= {"thing phone"}
    return owned(voice, voice.word(source))


ACTIONS: Mapping[str, SlotWords] = {
    "does": _does, "doing": _doing, "place": _place, "seen": _seen, "stance": _stance,
}  # fmt: skip
