"""What the guard's child process runs: it opens workbooks and says what is inside.

It is started as a script of its own, imports nothing of ours, and may die at any time. For each
line of JSON (``{"path": …}``) it answers with one: ``{"sheets": …}`` or ``{"cause": …}``.
"""

import contextlib
import datetime
import json
import os
import posixpath
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

MEMORY = 1 << 30
SECONDS = 30
CELLS = 100_000
CHARACTERS = 30_000_000
EXACT = 2.0**53
"""Below this a whole number is written without a point."""

STRICT = b"http://purl.oclc.org/ooxml/"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_COMMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_MODIFIED = "{http://purl.org/dc/terms/}modified"

# NOTE: what openpyxl gives has no useful types, and its answers are checked as they are used.
Json = Any


class Refused(Exception):  # noqa: N818 - a cause, not an error
    """A workbook that is not read, with the cause's code."""


def unescape(text: str) -> str:
    """Turn the escapes of the file format back into characters, once and from the left."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shared_strings(source: Json) -> list[str]:
    """Read the shared texts raw: openpyxl itself removes ``x005F_`` from what people typed."""
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    item, run, text = (f"{{{SHEET_MAIN_NS}}}{each}" for each in ("si", "r", "t"))
    strings: list[str] = []
    for _, node in iterparse(source):
        if node.tag == item:
            texts = (
                each.text if each.tag == text else each.findtext(text)
                for each in node
                if each.tag in {run, text}
            )
            strings.append("".join(each or "" for each in texts))
            node.clear()
    return strings


def _cell(kind: str, value: Json) -> tuple[str, str]:
    """Give a cell's kind (``s n b d f e``) and its value as text."""
    if kind == "f":
        return kind, str(getattr(value, "text", None) or value)
    if isinstance(value, bool):
        return "b", "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return "d", value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, datetime.timedelta):
        return "n", str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return "n", str(int(value))
    if isinstance(value, int | float):
        return "n", str(value)
    return ("e" if kind == "e" else "s"), unescape(str(value))


