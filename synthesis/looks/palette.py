"""Where the colour families of clothes and hair lie in CIELAB, and the words that people have for each."""

from collections.abc import Mapping
from dataclasses import dataclass

Lab = tuple[float, float, float]  # CIE L* 0..100, a*, b* under D65
ANY = (0.0, 200.0)


@dataclass(frozen=True, slots=True)
class Word:
    """A word for a colour, with the range of lightness and chroma in which people use it."""

    text: str
    weight: float
    lightness: tuple[float, float] = ANY
    chroma: tuple[float, float] = ANY


@dataclass(frozen=True, slots=True)
class Family:
    """Anchors in CIELAB; a colour belongs to the family of its nearest anchor."""

    anchors: tuple[Lab, ...]
    spread: tuple[float, float]  # standard deviation of sampling in L* and in a*, b*
    words: tuple[Word, ...]


def _family(anchors: tuple[Lab, ...], spread: tuple[float, float], words: str) -> Family:
    """Words read "royal blue*1.5 ?L<48 &C>42": weight 1.5, said below lightness 48 and above chroma 42."""
    return Family(anchors, spread, tuple(_word(item) for item in words.split("; ")))


def _word(item: str) -> Word:
    head, _, conditions = item.partition(" ?")
    text, _, weight = head.partition("*")
    bounds = {"L>": ANY[0], "L<": ANY[1], "C>": ANY[0], "C<": ANY[1]}
    for condition in conditions.split(" &") if conditions else ():
        bounds[condition[:2]] = float(condition[2:])
    return Word(text, float(weight or 1), (bounds["L>"], bounds["L<"]), (bounds["C>"], bounds["C<"]))


