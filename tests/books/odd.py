"""Workbooks no respondent would make on purpose, made by hand."""

import datetime
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGED = "http://schemas.openxmlformats.org/package/2006/relationships"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

_STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"officeDocument/relationships",
    ),
    (b"http://schemas.openxmlformats.org/drawingml/2006/main", b"drawingml/main"),
    (
        b"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
        b"drawingml/spreadsheetDrawing",
    ),
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> bytes:
    parts = parts_of(path)
    change(parts)
    return zipped(parts)


def rows(text: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{text}</sheetData></worksheet>'.encode()


def inline(address: str, text: str) -> str:
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{address}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def odd_workbook(path: Path) -> Path:
    """Make a workbook with every kind of cell, notes, and hidden things."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    values = ("a", 1, 1.5, True, datetime.datetime(2026, 12, 31), "=1+1", "#REF!", None)  # noqa: DTZ001
    for column, value in enumerate(values, start=1):
        sheet.cell(1, column).value = value
    sheet["C5"].comment = Comment("Look here", "Kim")
    sheet["A1"].comment = Comment("And here", "Kim")
    sheet.row_dimensions[1].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("Secret").sheet_state = "veryHidden"
    book.create_chartsheet("Chart")
    book.save(path)
    return path


def strict(parts: dict[str, bytes]) -> None:
    """Turn parts into Strict Open XML, as Excel saves it."""
    for name, content in parts.items():
        for usual, other in _STRICT:
            content = content.replace(usual, b"http://purl.oclc.org/ooxml/" + other)  # noqa: PLW2901
        parts[name] = content


def _related(parts: dict[str, bytes], of: str, kind: str, target: str) -> None:
    folder, _, name = of.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels"
    nothing = b'<Relationships xmlns="%s"></Relationships>' % PACKAGED.encode()
    parts.setdefault(listed, nothing)
    start, end = parts[listed].rsplit(b"</Relationships>", 1)
    added = f'<Relationship Id="x{len(start)}" Type="{kind}" Target="{target}"/>'
    parts[listed] = start + added.encode() + b"</Relationships>" + end


def with_thread(path: Path, *, whole: bool = True) -> Path:
    """Turn the note on A1 of the odd workbook into a thread, and begin another on B9.

    Args:
        path: the odd workbook.
        whole: with the threads themselves, not only the notice that stands in for them.
    """

    def change(parts: dict[str, bytes]) -> None:
        notice = (
            b"[Threaded comment]\n\nYour version of Excel allows you to read this threaded "
            b"comment. Learn more: https://x.example\n\nComment:\n    Is this right? "
            b"Reply: I think so"
        )
        name = next(each for each in parts if "comment1.xml" in each)
        assert b"And here" in parts[name]
        parts[name] = parts[name].replace(b"And here", notice)
        if not whole:
            return
        kind = "http://schemas.microsoft.com/office/2017/10/relationships"
        _related(
            parts, SHEET, f"{kind}/threadedComment", "../threadedComments/threadedComment1.xml"
        )
        _related(parts, "xl/workbook.xml", f"{kind}/person", "persons/person.xml")
        parts["xl/persons/person.xml"] = (
            f'<personList xmlns="{THREADS}"><person displayName="Kim Lee" id="1"/>'
            '<person displayName="Sam" id="2"/></personList>'
        ).encode()
        parts["xl/threadedComments/threadedComment1.xml"] = (
            f'<ThreadedComments xmlns="{THREADS}">'
            '<threadedComment ref="A1" personId="1" id="a"><text>Is this right?</text>'
            '</threadedComment><threadedComment ref="A1" personId="9" parentId="a" id="b">'
            "<text>I think so</text></threadedComment>"
            '<threadedComment ref="B9" personId="2" id="c"><text>Nobody knows</text>'
            '</threadedComment><threadedComment ref="B10" id="d"><text> </text>'
            "</threadedComment></ThreadedComments>"
        ).encode()

    path.write_bytes(changed(path, change))
    return path


def with_drawing(path: Path, paragraphs: str, sheet: str = SHEET) -> Path:
    """Put a text box on a sheet."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"

    def change(parts: dict[str, bytes]) -> None:
        if "xl/drawings/drawing7.xml" not in parts:
            _related(parts, sheet, f"{RELATIONS}/drawing", "../drawings/drawing7.xml")
        parts["xl/drawings/drawing7.xml"] = (
            f'<xdr:wsDr xmlns:xdr="{drawing}/spreadsheetDrawing" xmlns:a="{drawing}/main">'
            f"<xdr:twoCellAnchor><xdr:sp><xdr:txBody>{paragraphs}</xdr:txBody></xdr:sp>"
            "</xdr:twoCellAnchor></xdr:wsDr>"
        ).encode()

    path.write_bytes(changed(path, change))
    return path


def ole(*names: str) -> bytes:
    """Make the old container of Office files, with these names in its directory."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for name in ("Root Entry", *names):
        spelled = name.encode("utf-16-le") + b"\0\0"
        entry = spelled.ljust(64, b"\0") + len(spelled).to_bytes(2, "little") + b"\2"
        data += entry.ljust(128, b"\0")
    return data


def with_notes(path: Path) -> Path:
    """Put notes on the second sheet, as somebody does who was asked to look it over."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    sheet["C9"].comment = Comment("Ask Kim about this", "Sam")
    sheet["C12"].comment = Comment("And about this", "Sam")
    book.save(path)
    return path
