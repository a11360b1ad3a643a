"""How our workbooks look, and how their cells are written: only as what they are.

Nothing is hidden, merged or protected. Text is written as text, whatever it begins with; only our
own counts and checks are formulas, and they carry their true value. Rows are as high as their
longest cell, by the room text takes in Arial.
"""

import datetime
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from cyberassess.disk import files

_NARROW = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_WIDTHS = {chr(32 + index): int(width) for index, width in enumerate(_NARROW.split())}
"""Thousandths of the font size, from space to tilde."""
_OTHER = 600
_WIDE = 1000
_BOLD = 1.05
_MARGIN = 1.02
"""Screens round each character to whole pixels, and programs differ: leave some room."""
_PADDING = 8
"""Pixels of a cell its text cannot use."""
_PIXELS_A_POINT = 96 / 72
_LEADING = 1.25
HIGHEST = 409
"""The highest row there is, in points."""


class Fitted(NamedTuple):
    """A text with the cell it stands in."""

    text: str
    width: int
    """Pixels."""
    size: float
    """Points."""
    bold: bool = False


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a line in pixels, on the generous side."""
    units = sum(
        _WIDTHS.get(each) or (_WIDE if unicodedata.east_asian_width(each) in "WF" else _OTHER)
        for each in text
    )
    return units / 1000 * size * _PIXELS_A_POINT * _MARGIN * (_BOLD if bold else 1)


def lines_of(fitted: Fitted) -> int:
    """Count the lines a text wraps to."""
    room = fitted.width - _PADDING
    space = width_of(" ", fitted.size, bold=fitted.bold)
    count = 0
    for paragraph in fitted.text.split("\n"):
        count += 1
        used = 0.0
        for word in paragraph.split(" "):
            width = width_of(word, fitted.size, bold=fitted.bold)
            if used and used + space + width > room:
                count += 1
                used = 0.0
            if width > room:
                count += int(width // room)
                width %= room
            used += width + (space if used else 0)
    return count


def row_height(cells: Sequence[Fitted], *, least: float = 0, padding: float = 6) -> float:
    """Give the height in points of a row that shows all of its cells.

    Args:
        cells: those that hold text.
        least: the height it has at any rate.
        padding: room above and below the text.
    """
    needed = max(
        (lines_of(each) * each.size * _LEADING + padding for each in cells if each.text),
        default=0.0,
    )
    return min(HIGHEST, round(max(least, needed)))


PETROL = "#0b5563"
PALE = "#e6f0f1"
INPUT = "#fffdf0"
OCHRE = "#b8962e"
RUST = "#9c2f12"
BLUSH = "#fbe9e2"
GREY = "#595959"
LINE = "#c9d6d8"
FONT = "Arial"
SIZE = 12
MIDDLE_SIZE = 11
SMALL = 10
TINY = 9
INDENT = 12
"""Pixels an indented cell's text cannot use."""
SCREEN = 1240
"""Pixels of all columns of a sheet: together they fit a 1366-pixel screen, in LibreOffice too,
which shows them a twentieth wider than Excel."""

MARGINS = {"left": 0.4, "right": 0.4, "top": 0.75, "bottom": 0.75}
"""Inches."""
_WIDTH, _HEIGHT = 841.9, 595.3
"""A4 landscape, in points."""
_INCH = 72
_POINTS_A_PIXEL = 0.75
_SAFE = 0.98
"""Programs differ in how they round rows: a page of ours must never be more than one of theirs."""
_USUAL = 12.75
"""The height of a row nobody gave one, in points."""
A4 = 9
WITHOUT_GRID = 2
LONGEST_NAME = 31
LONGEST_LIST = 255
LONGEST_MESSAGE = 255
LONGEST_FORMULA = 8000
LONGEST_CELL = 32_767

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")

PLAIN_BOOK: Mapping[str, object] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_row_height": 17,
    "default_format_properties": {"font_name": FONT, "font_size": SMALL},
}
"""How each workbook is begun. Columns are as wide as so many digits of the default font: with one
that a machine lacks, every sheet would be a quarter wider there than the screen."""

# NOTE: XlsxWriter comes without types.
Book = Any
Paper = Any
Format = Any


