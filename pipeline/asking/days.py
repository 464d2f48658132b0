"""Days as people write them: "yesterday", "last Tuesday", "on 3 March", "two weeks ago", "last weekend"."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

import dateparser

from pipeline.asking.clock import COUNT
from pipeline.search import QueryError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_STARTS = tuple(month[:3] for month in MONTHS)

_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})s?"
_SHORT = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|mar|april|apr|may(?!\s+(?:be|have|not|also|or)\b)|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
NTH = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
DATED = (
    rf"(?:(?:the\s+)?{NTH}(?:\s+of)?\s+{_MONTH}(?:,?\s+[12]\d{{3}}\b)?"
    rf"|{_MONTH}\s+(?:the\s+)?{NTH}(?![\d:]|\s*[ap]\.?m\b)(?:,?\s+[12]\d{{3}}\b)?"
    r"|[12]\d{3}-\d\d-\d\d(?=T\d|\b)|\d{1,2}[/.]\d{1,2}[/.][12]\d{3}\b)"
)
PLAIN = (  # a day whatever stands behind it
    rf"(?:{DATED}|(?:the\s+)?day\s+before\s+yesterday|yesterday|today|tomorrow|{COUNT}\s+(?:days?|weeks?|months?|years?)\s+ago"
    rf"|a\s+fortnight\s+ago|(?:last|next)\s+(?:{_WEEKDAY}|{_SHORT})\b"
    rf"|(?:every|each)\s+{_WEEKDAY}\b|(?:last|this|next|the)\s+weekend\b|(?:last|this|next)\s+(?:week|month)\b)"
)
GUARDED = (  # a day unless what stands behind it is a thing: "Sunday best", "the 3rd floor", "3/4 sleeves"
    rf"(?:(?:this\s+)?{_WEEKDAY}|(?:on|since|before|after|until|till)\s+(?:this\s+)?{_SHORT}"
    rf"|(?:on\s+|since\s+)?the\s+\d{{1,2}}(?:st|nd|rd|th)|on\s+\d{{1,2}}/\d{{1,2}}"
    rf"|(?:in|during|last|since)\s+{_MONTH}(?:\s+[12]\d{{3}})?)\b"
)


def read_days(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of what a text says that matches PLAIN or GUARDED; the latest such days.

    QueryError for a date that no calendar has.
    """
    low = " ".join(text.lower().split())
    low = re.sub(r"^(?:(?:on|in|during|since|before|after|until|till|from|every|each|this|the)\s+)+", "", low)
    last, _, named = low.rpartition(" ")
    if low in ("today", "tomorrow", "yesterday"):
        day = today + timedelta(("yesterday", "today", "tomorrow").index(low) - 1)
        return day, day
    if named.removesuffix("s") in WEEKDAYS or re.fullmatch(_SHORT, named):
        return _weekday(named[:3], last, today)
    if named in ("week", "weekend", "month"):
        return _period(named, last, today)
    if whole := re.fullmatch(rf"(last )?({_MONTH})(?: (\d{{4}}))?", low):
        month = _MONTH_STARTS.index(whole[2][:3]) + 1
        this_year = month < today.month or (month == today.month and not whole[1])
        return _month(int(whole[3] or today.year - (not this_year)), month)
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)", low):
        low = _with_month(int(low[:-2]), today, text)
    return (day := _calendar(low, today, text)), day


def _weekday(name: str, which: str, today: date) -> tuple[date, date]:
    """ "Tuesday" may be today; "last Tuesday" was a week ago then."""
    number = [weekday[:3] for weekday in WEEKDAYS].index(name)
    back = (today.weekday() - number) % 7
    if which == "last" and not back:
        back = 7
    day = today - timedelta(back) + timedelta(7 if which == "next" else 0)
    return day, day


def _period(name: str, which: str, today: date) -> tuple[date, date]:
    """Weeks begin on Monday; a weekend is the last that has begun, "last weekend" one that is over."""
    away = {"last": -1, "next": 1}.get(which, 0)
    if name == "month":
        months = today.year * 12 + today.month - 1 + away
        return _month(months // 12, months % 12 + 1)
    monday = today - timedelta(today.weekday()) + timedelta(7 * away)
    if name == "week":
        return monday, monday + timedelta(6)
    if away == 0 and today.weekday() < 5:
        monday -= timedelta(7)
    return monday + timedelta(5), monday + timedelta(6)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _with_month(number: int, today: date, text: str) -> str:
    """The latest past day of that number in its month."""
    for back in range(3):
        months = today.year * 12 + today.month - 1 - back
        year, month = months // 12, months % 12 + 1
        if 1 <= number <= monthrange(year, month)[1] and date(year, month, number) <= today:
            return date(year, month, number).isoformat()
    raise QueryError(f'"{text}" is no day of a month; write a date such as 3 March')


def _calendar(low: str, today: date, text: str) -> date:
    order = "YMD" if re.match(r"\d{4}-", low) else "DMY"
    parsed: datetime | None = dateparser.parse(
        low,
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),
            "PREFER_DATES_FROM": "past",
            "DATE_ORDER": order,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    if parsed is None:
        raise QueryError(f'"{text}" is in no calendar; write a date such as 3 March 2026 or 2026-03-03')
    return parsed.date()
