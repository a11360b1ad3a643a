"""Files made to hurt whoever opens them: each ends as a fixed cause, soon and in little room."""

import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import openpyxl
import pytest

from cyberassess.books.guard import CAUSES, Reader
from cyberassess.errors import MOST_REMARKS, WorkbookError
from tests.books.council import ask, receive, write
from tests.books.odd import MAIN, SHEET, changed, inline, parts_of, rows

SECONDS, MEGABYTES = 10, 500
STRINGS = "xl/sharedStrings.xml"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE sst [{}]>'
ONE_TEXT = f'<sst xmlns="{MAIN}"><si><t>{{}}</t></si></sst>'
NOTHING = b"<x/>"


def entities(count: int) -> str:
    """Give entities each of which is ten of the one before."""
    lines = ['<!ENTITY e0 "lol">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, count)]
    return "".join(lines)


def laughs(ours: Path) -> bytes:
    text = DOCTYPE.format(entities(10)) + ONE_TEXT.format("&e9;")
    return changed(ours, lambda parts: parts.update({STRINGS: text.encode()}))


def quadratic(ours: Path) -> bytes:
    start = DOCTYPE.format(f'<!ENTITY a "{"a" * 100_000}">')
    text = start + ONE_TEXT.format("&a;" * 50_000)
    return changed(ours, lambda parts: parts.update({STRINGS: text.encode()}))


def external(ours: Path) -> bytes:
    start = DOCTYPE.format('<!ENTITY a SYSTEM "file:///etc/passwd">')
    text = start + ONE_TEXT.format("&a;")
    return changed(ours, lambda parts: parts.update({STRINGS: text.encode()}))


def one_long_string(ours: Path, *, lie: bool) -> bytes:
    """Pack 600 MB of one letter; where it lies, the directory says it is little."""
    path = ours.with_name("long.xlsx")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts_of(ours).items():
            if name != STRINGS:
                archive.writestr(name, content)
        with archive.open(STRINGS, "w") as part:
            start, end = (each.encode() for each in ONE_TEXT.split("{}"))
            part.write(start)
            for _ in range(600):
                part.write(b"a" * 1_000_000)
            part.write(end)
    data = bytearray(path.read_bytes())
    if lie:
        place = data.rfind(b"PK\x01\x02", 0, data.rfind(STRINGS.encode()))
        struct.pack_into("<I", data, place + 24, 60_000_000)
    return bytes(data)


def two_far_cells(ours: Path) -> bytes:
    far = inline("A1", "x") + inline("XFD1048576", "y")
    return changed(ours, lambda parts: parts.update({SHEET: rows(far)}))


def nested(ours: Path) -> bytes:
    deep = "<x>" * 300_000 + "</x>" * 300_000
    return changed(ours, lambda parts: parts.update({SHEET: rows(deep)}))


def many_attributes(ours: Path) -> bytes:
    cell = "".join(f' a{n}="1"' for n in range(80_000))
    text = f'<row r="1"><c r="A1"{cell}/></row>'
    return changed(ours, lambda parts: parts.update({SHEET: rows(text)}))


def noise(ours: Path, piece: bytes, times: int) -> bytes:
    """Fill a sheet with one piece, and the file with enough chaff to look honest."""
    path = ours.with_name("noise.xlsx")
    start, end = rows("@").split(b"@")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts_of(ours).items():
            archive.writestr(name, content if name != SHEET else start + piece * times + end)
        archive.writestr("xl/media/chaff.bin", Random(1).randbytes(700_000))  # noqa: S311 - chaff
    return path.read_bytes()


def endless_tag(ours: Path) -> bytes:
    return noise(ours, b'<row r="1"><c x="' + b"ab" * 35_000_000, 1)


def empty_cells(ours: Path) -> bytes:
    return noise(ours, b"<row><c/><c/><c/></row>", 1_000_000)


def full_cells(ours: Path) -> bytes:
    return noise(ours, b"<row><c><v>1</v></c></row>", 2_500_000)


def one_text_often(ours: Path) -> bytes:
    """Name a text of 10,000 characters from 100,000 cells."""
    text = ONE_TEXT.format("a" * 10_000).encode()
    cells = '<row><c t="s"><v>0</v></c></row>' * 99_000
    return changed(ours, lambda parts: parts.update({STRINGS: text, SHEET: rows(cells)}))


ATTACKS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "billion laughs": (laughs, "unsafe-content"),
    "quadratic blow-up": (quadratic, "unsafe-content"),
    "external entity": (external, "unsafe-content"),
    "600 MB in one string": (lambda ours: one_long_string(ours, lie=False), "too-large"),
    "600 MB that claim to be 60": (lambda ours: one_long_string(ours, lie=True), "damaged"),
    "300,000 nested elements": (nested, "unsafe-content"),
    "80,000 attributes": (many_attributes, "unsafe-content"),
    "a tag that does not end": (endless_tag, "unsafe-content"),
    "4 million empty cells": (empty_cells, "too-large"),
    "2.5 million cells": (full_cells, "too-large"),
    "one text 99,000 times": (one_text_often, "too-large"),
}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ours"), ask("A1.a"))


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as each:
        yield each