class Sheets:
    """The workbook under way: its formats and its sheets."""

    def __init__(self, book: Book, *, marking: str, footer: str) -> None:
        """Begin.

        Args:
            book: XlsxWriter's.
            marking: at the top and bottom of each page.
            footer: at the bottom left.
        """
        self.book = book
        self.marking = marking
        self.footer = footer
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._heights: dict[str, dict[int, float]] = {}
        """Of rows, in points, keyed by the sheet's name."""

    def format(self, **properties: object) -> Format:
        """Give a format; each is made once."""
        key = tuple(sorted(properties.items(), key=lambda each: each[0]))
        if key not in self._formats:
            whole = {"font_name": FONT, "font_size": SIZE, "valign": "top", **properties}
            self._formats[key] = self.book.add_format(whole)
        return self._formats[key]

    def input(self, **properties: object) -> Format:
        """Give the format of a cell people write in: text, so that nothing becomes a formula."""
        whole = {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1, **properties}
        return self.format(bg_color=INPUT, border=1, border_color=OCHRE, **whole)

    def format_only(self, **properties: object) -> Format:
        """Give a format that changes nothing but this, to lay over another."""
        key = (("only", True), *sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def sheet(self, name: str, widths: Sequence[int]) -> Paper:
        """Add a sheet, A4 landscape, one page wide, marked."""
        paper = self.book.add_worksheet(name)
        marking = _escaped(self.marking)
        paper.hide_gridlines(WITHOUT_GRID)
        paper.set_landscape()
        paper.set_paper(A4)
        paper.set_margins(**MARGINS)
        paper.fit_to_pages(1, 0)
        paper.set_header(f'&C&"Arial,Bold"&10{marking}')
        paper.set_footer(
            f'&L&"Arial,Regular"&9{_escaped(self.footer)}&C&"Arial,Bold"&10{marking}'
            '&R&"Arial,Regular"&9Page &P of &N'
        )
        for column, width in enumerate(widths):
            paper.set_column_pixels(column, column, width, self.format())
        return paper

    def height(self, paper: Paper, row: int, points: float) -> None:
        """Set a row's height."""
        paper.set_row(row, points)
        self._heights.setdefault(paper.get_name(), {})[row] = points

    def begin_pages(
        self, paper: Paper, header: int, together: Collection[int], *, width: int
    ) -> None:
        """Repeat a row at the top of each page, and begin pages where nothing is torn apart.

        Args:
            paper: the sheet; all its rows have their height.
            header: the row that is repeated.
            together: rows that stand on the page of the row above.
            width: of all columns, in pixels.
        """
        known = self._heights[paper.get_name()]
        heights = [known.get(row, _USUAL) for row in range(max(known) + 1)]
        starts = page_starts(heights, together, page=room(width), repeated=heights[header])
        paper.repeat_rows(header)
        # NOTE: Excel may set these aside where a sheet is fitted to one page's width; then it
        # breaks pages as it would without them.
        paper.set_h_pagebreaks(starts)

    def title(self, paper: Paper, text: str, line: str) -> None:
        """Write what a sheet is, in A1, and the line under it."""
        write(paper, 0, 0, text, self.format(font_size=18, bold=True, font_color=PETROL))
        self.height(paper, 0, 28)
        write(paper, 1, 0, line, self.format(font_size=SMALL, font_color=GREY))
        self.height(paper, 1, 16)

    def heads(self, paper: Paper, row: int, texts: Sequence[str], indented: set[int]) -> None:
        """Write the headings of a table."""
        header = {"bold": True, "font_color": "#ffffff", "bg_color": PETROL, "valign": "vcenter"}
        for column, text in enumerate(texts):
            indent = 1 if column in indented else 0
            write(paper, row, column, text, self.format(align="left", indent=indent, **header))
        self.height(paper, row, 24)


class Writer:
    """A workbook under way: ``with`` it, and it stands under its name at the end."""

    def __init__(
        self, path: Path, title: str, created: datetime.datetime, *, marking: str, footer: str
    ) -> None:
        """Begin a workbook in memory.

        Args:
            path: of the workbook; replaced if it is there.
            title: that stands in the file's properties.
            created: stands there too; aware, or in UTC.
            marking: at the top and bottom of each page.
            footer: at the bottom left.
        """
        import xlsxwriter

        self._path = path
        self._data = BytesIO()
        self._book = xlsxwriter.Workbook(self._data, dict(PLAIN_BOOK))
        if created.tzinfo is not None:
            created = created.astimezone(datetime.UTC)
        self._book.set_properties({"title": clean(title)[:255], "created": created})
        self._sheets = Sheets(self._book, marking=marking, footer=footer)

    def __enter__(self) -> Sheets:
        """Give the sheets to fill."""
        return self._sheets

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Write the file, unless something went wrong.

        Raises:
            OSError: where the file cannot be written; nothing is left under its name.
        """
        if kind is None:
            self._book.close()
            files.write_whole(self._path, self._data.getvalue())


def _escaped(text: str) -> str:
    return clean(text).replace("&", "&&")


def clean(text: str) -> str:
    """Give a text as a cell can hold it."""
    return _NOT_IN_XML.sub("\ufffd", text)[:LONGEST_CELL]


def write(paper: Paper, row: int, column: int, text: str, form: Format) -> None:
    """Write a text as text; an empty one leaves the cell blank."""
    if text:
        paper.write_string(row, column, clean(text), form)
    else:
        paper.write_blank(row, column, None, form)


def is_listable(labels: Sequence[str]) -> bool:
    """Say whether a spreadsheet can offer choices as a list: it parts them by commas."""
    return not any("," in e or '"' in e for e in labels) and len(",".join(labels)) <= LONGEST_LIST


def choose(
    paper: Paper, place: tuple[int, int, int], labels: Sequence[str], *, prompt: str = ""
) -> None:
    """Offer a list of choices.

    Args:
        paper: the sheet.
        place: first row, last row and column, counted from zero.
        labels: the choices. Where they cannot be a list, the line over the rows names them, and
            ``receive`` checks them.
        prompt: shown while the cell is chosen; left out where it is too long.
    """
    if not is_listable(labels):
        return
    message = f"Choose one from the list: {'; '.join(labels)}."
    if len(message) > LONGEST_MESSAGE:
        message = "Choose one of the answers from the list. The line above names them."
    offered: dict[str, object] = {
        "validate": "list",
        "source": list(labels),
        "error_title": "Choose an answer from the list",
        "error_message": message,
    }
    if prompt and len(prompt) <= LONGEST_MESSAGE:
        offered["input_message"] = prompt
    first, last, column = place
    paper.data_validation(first, column, last, column, offered)


def pairs(
    sheets: Sheets, paper: Paper, row: int, values: Mapping[str, str | int], width: int
) -> int:
    """Write labels with their values, one a row; gives the row after them."""
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    for label, value in values.items():
        write(paper, row, 0, label, sheets.format(bold=True, **line))
        if isinstance(value, int):
            paper.write_number(row, 1, value, sheets.format(align="left", **line))
        else:
            write(paper, row, 1, value, sheets.format(**line))
        fitted = Fitted(str(value)[:LONGEST_CELL], width, SIZE)
        paper.set_row(row, row_height([fitted], least=22))
        row += 1
    return row


def room(width: int) -> float:
    """Give the height in points of the rows that fit on a page as wide as a sheet.

    Args:
        width: of all columns, in pixels.
    """
    wide = _WIDTH - (MARGINS["left"] + MARGINS["right"]) * _INCH
    high = _HEIGHT - (MARGINS["top"] + MARGINS["bottom"]) * _INCH
    return high / min(1.0, wide / (width * _POINTS_A_PIXEL)) * _SAFE


def page_starts(
    heights: Sequence[float], together: Collection[int], *, page: float, repeated: float
) -> list[int]:
    """Give the rows that begin a page, without the first.

    Args:
        heights: of all rows, in points.
        together: rows, counted from zero, that stand on the page of the row above.
        page: the height of a page.
        repeated: the height of what stands again at the top of each further page.
    """
    starts: list[int] = []
    used = 0.0
    row = 0
    while row < len(heights):
        after = row + 1
        while after in together and after < len(heights):
            after += 1
        unit = sum(heights[row:after])
        if used + unit > page and used > (repeated if starts else 0.0):
            starts.append(row)
            used = repeated
        used += unit
        row = after
    return starts
