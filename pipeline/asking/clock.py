"""Clock times as people write them: "4 pm", "16:30", "half past four", "noon", "four"."""

import re
from dataclasses import dataclass

HOURS = (
    *("midnight", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_OTHERS = {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "fifteen": 15}
_TENS = {"twenty": 20, "twenty-four": 24, "twenty-five": 25, "thirty": 30, "forty-eight": 48}
NUMBERS = {word: number for number, word in enumerate(HOURS) if number} | _OTHERS | _TENS
COUNT = rf"(?:\d{{1,3}}|{'|'.join(word.replace(' ', '[ ]') for word in sorted(NUMBERS, key=len)[::-1])})"
DAY, HALF_DAY = 24 * 60, 12 * 60  # minutes

HOUR = rf"(?:\d{{1,2}}|{'|'.join(HOURS[1:])})"
_HALF = r"(?:[ap]\.?m(?:\.(?=\s*[\w,])|\b))"
_PAST = rf"(?:half|quarter|five|ten|twenty(?:[\s-]five)?)(?:\s+minutes)?\s+(?:past|to)\s+{HOUR}"

EXACT = (  # a time of day wherever it stands
    rf"(?:\d{{1,2}}(?::|h)\d{{2}}(?!\d|:\d)(?:\s*{_HALF})?|\d{{1,2}}\.\d{{2}}\s*{_HALF}|{HOUR}\s*{_HALF}"
    rf"|{HOUR}\s+o['’]?clock|(?:half|quarter)(?:\s+past|\s+to)\s+{HOUR}|\d{{4}}\s*(?:hours|hrs)\b)"
)
NAMED = r"(?:(?:12\s+)?(?:noon|midday|midnight)\b)"
LOOSE = rf"(?:{EXACT}|{NAMED}|{_PAST}|{HOUR}(?![\w:./%'’-]))"  # a time of day behind "after", "between"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; where the half of the day is not said, the one before noon."""

    minutes: int  # since midnight
    open: bool = False  # it may be twelve hours later just as well

    @property
    def readings(self) -> tuple[int, ...]:
        return (self.minutes, self.minutes + HALF_DAY) if self.open else (self.minutes,)


def read_clock(text: str) -> Clock | None:
    """The time that a text matching EXACT or LOOSE says; None for one like "25:00" that no clock shows."""
    low = " ".join(text.lower().replace("’", "'").split())
    if "noon" in low or "midday" in low:
        return Clock(HALF_DAY)
    if "midnight" in low:
        return Clock(0)
    if past := re.fullmatch(rf"(half|quarter|[\w -]+?)(?: minutes)? (past|to) ({HOUR})", low):
        apart = {"half": 30, "quarter": 15}.get(past[1]) or NUMBERS[past[1].replace(" ", "-")]
        hour = _hour(past[3])
        return Clock((hour * 60 + (apart if past[2] == "past" else -apart)) % HALF_DAY, open=True)
    if soldierly := re.fullmatch(r"(\d\d)(\d\d) ?(?:hours|hrs)", low):
        return _clock(int(soldierly[1]), int(soldierly[2]), "0")
    parts = re.fullmatch(rf"({HOUR})(?:[:h.](\d\d))?(?: ?o'?clock)? ?([ap]?)\.?m?\.?", low)
    if parts is None:
        return None
    return _clock(_hour(parts[1]), int(parts[2] or 0), parts[3] or ("0" if parts[1][0] == "0" else ""))


def _hour(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def _clock(hour: int, minute: int, half: str) -> Clock | None:
    """`half` is "a", "p", "0" where the day has 24 hours, "" where that is open."""
    if hour > 24 or minute > 59 or (half in ("a", "p") and not 1 <= hour <= 12):
        return None
    if half in ("a", "p"):
        return Clock(hour % 12 * 60 + minute + (HALF_DAY if half == "p" else 0))
    if half == "0" or hour > 12 or hour == 0:
        return Clock((hour % 24) * 60 + minute)
    return Clock(hour % 12 * 60 + minute, open=True)


def read_number(text: str) -> int:
    """A count in figures or words."""
    low = " ".join(text.lower().split())
    return int(low) if low.isdigit() else NUMBERS[low]