FAMILIES: Mapping[str, Family] = {
    "black": _family(
        ((6, 0, 0), (12, 0, -1), (17, 0, 0)), (2.5, 0.8),
        "black*12; dark*1.5; dark-coloured*0.4; jet black*0.2 ?L<10",
    ),
    "dark grey": _family(
        ((30, 0, -1), (35, 0, 0)), (2.5, 1),
        "dark grey*6; grey*3; charcoal*2; charcoal grey*0.7; dark*1.2 ?L<34",
    ),
    "grey": _family(
        ((47, 0, 0), (56, 0, -1)), (3.5, 1.2),
        "grey*12; mid-grey*0.5",
    ),
    "light grey": _family(
        ((70, 0, 0), (77, 0, -1)), (3, 1.2),
        "light grey*6; grey*4; pale grey; light*0.7; silver grey*0.4; light-coloured*0.6",
    ),
    "white": _family(
        ((91, 0, 1), (96, 0, 0)), (2, 0.9),
        "white*12; light-coloured*0.4; light*0.4; bright white*0.3",
    ),
    "cream": _family(
        ((89, 1, 11), (84, 2, 15)), (2.5, 2),
        "cream*5; off-white*3; cream-coloured; ivory*0.6; light*0.8; pale*0.5; light-coloured*0.6",
    ),
    "beige": _family(
        ((74, 4, 19), (66, 6, 22), (60, 7, 24)), (3, 2.5),
        "beige*6; tan*2; light brown*2; sand-coloured*0.6; camel*1.2 ?L>55 &L<70; khaki*0.6 ?L<72; "
        "stone-coloured*0.4 ?L>68; light*0.5 ?L>64",
    ),
    "brown": _family(
        ((42, 14, 26), (49, 14, 30), (36, 15, 20)), (3, 3),
        "brown*12; tan*1.5 ?L>47; light brown*1.5 ?L>46; chestnut brown*0.3; mid-brown*0.3",
    ),
    "dark brown": _family(
        ((22, 9, 11), (15, 6, 7)), (2.5, 2),
        "dark brown*6; brown*4; dark*1.5; chocolate brown*0.5",
    ),
    "navy": _family(
        ((13, 3, -16), (19, 4, -23), (23, 2, -20)), (2.5, 2.5),
        "navy*4; navy blue*3; dark blue*5; blue*1.2; dark*1.2",
    ),
    "blue": _family(
        ((40, 8, -42), (33, 24, -58), (46, -2, -32), (37, -2, -23), (50, -3, -26)), (3.5, 4),
        "blue*12; mid-blue*0.5; royal blue*1.5 ?L<48 &C>42; bright blue*2 ?C>42; denim blue*0.6 ?C<33",
    ),
    "light blue": _family(
        ((75, -8, -18), (65, -6, -24), (82, -5, -11)), (3, 3),
        "light blue*6; pale blue*2; blue*2; sky blue; baby blue*0.6; light*0.4",
    ),
    "turquoise": _family(
        ((58, -32, -12), (47, -26, -13), (70, -34, -4), (36, -21, -9)), (3, 3.5),
        "turquoise*4 ?L>44; teal*4 ?L<56; blue-green*1.2; aqua ?L>52; greenish blue*0.8",
    ),
    "green": _family(
        ((48, -42, 28), (60, -46, 44), (40, -30, 18), (74, -28, 28)), (3.5, 4),
        "green*12; bright green*2 ?C>48; light green*3 ?L>66; pale green ?L>70; mid-green*0.3",
    ),
    "dark green": _family(
        ((25, -16, 10), (19, -12, 6), (30, -21, 12)), (2.5, 2.5),
        "dark green*6; green*4; bottle green*0.8; forest green*0.7; dark*0.9",
    ),
    "olive": _family(
        ((38, -4, 24), (31, -4, 16), (46, -5, 26), (53, -3, 24)), (2.5, 2.5),
        "olive*3; olive green*3; khaki*2.5; green*1.5; army green*0.8; khaki green*0.7; "
        "dark olive*0.4 ?L<35",
    ),
    "yellow": _family(
        ((82, 3, 74), (77, 9, 64), (90, -8, 58), (92, -18, 80)), (3, 5),
        "yellow*12; bright yellow*3 ?L>76 &C>66; mustard*3 ?L<77; mustard yellow*1.5 ?L<77; "
        "light yellow*1.5 ?L>86 &C<62; neon yellow*2.5 ?L>87 &C>72",
    ),
    "orange": _family(
        ((62, 45, 62), (56, 42, 52), (68, 35, 65)), (3, 4.5),
        "orange*12; bright orange*2.5 ?L>58 &C>72; rust-coloured ?L<57 &C<68; burnt orange ?L<60 &C<72",
    ),
    "red": _family(
        ((42, 60, 38), (48, 64, 45), (36, 52, 30)), (3, 4.5),
        "red*12; bright red*2.5 ?L>40 &C>68; scarlet*0.4 ?C>70; deep red*0.6 ?L<38",
    ),
    "burgundy": _family(
        ((24, 32, 12), (19, 26, 8), (28, 36, 14)), (2.5, 3),
        "burgundy*3; dark red*4; maroon*2.5; wine red*0.7; red*1.2; dark*0.5 ?L<24",
    ),
    "pink": _family(
        ((72, 32, 2), (81, 20, 4), (58, 60, -4), (66, 42, 8)), (3, 4),
        "pink*12; light pink*3 ?L>73; pale pink*1.5 ?L>75; hot pink*2 ?L<66 &C>50; bright pink*2 ?C>46; "
        "baby pink*0.5 ?L>76",
    ),
    "purple": _family(
        ((36, 34, -32), (27, 27, -25), (49, 28, -28), (64, 20, -21)), (3, 3.5),
        "purple*10; violet*0.8; dark purple*3 ?L<33; lilac*2.5 ?L>57; lavender*1.2 ?L>60; "
        "light purple*1.5 ?L>57; plum*0.6 ?L<32",
    ),
}  # fmt: skip

HAIR_FAMILIES: Mapping[str, Family] = {
    "black": _family(
        ((7, 1, 1),), (2, 0.8),
        "black*10; dark*4; jet black*0.3",
    ),
    "dark brown": _family(
        ((16, 6, 8),), (2, 1.5),
        "dark brown*5; brown*4; dark*4",
    ),
    "brown": _family(
        ((29, 10, 16), (37, 10, 20)), (2.5, 2),
        "brown*10; light brown*3 ?L>33; mid-brown*0.5",
    ),
    "blonde": _family(
        ((68, 6, 30), (56, 9, 29), (76, 4, 24)), (3, 3),
        "blonde*8; blond*3; fair*2; light*1.5",
    ),
    "ginger": _family(
        ((42, 26, 36), (35, 24, 28)), (3, 3),
        "ginger*5; red*4; reddish; auburn ?L<38; copper-coloured*0.5",
    ),
    "grey": _family(
        ((54, 0, 1), (64, 0, 2)), (3, 0.8),
        "grey*10; greying*0.7; silver ?L>56",
    ),
    "white": _family(
        ((82, 0, 4), (88, 0, 2)), (2.5, 1),
        "white*10; grey*2; silver",
    ),
}  # fmt: skip
