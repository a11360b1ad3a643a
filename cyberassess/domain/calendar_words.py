"""The words of the British calendar: what dates are written with, and read from."""

import datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def said_date(when: datetime.date | str) -> str:
    """Give a date as it is said in Britain, ``22 November 2026``; other text comes back as it is.

    Args:
        when: a date, or ISO text, whose time of day is left out.
    """
    if isinstance(when, str):
        try:
            day = datetime.date.fromisoformat(when[:10])
        except ValueError:
            return when
    else:
        day = when
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
