"""A sentence becomes a question: description, cameras, time, exclusions, and word of what was left out."""

import json
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.acsa.exclusions import part
from pipeline.asking.question import Question, literal, read, refused_terms
from pipeline.search import QueryError
from pipeline.types import Weight
from synthesis.describing.captions import FACINGS, describe
from synthesis.looks.sample import sample_look

NOW = datetime(2026, 3, 11, 17, 30, tzinfo=UTC)  # a Wednesday
CAMERAS = ("camera-3", "gate-2", "hall", "lobby", "north-gate", "white")
SHIPPED = refused_terms("")
LOOKUP = Path(os.environ.get("PASSERBY_SHARED", "../shared")) / "real-lookup" / "dev.json"


def ask(sentence: str, *, now: datetime = NOW, zone: str = "UTC") -> Question:
    return read(sentence, CAMERAS, now, zone=ZoneInfo(zone), refused=SHIPPED)


def chips(question: Question) -> list[tuple[str, str]]:
    return [(chip.kind, chip.text) for chip in question.chips]


@pytest.mark.parametrize(
    ("sentence", "description", "understood"),
    [
        ("woman in white", "woman in white", []),
        ("  red   coat ", "red coat", []),
        ("red coat yesterday", "red coat", [("time", "yesterday")]),
        ("yesterday, red coat", "red coat", [("time", "yesterday")]),
        ("red coat, yesterday, and a hat", "red coat, and a hat", [("time", "yesterday")]),
        (
            "last Tuesday morning, a man in black on camera 3",
            "a man in black",
            [("time", "last Tuesday morning"), ("camera", "on camera 3")],
        ),
        (
            "woman in a red jacket without a hat at the north gate yesterday between 2 and 4 pm",
            "woman in a red jacket without a hat",
            [
                ("without", "without a hat"),
                ("camera", "at the north gate"),
                ("time", "yesterday between 2 and 4 pm"),
            ],
        ),
        ("4 pm red coat, yesterday", "red coat", [("time", "4 pm"), ("time", "yesterday")]),
        ("dark coat but no bag", "dark coat but no bag", [("without", "but no bag")]),
        (
            "man with no bag and no hat, not wearing glasses",
            "man with no bag and no hat, not wearing glasses",
            [("without", "with no bag"), ("without", "and no hat"), ("without", "not wearing glasses")],
        ),
        ("without a hat or scarf", "without a hat or scarf", [("without", "without a hat or scarf")]),
        (
            "man in anything but black trousers",
            "man without black trousers",
            [("without", "in anything but black trousers")],
        ),
        ("man in red except a hat", "man in red without a hat", [("without", "except a hat")]),
        ("a hatless man in red", "a man in red, no hat", [("without", "hatless")]),
        ("bare-headed woman", "woman, no hat", [("without", "bare-headed")]),
        ("non-black jacket", "jacket that is not black", [("without", "non-black jacket")]),
        (
            "red coat, don't show me anyone with a bag",
            "red coat, without a bag",
            [("without", "don't show me anyone with a bag")],
        ),
        ("two men in red jackets", "a man in red jackets", [("count", "two men")]),
        ("three older women", "an older woman", [("count", "three older women")]),
        ("a couple in black coats", "a person in black coats", [("count", "a couple")]),
        ("a group of people in suits", "a person in suits", [("count", "a group of people")]),
        ("a couple of bags", "a couple of bags", []),
        ("a pair of white shoes", "a pair of white shoes", []),
        ("limping man in a red jacket", "man in a red jacket", [("unknown", "limping")]),
        ("a man who is limping", "a man", [("unknown", "who is limping")]),
        ("an angry man in a suit", "a man in a suit", [("unknown", "angry")]),
        ("a suspicious and drunk man", "a man", [("unknown", "suspicious"), ("unknown", "and drunk")]),
        ("two drunk men", "a man", [("count", "two drunk men"), ("unknown", "drunk")]),
        ("John Smith in a red coat", "in a red coat", [("unknown", "John Smith")]),
        ("a man called Peter in a tie", "a man in a tie", [("unknown", "called Peter")]),
        ("red coat recently", "red coat", [("unknown", "recently")]),
        ("red coat 🧥👍", "red coat", [("unknown", "🧥👍")]),
        ("people at the north gate", "people", [("camera", "at the north gate")]),
        ("red\ncoat\tyesterday", "red coat", [("time", "yesterday")]),
        ("red coat^2, blue jeans", "red coat, blue jeans", [("weight", "^2")]),
        (
            "red coat ^ 3, no bag, at the lobby",
            "red coat, no bag",
            [("weight", " ^ 3"), ("without", "no bag"), ("camera", "at the lobby")],
        ),
        (
            "red coat; man in blue jeans^2 at the lobby; no hat",
            "red coat; man in blue jeans; no hat",
            [("weight", "^2"), ("camera", "at the lobby"), ("without", "no hat")],
        ),
    ],
)
def test_a_sentence_is_a_description_and_chips(
    sentence: str, description: str, understood: Sequence[tuple[str, str]]
) -> None:
    question = ask(sentence)
    assert question.description == description
    assert chips(question) == list(understood)
    for chip in question.chips:
        assert chip.text == sentence.replace("\n", " ").replace("\t", " ")[chip.start : chip.end]
        assert chip.meaning


