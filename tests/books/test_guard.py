"""Every way a file from outside can end, and that it never ends otherwise."""

import os
import random
import signal
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cyberassess.books import guard
from cyberassess.books.guard import CAUSES, Book, Cell, Reader
from cyberassess.errors import WorkbookError
from tests.books.council import ask, write
from tests.books.odd import (
    BOMB,
    EXTERNAL,
    MAIN,
    SHEET,
    changed,
    inline,
    odd_workbook,
    ole,
    rows,
    strict,
    zipped,
)


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


ROOT = Path(guard.__file__).parents[2]
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r" Type="x/officeDocument" Target="/x.xml"/></Relationships>'
)
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
    (
        "password-protected",
        "a.xlsx",
        ole("\x06DataSpaces", "StrongEncryptionTransform", "EncryptionInfo", "EncryptedPackage"),
    ),
    (
        "label-encrypted",
        "a.xlsx",
        ole(
            "\x06DataSpaces", "DRMEncryptedDataSpace", "DRMEncryptedTransform", "EncryptedPackage"
        ),
    ),
    ("label-encrypted", "b.xls", ole("Workbook", "\tDRMContent")),
    ("old-workbook", "a.xls", ole("Workbook") + "EncryptedPackage".encode("utf-16-le")),
    ("old-workbook", "b.xls", ole("WORKBOOK")),
    ("old-workbook", "c.xls", ole("Book")),
    ("old-workbook", "d.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00"),
    ("old-document", "a.doc", ole("WordDocument")),
    ("binary-workbook", "a.xlsb", zipped({"xl/workbook.bin": b"x"})),
    ("macro-workbook", "a.xlsm", zipped({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"})),
    ("document", "a.docx", zipped({"word/document.xml": b"x"})),
    ("ods-file", "a.ods", zipped({"mimetype": b"x", "content.xml": b"x"})),
    ("numbers-file", "a.numbers", zipped({"Index/Document.iwa": b"x"})),
    ("numbers-file", "b.numbers", zipped({"Index.zip": b"x"})),
    ("not-a-workbook", "a.vsdx", zipped({"_rels/.rels": RELS, "x.xml": b"<x/>"})),
    ("unsafe-content", "a.xlsx", zipped({"_rels/.rels": RELS, "../x.xml": b"<x/>"})),
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

    monkeypatch.setattr(guard, "open_plain", refuse)
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


@pytest.mark.parametrize("name", ["xl/workbook.xml", "XL/Workbook.xml", "/xl/workbook.xml"])
def test_two_parts_of_one_name(name: str, reader: Reader, ours: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(ours.read_bytes())
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, b"x")
    assert cause_of(reader, path) == "damaged"


def test_a_part_packed_as_the_format_forbids(reader: Reader, ours: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(ours.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/x.xml", b"x", zipfile.ZIP_LZMA)
    assert cause_of(reader, path) == "damaged"


def test_a_workbook_under_another_name_is_found(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    def renamed(parts: dict[str, bytes]) -> None:
        parts["xl/workbook2.xml"] = parts.pop("xl/workbook.xml")
        parts["xl/_rels/workbook2.xml.rels"] = parts.pop("xl/_rels/workbook.xml.rels")
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"workbook.xml", b"workbook2.xml")

    (tmp_path / "a.xlsx").write_bytes(changed(ours, renamed))
    assert reader.read(tmp_path / "a.xlsx") == reader.read(ours)


def test_strict_open_xml(reader: Reader, ours: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(changed(ours, strict))
    assert reader.read(tmp_path / "a.xlsx") == reader.read(ours)


@pytest.mark.parametrize("start", [BOMB, EXTERNAL])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", SHEET, "docProps/core.xml"])
def test_entities(part: str, start: str, reader: Reader, ours: Path, tmp_path: Path) -> None:
    def bomb(parts: dict[str, bytes]) -> None:
        body = parts[part].split(b"?>", 1)[1]
        parts[part] = start.encode() + body.replace(b"</", b"&a;</", 1)

    (tmp_path / "a.xlsx").write_bytes(changed(ours, bomb))
    assert cause_of(reader, tmp_path / "a.xlsx") == "unsafe-content"


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


LABEL = {
    "docMetadata/LabelInfo.xml": (
        b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        b'<clbl:label id="{1}" enabled="1" method="Standard" siteId="{2}"/></clbl:labelList>'
    ),
    "docProps/custom.xml": (
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'custom-properties"><property fmtid="{D5CDD505}" pid="2" name="MSIP_Label_1_Enabled">'
        b"<x>true</x></property></Properties>"
    ),
}
"""What Office writes beside a sensitivity label that does not encrypt."""


def test_a_label_that_does_not_encrypt_is_no_hindrance(
    reader: Reader, ours: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(ours, lambda parts: parts.update(LABEL)))
    assert reader.read(path) == reader.read(ours)


def test_a_reader_that_dies_is_replaced(ours: Path) -> None:
    with Reader() as reader:
        first = reader.read(ours)
        assert reader._child is not None
        reader._child.process.kill()
        reader._child.process.wait()
        assert reader.read(ours) == first


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such signals")
@pytest.mark.parametrize("how", ["SIGSEGV", "SIGABRT", "SIGKILL", "SIGXCPU"])
def test_a_reader_that_dies_over_a_file_says_so(how: str, ours: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)  # nobody writes to it, so that the child waits there
    child = guard._Child()
    child.ask(ours, 20)
    number = getattr(signal, how)
    killer = threading.Timer(0.2, child.process.send_signal, [number])
    killer.start()
    expected = "took-too-long" if how == "SIGXCPU" else "reader-died"
    assert child.ask(pipe, 20) == {"cause": expected}
    killer.join()


def test_a_reader_found_dead_says_so(ours: Path) -> None:
    child = guard._Child()
    child.process.kill()
    child.process.wait()
    assert child.ask(ours, 5) == {"cause": "reader-died"}


def test_a_file_that_kills_its_reader_does_not_stop_the_next(
    ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "child.py"
    program.write_text(
        "import os, runpy, sys\n"
        "from cyberassess.books import child, cells\n"
        "read = cells.read_book\n"
        "cells.read_book = lambda path: os.abort() if 'bad' in path else read(path)\n"
        "child.main()\n"
    )
    program.write_text(f"import sys\nsys.path.append({str(ROOT)!r})\n" + program.read_text())
    monkeypatch.setattr(guard, "PROGRAM", program)
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(ours.read_bytes())
    with Reader() as reader:
        first = reader.read(ours)
        assert cause_of(reader, bad) == "reader-died"
        assert reader.read(ours) == first


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
    whole_book = reader.read(ours)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 8])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        read = read_or_cause(reader, path)
        if isinstance(read, Book) and not read.saved:  # its part may go by another name now
            read = replace(read, saved=whole_book.saved)
        assert read == whole_book or read in CAUSES
