"""What stands in the cells of an OpenDocument spreadsheet, said as of any other workbook.

Read by the guard's child process only. A value's shown text stands in the file beside the value.
"""

import datetime
import re
from dataclasses import dataclass, field

from cyberassess.books.cells import CELLS, CHARACTERS, EXACT, LAST_COLUMN, LAST_ROW, Json
from cyberassess.books.styles import day_in, moment_saved, stated_date
from cyberassess.books.unpacking import Attributes, Package, Refused, Tags

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = f"{_URN}office:1.0", f"{_URN}table:1.0", f"{_URN}text:1.0"
_STYLE, _NUMBER, _DRAW = f"{_URN}style:1.0", f"{_URN}datastyle:1.0", f"{_URN}drawing:1.0"
_MANIFEST, _XLINK = f"{_URN}manifest:1.0", "http://www.w3.org/1999/xlink"
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_TERMS = "http://purl.org/dc/elements/1.1/"
_DATE_PARTS = ("day", "month", "year")
_SHAPES = (
    "text-box", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon",
    "path", "regular-polygon", "caption", "connector", "measure",
)  # fmt: skip
_HIDING = ("collapse", "filter")
_OTHER_PARTS = ("pictures/", "object ", "media/")


def read_open_document(package: Package) -> Json:
    """Give a spreadsheet's sheets, its time of saving, and the names of what nobody reads.

    Raises:
        Refused: with the code of a cause. Whatever else is raised means a damaged file.
    """
    _refuse_encrypted(package)
    styles = _Styles()
    for part, root in (("styles.xml", "document-styles"), ("content.xml", "document-content")):
        if part in package:
            package.parse(part, styles.tags(root))
    content = _Content(styles)
    package.parse("content.xml", content.tags())
    sheets = [each.as_json() for each in content.sheets if not each.is_cache]
    if not sheets:
        raise Refused("document")
    extras = sorted({e.rpartition("/")[2] for e in package.names if e.startswith(_OTHER_PARTS)})
    return {"sheets": sheets, "saved": _saved(package), "extras": [e for e in extras if e]}


def _refuse_encrypted(package: Package) -> None:
    def refuse(_: Attributes) -> None:
        raise Refused("password-protected")

    tags = Tags((_MANIFEST,), "manifest")
    tags.on((_MANIFEST,), "encryption-data", start=refuse)
    if "META-INF/manifest.xml" in package:
        package.parse("META-INF/manifest.xml", tags)


def _saved(package: Package) -> str:
    stated: list[str] = []
    tags = Tags((_OFFICE,), "document-meta")
    tags.on((_TERMS,), "date", end=stated.append)
    if "meta.xml" in package:
        package.parse("meta.xml", tags)
    # NOTE: some programs write more digits of the second than Python reads
    return moment_saved("".join(stated[:1]).strip().partition(".")[0])


class _Styles:
    """How cells, words and tables of each style look."""

    def __init__(self) -> None:
        self.struck: set[str] = set()
        self.hidden: set[str] = set()
        self.form: dict[str, str] = {}
        """The number style of a cell style, by its name."""
        self.shows: dict[str, set[str]] = {}
        """What a date style shows of a date, by its name."""
        self._name = self._date = ""

    def tags(self, root: str) -> Tags:
        tags = Tags((_OFFICE,), root)
        tags.on((_STYLE,), "style", start=self._style)
        tags.on((_STYLE,), "text-properties", start=self._text)
        tags.on((_STYLE,), "table-properties", start=self._table)
        tags.on((_NUMBER,), "date-style", start=self._date_style)
        for part in _DATE_PARTS:
            tags.on((_NUMBER,), part, start=lambda _, part=part: self._part(part))  # type: ignore[misc]
        for part in ("hours", "minutes", "seconds"):
            tags.on((_NUMBER,), part, start=lambda _: self._part("time"))
        return tags

    def _style(self, found: Attributes) -> None:
        self._name = found.get(f"{_STYLE} name", "")
        parent = found.get(f"{_STYLE} parent-style-name", "")
        if parent in self.struck:
            self.struck.add(self._name)
        form = found.get(f"{_STYLE} data-style-name", self.form.get(parent, ""))
        self.form[self._name] = form

    def _text(self, found: Attributes) -> None:
        line = found.get(f"{_STYLE} text-line-through-style") or found.get(
            f"{_STYLE} text-line-through-type"
        )
        if line == "none":
            self.struck.discard(self._name)
        elif line:
            self.struck.add(self._name)

    def _table(self, found: Attributes) -> None:
        if found.get(f"{_TABLE} display") == "false":
            self.hidden.add(self._name)

    def _date_style(self, found: Attributes) -> None:
        self._date = found.get(f"{_STYLE} name", "")
        self.shows[self._date] = set()

    def _part(self, part: str) -> None:
        if self._date:
            self.shows[self._date].add(part)

    def known_part(self, style: str, day: datetime.date) -> str:
        """Give a date as far as a cell of a style shows it; empty where it shows it whole."""
        shown = self.shows.get(self.form.get(style, ""), set())
        if not shown or "time" in shown or shown >= set(_DATE_PARTS):
            return ""
        iso = day.isoformat()
        return iso if "day" in shown else iso[:7] if "month" in shown else iso[:4]


