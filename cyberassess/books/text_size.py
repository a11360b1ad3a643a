"""How much room text takes in Arial, so that rows are as high as their longest cell."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_NARROW = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_WIDTHS = {chr(32 + index): int(width) for index, width in enumerate(_NARROW.split())}
"""Thousandths of the font size, from space to tilde."""
_OTHER = 600
_WIDE = 1000
_BOLD = 1.05
_MARGIN = 1.02
"""Screens round each character to whole pixels, and programs differ: leave some room."""
_PADDING = 8
"""Pixels of a cell its text cannot use."""
_PIXELS_A_POINT = 96 / 72
_LEADING = 1.25
HIGHEST = 409
"""The highest row there is, in points."""


class Fitted(NamedTuple):
    """A text with the cell it stands in."""

    text: str
    width: int
    """Pixels."""
    size: float
    """Points."""
    bold: bool = False


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a line in pixels, on the generous side."""
    units = sum(
        _WIDTHS.get(each) or (_WIDE if unicodedata.east_asian_width(each) in "WF" else _OTHER)
        for each in text
    )
    return units / 1000 * size * _PIXELS_A_POINT * _MARGIN * (_BOLD if bold else 1)


def lines_of(fitted: Fitted) -> int:
    """Count the lines a text wraps to."""
    room = fitted.width - _PADDING
    space = width_of(" ", fitted.size, bold=fitted.bold)
    count = 0
    for paragraph in fitted.text.split("\n"):
        count += 1
        used = 0.0
        for word in paragraph.split(" "):
            width = width_of(word, fitted.size, bold=fitted.bold)
            if used and used + space + width > room:
                count += 1
                used = 0.0
            if width > room:
                count += int(width // room)
                width %= room
            used += width + (space if used else 0)
    return count


def row_height(cells: Sequence[Fitted], *, least: float = 0, padding: float = 6) -> float:
    """Give the height in points of a row that shows all of its cells.

    Args:
        cells: those that hold text.
        least: the height it has at any rate.
        padding: room above and below the text.
    """
    needed = max(
        (lines_of(each) * each.size * _LEADING + padding for each in cells if each.text),
        default=0.0,
    )
    return min(HIGHEST, round(max(least, needed)))
