"""What stands in a document, read from its blocks as a reader would find it."""

from collections.abc import Sequence

from cyberassess.paper.blocks import Block, Heading, Section, Table, Text, every, plain
from cyberassess.paper.document import Document


def shown(document: Document, kind: str = "") -> str:
    """Give the first paragraph that is set so."""
    return next(
        plain(each.line)
        for each in every(document.sections)
        if isinstance(each, Text) and each.kind == kind
    )


def texts(document: Document) -> list[str]:
    """Give every paragraph."""
    return [plain(each.line) for each in every(document.sections) if isinstance(each, Text)]


def headings(document: Document) -> list[str]:
    """Give every heading."""
    return [each.text for each in every(document.sections) if isinstance(each, Heading)]


def below(document: Document, title: str) -> Sequence[Block]:
    """Give what stands under a heading, as far as the next one."""
    blocks = [each for each in every(document.sections) if not isinstance(each, Section)]
    start = next(
        at for at, each in enumerate(blocks) if isinstance(each, Heading) and each.text == title
    )
    rest = blocks[start + 1 :]
    ends = [at for at, each in enumerate(rest) if isinstance(each, Heading)]
    return rest[: ends[0]] if ends else rest


def rows(document: Document, title: str) -> list[list[str]]:
    """Give the table under a heading, each cell as it reads; nothing where there is none."""
    found = [each for each in below(document, title) if isinstance(each, Table)]
    return [[plain(cell) for cell in row] for table in found for row in table.rows]


def figures(document: Document) -> list[str]:
    """Give the numbers above their meanings."""
    tables = (each for each in every(document.sections) if isinstance(each, Table))
    return next([plain(each) for each in e.rows[0]] for e in tables if e.kind == "figures")
