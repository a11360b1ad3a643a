"""Takes what the engine painted, before it writes a file of its own: pages, links, fonts, places.

Everything read here is the engine's own business and may change with its version; the tests of the
finished file say so when it does.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cyberassess.press.fragment import (
    FONTS,
    Drawing,
    FontUse,
    Fragment,
    Leaf,
    Link,
    Mark,
    Node,
    packed,
)
from cyberassess.press.tags import Tags

POINT = 0.75
"""Points to a pixel of the engine."""
_NOT_ARCHIVAL = frozenset({"Interpolate"})
"""What the engine says of every picture and no archive takes.

Source: ISO 19005-3 (PDF/A-3), 6.2.8.
"""


class Taken:
    """Takes what the engine paints, before it writes a file of its own."""

    def __init__(
        self, document: Any, *, ours: Mapping[str, str], engine: str, first: int = 0
    ) -> None:
        """Stand ready to take a document's pages as they are painted.

        Args:
            document: as the engine laid it out.
            ours: the names of our own fonts, which stay whole, keyed by their hash.
            engine: name and version.
            first: the number of the first piece of marked content on the first page.
        """
        self._document = document
        self._engine = engine
        self._ours = ours
        self._tags = Tags()
        self._first = first
        self._leaves: list[Leaf] = []
        self._drawn: list[bytes] = []
        self._objects: list[tuple[bytes, bytes | None]] = []
        self._numbers: dict[bytes, int] = {}
        self._by_reference: dict[bytes, Any] = {}
        self._resources: Any = {}
        self._links = [_links(page) for page in document.pages]
        for number, page in enumerate(document.pages):
            page.links = []
            page.paint = self._painter(number, page)

    def _painter(self, number: int, page: Any) -> Callable[[Any, float], None]:
        paint = page.paint

        def painted(stream: Any, scale: float = 1) -> None:
            marks: dict[Any, dict[str, Any]] = {}
            stream._tags = marks  # noqa: SLF001 - the engine numbers what it draws into it
            paint(stream, scale)
            first = 0 if number else self._first
            for each in marks.values():
                each["mcid"] += first
            sheet = page._page_box  # noqa: SLF001 - the structure follows from the boxes
            links = _by_box(self._links[number])
            owners = self._tags.add_page(number, sheet, marks, links)
            for font in stream._fonts.values():  # noqa: SLF001
                if font.clean is not _nothing and sha256(font.file_content) in self._ours:
                    font.clean = _nothing
            self._drawn.append(b"q\n" + _commands(stream.stream, owners, first) + b"\nQ")
            self._leaves.append(
                Leaf(
                    round(page.width * POINT, 3),
                    round(page.height * POINT, 3),
                    str(getattr(sheet.page_type, "name", "") or ""),
                    first,
                    first + len(marks),
                    b"",
                    tuple(link for link, _ in self._links[number]),
                )
            )
            stream.stream.clear()

        return painted

    def finish(self, _document: object, pdf: Any) -> None:
        """Take over the engine's objects, and leave it an empty file to write."""
        self._by_reference = {each.reference: each for each in pdf.objects}
        page = self._by_reference[pdf.page_references[0]]
        self._resources = self._by_reference[page["Resources"]]
        del pdf.objects[3:]
        pdf.info.clear()

    @property
    def silent(self) -> list[str]:
        """Pictures without a text to say instead of them."""
        return list(dict.fromkeys(self._tags.silent))

    def fragment(self) -> Fragment:
        """Give what was taken."""
        pages = self._document.pages
        about = self._document.metadata
        nodes = self._tags.finish()
        drawings = list(self._drawings())
        drawn = self._drawn
        fonts: dict[str, FontUse] = {}
        for each in self._document.fonts.values():
            _add_use(fonts, each, self._ours)
        renamed = {old: use.key for old, use in fonts.items() if old != use.key}
        # NOTE: the engine calls the first picture of every part the same.
        part = sha256(b"".join(drawn))[:8]
        renamed |= {each.key: f"{each.key}{part}" for each in drawings if not each.is_shared}
        drawn = [_renamed(each, renamed) for each in drawn]
        drawings = [replace(each, key=renamed.get(each.key, each.key)) for each in drawings]
        return Fragment(
            leaves=[
                replace(leaf, packed=packed(each))
                for leaf, each in zip(self._leaves, drawn, strict=True)
            ],
            nodes=nodes,
            anchors=_anchors(pages),
            marks=_marks(pages),
            fonts=list(fonts.values()),
            drawings=drawings,
            objects=self._objects,
            room=_room(pages[-1]),
            about={
                "title": about.title or "",
                "authors": ", ".join(about.authors),
                "subject": about.description or "",
                "creator": about.generator or "",
                "created": about.created or "",
                "modified": about.modified or "",
                "language": about.lang or "",
                "engine": self._engine,
            },
            portable=all(each.ours for each in fonts.values()),
        )

    def _drawings(self) -> Iterator[Drawing]:
        for kind in ("ExtGState", "XObject", "Pattern", "Shading"):
            for key, value in self._resources.get(kind, {}).items():
                yield Drawing(kind, key, self._written(value))

    def _written(self, value: Any) -> bytes:
        """Write a value of the engine's file, references as places in our own list."""
        if isinstance(value, bytes) and value.endswith(b" 0 R"):
            if value == self._resources["Font"]:
                return FONTS
            return b"\0%d\0" % self._number(value)
        if isinstance(value, Mapping):
            pairs = (
                b"/%s %s" % (str(key).encode(), self._written(each))
                for key, each in value.items()
                if key not in _NOT_ARCHIVAL
            )
            return b"<<" + b"".join(pairs) + b">>"
        if isinstance(value, list | tuple):
            return b"[" + b" ".join(map(self._written, value)) + b"]"
        data = getattr(value, "data", None)
        if isinstance(data, bytes):
            return data
        if isinstance(value, bytes):
            return value
        if isinstance(value, float):
            return f"{value:f}".rstrip("0").rstrip(".").encode()
        return str(value).encode("ascii")

    def _number(self, reference: bytes) -> int:
        if reference not in self._numbers:
            self._numbers[reference] = number = len(self._objects)
            self._objects.append((b"", None))
            found = self._by_reference[reference]
            if hasattr(found, "stream"):
                body = self._written(found.extra)
                stream = b"\n".join(_piece(each) for each in found.stream)
                self._objects[number] = (body, stream)
            else:
                self._objects[number] = (self._written(found), None)
        return self._numbers[reference]


