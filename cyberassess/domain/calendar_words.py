"""The British calendar: how dates are said, and how what people type for one is understood.

Days stand before months. Where a period will do, a month or a year alone means its last day.
"""

import calendar
import datetime
import re
from typing import NamedTuple

from cyberassess.errors import Problem

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_OF = {
    name: number
    for number, month in enumerate(MONTHS, start=1)
    for name in (month.casefold(), month[:3].casefold())
} | {"sept": 9}
_LONGEST = 60
_DAY_NONE = datetime.date(1899, 12, 30)
_CENTURY = 20

_YEAR = r"(?P<year>[12]\d{3})"
_ANY_YEAR = r"(?P<year>[12]\d{3}|'?\d{2})"
_NUMBER = r"(?P<month>\d{1,2})"
_WORD = r"(?P<month>[a-z]+)\.?"
_DAY = r"(?P<day>\d{1,2})"
_BY_DAY = [
    re.compile(rf"{_YEAR}\s*([-/.])\s*{_NUMBER}\s*\2\s*{_DAY}(?:[t ][\d:.]*z?)?"),
    re.compile(rf"{_DAY}\s*[/.-]\s*{_NUMBER}\s*[/.-]\s*{_ANY_YEAR}"),
    re.compile(
        rf"(?:[a-z]+,?\s+)?{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s/.-]*{_WORD}[\s,/-]*{_ANY_YEAR}"
    ),
    re.compile(rf"(?:[a-z]+,?\s+)?{_WORD}\s*{_DAY}(?:st|nd|rd|th)?(?:,\s*|\s+){_YEAR}"),
]
_END = r"(?:(?:by|until)\s+)?(?:the\s+)?(?:end\s+(?:of\s+)?)?"
_MONTH = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])")
_BY_MONTH = [
    re.compile(rf"{_END}{_WORD}[\s,/-]*{_YEAR}"),
    re.compile(rf"{_NUMBER}\s*[/.-]\s*{_YEAR}"),
    re.compile(rf"{_YEAR}\s*[/.-]\s*{_NUMBER}"),
    re.compile(rf"{_END}{_YEAR}"),
]


def said_date(when: datetime.date | str) -> str:
    """Give a date as it is said in Britain, ``22 November 2026``; other text comes back as it is.

    Args:
        when: a date, or ISO text, whose time of day is left out; ``2026-11`` is a month.
    """
    if isinstance(when, str):
        if _MONTH.fullmatch(when):
            return f"{MONTHS[int(when[5:]) - 1]} {when[:4]}"
        try:
            day = datetime.date.fromisoformat(when[:10])
        except ValueError:
            return when
    else:
        day = when
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def said_weekday(iso: str) -> str:
    """Give a date with the day of the week: ``Thursday 31 December 2026``."""
    return f"{_WEEKDAYS[datetime.date.fromisoformat(iso).weekday()]} {said_date(iso)}"


class Typed(NamedTuple):
    """A date as it was understood."""

    date: str
    """ISO 8601; empty where the text is none."""
    said: Problem | None
    """What is wrong with it, or a note of what was understood where that might surprise."""


class _Parts(NamedTuple):
    year: int
    month: int | None
    day: int | None


def understand_date(
    text: str, where: str, kept: str, *, period: bool = False, inexact: bool = False
) -> Typed:
    """Read a date as people write it: ``31/03/2027``, ``31 March 2027``, ``31 Mar 27``, ISO 8601.

    Args:
        where: the option or cell it stands in.
        kept: what happens to the data where it is no date, as a sentence.
        period: whether ``March 2027`` and ``2027`` will do, and mean their last day.
        inexact: whether they will do, and are kept as they are: ``2027-03``, ``2027``.
    """
    line, parts = " ".join(text.split()), _parts(text)
    if (period or inexact) and parts is not None and (year := _lost_year(parts)):
        line, parts = str(year), _Parts(year, None, None)
    shown = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
    fault = "" if parts is None else _fault(parts, period=period or inexact)
    if parts is None or fault:
        found = f'"{shown}" is not a date{f": {fault}" if fault else ""}.'
        also = " A month or a year alone means its last day." if period else ""
        hint = f"Write it like 31 March 2027, 31/03/2027 or 2027-03-31.{also} {kept}"
        return Typed("", Problem("not-a-date", where, found, hint.strip()))
    if inexact and parts.day is None:
        date = str(parts.year) if parts.month is None else f"{parts.year}-{parts.month:02}"
        found = f'"{shown}" was read as {said_date(date)}; its day is not known.'
        return Typed(date, Problem.note("date-read", where, found))
    month = parts.month or 12
    last = calendar.monthrange(parts.year, month)[1]
    date = datetime.date(parts.year, month, parts.day or last).isoformat()
    if _is_plain(text, parts):
        return Typed(date, None)
    found = f'"{shown}" was read as {said_date(date)}.'
    return Typed(date, Problem.note("date-read", where, found))


def read_day_count(text: str) -> str | None:
    """Give the date in ISO 8601 that a number of days stands for, or ``None``.

    That is what is left of a date where a program lost how it is shown. Only days of this century
    are taken for one, so that a year or a page number is not.
    """
    if not (text.isascii() and text.isdigit()) or len(text) != 5:  # noqa: PLR2004 - 1927 to 2173
        return None
    date = _DAY_NONE + datetime.timedelta(days=int(text))
    return date.isoformat() if date.year // 100 == _CENTURY else None


def _parts(text: str) -> _Parts | None:
    folded = text.strip().casefold()
    for pattern in (*_BY_DAY, *_BY_MONTH):
        found = pattern.fullmatch(folded) if folded.isascii() else None
        if found is None:
            continue
        said = found.groupdict()
        year, month, day = said["year"].lstrip("'"), said.get("month"), said.get("day")
        if month is None or month.isdigit() or month in _MONTH_OF:
            return _Parts(
                int(year) + (2000 if len(year) == 2 else 0),  # noqa: PLR2004 - two digits
                int(_MONTH_OF.get(month, month)) if month else None,
                int(day) if day else None,
            )
    return None


def _lost_year(parts: _Parts) -> int:
    """Give the year that a program took for a day in a cell of dates, 0 where it did not.

    There 2027 becomes 19 July 1905, its 2,027th day.
    """
    if _fault(parts, period=False) or parts.month is None or parts.day is None:
        return 0
    count = (datetime.date(parts.year, parts.month, parts.day) - _DAY_NONE).days
    return count if count // 100 in (19, 20, 21) else 0


def _fault(parts: _Parts, *, period: bool) -> str:
    """Say why there is no such day; empty where there is."""
    if parts.month is not None and not 1 <= parts.month <= len(MONTHS):
        return f"there is no month {parts.month}"
    if parts.month is None or parts.day is None:
        return "" if period else "it names no day"
    last = calendar.monthrange(parts.year, parts.month)[1]
    if not 1 <= parts.day <= last:
        return f"{MONTHS[parts.month - 1]} {parts.year} has the days 1 to {last}"
    return ""


def _is_plain(text: str, parts: _Parts) -> bool:
    """Say whether a text can only be read one way."""
    if parts.day is None:
        return False
    year = str(parts.year)
    if text.strip().startswith(year) or any(each.isalpha() for each in text):
        return True
    return year in text and (parts.day > len(MONTHS) or parts.day == parts.month)
