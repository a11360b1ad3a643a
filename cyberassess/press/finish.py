"""Fragments put together into one tagged, archival PDF: the only module that writes PDF files.

The file declares PDF/UA-1 and PDF/A-3a together. Everything in it follows from the fragments, so
that the same document gives the same bytes.

Source: ISO 32000-1 (PDF 1.7); ISO 14289-1 (PDF/UA-1); ISO 19005-3 (PDF/A-3).
"""

import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cyberassess.press.archive import description, producer, srgb_profile
from cyberassess.press.chains import Placed
from cyberassess.press.fragment import FONTS, REFERENCE, FontUse, Fragment, Leaf, Node
from cyberassess.press.pdf_file import File, date_of, number_of, references, text_of

_AT_A_TIME = 100
"""Glyphs in one block of a character map; the format's limit."""


def put_together(
    parts: Sequence[Placed],
    running: Fragment,
    *,
    fonts: Mapping[str, bytes],
    attach: Mapping[str, bytes],
    identifier: str,
) -> bytes:
    """Give the file.

    Args:
        parts: in reading order; a part may begin on the page the one before it ends on.
        running: the running head and foot of each page, all of it artifacts; it also says what
            the document is.
        fonts: our own, keyed by file name.
        attach: files that travel inside, keyed by name.
        identifier: of the document, hex.
    """
    return _Assembly(parts, running, fonts).written(attach, identifier)


