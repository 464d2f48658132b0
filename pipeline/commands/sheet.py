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
CARD = (300, 300)  # width, height in pixels
PICTURE = (124, 272)  # the largest that a crop is drawn
MARGIN = 14
PAPER, INK, FAINT = (250, 250, 248), (28, 30, 34), (120, 124, 130)
STRONG, WEAK, TRACK = (32, 122, 84), (176, 180, 186), (228, 230, 232)
PHRASES_SHOWN = 6
MATCHES_FROM = 0.5  # agreement from which a phrase counts as seen


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
    x, y = left + PICTURE[0] + 2 * MARGIN, top + MARGIN
    room = CARD[0] - PICTURE[0] - 3 * MARGIN
    draw.text((x, y), card.heading, INK, ImageFont.load_default(20))
    y += 28
    for line in card.lines:
        draw.text((x, y), _fit(draw, line, room, 13), FAINT, ImageFont.load_default(13))
        y += 17
    y += 8
    for reason in card.reasons[:PHRASES_SHOWN]:
        seen = reason.agreement >= MATCHES_FROM
        draw.text(
            (x, y), _fit(draw, reason.phrase, room, 13), INK if seen else FAINT, ImageFont.load_default(13)
        )
        draw.rectangle((x, y + 17, x + room, y + 21), TRACK)
        draw.rectangle((x, y + 17, x + room * reason.agreement, y + 21), STRONG if seen else WEAK)
        y += 29


def _fit(draw: ImageDraw.ImageDraw, words: str, room: int, size: int) -> str:
    font = ImageFont.load_default(size)
    if draw.textlength(words, font) <= room:
        return words
    while words and draw.textlength(words + "…", font) > room:
        words = words[:-1]
    return words + "…"
