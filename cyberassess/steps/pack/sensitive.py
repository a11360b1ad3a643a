"""Looking for secrets in files that are to leave, and saying what was not looked into.

Workbooks are read by the guarded child, cell by cell, so that what stands under a heading is
known; whatever else it is, is looked through as text.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from cyberassess.books.guard import Book, Reader, look_at
from cyberassess.errors import WorkbookError
from cyberassess.sources.sensitive import (
    COLUMN,
    Looked,
    Sign,
    heads_passwords,
    look_into,
    signs_in,
)


def look_into_all(files: Mapping[str, Path]) -> Iterator[tuple[str, Looked]]:
    """Give what each file seems to hold, in order; keyed by what people call it."""
    with Reader() as reader:
        for name, path in files.items():
            yield name, _look_into(path, reader)


def _look_into(path: Path, reader: Reader) -> Looked:
    if look_at(path):
        return look_into(path)
    try:
        book = reader.read(path)
    except WorkbookError as cause:
        found = look_into(path)
        why = f"its cells ({cause.problems[0].message.rstrip('.')})"
        return found._replace(unread=(*found.unread, why))
    signs = [*signs_in(text.encode("utf-8", "replace") for text in texts_of(book))]
    under = sum(_under_headings(book))
    signs += [Sign(COLUMN, under)] if under else []
    unread = (f"{len(book.extras)} pictures or other parts inside",) if book.extras else ()
    return Looked(tuple(signs), unread)


def texts_of(book: Book) -> Iterator[str]:
    """Give everything that stands on each sheet, a line for each row."""
    for sheet in book.sheets:
        lines: dict[int, list[str]] = {0: [sheet.name]}
        for cell in sheet.cells:
            lines.setdefault(cell.row, []).extend(cell.says)
        yield "\n".join((*(" ".join(filter(None, each)) for each in lines.values()), *sheet.drawn))


def _under_headings(book: Book) -> Iterator[int]:
    """Count, for each cell, what stands in a column whose heading says passwords."""
    for sheet in book.sheets:
        rows: dict[int, int] = {}
        for cell in sheet.cells:
            rows[cell.row] = rows.get(cell.row, 0) + 1
        headed: set[int] = set()
        for cell in sheet.cells:
            if cell.column in headed and any(map(str.strip, cell.says)):
                yield 1
            elif rows[cell.row] > 1 and heads_passwords(cell.text):
                headed.add(cell.column)
