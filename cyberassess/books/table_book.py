"""Plain tables as a workbook: what officers keep in a spreadsheet, and read back.

As in questionnaires, nothing is hidden, merged or protected, and whatever begins with an equals
sign is text.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

from cyberassess.books.look import (
    A4,
    GREY,
    INDENT,
    INPUT,
    LINE,
    OCHRE,
    PETROL,
    PLAIN_BOOK,
    WITHOUT_GRID,
    Fitted,
    Paper,
    clean,
    is_listable,
    row_height,
)
from cyberassess.disk import files
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import csv_bytes, moment, refuse_existing, saving
from cyberassess.opening.intake import about_values
from cyberassess.opening.writing import now

_A3 = 8
_ROOM = 150
HEADINGS_ROW = 4
"""Counted from one, the row of the headings on every sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    heading: str
    width: int
    """Pixels."""
    choices: tuple[str, ...] = ()
    """Offered as a list; other values may be typed and are looked at when read back."""
    by_row: tuple[tuple[str, ...], ...] = ()
    """What each row offers, where that is not the same for all."""
    is_input: bool = True
    """Whether people write in it."""
    is_link: bool = False
    """Whether its texts are paths of files that lie beside the workbook."""
    also: tuple[str, ...] = ()
    """Other headings that people's own tables have for it."""
    words: str = ""
    """The name of the table that says what else people type for the choices; empty without one."""
    takes_links: bool = False
    """Whether a link on its words is kept beside them; elsewhere it is only named."""
    is_date: bool = False
    """Whether people write a date in it."""
    ours: str = ""
    """What each line of ours in it looks like; ``{name}`` stands for anything. Empty: anything."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a workbook of one kind is made of: declared once, for whoever writes and reads it."""

    columns: tuple[Column, ...]
    """Of its tables."""
    needed: tuple[str, ...]
    """Headings without which a table is not read; no row goes without the first."""
    once: tuple[str, ...]
    """Headings under which no two rows say the same."""
    unread: str
    """What becomes of words that stand where nothing is read, and where to write them."""
    refused: str
    """What becomes of a row that cannot be taken."""
    titles: tuple[str, ...] = ()
    """What we write over the tables; ``{name}`` stands for anything."""
    lines: tuple[str, ...] = ()
    """The lines below the titles, alike; a marking may follow."""
    texts: tuple[str, ...] = ()
    """What else we write beside the tables; without the number it begins with."""
    name: str = ""
    """Stands beside *Kind* on the sheet about the file; empty where there is none."""
    about: tuple[str, ...] = ()
    """The labels on that sheet."""
    said: tuple[str, ...] = ()
    """Labels elsewhere, beside which people write."""
    reference: tuple[str, ...] = ()
    """The headings of a table that is there to be read alone."""
    is_plain: bool = False
    """Whether it is a spreadsheet people keep themselves: CSV too, no unseen characters."""
    is_whole: bool = False
    """Whether nothing is taken of a file with a row that cannot be."""
    takes_half: bool = False
    """Whether the rest of a row is taken where one of its cells cannot be."""

    def headings_for(self, heading: str) -> tuple[str, ...]:
        """Give a heading and what else people call it."""
        return heading, *next((e.also for e in self.columns if e.heading == heading), ())


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One sheet: a title, a line that says what to do, a table."""

    name: str
    title: str
    line: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """As many texts as there are columns."""
    spare: int = 0
    """Empty rows below, ready to be filled in."""
    is_wide: bool = False
    """Printed on A3 instead of A4."""
    is_filtered: bool = False
    """Whether the headings offer to filter."""
    to_change: tuple[str, ...] = ()
    """Of a sheet of facts, whose first heading is empty: labels whose values people may change."""
    roomy: tuple[str, ...] = ()
    """Of those, the ones that whole paragraphs are written beside."""

    @property
    def is_facts(self) -> bool:
        """Whether it holds labels with what stands beside them, and no headings."""
        return not self.columns[0].heading


def write_tables(
    path: Path,
    sheets: Sequence[TableSheet],
    *,
    marking: str,
    footer: str,
    created: datetime.datetime,
) -> None:
    """Write the sheets; the same input gives the same bytes.

    Raises:
        OSError: where the file cannot be written; nothing is left behind.
    """
    import xlsxwriter

    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, dict(PLAIN_BOOK))
    book.set_properties({"created": created, "title": footer})
    plain = {"font_name": "Arial", "font_size": 11, "valign": "top", "text_wrap": True}
    forms = {
        "title": book.add_format(plain | {"font_size": 18, "bold": True, "font_color": PETROL,
                                          "text_wrap": False}),
        "line": book.add_format(plain | {"font_size": 10, "font_color": GREY,
                                         "text_wrap": False}),
        "head": book.add_format(plain | {"bold": True, "font_color": "white", "indent": 1,
                                         "bg_color": PETROL, "valign": "vcenter"}),
        "label": book.add_format(plain | {"bold": True, "bottom": 1, "bottom_color": LINE}),
        "fact": book.add_format(plain | {"align": "left", "indent": 1, "bottom": 1,
                                         "bottom_color": LINE}),
        "input": book.add_format(plain | {"num_format": "@", "bg_color": INPUT, "border": 1,
                                          "border_color": OCHRE, "align": "left", "indent": 1}),
    }  # fmt: skip
    for sheet in sheets:
        paper = book.add_worksheet(sheet.name)
        paper.hide_gridlines(WITHOUT_GRID)
        paper.set_landscape()
        paper.set_paper(_A3 if sheet.is_wide else A4)
        paper.fit_to_pages(1, 0)
        shown = clean(marking).replace("&", "&&")
        paper.set_header(f'&C&"Arial,Bold"&10{shown}')
        left = clean(footer)[:100].replace("&", "&&")
        paper.set_footer(f'&L&9{left}&C&"Arial,Bold"&10{shown}&R&9Page &P of &N')
        paper.write_string(0, 0, clean(sheet.title), forms["title"])
        paper.set_row(0, 28)
        paper.write_string(1, 0, clean(f"{sheet.line} {marking}".strip()), forms["line"])
        _table(paper, sheet, forms)
    book.close()
    files.write_whole(path, memory.getvalue())


ABOUT, ABOUT_LINE = "About this file", "Leave this sheet as it is."


def write_table(
    assessment: Assessment,
    path: Path,
    kind: Kind,
    rows: Sequence[tuple[str, ...]],
    *,
    force: bool,
    spare: int = 0,
    is_wide: bool = False,
) -> None:
    """Write one table, as CSV where the path says so, else as a workbook that says whose it is.

    Args:
        force: replace a file that is there.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    refuse_existing(path, force=force)
    settings = assessment.contents.settings
    title = kind.titles[0].format(organisation=settings.organisation, period=settings.period)
    sheet = TableSheet(kind.name, title, kind.lines[0], kind.columns, tuple(rows), spare, is_wide)
    hint = "Close it where it is open, or choose another folder. Nothing was changed."
    with saving(path, hint=hint, make_folder=False):
        if path.suffix.lower() == ".csv":
            headings = [each.heading for each in sheet.columns]
            files.write_whole(path, csv_bytes([headings, *sheet.rows]))
            return
        marking = settings.marking.filled
        facts = (Column("", 160, is_input=False), Column("What it says", 700, is_input=False))
        about = TableSheet(ABOUT, ABOUT, ABOUT_LINE, facts, about_values(assessment, kind.name))
        write_tables(
            path, [sheet, about], marking=marking, footer=sheet.title, created=moment(now())
        )


