"""Expands templates: {a|b} is one of them, (a) is said perhaps, [a] is a rule or a slot of the speaker."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np


class Speaker(Protocol):
    """Who expands a template: fills slots, and can take back what was said when a branch fails."""

    rng: np.random.Generator
    detail: float  # chance that a (part) is kept

    def say(self, slot: str) -> str | None:
        """The words for a slot, or None where there is nothing (more) to say."""

    def mark(self) -> Any:
        """What has been said so far, for `rewind`."""

    def rewind(self, mark: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Text:
    text: str

    def expand(self, speaker: Speaker) -> str | None:
        return self.text


@dataclass(frozen=True, slots=True)
class Slot:
    name: str

    def expand(self, speaker: Speaker) -> str | None:
        return speaker.say(self.name)


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: "tuple[Node, ...]"

    def expand(self, speaker: Speaker) -> str | None:
        """All parts joined, or None as soon as one cannot be said."""
        texts = []
        for part in self.parts:
            text = part.expand(speaker)
            if text is None:
                return None
            texts.append(text)
        return "".join(texts)


@dataclass(frozen=True, slots=True)
class Choice:
    options: "tuple[Node, ...]"

    def expand(self, speaker: Speaker) -> str | None:
        """A random option; where it cannot be said, another."""
        for index in speaker.rng.permutation(len(self.options)):
            mark = speaker.mark()
            text = self.options[int(index)].expand(speaker)
            if text is not None:
                return text
            speaker.rewind(mark)
        return None


@dataclass(frozen=True, slots=True)
class Maybe:
    part: "Node"

    def expand(self, speaker: Speaker) -> str | None:
        """The part, or nothing: by chance, and where it cannot be said."""
        if speaker.rng.random() >= speaker.detail:
            return ""
        mark = speaker.mark()
        text = self.part.expand(speaker)
        if text is None:
            speaker.rewind(mark)
            return ""
        return text


Node = Text | Slot | Sequence | Choice | Maybe


@cache
def parse(template: str) -> Node:
    """The tree of a template. Raises ValueError where brackets do not match."""
    node, end = _sequence(template, 0, "")
    if end != len(template):
        raise ValueError(f"Unexpected {template[end]!r} at {end} of {template!r}; close brackets in order.")
    return node


def _sequence(template: str, start: int, stops: str) -> tuple[Node, int]:
    parts: list[Node] = []
    text = ""
    position = start
    while position < len(template) and template[position] not in stops:
        letter = template[position]
        if letter not in "{([":
            if letter in "})]":
                break
            text += letter
            position += 1
            continue
        if text:
            parts.append(Text(text))
            text = ""
        node, position = _bracket(template, position)
        parts.append(node)
    if text or not parts:
        parts.append(Text(text))
    return (parts[0] if len(parts) == 1 else Sequence(tuple(parts))), position


def _bracket(template: str, start: int) -> tuple[Node, int]:
    if template[start] == "[":
        end = template.find("]", start)
        if end < 0:
            raise ValueError(f"The slot at {start} of {template!r} is not closed; add a ].")
        return Slot(template[start + 1 : end]), end + 1
    closing = {"{": "}", "(": ")"}[template[start]]
    options: list[Node] = []
    position = start
    while position == start or (position < len(template) and template[position] == "|"):
        node, position = _sequence(template, position + 1, "|" + closing if closing == "}" else closing)
        options.append(node)
    if position >= len(template) or template[position] != closing:
        raise ValueError(f"The bracket at {start} of {template!r} is not closed; add a {closing}.")
    return (Choice(tuple(options)) if closing == "}" else Maybe(options[0])), position + 1
