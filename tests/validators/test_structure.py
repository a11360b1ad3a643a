"""The checker itself: it passes a sound document, and names each fault put into it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from cyberassess.paper import html as render
from cyberassess.paper.document import Document
from tests.paper.conftest import small  # noqa: F401 - a fixture
from tests.validators import verapdf
from tests.validators.structure import elements, faults, kids

pytestmark = pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf())

# NOTE: pikepdf's objects have no useful types.
Pdf = Any
Fault = Callable[[Pdf], None]


@pytest.fixture(scope="module")
def sound(small: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    path = tmp_path_factory.mktemp("sound") / "sound.pdf"
    render.write_pdf(small, path)
    return path


def first(pdf: Pdf, kind: str) -> Any:
    return next(element for element, _ in elements(pdf) if kind == element.S)


def rewrite(pdf: Pdf, old: str, new: str) -> None:
    data = pdf.Root.Metadata.read_bytes().decode()
    assert old in data
    pdf.Root.Metadata = pdf.make_stream(
        data.replace(old, new, 1).encode(), Type=Name.Metadata, Subtype=Name.XML
    )


def commands(pdf: Pdf, old: bytes, new: bytes) -> None:
    page = pdf.pages[0]
    page.contents_coalesce()
    data = page.obj.Contents.read_bytes()
    assert re.search(old, data)
    page.obj.Contents = pdf.make_stream(re.sub(old, new, data, count=1))


def drop(name: str) -> Fault:
    def fault(pdf: Pdf) -> None:
        del pdf.Root[name]

    return fault


def attach(pdf: Pdf) -> None:
    pdf.attachments["x.txt"] = b"x"


def two_blocks(pdf: Pdf) -> None:
    rewrite(pdf, "</rdf:RDF>", '</rdf:RDF><rdf:RDF xmlns:rdf="x"/>')


def untitled(pdf: Pdf) -> None:
    pdf.docinfo["/Title"] = "Another"


def disowned(pdf: Pdf) -> None:
    element = first(pdf, "/P")
    element.K = Array(kids(element)[1:])


def owned_twice(pdf: Pdf) -> None:
    element = first(pdf, "/P")
    mark = next(each for each in kids(element) if isinstance(each, int))
    element.K.append(mark)


def renumbered(pdf: Pdf) -> None:
    row = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    row[0] = row[-1]


def heading(level: int) -> Fault:
    def fault(pdf: Pdf) -> None:
        first(pdf, "/H2").S = Name(f"/H{level}")

    return fault


def loose_row(pdf: Pdf) -> None:
    first(pdf, "/TR").S = Name.P


def silent_picture(pdf: Pdf) -> None:
    del first(pdf, "/Figure")["/Alt"]


def placeless_picture(pdf: Pdf) -> None:
    del first(pdf, "/Figure")["/A"]


def scopeless(pdf: Pdf) -> None:
    del first(pdf, "/TH")["/A"]["/Scope"]


def headless(pdf: Pdf) -> None:
    for element, _ in elements(pdf):
        if element.S == "/TH":
            element.S = Name.TD


def ragged(pdf: Pdf) -> None:
    row = first(pdf, "/TR")
    row.K = Array(list(row.K)[:-1])


def empty_element(pdf: Pdf) -> None:
    first(pdf, "/H2").K = Array()


def links(pdf: Pdf) -> list[Any]:
    return [each for page in pdf.pages for each in page.obj.get("/Annots", [])]


def silent_link(pdf: Pdf) -> None:
    del links(pdf)[0]["/Contents"]


def loose_link(pdf: Pdf) -> None:
    element = first(pdf, "/Link")
    element.K = Array([each for each in kids(element) if isinstance(each, int)])


def lost_link(pdf: Pdf) -> None:
    links(pdf)[0].Dest = pikepdf.String("nowhere")


def no_tab_order(pdf: Pdf) -> None:
    for page in pdf.pages:
        del page.obj["/Tabs"]


def lost_bookmark(pdf: Pdf) -> None:
    pdf.Root.Outlines.First.Dest[0] = pdf.Root


def fonts(pdf: Pdf) -> list[Any]:
    return list(pdf.pages[0].obj.Resources.Font.values())


def textless_font(pdf: Pdf) -> None:
    del fonts(pdf)[0]["/ToUnicode"]


def loose_font(pdf: Pdf) -> None:
    del fonts(pdf)[0].DescendantFonts[0].FontDescriptor["/FontFile2"]


FAULTS: list[tuple[str, Fault]] = [
    ("not-marked", drop("/MarkInfo")),
    ("no-language", drop("/Lang")),
    ("title-not-shown", drop("/ViewerPreferences")),
    ("no-colours", drop("/OutputIntents")),
    ("no-bookmarks", drop("/Outlines")),
    ("attachment", attach),
    ("script", lambda pdf: pdf.Root.__setitem__("/OpenAction", Dictionary(S=Name.JavaScript))),
    ("metadata", two_blocks),
    ("not-declared", lambda pdf: rewrite(pdf, 'pdfuaid:part="1"', "")),
    ("not-declared", lambda pdf: rewrite(pdf, 'pdfaid:conformance="A"', "")),
    ("no-title", untitled),
    ("no-owner", disowned),
    ("owned-twice", owned_twice),
    ("wrong-parent", renumbered),
    ("drawn-twice", lambda pdf: commands(pdf, rb"<</MCID 1>>", b"<</MCID 0>>")),
    ("not-drawn", lambda pdf: commands(pdf, rb"<</MCID 1>>", b"<</MCID 0>>")),
    ("not-tagged", lambda pdf: commands(pdf, rb"/\w+\n<</MCID 0>>", b"/Span\n<<>>")),
    ("not-tagged", lambda pdf: commands(pdf, rb"^", b"0 0 9 9 re f ")),
    ("headings", heading(1)),
    ("headings", heading(4)),
    ("misplaced", loose_row),
    ("no-alternative", silent_picture),
    ("no-place", placeless_picture),
    ("no-scope", scopeless),
    ("no-header", headless),
    ("ragged", ragged),
    ("empty", empty_element),
    ("link-says-nothing", silent_link),
    ("link-outside", loose_link),
    ("leads-nowhere", lost_link),
    ("tab-order", no_tab_order),
    ("bookmark", lost_bookmark),
    ("no-texts", textless_font),
    ("not-embedded", loose_font),
    ("no-glyph", lambda pdf: commands(pdf, rb"\[<[0-9a-f]{4}", b"[<0000")),
]
"""A code of the checker, and what brings it about."""

ALSO_VERAPDF = frozenset(
    {"not-marked", "no-colours", "no-alternative", "no-scope", "link-says-nothing", "no-glyph"}
)
"""Faults that veraPDF finds too, a few of them: each file takes it some seconds."""


def test_a_sound_document_has_no_fault(sound: Path) -> None:
    assert faults(sound) == []


@pytest.mark.parametrize(
    ("code", "fault"), FAULTS, ids=[f"{at}-{code}" for at, (code, _) in enumerate(FAULTS)]
)
def test_each_fault_is_named(code: str, fault: Fault, sound: Path, tmp_path: Path) -> None:
    with pikepdf.open(sound) as pdf:
        fault(pdf)
        pdf.save(tmp_path / "faulty.pdf")
    assert code in {each.split(":")[0] for each in faults(tmp_path / "faulty.pdf")}


@pytest.mark.slow
def test_verapdf_finds_the_faults_it_covers_too(sound: Path, tmp_path: Path) -> None:
    verapdf.needed()
    paths: dict[Path, str] = {}
    for number, (code, fault) in enumerate(FAULTS):
        if code in ALSO_VERAPDF:
            path = tmp_path / f"{number}-{code}.pdf"
            with pikepdf.open(sound) as pdf:
                fault(pdf)
                pdf.save(path)
            paths[path] = code
    found = verapdf.verdicts(list(paths))
    assert [paths[path] for path, verdict in found.items() if not verdict.failures] == []