def _table(paper: "object", sheet: TableSheet, forms: dict[str, object]) -> None:
    from xlsxwriter.worksheet import Worksheet

    assert isinstance(paper, Worksheet)  # noqa: S101 - the library comes without types
    top = HEADINGS_ROW - 1
    last = top + len(sheet.rows) + sheet.spare
    if last > top and not (sheet.is_facts or sheet.is_filtered):
        named = [{"header": each.heading} for each in sheet.columns]
        paper.add_table(top, 0, last, len(named) - 1, {"columns": named, "style": None})
    for number, column in enumerate(sheet.columns):
        usual = forms["input" if column.is_input else "fact"]
        paper.set_column_pixels(number, number, column.width)
        if not sheet.is_facts:
            paper.write_string(top, number, column.heading, forms["head"])
        elif not number:
            usual = forms["label"]
        for row, texts in enumerate(sheet.rows, start=top + 1):
            text = clean(texts[number])
            form = forms["input"] if number and texts[0] in sheet.to_change else usual
            if text and column.is_link and "\n" not in text:
                paper.write_url(row, number, f"external:{text}", form, text)
            elif text:
                paper.write_string(row, number, text, form)
            else:
                paper.write_blank(row, number, None, form)
        for row in range(top + 1 + len(sheet.rows), last + 1):
            paper.write_blank(row, number, None, usual)
        offered = column.by_row or (column.choices,) * (last - top)
        _choices(paper, number, top + 1, offered)
    _heights(paper, sheet, last)
    if sheet.is_facts:
        return
    if sheet.is_filtered and last > top:
        paper.autofilter(top, 0, last, len(sheet.columns) - 1)
    paper.freeze_panes(top + 1, 0)
    paper.repeat_rows(top)


def _choices(paper: "object", column: int, first: int, offered: Sequence[tuple[str, ...]]) -> None:
    """Offer each row its choices; rows with the same ones together."""
    from xlsxwriter.worksheet import Worksheet

    assert isinstance(paper, Worksheet)  # noqa: S101 - the library comes without types
    for choices, several in groupby(offered):
        last = first + sum(1 for _ in several) - 1
        if choices and is_listable(choices):
            rule = {"validate": "list", "source": list(choices), "error_type": "warning"}
            paper.data_validation(first, column, last, column, rule)
        first = last + 1


def _heights(paper: Paper, sheet: TableSheet, last: int) -> None:
    top = HEADINGS_ROW - 1
    for row, texts in enumerate(sheet.rows, start=top + 1):
        fitted = [
            Fitted(text, column.width - INDENT, 11)
            for text, column in zip(texts, sheet.columns, strict=True)
        ]
        paper.set_row(row, row_height(fitted, least=_ROOM if texts[0] in sheet.roomy else 22))
    for row in range(top + 1 + len(sheet.rows), last + 1):
        paper.set_row(row, 22)
    if not sheet.is_facts:
        fitted = [Fitted(e.heading, e.width - INDENT, 11, bold=True) for e in sheet.columns]
        paper.set_row(top, row_height(fitted, least=24))
