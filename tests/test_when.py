"""Times in a sentence: what is found, what it means, and what only looks like a time."""

from datetime import datetime

import pytest

from pipeline.asking.stretch import Stretch, put_together
from pipeline.asking.when import find_times
from pipeline.search import QueryError

NOW = datetime(2026, 3, 11, 17, 30)  # a Wednesday


def day(number: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, number, hour, minute)


TIMES = [
    ("yesterday between 2 and 4 pm", day(10, 14), day(10, 16)),
    ("last Tuesday morning", day(10, 6), day(10, 12)),
    ("last Wednesday", day(4), day(5)),
    ("on Wednesday", day(11), day(12)),
    ("Friday night", day(6, 18), day(7, 6)),
    ("since tue", day(10), None),
    ("before Tuesday", None, day(10)),
    ("until yesterday", None, day(11)),
    ("after 3 March", day(4), None),
    ("the day before yesterday evening", day(9, 18), day(10)),
    ("yesterday or today", day(10), day(12)),
    ("every Tuesday", day(10), day(11)),
    ("after four", day(11, 16), None),
    ("before 16:30", day(11), day(11, 16, 30)),
    ("since noon", day(11, 12), None),
    ("before midnight", day(10), day(11)),
    ("after midnight", day(11), None),
    ("by 4 pm", day(11), day(11, 16)),
    ("from 4 pm onwards", day(11, 16), None),
    ("yesterday after four", day(10, 16), day(11)),
    ("before 9 yesterday", day(10), day(10, 9)),
    ("since 4 pm yesterday", day(10, 16), None),
    ("since yesterday 4 pm", day(10, 16), None),
    ("after 2 and before 4 pm", day(11, 14), day(11, 16)),
    ("between 22:00 and 2:00", day(10, 22), day(11, 2)),
    ("between 10 am and 2", day(11, 10), day(11, 14)),
    ("from 11 to 1", day(11, 11), day(11, 13)),
    ("2-4 pm", day(11, 14), day(11, 16)),
    ("14:00-16:00", day(11, 14), day(11, 16)),
    ("between 8 and 10 last night", day(10, 20), day(10, 22)),
    ("after ten last night", day(10, 22), day(11, 6)),
    ("last Tuesday between 10 pm and 2 am", day(10, 22), day(11, 2)),
    ("at 4 pm", day(11, 15, 45), day(11, 16, 15)),
    ("around noon", day(11, 11, 30), day(11, 12, 30)),
    ("half past four", day(11, 16, 15), day(11, 16, 45)),
    ("at quarter to five", day(11, 16, 30), day(11, 17)),
    ("at ten past four", day(11, 15, 55), day(11, 16, 25)),
    ("at four o'clock", day(11, 15, 45), day(11, 16, 15)),
    ("at 1630 hours", day(11, 16, 15), day(11, 16, 45)),
    ("at 16h30", day(11, 16, 15), day(11, 16, 45)),
    ("at 4.30pm", day(11, 16, 15), day(11, 16, 45)),
    ("at 8 in the evening", day(10, 19, 45), day(10, 20, 15)),
    ("at 3 in the morning", day(11, 2, 45), day(11, 3, 15)),
    ("at 2 at night", day(11, 1, 45), day(11, 2, 15)),
    ("on 3 March", day(3), day(4)),
    ("on the 3rd of March", day(3), day(4)),
    ("March 3rd, 2026", day(3), day(4)),
    ("on the 3rd", day(3), day(4)),
    ("on 3/3", day(3), day(4)),
    ("5/3/2026", day(5), day(6)),
    ("2026-03-01", day(1), day(2)),
    ("2026-03-01T16:30", day(1, 16, 15), day(1, 16, 45)),
    ("on 3 March at 4 pm", day(3, 15, 45), day(3, 16, 15)),
    ("between 3 and 5 March", day(3), day(6)),
    ("from Monday to Wednesday", day(9), day(12)),
    ("from Friday to Monday", day(6), day(10)),
    ("from yesterday 4 pm to today 9 am", day(10, 16), day(11, 9)),
    ("between Monday 10 pm and Tuesday 2 am", day(9, 22), day(10, 2)),
    ("in March", day(1), datetime(2026, 4, 1)),
    ("in May", datetime(2025, 5, 1), datetime(2025, 6, 1)),
    ("in the last two hours", day(11, 15, 30), None),
    ("in the past 30 minutes", day(11, 17), None),
    ("in the last half hour", day(11, 17), None),
    ("last hour", day(11, 16, 30), None),
    ("in the last week", day(4, 17, 30), None),
    ("last week", day(2), day(9)),
    ("last weekend", day(7), day(9)),
    ("two hours ago", day(11, 15), day(11, 16)),
    ("20 minutes ago", day(11, 17, 5), day(11, 17, 15)),
    ("two days ago", day(9), day(10)),
    ("a fortnight ago", datetime(2026, 2, 25), datetime(2026, 2, 26)),
    ("just now", day(11, 17, 20), None),
    ("after dark", day(10, 18), day(11, 6)),
    ("tonight", day(11, 18), day(12, 6)),
    ("last night", day(10, 18), day(11, 6)),
    ("this morning", day(11, 6), day(11, 12)),
    ("early this morning", day(11, 6), day(11, 9)),
    ("yesterday late afternoon", day(10, 15), day(10, 18)),
    ("in the early hours", day(11), day(11, 6)),
    ("yesterday at lunchtime", day(10, 11, 30), day(10, 14)),
    ("last week between 2 and 4 pm", day(2), day(9)),
]


