"""The child's work done in this process, where its every line can be followed."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cyberassess.books import cells, child
from tests.books.council import ask, write
from tests.books.odd import (
    BOMB,
    MAIN,
    SHEET,
    changed,
    inline,
    odd_workbook,
    rows,
    strict,
    with_drawing,
    with_thread,
)

Json = Any  # NOTE: what the child says is JSON, taken apart at once


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return write(tmp_path, ask("A1.a"))


def answer(path: Path) -> Json:
    return child.answer(str(path))


def with_part(ours: Path, name: str, content: bytes) -> Path:
    ours.write_bytes(changed(ours, lambda parts: parts.update({name: content})))
    return ours


def read(ours: Path, sheet: str) -> list[tuple[int, int, str, str]]:
    """Give the cells of a first sheet of this content, without notes."""
    reply = answer(with_part(ours, SHEET, rows(sheet)))
    return [tuple(each[:4]) for each in reply["sheets"][0]["cells"]]


def test_sheets_and_the_time_of_saving(ours: Path) -> None:
    reply = answer(ours)
    assert [each["name"] for each in reply["sheets"]] == [
        "Start",
        "A1 Governance",
        "Documents",
        "Finish",
        "About this file",
    ]
    assert reply["saved"] == "2026-01-05T09:00:00Z"
    assert reply["extras"] == []


def test_every_kind_of_cell(tmp_path: Path) -> None:
    first, second, chart = answer(odd_workbook(tmp_path / "a.xlsx"))["sheets"]
    assert [each[2] for each in first["cells"]] == ["s", "n", "n", "b", "d", "f", "e", ""]
    assert (first["hidden_rows"], first["hidden_columns"]) == ([1], [2])
    assert second["hidden"]
    assert chart["cells"] == []
    assert cells.unescape("a_x000D_b_xD800_") == "a\rb\ufffd"


def test_cells_without_addresses_stand_in_order(ours: Path) -> None:
    found = read(
        ours,
        '<row><c t="str"><v>a</v></c><c/><c><v>2</v></c></row>'
        '<row><c r="B5"><v>1.5</v></c><c t="b"><v>0</v></c></row>',
    )
    assert found == [(1, 1, "s", "a"), (1, 3, "n", "2"), (5, 2, "n", "1.5"), (5, 3, "b", "FALSE")]


def test_formulas_of_a_range_are_all_formulas(ours: Path) -> None:
    found = read(
        ours,
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1+1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f/><v>2</v></c></row>',
    )
    assert [each[2:] for each in found] == [("f", "=B1+1"), ("f", "=B1+1"), ("f", "=")]


STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts>
<numFmt numFmtId="170" formatCode="dd/mm/yyyy;@"/><numFmt numFmtId="171" formatCode="[h]:mm"/>
<numFmt numFmtId="172" formatCode='0" days"\\m'/><numFmt numFmtId="x" formatCode="yy"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/>
<xf numFmtId="20"/></cellXfs></styleSheet>""".encode()


def test_dates_are_told_by_their_format(ours: Path) -> None:
    with_part(ours, "xl/styles.xml", STYLES)
    values = [(0, "46387"), (1, "46387"), (2, "46387.5"), (3, "1.25"), (4, "3"), (5, "0.5"),
              (1, "30"), (1, "9e9"), (99, "46387"), (0, " ")]  # fmt: skip
    text = "".join(f'<c s="{style}"><v>{value}</v></c>' for style, value in values)
    assert [each[2:] for each in read(ours, f"<row>{text}</row>")] == [
        ("n", "46387"),
        ("d", "2026-12-31"),
        ("d", "2026-12-31T12:00:00"),
        ("n", "1.25"),
        ("n", "3 daysm"),
        ("d", "12:00:00"),
        ("d", "1900-01-30"),
        ("n", "9000000000.0"),
        ("n", "46387"),
    ]