@dataclass
class _Table:
    """One sheet being read."""

    name: str
    is_hidden: bool
    is_cache: bool = False
    """Whether it is another file's sheet, kept for formulas."""
    row: int = 1
    rows: int = 1
    """How often the row under way repeats."""
    column: int = 1
    header: int = 1
    """The next column to be described."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    column_styles: list[tuple[int, str]] = field(default_factory=list)
    """The last column of each run, with its style."""
    row_style: str = ""
    cells: dict[tuple[int, int], list[object]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    drawn: dict[str, None] = field(default_factory=dict)

    def as_json(self) -> Json:
        rows = {row for row, _ in self.cells}
        return {
            "name": self.name,
            "hidden": self.is_hidden,
            "hidden_rows": sorted(self.hidden_rows & rows),
            "hidden_columns": sorted(self.hidden_columns),
            "merged": sorted(self.merged),
            "cells": [self.cells[key] for key in sorted(self.cells)],
            "drawn": list(self.drawn),
        }

    def style_of_column(self, column: int) -> str:
        return next((style for last, style in self.column_styles if column <= last), "")


@dataclass
class _Words:
    """Texts of a cell, a note or a shape, as paragraphs of pieces struck through or not."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)

    def text(self, *, struck: bool | None = None) -> str:
        found = (text for text, is_struck in self.pieces if struck in {None, is_struck})
        return "".join(found).strip()


