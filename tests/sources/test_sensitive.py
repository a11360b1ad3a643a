"""Secrets are found in whatever they are written in; what is not looked at is said."""

import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from cyberassess.sources.pdf_text import text_of
from cyberassess.sources.sensitive import look_into
from cyberassess.steps.pack.redacting import look_into_all


def found(path: Path) -> list[str]:
    return [each.what for each in look_into(path).signs]


@pytest.mark.parametrize(
    "text",
    [
        "password: correcthorse",
        "The password for the finance server is hunter2!",
        "the password for X is correcthorse.",
        'Its passphrase is "salt"',
        "the pwd is: Tr0ub4dor",
        "secret = abcdef123",
    ],
)
def test_a_password_is_found_however_it_is_said(tmp_path: Path, text: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / "note.txt"
        path.write_text(text, encoding=encoding)
        assert found(path) == ["a password"]


@pytest.mark.parametrize(
    "text",
    [
        "The password policy is documented.",
        "The password for each account is changed every 90 days.",
        "Passwords are stored in a vault; the password is never sent.",
        "Password: yes",
    ],
)
def test_words_about_passwords_are_no_password(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text(text)
    assert found(path) == []


def test_a_column_headed_password_is_found(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text('user,"Admin password"\nalice,tulip\nbob,rose\n')
    assert look_into(path).signs[0]._asdict() == {"what": "a column of passwords", "times": 2}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Accounts",), ("User", None, "Password"), ("alice", "x", "tulip")):
        sheet.append(row)
    book.save(tmp_path / "accounts.xlsx")
    ((_, looked),) = look_into_all({"EV-001": tmp_path / "accounts.xlsx"})
    assert looked.signs == (("a column of passwords", 1),)


def test_a_table_of_a_document_is_looked_into(tmp_path: Path) -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = [("User", "Password"), ("alice", "tulip")]
    table = "".join(f"<w:tr>{''.join(map(cell.format, row))}</w:tr>" for row in rows)
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", f"<w:tbl>{table}</w:tbl>")
        archive.writestr("word/media/image1.png", b"\x89PNG")
    looked = look_into(tmp_path / "a.docx")
    assert looked.signs == (("a column of passwords", 1),)
    assert looked.unread == ("1 pictures or other parts inside",)


def pdf(*streams: tuple[bytes, bytes]) -> bytes:
    """Give what is enough of a PDF: its streams, each with its dictionary."""
    body = b"".join(
        b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (number, dictionary, data)
        for number, (dictionary, data) in enumerate(streams, start=1)
    )
    return b"%PDF-1.7\n" + body + b"%%EOF"


FLATE = b"/Filter /FlateDecode"


def test_the_words_of_a_pdf_are_read_letter_by_letter(tmp_path: Path) -> None:
    page = b"BT /F1 12 Tf [(The pass) -20 (word) -250 (for X)] TJ T* (is hun\\164er2\\041) Tj ET"
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf((FLATE, zlib.compress(page))))
    assert look_into(path) == ((("a password", 1),), ())


def test_characters_by_number_are_looked_up_in_the_files_tables(tmp_path: Path) -> None:
    table = b"begincmap 1 beginbfrange <0003> <005F> <0020> endbfrange endcmap"
    words = "The password is hunter2!"
    codes = "".join(f"{ord(each) - 29:04x}" for each in words).encode()
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf((b"", b"<" + codes + b"> Tj"), (FLATE, zlib.compress(table))))
    assert look_into(path).signs == (("a password", 1),)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf((b"/Encrypt 5 0 R", b"")), "it is encrypted"),
        (pdf((b"/Subtype /Image", b"x")), "1 of its pictures"),
        (pdf((b"/Filter /LZWDecode", b"x")), "1 of its parts that are packed in another way"),
        (pdf((FLATE, b"not deflated")), "1 of its parts that are packed in another way"),
        (pdf(), "it holds no words that could be read; it may be a scan"),
    ],
)
def test_what_of_a_pdf_is_not_looked_into_is_said(data: bytes, said: str) -> None:
    assert said in text_of(data).unread


@pytest.mark.parametrize(
    "table",
    [
        b"begincmap beginbfrange <ff> <ffff> <0041> endbfrange",
        b"begincmap " + b"beginbfrange <0000> <ffff> <0041> endbfrange " * 500,
        b"begincmap beginbfchar <0> <0> <> <00> endbfchar",
        b"begincmap beginbfrange <00> <01> <dbff> endbfrange",
    ],
)
def test_a_hostile_table_neither_hangs_nor_stops_it(table: bytes) -> None:
    page = (b"", b"<00ff> Tj (\\777) Tj (((( Tj [ -99999999999999999999 ] TJ")
    assert text_of(pdf(page, (b"", table))).texts is not None


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "it is a picture"),
        ("a.bin", b"\x01\x00\x02", "it is of a kind that is not known here; only plain text was "
         "looked for"),
        ("a.txt", b"nothing", ""),
    ],
)  # fmt: skip
def test_what_was_not_looked_into_is_said(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert look_into(path).unread == ((said,) if said else ())


def test_a_workbook_that_cannot_be_opened_is_looked_through_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", "<x/>")
        archive.writestr("xl/workbook.xml", "<password: correcthorse")
    ((_, looked),) = look_into_all({"EV-001": path})
    assert [each.what for each in looked.signs] == ["a password"]
    assert looked.unread[0].startswith("its cells (The workbook is damaged")
