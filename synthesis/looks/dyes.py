"""How often clothes and things have which colour, as relative weights."""

from collections.abc import Mapping

Odds = Mapping[str, float]

_RARE: Odds = {
    "turquoise": 3.6, "green": 4.6, "dark green": 4, "olive": 4, "yellow": 3.6, "orange": 3.6, "red": 6,
    "burgundy": 4.4, "pink": 5, "purple": 4.8, "light blue": 4, "light grey": 3, "cream": 3.4, "beige": 4,
    "brown": 3.4, "dark brown": 3, "blue": 5, "white": 4, "dark grey": 5.5, "grey": 5.5,
}  # fmt: skip
COAT: Odds = {**_RARE, "black": 28, "navy": 11, "dark grey": 7, "beige": 5.5, "olive": 5}
TOP: Odds = {**_RARE, "black": 17, "navy": 8, "white": 11, "grey": 8}
SHIRT: Odds = {**_RARE, "white": 22, "light blue": 14, "black": 8, "blue": 8, "pink": 5, "navy": 5}
LEGS: Odds = {
    "black": 36, "navy": 11, "dark grey": 11, "grey": 9, "light grey": 3, "beige": 9, "cream": 2.5,
    "white": 3.5, "brown": 4, "dark brown": 3, "olive": 5, "dark green": 2, "blue": 3, "light blue": 1.5,
    "red": 2, "burgundy": 1.8, "green": 1.2, "pink": 1.5, "purple": 1.2, "orange": 1, "yellow": 1,
    "turquoise": 1,
}  # fmt: skip
DENIM: Odds = {"blue": 36, "navy": 24, "light blue": 14, "black": 16, "dark grey": 5, "grey": 3, "white": 2}
TRAINERS: Odds = {
    "white": 36, "black": 26, "grey": 7, "light grey": 4, "dark grey": 3, "navy": 4, "blue": 3, "red": 4,
    "pink": 2.5, "orange": 2, "yellow": 2, "green": 2, "turquoise": 1.5, "beige": 2, "purple": 1,
}  # fmt: skip
LEATHER_SHOES: Odds = {
    "black": 48, "brown": 16, "dark brown": 14, "beige": 6, "dark grey": 4, "white": 3, "navy": 2, "red": 2,
    "burgundy": 2, "cream": 1.5, "olive": 1,
}  # fmt: skip
HAT: Odds = {
    "black": 28, "navy": 10, "dark grey": 8, "grey": 9, "white": 9, "red": 8, "beige": 6, "cream": 3,
    "brown": 3, "blue": 4, "olive": 3, "green": 3, "yellow": 3, "orange": 3, "pink": 3, "burgundy": 3,
    "purple": 2, "turquoise": 1.5,
}  # fmt: skip
HELMET: Odds = {"white": 28, "yellow": 28, "orange": 12, "red": 10, "blue": 10, "black": 10, "green": 4}
BRIGHT: Odds = {**_RARE, "black": 12, "navy": 5, "grey": 9, "red": 10, "white": 6}
GLOVES: Odds = {
    "black": 60, "dark grey": 7, "grey": 7, "brown": 7, "red": 6, "navy": 5, "white": 4, "pink": 3,
    "yellow": 2,
}  # fmt: skip
SECOND: Odds = {
    "white": 34, "black": 16, "navy": 9, "grey": 8, "red": 8, "blue": 6, "yellow": 5, "orange": 3,
    "green": 3, "cream": 3, "pink": 3, "light blue": 3, "beige": 2, "turquoise": 2, "purple": 2,
    "burgundy": 2,
}  # fmt: skip
PATTERN_FIRST: Mapping[str, Odds] = {
    "animal print": {"beige": 40, "brown": 20, "cream": 12, "light grey": 12, "grey": 8, "white": 8},
    "camouflage": {"olive": 45, "dark green": 15, "beige": 18, "grey": 12, "green": 10},
}  # fmt: skip
PATTERN_SECOND: Mapping[str, Odds] = {
    "animal print": {"black": 55, "dark brown": 35, "brown": 10},
    "camouflage": {"dark green": 45, "black": 25, "dark brown": 30},
}  # fmt: skip
MATERIAL_COLOURS: Mapping[str, Odds] = {
    "denim": DENIM,
    "leather": {"black": 62, "brown": 14, "dark brown": 10, "red": 5, "burgundy": 4, "beige": 3, "navy": 2},
}  # fmt: skip
_BAG: Odds = {**_RARE, "black": 34, "navy": 8, "brown": 8, "red": 7, "dark grey": 7}
THINGS: Mapping[str, Odds] = {
    "backpack": _BAG,
    "shoulder bag": _BAG,
    "handbag": _BAG,
    "tote bag": {
        "cream": 28, "white": 18, "beige": 14, "black": 18, "blue": 6, "green": 6, "red": 6, "pink": 4,
    },
    "carrier bag": {
        "white": 36, "blue": 14, "green": 10, "orange": 10, "yellow": 9, "red": 8, "black": 8, "pink": 5,
    },
    "suitcase": {
        "black": 38, "navy": 9, "grey": 10, "red": 11, "blue": 9, "purple": 6, "pink": 6, "green": 5,
        "yellow": 6,
    },
    "paper": {"white": 78, "yellow": 8, "light blue": 5, "pink": 5, "cream": 4},
    "envelope": {"brown": 30, "white": 44, "beige": 16, "cream": 10},
    "phone": {"black": 74, "white": 18, "red": 8},
    "cup": {"white": 50, "brown": 16, "green": 10, "red": 12, "black": 12},
    "umbrella": {"black": 50, "blue": 11, "red": 14, "navy": 6, "green": 6, "yellow": 7, "pink": 6},
    "bottle": {"light blue": 40, "green": 22, "white": 20, "pink": 8, "black": 10},
}  # fmt: skip
