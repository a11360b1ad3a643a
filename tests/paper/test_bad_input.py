"""Whatever people write: every document prints it literally, whole, and fetches nothing."""

import dataclasses
import http.server
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.scoring import score
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.document import Document
from cyberassess.paper.documents.applicability import applicability
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.look import Look
from cyberassess.paper.media.word import word_document
from tests.domain.builder import (
    Data,
    framework_data,
    make_framework,
    make_profile,
    make_state,
    make_target,
    make_themes,
    record_event,
    text_event,
)
from tests.paper.made import GOAL, OUTLINE, make_basis, small_state
from tests.paper.test_board import REF, action, last_year

pytestmark = pytest.mark.slow
has_pdf = pytest.mark.skipif(bool(render.can_make_pdf()), reason="no PDF engine")
KINDS: tuple[Callable[[Basis], Document], ...] = (full_report, board_summary, theme_report)
ALL_KINDS = (*KINDS, applicability, findings_report)
SHOWN = {
    full_report: ("title", "owner", "system", "left"),
    board_summary: ("title", "owner", "system", "left"),
    theme_report: ("system",),
    applicability: ("system", "left", "why", "rationale", "evidence"),
    findings_report: ("title", "owner", "system", "cost_text"),
}
"""Which of the hostile texts a document prints whole."""
LONG_WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunte"
ALL_TONGUES = "Comhairle nan Eilean Siar, Cyngor Ynys Môn Ŵŷ, سلام, 🙂🔒"


def hostile(mark: str, address: str) -> str:
    """Give what a stranger may type, with a mark to find it by."""
    return (
        f"{mark} <script>alert(1)</script> <img src={address}/> "
        f"<link rel=attachment href=file:///etc/passwd> {{{{7*7}}}} {{% raw %}} </style> "
        f"url(file:///etc/passwd) javascript:alert(1)"
    )


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x", asked
    server.shutdown()
    server.server_close()


def everywhere(address: str) -> Basis:
    """Give an assessment with hostile text in every field that people fill in."""

    def bad(mark: str) -> str:
        return hostile(mark, address)

    fields: Data = {"framework": REF, "scope": "housing", "outcome": "B2.a", "priority": "1"}
    fields |= {each: text_field(bad(each), "s") for each in ("title", "owner", "cost_text")}
    return make_basis(
        small_state(
            text_event("rationale", "B2.a", bad("rationale"), scope="housing"),
            text_event("evidence", "B2.a", bad("evidence"), scope="housing"),
            record_event("action", (bad("ref")[:60],), fields),
        ),
        profile=make_profile(GOAL),
        organisation=bad("organisation"),
        period=bad("period"),
        nation=bad("nation"),
        left_out=[{"title": bad("left"), "reason": bad("reason")}],
        people=({"id": "p2", "name": bad("person"), "role": bad("role")},),
        listed=[
            {
                "id": "housing",
                "kind": "system",
                "title": bad("system"),
                "why_critical": bad("why"),
            },
            {"id": "revenues", "kind": "system", "title": "Revenues", "supplier": bad("supplier")},
        ],
        marking={"blank": "OFFICIAL", "filled": "SENSITIVE </style>"},
        look=Look(name=bad("name"), board=bad("board"), adviser=bad("adviser")),
    )


