"""The closed word classes that phrase extraction cuts sentences by."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set(
    "a an the this that these those his her their its my your our some any each every both another other "
    "such "
    "he she they it him them who whom whose which what i you we one someone somebody anyone anything "
    "nothing something everything"
)
PREPOSITIONS = _set(
    "with without of in on at by to from for over under around across behind beside between into onto near "
    "along through above below beneath underneath against towards toward inside outside off as up down out "
    "while "
    "during about like than"
)
CONJUNCTIONS = _set("and or but nor & plus then also yet so because when where whereas")
VERBS = _set(
    "is are was were be been being am has have had having does do did can could may might will would shall "
    "should "
    "wear wears wearing wore worn carry carries carrying carried hold holds holding held walk walks walking "
    "walked "
    "stand stands standing stood run runs running ran sit sits sitting sat look looks looking looked "
    "dresses dressed "
    "dressing go goes going seem seems appears appear facing faces turns turned turning moves moving comes "
    "coming "
    "pull pulls pulling pulled push pushes pushing pushed drag drags dragging use uses using talks talking "
    "talk "
    "shows showing shown features featuring featured includes including consists covers covering matches "
    "matching "
    "paired combined tucked rolled slung draped put puts pictured seen strolling stepping leaning waiting "
    "moving "
    "sporting bearing clutching grasping taking takes rides riding pair-up crossing heading headed"
)
ADVERBS = _set(
    "very quite rather really slightly mostly partly almost just only too also not n't never there here "
    "perhaps maybe "
    "probably possibly apparently well still again away forward forwards ahead backwards together what's"
)
# Nouns that say nothing about how a person looks; kept only when a text has nothing else.
FILLERS = _set(
    "person people pedestrian individual human figure someone subject picture image photo photograph camera "
    "scene "
    "pair pairs kind type sort lot bit piece set colour color colours colors style appearance outfit clothes "
    "clothing attire way frame view"
)
NEGATORS = _set(
    "no not without never neither nor isn't aren't doesn't don't hasn't haven't lacks lacking lack n't"
)
COLOURS = _set(
    "black white grey gray red blue green yellow orange brown purple pink beige navy khaki cream tan maroon "
    "burgundy "
    "teal turquoise violet lilac lavender olive gold golden silver ivory crimson scarlet charcoal mustard "
    "coral aqua "
    "cyan magenta indigo rust peach mint wine plum camel sand bronze copper chestnut blonde blond auburn "
    "ginger "
    "greyish grayish reddish bluish greenish yellowish brownish pinkish whitish blackish denim dark light "
    "pale bright "
    "deep multicoloured colourful multicolored colorful striped checked plain patterned"
)
ADJECTIVES = COLOURS | _set(
    "short long small large big little tight loose wide narrow thin thick heavy slim tall young old "
    "middle-aged "
    "elderly padded quilted hooded sleeveless long-sleeved short-sleeved knitted leather woollen wool "
    "cotton shiny "
    "curly straight wavy high low"
)
STOP = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | VERBS | ADVERBS | NEGATORS
# A word of these classes ends the reach of a negation; "or", "nor" and determiners do not.
ENDS_NEGATION = _set("and but with plus then yet while")
HAIR_COLOURS = _set("blonde blond brunette redhead redheaded ginger bald balding grey-haired black-haired")
# Words that lead to a negation and go with it: "a coat, but she does not carry a bag".
LEADING = _set(
    "and but who which that he she they with is are was were be being does do did has have had can could , ;"
)
