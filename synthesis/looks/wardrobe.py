"""How often people wear, carry and do what, as relative weights."""

from collections.abc import Mapping

Odds = Mapping[str, float]
Seasons = Mapping[str, float]

UPPER: Mapping[str, Odds] = {
    "casual": {
        "t-shirt": 27, "shirt": 13, "polo": 8, "blouse": 9, "jumper": 15, "sweatshirt": 12, "hoodie": 15,
        "vest top": 8, "cardigan": 7,
    },
    "formal": {"shirt": 60, "blouse": 26, "jumper": 10, "polo": 6, "cardigan": 5},
    "sport": {"t-shirt": 42, "hoodie": 22, "sweatshirt": 14, "vest top": 18, "polo": 4},
    "work": {"t-shirt": 22, "polo": 17, "shirt": 14, "sweatshirt": 12, "overall": 35},
}  # fmt: skip
SEASON_OF_UPPER: Mapping[str, Odds] = {
    "cold": {
        "t-shirt": 0.45, "vest top": 0.12, "polo": 0.5, "jumper": 1.8, "hoodie": 1.3, "sweatshirt": 1.3,
    },
    "mild": {},
    "warm": {
        "t-shirt": 1.6, "vest top": 2.2, "polo": 1.5, "jumper": 0.15, "hoodie": 0.3, "sweatshirt": 0.35,
        "cardigan": 0.4,
    },
}  # fmt: skip
OUTER_WORN: Mapping[str, Seasons] = {
    "casual": {"cold": 0.88, "mild": 0.48, "warm": 0.08},
    "formal": {"cold": 0.93, "mild": 0.72, "warm": 0.4},
    "sport": {"cold": 0.6, "mild": 0.3, "warm": 0.03},
    "work": {"cold": 0.55, "mild": 0.25, "warm": 0.03},
}  # fmt: skip
OUTER: Mapping[str, Odds] = {
    "casual": {
        "jacket": 36, "coat": 20, "puffer jacket": 21, "blazer": 5, "cardigan": 10, "raincoat": 11,
        "hi-vis vest": 1,
    },
    "formal": {"blazer": 48, "coat": 36, "raincoat": 9, "cardigan": 4, "jacket": 4},
    "sport": {"jacket": 62, "puffer jacket": 20, "raincoat": 12, "hi-vis vest": 8},
    "work": {"jacket": 60, "raincoat": 18, "puffer jacket": 16, "hi-vis vest": 20},
}  # fmt: skip
LOWER: Mapping[str, Odds] = {
    "casual": {"jeans": 42, "trousers": 22, "leggings": 12, "shorts": 11, "skirt": 13, "joggers": 9},
    "formal": {"trousers": 76, "skirt": 26, "jeans": 6},
    "sport": {"leggings": 32, "joggers": 34, "shorts": 34},
    "work": {"trousers": 68, "jeans": 20, "shorts": 8, "joggers": 6},
}  # fmt: skip
SEASON_OF_LOWER: Mapping[str, Odds] = {
    "cold": {"shorts": 0.04, "skirt": 0.6},
    "mild": {"shorts": 0.5},
    "warm": {"shorts": 3.4, "skirt": 1.5, "leggings": 0.7, "joggers": 0.5},
}  # fmt: skip
SHOES: Mapping[str, Odds] = {
    "casual": {"trainers": 52, "shoes": 20, "boots": 20, "sandals": 8},
    "formal": {"shoes": 78, "boots": 14, "sandals": 4, "trainers": 4},
    "sport": {"trainers": 100},
    "work": {"boots": 68, "shoes": 14, "trainers": 18},
}  # fmt: skip
SEASON_OF_SHOES: Mapping[str, Odds] = {
    "cold": {"boots": 1.6, "sandals": 0.01},
    "mild": {"sandals": 0.4},
    "warm": {"boots": 0.35, "sandals": 3.0},
}  # fmt: skip
HEADWEAR: Mapping[str, Mapping[str, Odds]] = {
    "casual": {
        "cold": {"beanie": 0.17, "hat": 0.06, "cap": 0.04},
        "mild": {"cap": 0.1, "hat": 0.06, "beanie": 0.05},
        "warm": {"cap": 0.17, "hat": 0.11},
    },
    "formal": {"cold": {"beanie": 0.08, "hat": 0.16}, "mild": {"hat": 0.1}, "warm": {"hat": 0.08}},
    "sport": {
        "cold": {"beanie": 0.22, "cap": 0.08, "helmet": 0.08},
        "mild": {"cap": 0.2, "helmet": 0.09},
        "warm": {"cap": 0.26, "helmet": 0.09},
    },
    "work": {
        "cold": {"helmet": 0.5, "beanie": 0.16, "cap": 0.06},
        "mild": {"helmet": 0.52, "cap": 0.14},
        "warm": {"helmet": 0.5, "cap": 0.2},
    },
}  # fmt: skip
HOOD_UP: Seasons = {"cold": 0.34, "mild": 0.18, "warm": 0.05}
HOODED: Odds = {
    "jacket": 0.3, "coat": 0.25, "puffer jacket": 0.55, "raincoat": 0.85, "blazer": 0.0, "cardigan": 0.0,
}  # fmt: skip
OPEN: Seasons = {"cold": 0.25, "mild": 0.5, "warm": 0.7}
SCARF: Seasons = {"cold": 0.26, "mild": 0.06, "warm": 0.01}
GLOVED: Seasons = {"cold": 0.17, "mild": 0.02, "warm": 0.005}

