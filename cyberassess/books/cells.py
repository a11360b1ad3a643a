"""What stands in the cells of a workbook, and everything else in it that somebody wrote.

Read by the guard's child process only. Ordinary and Strict Open XML differ in their namespaces and
in how dates are written, and are read alike. Formulas are given as formulas, never worked out.
"""

import math
import posixpath
import re
from collections.abc import Iterable

from cyberassess.books.styles import (
    Style,
    counted_date,
    date_shown,
    day_in,
    is_struck,
    moment_saved,
    number_shown,
    read_styles,
    stated_date,
)
from cyberassess.books.unpacking import (
    FORMATS,
    MAIN,
    STRICT,
    Attributes,
    Package,
    Refused,
    Relation,
    Tags,
)

CELLS = 100_000
CHARACTERS = 16_000_000
"""Of all cells and notes of a file together."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
EXACT = 2.0**53
"""Below this a whole number is written without a point."""

_DRAWN = (f"{FORMATS}/drawingml/2006/main", f"{STRICT}/drawingml/main")
_PLACED = (
    f"{FORMATS}/drawingml/2006/spreadsheetDrawing",
    f"{STRICT}/drawingml/spreadsheetDrawing",
)
_IDS = tuple(
    f"{each} id"
    for each in (
        f"{FORMATS}/officeDocument/2006/relationships",
        f"{STRICT}/officeDocument/relationships",
    )
)
_THREADS = ("http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments",)
_CORE = (
    f"{FORMATS}/package/2006/metadata/core-properties",
    f"{STRICT}/package/metadata/core-properties",
)
_TERMS = ("http://purl.org/dc/terms/",)

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_THREAD_NOTICE = re.compile(r"\[Threaded comment\].*?Comment:\s*", re.DOTALL)
_HIDDEN = frozenset(("1", "true"))
_WIDEST = 50
"""Hidden columns named of one range; all to the right of a table are often hidden together."""
_LOOSE = ("xl/comments", "xl/threadedcomments/", "xl/drawings/drawing", "xl/worksheets/sheet")
_UNSEEN = ("xl/media/", "xl/charts/chart", "xl/embeddings/", "xl/ink/", "xl/diagrams/data")

Json = dict[str, object]
_Found = list[int | str]
"""A cell: row, column, kind, text, note; then, as ``guard.Cell`` names them, what else it has."""
_Runs = tuple[tuple[str, bool | None], ...]
"""Pieces of a text, each struck through, not so, or as its cell is."""


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


class _Workbook:
    """What the sheets share."""

    # NOTE: no dataclass: to load what makes them takes a fifth of the child's start
    def __init__(self, package: Package, *, from_1904: bool) -> None:
        self.package = package
        self.from_1904 = from_1904
        self.strings: list[_Runs] = []
        self.styles: tuple[Style, ...] = ()
        self.names: dict[str, str] = {}
        """Who writes in threads, by id."""
        self.cells = self.characters = 0

    def count(self, cells: int, text: str) -> None:
        self.cells += cells
        self.characters += len(text)
        if self.cells > CELLS or self.characters > CHARACTERS:
            raise Refused("too-large")


def read_book(package: Package) -> Json:
    """Give a workbook's sheets, its time of saving, and the names of what nobody reads.

    Raises:
        Refused: with the code of a cause. Whatever else is raised means a damaged file.
    """
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
            book.styles = read_styles(package, each.target)
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
        self.runs: list[tuple[str, bool | None]] = []
        self._aside = self._inside = False
        self._struck: bool | None = None
        tags.on(MAIN, "rPh", start=lambda _: self._set(aside=True), end=self._back)
        tags.on(MAIN, "r", start=self._begin, end=self._begin)
        tags.on(MAIN, "rPr", start=self._look, end=self._looked)
        tags.on(MAIN, "strike", start=self._strike)
        tags.on(MAIN, "t", end=self._add)

    def _set(self, *, aside: bool) -> None:
        self._aside = aside

    def _back(self, _: str) -> None:
        self._aside = False

    def _begin(self, _: object) -> None:
        self._struck = None

    def _look(self, _: Attributes) -> None:
        self._inside, self._struck = True, False

    def _looked(self, _: str) -> None:
        self._inside = False

    def _strike(self, attributes: Attributes) -> None:
        if self._inside:
            self._struck = is_struck(attributes)

    def _add(self, text: str) -> None:
        if not self._aside:
            self.runs.append((text, self._struck))

    def begin(self) -> None:
        """Begin another text."""
        self.runs.clear()
        self._struck = None

    def take(self) -> _Runs:
        runs = tuple(self.runs)
        self.begin()
        return runs


def _whole(runs: _Runs) -> str:
    return "".join(text for text, _ in runs)


def _shared_strings(book: _Workbook, target: str) -> list[_Runs]:
    strings: list[_Runs] = []
    tags = Tags(MAIN, "sst")
    text = _Text(tags)

    def end(_: str) -> None:
        runs = text.take()
        whole = _whole(runs)
        strings.append(runs if any(struck is not None for _, struck in runs) else ((whole, None),))
        book.count(0, whole)

    tags.on(MAIN, "si", start=lambda _: text.begin(), end=end)
    book.package.parse(target, tags)
    return strings


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
        self.links: list[tuple[str, str, str]] = []
        """Cells, the id of where they lead outside, and a place inside that."""
        self.shared: dict[str, str] = {}
        self.row = self.column = 0
        self.inside = self.is_numbered = False
        self.kind = self.styled = ""
        self.runs: _Runs = ()
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
        tags.on(MAIN, "hyperlink", start=self.link)

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
        self.kind, self.styled = attributes.get("t", "n"), attributes.get("s", "")
        self.value = self.formula = None
        self.runs = ()
        if self.text.runs:
            self.text.begin()

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

    def link(self, attributes: Attributes) -> None:
        number = next((attributes[each] for each in _IDS if each in attributes), "")
        self.book.count(1, "")
        self.links.append((attributes["ref"], number, attributes.get("location", "")))

    def end_cell(self, _: str) -> None:
        self.inside = False
        kind, text = self.content()
        if not kind or (kind == "s" and not text.strip()):
            return
        self.book.count(1, text)
        key = self.row, self.column
        if key in self.cells:
            raise Refused("damaged")
        self.cells[key] = [*key, *self.kept(kind, text)]

    @property
    def style(self) -> Style:
        """How the cell is shown."""
        at = int(self.styled) if self.styled.isascii() and self.styled.isdigit() else -1
        return self.book.styles[at] if 0 <= at < len(self.book.styles) else Style()

    def kept(self, kind: str, text: str) -> tuple[str | int, ...]:
        """Give a cell as people see it, with what it holds where that is something else."""
        plain, date, is_less = text, "", False
        if kind == "d":
            day = day_in(text)
            shown, date = date_shown(day, self.style.form) if day else ("", "")
            text, is_less = shown or text, bool(shown)
        elif kind == "n":
            seen = number_shown(float(text), self.style.form)
            if seen is not None:
                text, is_less = seen.text or text, not seen.is_all
        struck = self.struck(kind, text)
        if struck:
            text = "" if struck == text else unescape(_whole(self.pieces(struck=False))).strip()
            kind = kind if text else ""
        more = ("", struck, plain if plain != text else "", date, is_less)
        return (kind, text, "", *more) if any(more) else (kind, text, "")

    def struck(self, kind: str, text: str) -> str:
        """Give what of a cell's text is struck through; formulas stand as they are."""
        if kind in ("f", "e"):
            return ""
        if kind == "s" and self.runs:
            return unescape(_whole(self.pieces(struck=True))).strip()
        return text if self.style.is_struck else ""

    def content(self) -> tuple[str, str]:
        """Give a cell's kind (``s n b d f e``; empty for none) and its value as text."""
        if self.formula is not None:
            return "f", f"={self.formula}"
        if self.kind == "inlineStr":
            self.runs = self.text.take()
            return "s", unescape(_whole(self.runs))
        raw = self.value
        if raw is None or not raw.strip():
            return "", ""
        match self.kind:
            case "s":
                number = raw.strip()
                if not (number.isascii() and number.isdigit()):
                    raise Refused("damaged")
                self.runs = self.book.strings[int(number)]
                return "s", unescape(_whole(self.runs))
            case "str":
                return "s", unescape(raw)
            case "b":
                return "b", "TRUE" if raw.strip() in _HIDDEN else "FALSE"
            case "e":
                return "e", raw
            case "d":
                return stated_date(raw)
            case "n":
                return self.number(raw)
            case _:
                raise Refused("damaged")

    def number(self, raw: str) -> tuple[str, str]:
        value = float(raw)
        if not math.isfinite(value):
            raise Refused("damaged")
        if self.style.is_date:
            return counted_date(value, from_1904=self.book.from_1904)
        if value.is_integer() and abs(value) < EXACT:
            return "n", str(int(value))
        return "n", str(value)

    def pieces(self, *, struck: bool) -> _Runs:
        """Give the runs of the cell's text that are struck through, or those that are not."""
        whole = self.style.is_struck
        return tuple(e for e in self.runs if (whole if e[1] is None else e[1]) is struck)

    def note(self, address: str, text: str) -> None:
        """Put a note beside what stands in the cell."""
        if not text.strip():
            return
        key = place(address)
        self.book.count(0 if key in self.cells else 1, text)
        cell = self.cells.setdefault(key, [*key, "", "", ""])
        cell[4] = f"{cell[4]}\n{text}" if cell[4] else text


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
    _place_links(sheet, book.package, relation.target)
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


