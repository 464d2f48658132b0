"""The people of the demonstration: twelve looks that nobody confuses, and questions true of one alone."""

from dataclasses import dataclass

from synthesis.looks.look import Carried, Colour, Garment, Look

RED = Colour("red", (0.70, 0.07, 0.09))
BLUE = Colour("blue", (0.22, 0.36, 0.60))
LIGHT_BLUE = Colour("light blue", (0.50, 0.70, 0.90))
NAVY = Colour("navy", (0.09, 0.12, 0.25))
BLACK = Colour("black", (0.07, 0.07, 0.08))
DARK_GREY = Colour("dark grey", (0.27, 0.28, 0.30))
GREY = Colour("grey", (0.46, 0.47, 0.48))
LIGHT_GREY = Colour("light grey", (0.70, 0.70, 0.71))
WHITE = Colour("white", (0.93, 0.93, 0.92))
CREAM = Colour("cream", (0.90, 0.86, 0.74))
BEIGE = Colour("beige", (0.72, 0.62, 0.46))
BROWN = Colour("brown", (0.44, 0.29, 0.17))
DARK_BROWN = Colour("dark brown", (0.22, 0.15, 0.11))
GREEN = Colour("green", (0.06, 0.46, 0.24))
YELLOW = Colour("yellow", (0.92, 0.86, 0.12))
ORANGE = Colour("orange", (0.92, 0.42, 0.06))
PINK = Colour("pink", (0.93, 0.52, 0.66))
TURQUOISE = Colour("turquoise", (0.10, 0.58, 0.60))
HAIR_BLONDE = Colour("blonde", (0.78, 0.62, 0.36))
HAIR_BLACK = Colour("black", (0.06, 0.05, 0.05))
HAIR_BROWN = Colour("brown", (0.33, 0.21, 0.13))
HAIR_DARK = Colour("dark brown", (0.17, 0.11, 0.08))
HAIR_GREY = Colour("grey", (0.55, 0.54, 0.53))
HAIR_GINGER = Colour("ginger", (0.62, 0.28, 0.10))
FAIR, TANNED, BROWN_SKIN, DARK_SKIN = (
    (0.88, 0.70, 0.60),
    (0.76, 0.56, 0.44),
    (0.52, 0.35, 0.26),
    (0.33, 0.22, 0.17),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """One person of the demonstration."""

    id: str
    look: Look
    queries: tuple[str, ...]  # true of nobody else in the clips
    pace: float  # metres a second
    seed: int  # of what the look leaves open


def _look(
    sex: str, age: str, hair: tuple[str, Colour], upper: Garment, lower: Garment | None, shoes: Garment, *,
    outer: Garment | None = None, headwear: Garment | None = None, carried: tuple[Carried, ...] = (),
    skin: tuple[float, float, float] = FAIR, beard: bool = False, build: str = "average",
    height: str = "average", glasses: str = "none",
) -> Look:  # fmt: skip
    return Look(
        sex, age, build, height, skin, hair[0], hair[1], beard, glasses, headwear, upper, outer, lower,
        shoes, None, None, carried, "walk",
    )  # fmt: skip


TRAINERS = Garment("trainers", WHITE)
BLACK_SHOES = Garment("shoes", BLACK, material="leather")
BOOTS = Garment("boots", BLACK, material="leather")

CAST = (
    Actor(
        "red-jacket",
        _look("female", "young", ("long", HAIR_BLONDE), Garment("t-shirt", WHITE),
              Garment("jeans", BLUE, material="denim", length="ankle"), TRAINERS,
              outer=Garment("jacket", RED)),
        ("a woman in a red jacket and blue jeans", "blonde woman, red jacket", "someone in a red jacket"),
        1.38, 11,
    ),
    Actor(
        "white-cap",
        _look("male", "young", ("short", HAIR_BROWN), Garment("hoodie", LIGHT_BLUE, hood=True),
              Garment("joggers", DARK_GREY, length="ankle"), TRAINERS,
              headwear=Garment("cap", WHITE, sleeves="none")),
        ("a man in a light blue hoodie and a white cap", "white cap", "light blue hoodie"),
        1.45, 12,
    ),
    Actor(
        "long-coat",
        _look("male", "middle-aged", ("short", HAIR_GREY), Garment("shirt", WHITE),
              Garment("trousers", BLACK, material="wool", length="ankle"), BLACK_SHOES, height="tall",
              outer=Garment("coat", BLACK, material="wool", length="calf")),
        ("a man in a long black coat", "grey-haired man wearing a long dark overcoat"),
        1.40, 13,
    ),
    Actor(
        "hi-vis",
        _look("male", "middle-aged", ("very short", HAIR_DARK), Garment("sweatshirt", NAVY),
              Garment("trousers", NAVY, length="ankle", fit="loose"), BOOTS, skin=TANNED, build="heavy",
              outer=Garment("hi-vis vest", YELLOW, second=LIGHT_GREY, sleeves="none"),
              headwear=Garment("helmet", YELLOW, material="shiny", sleeves="none")),
        ("a worker in a yellow hi-vis vest and a helmet", "yellow helmet", "high-visibility vest"),
        1.20, 14,
    ),
    Actor(
        "green-dress",
        _look("female", "young", ("bun", HAIR_DARK), Garment("dress", GREEN, length="knee", fit="flared"),
              None, BLACK_SHOES, skin=TANNED,
              carried=(Carried("handbag", BROWN),)),
        ("a woman in a green dress", "green dress and a brown handbag"),
        1.25, 15,
    ),
    Actor(
        "orange-backpack",
        _look("male", "young", ("curly", HAIR_BLACK), Garment("sweatshirt", GREY),
              Garment("trousers", BEIGE, length="ankle"), TRAINERS, skin=BROWN_SKIN,
              carried=(Carried("backpack", ORANGE),)),
        ("someone with an orange backpack", "a man in a grey sweatshirt and beige trousers with a backpack"),
        1.42, 16,
    ),
    Actor(
        "turquoise-raincoat",
        _look("female", "middle-aged", ("bob", HAIR_GINGER), Garment("jumper", CREAM, material="knit"),
              Garment("jeans", NAVY, material="denim", length="ankle", fit="tight"), BOOTS,
              outer=Garment("raincoat", TURQUOISE, material="shiny", length="thigh")),
        ("a woman in a turquoise raincoat", "ginger-haired woman in a teal raincoat and dark jeans"),
        1.32, 17,
    ),
    Actor(
        "old-man",
        _look("male", "old", ("balding", HAIR_GREY), Garment("shirt", LIGHT_BLUE),
              Garment("trousers", GREY, material="wool", length="ankle"),
              Garment("shoes", DARK_BROWN, material="leather"), outer=Garment("jacket", BROWN),
              headwear=Garment("hat", NAVY, sleeves="none"), beard=True, glasses="glasses",
              carried=(Carried("carrier bag", WHITE),)),
        ("an old man in a brown jacket and a hat", "elderly man with a white carrier bag", "brown jacket"),
        1.02, 18,
    ),
    Actor(
        "black-skirt",
        _look("female", "young", ("ponytail", HAIR_BLACK), Garment("blouse", WHITE),
              Garment("skirt", BLACK, length="knee", fit="tight"), BLACK_SHOES, skin=DARK_SKIN, build="slim",
              carried=(Carried("shoulder bag", RED),)),
        ("a woman in a white blouse and a black skirt", "a red shoulder bag", "black skirt"),
        1.30, 19,
    ),
    Actor(
        "pink-puffer",
        _look("female", "young", ("long", HAIR_DARK), Garment("jumper", WHITE, material="knit"),
              Garment("leggings", BLACK, length="ankle", fit="tight"), TRAINERS, skin=FAIR, height="short",
              outer=Garment("puffer jacket", PINK, material="padded"),
              headwear=Garment("beanie", CREAM, material="knit", sleeves="none")),
        ("a woman in a pink puffer jacket and black leggings", "pink jacket", "cream beanie"),
        1.35, 20,
    ),
    Actor(
        "navy-suit",
        _look("male", "middle-aged", ("bald", HAIR_BLACK), Garment("shirt", WHITE),
              Garment("trousers", NAVY, material="wool", length="ankle"), BLACK_SHOES, skin=DARK_SKIN,
              outer=Garment("blazer", NAVY, material="wool"), carried=(Carried("suitcase", BLACK),)),
        ("a man in a navy suit pulling a suitcase", "bald man in a suit with a black suitcase"),
        1.34, 21,
    ),
    Actor(
        "striped-jumper",
        _look("male", "young", ("short", HAIR_BLACK),
              Garment("jumper", WHITE, second=NAVY, pattern="stripes", material="knit"),
              Garment("jeans", LIGHT_BLUE, material="denim", length="ankle"), Garment("trainers", RED),
              skin=TANNED, beard=True),
        ("a bearded man in a striped jumper", "striped top and light blue jeans", "red trainers"),
        1.28, 22,
    ),
)  # fmt: skip
ACTORS = {actor.id: actor for actor in CAST}
