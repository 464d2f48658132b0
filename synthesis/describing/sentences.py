"""The authored grammar: how witnesses, annotators, guards and operators put a person into words."""

from collections.abc import Mapping
from dataclasses import dataclass

RULES: Mapping[str, str] = {
    # Who
    "who": "{[noun]|[noun]|[noun]|[noun]|[build] [noun]|[hairy] [noun]|[build], [hairy] [noun]}",
    "a person": "{a [who]|a [who]|a [who]|a [who]|a [neutral]|[someone]}",
    "A person": "{A [who]|A [who]|A [who]|The [who]|This [who]|A [neutral]|The [neutral]}",
    "the person": "{the [sex]|the [who]|this [sex]|the [neutral]}",
    # What is worn
    "wears": "{is wearing|is wearing|is wearing|wears|wears|wears|is dressed in|is dressed in|has on|is in"
    "|is clad in|is clothed in|is sporting}",
    "wearing": "{wearing|wearing|wearing|in|in|dressed in|dressed in|who is wearing|who wears|clad in|with"
    "|sporting}",
    "upperwear": "{[top] over [inner]|[open top] over [inner]|[top] with [inner] underneath"
    "|[inner] under [top]|[open top] and [inner] below it|[open top] showing [inner]|[top]|[top]}",
    "outfit": "{[upperwear], [bottom] and [shoes]|[upperwear] and [bottom]"
    "|[upperwear] with [bottom](, and [shoes])|[upperwear], [bottom], and [shoes]|[bottom] and [upperwear]"
    "|[upperwear] together with [bottom]|[upperwear] and [shoes]|[suit] with [inner]( and [shoes])"
    "|[suit](, [accessory])( and [shoes])"
    "|[upperwear], [bottom] and [accessory]|[accessory], [upperwear] and [bottom]"
    "|[shoes], [bottom] and [upperwear]|[upperwear]}",
    "main": "{[top] and [bottom]|[top] with [bottom]|[top] and [bottom]|[bottom] and [top]|[suit]|[top]}",
    "accessory": "{[headgear]|[headgear]|[eyewear]|[scarf]|[gloves]}",
    "features": "{[hair]|[hair]|[hair]|[hair] and [beard]|[hair] and [eyewear]|[beard]|[eyewear]|[hood]"
    "|[beard] and [eyewear]}",
    "more": "{[He] also has [accessory]|[He] also {wears|has on} [accessory] and [accessory]"
    "|[He] has [features]|[He] [carries]|[He] [carries] and [wears too]|[He] is [doing]|[He] is [seen]"
    "|[He] [does]"
    "|[He] {is seen|appears|is shown} [stance]|[He] has [shoes] on|[He] {wears|has} [shoes]}",
    "wears too": "{has [features]|wears [shoes]|wears [accessory]}",
    # What is carried
    "carrying": "{carrying [bag]|with [bag]|with [back] on [his] back|carrying [back]"
    "|with [strap] over [his] shoulder|with [strap] at [his] side|carrying [held]|carrying [held]"
    "|holding [held]|holding [held] in [his] hand|with [held] in [his] hand|with [held] in one hand}",
    "carries": "{carries [bag]|is carrying [bag]|has [bag]|has [back] on [his] back"
    "|has [strap] over [his] shoulder|is holding [held]|holds [held]|carries [held]|has [held] in [his] hand"
    "|is carrying [held] in one hand}",
    # What is done, and where
    "acting": "{[doing]|[doing]|[stance]|[doing], [stance]|[seen]}",
    "acts": "{[does]|[does]|is [doing]}",
    # Single things without an article, as in notes
    "top note": "{[top-]|[top-]|[top-]|[open top-] over [inner-]|[top-] over [inner-]}",
    "statements": "{[top is] and [bottom is]|[top is], [bottom is] and [shoes are]|[bottom is] and [top is]"
    "|[top is](, [shoes are])}",
    "note": "{[bottom-]|[bottom-]|[shoes-]|[headgear-]|[worn-]|[held-]|[scarf-]|[gloves-]|[eyewear-]"
    "|[hair-]|[hood-]|[beard-]|[bare legs]}",
    "garment": "{[top]|[top]|[bottom]|[shoes]|[headgear]|[scarf]|[gloves]|[eyewear]}",
    "accent": "{[headgear]|[scarf]|[hair]|[hood]|[eyewear]|[beard]|[bag]}",
    "item": "{[garment]|[garment]|[accent]|[held]}",
}


