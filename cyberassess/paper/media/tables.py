"""Every table of a document as CSV, in one archive."""

import io
import zipfile
from collections.abc import Iterator

from cyberassess.opening.files_for_people import csv_bytes, plain
from cyberassess.paper.blocks import Heading, Table, every, in_words
from cyberassess.paper.blocks import plain as said
from cyberassess.paper.document import Document

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LONGEST_NAME = 80
_LOWEST = 4
"""Level of headings that say too little alone, ``Why`` for one."""


def tables_archive(document: Document) -> bytes:
    """Give a document's tables, named by their number and what they are about."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number, (title, table) in enumerate(_titled(document), start=1):
            name = plain(f"{number:03} {title}", _LONGEST_NAME)
            entry = zipfile.ZipInfo(f"{name}.csv", _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _csv(table))
    return held.getvalue()


def _titled(document: Document) -> Iterator[tuple[str, Table]]:
    """Give each table with its caption, or the heading above it."""
    title = document.frame.title
    for each in every(document.sections):
        if isinstance(each, Heading) and each.level < _LOWEST:
            title = each.text
        elif isinstance(each, Table):
            yield each.caption or title, in_words(each)


def _csv(table: Table) -> bytes:
    heads = [said(each.title) for each in table.columns]
    return csv_bytes([heads, *([said(cell) for cell in row] for row in table.rows)])
