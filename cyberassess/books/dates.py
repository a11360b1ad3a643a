"""Dates as people in Britain write them."""

import datetime
import re

from cyberassess.domain.calendar_words import MONTHS

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FULL = tuple(each.casefold() for each in MONTHS)
_MONTHS = tuple(each[:3] for each in _FULL)
_DAY_NONE = datetime.date(1899, 12, 30)
_CENTURY = 20
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ][\d:.]*z?)?")
_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+([a-z]+)\.?,?\s+(\d{4})"
)


def read_date(text: str) -> str | None:
    """Give a date in ISO 8601, or ``None`` where the text is not one.

    Days stand before months: ``31/12/2026``, ``31 December 2026``, ``31st Dec 2026``, and ISO.
    """
    folded = text.strip().casefold()
    try:
        if found := _ISO.fullmatch(folded):
            return datetime.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if found := _NUMBERS.fullmatch(folded):
            year = int(found[3])
            year += 2000 if len(found[3]) == 2 else 0  # noqa: PLR2004 - two digits
            return datetime.date(year, int(found[2]), int(found[1])).isoformat()
        if found := _WORDS.fullmatch(folded):
            month = _month(found[2])
            return datetime.date(int(found[3]), month, int(found[1])).isoformat()
    except ValueError:
        return None
    return None


def read_day_count(text: str) -> str | None:
    """Give the date in ISO 8601 that a number of days stands for, or ``None``.

    That is what is left of a date where a program lost how it is shown. Only days of this century
    are taken for one, so that a year or a page number is not.
    """
    if not (text.isascii() and text.isdigit()) or len(text) != 5:  # noqa: PLR2004 - 1927 to 2173
        return None
    date = _DAY_NONE + datetime.timedelta(days=int(text))
    return date.isoformat() if date.year // 100 == _CENTURY else None


def _month(word: str) -> int:
    """Give the number of a month; 0, which no date has, where the word is none."""
    short = "sep" if word == "sept" else word
    if short in _MONTHS:
        return _MONTHS.index(short) + 1
    return _FULL.index(word) + 1 if word in _FULL else 0


def day(iso: str) -> str:
    """Give a date as people write it: ``31 December 2026``."""
    date = datetime.date.fromisoformat(iso[:10])
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def weekday(iso: str) -> str:
    """Give a date with the day of the week: ``Thursday 31 December 2026``."""
    return f"{_DAYS[datetime.date.fromisoformat(iso).weekday()]} {day(iso)}"