def most_memory(reader: Reader) -> float:
    """Give the most megabytes the child held at once; 0 where the system does not say."""
    if sys.platform != "linux" or reader._child is None:
        return 0
    status = Path(f"/proc/{reader._child.process.pid}/status").read_text("utf-8")
    line = next((each for each in status.splitlines() if each.startswith("VmHWM")), "x 0")
    return int(line.split()[1]) / 1_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_end_soon_and_in_little_room(name: str, ours: Path, reader: Reader) -> None:
    make, expected = ATTACKS[name]
    path = ours.with_name("attack.xlsx")
    path.write_bytes(make(ours))
    reader.read(ours)
    begun = time.monotonic()
    with pytest.raises(WorkbookError) as caught:
        reader.read(path)
    spent, code = time.monotonic() - begun, caught.value.problems[0].code
    assert spent < SECONDS
    # NOTE: on a machine with much else to do the time may be up before the attack is seen
    assert code == expected or (spent > SECONDS / 2 and code == "took-too-long")
    assert expected in CAUSES
    assert most_memory(reader) < MEGABYTES
    assert len(reader.read(ours).sheets) == 5


def test_two_cells_far_apart_are_two_cells(ours: Path, reader: Reader) -> None:
    path = ours.with_name("attack.xlsx")
    path.write_bytes(two_far_cells(ours))
    begun = time.monotonic()
    cells = reader.read(path).sheets[0].cells
    assert [each.address for each in cells] == ["A1", "XFD1048576"]
    assert time.monotonic() - begun < SECONDS
    assert most_memory(reader) < 100


HOSTILE = (
    ". " * 16_000,
    "=" + "VALUE(" * 1_300,
    "=" + "COUNTIFS(" * 900 + "of 1 answered",
    "1" * 32_000,
    " " * 32_000 + "x",
    "a" * 32_000,
    "a, " * 10_000,
    "About 1 minutes for " * 1_600,
    "last year: " * 3_000,
    "A1.a.NA.1" * 3_000,
    "(" * 32_000,
    "31 " * 10_000,
)


@pytest.mark.slow
@pytest.mark.parametrize("where", [0, 1, 2])
def test_texts_made_to_be_slow_to_recognise(where: int, ours: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ours)
    sheet = book.worksheets[where]
    for column in range(1, 8):
        for row, text in enumerate(HOSTILE, start=60):
            cell = sheet.cell(row, column)
            cell.value = text
            cell.data_type = "f" if text.startswith("=") else "s"
    path = tmp_path / "hostile.xlsx"
    book.save(path)
    begun = time.process_time()
    found = receive(path)
    assert time.process_time() - begun < SECONDS
    assert len(found.problems) > len(HOSTILE)


@pytest.mark.slow
def test_thousands_of_refs_that_are_none_are_soon_reported(ours: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ours)
    for row in range(60, 10_060):
        book.worksheets[1].cell(row, 1).value = f"A1.a.NA.{row}{row % 7}"
    path = tmp_path / "refs.xlsx"
    book.save(path)
    begun = time.process_time()
    found = receive(path)
    assert time.process_time() - begun < SECONDS
    assert len(found.problems) == MOST_REMARKS + 1
    assert found.problems[-1].code == "more-remarks"
