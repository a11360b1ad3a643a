"""OpenDocument spreadsheets: each cell is said as the same cell of an Excel workbook."""

import zipfile
from pathlib import Path

import pytest

from cyberassess.books.guard import Book, Cell, Reader
from cyberassess.errors import WorkbookError

_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
        ("number", "datastyle"), ("draw", "drawing"), ("manifest", "manifest"),
    )
)  # fmt: skip
_NAMES += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_STYLES = """
<number:date-style style:name="N1"><number:day/><number:text>-</number:text><number:month/>
</number:date-style>
<style:style style:name="gone" style:family="table-cell">
<style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="month" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="T1" style:family="text">
<style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="away" style:family="table"><style:table-properties
 table:display="false"/></style:style>
"""


def made(path: Path, tables: str, *, body: str = "spreadsheet", **parts: str) -> Path:
    """Write a spreadsheet as LibreOffice does, with these tables."""
    content = (
        f"<office:document-content {_NAMES}><office:automatic-styles>{_STYLES}"
        f"</office:automatic-styles><office:body><office:{body}>{tables}</office:{body}>"
        "</office:body></office:document-content>"
    )
    meta = (
        f"<office:document-meta {_NAMES}><office:meta><dc:date>2026-11-29T10:00:00.123456789"
        "</dc:date></office:meta></office:document-meta>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("meta.xml", meta)
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def table(rows: str, more: str = "") -> str:
    return f'<table:table table:name="A"{more}>{rows}</table:table>'


def row(cell: str, more: str = "") -> str:
    return f"<table:table-row{more}>{cell}</table:table-row>"


def words(text: str, more: str = "") -> str:
    inside = f"<text:p>{text}</text:p>"
    return f'<table:table-cell office:value-type="string"{more}>{inside}</table:table-cell>'


def value(kind: str, stated: str, shown: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" {stated}{more}><text:p>{shown}</text:p>'
        "</table:table-cell>"
    )


def read(path: Path) -> Book:
    with Reader() as reader:
        return reader.read(path)


def only_cell(path: Path, cell: str) -> Cell:
    (found,) = read(made(path / "a.ods", table(row(cell)))).sheets[0].cells
    return found


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (words("a<text:s text:c='2'/>b</text:p><text:p>c"), Cell(1, 1, "s", "a  b\nc")),
        (words("x", ' table:style-name="gone"'), Cell(1, 1, "", "", struck="x", plain="x")),
        (
            words('keep <text:span text:style-name="T1">not</text:span> it'),
            Cell(1, 1, "s", "keep  it", struck="not", plain="keep not it"),
        ),
        (
            words('<text:a xlink:href="https://example.org/m">minutes</text:a>'),
            Cell(1, 1, "s", "minutes", link="https://example.org/m"),
        ),
        (value("percentage", 'office:value="0.8"', "80%"), Cell(1, 1, "n", "80%", plain="0.8")),
        (value("float", 'office:value="45"', "45"), Cell(1, 1, "n", "45")),
        (
            value("float", 'office:value="0.123456"', "0.1"),
            Cell(1, 1, "n", "0.1", plain="0.123456", is_less=True),
        ),
        (
            value("currency", 'office:value="1234567.5"', "£1,234,567.50"),
            Cell(1, 1, "n", "£1,234,567.50", plain="1234567.5"),
        ),
        (
            value("date", 'office:date-value="2027-03-31"', "31/03/2027"),
            Cell(1, 1, "d", "2027-03-31"),
        ),
        (
            value("date", 'office:date-value="2026-10-03"', "3-Oct", ' table:style-name="month"'),
            Cell(1, 1, "d", "3-Oct", plain="2026-10-03", date="2026-10-03", is_less=True),
        ),
        (value("boolean", 'office:boolean-value="true"', "TRUE"), Cell(1, 1, "b", "TRUE")),
        (
            value("float", "table:formula=\"of:=SUM([.A2:.A3];[$'B b'.C1])\"", "5"),
            Cell(1, 1, "f", "=SUM(A2:A3,'B b'!C1)"),
        ),
        (
            "<table:table-cell><office:annotation><dc:creator>Kim</dc:creator>"
            "<text:p>look here</text:p></office:annotation></table:table-cell>",
            Cell(1, 1, "", "", "look here"),
        ),
    ],
)
def test_a_cell_is_said_as_that_of_an_excel_workbook(
    cell: str, expected: Cell, tmp_path: Path
) -> None:
    assert only_cell(tmp_path, cell) == expected


def test_repeated_hidden_and_merged_cells_keep_their_addresses(tmp_path: Path) -> None:
    rows = (
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        + row("<table:table-cell/>", ' table:number-rows-repeated="4"')
        + row(
            "<table:table-cell/>" + words("x", ' table:number-columns-repeated="2"'),
            ' table:visibility="collapse" table:number-rows-repeated="2"',
        )
        + row(words("m", ' table:number-columns-spanned="2" table:number-rows-spanned="1"'))
        + row("<table:table-cell/>", ' table:number-rows-repeated="1048000"')
    )  # fmt: skip
    sheet = read(made(tmp_path / "a.ods", table(rows))).sheets[0]
    assert [each.address for each in sheet.cells] == ["B5", "C5", "B6", "C6", "A7"]
    assert sheet.hidden_rows == (5, 6)
    assert sheet.hidden_columns == (2,)
    assert [each.address for each in sheet.merged] == ["A7:B7"]


def test_the_sheets_are_the_files_own(tmp_path: Path) -> None:
    kept = "<table:table-source xlink:href='other.ods'/>"
    book = read(
        made(
            tmp_path / "a.ods",
            f"<table:tracked-changes>{row(words('was'))}</table:tracked-changes>"
            + table(row(words("mine")))
            + table(row(words("h")), ' table:style-name="away"').replace('"A"', '"B"')
            + table(kept + row(words("theirs"))).replace('"A"', '"C"')
            + table("<table:shapes><draw:custom-shape><text:p>box</text:p></draw:custom-shape>"
                    "</table:shapes>").replace('"A"', '"D"')
            + f"<table:dde-links>{table(row(words('cached')))}</table:dde-links>",
            **{"Pictures/1.png": "x"},
        )
    )  # fmt: skip
    said = [(e.name, e.is_hidden, [c.text for c in e.cells], e.drawn) for e in book.sheets]
    assert said == [
        ("A", False, ["mine"], ()), ("B", True, ["h"], ()), ("D", False, [], ("box",))
    ]  # fmt: skip
    assert book.saved == "2026-11-29T10:00:00Z"
    assert book.extras == ("1.png",)


_LOCKED = f"<manifest:manifest {_NAMES}><manifest:encryption-data/></manifest:manifest>"


@pytest.mark.parametrize(
    ("tables", "more", "code"),
    [
        (table(row(words("x", ' table:number-columns-repeated="9000"'),
                   ' table:number-rows-repeated="1000"')), {}, "too-large"),
        ("", {"body": "text"}, "document"),
        (table(row(words("x"))), {"META-INF/manifest.xml": _LOCKED}, "password-protected"),
        (table(row(words("x"))), {"Basic/script-lc.xml": "x"}, "macro-workbook"),
        (table(row(words("x", ' table:number-columns-repeated="99999"'))), {}, "damaged"),
        ("<table:table>", {}, "damaged"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_with_its_cause(
    tables: str, more: dict[str, str], code: str, tmp_path: Path
) -> None:
    with pytest.raises(WorkbookError) as caught:
        read(made(tmp_path / "a.ods", tables, **more))
    assert caught.value.problems[0].code == code
