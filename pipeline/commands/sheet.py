"""Contact sheets: one picture on which a person judges an answer at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from models.types import Image
from pipeline.types import Reason

COLUMNS = 4
CARD = (330, 300)  # width, height in pixels
PICTURE = (120, 272)  # the largest that a crop is drawn
MARGIN = 14
PAPER, INK, FAINT = (250, 250, 248), (28, 30, 34), (120, 124, 130)
WEAK, TRACK = (176, 180, 186), (228, 230, 232)
COLOURS = ((32, 122, 84), (38, 98, 178), (190, 92, 20), (142, 60, 150), (180, 40, 60), (90, 110, 20))
PHRASES_SHOWN = len(COLOURS)
MATCHES_FROM = 0.6  # agreement from which a phrase counts as seen: of most people most phrases are untrue
FULL = 0.6  # similarity of a phrase with a part at which the part's cell is dark
BANDS = {  # where the parts lie in the height of a crop
    "head": (0, 1 / 3),
    "upper body": (1 / 6, 1 / 2),
    "lower body": (1 / 2, 5 / 6),
    "feet": (5 / 6, 1),
    "whole": (0, 1),
}
SHORT = {"head": "head", "upper body": "upper", "lower body": "lower", "feet": "feet", "whole": "whole"}


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """One person on the sheet."""

    image: Image
    heading: str  # "1   87 %"
    lines: tuple[str, ...]  # camera, times
    reasons: tuple[Reason, ...]


def contact_sheet(title: str, cards: Sequence[Card], *, notice: str = "") -> Image:
    """Draw the cards in rows of four under the title and the notice, if there is one."""
    columns = min(COLUMNS, max(len(cards), 2))
    width = columns * (CARD[0] + MARGIN) + MARGIN
    heading = wrap(title, width // 10) or [""]
    top = MARGIN + 28 * len(heading) + (26 if notice else 0) + 8
    rows = -(-len(cards) // columns)
    page = Pictures.new("RGB", (width, top + rows * (CARD[1] + MARGIN) + MARGIN), PAPER)
    draw = ImageDraw.Draw(page)
    for line, words in enumerate(heading):
        draw.text((MARGIN, MARGIN + 28 * line), words, INK, ImageFont.load_default(22))
    if notice:
        draw.text((MARGIN, MARGIN + 28 * len(heading)), notice, FAINT, ImageFont.load_default(16))
    for number, card in enumerate(cards):
        row, column = divmod(number, columns)
        corner = (MARGIN + column * (CARD[0] + MARGIN), top + row * (CARD[1] + MARGIN))
        _draw_card(page, draw, corner, card)
    return np.asarray(page)


def _draw_card(page: Pictures.Image, draw: ImageDraw.ImageDraw, corner: tuple[int, int], card: Card) -> None:
    left, top = corner
    draw.rounded_rectangle((left, top, left + CARD[0], top + CARD[1]), 8, (255, 255, 255), TRACK)
    picture = Pictures.fromarray(card.image)
    scale = min(PICTURE[0] / picture.width, PICTURE[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    page.paste(picture.resize(size, Pictures.Resampling.BICUBIC), (left + MARGIN, top + MARGIN))
    x, y = left + PICTURE[0] + 3 * MARGIN, top + MARGIN  # the bars of the reasons stand between
    room = CARD[0] - PICTURE[0] - 4 * MARGIN
    draw.text((x, y), card.heading, INK, ImageFont.load_default(20))
    y += 28
    for line in card.lines:
        draw.text((x, y), _fit(draw, line, room, 13), FAINT, ImageFont.load_default(13))
        y += 17
    corner = (left + MARGIN, top + MARGIN)
    _draw_reasons(draw, card.reasons[:PHRASES_SHOWN], (x, y + 6), room, corner, size)


def doubt(reason: Reason) -> str:
    """What stands before a phrase that does not agree: a bag is not seen, that there is none is not sure."""
    return "not sure" if reason.phrase.startswith("no ") else "not seen"


def _draw_reasons(
    draw: ImageDraw.ImageDraw,
    reasons: Sequence[Reason],
    at: tuple[int, int],
    room: int,
    crop: tuple[int, int],
    size: tuple[int, int],
) -> None:
    """The phrases with how they agree with each part, and bars beside the crop where the seen ones are."""
    x, y = at
    if reasons:
        _draw_parts(draw, [SHORT.get(each.part, each.part) for each in reasons[0].parts], (x, y), room)
        y += 12
    for number, (reason, colour) in enumerate(zip(reasons, COLOURS, strict=False)):
        seen = reason.agreement >= MATCHES_FROM
        words = reason.phrase if seen else f"{doubt(reason)}: {reason.phrase}"
        small = ImageFont.load_default(12)
        share = f"{reason.agreement:.0%}"
        draw.text((x + room, y), share, colour if seen else FAINT, small, anchor="ra")
        draw.text((x, y), _fit(draw, words, room - 34, 12), colour if seen else FAINT, small)
        cell = room / max(1, len(reason.parts))
        for place, each in enumerate(reason.parts):
            depth = min(1.0, max(0.0, each.similarity / FULL))
            left = x + round(place * cell)
            shade = _between(TRACK, colour if seen else WEAK, depth)
            draw.rectangle((left, y + 16, x + round((place + 1) * cell) - 2, y + 21), shade)
        if seen and reason.part in BANDS:
            above, below = (crop[1] + round(edge * size[1]) for edge in BANDS[reason.part])
            edge = crop[0] + size[0] + 2 + 4 * number
            draw.rectangle((edge, above + 1, edge + 2, below - 1), colour)
        y += 26


def _draw_parts(draw: ImageDraw.ImageDraw, names: Sequence[str], at: tuple[int, int], room: int) -> None:
    cell = room / max(1, len(names))
    for place, name in enumerate(names):
        draw.text((at[0] + round(place * cell), at[1]), name, FAINT, ImageFont.load_default(9))


def _between(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _fit(draw: ImageDraw.ImageDraw, words: str, room: int, size: int) -> str:
    font = ImageFont.load_default(size)
    if draw.textlength(words, font) <= room:
        return words
    while words and draw.textlength(words + "…", font) > room:
        words = words[:-1]
    return words + "…"