def test_days_counted_from_1904(ours: Path) -> None:
    def from_1904(parts: dict[str, bytes]) -> None:
        book = parts["xl/workbook.xml"]
        assert b"<workbookPr " in book
        parts["xl/workbook.xml"] = book.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
        parts["xl/styles.xml"] = STYLES

    ours.write_bytes(changed(ours, from_1904))
    assert read(ours, '<row><c s="1"><v>0</v></c><c s="1"><v>1</v></c></row>') == [
        (1, 1, "d", "00:00:00"),
        (1, 2, "d", "1904-01-02"),
    ]


@pytest.mark.parametrize(
    ("stated", "kind", "text"),
    [
        ("2026-12-31", "d", "2026-12-31"),
        ("2026-12-31T00:00:00.000Z", "d", "2026-12-31"),
        ("soon", "s", "soon"),
    ],
)
def test_dates_in_words_of_the_format(stated: str, kind: str, text: str, ours: Path) -> None:
    found = read(ours, f'<row><c t="d"><v>{stated}</v></c></row>')
    assert found == [(1, 1, kind, text)]


def test_a_strict_workbook_says_the_same(tmp_path: Path) -> None:
    path = odd_workbook(tmp_path / "a.xlsx")
    before = answer(path)
    path.write_bytes(changed(path, strict))
    assert b"openxmlformats.org/spreadsheetml" not in path.read_bytes()
    assert answer(path) == before


def test_a_strict_questionnaire_says_the_same(ours: Path) -> None:
    before = answer(ours)
    ours.write_bytes(changed(ours, strict))
    assert answer(ours) == before


def test_threads_are_read_with_who_said_what(tmp_path: Path) -> None:
    path = with_thread(odd_workbook(tmp_path / "a.xlsx"))
    notes = {tuple(e[:2]): e[4] for e in answer(path)["sheets"][0]["cells"] if e[4]}
    assert notes == {
        (1, 1): "Kim Lee: Is this right?\nI think so",
        (5, 3): "Look here",
        (9, 2): "Sam: Nobody knows",
    }


def test_a_thread_of_which_only_the_notice_is_left(tmp_path: Path) -> None:
    path = with_thread(odd_workbook(tmp_path / "a.xlsx"), whole=False)
    notes = {tuple(e[:2]): e[4] for e in answer(path)["sheets"][0]["cells"] if e[4]}
    assert notes[1, 1] == "Is this right? Reply: I think so"


def test_texts_in_boxes_are_read_and_bare_shapes_named(tmp_path: Path) -> None:
    path = odd_workbook(tmp_path / "a.xlsx")
    first = "<a:p><a:r><a:t>All of </a:t></a:r><a:r><a:t>this is done</a:t></a:r></a:p>"
    reply = answer(with_drawing(path, f"{first}<a:p><a:r><a:t>since May</a:t></a:r></a:p>"))
    assert reply["sheets"][0]["drawn"] == ["All of this is done\nsince May"]
    assert "drawing7.xml" not in reply["extras"]
    reply = answer(with_drawing(path, "<a:p/>"))
    assert reply["sheets"][0]["drawn"] == []
    assert "drawing7.xml" in reply["extras"]


def test_parts_no_sheet_names_are_named(ours: Path) -> None:
    with_part(ours, "xl/worksheets/sheet9.xml", b"<x/>")
    with_part(ours, "xl/comments3.xml", b"<x/>")
    assert answer(with_part(ours, "xl/media/image1.png", b"x"))["extras"] == [
        "comments3.xml",
        "image1.png",
        "sheet9.xml",
    ]


ROW = '<row r="1">{}</row>'


@pytest.mark.parametrize(
    "text",
    [
        inline("A1", "x") + inline("A1", "x"),
        ROW.format('<c r="A2"><v>1</v></c>'),
        ROW.format('<c r="A"><v>1</v></c>'),
        ROW.format('<c r="XFE1"><v>1</v></c>'),
        ROW.format('<c r="A1048577"><v>1</v></c>'),
        ROW.format('<c r="A1" t="s"><v>99999</v></c>'),
        ROW.format('<c r="A1" t="s"><v>-1</v></c>'),
        ROW.format('<c r="A1" t="x"><v>1</v></c>'),
        ROW.format('<c r="A1"><v>one</v></c>'),
        ROW.format('<c r="A1"><v>1e999</v></c>'),
        '<row r="0"/>',
        '<row r="1048577"/>',
        "<row>",
    ],
)
def test_cells_that_cannot_be(text: str, ours: Path) -> None:
    assert answer(with_part(ours, SHEET, rows(text))) == {"cause": "damaged"}


