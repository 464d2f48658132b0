"""A text that has been cut and reworded, and still knows where in the sentence each letter came from."""

import re
from dataclasses import dataclass

# What a cut leaves behind, to be deleted: doubled blanks and commas, and joints that join nothing any more.
_LEFTOVERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\s+(?=[,.;:!?])",
        r"\s+(?=\s)",
        r"[,;:](?=\s*[,.;:!?])",
        r"^[\s,;:.!?\-–]+(?:(?:and|or|but)\b[\s,]*)?",
        r"(?:[\s,;:\-–]+(?:and|or|but|at|on|in|from))*[\s,;:\-–]+$",
        r"^(?:and|or|but)\b\s*",
        r"(?<=\ba)n(?=\s+[^aeiou\W])",  # "an angry man" -> "a man"
    )
)


@dataclass(frozen=True, slots=True)
class Traced:
    """A text; `origins` has for each of its characters the span of the sentence that it stands for."""

    text: str
    origins: tuple[tuple[int, int], ...]

    @classmethod
    def whole(cls, sentence: str) -> "Traced":
        """The sentence as it was written."""
        return cls(sentence, tuple((place, place + 1) for place in range(len(sentence))))

    def replace(self, start: int, end: int, new: str) -> "Traced":
        """Put `new` in place of the characters from `start` to `end`."""
        origin = self.span(start, end)
        return Traced(
            self.text[:start] + new + self.text[end:],
            self.origins[:start] + (origin,) * len(new) + self.origins[end:],
        )

    def append(self, new: str, start: int, end: int) -> "Traced":
        """Put `new` at the end; it stands for the sentence from `start` to `end`."""
        return Traced(self.text + new, self.origins + ((start, end),) * len(new))

    def tidy(self) -> "Traced":
        """Delete what cuts leave behind."""
        tidied = self
        for pattern in _LEFTOVERS:
            for leftover in reversed(list(pattern.finditer(tidied.text))):
                tidied = tidied.replace(*leftover.span(), "")
        return tidied

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the sentence that the characters from `start` to `end` stand for."""
        return min(left for left, _ in self.origins[start:end]), max(
            right for _, right in self.origins[start:end]
        )
