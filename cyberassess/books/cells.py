"""What stands in the cells of a workbook, and everything else in it that somebody wrote.

Read by the guard's child process only. Ordinary and Strict Open XML differ in their namespaces and
in how dates are written, and are read alike. Formulas are given as formulas, never worked out.
"""

import datetime
import math
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cyberassess.books.unpacking import Attributes, Package, Refused, Relation, Tags

CELLS = 100_000
CHARACTERS = 8_000_000
"""Of all cells and notes of a file together."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
EXACT = 2.0**53
"""Below this a whole number is written without a point."""

_FORMATS = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
MAIN = (f"{_FORMATS}/spreadsheetml/2006/main", f"{_STRICT}/spreadsheetml/main")
_DRAWN = (f"{_FORMATS}/drawingml/2006/main", f"{_STRICT}/drawingml/main")
_PLACED = (
    f"{_FORMATS}/drawingml/2006/spreadsheetDrawing",
    f"{_STRICT}/drawingml/spreadsheetDrawing",
)
_IDS = tuple(
    f"{each} id"
    for each in (
        f"{_FORMATS}/officeDocument/2006/relationships",
        f"{_STRICT}/officeDocument/relationships",
    )
)
_THREADS = ("http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments",)
_CORE = (
    f"{_FORMATS}/package/2006/metadata/core-properties",
    f"{_STRICT}/package/metadata/core-properties",
)
_TERMS = ("http://purl.org/dc/terms/",)

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_THREAD_NOTICE = re.compile(r"\[Threaded comment\].*?Comment:\s*", re.DOTALL)
_DATE_NUMBERS = frozenset((*range(14, 23), 45, 47))
"""Numbers of the formats for dates and times every program knows without being told."""
_NO_DATE = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]|[_\\*].')
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_FROM_1900, _FROM_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)  # noqa: DTZ001
_HIDDEN = frozenset(("1", "true"))
_WIDEST = 50
"""Hidden columns named of one range; all to the right of a table are often hidden together."""
_LOOSE = ("xl/comments", "xl/threadedcomments/", "xl/drawings/drawing", "xl/worksheets/sheet")
_UNSEEN = ("xl/media/", "xl/charts/chart", "xl/embeddings/", "xl/ink/", "xl/diagrams/data")

Json = dict[str, object]
_Found = list[int | str]
"""A cell: row, column, kind, text, note."""


def unescape(text: str) -> str:
    """Turn the escapes of the file format back into characters, once and from the left."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def place(address: str) -> tuple[int, int]:
    """Give row and column of ``D14``, counted from one.

    Raises:
        Refused: where there is no such cell.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Refused("damaged")
    column = column_number(found[1])
    row = int(found[2])
    if not (1 <= row <= LAST_ROW and column <= LAST_COLUMN):
        raise Refused("damaged")
    return row, column


def column_number(letters: str) -> int:
    """Give the number of column ``D``, counted from one."""
    number = 0
    for each in letters.upper():
        number = number * 26 + ord(each) - 64
    return number


@dataclass(slots=True)
class _Workbook:
    """What the sheets share."""

    package: Package
    strings: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()
    """Numbers of the styles that show a date or a time."""
    from_1904: bool = False
    names: dict[str, str] = field(default_factory=dict)
    """Who writes in threads, by id."""
    cells: int = 0
    characters: int = 0

    def count(self, cells: int, text: str) -> None:
        self.cells += cells
        self.characters += len(text)
        if self.cells > CELLS or self.characters > CHARACTERS:
            raise Refused("too-large")


def read_book(path: str) -> Json:
    """Give a workbook's sheets, its time of saving, and the names of what nobody reads.

    Raises:
        Refused: with the code of a cause. Whatever else is raised means a damaged file.
    """
    with Package(path) as package:
        root = package.relations("")
        main = next((e.target for e in root.values() if e.kind == "officeDocument"), None)
        if main is None:
            raise Refused("damaged")
        listed, from_1904 = _listed(package, main)
        relations = package.relations(main)
        book = _Workbook(package, from_1904=from_1904)
        for each in relations.values():
            if each.kind == "sharedStrings":
                book.strings = _shared_strings(book, each.target)
            elif each.kind == "styles":
                book.dates = _date_styles(package, each.target)
            elif each.kind == "person":
                book.names |= _names(package, each.target)
        sheets: list[Json] = []
        shapes: list[str] = []
        taken: set[str] = set()
        for name, state, number in listed:
            relation = relations.get(number)
            if relation is None or relation.target not in package or relation.target in taken:
                raise Refused("damaged")
            taken.add(relation.target)
            sheet = _read_sheet(book, relation, shapes)
            sheets.append({"name": name, "hidden": state not in {"", "visible"}, **sheet})
        core = next((e.target for e in root.values() if e.kind == "core-properties"), "")
        saved = _saved(package, core) if core in package else ""
        return {"sheets": sheets, "saved": saved, "extras": _extras(package, shapes)}


def _listed(package: Package, main: str) -> tuple[list[tuple[str, str, str]], bool]:
    """Give name, state and relation of every sheet, and whether days are counted from 1904."""
    sheets: list[tuple[str, str, str]] = []
    from_1904 = False

    def properties(attributes: Attributes) -> None:
        nonlocal from_1904
        from_1904 = attributes.get("date1904", "") in _HIDDEN

    def sheet(attributes: Attributes) -> None:
        number = next((attributes[each] for each in _IDS if each in attributes), "")
        sheets.append((unescape(attributes["name"]), attributes.get("state", ""), number))

    tags = Tags(MAIN, "workbook", otherwise="not-a-workbook")
    tags.on(MAIN, "workbookPr", start=properties)
    tags.on(MAIN, "sheet", start=sheet)
    package.parse(main, tags)
    if not sheets:
        raise Refused("damaged")
    return sheets, from_1904


class _Text:
    """Puts a text together from its runs; the reading aids of East Asian writing stay out."""

    def __init__(self, tags: Tags) -> None:
        self.parts: list[str] = []
        self._aside = False
        tags.on(MAIN, "rPh", start=lambda _: self._set(aside=True), end=self._back)
        tags.on(MAIN, "t", end=self._add)

    def _set(self, *, aside: bool) -> None:
        self._aside = aside

    def _back(self, _: str) -> None:
        self._aside = False

    def _add(self, text: str) -> None:
        if not self._aside:
            self.parts.append(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text


def _shared_strings(book: _Workbook, target: str) -> list[str]:
    strings: list[str] = []
    tags = Tags(MAIN, "sst")
    text = _Text(tags)

    def end(_: str) -> None:
        strings.append(text.take())
        book.count(0, strings[-1])

    tags.on(MAIN, "si", start=lambda _: text.parts.clear(), end=end)
    book.package.parse(target, tags)
    return strings


def _date_styles(package: Package, target: str) -> frozenset[int]:
    own: dict[int, str] = {}
    styles: list[int] = []
    inside = False

    def begin(_: Attributes) -> None:
        nonlocal inside
        inside = True

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    def number_format(attributes: Attributes) -> None:
        number = attributes.get("numFmtId", "")
        if number.isascii() and number.isdigit():
            own[int(number)] = attributes.get("formatCode", "")

    def style(attributes: Attributes) -> None:
        if inside:
            number = attributes.get("numFmtId", "0")
            styles.append(int(number) if number.isascii() and number.isdigit() else 0)

    tags = Tags(MAIN, "styleSheet")
    tags.on(MAIN, "numFmt", start=number_format)
    tags.on(MAIN, "cellXfs", start=begin, end=end)
    tags.on(MAIN, "xf", start=style)
    package.parse(target, tags)
    return frozenset(
        index
        for index, number in enumerate(styles)
        if (_is_date(own[number]) if number in own else number in _DATE_NUMBERS)
    )


def _is_date(format_code: str) -> bool:
    first = format_code.split(";", maxsplit=1)[0]
    if _DURATION.search(first):
        return False
    return re.search("[dmhysDMHYS]", _NO_DATE.sub("", first)) is not None


def _names(package: Package, target: str) -> dict[str, str]:
    names: dict[str, str] = {}
    tags = Tags(_THREADS, "personList")
    tags.on(
        _THREADS,
        "person",
        start=lambda each: names.update({each.get("id", ""): each.get("displayName", "")}),
    )
    package.parse(target, tags)
    return names


class _Sheet:
    """One sheet's cells as they come by."""

    def __init__(self, book: _Workbook) -> None:
        self.book = book
        self.cells: dict[tuple[int, int], _Found] = {}
        self.rows: set[int] = set()
        self.columns: set[int] = set()
        self.merged: set[tuple[int, int, int, int]] = set()
        self.shared: dict[str, str] = {}
        self.row = self.column = 0
        self.inside = self.is_numbered = False
        self.kind = self.style = ""
        self.value: str | None = None
        self.formula: str | None = None
        self.formula_id = ""
        self.tags = tags = Tags(MAIN, "worksheet")
        self.text = _Text(tags)
        tags.on(MAIN, "row", start=self.begin_row)
        tags.on(MAIN, "c", start=self.begin_cell, end=self.end_cell)
        tags.on(MAIN, "v", end=self.end_value)
        tags.on(MAIN, "f", start=self.begin_formula, end=self.end_formula)
        tags.on(MAIN, "col", start=self.column_width)
        tags.on(MAIN, "mergeCell", start=self.merge)

    def begin_row(self, attributes: Attributes) -> None:
        stated = attributes.get("r")
        self.row = self.row + 1 if stated is None else int(stated)
        self.is_numbered = stated is not None
        self.column = 0
        if not 1 <= self.row <= LAST_ROW:
            raise Refused("damaged")
        if attributes.get("hidden") in _HIDDEN:
            self.rows.add(self.row)

    def begin_cell(self, attributes: Attributes) -> None:
        stated = attributes.get("r")
        if stated is None:
            self.column += 1
        else:
            row, self.column = place(stated)
            if row != self.row and self.is_numbered:
                raise Refused("damaged")
            self.row = row
        self.inside = True
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.value = self.formula = None
        self.text.parts.clear()

    def end_value(self, text: str) -> None:
        if self.inside:
            self.value = text

    def begin_formula(self, attributes: Attributes) -> None:
        self.formula_id = attributes.get("si", "") if attributes.get("t") == "shared" else ""

    def end_formula(self, text: str) -> None:
        if self.inside:
            if self.formula_id and text:
                self.shared[self.formula_id] = text
            self.formula = text or self.shared.get(self.formula_id, "")

    def column_width(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in _HIDDEN:
            first, last = int(attributes["min"]), int(attributes["max"])
            self.columns.update(range(first, min(last, first + _WIDEST) + 1))

    def merge(self, attributes: Attributes) -> None:
        """Take cells that were joined into one: first row and column, last row and column."""
        first, _, last = attributes["ref"].partition(":")
        self.book.count(1, "")
        self.merged.add((*place(first), *place(last or first)))

    def end_cell(self, _: str) -> None:
        self.inside = False
        kind, text = self.content()
        if not kind or (kind == "s" and not text.strip()):
            return
        self.book.count(1, text)
        key = self.row, self.column
        if key in self.cells:
            raise Refused("damaged")
        self.cells[key] = [*key, kind, text, ""]

    def content(self) -> tuple[str, str]:
        """Give a cell's kind (``s n b d f e``; empty for none) and its value as text."""
        if self.formula is not None:
            return "f", f"={self.formula}"
        if self.kind == "inlineStr":
            return "s", unescape(self.text.take())
        raw = self.value
        if raw is None or not raw.strip():
            return "", ""
        match self.kind:
            case "s":
                number = raw.strip()
                if not (number.isascii() and number.isdigit()):
                    raise Refused("damaged")
                return "s", unescape(self.book.strings[int(number)])
            case "str":
                return "s", unescape(raw)
            case "b":
                return "b", "TRUE" if raw.strip() in _HIDDEN else "FALSE"
            case "e":
                return "e", raw
            case "d":
                return _stated_date(raw)
            case "n":
                return self.number(raw)
            case _:
                raise Refused("damaged")

    def number(self, raw: str) -> tuple[str, str]:
        value = float(raw)
        if not math.isfinite(value):
            raise Refused("damaged")
        if self.style.isdigit() and int(self.style) in self.book.dates:
            return _counted_date(value, from_1904=self.book.from_1904)
        if value.is_integer() and abs(value) < EXACT:
            return "n", str(int(value))
        return "n", str(value)

    def note(self, address: str, text: str) -> None:
        """Put a note beside what stands in the cell."""
        if not text.strip():
            return
        key = place(address)
        self.book.count(0 if key in self.cells else 1, text)
        cell = self.cells.setdefault(key, [*key, "", "", ""])
        cell[4] = f"{cell[4]}\n{text}" if cell[4] else text


def _stated_date(raw: str) -> tuple[str, str]:
    """Read a date as Strict Open XML writes it."""
    try:
        value = datetime.datetime.fromisoformat(raw.strip())
    except ValueError:
        return "s", raw
    return "d", value.replace(tzinfo=None).isoformat().removesuffix("T00:00:00")


def _counted_date(value: float, *, from_1904: bool) -> tuple[str, str]:
    """Read a date as ordinary workbooks write it: in days."""
    days, part = divmod(value, 1)
    moment = datetime.timedelta(milliseconds=round(part * 86_400_000))
    if 0 <= value < 1 and not moment.days:
        return "d", (_FROM_1904 + moment).time().isoformat()
    if 0 < value < 60 and not from_1904:  # noqa: PLR2004 - Excel counts a 29 February 1900
        days += 1
    first = _FROM_1904 if from_1904 else _FROM_1900
    try:
        date = first + datetime.timedelta(days=days) + moment
    except OverflowError:
        return "n", str(value)
    return "d", date.isoformat().removesuffix("T00:00:00")


def _read_sheet(book: _Workbook, relation: Relation, shapes: list[str]) -> Json:
    if relation.kind == "xlMacrosheet":
        raise Refused("macro-workbook")
    sheet = _Sheet(book)
    if relation.kind == "worksheet":
        book.package.parse(relation.target, sheet.tags)
    related = book.package.relations(relation.target).values()
    threads = _threads(book, related)
    for each in related:
        if each.kind == "comments":
            for address, text in _notes(book.package, each.target):
                notice = _THREAD_NOTICE.match(text)
                if notice is None:
                    sheet.note(address, text)
                elif address not in threads:
                    sheet.note(address, text[notice.end() :])
    for address, said in threads.items():
        sheet.note(address, "\n".join(said))
    drawn: list[str] = []
    for each in related:
        if each.kind == "drawing":
            drawn += _drawn(book, each.target, shapes)
    rows = {row for row, _ in sheet.cells}
    return {
        "hidden_rows": sorted(sheet.rows & rows),
        "hidden_columns": sorted(sheet.columns),
        "merged": sorted(sheet.merged),
        "cells": [sheet.cells[key] for key in sorted(sheet.cells)],
        "drawn": list(dict.fromkeys(drawn)),
    }


def _notes(package: Package, target: str) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    tags = Tags(MAIN, "comments")
    text = _Text(tags)

    def begin(attributes: Attributes) -> None:
        text.parts.clear()
        notes.append((attributes["ref"], ""))

    def end(_: str) -> None:
        notes[-1] = (notes[-1][0], unescape(text.take()))

    tags.on(MAIN, "comment", start=begin, end=end)
    package.parse(target, tags)
    return notes


def _threads(book: _Workbook, related: Iterable[Relation]) -> dict[str, list[str]]:
    """Give what was said in the threads of a sheet, by cell, each with the speaker's name."""
    threads: dict[str, list[str]] = {}
    address = who = ""

    def begin(attributes: Attributes) -> None:
        nonlocal address, who
        address = attributes["ref"]
        who = book.names.get(attributes.get("personId", ""), "")

    def end(text: str) -> None:
        threads.setdefault(address, []).append(f"{who}: {text}" if who else text)

    tags = Tags(_THREADS, "ThreadedComments")
    tags.on(_THREADS, "threadedComment", start=begin)
    tags.on(_THREADS, "text", end=end)
    for each in related:
        if each.kind == "threadedComment":
            book.package.parse(each.target, tags)
    return threads


def _drawn(book: _Workbook, target: str, shapes: list[str]) -> list[str]:
    """Give the texts in a drawing; name it among ``shapes`` where a shape has none."""
    texts: list[str] = []
    lines: list[str] = []
    runs: list[str] = []
    bare = 0

    def begin(_: Attributes) -> None:
        nonlocal bare
        bare += 1
        lines.clear()
        runs.clear()

    def end_line(_: str) -> None:
        lines.append("".join(runs))
        runs.clear()

    def end(_: str) -> None:
        nonlocal bare
        text = "\n".join(lines).strip()
        lines.clear()
        if text:
            bare -= 1
            book.count(0, text)
            texts.append(text)

    tags = Tags(_PLACED, "wsDr")
    tags.on(_PLACED, "sp", start=begin, end=end)
    tags.on(_PLACED, "cxnSp", start=begin, end=end)
    tags.on(_DRAWN, "t", end=runs.append)
    tags.on(_DRAWN, "p", end=end_line)
    book.package.parse(target, tags)
    if bare:
        shapes.append(target)
    return texts


def _saved(package: Package, core: str) -> str:
    """Give the time of saving as the file states it, in UTC; empty where it states none."""
    stated: list[str] = []
    tags = Tags(_CORE, "coreProperties")
    tags.on(_TERMS, "modified", end=stated.append)
    package.parse(core, tags)
    try:
        time = datetime.datetime.fromisoformat("".join(stated[:1]).strip())
        time = time.replace(tzinfo=time.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return time.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _extras(package: Package, shapes: Iterable[str]) -> list[str]:
    """Name the parts that may show people something and that nobody reads."""
    loose = (e for e in package.names if e.startswith(_LOOSE) and e not in package.visited)
    unseen = (e for e in package.names if e.startswith(_UNSEEN))
    return sorted({posixpath.basename(each) for each in (*loose, *unseen, *shapes)})