@pytest.mark.parametrize(
    "sentence",
    [
        "man with a 7 on his shirt",
        "blue march hoodie",
        "may be wearing a cap",
        "second-hand coat",
        "a man in his forties",
        "two-tone jacket",
        "light after dark coat",
        "limp hair and an ill-fitting jacket",
        "white skinny jeans and a black skin-tight top",
        "black-haired woman, white shoes",
        "Christian Dior bag",
        "guy in a sleeveless top and shapeless trousers",
        "two bags and three stripes",
        "a woman walking off through the crowd",
    ],
)
def test_a_description_that_only_looks_like_more_stays_whole(sentence: str) -> None:
    question = ask(sentence)
    assert question.description == sentence
    assert (question.chips, question.notices) == ((), ())


def captions() -> list[str]:
    rng = np.random.default_rng(5)
    looks = (sample_look(rng) for _ in range(120))
    return [
        text
        for look, facing in zip(looks, cycle(FACINGS))
        for text in describe(look, rng, count=3, facing=facing)
    ]


def test_no_description_loses_a_word() -> None:
    if not LOOKUP.is_file():
        pytest.skip(f"{LOOKUP} is not here; name its folder in PASSERBY_SHARED")
    queries = [query["text"] for query in json.loads(LOOKUP.read_text(encoding="utf-8"))["queries"]]
    assert len(queries) == 71
    assert [text for text in queries if not _whole(text)] == []


def test_no_caption_loses_a_word_but_for_its_time() -> None:
    begins = re.compile(r"^(?:Earlier|Just now|A moment ago)\s+")
    texts = [begins.sub("", text) for text in captions()]
    assert len(texts) == 360
    assert [text for text in texts if not _whole(text)] == []


def _whole(text: str) -> bool:
    question = ask(text)
    only_exclusions = all(chip.kind == "without" for chip in question.chips)
    same = question.exclusions == part(text).excluded
    return question.description == text and only_exclusions and same and not question.notices


def test_cameras_are_named_together_and_shut_out() -> None:
    assert ask("red coat at gate 2 or the lobby").cameras == ("gate-2", "lobby")
    assert ask("red coat not at the lobby, not in the hall").cameras == (
        "camera-3",
        "gate-2",
        "north-gate",
        "white",
    )
    with pytest.raises(QueryError, match="shuts out every camera"):
        ask("red coat at the lobby but not at the lobby")


def test_times_are_those_of_the_zone_and_come_out_in_utc() -> None:
    question = ask("red coat yesterday after four", zone="America/New_York")
    assert question.after == datetime(2026, 3, 10, 20, tzinfo=UTC)
    assert question.before == datetime(2026, 3, 11, 4, tzinfo=UTC)
    assert question.chips[0].meaning == "Tuesday 10 March 2026, 16:00 to Wednesday 11 March 2026, 00:00"


def test_the_hour_that_comes_twice_is_searched_twice() -> None:
    now = datetime(2026, 10, 25, 18, tzinfo=UTC)  # the night in which Berlin puts its clocks back
    question = ask("red coat between 02:00 and 02:30", now=now, zone="Europe/Berlin")
    assert question.before is not None
    assert question.after is not None
    assert question.before - question.after == timedelta(hours=1, minutes=30)


