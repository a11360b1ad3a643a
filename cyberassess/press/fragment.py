"""A laid-out part of a document: pages of drawing commands, and what they mean, as plain data.

A fragment knows nothing of the engine that made it nor of the file it ends up in, so it can be
made in another process, kept for the next print, and joined with others in any order. Its own
format is JSON and pieces of bytes: reading one runs nothing.
"""

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any  # NOTE: what JSON gives; the dataclasses below are its shape.

_MARK = re.compile(rb"<</MCID (\d+)")
REFERENCE = re.compile(rb"\0(\d+)\0")
"""Stands, inside a drawing, for a reference to one of its fragment's objects."""
FONTS = b"\0fonts\0"
"""Stands, inside a drawing, for a reference to the fonts of the whole document."""


@dataclass(slots=True)
class Node:
    """An element of the structure: a heading, a paragraph, a table cell.

    ``kids`` are further nodes and marks: ``("mark", page, number)`` for a piece of drawn content,
    ``("link", page, number)`` for a link of a page, pages counted from this fragment's first.
    """

    tag: str
    kids: list["Node | tuple[str, int, int]"] = field(default_factory=list)
    alternative: str = ""
    """Said instead of a picture."""
    actual: str = ""
    """The text that stands behind what is drawn, where that differs."""
    language: str = ""
    number: str = ""
    """What it gives the page number of, a cell."""
    scope: str = ""
    """``Column`` or ``Row``, of a table's header cell."""
    span: tuple[int, int] = (1, 1)
    """Columns and rows of a table's cell."""
    box: tuple[float, ...] = ()
    """Where a picture stands, in points from the bottom left."""

    def walk(self) -> Iterator["Node"]:
        """Give this node and those below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Node):
                yield from kid.walk()

    def as_json(self) -> Json:
        """Give it as lists, what is empty left out."""
        entry: dict[str, Json] = {
            "t": self.tag,
            "k": [each.as_json() if isinstance(each, Node) else each for each in self.kids],
        }
        for name in ("alternative", "actual", "language", "number", "scope", "box"):
            if getattr(self, name):
                entry[name] = getattr(self, name)
        if self.span != (1, 1):
            entry["span"] = self.span
        return entry

    @staticmethod
    def of(entry: Json) -> "Node":
        """Read what ``as_json`` gave."""
        tag, kids = entry.pop("t"), entry.pop("k")
        for name in ("span", "box"):
            if name in entry:
                entry[name] = tuple(entry[name])
        of = Node.of
        return Node(tag, [of(kid) if type(kid) is dict else tuple(kid) for kid in kids], **entry)


@dataclass(frozen=True, slots=True)
class Link:
    """A place to click."""

    box: tuple[float, ...]
    target: str
    """An anchor's name, or an address."""
    inside: bool
    said: str
    """Its words, for those who cannot see where it stands."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: its size in points, its kind (``page:`` of the style), its drawing commands."""

    width: float
    height: float
    kind: str
    first: int
    """The number of the first piece of marked content."""
    marks: int
    """The number of the last, and one."""
    packed: bytes
    """The commands, made smaller; see ``packed``."""
    links: tuple[Link, ...] = ()

    @property
    def commands(self) -> bytes:
        """The drawing commands, which keep their graphic state to themselves."""
        return zlib.decompress(self.packed)

    def renumbered(self, more: int) -> bytes:
        """Give the packed commands, all marked content numbered so much higher."""
        if not more:
            return self.packed
        said = _MARK.sub(lambda found: b"<</MCID %d" % (int(found[1]) + more), self.commands)
        return packed(said)


def packed(commands: bytes) -> bytes:
    """Make drawing commands smaller, as the file has them."""
    return zlib.compress(commands, 6)


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark: level, title, page and place."""

    level: int
    title: str
    page: int
    x: float
    y: float


@dataclass(slots=True)
class FontUse:
    """A font, and which of its glyphs were drawn."""

    key: str
    """Its name in the drawing commands."""
    name: str
    family: str
    flags: int
    ascent: int
    descent: int
    italic: int
    kind: str
    """``ttf`` or ``otf``."""
    widths: dict[int, float]
    texts: dict[int, str]
    """What each glyph stands for."""
    ours: str
    """The name of the file, where it is one of our own, which are embedded whole."""
    file: bytes
    """The font itself, made smaller, where it is not our own."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something the drawing commands name beside fonts: a picture, a pattern, a graphic state."""

    kind: str
    """Its heading among a page's resources: ``XObject``, ``Pattern``, ``ExtGState`` …"""
    key: str
    body: bytes
    """A dictionary; ``\\0N\\0`` stands for a reference to ``Fragment.objects[N]``."""

    @property
    def is_shared(self) -> bool:
        """Whether it says only how opaque things are: the same in every part."""
        return self.kind == "ExtGState" and self.body.startswith((b"<</CA ", b"<</ca "))


