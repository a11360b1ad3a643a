"""The words of a PDF, near enough to look for something in them, and the files inside it.

Of its words no more than its page contents are read: streams that are deflated or plain, their
strings decoded by every table of characters in the file. What stands in pictures, in encrypted
files and in streams packed otherwise is not seen, and that is said.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MOST = 64 << 20
"""Bytes that are unpacked of one file."""
_MOST_ATTACHED = 100_000_000
"""Bytes that are unpacked of one file inside it."""
_MOST_TABLES = 40
_DICTIONARY = 1_000
"""Bytes before a stream in which its dictionary stands."""
_SPACE = 180
"""A step back in thousandths of the letter's size, from which on it stands for a space."""
_TOKEN = re.compile(
    rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|(?<![\w.-])-?\d+(?:\.\d+)?|\bT[dDmLJj*]|\bET\b|[\[\]]",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b"", b"\r": b""}
_HEX = rb"\s*<([0-9A-Fa-f]{2,32})>"
_CHARACTER = re.compile(_HEX * 2)
_RANGE = re.compile(_HEX * 3)
_MOST_CODES = 1 << 17
"""Characters of one table; no honest one has more."""


class PdfText(NamedTuple):
    """What could be read of a PDF."""

    texts: tuple[str, ...]
    """The same words several times, by each table of characters."""
    unread: tuple[str, ...]
    """What was not looked into, in words."""


def text_of(data: bytes) -> PdfText:
    """Read the words of a PDF; never raises, whatever it holds."""
    if b"/Encrypt" in data:
        return PdfText((), ("it is encrypted",))
    pages: list[bytes] = []
    tables: list[Mapping[bytes, str]] = []
    pictures = strange = left = 0
    for dictionary, raw in _streams(data):
        if b"/Image" in dictionary:
            pictures += 1
            continue
        stream = _unpacked(dictionary, raw, MOST - left)
        if stream is None:
            strange += 1
            continue
        left += len(stream)
        if b"begincmap" in stream and len(tables) < _MOST_TABLES:
            table = _table(stream)
            tables += [table] if table not in tables else []
        elif b"Tj" in stream or b"TJ" in stream:
            pages.append(stream)
    strings = [list(_strings(page)) for page in pages]
    latin = ("".join(e.decode("latin-1") for e in each) for each in strings)
    mapped = ("".join(_decoded(e, table) for e in each) for each in strings for table in tables)
    texts = tuple(each for each in (*latin, *mapped) if each.strip())
    unread = [f"{pictures} of its pictures"] if pictures else []
    unread += [f"{strange} of its parts that are packed in another way"] if strange else []
    unread += [] if texts else ["it holds no words that could be read; it may be a scan"]
    unread += ["what lies behind its first 64 MB"] if left >= MOST else []
    return PdfText(texts, tuple(unread))


def attachments(data: bytes) -> tuple[bytes, ...]:
    """Give every file that travels inside a PDF and could be unpacked."""
    inside = (each for each in _streams(data) if b"/EmbeddedFile" in each[0])
    unpacked = (_unpacked(dictionary, raw, _MOST_ATTACHED) for dictionary, raw in inside)
    return tuple(each for each in unpacked if each is not None)


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while (start := data.find(b"stream", at)) >= 0:
        end = data.find(b"endstream", start + 6)
        if end < 0:
            return
        first = start + 6 + (2 if data[start + 6 : start + 8] == b"\r\n" else 1)
        before = data[max(at, start - _DICTIONARY) : start]
        yield before[before.rfind(b" obj") + 1 :], data[first:end]
        at = end + 9


def _unpacked(dictionary: bytes, raw: bytes, most: int) -> bytes | None:
    """Give a stream's content; ``None`` where it is packed in a way that is not read."""
    filters = re.findall(rb"/(\w+Decode)", dictionary)
    if filters and filters != [b"FlateDecode"]:
        return None
    if b"/DecodeParms" in dictionary:
        return b""  # NOTE: a table of the file's objects, never a page
    if not filters:
        return raw[:most]
    try:
        return zlib.decompressobj().decompress(raw, max(most, 1))
    except zlib.error:
        return None


def _strings(page: bytes) -> Iterator[bytes]:
    """Give the strings a page shows, and a space wherever it moves on."""
    inside = False
    for found in _TOKEN.finditer(page):
        token = found[0]
        if token[:1] == b"(":
            yield _ESCAPE.sub(_escaped, token[1:-1])
        elif token[:1] == b"<":
            digits = b"".join(token[1:-1].split())
            yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        elif token in b"[]":
            inside = token == b"["
        elif token[:1].isalpha():
            if token not in (b"TJ", b"Tj", b"TL"):
                yield _GAP
        elif inside and float(token) < -_SPACE:
            yield _GAP


_GAP = b" "


def _escaped(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if text[:1].isdigit():
        return bytes([int(text, 8) & 255])
    return _ESCAPES.get(text, text)


def _table(stream: bytes) -> Mapping[bytes, str]:
    """Give the characters that codes stand for."""
    found: dict[bytes, str] = {}
    left = _MOST_CODES
    for part in re.split(rb"begin(?=bf)", stream):
        codes = part.partition(b"endbf")[0]
        if part.startswith(b"bfrange"):
            for first, last, start in _RANGE.findall(codes):
                more = dict(_in_range(first, last, start, left))
                left -= len(more)
                found |= more
        elif part.startswith(b"bfchar"):
            found |= {_code(e): _characters(c) for e, c in _CHARACTER.findall(codes)}
    return found


def _in_range(first: bytes, last: bytes, start: bytes, most: int) -> Iterator[tuple[bytes, str]]:
    code, text = _code(first), _characters(start)
    low, width = int.from_bytes(code, "big"), len(code)
    high = min(int(last, 16), 256**width - 1, low + most - 1)
    for each in range(low, high + 1 if text else low):
        point = ord(text[-1]) + each - low
        yield each.to_bytes(width, "big"), text[:-1] + chr(min(point, 0xFFFD))


def _code(digits: bytes) -> bytes:
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _characters(digits: bytes) -> str:
    return _code(digits).decode("utf-16-be", "replace")


def _decoded(string: bytes, table: Mapping[bytes, str]) -> str:
    if string == _GAP:
        return " "
    width = len(next(iter(table), b" "))
    pieces = (string[at : at + width] for at in range(0, len(string), width))
    return "".join(table.get(each, "") for each in pieces)