def _place_links(sheet: _Sheet, package: Package, part: str) -> None:
    """Put beside what stands in a cell where its link leads, but not within the workbook."""
    for ref, number, location in sheet.links:
        target = package.outside.get((part, number), "")
        if not target or target.startswith("#"):
            continue
        if location:
            target = f"{target}#{location}"
        first, _, last = ref.partition(":")
        (top, left), (bottom, right) = place(first), place(last or first)
        if (top, left) == (bottom, right):
            keys = [(top, left)]
        else:
            keys = [e for e in sheet.cells if top <= e[0] <= bottom and left <= e[1] <= right]
            sheet.book.count(len(keys), "")
        for key in keys:
            cell = sheet.cells.get(key, [])
            if not cell:
                continue
            sheet.book.count(0, target)
            if len(cell) == _BARE:
                cell += ["", "", "", "", False]
            there = str(cell[_BARE])
            cell[_BARE] = f"{there} {target}" if there else target


_BARE = 5
"""What every cell has; the rest follows only where there is something to say."""


def _notes(package: Package, target: str) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    tags = Tags(MAIN, "comments")
    text = _Text(tags)

    def begin(attributes: Attributes) -> None:
        text.begin()
        notes.append((attributes["ref"], ""))

    def end(_: str) -> None:
        notes[-1] = (notes[-1][0], unescape(_whole(text.take())))

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
    return moment_saved("".join(stated[:1]).strip())


def _extras(package: Package, shapes: Iterable[str]) -> list[str]:
    """Name the parts that may show people something and that nobody reads."""
    loose = (e for e in package.names if e.startswith(_LOOSE) and e not in package.visited)
    unseen = (e for e in package.names if e.startswith(_UNSEEN))
    return sorted({posixpath.basename(each) for each in (*loose, *unseen, *shapes)})
