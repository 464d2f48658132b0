"""Pictures that hang on the walls of places: facades, signs, doors and boards, drawn flat."""

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.looks.look import RGB

Canvas = NDArray[np.uint8]  # (rows, width, 3) sRGB
PER_METRE = 64  # pixels


def wall(width: float, height: float, colour: RGB) -> Canvas:
    """A blank wall of a size in metres."""
    size = (round(height * PER_METRE), round(width * PER_METRE), 3)
    return np.full(size, _bytes(colour), np.uint8)


def block(canvas: Canvas, box: tuple[float, float, float, float], colour: RGB, line: float = 0.0) -> None:
    """Fill left, bottom, right, top in metres from the lower left; or outline it, ``line`` metres wide."""
    left, bottom, right, top = box
    rows = canvas.shape[0]
    corners = (
        (round(left * PER_METRE), rows - 1 - round(bottom * PER_METRE)),
        (round(right * PER_METRE), rows - 1 - round(top * PER_METRE)),
    )
    cv2.rectangle(canvas, *corners, _bytes(colour), max(1, round(line * PER_METRE)) if line else -1)


def letters(canvas: Canvas, text: str, at: tuple[float, float], high: float, colour: RGB) -> None:
    """Write a line; ``at`` is its lower left corner and ``high`` its height, metres."""
    size = high * PER_METRE / 22
    place = (round(at[0] * PER_METRE), canvas.shape[0] - 1 - round(at[1] * PER_METRE))
    thick = max(1, round(size * 2.6))
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _bytes(colour), thick, cv2.LINE_AA)


def facade() -> Canvas:
    """An office block: rows of windows in a light wall, 44 by 9 metres."""
    canvas = wall(44, 9, (0.66, 0.62, 0.55))
    rng = np.random.default_rng(3)
    block(canvas, (0, 0, 44, 0.7), (0.45, 0.43, 0.41))
    for floor in range(3):
        for number in range(18):
            left, low = 0.7 + 2.4 * number, 1.2 + 2.8 * floor
            block(canvas, (left - 0.06, low - 0.06, left + 1.46, low + 1.56), (0.86, 0.85, 0.83))
            shade = float(rng.uniform(0.1, 0.3))
            block(canvas, (left, low, left + 1.4, low + 1.5), (shade * 0.85, shade, shade * 1.12))
            if rng.random() < 0.4:
                blind = float(rng.uniform(0.3, 1.2))
                block(canvas, (left, low + 1.5 - blind, left + 1.4, low + 1.5), (0.6, 0.58, 0.54))
            block(canvas, (left + 0.68, low, left + 0.73, low + 1.5), (0.86, 0.85, 0.83))
    return canvas


def hall_wall() -> Canvas:
    """The back wall of a hall, 22 by 5 metres: panels, two doorways' frames, boards, posters and a clock."""
    canvas = wall(22, 5, (0.80, 0.78, 0.73))
    for number in range(23):
        block(canvas, (number * 1.0 - 0.012, 0, number * 1.0 + 0.012, 5), (0.68, 0.66, 0.62))
    block(canvas, (0, 0, 22, 0.16), (0.22, 0.22, 0.23))
    block(canvas, (0, 1.08, 22, 1.2), (0.13, 0.33, 0.38))
    block(canvas, (7.2, 2.75, 12.4, 4.5), (0.07, 0.08, 0.10))
    rows = (
        ("16:14", "LAKESIDE", "2"),
        ("16:21", "OLD MILL", "3"),
        ("16:26", "AIRPORT", "1"),
        ("16:40", "HARBOUR", "3"),
    )
    for number, row in enumerate(rows):
        for text, left in zip(row, (7.4, 8.6, 11.9), strict=True):
            letters(canvas, text, (left, 4.1 - 0.4 * number), 0.2, (0.95, 0.70, 0.18))
    for left, sheet, ink in (
        (1.0, (0.15, 0.42, 0.50), (0.93, 0.90, 0.80)),
        (4.4, (0.90, 0.82, 0.62), (0.62, 0.20, 0.14)),
        (17.4, (0.86, 0.87, 0.88), (0.16, 0.36, 0.26)),
        (19.6, (0.78, 0.36, 0.20), (0.97, 0.93, 0.86)),
    ):
        block(canvas, (left - 0.06, 1.34, left + 1.26, 3.16), (0.30, 0.30, 0.31))
        block(canvas, (left, 1.4, left + 1.2, 3.1), sheet)
        block(canvas, (left + 0.12, 1.55, left + 1.08, 1.95), ink)
        middle = (round((left + 0.6) * PER_METRE), canvas.shape[0] - round(2.5 * PER_METRE))
        cv2.circle(canvas, middle, round(0.34 * PER_METRE), _bytes(ink), -1, cv2.LINE_AA)
    clock = (round(14.6 * PER_METRE), canvas.shape[0] - round(3.7 * PER_METRE))
    cv2.circle(canvas, clock, round(0.42 * PER_METRE), (40, 42, 46), -1, cv2.LINE_AA)
    cv2.circle(canvas, clock, round(0.37 * PER_METRE), (240, 240, 236), -1, cv2.LINE_AA)
    for degrees, long in ((-60, 0.2), (24, 0.3)):
        a = np.deg2rad(degrees)
        tip = (
            round(clock[0] + long * PER_METRE * np.sin(a)),
            round(clock[1] - long * PER_METRE * np.cos(a)),
        )
        cv2.line(canvas, clock, tip, (30, 30, 34), 2, cv2.LINE_AA)
    return canvas


def machine() -> Canvas:
    """The front of a ticket machine, 1 by 1.9 metres."""
    canvas = wall(1.0, 1.9, (0.12, 0.30, 0.36))
    block(canvas, (0.12, 1.05, 0.88, 1.6), (0.05, 0.06, 0.07))
    block(canvas, (0.16, 1.1, 0.84, 1.55), (0.55, 0.75, 0.80))
    block(canvas, (0.2, 0.75, 0.42, 0.92), (0.75, 0.76, 0.76))
    block(canvas, (0.52, 0.78, 0.84, 0.88), (0.06, 0.06, 0.07))
    block(canvas, (0.2, 0.28, 0.8, 0.5), (0.06, 0.07, 0.08))
    letters(canvas, "TICKETS", (0.1, 1.7), 0.12, (0.95, 0.95, 0.93))
    return canvas


def plate(text: str, width: float, height: float) -> Canvas:
    """A white sign with dark letters."""
    canvas = wall(width, height, (0.92, 0.92, 0.90))
    block(canvas, (0.03, 0.03, width - 0.03, height - 0.03), (0.10, 0.22, 0.40), 0.03)
    letters(
        canvas, text, (0.14, height * 0.34), min(height * 0.42, 1.1 * width / len(text)), (0.08, 0.12, 0.2)
    )
    return canvas


def _bytes(colour: RGB) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour)
    return (red, green, blue)
