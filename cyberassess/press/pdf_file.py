"""The outer form of a PDF file: numbered objects packed together, numbers, names and texts.

Source: ISO 32000-1 (PDF 1.7), 7.3 and 7.5.
"""

import re
import zlib
from collections.abc import Iterable, Sequence

_IN_A_STREAM = 400
"""Objects packed into one stream."""
_LEVEL = 5


class File:
    """A PDF file in the making: numbered objects, most of them packed."""

    def __init__(self) -> None:
        """Begin with no object."""
        self._plain: list[bytes] = []
        self._streams: list[bytes | None] = []

    def reserve(self) -> int:
        """Give a number whose object comes later."""
        self._plain.append(b"")
        self._streams.append(None)
        return len(self._plain)

    def put(self, number: int, body: bytes, stream: bytes | None = None) -> int:
        """Set a reserved object."""
        self._plain[number - 1] = body
        self._streams[number - 1] = stream
        return number

    def add(self, body: bytes, stream: bytes | None = None) -> int:
        """Add an object; a dictionary that heads a stream comes without its length."""
        return self.put(self.reserve(), body, stream)

    def add_stream(self, body: bytes, stream: bytes) -> int:
        """Add a stream, made smaller."""
        return self.put_stream(self.reserve(), body, stream)

    def add_packed(self, stream: bytes) -> int:
        """Add a stream that was made smaller already."""
        return self.add(b"<</Filter/FlateDecode>>", stream)

    def put_stream(self, number: int, body: bytes, stream: bytes) -> int:
        """Set a reserved object to a stream, made smaller."""
        head = body[:-2] + b"/Filter/FlateDecode>>"
        return self.put(number, head, zlib.compress(stream, _LEVEL))

    def written(self, root: int, info: int, identifier: str) -> bytes:
        """Give the whole file."""
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        rows: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
        packed: list[tuple[int, bytes]] = []
        for number, (body, stream) in enumerate(
            zip(self._plain, self._streams, strict=True), start=1
        ):
            if stream is None:
                packed.append((number, body))
                continue
            rows[number] = (1, len(out), 0)
            out += _stream_object(number, body, stream)
        last = len(self._plain)
        for at in range(0, len(packed), _IN_A_STREAM):
            last += 1
            some = packed[at : at + _IN_A_STREAM]
            rows |= {number: (2, last, place) for place, (number, _) in enumerate(some)}
            rows[last] = (1, len(out), 0)
            out += _packed(last, some)
        last += 1
        rows[last] = (1, len(out), 0)
        table = b"".join(
            kind.to_bytes(1, "big") + where.to_bytes(4, "big") + place.to_bytes(2, "big")
            for _, (kind, where, place) in sorted(rows.items())
        )
        start = len(out)
        head = (
            f"<</Type/XRef/Size {last + 1}/W[1 4 2]/Root {root} 0 R/Info {info} 0 R"
            f"/ID[<{identifier}><{identifier}>]/Filter/FlateDecode>>"
        )
        out += _stream_object(last, head.encode(), zlib.compress(table, 9))
        out += f"startxref\n{start}\n%%EOF\n".encode()
        return bytes(out)


def _stream_object(number: int, body: bytes, stream: bytes) -> bytes:
    head = body[:-2] + b"/Length %d>>" % len(stream)
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, stream)


def _packed(number: int, some: Sequence[tuple[int, bytes]]) -> bytes:
    places: list[str] = []
    at = 0
    for each, body in some:
        places.append(f"{each} {at}")
        at += len(body) + 1
    first = " ".join(places).encode() + b"\n"
    data = zlib.compress(first + b"\n".join(body for _, body in some), _LEVEL)
    head = f"<</Type/ObjStm/N {len(some)}/First {len(first)}/Filter/FlateDecode>>"
    return _stream_object(number, head.encode(), data)


def references(numbers: Iterable[int]) -> bytes:
    """Write references to objects."""
    return b" ".join(b"%d 0 R" % each for each in numbers)


def number_of(value: float) -> bytes:
    """Write a number, to a thousandth."""
    if value == int(value):
        return b"%d" % int(value)
    return f"{value:.3f}".rstrip("0").encode()


def text_of(text: str) -> bytes:
    """Write a text string; whatever is not plain ASCII as UTF-16."""
    if text.isascii() and text.isprintable():
        return b"(" + re.sub(rb"([\\()])", rb"\\\1", text.encode()) + b")"
    return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"


def date_of(when: str) -> bytes:
    """Write a date given as ISO text."""
    return b"(D:%s)" % when[:10].replace("-", "").encode()
