"""What a rendered person looks like, known exactly: the contract of sampling, rendering and describing."""

from dataclasses import asdict, dataclass
from typing import Any

RGB = tuple[float, float, float]  # sRGB albedo, 0..1


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour and the family that people call it by; captions choose a word of the family."""

    family: str  # one of synthesis.looks.colours.FAMILIES: "navy", "light blue", "beige", ...
    rgb: RGB


@dataclass(frozen=True, slots=True)
class Garment:
    """One piece of clothing. Fields that make no sense for a kind keep their defaults."""

    kind: str  # UPPER, OUTER, LOWER, ONE_PIECE, SHOES or HEADWEAR below
    colour: Colour
    second: Colour | None = None  # of the pattern, the sleeves, the soles or the inside of the hood
    pattern: str = "plain"  # PATTERNS
    material: str = "cotton"  # MATERIALS
    sleeves: str = "long"  # "none" | "short" | "long"
    length: str = "hip"  # "waist" | "hip" | "thigh" | "knee" | "calf" | "ankle"
    fit: str = "regular"  # "tight" | "regular" | "loose" | "flared"
    hood: bool = False
    open: bool = False  # an outer garment worn open over the upper one


@dataclass(frozen=True, slots=True)
class Carried:
    """A thing carried, worn on a strap or held."""

    kind: str  # CARRIED
    colour: Colour


@dataclass(frozen=True, slots=True)
class Look:
    """One person from head to foot."""

    sex: str  # "male" | "female"
    age: str  # "young" | "middle-aged" | "old"
    build: str  # "slim" | "average" | "heavy"
    height: str  # "short" | "average" | "tall"
    skin: RGB
    hair: str  # HAIR
    hair_colour: Colour
    beard: bool
    glasses: str  # "none" | "glasses" | "sunglasses"
    headwear: Garment | None
    upper: Garment  # worn next to the body; a one-piece (dress, overall) stands here with lower None
    outer: Garment | None
    lower: Garment | None
    shoes: Garment
    scarf: Colour | None
    gloves: Colour | None
    carried: tuple[Carried, ...]
    pose: str  # POSES

    def record(self) -> dict[str, Any]:
        """The look as plain JSON values, kept beside every rendered picture."""
        return asdict(self)


UPPER = ("t-shirt", "shirt", "polo", "blouse", "jumper", "sweatshirt", "hoodie", "vest top", "cardigan")
OUTER = ("jacket", "coat", "puffer jacket", "blazer", "cardigan", "hi-vis vest", "raincoat")
LOWER = ("trousers", "jeans", "leggings", "shorts", "skirt", "joggers")
ONE_PIECE = ("dress", "overall")
SHOES = ("trainers", "shoes", "boots", "sandals")
HEADWEAR = ("cap", "beanie", "hat", "helmet", "hood")  # "hood": the hood of the outer or upper garment is up
PATTERNS = ("plain", "stripes", "check", "print", "logo", "colour block", "animal print", "camouflage")
MATERIALS = ("cotton", "denim", "leather", "knit", "padded", "fleece", "wool", "shiny")
HAIR = (
    "bald",
    "balding",
    "very short",
    "short",
    "curly",
    "afro",
    "bob",
    "long",
    "long curly",
    "ponytail",
    "bun",
    "braid",
)
CARRIED = (
    "backpack", "shoulder bag", "handbag", "tote bag", "carrier bag", "suitcase", "paper", "envelope",
    "phone", "cup", "umbrella", "bottle",
)  # fmt: skip
POSES = ("walk", "stand", "run", "sit", "phone", "hands in pockets", "arms folded")