class _Sheet:
    """Collects one sheet's cells, each as ``[row, column, kind, text, comment]``."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[Json]] = {}
        self.comments: list[tuple[str, str]] = []
        self.rows: list[int] = []
        self.columns: list[int] = []

    def add_comments(self) -> None:
        from openpyxl.utils.cell import coordinate_to_tuple

        for address, text in self.comments:
            row, column = coordinate_to_tuple(address)
            cell = self.cells.setdefault((row, column), [row, column, "", "", ""])
            cell[4] = text


def _read_sheet(reader: Json, target: str) -> _Sheet:
    from openpyxl.comments.comment_sheet import CommentSheet
    from openpyxl.packaging import relationship as relationships
    from openpyxl.utils.cell import column_index_from_string
    from openpyxl.worksheet._reader import WorkSheetParser
    from openpyxl.xml.functions import fromstring

    book, sheet = reader.wb, _Sheet()
    with reader.archive.open(target) as source:
        parser = WorkSheetParser(
            source,
            reader.shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        size = 0
        for _, row in parser.parse():
            for each in row:
                if each["value"] is None:
                    continue
                kind, text = _cell(each["data_type"], each["value"])
                if kind == "s" and not text.strip():
                    continue
                size += len(text)
                key = each["row"], each["column"]
                if key in sheet.cells:
                    raise Refused("damaged")
                sheet.cells[key] = [*key, kind, text, ""]
            if len(sheet.cells) > CELLS or size > CHARACTERS:
                raise Refused("too-large")
    for key, attributes in parser.row_dimensions.items():
        if attributes.get("hidden") in {"1", "true"}:
            sheet.rows.append(int(key))
    for letter, attributes in parser.column_dimensions.items():
        if attributes.get("hidden") in {"1", "true"}:
            first = column_index_from_string(letter)
            last = min(int(attributes.get("max", first)), first + 50)
            sheet.columns.extend(range(first, last + 1))
    packaging: Json = relationships  # NOTE: the stubs know only half of it
    relations = packaging.get_rels_path(target)
    if relations in reader.valid_files:
        for each in packaging.get_dependents(reader.archive, relations).find(_COMMENTS):
            notes: Json = CommentSheet.from_tree(fromstring(reader.archive.read(each.target)))
            sheet.comments += [(address, note.text or "") for address, note in notes.comments]
    sheet.add_comments()
    return sheet


def _workbook_part(names: Iterable[str]) -> str:
    return next((each for each in names if each.lower() == "xl/workbook.xml"), "")


def _sheets(path: str) -> Iterator[Json]:
    from openpyxl.reader import excel as openpyxl_excel

    excel: Json = openpyxl_excel  # NOTE: the stubs know only half of it
    with zipfile.ZipFile(path) as archive:
        part = _workbook_part(archive.namelist())
        if part and STRICT in archive.read(part)[:20_000]:
            raise Refused("strict-open-xml")
    excel.read_string_table = _shared_strings
    reader = excel.ExcelReader(path, keep_links=False)
    try:
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        # NOTE: some programs write styles openpyxl refuses; then dates stay numbers, no more
        with contextlib.suppress(AttributeError, IndexError, KeyError, TypeError, ValueError):
            excel.apply_stylesheet(reader.archive, reader.wb)
        for sheet, relation in reader.parser.find_sheets():
            if relation.target not in reader.valid_files:
                raise Refused("damaged")
            read = _Sheet()
            if "chartsheet" not in relation.Type:
                read = _read_sheet(reader, relation.target)
            yield {
                "name": unescape(sheet.name),
                "hidden": sheet.state not in {None, "visible"},
                "hidden_rows": sorted(read.rows),
                "hidden_columns": sorted(read.columns),
                "cells": [read.cells[key] for key in sorted(read.cells)],
            }
    finally:
        reader.archive.close()


def _saved(path: str) -> str:
    """Give the time of saving as the file states it, in UTC; empty where it states none."""
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return ""
        stated = fromstring(archive.read("docProps/core.xml")).findtext(_MODIFIED) or ""
    try:
        time = datetime.datetime.fromisoformat(stated.strip())
        time = time.replace(tzinfo=time.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return time.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _extras(path: str) -> list[str]:
    """Name the parts that may show people something and that nobody reads."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    parts = ("xl/media/", "xl/drawings/drawing", "xl/charts/chart", "xl/embeddings/")
    return sorted(posixpath.basename(each) for each in names if each.startswith(parts))


def answer(path: str) -> Json:
    """Read one workbook."""
    import openpyxl.xml
    from defusedxml.common import DefusedXmlException

    if not openpyxl.xml.DEFUSEDXML or openpyxl.xml.LXML:
        return {"cause": "reader-incomplete"}
    try:
        return {"sheets": list(_sheets(path)), "saved": _saved(path), "extras": _extras(path)}
    except Refused as refusal:
        return {"cause": str(refusal)}
    except DefusedXmlException:
        return {"cause": "unsafe-content"}
    except MemoryError:
        return {"cause": "too-large"}
    except Exception:  # noqa: BLE001 - whatever a stranger's file does to openpyxl, it is damaged
        return {"cause": "damaged"}


def _limit() -> None:
    """Set the limits for the next workbook, where the system has any."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + SECONDS
    for kind, soft in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)  # noqa: PLW2901
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue


def main() -> None:
    """Answer until the guard closes the pipe."""
    sys.path[:] = json.loads(sys.argv[1])
    os.environ["OPENPYXL_LXML"] = "False"  # NOTE: defusedxml guards only the other parser.
    os.environ["OPENPYXL_DEFUSEDXML"] = "True"
    warnings.simplefilter("ignore")
    for line in sys.stdin.buffer:
        _limit()
        reply = json.dumps(answer(json.loads(line)["path"]))
        sys.stdout.buffer.write(reply.encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