@dataclass(frozen=True, slots=True)
class Style:
    """One manner of describing: its templates, how much it tells, and how sure it is."""

    name: str
    size: str  # "full" | "medium" | "short"
    weight: float
    detail: tuple[float, float]  # chance of optional parts, drawn uniformly for each caption
    templates: tuple[str, ...]
    unsure: bool = False


STYLES: tuple[Style, ...] = (
    Style("witness", "full", 10, (0.3, 0.95), (
        "{I saw|I noticed|We saw|There was|There's|There is|I can see|Look for"
        "|Please find} [a person] [wearing] [outfit](, [carrying])(, [acting]).",
        "[A person]( with [features]) [wears] [outfit](, and [carries])( and [acts]).",
        "{The one I mean|The person I saw|The one I am looking for} {is"
        "|was} [a person] [wearing] [outfit](, [carrying])(, [acting]).",
        "{It was|It's} [a person]( with [features]), {wearing|in"
        "|dressed in} [outfit](, [carrying])(, [acting]).",
        "{Somewhere here|Just now|A moment ago|Earlier} {there was|I saw} [a person] {[doing] |}{wearing|in"
        "|dressed in} [outfit](, [carrying])( and with [features]).",
    )),
    Style("annotator", "full", 12, (0.35, 0.95), (
        "[A person]( with [features]) [wears] [outfit]. [more].",
        "[A person] [wears] [main]. [more]. ([more].)",
        "[A person] {has [features] and|with [features]} [wears] [outfit]. ([more].)",
        "[A person] [acts]( [place]). [He] [wears] [outfit]. ([more].)",
        "[A person] is [acting]. [He] {is wearing|wears|has on} [main]( and [shoes]). ([more].)",
        "{This is|We see|Shown is|There is} [a person] [wearing] [main]. ([more].) ([more].)",
        "{In this picture|In the picture|Here} [a person] [wears] [outfit]( and [acts]). ([more].)",
        "[A person] [acts]( [place]). [statements]. ([more].)",
        "[A person] has [features], and [statements]. ([more].)",
        "[statements]; [he] is [a person]( with [features])(, [acting]).",
    )),
    Style("thorough", "full", 9, (0.85, 1.0), (
        "[A person]( with [features]) [acts]( [place])(, [stance]). [He] [wears] [outfit]. "
        "([more].) ([more].) ([more].)",
        "{This is|There is|We see|It shows} [a person]( [acting])( with [features]). "
        "[He] [wears] [upperwear], [bottom] and [shoes]. ([more].) ([more].)",
        "[A person]( with [features]) [wears] [upperwear], {matched with|combined with|paired with"
        "|worn with|and} [bottom]. [more]. ([more].) ([more].)",
        "[features], [a person]( [acting]): [statements]. [He] [wears too](, and [carries]). ([more].)",
        "[A person] [acts]. [statements]. ([more].) ([more].) ([more].)",
    )),
    Style("features first", "full", 6, (0.3, 0.9), (
        "{With|Having} [features], [the person] [wears] [outfit](, and [carries]).",
        "[acting], [the person] [wears] [outfit](, and has [features])(, [carrying]).",
        "[carrying], [the person] {is [doing]|is seen} in [outfit].",
        "{Wearing|Dressed in} [outfit], [the person] [acts]( [place])(, [carrying]).",
        "In [outfit], [a person] [acts]( [place])(, [carrying]).",
        "[top] and [bottom](, [shoes]), {worn|all worn} by [a person]( with [features])(, who [carries])(, "
        "[acting]).",
    )),
    Style("walk-by", "full", 6, (0.3, 0.9), (
        "[A person] [does]( [place]), {wearing|dressed in|in|clad in} [outfit](, and [carries]).",
        "[A person], {wearing|dressed in|in} [outfit], [acts]( [place])(, [carrying]).",
        "[A person] in [main] [acts]( [place])( with [features])(, [carrying]).",
        "[A person] [carries] and [acts]( [place]); [he] [wears] [outfit].",
        "[A person] {who has [features]|with [features]} is [doing]( [place]). [He] [wears] [outfit](, "
        "and [carries]).",
    )),
    Style("report", "full", 5, (0.3, 0.9), (
        "[sex](, [build])(, [hairy]). {Wearing|Clothing:|Dressed in} [top note], [bottom-], [shoes-]. "
        "(Carrying [bag-].) ({Last seen|Seen} [doing].)",
        "{Subject|Description}: [noun](, [build])(, [hair-])(, [eyewear-]), {wearing"
        "|in} [top], [bottom] and [shoes](; [carrying])(; [acting]).",
        "{Looking for|Trying to find|Searching for|Missing:} [a person], [top note], [bottom-], [shoes-](, "
        "[note])(, [note])(, last seen [doing]).",
        "{Seen|Spotted}: [a person]( with [features]). {Wore|Had on|Was wearing} [outfit](. {Was"
        "|Seen} [doing]).",
    )),
    Style("uncertain witness", "full", 5, (0.3, 0.8), (
        "{I think|I believe|If I remember right,|As far as I could see,} [he] {was wearing|had on"
        "|wore} [outfit]( and [he] had [features]), [a person](, [carrying]).",
        "{I only saw|I caught a glimpse of|I just saw} [a person] [wearing] [outfit], "
        "{not sure about the rest|that's all I remember|I did not see more|it was quick}(, [acting]).",
        "{Maybe|Probably|Perhaps|It could be} [a person] [wearing] [outfit](, I think [carrying])(, "
        "[acting]).",
        "[A person], [top] {I think|I believe|or so I think}, [bottom](, [shoes])(, and [carrying])(, "
        "[acting]).",
    ), unsure=True),
    Style("chatty", "full", 5, (0.3, 0.9), (
        "{Can you|Could you|Please} {find|look for|show me|search for} [a person] [wearing] [outfit](, "
        "[carrying])(, [acting])?",
        "{I'm looking for|We are looking for|I need to find|We need} [a person]( with [features]) "
        "[wearing] [outfit](, [carrying])(, [acting]).",
        "{Have you seen|Did anyone see|Did you see|Where is} [a person] {wearing|in"
        "|with} [outfit](, [carrying])( and [features])?",
        "{Easy to spot|Hard to miss}: [top], [bottom](, [shoes])(, [carrying])(, [features]), {[a person]"
        "|[acting]}.",
        "{The person is|It is} [a person](, [build]), {wearing|in} [outfit](, [carrying]).",
    )),
    Style("head to toe", "full", 4, (0.5, 1.0), (
        "[features], [top], [bottom], [shoes](; [carrying])(; [acting]): {that is|this is} [the person].",
        "From {top to bottom|head to toe|the top down}: [accent], [upperwear], [bottom], [shoes](, "
        "[accent]).",
        "[He] has [features], [wears] [upperwear], {below that|further down} [bottom], "
        "and [shoes]{ on [his] feet|}(, [carrying]).",
        "[shoes], [bottom], [upperwear](, [accent])(, [accent]): [a person]( [acting]).",
    )),
    Style("radio", "medium", 6, (0.3, 0.8), (
        "{One|Single|Got a|Have a|} [sex], [top-], [bottom-](, [shoes-])(, [note])(, [doing]).",
        "Suspect is [a person], [top-], [bottom-](, [doing]).",
        "[sex], [build], [hair-], [top-](, [bottom-])(, [doing]).",
        "{Control|All units|Be advised}, [sex], [top-], [bottom-](, [note]), [doing].",
        "[noun], [top-], [note], [note](, [doing]).",
    )),
    Style("fragments", "medium", 7, (0.3, 0.9), (
        "[top-], [bottom-], [shoes-](, [note])(, [note])",
        "[sex], [top-], [bottom-], [note](, [note])",
        "[bottom-] and [top-], [note](, [note])",
        "[shoes-], [bottom-], [top-](, [note])",
        "[hair-], [top-], [bottom-](, [note])(, [note])",
        "[noun]. [top-]. [bottom-]. [note].",
        "[noun]; [top-]; [bottom-](; [note])",
        "[note] and [note], [top-] (and [bottom-])",
    )),
    Style("form", "medium", 2, (0.4, 0.9), (
        "{top|upper}: [top-]; {bottom|lower}: [bottom-](; shoes: [shoes-])(; bag: [bag-])",
        "{Sex|Gender}: [sex]. {Clothes|Clothing}: [top-], [bottom-](, [shoes-]). (Hair: [hair-].)",
        "upper body [top-], lower body [bottom-](, feet [shoes-])",
    )),
    Style("absence", "medium", 3, (0.3, 0.8), (
        "[noun] {in|wearing|with} [top], {no [lacks-]|without [lacks]}(, [bottom-])(, [acting])",
        "[a person] {in|wearing} [main], {no [lacks-]|without [lacks]|but no [lacks-]"
        "|and no [lacks-]}(, [acting]).",
        "[top-], [bottom-], {no [lacks-]|without [lacks]}(, [note])",
        "[A person] in [main], with [compare](, [acting]).",
    )),
    Style("plain", "medium", 8, (0.2, 0.8), (
        "[a person] {in|wearing|with|dressed in} [top] and [bottom](, [acting])(, [carrying])",
        "[a person] {in|wearing} [upperwear](, [carrying])(, [acting])",
        "[a person] with [features] {in|and|wearing} [top]( and [bottom])(, [carrying])",
        "[a person] [doing] {in|wearing} [top]( and [bottom])(, [carrying])",
        "[a person] [carrying], {in|wearing|with} [main](, [acting])",
        "[a person], [statements](, [carrying])", "[statements](, [carrying])(, [acting])",
        "[noun] in [suit](, [carrying])(, [acting])",
        "[noun] [wearing] [main](, [carrying])(, [acting])",
    )),
    Style("operator", "short", 16, (0.05, 0.5), (
        "[top-], [bottom-]", "[top-] and [bottom-]", "[noun] in [top]", "[noun], [top-]",
        "[noun] in [top-]", "[noun] with [item]", "[noun] wearing [garment]",
        "[a person] in [top]", "[a person] with [item]", "[neutral] in [top]", "[neutral] with [bag]",
        "[neutral] [carrying]", "[noun] [carrying]",
        "[top-] [sex]", "[noun], [top-], [bottom-]", "[top-] with [note]", "[note], [note]",
        "[noun] [doing]", "[someone] in [garment]", "[someone] [carrying]",
        "[noun] in [main]", "[hairy] [noun]", "[build] [noun]", "[hairy] [noun] in [top]",
        "[build] [noun] in [top]", "[hairy] [noun] [carrying]",
    )),
    Style("one detail", "short", 10, (0.0, 0.45), (
        "[top-]", "[top-]", "[bottom-]", "[shoes-]", "[note]", "[note]", "[hairy] [noun]",
        "[noun] with [hair]", "[headgear-]", "[hair-]",
        "[noun] with [features]", "[worn-]", "[held-]", "[someone] with [item]", "wearing [garment]",
        "[carrying]", "[upperwear]", "[noun] in [sleeves]", "in [sleeves]", "[suit-]", "[noun] in [suit]",
        "[noun] with [bare legs]", "[top is]", "[bottom is]",
        "[noun] [stance]", "[stance]", "[sleeves]", "[noun] with [beard]", "[someone] with [eyewear]",
        "[noun] without [lacks]", "no [lacks-], [top-]",
        "the {guy|one|person} with [item]", "the {one|person} in [top]",
    )),
    Style("colour only", "short", 4, (0.0, 0.4), (
        "{wearing something|something|someone in|somebody in|person in|person wearing} [something]",
        "[noun] in [something]", "[someone] in [something]",
        "[noun] wearing [something]", "[something] {top|upper body|on top|upper clothing|clothing on top}",
        "dressed {completely|all|entirely|head to toe|} in [tone]",
        "[noun] {all|completely|dressed all|entirely|dressed} in [tone]",
        "all [tone] {outfit|clothing|clothes}", "[a person] {completely|all|dressed entirely} in [tone]",
        "[tone] from top to bottom", "[noun] in [dark]", "[someone] wearing {all|only|} [dark]", "all [dark]",
    )),
    Style("search box", "short", 5, (0.0, 0.4), (
        "{find|show me|search|look for|who is} [a person] {in [garment]|with [item]}",
        "[noun] [top-] [bottom-]", "[sex] [top-] [note]",
        "{who|person who} {is wearing|wears|has} [garment]", "{a|the} [noun] [doing] with [bag]",
        "[note] [note]", "[neutral] [top-] [bottom-]",
    )),
)  # fmt: skip