class _Content:
    """The sheets, going through them once."""

    def __init__(self, styles: _Styles) -> None:
        self.styles = styles
        self.sheets: list[_Table] = []
        self._table: _Table | None = None
        self._inside = 0
        """How deep in what is no sheet of ours: changes kept, what other files said."""
        self._cell: Attributes | None = None
        self._words, self._note, self._shape = _Words(), _Words(), _Words()
        self._into: list[_Words] = []
        """Where words go now; the last counts."""
        self._paragraphs = 0
        self._spans: list[bool] = []
        self._link = ""
        self._cells = self._characters = 0

    def tags(self) -> Tags:
        tags = Tags((_OFFICE,), "document-content")
        tags.text = self._take
        for name in ("tracked-changes", "dde-links", "content-validations"):
            tags.on((_TABLE,), name, start=self._leave, end=self._back)
        for name in ("table-cell", "covered-table-cell"):
            tags.on((_TABLE,), name, start=self._start_cell, end=self._end_cell)
        tags.on((_TABLE,), "table", start=self._start_table, end=self._end_table)
        tags.on((_TABLE,), "table-source", start=self._cached)
        tags.on((_TABLE,), "table-column", start=self._column)
        tags.on((_TABLE,), "table-row", start=self._start_row, end=self._end_row)
        tags.on((_OFFICE,), "annotation", start=self._start_note, end=self._end_into)
        for name in _SHAPES:
            tags.on((_DRAW,), name, start=self._start_shape, end=self._end_shape)
        for name in ("p", "h"):
            tags.on((_TEXT,), name, start=self._start_paragraph, end=self._end_paragraph)
        tags.on((_TEXT,), "span", start=self._start_span, end=self._end_span)
        tags.on((_TEXT,), "a", start=self._start_link)
        tags.on((_TEXT,), "s", start=self._spaces)
        tags.on((_TEXT,), "tab", start=lambda _: self._take("\t"))
        tags.on((_TEXT,), "line-break", start=lambda _: self._take("\n"))
        return tags

    def _leave(self, _: Attributes) -> None:
        self._inside += 1

    def _back(self, _: str) -> None:
        self._inside -= 1

    def _start_table(self, found: Attributes) -> None:
        if self._table is not None or self._inside:
            self._inside += 1
            return
        hidden = found.get(f"{_TABLE} style-name", "") in self.styles.hidden
        self._table = _Table(found.get(f"{_TABLE} name", ""), hidden)
        self.sheets.append(self._table)

    def _end_table(self, _: str) -> None:
        if self._inside:
            self._inside -= 1
        else:
            self._table = None

    def _cached(self, _: Attributes) -> None:
        if self._table is not None:
            self._table.is_cache = True

    def _column(self, found: Attributes) -> None:
        if (table := self._table) is None or self._inside:
            return
        last = min(table.header + _times(found, "columns") - 1, LAST_COLUMN)
        table.column_styles.append((last, found.get(f"{_TABLE} default-cell-style-name", "")))
        if found.get(f"{_TABLE} visibility") in _HIDING:
            table.hidden_columns |= set(range(table.header, last + 1))
        table.header = last + 1

    def _start_row(self, found: Attributes) -> None:
        if (table := self._table) is None or self._inside:
            return
        table.rows, table.column = _times(found, "rows"), 1
        table.row_style = found.get(f"{_TABLE} default-cell-style-name", "")
        if found.get(f"{_TABLE} visibility") in _HIDING:
            last = min(table.row + table.rows, LAST_ROW + 1)
            table.hidden_rows |= set(range(table.row, last))

    def _end_row(self, _: str) -> None:
        if self._table is not None and not self._inside:
            self._table.row += self._table.rows

    def _start_cell(self, found: Attributes) -> None:
        if self._table is None or self._inside:
            return
        self._cell, self._link = found, ""
        self._words, self._note = _Words(), _Words()
        self._into = [self._words]

    def _end_cell(self, _: str) -> None:
        table, found = self._table, self._cell
        if table is None or found is None or self._inside:
            return
        self._cell, self._into = None, []
        times = _times(found, "columns")
        held = self._held(table, found)
        if held is not None and not table.is_cache:
            if table.row + table.rows - 1 > LAST_ROW or table.column + times - 1 > LAST_COLUMN:
                raise Refused("damaged")
            self._count(table.rows * times, held)
            for row in range(table.row, table.row + table.rows):
                for column in range(table.column, table.column + times):
                    table.cells[row, column] = [row, column, *held]
        down, right = (int(found.get(f"{_TABLE} number-{e}-spanned", "1"))
                       for e in ("rows", "columns"))  # fmt: skip
        if down > 1 or right > 1:
            top, left = table.row, table.column
            table.merged.append((top, left, top + down - 1, left + right - 1))
        table.column += times

    def _count(self, cells: int, held: tuple[object, ...]) -> None:
        self._cells += cells
        self._characters += cells * sum(len(each) for each in held if isinstance(each, str))
        if self._cells > CELLS or self._characters > CHARACTERS:
            raise Refused("too-large")

    def _held(self, table: _Table, found: Attributes) -> tuple[object, ...] | None:
        """Give what a cell holds, from its kind on; ``None`` where it holds nothing."""
        style = found.get(f"{_TABLE} style-name") or table.row_style
        style = style or table.style_of_column(table.column)
        kind, plain, text, date = self._value(found, style)
        struck = ""
        if kind not in {"", "f", "e"}:
            whole = text if style in self.styles.struck else ""
            struck = self._words.text(struck=True) if kind == "s" else whole
            if struck:
                text = self._words.text(struck=False) if kind == "s" else ""
                kind = kind if text else ""
        note = self._note.text()
        is_less = bool(kind) and kind != "s" and text != plain and not _same_number(text, plain)
        plain = plain if plain != text else ""
        if not (kind or note or struck or plain):
            return None
        return kind, text, note, self._link, struck, plain, date, is_less

    def _value(self, found: Attributes, style: str) -> tuple[str, str, str, str]:
        """Give a cell's kind, its value, the text it shows, and the date as far as it is shown."""
        shown = self._words.text()
        formula = found.get(f"{_TABLE} formula")
        if formula is not None and formula.partition("=")[2] in {"TRUE()", "FALSE()"}:
            text = formula.partition("=")[2].removesuffix("()")
            return "b", text, text, ""
        if formula is not None:
            text = _usual(formula.partition("=")[2])
            return "f", f"={text}", f"={text}", ""
        if found.get(f"{_CALC} value-type") == "error":
            return "e", shown, shown, ""
        match found.get(f"{_OFFICE} value-type", ""):
            case "":
                return ("s" if shown else ""), shown, shown, ""
            case "float" | "percentage" | "currency":
                value = _number(found.get(f"{_OFFICE} value", ""))
                return "n", value, shown or value, ""
            case "boolean":
                is_true = found.get(f"{_OFFICE} boolean-value") == "true"
                text = "TRUE" if is_true else "FALSE"
                return "b", text, text, ""
            case "date":
                kind, value = stated_date(found.get(f"{_OFFICE} date-value", ""))
                day = day_in(value)
                part = self.styles.known_part(style, day) if day else ""
                return kind, value, (shown or value) if part else value, part
            case "string":
                text = shown or found.get(f"{_OFFICE} string-value", "")
                return ("s" if text else ""), text, text, ""
            case _:
                return ("s" if shown else ""), shown, shown, ""

    def _start_note(self, _: Attributes) -> None:
        self._into.append(self._note if self._cell is not None else _Words())

    def _end_into(self, _: str) -> None:
        if self._into:
            self._into.pop()

    def _start_shape(self, _: Attributes) -> None:
        self._shape = _Words()
        self._into.append(self._shape)

    def _end_shape(self, _: str) -> None:
        self._end_into("")
        if (text := self._shape.text()) and self._table is not None and not self._inside:
            self._count(0, (text,))
            self._characters += len(text)
            self._table.drawn[text] = None
        self._shape = _Words()

    def _start_paragraph(self, _: Attributes) -> None:
        self._paragraphs += 1
        if self._into and self._into[-1].pieces:
            struck = self._into[-1].pieces[-1][1]
            self._into[-1].pieces.append(("\n", struck))

    def _end_paragraph(self, _: str) -> None:
        self._paragraphs -= 1

    def _start_span(self, found: Attributes) -> None:
        self._spans.append(found.get(f"{_TEXT} style-name", "") in self.styles.struck)

    def _end_span(self, _: str) -> None:
        self._spans.pop()

    def _start_link(self, found: Attributes) -> None:
        target = found.get(f"{_XLINK} href", "")
        if not target.startswith("#") and not self._link:
            self._link = target

    def _spaces(self, found: Attributes) -> None:
        self._take(" " * min(int(found.get(f"{_TEXT} c", "1")), 1000))

    def _take(self, text: str) -> None:
        if not (self._into and self._paragraphs) or self._inside:
            return
        words, table, cell = self._into[-1], self._table, self._cell
        is_struck = any(self._spans)
        if words is self._words and cell is not None and table is not None and not self._spans:
            style = cell.get(f"{_TABLE} style-name") or table.row_style
            style = style or table.style_of_column(table.column)
            is_struck = style in self.styles.struck
        words.pieces.append((text, is_struck))


