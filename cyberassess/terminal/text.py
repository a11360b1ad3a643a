"""What commands print for people, as lines."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyberassess.opening.intake import ReceivedFile

LONG = 45
"""Minutes above which the officer is told that a questionnaire is long."""
WIDEST = 100
NARROW = 60


def _width() -> int:
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def wrap(text: str, indent: str = "") -> list[str]:
    """Break a text into lines that fit the terminal."""
    return textwrap.wrap(
        text,
        max(_width() - 1, 20),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]


def came_lines(found: "ReceivedFile") -> Iterator[str]:
    """Name what a file changes, where its original lies, and what goes back for it."""
    for what, names in (("Added", found.added), ("Changed", found.changed)):
        if names:
            yield from wrap(f"{what}: {', '.join(names)}", "  ")
    for each in found.changes:
        yield from wrap(f"{each.what}: was {each.old}, is now {each.new}", "  ")
    for what, place in (
        ("The original is kept as", found.kept_as),
        ("A receipt to send back:", found.receipt),
        ("A workbook to send back, with what to look at again:", found.notes),
    ):
        if place:
            yield f"  {what} {place}"


def short(text: str, most: int) -> str:
    """Cut a text that would make a table's column too wide; a narrow terminal has no columns."""
    return text if len(text) <= most or _width() < NARROW else f"{text[: most - 1]}…"


def table(rows: Iterable[tuple[str, ...]], *, indent: str = "  ") -> list[str]:
    """Align rows in columns; on a narrow terminal, one cell a line."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    if _width() < NARROW or len(indent) + sum(widths) + 2 * len(widths) > _width() + 10:
        return [line for row in cells for line in wrap("  ".join(filter(None, row)), indent)]
    return [
        (indent + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]