class _Assembly:
    def __init__(
        self, parts: Sequence[Placed], running: Fragment, fonts: Mapping[str, bytes]
    ) -> None:
        self._parts = parts
        self._font_files = fonts
        self._running = running
        self._file = File()
        self._count = len(running.leaves)
        self._pages = [self._file.reserve() for _ in range(self._count)]
        self._tree = self._file.reserve()
        self._annotations: list[list[int]] = [[] for _ in range(self._count)]
        self._parents: dict[int, bytes] = {}
        self._owners: list[list[int]] = [[] for _ in range(self._count)]
        self._next_key = self._count
        self._fonts = 0
        self._page_tree = 0

    def written(self, attach: Mapping[str, bytes], identifier: str) -> bytes:
        self._put_pages()
        root = self._catalog(attach)
        return self._file.written(root, self._info(), identifier)

    # Pages

    def _put_pages(self) -> None:
        everything = [Placed(self._running, 0), *self._parts]
        shared = self._shared_resources(each.fragment for each in everything)
        own: list[dict[str, bytes]] = [{} for _ in range(self._count)]
        contents: list[list[int]] = [[] for _ in range(self._count)]
        document = self._file.reserve()
        kids: list[int] = []
        for number, placed in enumerate(everything):
            resources = self._drawings(placed.fragment)
            firsts: list[int] = []
            for page, leaf in enumerate(placed.fragment.leaves, start=placed.page):
                owners = self._owners[page]
                more = max(len(owners) - leaf.first, 0)
                firsts.append(more)
                contents[page].append(self._file.add_packed(leaf.renumbered(more)))
                if number:
                    owners.extend([0] * (leaf.marks + more - len(owners)))
                for kind, entries in resources.items():
                    own[page][kind] = own[page].get(kind, b"") + entries
            if number:
                links = [
                    self._links(placed.page + at, leaf)
                    for at, leaf in enumerate(placed.fragment.leaves)
                ]
                kids += [
                    self._element(node, document, placed.page, firsts, links)
                    for node in placed.fragment.nodes
                ]
        pages = self._file.reserve()
        for page, number in enumerate(self._pages):
            pictures = b"".join(
                b"/%s<<%s>>" % (kind.encode(), each) for kind, each in own[page].items()
            )
            leaf = self._running.leaves[page]
            box = b"[0 0 %s %s]" % (number_of(leaf.width), number_of(leaf.height))
            annotations = b" ".join(b"%d 0 R" % each for each in self._annotations[page])
            self._file.put(
                number,
                b"<</Type/Page/Parent %d 0 R/MediaBox%s/TrimBox%s/BleedBox%s/Contents[%s]"
                b"/Resources<<%s%s>>/Tabs/S/StructParents %d%s>>"
                % (pages, box, box, box, references(contents[page]), shared, pictures, page,
                   b"/Annots[%s]" % annotations if annotations else b""),
            )  # fmt: skip
            self._parents[page] = b"[%s]" % b" ".join(
                b"%d 0 R" % owner if owner else b"null" for owner in self._owners[page]
            )
        self._file.put(
            pages,
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (self._count, references(self._pages)),
        )
        self._page_tree = pages
        self._put_structure(document, kids)

    def _shared_resources(self, fragments: Iterable[Fragment]) -> bytes:
        fonts: dict[str, FontUse] = {}
        states: dict[str, bytes] = {}
        for fragment in fragments:
            for use in fragment.fonts:
                known = fonts.get(use.key)
                if known is None:
                    fonts[use.key] = use
                else:
                    known.widths.update(use.widths)
                    known.texts.update(use.texts)
            states |= {each.key: each.body for each in fragment.drawings if each.is_shared}
        entries = b"".join(
            b"/%s %d 0 R" % (key.encode(), self._font(use)) for key, use in sorted(fonts.items())
        )
        opacity = b"".join(b"/%s%s" % (key.encode(), body) for key, body in sorted(states.items()))
        self._fonts = self._file.add(b"<<%s>>" % entries)
        return b"/Font %d 0 R/ExtGState %d 0 R" % (
            self._fonts,
            self._file.add(b"<<%s>>" % opacity),
        )

    def _drawings(self, fragment: Fragment) -> dict[str, bytes]:
        """Add a part's own pictures; give their entries in resources, keyed by heading."""
        own = [each for each in fragment.drawings if not each.is_shared]
        numbers = [self._file.reserve() for _ in fragment.objects if own]

        def resolved(data: bytes) -> bytes:
            data = data.replace(FONTS, b"%d 0 R" % self._fonts)
            return REFERENCE.sub(lambda found: b"%d 0 R" % numbers[int(found[1])], data)

        for number, (body, stream) in zip(numbers, fragment.objects, strict=False):
            if stream is None or b"/Filter" in body:
                self._file.put(number, resolved(body), stream)
            else:
                self._file.put_stream(number, resolved(body), stream)
        entries: dict[str, bytes] = {}
        for each in own:
            entry = b"/%s %s" % (each.key.encode(), resolved(each.body))
            entries[each.kind] = entries.get(each.kind, b"") + entry
        return entries

    # Fonts

    def _font(self, use: FontUse) -> int:
        name = use.name.encode()
        widest = max(use.widths.values(), default=0)
        bold = b"/FontFile3" if use.kind == "otf" else b"/FontFile2"
        data = self._font_files[use.ours] if use.ours else use.file
        head = b"<</Subtype/OpenType>>" if use.kind == "otf" else b"<</Length1 %d>>" % len(data)
        file = self._file.add_stream(head, data)
        descriptor = self._file.add(
            b"<</Type/FontDescriptor/FontName/%s/FontFamily %s/Flags %d/FontBBox[0 %d %s %d]"
            b"/ItalicAngle %d/Ascent %d/Descent %d/CapHeight %d/StemV 80%s %d 0 R>>"
            % (name, text_of(use.family), use.flags, use.descent, number_of(widest), use.ascent,
               use.italic, use.ascent, use.descent, use.ascent, bold, file)
        )  # fmt: skip
        below = self._file.add(
            b"<</Type/Font/Subtype/CIDFontType%d/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)"
            b"/Ordering(Identity)/Supplement 0>>%s/W[%s]/FontDescriptor %d 0 R>>"
            % (
                0 if use.kind == "otf" else 2,
                name,
                b"" if use.kind == "otf" else b"/CIDToGIDMap/Identity",
                _widths(use.widths),
                descriptor,
            )
        )
        texts = self._file.add_stream(b"<<>>", _character_map(use.texts))
        return self._file.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]"
            b"/ToUnicode %d 0 R>>" % (name, below, texts)
        )

    # Structure

    def _links(self, page: int, leaf: Leaf) -> list[tuple[int, int]]:
        """Add a page's links; give the number and the key of each."""
        added: list[tuple[int, int]] = []
        for link in leaf.links:
            place = b" ".join(map(number_of, link.box))
            goal = (
                b"/Dest %s" % text_of(link.target)
                if link.inside
                else b"/A<</Type/Action/S/URI/URI %s>>" % text_of(link.target)
            )
            number = self._file.add(
                b"<</Type/Annot/Subtype/Link/Rect[%s]/BS<</W 0>>/F 4/Contents %s%s"
                b"/P %d 0 R/StructParent %d>>"
                % (place, text_of(link.said), goal, self._pages[page], self._next_key)
            )
            self._annotations[page].append(number)
            added.append((number, self._next_key))
            self._next_key += 1
        return added

    def _element(
        self,
        node: Node,
        parent: int,
        base: int,
        firsts: Sequence[int],
        links: Sequence[Sequence[tuple[int, int]]],
    ) -> int:
        number = self._file.reserve()
        kids: list[bytes] = []
        where = next((base + kid[1] for kid in node.kids if not isinstance(kid, Node)), None)
        for kid in node.kids:
            if isinstance(kid, Node):
                kids.append(b"%d 0 R" % self._element(kid, number, base, firsts, links))
                continue
            kind, at, which = kid
            page = base + at
            if kind == "link":
                annotation, key = links[at][which]
                self._parents[key] = b"%d 0 R" % number
                kids.append(
                    b"<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>" % (annotation, self._pages[page])
                )
                continue
            mark = which + firsts[at]
            self._owners[page][mark] = number
            if page == where:
                kids.append(b"%d" % mark)
            else:
                kids.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._pages[page], mark))
        on = b"" if where is None else b"/Pg %d 0 R" % self._pages[where]
        self._file.put(
            number,
            b"<</S/%s/P %d 0 R%s%s/K[%s]>>"
            % (node.tag.encode(), parent, on, _attributes(node), b" ".join(kids)),
        )
        return number

    def _put_structure(self, document: int, kids: Sequence[int]) -> None:
        numbers = b" ".join(b"%d %s" % each for each in sorted(self._parents.items()))
        parents = self._file.add(b"<</Nums[%s]>>" % numbers)
        self._file.put(
            document,
            b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (self._tree, references(kids)),
        )
        self._file.put(
            self._tree,
            b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (document, parents, self._next_key),
        )

    # What the document says of itself

    def _catalog(self, attach: Mapping[str, bytes]) -> int:
        about = self._running.about
        metadata = self._file.add(b"<</Type/Metadata/Subtype/XML>>", description(about).encode())
        colours = self._file.add_stream(b"<</N 3>>", srgb_profile())
        intent = self._file.add(
            b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
            b"/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>" % colours
        )
        names = sorted(self._destinations())
        destinations = b" ".join(b"%s %s" % each for each in names)
        outline = self._outline()
        files = [(text_of(name), self._attached(name, attach[name])) for name in sorted(attach)]
        embedded = b" ".join(b"%s %d 0 R" % each for each in files)
        return self._file.add(
            b"<</Type/Catalog/Pages %d 0 R/Lang %s/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true>>/StructTreeRoot %d 0 R"
            b"/Metadata %d 0 R/OutputIntents[%d 0 R]/Names<</Dests<</Names[%s]>>%s>>%s%s>>"
            % (
                self._page_tree,
                text_of(about["language"]),
                self._tree,
                metadata,
                intent,
                destinations,
                b"/EmbeddedFiles<</Names[%s]>>" % embedded if files else b"",
                b"/AF[%s]" % references(number for _, number in files) if files else b"",
                b"/Outlines %d 0 R/PageMode/UseOutlines" % outline if outline else b"",
            )
        )

    def _attached(self, name: str, data: bytes) -> int:
        """Add a file that travels inside; it is what the document was made from."""
        kind = mimetypes.MimeTypes().guess_type(name)[0] or "application/octet-stream"
        when = date_of(self._running.about["modified"])
        stream = self._file.add_stream(
            b"<</Type/EmbeddedFile/Subtype/%s/Params<</Size %d/CheckSum<%s>/ModDate%s>>>>"
            % (
                kind.replace("/", "#2f").encode(),
                len(data),
                hashlib.md5(data, usedforsecurity=False).hexdigest().encode(),
                when,
            ),
            data,
        )
        said = text_of(name)
        return self._file.add(
            b"<</Type/Filespec/F%s/UF%s/Desc%s/AFRelationship/Data/EF<</F %d 0 R/UF %d 0 R>>>>"
            % (said, said, said, stream, stream)
        )

    def _destinations(self) -> Iterator[tuple[bytes, bytes]]:
        seen: set[str] = set()
        for placed in self._parts:
            for name, (page, x, y) in placed.fragment.anchors.items():
                if name not in seen:
                    seen.add(name)
                    yield text_of(name), self._place(placed.page + page, x, y)

    def _place(self, page: int, x: float, y: float) -> bytes:
        return b"[%d 0 R/XYZ %s %s 0]" % (self._pages[page], number_of(x), number_of(y))

    def _outline(self) -> int:
        """Add the bookmarks, each under the last one of a higher level."""
        marks = [(placed.page, mark) for placed in self._parts for mark in placed.fragment.marks]
        if not marks:
            return 0
        root = self._file.reserve()
        numbers = [self._file.reserve() for _ in marks]
        children: dict[int, list[int]] = {}
        open_: list[tuple[int, int]] = []
        for place, (_, mark) in enumerate(marks):
            while open_ and open_[-1][0] >= mark.level:
                open_.pop()
            children.setdefault(open_[-1][1] if open_ else -1, []).append(place)
            open_.append((mark.level, place))

        def ends(parent: int) -> bytes:
            below = children.get(parent, [])
            if not below:
                return b""
            return b"/First %d 0 R/Last %d 0 R/Count %d" % (
                numbers[below[0]],
                numbers[below[-1]],
                len(below) if parent < 0 else -len(below),
            )

        for parent, below in children.items():
            for at, place in enumerate(below):
                base, mark = marks[place]
                around = b"/Prev %d 0 R" % numbers[below[at - 1]] if at else b""
                if at + 1 < len(below):
                    around += b"/Next %d 0 R" % numbers[below[at + 1]]
                self._file.put(
                    numbers[place],
                    b"<</Title %s/Parent %d 0 R/Dest%s%s%s>>"
                    % (
                        text_of(mark.title),
                        root if parent < 0 else numbers[parent],
                        self._place(base + mark.page, mark.x, mark.y),
                        around,
                        ends(place),
                    ),
                )
        return self._file.put(root, b"<</Type/Outlines%s>>" % ends(-1))

    def _info(self) -> int:
        about = self._running.about
        entries = {
            "Title": text_of(about["title"]),
            "Author": text_of(about["authors"]),
            "Subject": text_of(about["subject"]),
            "Creator": text_of(about["creator"]),
            "Producer": text_of(producer(about)),
            "CreationDate": date_of(about["created"]),
            "ModDate": date_of(about["modified"]),
        }
        return self._file.add(
            b"<<%s>>"
            % b"".join(b"/%s %s" % (name.encode(), each) for name, each in entries.items())
        )


