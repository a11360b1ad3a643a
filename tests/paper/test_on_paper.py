"""Everything people wrote stands whole on paper (checklist 2.12), however long or far-fetched."""

import shutil
from pathlib import Path

import pytest

from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from tests.domain.builder import (
    answer_event,
    make_framework,
    make_profile,
    record_event,
    segment,
    text_event,
)
from tests.paper.made import WORKBOOK, make_basis
from tests.paper.on_paper import kept, lost, pages_of, planned, squeezed, stands
from tests.validators.structure import faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(render.can_make_pdf()), reason="no PDF engine"),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing"),
]
ROWS = 80
OUTLINE = (
    "A Leading\n  A1 Governance\n    A1.a organisation board N.1 H.1 H.2\n"
    "B Protecting\n  B2 Identity\n    B2.a system service N.1 M.1 "
    + " ".join(f"H.{number}" for number in range(1, ROWS + 1))
    + "\n    B2.b system service N.1 H.1\n"
)
LONG_WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochau"
GAELIC = (
    "Thèid cunntasan luchd-obrach a dhùnadh an latha a dh'fhàgas iad: ìomhaigh, òrdugh, ùrachadh"
)
WELSH = "Caiff cyfrifon eu cau ŵyl y banc: Ŵ ŵ Ŷ ŷ Â â Ê ê Î î Ô ô Û û Ẁ ẁ Ẃ ẃ ï ÿ"
ARABIC = "سلام"
EMOJI = "Done 🙂 🔒 ✅ 👩‍💻"
MARKUP = "5 < 6 & \"7\" 'eight' <b>not bold</b> {{ 1 }} \\ %s £€½ ﬁ"


def long_text(mark: str, length: int = 5000) -> str:
    """Give a text no part of which is said twice."""
    sentences = (
        f"Sentence {n} of the {mark} says that we did thing {n * 7}. " for n in range(999)
    )
    return "".join(sentences)[:length].strip()


def in_all_tongues(mark: str) -> str:
    return f"{mark} {LONG_WORD} {GAELIC} {WELSH} {EMOJI} {MARKUP}"


def rich_state() -> State:
    """Give a history with a text in every place that people can write to."""
    places = ("housing", "revenues")
    events = [
        answer_event("A1.a.N.1", "never", reason=long_text("first reason")),
        answer_event("A1.a.H.1", "other-means", reason=in_all_tongues("reason")),
        *(answer_event(f"B2.a.H.{n}", "other-means", scope="housing", reason=f"Reason {n} of all",
                       **WORKBOOK) for n in range(1, ROWS + 1)),
        answer_event("B2.a.N.1", "never", scope="housing", reason=long_text("one side", 900)),
        answer_event("B2.a.N.1", "happens", scope="housing", person="p2", reason=LONG_WORD * 3),
        answer_event("B2.b.H.1", "true", scope="revenues", reason=ARABIC),
        {"type": "resolution", "framework": "made@1", "scope": "housing", "indicator": "B2.a.N.1",
         "new": "never", "settled": [["p1", "never"], ["p2", "happens"]],
         "reason": {"digest": "x", "salt": "s", "text": long_text("settling", 1500)}},
        text_event("rationale", "A1.a", long_text("explanation")),
        text_event("rationale", "A1.a", in_all_tongues("explanation"), person="p2"),
        *(text_event("rationale", "B2.b", f"{each}: {long_text(each, 2000)}", scope=each)
          for each in places),
        text_event("evidence", "A1.a", "\n".join(f"Document {n} of 200" for n in range(200)),
                   valid_until="2027-06-30"),
        text_event("evidence", "B2.b", in_all_tongues("evidence"), scope="housing"),
        {"type": "claim", "framework": "made@1", "scope": "organisation", "outcome": "A1.a",
         "tool": "webcaf", "level": "high", "confirmed": "confirmed",
         "comment": {"digest": "x", "salt": "s", "text": long_text("claim", 1500)}},
        record_event("evidence-item", ["i1"], {
            "number": 1, "held": "file", "title": in_all_tongues("title"),
            "shows": long_text("document", 2500)}),
        record_event("evidence-link", ["i1", "made@1", "housing", "B2.b"], {"place": LONG_WORD}),
        record_event("determination", ["made@1", "revenues", "B2.b"],
                     {"level": "low", "suggested": "", "reason": in_all_tongues("confirmed")}),
        *(record_event("review", ["made@1", each, "B2.b", "p2"], {
            "determination": "low", "risk": "high", "quality": in_all_tongues(each),
            "sample": f"Sample of {each}", "comment": long_text(f"review of {each}"),
            "recommendation": long_text(f"advice on {each}", 3000)}) for each in places),
        *(record_event("action", [f"ACT-{n:03}"], {
            "framework": "made@1", "scope": places[n % 2], "outcome": "B2.b", "priority": "2",
            "title": f"Action {n} of {ROWS}", "owner": f"Owner {n}", "cost_text": f"£{n}k a year"})
          for n in range(1, ROWS + 1)),
        record_event("action", ["ACT-999"], {
            "framework": "made@1", "scope": "housing", "outcome": "B2.a", "status": "dropped",
            "title": in_all_tongues("action"), "owner": LONG_WORD, "reason": long_text("drop")}),
    ]  # fmt: skip
    return fold([segment(1, *events, time="2026-11-14T09:00:00Z")])


