"""The words that people have for kinds, cloths, patterns and things, "
"with weights and with when they are true.

An entry reads `words*weight ?condition &condition`; a condition is a trait of the garment or the person
(see `voice.traits`), `!trait` its absence, `a/b` either. Weight 1 where none is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Entry:
    """One wording, how usual it is, and the traits that it claims."""

    text: str
    weight: float
    claims: tuple[tuple[str, ...], ...]  # every group must hold; a group holds if any of its traits does

    def holds(self, traits: frozenset[str]) -> bool:
        return all(
            any((claim[1:] not in traits) if claim[0] == "!" else (claim in traits) for claim in group)
            for group in self.claims
        )


@cache
def entries(source: str) -> tuple[Entry, ...]:
    """The entries of one line of the lexicon."""
    found = []
    for item in source.split(";"):
        words, _, conditions = item.partition("?")
        text, _, weight = words.strip().partition("*")
        claims = tuple(tuple(c.strip().split("/")) for c in conditions.split("&")) if conditions else ()
        found.append(Entry(text.strip(), float(weight or 1), claims))
    return tuple(found)


NOUNS: Mapping[str, str] = {
    # Worn next to the body
    "t-shirt": "t-shirt*10; tee*1.2; tee shirt*0.6; T shirt*0.7; tshirt*0.6; top*2.2; shirt*1.2; "
    "short-sleeved top*1.2 ?sleeves short;"
    "short-sleeved t-shirt*1.2 ?sleeves short; short sleeve shirt*0.8 ?sleeves short; "
    "long-sleeved top*3 ?sleeves long;"
    "long-sleeved t-shirt*3 ?sleeves long",
    "shirt": "shirt*10; button-up shirt*1.2; dress shirt*0.8 ?!denim; buttoned shirt*0.6; "
    "collared shirt*1; top*0.8; blouse*0.8 ?female;"
    "short-sleeved shirt*2.5 ?sleeves short; long-sleeved shirt*1.2 ?sleeves long; denim shirt*9 ?denim; "
    "flannel shirt*1.5 ?check",
    "polo": "polo shirt*8; polo*4; polo top*0.5; t-shirt*1; t-shirt with a collar*0.8; "
    "collared t-shirt*0.6; short-sleeved polo*0.6; top*0.6",
    "blouse": "blouse*9; top*3; shirt*2; tunic*0.3; long-sleeved blouse*0.8 ?sleeves long; "
    "short-sleeved blouse*1 ?sleeves short",
    "jumper": "jumper*6; sweater*6; pullover*2.5; knitted top*1; knit sweater*1; knit*0.5; "
    "woolly jumper*1; knitted jumper*1; top*0.6",
    "sweatshirt": "sweatshirt*8; sweat top*0.6; jumper*2; sweater*2; sweat shirt*0.6; top*1; "
    "long-sleeved top*1; fleece*5 ?fleece; pullover*0.8",
    "hoodie": "hoodie*9; hooded top*3; hooded sweatshirt*3; hoody*1; hooded sweater*0.8; "
    "hooded jumper*0.8; sweatshirt with a hood*0.8;"
    "sweatshirt*0.7; top with a hood*0.6",
    "vest top": "vest top*4; tank top*6; vest*2; sleeveless top*5; sleeveless shirt*1.2; "
    "sleeveless t-shirt*1.2; singlet*0.4; top*1",
    "cardigan": "cardigan*9; knitted cardigan*1; knitted jacket*0.6; "
    "long cardigan*4 ?length thigh/length knee; open cardigan*2 ?open; cardi*0.3;"
    "woollen cardigan*0.6; sweater*0.5",
    "dress": "dress*10; frock*0.2; maxi dress*3 ?length ankle; long dress*4 ?length ankle/length calf; "
    "midi dress*1.5 ?length calf;"
    "short dress*3 ?length thigh; minidress*1 ?length thigh; knee-length dress*3 ?length knee; "
    "knitted dress*3 ?knit; denim dress*5 ?denim;"
    "sleeveless dress*3 ?sleeves none; long-sleeved dress*1 ?sleeves long; one-piece dress*0.3",
    "overall": "overalls*5; boiler suit*3; coveralls*2.5; jumpsuit*2; work overalls*2; overall*1; "
    "one-piece work suit*0.5; denim overalls*2 ?denim",
    # Over it
    "jacket": "jacket*12; leather jacket*10 ?leather; denim jacket*9 ?denim; jean jacket*2 ?denim; "
    "fleece jacket*6 ?fleece; fleece*5 ?fleece;"
    "windbreaker*4 ?shiny; windcheater*0.8 ?shiny; anorak*2 ?shiny &hood; "
    "bomber jacket*1.5 ?length waist &!denim; hooded jacket*5 ?hood;"
    "jacket with a hood*2 ?hood; short jacket*1 ?length waist; coat*0.8; top*0.5; zip-up jacket*0.4; "
    "biker jacket*0.8 ?leather",
    "coat": "coat*12; overcoat*3; winter coat*1.5; jacket*0.8; long coat*3 ?length knee/length calf; "
    "wool coat*3 ?wool; woollen coat*1.5 ?wool;"
    "parka*3 ?cotton &hood; trench coat*2 ?cotton &!hood; hooded coat*4 ?hood; coat with a hood*2 ?hood; "
    "knee-length coat*2.5 ?length knee;"
    "three-quarter coat*0.6 ?length thigh; thigh-length coat*1 ?length thigh; topcoat*0.3",
    "puffer jacket": "puffer jacket*6; puffer*2; padded jacket*5; quilted jacket*2.5; down jacket*4; "
    "puffy jacket*2; padded coat*2; puffer coat*1.5;"
    "down coat*1; winter jacket*1.5; jacket*2; coat*1; hooded padded jacket*1.2 ?hood; puffa jacket*0.4; "
    "long padded coat*4 ?length knee",
    "blazer": "blazer*7; suit jacket*4; jacket*3; sports jacket*0.6; smart jacket*0.8; formal jacket*0.6; "
    "sport coat*0.5",
    "hi-vis vest": "hi-vis vest*6; high-vis vest*3; high-visibility vest*4; safety vest*4; "
    "reflective vest*3; hi-vis*1; hi-viz vest*1;"
    "fluorescent vest*2; work vest*0.6; vest*1.5; high-visibility waistcoat*0.6; tabard*0.4; "
    "hi-vis jacket*0.6",
    "raincoat": "raincoat*7; rain jacket*4; waterproof jacket*3; waterproof*1; mac*1; jacket*1.5; coat*1; "
    "hooded raincoat*2 ?hood; anorak*1 ?hood;"
    "cagoule*0.3 ?hood; waterproof coat*1; rain coat*1",
    # Legs
    "trousers": "trousers*9; pants*7; slacks*1; chinos*2 ?cotton; suit trousers*2 ?wool; "
    "dress pants*1.5 ?wool; smart trousers*1 ?wool;"
    "leather trousers*8 ?leather; leather pants*6 ?leather; long trousers*0.6; bottoms*0.6; long pants*0.6",
    "jeans": "jeans*12; denim jeans*1.2; denims*0.3; denim trousers*0.5; trousers*1; pants*1.3; "
    "skinny jeans*5 ?fit tight; slim jeans*1.5 ?fit tight;"
    "baggy jeans*5 ?fit loose; loose jeans*2 ?fit loose; flared jeans*4 ?fit flared; "
    "wide-leg jeans*2 ?fit flared",
    "leggings": "leggings*10; tight trousers*1.2; tight pants*1.4; skinny pants*0.8; yoga pants*0.6; "
    "tights*0.7; leather leggings*4 ?leather;"
    "sports leggings*0.6; running tights*0.4",
    "shorts": "shorts*10; short pants*0.5; short trousers*0.4; denim shorts*6 ?denim; "
    "jean shorts*1.5 ?denim; knee-length shorts*2 ?length knee;"
    "long shorts*1.2 ?length knee; bermuda shorts*0.5 ?length knee; short shorts*0.6 ?length thigh",
    "skirt": "skirt*10; long skirt*5 ?length calf/length ankle; short skirt*4 ?length thigh; "
    "mini skirt*2 ?length thigh; miniskirt*1.5 ?length thigh;"
    "knee-length skirt*3 ?length knee; midi skirt*1.5 ?length calf; maxi skirt*2 ?length ankle; "
    "denim skirt*6 ?denim; leather skirt*6 ?leather;"
    "pencil skirt*3 ?fit tight &length knee; flared skirt*2 ?fit flared; full skirt*0.6 ?fit flared",
    "joggers": "joggers*7; jogging bottoms*3; tracksuit bottoms*4; sweatpants*5; sweat pants*0.8; "
    "track pants*2; jogging pants*1; sports trousers*0.8;"
    "trackies*0.4; trousers*0.8; pants*1",
    # Feet
    "trainers": "trainers*9; sneakers*7; running shoes*2.5; sports shoes*2.5; tennis shoes*0.8; shoes*4; "
    "gym shoes*0.6; athletic shoes*0.6; sport shoes*0.5;"
    "footwear*0.4",
    "shoes": "shoes*12; leather shoes*1.8; smart shoes*1; low shoes*0.3; footwear*0.4",
    "boots": "boots*12; leather boots*2; ankle boots*3 ?length ankle; high boots*3 ?length calf; "
    "long boots*2 ?length calf; work boots*2 ?workwear;"
    "heavy boots*0.6 ?workwear",
    "sandals": "sandals*12; open shoes*0.8; open-toed shoes*0.6; summer sandals*0.5",
    # Head
    "cap": "cap*8; baseball cap*6; peaked cap*1; ball cap*0.6; baseball hat*0.6; hat*1.2",
    "beanie": "beanie*7; woolly hat*4; knitted hat*3; knit cap*1.2; wool hat*1.5; beanie hat*1; hat*2; "
    "winter hat*0.8; wooly hat*0.4; knit hat*1",
    "hat": "hat*12; brimmed hat*1",
    "helmet": "helmet*9; hard hat*6 ?workwear; safety helmet*4 ?workwear; builder's helmet*0.6 ?workwear; "
    "hardhat*1 ?workwear; protective helmet*0.6",
    "scarf": "scarf*12; neck scarf*0.4; knitted scarf*0.6; winter scarf*0.4",
    "gloves": "gloves*12; mittens*0.3",
    # Things
    "backpack": "backpack*10; rucksack*5; bag*1.5; knapsack*0.3; back pack*0.5; school bag*0.2",
    "shoulder bag": "shoulder bag*7; bag*5; messenger bag*1.5; satchel*1; sling bag*0.6; cross-body bag*0.8",
    "handbag": "handbag*9; purse*4; bag*4; hand bag*0.5",
    "tote bag": "tote bag*5; tote*1.5; cloth bag*2.5; canvas bag*2; shopping bag*2; bag*3; fabric bag*0.8",
    "carrier bag": "carrier bag*4; plastic bag*5; shopping bag*4; bag*3; grocery bag*1; shopper*0.3",
    "suitcase": "suitcase*10; case*1.5; travel case*0.6; piece of luggage*0.6; travel bag*0.6; bag*0.5",
    "paper": "sheet of paper*4; piece of paper*3; paper*3; document*1.5; papers*2; sheets of paper*1; "
    "leaflet*0.6; printed page*0.3",
    "envelope": "envelope*9; letter*1.5; large envelope*0.6; paper envelope*0.6",
    "phone": "phone*8; mobile phone*4; mobile*2; smartphone*2.5; cell phone*3; cellphone*1; handset*0.2",
    "cup": "cup*5; coffee cup*3; paper cup*2; takeaway cup*1.5; cup of coffee*2; coffee*1; drink*1; "
    "to-go cup*0.6",
    "umbrella": "umbrella*12; brolly*0.6",
    "bottle": "bottle*7; water bottle*5; drinks bottle*0.8; bottle of water*1.5; plastic bottle*1; drink*0.6",
}
MATERIALS: Mapping[str, str] = {
    "cotton": "cotton*1; cloth*0.2",
    "denim": "denim*8; jean*0.4",
    "leather": "leather*8; leather-look*0.3",
    "knit": "knitted*5; knit*3; woolly*1.5; woollen*1",
    "padded": "padded*5; quilted*2; puffy*2; down*1; thick*0.8",
    "fleece": "fleece*6; fleecy*0.6; soft*0.3",
    "wool": "wool*4; woollen*3",
    "shiny": "shiny*6; glossy*1.2; waterproof*0.8 ?outermost",
}
PATTERNS: Mapping[str, str] = {
    "stripes": "striped*9; stripy*1.2; stripey*0.6; horizontally striped*0.3",
    "check": "checked*4; checkered*2.5; plaid*4; chequered*1; tartan*0.8",
    "print": "patterned*6; printed*3; all-over patterned*0.2",
    "logo": "logo*0.4; printed*0.5; branded*0.2",
    "colour block": "two-tone*4; two-coloured*1; colour-block*1; multicoloured*1",
    "animal print": "animal-print*6; animal print*3",
    "camouflage": "camouflage*6; camo*4; camouflaged*0.6; army-pattern*0.5; military-style*0.4",
}
PATTERN_TAILS: Mapping[str, str] = {
    "stripes": "with stripes*2; with [second] stripes*5; with stripes in [second]*0.6; "
    "with horizontal stripes*1.5; with horizontal [second] stripes*1",
    "check": "with a check pattern*2; with a [second] check*2; with checks*1; with a checked pattern*1",
    "print": "with a pattern*3; with a print*2; with a [second] pattern*3; with a [second] print on it*2; "
    "with a pattern on it*1",
    "logo": "with a logo*3; with a logo on the chest*3 ?torso; with a [second] logo*4; "
    "with a [second] logo on the front*3 ?torso;"
    "with [second] print on the chest*2 ?torso; with something printed on the front*2 ?torso; "
    "with a print on the front*2 ?torso;"
    "with [second] lettering*1.5",
    "colour block": "with [second] sleeves*5 ?torso &!sleeves none; with [second] shoulders*1.5 ?torso; "
    "with a [second] upper part*1 ?torso;"
    "with [second] arms and shoulders*1 ?torso &!sleeves none; "
    "with [second] stripes down the legs*3 ?legs; with [second] side stripes*3 ?legs;"
    "with [second] sides*2 ?legs; with some [second]*0.5",
    "animal print": "with an animal print*4; in animal print*3",
    "camouflage": "in camouflage*3; with a camouflage pattern*3; in camo*1",
}
LENGTHS: Mapping[str, str] = {
    "long": "long*5 ?length calf/length ankle/length knee; knee-length*4 ?length knee; "
    "calf-length*2 ?length calf; ankle-length*2 ?length ankle;"
    "thigh-length*2 ?length thigh; mid-length*1.5 ?length thigh; short*3 ?length waist; "
    "cropped*1.5 ?length waist; hip-length*0.3 ?length hip",
    "short": "short*6 ?length thigh; knee-length*5 ?length knee; calf-length*2 ?length calf; "
    "long*4 ?length calf/length ankle;"
    "ankle-length*2 ?length ankle; floor-length*0.5 ?length ankle",
}
LENGTH_TAILS = (
    "down to the knees*3 ?length knee; reaching the knees*1.5 ?length knee; "
    "ending at the knees*1 ?length knee; down to the thighs*3 ?length thigh;"
    "covering the hips*1 ?length thigh; down to the calves*3 ?length calf; "
    "reaching the ankles*2 ?length ankle; ending at the waist*2 ?length waist"
)
FITS = (
    "tight*4 ?fit tight; fitted*2 ?fit tight; tight-fitting*2 ?fit tight; close-fitting*0.8 ?fit tight; "
    "loose*5 ?fit loose; baggy*3 ?fit loose;"
    "oversized*1.5 ?fit loose; loose-fitting*1.5 ?fit loose; flared*5 ?fit flared; wide*1.5 ?fit flared; "
    "skinny*3 ?fit tight &legs"
)
SLEEVES = (
    "short-sleeved*5 ?sleeves short; short-sleeve*1 ?sleeves short; long-sleeved*5 ?sleeves long; "
    "long-sleeve*1 ?sleeves long; sleeveless*6 ?sleeves none"
)

BRITISH = frozenset(
    (
        "jumper", "trainers", "trousers", "woolly", "rucksack", "brolly", "trackies", "bottoms", "cagoule",
        "mac", "mobile", "takeaway", "carrier", "tartan", "waistcoat", "chequered", "lad", "bloke", "chap",
        "cardi", "pavement", "tabard", "checked", "woollen", "hi-viz", "windcheater", "plait",
    )
)  # fmt: skip
AMERICAN = frozenset(
    (
        "sneakers", "pants", "sweatpants", "slacks", "tank", "purse", "cell", "cellphone", "plaid",
        "sidewalk", "grocery", "checkered", "to-go", "coveralls", "sweater", "windbreaker", "ball", "knit",
        "dude",
    )
)  # fmt: skip
