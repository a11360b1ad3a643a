"""What holds for every document: headings, tables, pictures, links, contrast."""

import dataclasses
import itertools
import re
from xml.etree.ElementTree import Element

import pytest

from cyberassess.disk import resources
from cyberassess.errors import ReportError
from cyberassess.paper import html as render
from cyberassess.paper.document import Document
from cyberassess.paper.documents.applicability import applicability
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.logo import read_logo
from cyberassess.paper.look import Look, contrast
from cyberassess.press import engine
from tests.paper.test_board import PLAN, basis, last_year
from tests.paper.test_house_style import png

LOOK = Look(logo=read_logo("logo.png", png()), name="Northport")
WHOLE = dataclasses.replace(
    basis(*PLAN, look=LOOK, ambition={"pipes": "4"}), years=(last_year(basis()),) * 2
)
DOCUMENTS = {
    "full": full_report(WHOLE),
    "board": board_summary(WHOLE),
    "open": board_summary(WHOLE, edition="open"),
    "theme": theme_report(WHOLE),
    "soa": applicability(WHOLE),
    "findings": findings_report(WHOLE),
}
every_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())


def body(document: Document) -> str:
    return re.sub(r"<style>.*?</style>", "", render.render_html(document), flags=re.DOTALL)


@every_document
def test_there_is_one_title_and_no_heading_level_is_skipped(document: Document) -> None:
    levels = [int(each) for each in re.findall(r"<h([1-6])[ >]", body(document))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@every_document
def test_heads_have_a_scope_and_pictures_an_alternative(document: Document) -> None:
    html = body(document)
    assert re.findall(r"<th(?! scope=\"(?:col|row)\")[ >]", html) == []
    assert re.findall(r"<svg[^>]*>(?!<title>[^<]{5,}</title>)", html) == []
    assert re.findall(r'<img(?! alt="[^"]+")', html) == []
    assert html.count("<img") == 1


def like(ours: Element, theirs: Element) -> None:
    """Compare two trees; a parser of HTML keeps the name of a drawing's namespace as well."""
    named = "{http://www.w3.org/2000/xmlns/}xmlns"
    assert ours.tag == theirs.tag
    assert dict(ours.attrib) == {k: v for k, v in theirs.attrib.items() if k != named}
    assert (ours.text or "") == (theirs.text or "")
    assert (ours.tail or "") == (theirs.tail or "")
    for one, other in zip(ours, theirs, strict=True):
        like(one, other)


@every_document
def test_it_reads_the_same_by_our_parser_and_by_one_of_html(document: Document) -> None:
    tinyhtml5 = pytest.importorskip("tinyhtml5")
    inside = re.search(r"<body.*</body>", body(document), re.DOTALL)
    assert inside
    html = f"<!doctype html><html><head><title>T</title></head>{inside[0]}</html>"
    html = re.sub(r"<!--part(?: on)?-->|\s+(?=</body>)", "", html)
    ours = engine.tree_of(html)
    assert ours is not None
    like(ours, tinyhtml5.parse(html, namespace_html_elements=False))


@every_document
def test_every_link_inside_leads_somewhere(document: Document) -> None:
    html = body(document)
    anchors = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors


@every_document
def test_nothing_prints_as_none_or_as_a_type(document: Document) -> None:
    assert not re.search(r">\s*None\s*<|object at 0x", body(document))


@every_document
def test_marking_reference_version_and_status_are_in_its_frame(document: Document) -> None:
    frame = document.frame
    assert frame.marking == frame.marking.upper()
    assert re.fullmatch(r"CR-2026-[0-9A-F]{6} · version 1 · DRAFT", frame.footer)
    control = dict(frame.control)
    assert control["Approved by"] == ""
    assert control["Fingerprint of the data"]
    assert {"Reference", "Document", "Version", "Status", "Date", "Prepared by", "Marking"} <= (
        control.keys()
    )


def test_every_text_and_fill_in_the_style_sheet_can_be_read() -> None:
    """Checklist 2.8: each rule that names both, and text without a fill against white."""
    sheet = (resources.folder("templates") / "report" / "report.css").read_text("utf-8")
    for rule in re.findall(r"\{([^{}]*)\}", sheet):
        text = re.search(r"(?<![-\w])color:\s*(#[0-9a-f]{3,6})", rule)
        fill = re.search(r"background:\s*(#[0-9a-f]{3,6})", rule)
        if text is None:
            continue
        colours = [each[1] if each else "#ffffff" for each in (text, fill)]
        colours = [
            each if len(each) == 7 else "#" + "".join(2 * c for c in each[1:]) for each in colours
        ]
        assert contrast(*colours) >= 4.5, rule


@pytest.mark.parametrize(
    "html",
    ["<svg><rect/></svg>", "<svg a='b'><title> </title></svg>", '<img src="x">', '<img alt="">'],
)
def test_a_picture_that_says_nothing_stops_the_document(html: str) -> None:
    with pytest.raises(ReportError, match="1 picture in it would have no text"):
        render.refuse_silent_pictures(f"<p>before</p>{html}")
    render.refuse_silent_pictures('<svg><title>Six of ten</title></svg><img src="x" alt="Six">')
