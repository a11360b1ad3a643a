"""The sheet of documents: what is there, what it shows, and which answers it supports."""

from cyberassess.books import wording
from cyberassess.books.look import SCREEN, SIZE, Sheets, write
from cyberassess.books.text_size import Fitted, row_height
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.questions import Document, Questionnaire

WIDTHS = (240, 290, 175, 115, 125, 175, 120)
HEADER = 3
ROWS = 15
"""Empty rows to write in; people may add more."""
assert sum(WIDTHS) == SCREEN  # noqa: S101 - a slip when a width is changed


def documents(sheets: Sheets, what: Questionnaire) -> None:
    """Write the sheet, with the documents this person named before."""
    paper = sheets.sheet(wording.DOCUMENTS, WIDTHS)
    sheets.title(paper, wording.DOCUMENTS_TITLE, wording.DOCUMENTS_LINE)
    write(paper, 2, 0, wording.MARKED.format(marking=what.marking), sheets.format(font_size=10))
    indented = set(range(len(WIDTHS)))
    sheets.heads(paper, HEADER, wording.DOCUMENT_HEADINGS, indented)
    rows = [_cells(each) for each in what.documents]
    rows += [("",) * len(WIDTHS)] * ROWS
    for row, texts in enumerate(rows, start=HEADER + 1):
        for column, text in enumerate(texts):
            write(paper, row, column, text, sheets.input(valign="vcenter"))
        fitted = [Fitted(t, w, SIZE) for t, w in zip(texts, WIDTHS, strict=True)]
        paper.set_row(row, row_height(fitted, least=32))
    paper.freeze_panes(HEADER + 1, 0)
    paper.repeat_rows(HEADER)
    paper.set_selection(HEADER + 1, 0, HEADER + 1, 0)


def _cells(document: Document) -> tuple[str, ...]:
    return (
        document.title,
        document.shows,
        ", ".join(document.refs),
        said_date(document.dated),
        document.owner,
        document.location,
        said_date(document.valid_until),
    )
