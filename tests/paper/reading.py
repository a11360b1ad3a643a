"""What stands in a document, read from its blocks as a reader would find it."""

from collections.abc import Iterable, Iterator, Sequence

from cyberassess.paper.blocks import (
    Block,
    Heading,
    Part,
    Picture,
    Section,
    Table,
    Text,
    every,
    plain,
)
from cyberassess.paper.document import Document

Paper = Document | Section | Iterable[Block]
"""A whole document, or parts of one."""

MAP = "By principle and place"
"""What heads the map of gaps in the full report."""


def blocks_of(made: Paper) -> Iterator[Block]:
    """Give every block, in the order they are read."""
    if isinstance(made, Section):
        return every((made,))
    return every(made.sections if isinstance(made, Document) else made)


def shown(made: Paper, kind: str = "") -> str:
    """Give the first paragraph that is set so."""
    return next(
        plain(each.line)
        for each in blocks_of(made)
        if isinstance(each, Text) and each.kind == kind
    )


def texts(made: Paper, kind: str | None = None) -> list[str]:
    """Give every paragraph, or those that are set so."""
    return [
        plain(each.line)
        for each in blocks_of(made)
        if isinstance(each, Text) and kind in (None, each.kind)
    ]


def headings(made: Paper) -> list[str]:
    """Give every heading."""
    return [each.text for each in blocks_of(made) if isinstance(each, Heading)]


def below(made: Paper, title: str) -> Sequence[Block]:
    """Give what stands under a heading, as far as the next one."""
    blocks = [each for each in blocks_of(made) if not isinstance(each, Section)]
    start = next(
        at for at, each in enumerate(blocks) if isinstance(each, Heading) and each.text == title
    )
    rest = blocks[start + 1 :]
    ends = [at for at, each in enumerate(rest) if isinstance(each, Heading)]
    return rest[: ends[0]] if ends else rest


def said(made: Paper, title: str) -> str:
    """Give the paragraphs under a heading in one; nothing where there is no such heading."""
    found = below(made, title) if title in headings(made) else ()
    return " ".join(plain(each.line) for each in found if isinstance(each, Text))


def tables(made: Paper, title: str) -> list[Table]:
    """Give the tables under a heading."""
    return [each for each in below(made, title) if isinstance(each, Table)]


def rows(made: Paper, title: str) -> list[list[str]]:
    """Give the table under a heading, each cell as it reads; nothing where there is none."""
    return [[plain(cell) for cell in row] for table in tables(made, title) for row in table.rows]


def tones(table: Table) -> list[list[str]]:
    """Give the colours of a map, row by row; empty where nothing was asked."""
    return [
        [cell.kind if isinstance(cell, Part) else "" for cell in row[1:]] for row in table.rows
    ]


def top_gaps(made: Paper) -> list[list[str]]:
    """Give the gaps that matter most, as they stand in the result in detail."""
    tables = (each for each in blocks_of(made) if isinstance(each, Table))
    found = next((each.rows for each in tables if each.kind == "found gap"), ())
    return [[plain(cell) for cell in row] for row in found]


def figures(made: Paper) -> list[str]:
    """Give the numbers above their meanings."""
    tables = (each for each in blocks_of(made) if isinstance(each, Table))
    return next([plain(each) for each in e.rows[0]] for e in tables if e.kind == "figures")


def squares(made: Paper) -> Picture | None:
    """Give the row of squares."""
    pictures = (each for each in blocks_of(made) if isinstance(each, Picture))
    return next((each for each in pictures if each.kind == "squares"), None)


def title_of(chart: Section | None) -> str:
    """Give the message of a chart."""
    assert chart is not None
    return headings(chart)[0]


def picture_of(chart: Section | None) -> Picture:
    """Give what is drawn of a chart."""
    assert chart is not None
    return next(each for each in chart.blocks if isinstance(each, Picture))


def numbers(chart: Section | None) -> list[list[str]]:
    """Give the numbers of a chart."""
    assert chart is not None
    return rows(chart, title_of(chart))
