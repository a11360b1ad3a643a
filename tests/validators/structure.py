"""A checker of what makes a PDF readable by everyone, with other eyes than those that wrote it.

It reads the finished file with pikepdf and says every fault it finds, as ``code: where``. It
covers the points of PDF/UA-1 a machine can see and that our documents use; veraPDF does the rest.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

# NOTE: pikepdf's objects have no useful types.
Object = Any

PAINTING = frozenset(
    {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do"}
)
CELLS = {"/TH", "/TD"}
INSIDE = {
    "/TR": {"/Table", "/THead", "/TBody", "/TFoot"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/THead": {"/Table"},
    "/TBody": {"/Table"},
    "/LI": {"/L"},
    "/LBody": {"/LI"},
    "/Lbl": {"/LI"},
}


def faults(path: Path) -> list[str]:
    """Give every fault of a file, in no order."""
    with pikepdf.open(path) as pdf:
        return [
            *_document(pdf),
            *_metadata(pdf),
            *_marked_content(pdf),
            *_headings(pdf),
            *_elements(pdf),
            *_links(pdf),
            *_bookmarks(pdf),
            *_fonts(pdf),
            *_pictures(pdf),
        ]


def kids(element: Object) -> list[Object]:
    """Give an element's kids as a list."""
    found = element.get("/K", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def elements(pdf: Object) -> Iterator[tuple[Object, Object]]:
    """Give every structure element with its parent, in reading order."""
    root = pdf.Root.get("/StructTreeRoot")
    waiting = [(each, root) for each in reversed(kids(root))] if root is not None else []
    while waiting:
        element, parent = waiting.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element, parent
            waiting += [(each, element) for each in reversed(kids(element))]


def _document(pdf: Object) -> Iterator[str]:
    root: Object = pdf.Root
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not-marked: the document does not say that it is tagged"
    if not str(root.get("/Lang", "")):
        yield "no-language: the document"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "title-not-shown: the window would show a file name"
    names = root.get("/Names", {})
    if "/EmbeddedFiles" in names or "/AF" in root:
        yield "attachment: the document carries a file"
    if "/JavaScript" in names or "/OpenAction" in root or "/AA" in root:
        yield "script: the document does something when it is opened"
    if "/OutputIntents" not in root:
        yield "no-colours: nothing says what its colours mean"


def _pictures(pdf: Object) -> Iterator[str]:
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream) and found.get("/Interpolate", False):
            yield "interpolated: a picture"


def _metadata(pdf: Object) -> Iterator[str]:
    data = pdf.Root.Metadata.read_bytes().decode() if "/Metadata" in pdf.Root else ""
    if data.count("<rdf:RDF") != 1:
        yield "metadata: there must be one block"
    declared = {
        "pdfuaid:part": "1",
        "pdfaid:part": "3",
        "pdfaid:conformance": "A",
    }
    for name, value in declared.items():
        if not re.search(rf'{name}(?:="|>){value}', data):
            yield f"not-declared: {name}"
    title = str(pdf.docinfo.get("/Title", ""))
    if not title or f">{title.replace('&', '&amp;')}</rdf:li>" not in data:
        yield "no-title: the document"


def _owned(pdf: Object) -> Iterator[tuple[tuple[int, int], int, Object]]:
    for element, _ in elements(pdf):
        for kid in kids(element):
            if isinstance(kid, int):
                yield element.Pg.objgen, int(kid), element
            elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
                yield kid.get("/Pg", element.get("/Pg")).objgen, int(kid.MCID), element


def _marked_content(pdf: Object) -> Iterator[str]:
    owners: dict[tuple[tuple[int, int], int], Object] = {}
    for place, which, element in _owned(pdf):
        if (place, which) in owners:
            yield f"owned-twice: content {which}"
        owners[place, which] = element
    root: Object = pdf.Root.get("/StructTreeRoot")
    numbers = list(root.ParentTree.Nums) if root is not None else []
    parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    drawn: set[tuple[tuple[int, int], int]] = set()
    for number, page in enumerate(pdf.pages, start=1):
        row = parents.get(int(page.obj.get("/StructParents", -1)), [])
        for mark in _drawn(page):
            if isinstance(mark, str):
                yield f"not-tagged: page {number}, {mark}"
                continue
            key = (page.obj.objgen, mark)
            if key in drawn:
                yield f"drawn-twice: page {number}, content {mark}"
            drawn.add(key)
            owner = owners.get(key)
            if owner is None:
                yield f"no-owner: page {number}, content {mark}"
            elif mark >= len(row) or row[mark].objgen != owner.objgen:
                yield f"wrong-parent: page {number}, content {mark}"
    for key in owners.keys() - drawn:
        yield f"not-drawn: content {key[1]}"


