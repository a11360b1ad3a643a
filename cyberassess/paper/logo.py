"""Checking a logo from outside: a PNG or an SVG that can do nothing but be looked at.

A PNG is written anew from its picture data alone, so that nothing else in the file reaches a
document. An SVG is refused unless every element and attribute is one that only draws.
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError  # the type; parsing is defusedxml's

from cyberassess.paper.look import Logo

MOST_BYTES = 500_000
MOST_PIXELS = 4_000_000
MOST_SIDE = 4_000
MOST_ELEMENTS = 3_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWING = frozenset(
    ("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title",
     "desc", "defs", "linearGradient", "radialGradient", "stop", "clipPath")
)  # fmt: skip
_ATTRIBUTES = frozenset(
    ("id", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "d",
     "points", "width", "height", "viewBox", "transform", "fill", "fill-rule", "fill-opacity",
     "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
     "stroke-dasharray", "stroke-opacity", "opacity", "clip-path", "clip-rule", "offset",
     "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "spreadMethod",
     "preserveAspectRatio", "version", "clipPathUnits", "role")
)  # fmt: skip
_OUTSIDE = re.compile(r"url\s*\((?!\s*['\"]?#[\w.-]+['\"]?\s*\))|[:\\@<]", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Why a picture cannot be used, as a sentence, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.message, self.hint = message, hint


def read_logo(name: str, data: bytes) -> Logo:
    """Check a picture and give it as it may stand in a document.

    Raises:
        Refused: where it is anything but a harmless picture.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            f"The logo has {len(data):,} bytes.", f"The most is {MOST_BYTES:,}: make it smaller."
        )
    if name.casefold().endswith(".png"):
        return _png(data)
    if name.casefold().endswith(".svg"):
        return _svg(data)
    raise Refused(
        "The logo is neither a PNG nor an SVG, by the end of its name.",
        "Save it as logo.png or logo.svg.",
    )


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes


_BROKEN = ("The logo is not a whole PNG.", "Save it again as PNG.")


def _chunks(data: bytes) -> Iterator[_Chunk]:
    at = len(_SIGNATURE)
    while at < len(data):
        if at + 12 > len(data):
            raise Refused(*_BROKEN)
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) < 4 or struct.unpack(">I", check)[0] != zlib.crc32(kind + body):  # noqa: PLR2004
            raise Refused(*_BROKEN)
        yield _Chunk(kind, body)
        if kind == b"IEND":
            return
        at += 12 + length
    raise Refused(*_BROKEN)


def _png(data: bytes) -> Logo:
    if not data.startswith(_SIGNATURE):
        raise Refused("The logo is called PNG but is something else.", "Save it again as PNG.")
    chunks = list(_chunks(data))
    if chunks[0].kind != b"IHDR" or len(chunks[0].data) != 13:  # noqa: PLR2004 - as the format says
        raise Refused(*_BROKEN)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0].data)
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and width * height <= MOST_PIXELS):
        raise Refused(
            f"The logo has {width:,} by {height:,} points.",
            f"The most is {MOST_SIDE:,} on a side and {MOST_PIXELS:,} in all: make it smaller.",
        )
    if depth not in _DEPTHS.get(colour, ()):
        raise Refused(*_BROKEN)
    if interlaced:
        raise Refused("The logo is an interlaced PNG.", "Save it without interlacing.")
    wanted = height * (1 + -(-width * depth * _CHANNELS[colour] // 8))
    packed = b"".join(each.data for each in chunks if each.kind == b"IDAT")
    inflate = zlib.decompressobj()
    try:
        pixels = inflate.decompress(packed, wanted + 1)
    except zlib.error as cause:
        raise Refused(*_BROKEN) from cause
    if len(pixels) != wanted or any(pixels[row] > 4 for row in range(0, wanted, wanted // height)):  # noqa: PLR2004
        raise Refused(*_BROKEN)
    kept = [each for each in chunks if each.kind in {b"IHDR", b"PLTE", b"tRNS"}]
    if colour == 3 and not any(each.kind == b"PLTE" for each in kept):  # noqa: PLR2004
        raise Refused(*_BROKEN)
    clean = _written([*kept, _Chunk(b"IDAT", zlib.compress(pixels, 9)), _Chunk(b"IEND", b"")])
    address = f"data:image/png;base64,{base64.b64encode(clean).decode('ascii')}"
    return Logo(address, width, height, clean)


def _written(chunks: list[_Chunk]) -> bytes:
    parts = [_SIGNATURE]
    for kind, data in chunks:
        parts += [struct.pack(">I", len(data)), kind, data]
        parts.append(struct.pack(">I", zlib.crc32(kind + data)))
    return b"".join(parts)


def _svg(data: bytes) -> Logo:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    harmless = "Export it as a plain SVG of shapes only, or as PNG."
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as cause:
        raise Refused("The logo cannot be read as SVG, or declares a DTD.", harmless) from cause
    if root.tag != f"{_SVG}svg":
        raise Refused("The logo is called SVG but is something else.", harmless)
    for number, element in enumerate(root.iter()):
        if number >= MOST_ELEMENTS:
            raise Refused(f"The logo has more than {MOST_ELEMENTS:,} shapes.", harmless)
        _check_element(element, harmless)
    width, height = _size(root, harmless)
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    root.set("viewBox", root.get("viewBox") or f"0 0 {width:g} {height:g}")
    from xml.etree import ElementTree as ET

    ET.register_namespace("", _SVG[1:-1])
    clean = ET.tostring(root, encoding="utf-8")
    address = f"data:image/svg+xml;base64,{base64.b64encode(clean).decode('ascii')}"
    return Logo(address, width, height)


def _check_element(element: Element, harmless: str) -> None:
    name = str(element.tag).removeprefix(_SVG)
    if name not in _DRAWING:
        raise Refused(f'The logo holds "{name[:40]}", which is more than a shape.', harmless)
    for key, value in element.attrib.items():
        if key not in _ATTRIBUTES:
            raise Refused(f'The logo uses "{key[:40]}", which is more than a shape.', harmless)
        if _OUTSIDE.search(value):
            raise Refused(f'The logo refers to something outside itself in "{key}".', harmless)


def _size(root: Element, harmless: str) -> tuple[float, float]:
    box = _NUMBER.findall(root.get("viewBox", ""))
    sides = box[2:4] if len(box) == 4 else [  # noqa: PLR2004 - left, top, width, height
        found[0] for key in ("width", "height") if (found := _NUMBER.match(root.get(key, "")))
    ]  # fmt: skip
    numbers = [float(each) for each in sides]
    if len(numbers) != 2 or not all(0 < each <= 100_000 for each in numbers):  # noqa: PLR2004
        raise Refused("The logo does not say how wide and high it is.", harmless)
    return numbers[0], numbers[1]
