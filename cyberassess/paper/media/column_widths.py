"""How wide the columns of a table for Word are: words of Arial stay whole where they have room."""

import re

from cyberassess.paper.blocks import Table, plain
from cyberassess.paper.furniture import NUMBERS_ABOVE_WORDS

UNBROKEN = re.compile(r"(\b(?:[A-Z]{2,4}-\d+|\d{4}-\d{2}-\d{2})\b)")
"""References and dates, which do not break at their hyphens."""
TABLE_SIZE, SMALL, LARGE = 9.5, 9, 14
"""Of words in a table, in points; of notes; and of numbers that stand above what they mean."""
_NAMES = {"map": (0, 25), "matrix": (1, 20)}
"""The column of names, and the most of the width it has, in per cent, for the places' sake."""
_POINT = 25.4 / 72
_BESIDE = 4.4
"""Millimetres of a cell that its words do not have."""
_LONGEST_WORD = 22
"""Characters; addresses and the like break."""
_NARROW = {**dict.fromkeys("ijl'|", 0.23), **dict.fromkeys("ftrI.,:;!()/[]-", 0.31)}
_WIDE = {**dict.fromkeys("mwM%@W", 0.89), **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&", 0.72)}
"""Widths of Arial's characters, in parts of its size; all others have that of a digit."""
_DIGIT = 0.556
_BOLD = 1.07


def widths(table: Table, whole: float) -> list[float]:
    """Give widths of columns, each with room for its longest word while the widest can spare it.

    Those that have no width share what is left.

    Args:
        whole: width of the table, in millimetres, as all that is given.
    """
    given = [each.width for each in table.columns]
    if table.kind in _NAMES:
        at, most = _NAMES[table.kind]
        given[at] = min(given[at] or most, most)
    open_ = given.count(0)
    rest = max(100 - sum(given), 0) / open_ if open_ else 0
    every = [each or rest for each in given]
    found = [whole * each / sum(every) for each in every]
    needs = [_least(table, at) for at in range(len(found))]
    for at, need in enumerate(needs):
        while found[at] < need:
            spare = [max(has - least, 0) for has, least in zip(found, needs, strict=True)]
            widest = max(range(len(found)), key=lambda each: (spare[each] > 0, found[each]))
            if not spare[widest]:
                break
            moved = min(need - found[at], spare[widest])
            found[widest] -= moved
            found[at] = need if moved == need - found[at] else found[at] + moved
    return found


def _least(table: Table, at: int) -> float:
    """Give what a column's longest word needs, in millimetres."""
    is_large = table.kind == NUMBERS_ABOVE_WORDS
    size, head = (LARGE, SMALL) if is_large else (TABLE_SIZE, TABLE_SIZE)
    last = len(table.columns) - 1
    said = (row[at] for row in table.rows if at < len(row) - 1 or at == last < len(row))
    longest = max((_longest(plain(each)) * size for each in said), default=0)
    return max(longest, _longest(plain(table.columns[at].title)) * head) * _POINT + _BESIDE


def _longest(text: str) -> float:
    """Give the width of the longest word, in parts of the size of its letters, set in bold."""
    words = (
        piece
        for word in text.split()
        for piece in ([word] if UNBROKEN.search(word) else word.replace("-", "- ").split())
        if len(piece) <= _LONGEST_WORD
    )
    return max((sum(map(_wide, each)) for each in words), default=0) * _BOLD


def _wide(character: str) -> float:
    return _NARROW.get(character) or _WIDE.get(character) or _DIGIT
