"""What stands in a document, read from its blocks as a reader would find it."""

from collections.abc import Iterable, Iterator, Sequence

from cyberassess.paper.blocks import Block, Heading, Section, Table, Text, every, plain
from cyberassess.paper.document import Document

Shown = Document | Iterable[Block]


def _every(found: Shown) -> Iterator[Block]:
    return every(found.sections if isinstance(found, Document) else found)


def shown(found: Shown, kind: str = "") -> str:
    """Give the first paragraph that is set so."""
    return next(
        plain(each.line) for each in _every(found) if isinstance(each, Text) and each.kind == kind
    )


def texts(found: Shown, kind: str | None = None) -> list[str]:
    """Give every paragraph, or those that are set so."""
    return [
        plain(each.line)
        for each in _every(found)
        if isinstance(each, Text) and kind in (None, each.kind)
    ]


def headings(found: Shown) -> list[str]:
    """Give every heading."""
    return [each.text for each in _every(found) if isinstance(each, Heading)]


def below(found: Shown, title: str) -> Sequence[Block]:
    """Give what stands under a heading, as far as the next one."""
    blocks = [each for each in _every(found) if not isinstance(each, Section)]
    start = next(
        at for at, each in enumerate(blocks) if isinstance(each, Heading) and each.text == title
    )
    rest = blocks[start + 1 :]
    ends = [at for at, each in enumerate(rest) if isinstance(each, Heading)]
    return rest[: ends[0]] if ends else rest


def rows(found: Shown, title: str) -> list[list[str]]:
    """Give the table under a heading, each cell as it reads; nothing where there is none."""
    tables = [each for each in below(found, title) if isinstance(each, Table)]
    return [[plain(cell) for cell in row] for table in tables for row in table.rows]


def figures(found: Shown) -> list[str]:
    """Give the numbers above their meanings."""
    tables = (each for each in _every(found) if isinstance(each, Table))
    return next([plain(each) for each in e.rows[0]] for e in tables if e.kind == "figures")