def when(text: str, now: datetime = NOW) -> Stretch:
    return put_together([piece for found in find_times(text, now) for piece in found.pieces], now)


@pytest.mark.parametrize(("text", "start", "end"), TIMES)
def test_a_time_is_understood_wherever_it_stands(
    text: str, start: datetime | None, end: datetime | None
) -> None:
    for sentence in (text, f"red coat {text}", f"a man {text}, in a red coat"):
        assert when(sentence) == Stretch(start, end)
        words = "".join(sentence[found.start : found.end] for found in find_times(sentence, NOW))
        assert words.replace(" ", "") == text.replace(" and before", "before").replace(" or ", "").replace(
            " ", ""
        )


@pytest.mark.parametrize(
    "text",
    [
        "woman in white",
        "man with a 7 on his shirt",
        "blue march hoodie",
        "may be wearing a cap",
        "the 3 may be wearing hats",
        "second-hand coat",
        "Sunday-best suit",
        "his Sunday best suit",
        "a man in his forties",
        "two-tone jacket",
        "light after dark coat",
        "midnight blue coat",
        "in a morning suit",
        "evening dress",
        "in the evening gown",
        "3/4 length coat",
        "7/8 trousers",
        "man aged between 18 and 24",
        "between 20 and 30 years old",
        "on the 3rd floor",
        "after four men",
        "weekend bag",
        "black friday t-shirt",
        "about 6 foot tall",
        "at 5 ft",
        "today's coat",
        "night-blue coat",
        "sat on a bench in the sun",
        "a hat of size 10",
        "a last-minute shopper",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert find_times(text, NOW) == []


@pytest.mark.parametrize(
    ("text", "now", "start"),
    [
        ("after four", day(11, 15), day(11, 4)),
        ("after four", day(11, 3), day(10, 16)),
        ("today after four", day(11, 15), day(11, 4)),
        ("today after four", day(11, 17), day(11, 16)),
        ("yesterday after four", day(11, 3), day(10, 16)),
        ("tonight", day(11, 2), day(10, 18)),
        ("last night", day(11, 2), day(10, 18)),
        ("after dark", day(11, 19), day(11, 18)),
        ("at the weekend", day(14, 9), day(14)),
        ("on the 31st", day(1), datetime(2026, 1, 31)),
        ("on 29 February", NOW, datetime(2024, 2, 29)),
    ],
)
def test_what_is_left_open_is_the_latest_that_has_begun(text: str, now: datetime, start: datetime) -> None:
    assert when(text, now).start == start


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on 31 February", "in no calendar"),
        ("on the 32nd", "no day of a month"),
        ("at 25:00", "no time of day"),
        ("on Monday and on Friday", "several days"),
        ("at 4 pm and at 6 pm", "several clock times"),
        ("in the last hour yesterday", "several times"),
        ("at 16:00 in the morning", "another part of the day"),
        ("from today 4 pm to yesterday 9 am", "ends before it begins"),
        ("between 5 and 3 March", "ends before it begins"),
    ],
)
def test_a_time_that_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        when(text)


@pytest.mark.parametrize(
    ("stretch", "spelt"),
    [
        (Stretch(day(10, 14), day(10, 16)), "Tuesday 10 March 2026, 14:00 to 16:00"),
        (Stretch(day(10), day(11)), "Tuesday 10 March 2026"),
        (Stretch(day(10, 18), day(11, 6)), "Tuesday 10 March 2026, 18:00 to Wednesday 11 March 2026, 06:00"),
        (Stretch(day(11, 16), None), "since Wednesday 11 March 2026, 16:00"),
        (Stretch(None, day(10)), "before Tuesday 10 March 2026, 00:00"),
    ],
)
def test_a_time_is_spelt_in_full(stretch: Stretch, spelt: str) -> None:
    assert stretch.spelt() == spelt