def sha256(data: bytes) -> str:
    """Give the hash that a font is known by."""
    return hashlib.sha256(data).hexdigest()


def _nothing(*_: object) -> None:
    """Leave a font whole: our own are small, and shared by all parts of a document."""


def _piece(command: Any) -> bytes:
    if isinstance(command, bytes):
        return command
    data = getattr(command, "data", None)
    return data if isinstance(data, bytes) else str(command).encode("ascii")


def _commands(commands: list[Any], owners: Mapping[int, Node | None], first: int) -> bytes:
    """Join a page's drawing commands; what no node owns becomes an artifact."""
    pieces: list[bytes] = []
    for at, command in enumerate(commands):
        if command == b"BDC":
            number = commands[at - 1]["MCID"] + first
            owner = owners.get(number)
            if owner is None:
                pieces[-2:] = [b"/Artifact", b"<</Type/Pagination>>"]
            else:
                pieces[-2:] = [b"/" + owner.tag.encode(), _property(number, owner)]
            pieces.append(command)
        else:
            pieces.append(_piece(command))
    return b"\n".join(pieces)


def _property(number: int, owner: Node) -> bytes:
    if not owner.actual:
        return b"<</MCID %d>>" % number
    actual = owner.actual.encode("utf-16-be").hex().encode()
    return b"<</MCID %d/ActualText<feff%s>>>" % (number, actual)


def _renamed(commands: bytes, names: Mapping[str, str]) -> bytes:
    if not names:
        return commands
    old = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    named = re.compile(rf"/({old})(?= (?:\S+ Tf|Do|gs|sh|scn|SCN)\b)".encode())
    return named.sub(lambda found: b"/" + names[found[1].decode()].encode(), commands)


def _links(page: Any) -> list[tuple[Link, Any]]:
    found: list[tuple[Link, Any]] = []
    for kind, target, (left, top, right, bottom), box in page.links:
        if kind not in {"internal", "external"}:
            continue
        corners = (left, page.height - bottom, right, page.height - top)
        said = " ".join("".join(box.element.itertext()).split())
        place = tuple(round(each * POINT, 2) for each in corners)
        found.append((Link(place, target, kind == "internal", said or target), box))
    return found


def _by_box(links: list[tuple[Link, Any]]) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for number, (_, box) in enumerate(links):
        places.setdefault(id(box), []).append(number)
    return places


def _anchors(pages: list[Any]) -> dict[str, tuple[int, float, float]]:
    found: dict[str, tuple[int, float, float]] = {}
    for number, page in enumerate(pages):
        for name, (x, y, *_) in page.anchors.items():
            found.setdefault(
                name, (number, round(x * POINT, 2), round((page.height - y) * POINT, 2))
            )
    return found


def _marks(pages: list[Any]) -> list[Mark]:
    return [
        Mark(level, label, number, round(x * POINT, 2), round((page.height - y) * POINT, 2))
        for number, page in enumerate(pages)
        for level, label, (x, y), _ in page.bookmarks
    ]


def _room(page: Any) -> tuple[float, float, float]:
    """Say where the text of a page begins, ends and could end, in points from the top."""
    sheet = page._page_box  # noqa: SLF001 - what the engine tells nobody else
    root = next(each for each in sheet.children if each.element_tag == "html")
    top = sheet.content_box_y()
    end = max((each.position_y + each.margin_height() for each in root.children), default=top)
    first, last, most = (round(each * POINT, 2) for each in (top, end, top + sheet.height))
    return first, last, most


def _add_use(fonts: dict[str, FontUse], font: Any, ours: Mapping[str, str]) -> None:
    """Note which glyphs of a font were drawn; the engine may know one font several times."""
    known = fonts.get(font.hash)
    if known is not None:
        known.widths.update(font.widths)
        known.texts.update(font.to_unicode)
        return
    whole = sha256(font.file_content)
    fonts[font.hash] = FontUse(
        key=font.hash if whole in ours else f"{font.hash}{whole[:8]}",
        name=font.name.decode().lstrip("/"),
        family=font.family,
        flags=font.flags,
        ascent=font.ascent,
        descent=font.descent,
        italic=font.italic_angle,
        kind=font.type,
        widths=dict(font.widths),
        texts=dict(font.to_unicode),
        ours=ours.get(whole, ""),
        file=b"" if whole in ours else font.file_content,
    )