def test_options_stand_in_place_of_the_sentence() -> None:
    question = ask("red coat at the lobby yesterday")
    query = question.query(cameras=["hall"], after=NOW - timedelta(hours=1), limit=3)
    assert (query.cameras, query.after, query.before) == (("hall",), NOW - timedelta(hours=1), None)
    assert (query.text, query.asked, query.limit) == ("red coat", "red coat at the lobby yesterday", 3)
    assert [notice for notice in query.notices if "not used" in notice] == [
        'The options name the cameras; "at the lobby" is not used.',
        'The options name the time; "yesterday" is not used.',
    ]
    assert question.query().cameras == ("lobby",)
    assert question.query().before == datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "notice"),
    [
        ("two men in red", 'one at a time, so "two men" is searched as "a man"'),
        ("limping man", 'how somebody moves, so "limping" is left out'),
        ("red coat at the nroth gate", 'did you mean "north-gate"'),
        ("red coat on Tuesdays", "only the latest is searched: Tuesday 10 March"),
        ("red coat last week between 2 and 4 pm", "whole days are searched"),
        ("tuesday red coat", 'for the day write "on tuesday,"'),
        ("homme avec une veste rouge", "looks like French; only English"),
        ("veste rouge", "looks like French"),
        ("Mann in roter Jacke", "looks like German"),
        ("mujer con chaqueta roja", "looks like Spanish"),
        ("kobieta w czerwonej kurtce", "looks like Polish"),
        ("nő piros kabátban és fekete nadrágban", "looks like another language"),
        ("woman in a 着物", "looks like another language"),
        ("red coat or a blue jacket", 'and "blue jacket" are looked for in one person'),
        ("man in a red coat, no coat", '"red coat" is asked for and "coat" is shut out'),
    ],
)
def test_what_the_search_cannot_do_is_told(sentence: str, notice: str) -> None:
    assert [told for told in ask(sentence).notices if notice in told]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("", "nothing to look for"),
        ("   \n", "nothing to look for"),
        ("🧥", "nothing to look for"),
        ("12345", "no words"),
        ("of the and", "nothing to look for"),
        ("yesterday at the north gate", 'understood "yesterday", "at the north gate", but there is nothing'),
        ("show me yesterday", "nothing to look for"),
        ("drunk", 'understood "drunk", but'),
        ("красная куртка", "only English is understood"),
        ("红色外套", "only English is understood"),
        ("red\x00coat", r"character 4 of the question is no text \(U\+0000\)"),
        ("red \ud800", "is no text"),
        ("coat " * 10_000, "50,000 characters; ask in at most 2,000"),
        ("red coat tomorrow", "still to come"),
        ("red coat on 31 February", "in no calendar"),
        ("red coat on camera 9", "known cameras: camera-3"),
        ("red coat on Monday and on Friday", "several days"),
        ("red coat^", "needs a number: put it behind the words"),
        ("red coat^0", "a weight is from 0.1 to 10"),
        ("red coat^11", "a weight is from 0.1 to 10"),
        ("^2 red coat", "stands behind no part of the description"),
        ("red coat at the lobby^2", "stands behind no part"),
        ("red coat, no bag^2", '"no bag" is shut out altogether'),
        ("black^2 man", "does not search for people by skin colour"),
    ],
)
def test_a_question_that_cannot_be_answered_is_said_in_a_sentence(sentence: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        ask(sentence)
    assert "\n" not in str(raised.value)


def test_a_literal_sentence_is_all_description() -> None:
    question = literal("red coat yesterday, at the lobby, without a hat", SHIPPED)
    assert question.description == question.sentence
    assert (question.chips, question.cameras, question.after) == ((), (), None)
    assert question.exclusions == ("hat",)


@pytest.mark.parametrize("understand", [ask, lambda sentence: literal(sentence, None)])
def test_a_weight_belongs_to_the_phrase_that_it_stands_behind(
    understand: Callable[[str], Question],
) -> None:
    found = understand("man in a black^0.5 coat and blue jeans^3")
    assert found.weights == (Weight("black coat", 0.5), Weight("blue jeans", 3.0))
    assert found.description == "man in a black coat and blue jeans"
    assert found.query().weights == found.weights


def test_taking_a_chip_away_takes_its_meaning_back() -> None:
    sentence = "a hatless man in red at the lobby yesterday after four"
    for chip in ask(sentence).chips:
        less = sentence[: chip.start] + sentence[chip.end :]
        assert chips(ask(less)) == [one for one in chips(ask(sentence)) if one != (chip.kind, chip.text)]