_PIECES = re.compile(r'("(?:[^"]|"")*")|\[([^\]]*)\]|(;)')
_REFERENCE = re.compile(r"^\$?('(?:[^']|'')*'|[^.']*)\.(.*)$")


def _usual(formula: str) -> str:
    """Give a formula as other workbooks write it: ``[$Start.$B$15];1`` is ``'Start'!$B$15,1``."""

    def piece(found: re.Match[str]) -> str:
        text, reference, _ = found.groups()
        if text is not None:
            return text
        if reference is None:
            return ","
        place = _REFERENCE.match(reference)
        if place is None:
            return reference
        sheet, cells = place[1].strip("'"), place[2].replace(":.", ":")
        return f"'{sheet}'!{cells}" if sheet else cells

    return _PIECES.sub(piece, formula)


def _times(found: Attributes, what: str) -> int:
    return max(1, int(found.get(f"{_TABLE} number-{what}-repeated", "1")))


def _number(raw: str) -> str:
    value = float(raw)
    if value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)


def _same_number(shown: str, plain: str) -> bool:
    """Say whether a number can be told from how it is shown."""
    kept = "".join(each for each in shown if each.isdigit() or each in ".-")
    try:
        value = float(kept) / (100 if "%" in shown else 1)
        return abs(value - float(plain)) <= 1e-12 * max(1.0, abs(float(plain)))
    except ValueError:
        return False