# Cut and cloth ---------------------------------------------------------------------------------------
PATTERNS_OF_UPPER: Mapping[str, Odds] = {
    "t-shirt": {
        "plain": 46, "stripes": 14, "print": 11, "logo": 18, "colour block": 5, "animal print": 2,
        "camouflage": 4,
    },
    "shirt": {"plain": 48, "stripes": 18, "check": 24, "print": 8, "animal print": 1, "camouflage": 1},
    "polo": {"plain": 62, "stripes": 18, "logo": 10, "colour block": 10},
    "blouse": {"plain": 48, "stripes": 9, "check": 5, "print": 24, "animal print": 14},
    "jumper": {"plain": 58, "stripes": 20, "print": 5, "colour block": 10, "check": 4, "animal print": 3},
    "sweatshirt": {"plain": 50, "stripes": 8, "logo": 22, "colour block": 12, "camouflage": 4, "print": 4},
    "hoodie": {"plain": 58, "logo": 22, "colour block": 8, "camouflage": 7, "print": 5},
    "vest top": {"plain": 62, "stripes": 14, "print": 10, "logo": 6, "animal print": 8},
    "cardigan": {"plain": 68, "stripes": 14, "check": 6, "print": 6, "animal print": 6},
    "dress": {"plain": 46, "stripes": 11, "check": 6, "print": 24, "animal print": 10, "colour block": 3},
    "overall": {"plain": 88, "colour block": 6, "camouflage": 6},
}  # fmt: skip
PATTERNS_OF_OUTER: Mapping[str, Odds] = {
    "jacket": {"plain": 68, "camouflage": 10, "check": 6, "colour block": 10, "logo": 4, "animal print": 2},
    "coat": {"plain": 78, "check": 12, "camouflage": 3, "animal print": 7},
    "blazer": {"plain": 76, "check": 12, "stripes": 12},
    "cardigan": {"plain": 74, "stripes": 12, "check": 5, "print": 4, "animal print": 5},
}  # fmt: skip
PATTERNS_OF_LOWER: Mapping[str, Odds] = {
    "trousers": {"plain": 84, "check": 6, "camouflage": 5, "stripes": 3, "print": 2},
    "leggings": {"plain": 84, "print": 6, "animal print": 5, "colour block": 3, "camouflage": 2},
    "shorts": {"plain": 72, "camouflage": 9, "check": 9, "print": 6, "stripes": 4},
    "skirt": {"plain": 58, "print": 14, "check": 12, "stripes": 7, "animal print": 9},
    "joggers": {"plain": 80, "stripes": 11, "camouflage": 6, "logo": 3},
}  # fmt: skip
MATERIALS_OF: Mapping[str, Odds] = {
    "t-shirt": {"cotton": 1},
    "shirt": {"cotton": 88, "denim": 12},
    "polo": {"cotton": 1},
    "blouse": {"cotton": 78, "shiny": 22},
    "jumper": {"knit": 78, "wool": 22},
    "sweatshirt": {"cotton": 78, "fleece": 22},
    "hoodie": {"cotton": 86, "fleece": 14},
    "vest top": {"cotton": 1},
    "cardigan": {"knit": 1},
    "dress": {"cotton": 74, "knit": 13, "denim": 6, "shiny": 7},
    "overall": {"cotton": 80, "denim": 20},
    "jacket": {"cotton": 42, "leather": 20, "denim": 17, "fleece": 10, "shiny": 11},
    "coat": {"wool": 66, "cotton": 34},
    "puffer jacket": {"padded": 1},
    "blazer": {"wool": 72, "cotton": 28},
    "raincoat": {"shiny": 1},
    "trousers": {"cotton": 72, "wool": 23, "leather": 5},
    "jeans": {"denim": 1},
    "leggings": {"cotton": 85, "shiny": 8, "leather": 7},
    "shorts": {"cotton": 76, "denim": 24},
    "skirt": {"cotton": 68, "denim": 14, "leather": 10, "wool": 8},
    "joggers": {"cotton": 1},
    "trainers": {"cotton": 60, "leather": 40},
    "shoes": {"leather": 1},
    "boots": {"leather": 1},
    "sandals": {"leather": 1},
    "cap": {"cotton": 1},
    "beanie": {"knit": 1},
    "hat": {"wool": 60, "cotton": 40},
    "helmet": {"shiny": 1},
}  # fmt: skip
LENGTHS: Mapping[str, Odds] = {
    "t-shirt": {"hip": 1},
    "shirt": {"hip": 1},
    "polo": {"hip": 1},
    "blouse": {"hip": 1},
    "jumper": {"hip": 1},
    "sweatshirt": {"hip": 1},
    "hoodie": {"hip": 1},
    "vest top": {"hip": 85, "waist": 15},
    "cardigan": {"hip": 55, "thigh": 28, "knee": 17},
    "dress": {"thigh": 22, "knee": 43, "calf": 23, "ankle": 12},
    "overall": {"ankle": 1},
    "jacket": {"hip": 72, "waist": 28},
    "coat": {"thigh": 38, "knee": 42, "calf": 20},
    "puffer jacket": {"hip": 62, "waist": 14, "thigh": 15, "knee": 9},
    "blazer": {"hip": 1},
    "raincoat": {"hip": 30, "thigh": 45, "knee": 25},
    "trousers": {"ankle": 1},
    "jeans": {"ankle": 1},
    "leggings": {"ankle": 1},
    "joggers": {"ankle": 1},
    "shorts": {"thigh": 45, "knee": 55},
    "skirt": {"thigh": 30, "knee": 42, "calf": 20, "ankle": 8},
}  # fmt: skip
_TOPS: Odds = {"regular": 70, "loose": 18, "tight": 12}
FITS: Mapping[str, Odds] = {
    "t-shirt": _TOPS,
    "shirt": _TOPS,
    "polo": _TOPS,
    "blouse": _TOPS,
    "jumper": _TOPS,
    "sweatshirt": _TOPS,
    "hoodie": _TOPS,
    "vest top": {"regular": 55, "tight": 45},
    "cardigan": {"regular": 65, "loose": 35},
    "dress": {"regular": 50, "flared": 30, "tight": 20},
    "overall": {"regular": 60, "loose": 40},
    "jacket": {"regular": 88, "loose": 12},
    "coat": {"regular": 82, "loose": 18},
    "puffer jacket": {"regular": 1},
    "blazer": {"regular": 1},
    "raincoat": {"regular": 80, "loose": 20},
    "trousers": {"regular": 62, "loose": 18, "tight": 12, "flared": 8},
    "jeans": {"regular": 48, "tight": 30, "loose": 14, "flared": 8},
    "leggings": {"tight": 1},
    "shorts": {"regular": 75, "loose": 25},
    "skirt": {"regular": 45, "flared": 35, "tight": 20},
    "joggers": {"regular": 60, "loose": 40},
}  # fmt: skip

