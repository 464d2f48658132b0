"""Somebody who describes one person from one side: what they see, how they talk, what they have said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from synthesis.describing import lexicon
from synthesis.describing.grammar import parse
from synthesis.looks.chance import draw
from synthesis.looks.colours import words
from synthesis.looks.look import Carried, Colour, Garment, Look

_HIDDEN_BEHIND = ("paper", "envelope", "phone", "cup", "bottle")  # held before the body
VAGUE = ("dark", "light", "pale", "dark-coloured", "light-coloured")

Mark = tuple[frozenset[str], frozenset[str]]
SlotWords = Callable[["Voice", bool], str | None]  # (voice, bare): bare phrases have no article


@dataclass(slots=True)
class Voice:
    """A `grammar.Speaker` for one look. Slots are said once; `mentions` tells what the words pin down."""

    look: Look
    facing: str  # "front" | "side" | "back"
    rng: np.random.Generator
    rules: Mapping[str, str]
    slots: Mapping[str, SlotWords]
    detail: float = 0.5  # chance of each further detail
    unsure: bool = False
    dialect: str = "mixed"  # "british" | "american" | "mixed"
    said: frozenset[str] = field(default=frozenset())
    mentions: frozenset[str] = field(default=frozenset())

    # What can be seen ---------------------------------------------------------------------------
    @property
    def top(self) -> Garment:
        return self.look.outer or self.look.upper

    @property
    def top_field(self) -> str:
        return "outer" if self.look.outer else "upper"

    @property
    def inner(self) -> Garment | None:
        """The garment under an outer one, where it shows."""
        if self.look.outer is None or (self.facing == "back" and self.look.outer.kind != "hi-vis vest"):
            return None
        return self.look.upper if self.look.outer.open or self.look.outer.kind == "hi-vis vest" else None

    @property
    def things(self) -> tuple[Carried, ...]:
        if self.facing != "back":
            return self.look.carried
        return tuple(thing for thing in self.look.carried if thing.kind not in _HIDDEN_BEHIND)

    def garments(self) -> dict[str, Garment]:
        """The visible garments by field of the look, shoes last."""
        look = self.look
        found = {"upper": self.inner, self.top_field: self.top, "lower": look.lower, "shoes": look.shoes}
        return {name: garment for name, garment in found.items() if garment is not None}

    # Speaking -----------------------------------------------------------------------------------
    def say(self, slot: str) -> str | None:
        if slot in self.rules:
            return parse(self.rules[slot]).expand(self)
        name = slot.removesuffix("-")
        if name in self.said:
            return None
        text = self.slots[name](self, slot != name)
        if text is not None and name.islower() and name not in ("he", "his", "him", "he is"):
            self.said |= {name}
        return text

    def mark(self) -> Mark:
        return self.said, self.mentions

    def rewind(self, mark: Mark) -> None:
        self.said, self.mentions = mark

    def mention(self, what: str) -> None:
        self.mentions |= {what}

    # Choosing words -----------------------------------------------------------------------------
    def maybe(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)

    def pick(self, options: Mapping[str, float]) -> str:
        return draw(self.rng, options)

    def word(self, source: str, traits: frozenset[str] = frozenset()) -> str:
        """A wording of a lexicon line. Raises ValueError where the traits fit none."""
        text = self.word_if(source, traits)
        if text is None:
            raise ValueError(f"No wording of {source!r} fits {sorted(traits)}; add one without a condition.")
        return text

    def word_if(self, source: str, traits: frozenset[str]) -> str | None:
        """A wording of a lexicon line whose claims hold, in this voice's dialect; None where none does."""
        foreign = {"british": lexicon.AMERICAN, "american": lexicon.BRITISH}.get(self.dialect, frozenset())
        options = {
            entry.text: entry.weight * (0.02 if foreign & set(entry.text.split()) else 1.0)
            for entry in lexicon.entries(source)
            if entry.holds(traits)
        }
        return self.pick(options) if options else None

    def colour(self, colour: Colour) -> str:
        """A word for a colour; an unsure voice offers two, or hedges."""
        options = dict(words(colour))
        vague = {word: weight for word, weight in options.items() if word in VAGUE}
        first = self.pick(vague if vague and self.maybe(0.12 * (1 - self.detail)) else options)
        if not self.unsure or self.maybe(0.4):
            return first
        told = {*first.split(), *VAGUE}
        others = {word: odds for word, odds in options.items() if told.isdisjoint((word, *word.split()))}
        if others and first not in VAGUE and self.maybe(0.6):
            second = self.pick(others)
            both = f"{first} or {second}"
            return self.pick({both: 3, f"{first} or maybe {second}": 1, f"either {both}": 1})
        return self.pick({f"maybe {first}": 2, f"possibly {first}": 1, f"probably {first}": 1, first: 2})


def traits(voice: Voice, garment: Garment) -> frozenset[str]:
    """The traits that lexicon entries claim, for one garment of the look."""
    look = voice.look
    found = {look.sex, garment.material, garment.pattern}
    found |= {f"sleeves {garment.sleeves}", f"length {garment.length}", f"fit {garment.fit}"}
    if garment.hood:
        found.add("hood")
    if garment.open:
        found.add("open")
    if garment is voice.top:
        found.add("outermost")
    if garment in (look.upper, look.outer):
        found.add("torso")
    if garment is look.lower:
        found.add("legs")
    if look.upper.kind == "overall" or (look.outer is not None and look.outer.kind == "hi-vis vest"):
        found.add("workwear")
    return frozenset(found)