@pytest.mark.parametrize(
    ("part", "content", "cause"),
    [
        (SHEET, b"<worksheet", "damaged"),
        (SHEET, b"", "damaged"),
        (SHEET, BOMB.encode() + b"<x>&b;</x>", "unsafe-content"),
        ("xl/workbook.xml", b"<x/>", "not-a-workbook"),
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}"/>'.encode(), "damaged"),
        ("_rels/.rels", b"<x/>", "damaged"),
        ("xl/_rels/workbook.xml.rels", b"<x/>", "damaged"),
        ("xl/styles.xml", b"<x", "damaged"),
        ("xl/styles.xml", b"<theme/>", "damaged"),
        ("xl/sharedStrings.xml", rows(""), "damaged"),
        (SHEET, f'<sst xmlns="{MAIN}"/>'.encode(), "damaged"),
    ],
)
def test_causes(part: str, content: bytes, cause: str, ours: Path) -> None:
    assert answer(with_part(ours, part, content)) == {"cause": cause}


def test_one_part_is_not_several_sheets(ours: Path) -> None:
    def repeated(parts: dict[str, bytes]) -> None:
        book = parts["xl/workbook.xml"]
        at = book.index(b"<sheet ")
        end = book.index(b"/>", at) + 2
        parts["xl/workbook.xml"] = book[:end] + book[at:end] * 10 + book[end:]

    ours.write_bytes(changed(ours, repeated))
    assert answer(ours) == {"cause": "damaged"}


def test_sheets_of_old_macros_are_macros(ours: Path) -> None:
    def macros(parts: dict[str, bytes]) -> None:
        name = "xl/_rels/workbook.xml.rels"
        parts[name] = parts[name].replace(b"relationships/worksheet", b"x/xlMacrosheet", 1)

    ours.write_bytes(changed(ours, macros))
    assert answer(ours) == {"cause": "macro-workbook"}


@pytest.mark.parametrize(
    ("limit", "least", "cause"),
    [
        ("cells.CELLS", 5, "too-large"),
        ("cells.CHARACTERS", 50, "too-large"),
        ("unpacking.ELEMENTS", 50, "too-large"),
        ("unpacking.DEEPEST", 2, "unsafe-content"),
        ("unpacking.MOST_ATTRIBUTES", 1, "unsafe-content"),
        ("unpacking.LONGEST_TAG", -1, "unsafe-content"),
    ],
)
def test_limits(
    limit: str, least: int, cause: str, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"cyberassess.books.{limit}", least)
    assert answer(ours) == {"cause": cause}


def test_no_room(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(cells, "read_book", no_room)
    assert answer(ours) == {"cause": "too-large"}


def test_a_line_for_a_line(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"path": str(ours)}).encode() + b"\n"
    output = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line * 2)))
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "argv", ["child.py", str(Path(child.__file__).parents[2])])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(child, "_limit", lambda: None)
    child.main()
    first, second = output.buffer.getvalue().splitlines()
    assert first == second
    assert len(json.loads(first)["sheets"]) == 5


def test_an_answer_without_room_is_a_cause(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: object) -> None:
        raise MemoryError

    output = io.TextIOWrapper(io.BytesIO())
    line = json.dumps({"path": str(ours)}).encode() + b"\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "argv", ["child.py", str(Path(child.__file__).parents[2])])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(child, "_limit", lambda: None)
    monkeypatch.setattr(json, "dumps", no_room)
    child.main()
    assert output.buffer.getvalue() == b'{"cause": "too-large"}\n'
