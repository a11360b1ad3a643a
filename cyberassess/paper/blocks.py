"""What stands in a document: a handful of blocks, from which HTML, PDF, Word and CSV are made.

A section of a document gives blocks and knows no medium; a medium knows blocks and no section.
``kind`` says how something is set: a class of ``report.css``, and nothing that a reader must see.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cyberassess.paper.look import Colours

STRONG, SLOT = "strong", "slot"
"""A piece of a line that has weight; a paragraph that somebody else is to write."""
WIDTH = 170.0
"""Of what fills the page from margin to margin, in millimetres."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line that is set apart, can be gone to, or leads somewhere."""

    text: str
    kind: str = ""
    link: str = ""
    """The anchor it leads to."""
    anchor: str = ""


BREAK = Part("", "break")
"""Where a new line begins."""
Line = str | Part | tuple[str | Part, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, also one in a cell."""

    line: Line
    kind: str = ""


class Bar(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = "none"
    line: float = 0.5
    """Width of the stroke."""
    round: float = 0
    """How far its corners are rounded."""


class Words(NamedTuple):
    """A line of text; ``y`` is its foot."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    weight: int = 400
    fill: str = Colours().ink
    size: float = 3.2


@dataclass(frozen=True, slots=True)
class Picture:
    """Plain shapes; what they say stands in words beside them, too."""

    alternative: str
    """For those who do not see it."""
    height: float
    bars: tuple[Bar, ...]
    words: tuple[Words, ...] = ()
    width: float = WIDTH
    kind: str = "picture"
    instead: str = ""
    """What says the same where a screen is too narrow for it; empty where the text beside it does.
    """


@dataclass(frozen=True, slots=True)
class Page:
    """The number of the page on which something stands; only paper has one."""

    anchor: str


Cell = str | Part | Text | Picture | Page | tuple[str | Part | Text, ...]
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, and how its cells are set."""

    title: Line
    width: float = 0
    """In per cent; 0 where it takes what is left."""
    kind: str = ""
    is_told: bool = True
    """Whether its head says more than that a cell is what the name beside it stands for; only then
    does it stand before each cell where a screen is too narrow for columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with heads. The last cell of a row that is short goes on to the table's end."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    kind: str = ""
    caption: str = ""
    names: tuple[int, ...] = (0,)
    """Which columns name their row."""
    by: int | None = None
    """Where pages set the rows as a list: the column whose value stands once, above all that
    share it. Its rows have a name, a text and, last, where it comes from."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks below it are about; level 1 is the document's own title."""

    text: str
    level: int = 2
    kind: str = ""
    anchor: str = ""
    running: str = ""
    """What the head of its pages says."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    lines: tuple[Line, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks that belong together."""

    blocks: "tuple[Block, ...]"
    kind: str = ""
    cut: str = ""
    """Where paper may be laid out part by part: ``part`` before a new page, ``part on`` where the
    text goes on."""


Block = Heading | Text | Table | Bullets | Picture | Section


def columns(*heads: tuple[Line, float] | tuple[Line, float, str]) -> tuple[Column, ...]:
    """Give columns of title, width and, where they have one, kind."""
    return tuple(Column(*each) for each in heads)


def strong(text: str) -> Part:
    """Set a piece of a line apart by its weight."""
    return Part(text, STRONG)


def paragraph(text: str, kind: str = "") -> Iterator[Text]:
    """Give a paragraph where there is something to say."""
    if text:
        yield Text(text, kind)


def filled(title: Heading, blocks: Iterable[Block]) -> Iterator[Block]:
    """Give blocks under their heading, or neither where there are none."""
    for at, each in enumerate(blocks):
        if not at:
            yield title
        yield each


def plain(cell: Cell) -> str:
    """Give what a cell or a line says, each paragraph on a line of its own."""
    match cell:
        case str():
            return cell
        case Part():
            return "\n" if cell is BREAK else cell.text
        case Text():
            return plain(cell.line)
        case Picture():
            return cell.alternative
        case Page():
            return ""
        case _:
            return _joined(cell)


def _joined(parts: Sequence[str | Part | Text]) -> str:
    said_ = ""
    for each in parts:
        if isinstance(each, Text) and said_:
            said_ += "\n"
        said_ += plain(each)
    return said_


def every(blocks: Iterable[Block]) -> Iterator[Block]:
    """Give blocks and those inside them, in the order they are read."""
    for each in blocks:
        yield each
        if isinstance(each, Section):
            yield from every(each.blocks)


def gathered(table: Table) -> Iterator[tuple[str, list[Cell]]]:
    """Give the rows of a table that pages set as a list, each in one, under what they share.

    A row becomes its name, its text and, in brackets, where it comes from; paragraphs of its text
    follow.
    """
    found: dict[str, list[Cell]] = {}
    for row in table.rows:
        name, text, source = plain(row[0]), row[1], plain(row[-1])
        parts = text if isinstance(text, tuple) else (text,)
        words = (each for each in parts if isinstance(each, str | Part))
        below = (each for each in parts if isinstance(each, Text))
        item = (name, "\t", *words, *([f" [{source}]"] if source else []), *below)
        found.setdefault(plain(row[table.by or 0]), []).append(item)
    for shared, items in found.items():
        yield f"{plain(table.columns[1].title)}: {shared}", items


LONG_ROW = 1200
"""Characters: about a quarter of a page. Such a row may go on over the page."""


def length(row: Row) -> int:
    """Count the characters of a row; what pictures say is not set."""
    return sum(len(plain(each)) for each in row if not isinstance(each, Picture))


def in_words(table: Table) -> Table:
    """Give a table without columns of pictures, and of the numbers of paper's pages."""
    table = without_pages(table)
    return _with_columns(table, [e for e in range(len(table.columns)) if _is_said(table, e)])


def without_pages(table: Table) -> Table:
    """Give a table without the columns and rows that are for the numbers of paper's pages."""
    rows = [
        row
        for row in table.rows
        if not any(isinstance(each, Page) for each in row) or not _is_of_pages(row[1:])
    ]
    kept = [
        at
        for at, column in enumerate(table.columns)
        if column.title != "Page" or not _is_of_pages(row[at] for row in rows if at < len(row))
    ]
    return _with_columns(replace(table, rows=tuple(rows)), kept)


def _with_columns(table: Table, kept: Sequence[int]) -> Table:
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept if at < len(row)) for row in table.rows),
        names=tuple(kept.index(at) for at in table.names if at in kept),
    )


def _is_of_pages(cells: Iterable[Cell]) -> bool:
    return all(each == "" or isinstance(each, Page) for each in cells)


def _is_said(table: Table, at: int) -> bool:
    cells = [row[at] for row in table.rows if at < len(row) and row[at] != ""]
    return not cells or not all(isinstance(each, Picture) for each in cells)