def _attributes(node: Node) -> bytes:
    said = b""
    if node.alternative:
        said += b"/Alt %s" % text_of(node.alternative)
    if node.actual:
        said += b"/ActualText %s" % text_of(node.actual)
    if node.language:
        said += b"/Lang %s" % text_of(node.language)
    table = b""
    if node.scope:
        table += b"/Scope/%s" % node.scope.encode()
    if node.span[0] > 1:
        table += b"/ColSpan %d" % node.span[0]
    if node.span[1] > 1:
        table += b"/RowSpan %d" % node.span[1]
    if table:
        said += b"/A<</O/Table%s>>" % table
    if node.box:
        said += b"/A<</O/Layout/Placement/Block/BBox[%s]>>" % b" ".join(map(number_of, node.box))
    return said


def _widths(widths: dict[int, float]) -> bytes:
    """Write the widths of glyphs, neighbours together."""
    said = bytearray()
    before = -2
    for glyph in sorted(widths):
        if glyph != before + 1:
            said += b"]%d[" % glyph if said else b"%d[" % glyph
        said += number_of(widths[glyph]) + b" "
        before = glyph
    return bytes(said) + b"]" if said else b""


def _character_map(texts: dict[int, str]) -> bytes:
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <ffff>",
        "endcodespacerange",
    ]
    entries = sorted(texts.items())
    for at in range(0, len(entries), _AT_A_TIME):
        some = entries[at : at + _AT_A_TIME]
        lines.append(f"{len(some)} beginbfchar")
        lines += [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in some]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()
