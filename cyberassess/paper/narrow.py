"""Tables on a narrow screen: each row stands under its own heading, each cell beside its column's.

The style sheets stack rows and print ``data-label`` before a cell; here cells get theirs, from the
heading of their column, so that no template says a heading twice.
"""

import re

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)(?=</?t[dhr]\b)", re.DOTALL)
_MARK = re.compile(r"<[^>]*>")
_SPAN = re.compile(r'\bcolspan="(\d+)"')


def with_labels(html: str) -> str:
    """Give each cell of every table with headings the heading of its column, as ``data-label``.

    The HTML is of our templates: tables do not nest, a row spans no other, and what is filled in
    is escaped. A cell under several columns or under an empty heading gets none.
    """
    return _TABLE.sub(lambda table: _labelled(table[0]), html)


def _labelled(table: str) -> str:
    head = _HEAD.search(table)
    if head is None:
        return table
    labels: list[str] = []
    for cell in _CELL.finditer(_ROW.findall(head[0])[-1]):
        text = " ".join(_MARK.sub(" ", cell[3]).split()).replace('"', "&quot;")
        labels += [text] * _width(cell)
    body = table[head.end() :]
    return table[: head.end()] + _ROW.sub(lambda row: _row(row[0], labels), body)


def _row(row: str, labels: list[str]) -> str:
    column = 0

    def cell(found: re.Match[str]) -> str:
        nonlocal column
        at, column = column, column + _width(found)
        label = labels[at] if at < len(labels) else ""
        if found[1] == "th" or column - at > 1 or not label:
            return found[0]
        return f'<td{found[2]} data-label="{label}">{found[3]}'

    return _CELL.sub(cell, row)


def _width(cell: re.Match[str]) -> int:
    span = _SPAN.search(cell[2])
    return int(span[1]) if span else 1