@has_pdf
@pytest.mark.parametrize("make", ALL_KINDS)
def test_hostile_text_in_every_field_is_only_text(
    make: Callable[[Basis], Document], tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    """Checklist 6.13."""
    address, asked = listener
    document = make(everywhere(address))
    page = render.render_html(document)
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "<script" not in body
    assert "<img" not in body
    assert "rel=attachment href" not in body.replace("&lt;link rel=attachment href", "")
    assert "49" not in re.sub(r"[\d.]+\d", "", body)
    path = tmp_path / "bad.pdf"
    render.write_pdf(document, path)
    reader = PdfReader(path)
    assert reader.attachments == {}
    text = re.sub(r"\s+", "", "".join(each.extract_text() for each in reader.pages))
    for mark in SHOWN[make]:
        assert re.sub(r"\s+", "", f"{mark} <script>alert(1)</script>") in text
    assert "{{7*7}}" in text
    assert asked == []


def test_hostile_text_in_word_is_only_text(tmp_path: Path) -> None:
    path = tmp_path / "bad.docx"
    path.write_bytes(word_document(board_summary(everywhere("http://127.0.0.1:9/x"))))
    with zipfile.ZipFile(path) as file:
        xml = file.read("word/document.xml").decode()
        assert not [name for name in file.namelist() if name.endswith(".rels") and b'"External"'
                    in file.read(name)]  # fmt: skip
    assert "&lt;script&gt;" in xml
    assert "<script" not in xml


def many_systems(number: int) -> list[dict[str, str]]:
    return [
        {"id": f"s{each}", "kind": "system", "title": f"System number {each} of the council"}
        for each in range(number)
    ]


@has_pdf
@pytest.mark.parametrize("make", ALL_KINDS)
@pytest.mark.parametrize(
    "changes",
    [
        {"listed": many_systems(20)},
        {"scopes": (), "organisation": LONG_WORD + LONG_WORD, "period": LONG_WORD},
        {"listed": [{"id": "housing", "kind": "system", "title": LONG_WORD},
                    {"id": "revenues", "kind": "system", "title": ALL_TONGUES,
                     "why_critical": "So it is. " * 500}],
         "organisation": ALL_TONGUES,
         "left_out": [{"title": f"Thing {n}", "reason": "small"} for n in range(200)]},
    ],
)  # fmt: skip
def test_odd_assessments_print(
    make: Callable[[Basis], Document], changes: dict[str, Any], tmp_path: Path
) -> None:
    events = [
        text_event("rationale", "B2.b", "The supplier reads the log. " * 180, scope="housing"),
        *(action(f"ACT-{n:03}", "B2.b", title=f"{LONG_WORD} {n}")
          for n in range(30)),
    ]  # fmt: skip
    basis = make_basis(small_state(*events), profile=make_profile(GOAL), **changes)
    document = make(dataclasses.replace(basis, years=(last_year(basis),)))
    assert render.write_pdf(document, tmp_path / "odd.pdf") > 1


def printed(document: Document, path: Path) -> str:
    """Write a PDF and give its text without white space."""
    assert render.write_pdf(document, path) > 0
    text = "".join(each.extract_text() for each in PdfReader(path).pages)
    return re.sub(r"\s+", "", text)


NOBODY = {
    full_report: "0of23statementsareanswered",
    board_summary: "0of23statementsareanswered",
    theme_report: "0of23statementsareanswered",
    applicability: "Notdecided",
    findings_report: "0of23statementsareanswered",
}
"""What each document says of an assessment without an answer."""


@has_pdf
@pytest.mark.parametrize("make", ALL_KINDS)
def test_an_assessment_nobody_answered_prints(
    make: Callable[[Basis], Document], tmp_path: Path
) -> None:
    basis = make_basis(fold([]), profile=make_profile(GOAL))
    text = printed(make(basis), tmp_path / "empty.pdf")
    assert NOBODY[make] in text


@has_pdf
@pytest.mark.parametrize("make", ALL_KINDS)
def test_an_outcome_with_no_answer_is_never_met(
    make: Callable[[Basis], Document], tmp_path: Path
) -> None:
    """All else of that place and its neighbours is answered."""
    full = {"organisation/A1.a.N.1": "never", "organisation/A1.a.H.1": "true",
            "organisation/A1.a.H.2": "true"}  # fmt: skip
    basis = make_basis(make_state(full), profile=make_profile({"A1.a": "high", "B2.a": "middle"}))
    found = basis.card.by_key[OutcomeKey(REF, ScopeId("housing"), OutcomeId("B2.a"))]
    assert (found.suggested, found.meets_target) == (None, False)
    text = printed(make(basis), tmp_path / "open.pdf")
    assert ("0of1" if make in (board_summary, theme_report) else "Notdecided") in text


def three_sets() -> Basis:
    """Give an assessment of three control sets, each with a rule of its own."""
    sets = [
        make_framework(OUTLINE),
        Framework.model_validate(
            framework_data("X Rules\n  X1 One\n    X.a organisation board S.1 T.1\n", "staged")
            | {"id": "steps", "title": "The steps", "short_title": "Steps"}
        ),
        Framework.model_validate(
            framework_data("Y Rules\n  Y1 One\n    Y.a system service R.1 R.2!\n", "all-met")
            | {"id": "marks", "title": "The marks", "short_title": "Marks"}
        ),
    ]
    frameworks = {each.ref: each for each in sets}
    pinned = [
        {"id": each.id, "version": each.version, "revision": "1", "sha256": "0" * 64,
         "profile": "goal"}
        for each in sets
    ]  # fmt: skip
    goals = [GOAL, {"X.a": "third"}, {"Y.a": "ready"}]
    targets = {ref: make_target(goal) for ref, goal in zip(frameworks, goals, strict=True)}
    goal = make_profile(GOAL)
    placed = make_themes(dict.fromkeys((*GOAL, "X.a", "Y.a"), "pipes"))
    themes = placed.model_copy(
        update={"outcomes": dict.fromkeys(frameworks, placed.outcomes[REF])}
    )
    profile = goal.model_copy(update={"targets": targets})
    basis = make_basis(small_state(), profile=goal, themes=themes, frameworks=pinned)
    card = score(
        frameworks, basis.settings, basis.state, targets=targets, themes=themes, on=basis.on
    )
    profiles = dict.fromkeys(frameworks, profile)
    return dataclasses.replace(basis, frameworks=frameworks, card=card, profiles=profiles)


@has_pdf
@pytest.mark.parametrize("make", ALL_KINDS)
def test_three_control_sets_stand_in_one_document_and_are_told_apart(
    make: Callable[[Basis], Document], tmp_path: Path
) -> None:
    basis = three_sets()
    names = [each.short_title for each in basis.frameworks.values()]
    assert len(set(names)) == 3
    text = printed(make(dataclasses.replace(basis, years=(last_year(basis),))), tmp_path / "3.pdf")
    for name in names[:1] if make is theme_report else names:
        assert re.sub(r"\s+", "", name) in text


@has_pdf
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing")
def test_page_one_of_the_board_summary_is_one_page_whatever_the_texts(tmp_path: Path) -> None:
    events = [action(f"ACT-{n:03}", f"B2.{'abc'[n]}", title="word " * 40) for n in range(3)]
    basis = make_basis(
        small_state(*events),
        profile=make_profile(GOAL),
        listed=[
            {"id": "housing", "kind": "system", "title": "Housing and homelessness management",
             "why_critical": "So it is. " * 500},
            {"id": "revenues", "kind": "system", "title": "Revenues, benefits and collections"},
        ],
        left_out=[{"title": f"Thing {n}", "reason": "small"} for n in range(200)],
    )  # fmt: skip
    path = tmp_path / "board.pdf"
    render.write_pdf(board_summary(basis, decision="Decide this. " * 30), path)
    second = subprocess.run(
        ["pdftotext", "-f", "2", "-l", "2", str(path), "-"],  # noqa: S607
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    assert second.split("\n\n")[1].startswith("The result in detail")