@dataclass(slots=True)
class Fragment:
    """What one part of a document came to."""

    leaves: list[Leaf]
    nodes: list[Node]
    anchors: dict[str, tuple[int, float, float]]
    """Page and place of everything that can be linked to."""
    marks: list[Mark]
    fonts: list[FontUse]
    drawings: list[Drawing]
    objects: list[tuple[bytes, bytes | None]]
    """Dictionaries, with the stream each heads, if any."""
    room: tuple[float, float, float]
    """Of the last page: where its text begins, ends, and could end; points from the top."""
    about: dict[str, str]
    """Title, author and the like, of the document it was laid out as."""
    portable: bool = True
    """It came out as it would on any machine: all glyphs are from our own fonts."""

    def further(self, more: int) -> "Fragment":
        """Give it with references to objects so much higher, to put its own behind others."""

        def moved(data: bytes) -> bytes:
            return REFERENCE.sub(lambda found: b"\0%d\0" % (int(found[1]) + more), data)

        return replace(
            self,
            drawings=[replace(each, body=moved(each.body)) for each in self.drawings],
            objects=[
                (moved(body), stream if stream is None or b"/Filter" in body else moved(stream))
                for body, stream in self.objects
            ],
        )

    def to_bytes(self) -> bytes:
        """Give it as it is kept and passed on."""
        pieces: list[bytes] = []

        def put(data: bytes | None) -> int | None:
            if data is None:
                return None
            pieces.append(data)
            return len(pieces) - 1

        head = {
            "leaves": [
                [x.width, x.height, x.kind, x.first, x.marks, put(x.packed),
                 [[y.box, y.target, y.inside, y.said] for y in x.links]]
                for x in self.leaves
            ],
            "nodes": [each.as_json() for each in self.nodes],
            "anchors": self.anchors,
            "marks": [[x.level, x.title, x.page, x.x, x.y] for x in self.marks],
            "fonts": [
                [x.key, x.name, x.family, x.flags, x.ascent, x.descent, x.italic, x.kind,
                 list(x.widths.items()), list(x.texts.items()), x.ours, put(x.file)]
                for x in self.fonts
            ],
            "drawings": [[x.kind, x.key, put(x.body)] for x in self.drawings],
            "objects": [[put(body), put(stream)] for body, stream in self.objects],
            "room": self.room,
            "about": self.about,
            "portable": self.portable,
        }  # fmt: skip
        head["sizes"] = [len(each) for each in pieces]
        first = zlib.compress(json.dumps(head, separators=(",", ":")).encode(), 1)
        whole = b"".join((len(first).to_bytes(8, "big"), first, *pieces))
        return zlib.crc32(whole).to_bytes(4, "big") + whole

    @staticmethod
    def from_bytes(data: bytes) -> "Fragment":
        """Read what ``to_bytes`` gave.

        Raises:
            ValueError: where it is something else.
        """
        try:
            return _read(_undamaged(data))
        except (zlib.error, KeyError, IndexError, TypeError) as cause:
            raise ValueError("not a fragment") from cause


def _undamaged(data: bytes) -> bytes:
    if zlib.crc32(data[4:]) != int.from_bytes(data[:4], "big"):
        raise ValueError("damaged")
    return data[4:]


def _read(whole: bytes) -> Fragment:
    at = 8 + int.from_bytes(whole[:8], "big")
    head = json.loads(zlib.decompress(whole[8:at]))
    pieces: list[bytes] = []
    for size in head["sizes"]:
        pieces.append(whole[at : at + size])
        at += size
    if at != len(whole):
        raise ValueError("cut short")

    def link(entry: Sequence[Json]) -> Link:
        return Link(tuple(entry[0]), *entry[1:])

    def leaf(entry: Sequence[Json]) -> Leaf:
        width, height, kind, first, marks, commands, links = entry
        links = tuple(map(link, links))
        return Leaf(width, height, kind, first, marks, pieces[commands], links)

    def font(entry: Sequence[Json]) -> FontUse:
        widths, texts, ours, file = entry[8:]
        named = dict(zip(FontUse.__slots__, entry[:8], strict=False))
        return FontUse(
            **named, widths=dict(widths), texts=dict(texts), ours=ours, file=pieces[file]
        )

    return Fragment(
        leaves=[leaf(each) for each in head["leaves"]],
        nodes=[Node.of(each) for each in head["nodes"]],
        anchors={name: tuple(place) for name, place in head["anchors"].items()},
        marks=[Mark(*each) for each in head["marks"]],
        fonts=[font(each) for each in head["fonts"]],
        drawings=[Drawing(kind, key, pieces[body]) for kind, key, body in head["drawings"]],
        objects=[
            (pieces[body], None if stream is None else pieces[stream])
            for body, stream in head["objects"]
        ],
        room=tuple(head["room"]),
        about=head["about"],
        portable=head["portable"],
    )
