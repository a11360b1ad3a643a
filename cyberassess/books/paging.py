"""Where printed pages begin, so that no heading stands alone at the foot of one."""

from collections.abc import Collection, Sequence

MARGINS = {"left": 0.4, "right": 0.4, "top": 0.75, "bottom": 0.75}
"""Inches."""
_WIDTH, _HEIGHT = 841.9, 595.3
"""A4 landscape, in points."""
_INCH = 72
_POINTS_A_PIXEL = 0.75
_SAFE = 0.98
"""Programs differ in how they round rows: a page of ours must never be more than one of theirs."""


def room(width: int) -> float:
    """Give the height in points of the rows that fit on a page as wide as a sheet.

    Args:
        width: of all columns, in pixels.
    """
    wide = _WIDTH - (MARGINS["left"] + MARGINS["right"]) * _INCH
    high = _HEIGHT - (MARGINS["top"] + MARGINS["bottom"]) * _INCH
    return high / min(1.0, wide / (width * _POINTS_A_PIXEL)) * _SAFE


def page_starts(
    heights: Sequence[float], together: Collection[int], *, page: float, repeated: float
) -> list[int]:
    """Give the rows that begin a page, without the first.

    Args:
        heights: of all rows, in points.
        together: rows, counted from zero, that stand on the page of the row above.
        page: the height of a page.
        repeated: the height of what stands again at the top of each further page.
    """
    starts: list[int] = []
    used = 0.0
    row = 0
    while row < len(heights):
        after = row + 1
        while after in together and after < len(heights):
            after += 1
        unit = sum(heights[row:after])
        if used + unit > page and used > (repeated if starts else 0.0):
            starts.append(row)
            used = repeated
        used += unit
        row = after
    return starts
