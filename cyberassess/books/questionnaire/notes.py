"""The first sheet of a notes workbook: what to look at in a return, with ways to the cells."""

from collections.abc import Mapping

from cyberassess.books import wording
from cyberassess.books.look import GREY, LINE, PETROL, SIZE, SMALL, Paper, Sheets, write
from cyberassess.books.text_size import Fitted, row_height
from cyberassess.domain.people.questions import Questionnaire

WIDTHS = (60, 190, 250, 740)


def begin_fixes(sheets: Sheets, what: Questionnaire) -> Paper:
    """Begin the sheet, so that it stands first; its rows need the places of all others."""
    paper = sheets.sheet(wording.FIX, WIDTHS)
    line = wording.FIX_LINE.format(
        organisation=what.organisation, period=what.period, marking=what.marking
    )
    sheets.title(paper, wording.FIX_TITLE, line)
    write(paper, 2, 0, wording.FIX_HELP, sheets.format(font_size=SIZE))
    paper.set_row(2, 28)
    return paper


def list_fixes(
    sheets: Sheets, paper: Paper, what: Questionnaire, places: Mapping[str, str]
) -> None:
    """List what to look at.

    Args:
        sheets: the workbook.
        paper: the sheet.
        what: the questionnaire with its fixes.
        places: of rows in this workbook, as ``'sheet'!C12``, keyed by ref.
    """
    sheets.heads(paper, 3, wording.FIX_HEADINGS, set())
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    grey = sheets.format(font_size=SMALL, font_color=GREY, **line)
    link = sheets.format(font_color=PETROL, underline=1, **line)
    for row, fix in enumerate(what.fixes, start=4):
        paper.write_number(row, 0, row - 3, sheets.format(align="left", **line))
        if fix.ref in places:
            paper.write_url(row, 1, f"internal:{places[fix.ref]}", link, fix.ref)
        else:
            write(paper, row, 1, wording.NO_ROW, grey)
        write(paper, row, 2, fix.place, grey)
        write(paper, row, 3, fix.text, sheets.format(**line))
        fitted = [Fitted(fix.text, WIDTHS[3], SIZE), Fitted(fix.place, WIDTHS[2], SMALL)]
        paper.set_row(row, row_height(fitted, least=30))
    paper.freeze_panes(4, 0)
    paper.repeat_rows(3)
