"""Every way a file from outside can end, and that it never ends otherwise."""

import datetime
import io
import os
import random
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from cyberassess.adapters.xlsx import guard
from cyberassess.adapters.xlsx.guard import CAUSES, Book, Cell, Reader
from cyberassess.errors import WorkbookError
from tests.adapters.xlsx.council import ask, write

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as each:
        yield each


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ours"), ask("A1.a"))


def cause_of(reader: Reader, path: Path) -> str:
    with pytest.raises(WorkbookError) as caught:
        reader.read(path)
    (problem,) = caught.value.problems
    assert problem.where == path.name
    assert problem.message == CAUSES[problem.code][0]
    assert problem.hint.startswith("Nothing was stored. ")
    return problem.code


def read_or_cause(reader: Reader, path: Path) -> Book | str:
    try:
        return reader.read(path)
    except WorkbookError as caught:
        return caught.problems[0].code


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


OUTSIDE: list[tuple[str, str, bytes]] = [
    ("lock-file", "~$questions.xlsx", b"x"),
    ("lock-file", ".~lock.questions.xlsx#", b"x"),
    ("empty-file", "empty.xlsx", b""),
    ("pdf-file", "a.xlsx", b"%PDF-1.7\n"),
    ("picture", "holiday.xlsx", b"\xff\xd8\xff\xe0 JFIF"),
    ("picture", "holiday.heic", b"\x00\x00\x00\x18ftypheic"),
    ("picture", "holiday.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
    ("web-page", "a.xls", b"<html><table>"),
    ("csv-file", "a.csv", b"Ref,Your answer\nA1.a.NA.1,True\n"),
    ("csv-file", "b.csv", "Ref\tAnswer".encode("utf-16")),
    ("not-a-workbook", "a.bin", b"\x00\x01\x02\x03"),
    ("not-a-workbook", "a.zip", zipped({"readme.txt": "hello"})),
    ("password-protected", "a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le")),
    (
        "label-encrypted",
        "a.xlsx",
        OLE + "EncryptedPackage".encode("utf-16-le") + "DRMEncryptedTransform".encode("utf-16-le"),
    ),
    ("old-workbook", "a.xls", OLE + "Workbook".encode("utf-16-le")),
    ("old-document", "a.doc", OLE + "WordDocument".encode("utf-16-le")),
    ("binary-workbook", "a.xlsb", zipped({"xl/workbook.bin": b"x"})),
    ("macro-workbook", "a.xlsm", zipped({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"})),
    ("document", "a.docx", zipped({"word/document.xml": b"x"})),
    ("ods-file", "a.ods", zipped({"mimetype": b"x", "content.xml": b"x"})),
    ("numbers-file", "a.numbers", zipped({"Index/Document.iwa": b"x"})),
    ("numbers-file", "b.numbers", zipped({"Index.zip": b"x"})),
    ("damaged", "a.xlsx", b"PK\x03\x04 cut short"),
    ("damaged", "b.xlsx", zipped({"[Content_Types].xml": b"x"})),
    ("damaged", "c.xlsx", zipped({"xl/workbook.xml": b"x"})),
    ("too-large", "many.xlsx", zipped({f"xl/{each}": b"" for each in range(2_001)})),
    ("too-large", "dense.xlsx", zipped({"xl/workbook.xml": bytes(9_000_000)})),
    ("too-large", "directory.xlsx", zipped({f"{'x' * 200}{each}": b"" for each in range(4_500)})),
]


@pytest.mark.parametrize(("cause", "name", "data"), OUTSIDE)
def test_what_is_seen_from_outside(
    cause: str, name: str, data: bytes, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert cause_of(reader, path) == cause


def test_no_file_and_no_ordinary_file(reader: Reader, tmp_path: Path) -> None:
    assert cause_of(reader, tmp_path / "nowhere.xlsx") == "not-there"
    assert cause_of(reader, tmp_path) == "not-a-file"


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such devices")
def test_a_pipe_is_not_waited_for(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert cause_of(reader, tmp_path / "pipe.xlsx") == "not-a-file"


def test_a_file_that_may_not_be_read(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert cause_of(reader, path) == "cannot-open"


def test_a_large_file(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_FILE", 10)
    for name, data in (("a.xlsx", zipped({"xl/workbook.xml": b"x"})), ("b.csv", b"a,b,c,d,e,f")):
        (tmp_path / name).write_bytes(data)
        assert cause_of(reader, tmp_path / name) == "too-large"


def test_an_encrypted_zip(reader: Reader, ours: Path, tmp_path: Path) -> None:
    data = bytearray(ours.read_bytes())
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    (tmp_path / "a.xlsx").write_bytes(data)
    assert cause_of(reader, tmp_path / "a.xlsx") == "password-protected"


def test_two_parts_of_one_name(reader: Reader, ours: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(ours.read_bytes())
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("xl/workbook.xml", b"x")
    assert cause_of(reader, path) == "damaged"


def test_strict_open_xml(reader: Reader, ours: Path, tmp_path: Path) -> None:
    def strict(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
            MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"
        )

    (tmp_path / "a.xlsx").write_bytes(changed(ours, strict))
    assert cause_of(reader, tmp_path / "a.xlsx") == "strict-open-xml"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("start", [BOMB, EXTERNAL])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", SHEET, "docProps/core.xml"])
def test_entities(part: str, start: str, reader: Reader, ours: Path, tmp_path: Path) -> None:
    def bomb(parts: dict[str, bytes]) -> None:
        body = parts[part].split(b"?>", 1)[1]
        parts[part] = start.encode() + body.replace(b"</", b"&a;</", 1)

    (tmp_path / "a.xlsx").write_bytes(changed(ours, bomb))
    assert cause_of(reader, tmp_path / "a.xlsx") == "unsafe-content"


def rows(text: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{text}</sheetData></worksheet>'.encode()


def inline(address: str, text: str) -> str:
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{address}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def with_sheet(ours: Path, text: str) -> bytes:
    return changed(ours, lambda parts: parts.update({SHEET: rows(text)}))


def test_far_apart_cells_cost_nothing(reader: Reader, ours: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_sheet(ours, inline("A1", "x") + inline("XFD1048576", "y")))
    cells = reader.read(path).sheets[0].cells
    assert [each.address for each in cells] == ["A1", "XFD1048576"]


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("damaged", inline("A1", "x") + inline("A1", "y")),
        ("damaged", '<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'),
        ("damaged", "<row>"),
        ("too-large", "".join(f'<row r="{each}"><c r="A{each}"><v>1</v></c><c r="B{each}"><v>1</v>'
                              f"</c></row>" for each in range(1, 50_100))),
    ],
)  # fmt: skip
def test_sheets_that_cannot_be(
    cause: str, text: str, reader: Reader, ours: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_sheet(ours, text))
    assert cause_of(reader, path) == cause


def test_a_part_that_is_missing(reader: Reader, ours: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(ours, lambda parts: parts.__delitem__(SHEET)))
    assert cause_of(reader, path) == "damaged"


def test_nested_elements_do_not_stop_the_next_file(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_sheet(ours, "<x>" * 300_000 + "</x>" * 300_000))
    read = read_or_cause(reader, path)
    assert isinstance(read, Book) or read in CAUSES
    assert len(reader.read(ours).sheets) == 5


def test_texts_are_read_as_they_were_typed(reader: Reader, ours: Path, tmp_path: Path) -> None:
    def strings(parts: dict[str, bytes]) -> None:
        parts[SHEET] = rows(
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
        )
        parts["xl/sharedStrings.xml"] = (
            f'<sst xmlns="{MAIN}"><si><t>_x005F_x000D_ x005F_ _x000B_ _xD83D__xDE00_</t></si>'
            "<si><r><t>two </t></r><r><t>runs</t></r><rPh sb='0' eb='1'><t>no</t></rPh></si>"
            + "<si/>" * 500
            + "</sst>"
        ).encode()

    (tmp_path / "a.xlsx").write_bytes(changed(ours, strings))
    first, second = reader.read(tmp_path / "a.xlsx").sheets[0].cells
    assert first.text == "_x000D_ x005F_ \x0b \U0001f600"
    assert second.text == "two runs"


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


def test_kinds_of_cells(reader: Reader, tmp_path: Path) -> None:
    read = reader.read(odd_workbook(tmp_path / "a.xlsx"))
    assert [(each.kind, each.text) for each in read.sheets[0].cells] == [
        ("s", "a"),
        ("n", "1"),
        ("n", "1.5"),
        ("b", "TRUE"),
        ("d", "2026-12-31"),
        ("f", "=1+1"),
        ("e", "#REF!"),
        ("", ""),
    ]
    assert read.sheets[0].cells[-1] == Cell(5, 3, "", "", "Look here")
    assert read.sheets[0].cells[0].comment == "And here"
    assert (read.sheets[0].hidden_rows, read.sheets[0].hidden_columns) == ((1,), (2,))
    assert [each.is_hidden for each in read.sheets] == [False, True, False]


def test_times_that_cannot_be_read_are_left_out(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(ours, lambda parts: parts.__delitem__("docProps/core.xml")))
    assert reader.read(path).saved == ""

    def nonsense(parts: dict[str, bytes]) -> None:
        core = parts["docProps/core.xml"]
        parts["docProps/core.xml"] = core.replace(b"2026-01-05T09:00:00Z", b"yesterday")

    path.write_bytes(changed(ours, nonsense))
    assert reader.read(path).saved == ""


def test_a_label_that_does_not_encrypt_is_no_hindrance(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        changed(ours, lambda parts: parts.update({"docMetadata/LabelInfo.xml": b"<x/>"}))
    )
    assert reader.read(path).sheets == reader.read(ours).sheets


def test_a_reader_that_dies_is_replaced(ours: Path) -> None:
    with Reader() as reader:
        first = reader.read(ours)
        assert reader._child is not None
        reader._child.process.kill()
        reader._child.process.wait()
        assert reader.read(ours) == first


def test_a_reader_that_dies_over_a_file_says_so(ours: Path) -> None:
    with Reader() as reader:
        reader.read(ours)
        assert reader._child is not None
        reader._child.ask = lambda *_: {"cause": "reader-died"}  # type: ignore[method-assign]
        assert cause_of(reader, ours) == "reader-died"
    child = guard._Child()
    child.process.kill()
    assert child.ask(ours, 5)["cause"] == "reader-died"


def test_a_file_that_takes_too_long_is_given_up(ours: Path) -> None:
    with Reader(seconds=0) as reader:
        assert cause_of(reader, ours) == "took-too-long"


def test_the_child_ends_with_the_reader(ours: Path) -> None:
    with Reader() as reader:
        reader.read(ours)
        assert reader._child is not None
        process = reader._child.process
    assert process.poll() is not None


def test_every_cause_says_what_to_do() -> None:
    for message, hint in CAUSES.values():
        assert message.endswith(".")
        assert hint.endswith(".")
        assert "error" not in message.casefold()
        assert "please" not in hint.casefold()


@pytest.mark.slow
def test_mutations_of_ours_are_refused_or_read_the_same(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311 - no secrets here
    whole, path = ours.read_bytes(), tmp_path / "a.xlsx"
    whole_book = read_or_cause(reader, ours)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 8])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        read = read_or_cause(reader, path)
        assert read == whole_book or read in CAUSES
