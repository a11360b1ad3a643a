"""What should perhaps not leave the house: secrets and personal numbers in files to be packed.

A warning, never proof: a person decides. What was not looked into is said.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cyberassess.sources.pdf_text import text_of

_PIECE = 1 << 20
_OVERLAP = 200
_MOST = 64 << 20
"""Bytes of one file that are looked at, unpacked."""
_MEGABYTES = _MOST >> 20
_WORD = rb"(?:pass\s?words?|passwd|passphrase|pass\s?code|pwd)"
_VALUE = (
    rb"[\"']?(?:(?=\S{0,40}[\d!@#$%^&*?])\S{6,}|(?<=[\"'])\S{4,}"
    rb"|(?!\w+(?:ed|en|ing|ly|et)\b)\S{8,80}\s*(?:[.;]|$))"
)
"""A word with a digit or sign in it, or in quotation marks, or that ends the sentence."""
_SIGNS = (
    ("a private key", re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    (
        "a password",
        re.compile(
            rb"(?im)\b(?:" + _WORD + rb"|secret)\b\s*[=:]\s*[^\s<\"']{6,}"
            rb"|\b" + _WORD + rb"\b(?:\s+(?:for|of|to|on)\s[^.\n]{1,60})?\s+is:?\s+" + _VALUE
        ),
    ),
    ("a cloud access key", re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    (
        "a National Insurance number",
        re.compile(rb"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
    ),
    ("a payment card number", re.compile(rb"\b(?:\d{4}[ -]){3}\d{4}\b")),
)
COLUMN = "a column of passwords"
_HEADING = re.compile(rb"(?i)(?:[\w./-]+ ){0,3}" + _WORD)
_SEPARATOR = re.compile(rb"[\t,;|]")
_PACKED = (".xml", ".txt", ".csv", ".json", ".html", ".md")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Sign(NamedTuple):
    """Something that looks as if it should not leave."""

    what: str
    times: int


class Looked(NamedTuple):
    """What a file seems to hold, and what of it was not looked into."""

    signs: tuple[Sign, ...]
    unread: tuple[str, ...]
    """In words; empty where all of it was."""


def look_into(path: Path) -> Looked:
    """Look for secrets in a file: text, packed office documents, PDF."""
    unread: list[str] = []
    return Looked(signs_in(_texts(path, unread)), tuple(unread))


def signs_in(texts: Iterable[bytes]) -> tuple[Sign, ...]:
    """Give what texts seem to hold; the columns of a table stand apart by tabs or commas."""
    counts: dict[str, int] = {}
    for text in texts:
        for what, sign in _SIGNS:
            counts[what] = counts.get(what, 0) + sum(1 for _ in sign.finditer(text))
        counts[COLUMN] = counts.get(COLUMN, 0) + _under_headings(text)
    return tuple(Sign(what, count) for what, count in counts.items() if count)


def heads_passwords(text: str) -> bool:
    """Say whether what stands under this heading of a table will be passwords."""
    return bool(_HEADING.fullmatch(" ".join(text.split()).encode("utf-8", "replace")))


def _under_headings(text: bytes) -> int:
    """Count what stands in columns headed as passwords."""
    columns: set[int] = set()
    count = 0
    for line in text.splitlines():
        cells = [cell.strip(b" \"'") for cell in _SEPARATOR.split(line)]
        if len(cells) > 1 or columns:
            count += sum(1 for at in columns if at < len(cells) and cells[at])
        columns |= {
            at for at, cell in enumerate(cells) if len(cells) > 1 and _HEADING.fullmatch(cell)
        }
        if not line.strip():
            columns = set()
    return count


def _texts(path: Path, unread: list[str]) -> Iterator[bytes]:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_PICTURES):
        unread.append("it is a picture")
    elif b"%PDF-" in start[:1024]:
        yield from _pdf_texts(path, unread)
    elif zipfile.is_zipfile(path):
        yield from _packed_texts(path, unread)
    elif start.startswith(_UTF16):
        with path.open("rb") as file:
            yield file.read(_MOST).decode("utf-16", "replace").encode()
    else:
        if b"\x00" in start:
            unread.append("it is of a kind that is not known here; only plain text was looked for")
        yield from _plain_texts(path)
    if path.stat().st_size > _MOST and not unread:
        unread.append(f"what lies behind its first {_MEGABYTES} MB")


def _pdf_texts(path: Path, unread: list[str]) -> Iterator[bytes]:
    with path.open("rb") as file:
        found = text_of(file.read(_MOST))
    unread += found.unread
    yield from (each.encode("utf-8", "replace") for each in found.texts)


def _packed_texts(path: Path, unread: list[str]) -> Iterator[bytes]:
    others, left = 0, _MOST
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.filename.endswith(_PACKED):
                    others += not info.filename.endswith((".rels", "/"))
                elif left > 0:
                    with archive.open(info) as part:
                        text = part.read(left)
                    left -= len(text)
                    text = re.sub(
                        rb"</w:tc>", b"\t", re.sub(rb"</w:(?:tr|p)>(?!</w:tc>)", b"\n", text)
                    )
                    # NOTE: tags between the letters of one number are rare enough
                    yield re.sub(rb"<[^<>]{0,500}>", b" ", text)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        unread.append("parts of it cannot be unpacked")
    if others:
        unread.append(f"{others} pictures or other parts inside")
    if left <= 0:
        unread.append(f"what lies behind its first {_MEGABYTES} MB")


def _plain_texts(path: Path) -> Iterator[bytes]:
    seen, before = 0, b""
    with path.open("rb") as file:
        while seen < _MOST and (piece := file.read(_PIECE)):
            seen += len(piece)
            yield before + piece
            before = piece[-_OVERLAP:]