# People ----------------------------------------------------------------------------------------------
SKIN = (
    (83, 7, 14),
    (74, 10, 18),
    (66, 12, 20),
    (56, 13, 22),
    (43, 13, 20),
    (31, 10, 13),
)  # CIELAB, fair to dark
HAIR: Mapping[str, Mapping[str, Odds]] = {
    "male": {
        "young": {
            "very short": 24, "short": 36, "curly": 10, "afro": 13, "long": 4, "bun": 3, "bald": 3,
            "ponytail": 2, "braid": 2,
        },
        "middle-aged": {
            "very short": 26, "short": 34, "balding": 17, "bald": 12, "curly": 6, "afro": 3, "long": 2,
            "ponytail": 2,
        },
        "old": {"very short": 18, "short": 30, "balding": 30, "bald": 16, "curly": 4, "long": 2},
    },
    "female": {
        "young": {
            "long": 26, "ponytail": 17, "bob": 11, "bun": 10, "long curly": 13, "braid": 9, "afro": 12,
            "curly": 4, "short": 4,
        },
        "middle-aged": {
            "bob": 22, "long": 18, "short": 14, "ponytail": 12, "bun": 9, "curly": 9, "long curly": 10,
            "braid": 4,
        },
        "old": {"short": 30, "bob": 28, "curly": 18, "bun": 10, "very short": 6, "long": 5, "ponytail": 3},
    },
}  # fmt: skip
HAIR_COLOUR: Mapping[str, Mapping[str, Odds]] = {
    "young": {
        "dark": {"black": 74, "dark brown": 22, "blonde": 4},
        "fair": {"black": 12, "dark brown": 25, "brown": 28, "blonde": 25, "ginger": 10},
    },
    "middle-aged": {
        "dark": {"black": 66, "dark brown": 20, "grey": 14},
        "fair": {"black": 9, "dark brown": 23, "brown": 26, "blonde": 19, "ginger": 7, "grey": 16},
    },
    "old": {
        "dark": {"black": 20, "grey": 50, "white": 30},
        "fair": {"brown": 9, "blonde": 7, "ginger": 2, "grey": 47, "white": 35},
    },
}  # fmt: skip

# Things and poses ------------------------------------------------------------------------------------
WORN: Mapping[str, Odds] = {
    "casual": {"nothing": 66, "backpack": 20, "shoulder bag": 14},
    "formal": {"nothing": 70, "backpack": 12, "shoulder bag": 18},
    "sport": {"nothing": 80, "backpack": 17, "shoulder bag": 3},
    "work": {"nothing": 88, "backpack": 9, "shoulder bag": 3},
}  # fmt: skip
HELD: Odds = {
    "nothing": 0.5, "tote bag": 0.048, "carrier bag": 0.055, "suitcase": 0.045, "paper": 0.05,
    "envelope": 0.042, "phone": 0.075, "cup": 0.048, "umbrella": 0.045, "bottle": 0.042,
}  # fmt: skip
POSES: Mapping[str, Odds] = {
    "sport": {"walk": 40, "stand": 16, "run": 38, "sit": 4, "hands in pockets": 3, "arms folded": 3},
    "other": {"walk": 52, "stand": 22, "run": 3.5, "sit": 6, "hands in pockets": 12, "arms folded": 5},
}  # fmt: skip