def _drawn(page: Object) -> Iterator[int | str]:
    """Give the number of each piece of marked content, and what is neither that nor artifact."""
    depth = 0
    for operands, operator in instructions(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            depth += 1
            properties = operands[1] if len(operands) > 1 else {}
            if "/MCID" in properties:
                yield int(properties["/MCID"])
            elif str(operands[0]) != "/Artifact":
                yield str(operands[0])
        elif name == "EMC":
            depth -= 1
        elif name in PAINTING and not depth:
            yield name


def instructions(page: Object) -> Iterator[tuple[Object, Object]]:
    """Give a page's drawing commands."""
    parsed: Object = pikepdf.parse_content_stream(page)
    yield from parsed


def _headings(pdf: Object) -> Iterator[str]:
    levels = [int(str(e.S)[2:]) for e, _ in elements(pdf) if re.fullmatch(r"/H\d", str(e.S))]
    if levels.count(1) != 1:
        yield f"headings: {levels.count(1)} of the first level"
    before = 0
    for level in levels:
        if level > before + 1:
            yield f"headings: level {level} follows level {before}"
        before = level


def _elements(pdf: Object) -> Iterator[str]:
    for element, parent in elements(pdf):
        kind, above = str(element.S), str(parent.get("/S", ""))
        if kind in INSIDE and above not in INSIDE[kind]:
            yield f"misplaced: {kind} in {above}"
        if kind == "/Figure":
            if not str(element.get("/Alt", "")).strip():
                yield "no-alternative: a picture"
            if "/BBox" not in element.get("/A", {}):
                yield "no-place: a picture"
        if kind == "/TH" and "/Scope" not in element.get("/A", {}):
            yield "no-scope: a header cell"
        if kind == "/Table":
            yield from _table(element)
        if kind not in CELLS and not kids(element):
            yield f"empty: {kind}"


def _table(table: Object) -> Iterator[str]:
    rows: list[Object] = []
    for kid in kids(table):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            rows += (
                [kid]
                if kid.S == "/TR"
                else [
                    e
                    for e in kids(kid)
                    if isinstance(e, pikepdf.Dictionary) and e.get("/S") == "/TR"
                ]
            )
    cells = [cell for row in rows for cell in kids(row)]
    if not any(cell.S == "/TH" for cell in cells):
        yield "no-header: a table"
    carried: list[int] = []
    widths: set[int] = set()
    for row in rows:
        width = sum(1 for left in carried if left)
        carried = [left - 1 for left in carried if left > 1]
        for cell in kids(row):
            attributes = cell.get("/A", {})
            across = int(attributes.get("/ColSpan", 1))
            width += across
            carried += [int(attributes.get("/RowSpan", 1)) - 1] * across
        carried = [left for left in carried if left]
        widths.add(width)
    if len(widths) > 1:
        yield f"ragged: a table with rows of {sorted(widths)} cells"


def _links(pdf: Object) -> Iterator[str]:
    names: Object = pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", [])
    known = {bytes(each) for each in list(names)[::2]}
    owned = {
        kid.Obj.objgen
        for element, _ in elements(pdf)
        if element.S == "/Link"
        for kid in kids(element)
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"
    }
    for number, page in enumerate(pdf.pages, start=1):
        annotations = page.obj.get("/Annots", [])
        if len(annotations) and page.obj.get("/Tabs") != "/S":
            yield f"tab-order: page {number}"
        for each in annotations:
            if not str(each.get("/Contents", "")).strip():
                yield f"link-says-nothing: page {number}"
            if each.objgen not in owned or "/StructParent" not in each:
                yield f"link-outside: page {number}"
            if "/Dest" in each and bytes(each.Dest) not in known:
                yield f"leads-nowhere: page {number}, {each.Dest}"


def _bookmarks(pdf: Object) -> Iterator[str]:
    pages = {page.obj.objgen for page in pdf.pages}
    outline = pdf.Root.get("/Outlines")
    waiting = [outline.First] if outline is not None and "/First" in outline else []
    if not waiting:
        yield "no-bookmarks: the document"
    while waiting:
        entry = waiting.pop()
        if not str(entry.get("/Title", "")).strip() or entry.Dest[0].objgen not in pages:
            yield f"bookmark: {entry.get('/Title', '')}"
        waiting += [entry[name] for name in ("/Next", "/First") if name in entry]


def _fonts(pdf: Object) -> Iterator[str]:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font":
            if each.get("/Subtype") == "/Type0" and "/ToUnicode" not in each:
                yield f"no-texts: font {each.BaseFont}"
            descriptor: Object = each.get("/FontDescriptor", {})
            is_simple = "/DescendantFonts" not in each
            if is_simple and not any(f"/FontFile{n}" in descriptor for n in ("", 2, 3)):
                yield f"not-embedded: font {each.BaseFont}"
    for number, page in enumerate(pdf.pages, start=1):
        for operands, operator in instructions(page):
            if str(operator) == "TJ":
                shown = b"".join(bytes(e) for e in operands[0] if isinstance(e, pikepdf.String))
                if any(shown[at : at + 2] == b"\0\0" for at in range(0, len(shown), 2)):
                    yield f"no-glyph: page {number}"