def rich_basis() -> Basis:
    return make_basis(
        rich_state(),
        framework=make_framework(OUTLINE),
        profile=make_profile({"A1.a": "high", "B2.a": "high", "B2.b": "high"}),
        organisation="Cyngor Gwŷr Ŵyddgrug",
        listed=[
            {"id": "housing", "kind": "system", "title": LONG_WORD, "supplier": WELSH,
             "why_critical": long_text("stake", 1200)},
            {"id": "revenues", "kind": "system", "title": GAELIC, "supplier": EMOJI},
        ],
        left_out=[{"title": f"Service {n} of {ROWS}", "reason": f"small, {n}"}
                  for n in range(1, ROWS + 1)],
        people=({"id": "p2", "name": f"Siân Ò {LONG_WORD}", "role": "service"},),
        certificates=[{"title": in_all_tongues("certificate")}],
    )  # fmt: skip


@pytest.fixture(scope="module")
def rich() -> Basis:
    return rich_basis()


def test_the_full_report_loses_nothing_that_was_written(rich: Basis, tmp_path: Path) -> None:
    path = tmp_path / "full.pdf"
    render.write_pdf(full_report(rich), path)
    assert faults(path) == [], "texts that go on over the page are still tagged well"
    written = list(kept(rich))
    assert len(written) > 3 * ROWS
    (arabic,) = lost(written, path)
    assert arabic.text == ARABIC
    assert set(ARABIC) <= set("".join(pages_of(path))), "it comes out in the order drawn"


def test_a_long_text_goes_on_over_the_page_and_leaves_none_half_empty(rich: Basis) -> None:
    html = render.render_html(full_report(rich))
    # what settled it, two of evidence, two reviews, why an action is dropped; a reason and a
    # conflict are items of a list, which goes on by itself
    assert html.count('<tr class="long">') == 6
    assert "tr.long { break-inside: auto }" in html


def test_findings_and_plan_lose_nothing_that_was_written(rich: Basis, tmp_path: Path) -> None:
    path = tmp_path / "findings.pdf"
    render.write_pdf(findings_report(rich), path)
    written = list(planned(rich))
    assert len(written) > 3 * ROWS
    assert lost(written, path) == []


def test_a_text_that_goes_on_over_pages_is_found_and_a_missing_one_is_not() -> None:
    pages = ["xxabcdefgh", "ijklmnopqr", "stuvw"]
    assert stands("ab cd", pages)
    assert stands("efgh\u00adijklmnopqrstuv", pages)
    assert not stands("efghxijkl", pages)
    assert not stands("stuvwxyz", pages)
    assert squeezed("a\u200b b ✅✅") == "ab✅"
