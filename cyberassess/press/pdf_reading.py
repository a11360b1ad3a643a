"""What can be read out of a PDF this program printed, without a library that reads all of them.

Every stream is looked at for itself: attachments are whole streams, and the glyphs of a page's
text are put back into letters with each font's own table. Nothing is resolved, laid out or run.
Source: ISO 32000-1 (PDF 1.7), 7.5.8 (streams), 7.11.4 (embedded files), 9.10.3 (ToUnicode).
"""

import re
import zlib
from collections.abc import Iterator

_BEGINS = re.compile(rb">>\s{0,4}stream\r?\n")
_HEAD = 1000
"""Bytes before a stream in which its dictionary is looked for."""
_LENGTH = re.compile(rb"/Length (\d+)")
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>")
_GLYPHS = re.compile(rb"<([0-9a-fA-F\s]+)>")
_MOST = 100_000_000
"""Bytes a stream may unpack to."""


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give every stream that can be unpacked, with its dictionary."""
    for found in _BEGINS.finditer(data):
        head = data[max(0, found.start() - _HEAD) : found.start()].rpartition(b" obj")[2]
        length = _LENGTH.search(head)
        raw = data[found.end() : found.end() + int(length[1])] if length else b""
        if b"/FlateDecode" in head:
            try:
                raw = zlib.decompressobj().decompress(raw, _MOST)
            except zlib.error:
                continue
        yield head, raw


def attachments(data: bytes) -> tuple[bytes, ...]:
    """Give every file that travels inside a PDF."""
    return tuple(raw for head, raw in _streams(data) if b"/EmbeddedFile" in head)


def texts(data: bytes) -> Iterator[str]:
    """Give the text of all pages, read with each font's table in turn, without spaces."""
    streams = [raw for head, raw in _streams(data) if b"/Length1" not in head]
    tables = {tuple(_PAIR.findall(raw)) for raw in streams if b"begincmap" in raw}
    pages = [raw for raw in streams if re.search(rb"\bBT\b", raw) and b"begincmap" not in raw]
    for table in sorted(tables, key=len, reverse=True):
        letters = {glyph.lower(): chr(int(letter, 16)).strip() for glyph, letter in table}
        yield "".join(each for page in pages for each in _letters(page, letters))


def _letters(page: bytes, table: dict[bytes, str]) -> Iterator[str]:
    for found in _GLYPHS.findall(page):
        glyphs = b"".join(found.split()).lower()
        for at in range(0, len(glyphs), 4):
            yield table.get(glyphs[at : at + 4], "")
