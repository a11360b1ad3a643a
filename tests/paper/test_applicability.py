"""The statement of applicability: every outcome in every place, and all that was left out."""

from collections.abc import Callable
from typing import Any

import pytest

from cyberassess.domain.record.ledger import fold
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Heading, Table, plain
from cyberassess.paper.document import Document
from cyberassess.paper.documents.applicability import (
    _SENTENCE_END,
    _brief_document,
    applicability,
)
from tests.domain.builder import answer_event, make_profile, record_event, text_event
from tests.paper.made import GOAL, make_basis, small_state
from tests.paper.reading import rows, shown, texts

LEFT_OUT = [{"title": "Museum booking", "reason": "no critical function"}]
SCOPES: list[dict[str, Any]] = [
    {"id": "laptops", "kind": "shared-service", "title": "Laptops"},
    {"id": "housing", "kind": "system", "title": "Housing", "owner": "p2",
     "why_critical": "Two days without it stop repairs.", "inherits": ["laptops"]},
    {"id": "revenues", "kind": "system", "title": "Revenues"},
]  # fmt: skip
MORE = (
    answer_event("B2.a.M.1", "out", scope="revenues", reason="Nobody is there at night."),
    answer_event("A1.a.H.2", "out", reason="No such committee."),
    text_event("rationale", "B2.a", "word " * 80, scope="revenues"),
    text_event("evidence", "B2.a", "One\nTwo\n" + "long " * 40, scope="revenues"),
    record_event(
        "determination", ("made@1", "organisation", "A1.a"),
        {"level": "high", "suggested": "high", "reason": ""},
    ),
)  # fmt: skip


def basis(**changes: Any) -> Basis:
    settings: dict[str, Any] = {
        "profile": make_profile(GOAL), "listed": SCOPES, "left_out": LEFT_OUT,
    }  # fmt: skip
    return make_basis(small_state(*MORE), **(settings | changes))


@pytest.fixture(scope="module")
def report() -> Document:
    return applicability(basis())


def places(report: Document) -> dict[str, list[list[str]]]:
    """Give the rows of each place, under its name."""
    found: dict[str, list[list[str]]] = {}
    for section in report.sections[2:]:
        title, *blocks = section.blocks
        assert isinstance(title, Heading)
        found[title.text] = [
            [plain(cell) for cell in each]
            for table in blocks
            if isinstance(table, Table)
            for each in table.rows
        ]
    return found


def row(report: Document, place: str, outcome: str) -> list[str]:
    return next(each for each in places(report)[place] if each[0].startswith(outcome))


def test_html_is_as_it_was_last_looked_at(
    report: Document, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("applicability.html", render.render_html(report))


def test_every_outcome_stands_in_every_place_once(report: Document) -> None:
    found = [(place, each[0]) for place, all_ in places(report).items() for each in all_]
    assert len(found) == len(set(found)) == len(basis().card.outcomes)


def test_what_does_not_apply_names_the_reason_and_who_said_so(report: Document) -> None:
    no = row(report, "Housing", "B2.c")
    assert no[1].startswith("No. ")
    assert "evidence" not in no[3]
    (out,) = rows(report, "Outcomes that do not apply")
    assert out[:3] == ["B2.c Outcome B2.c", "Housing", "The supplier does it."]
    assert out[3] in no[1]


def test_a_statement_left_out_makes_it_apply_in_part(report: Document) -> None:
    part = row(report, "Revenues", "B2.a")
    assert part[1].startswith("In part. Without B2.a.M.1. Answered by ")
    assert [each[1:3] for each in rows(report, "Single statements that do not apply")] == [
        ["Whole organisation", "No such committee."],
        ["Revenues", "Nobody is there at night."],
    ]


def test_what_is_in_place_and_evidence_are_cut_short(report: Document) -> None:
    short = row(report, "Revenues", "B2.a")
    how, *evidence = short[3].splitlines()
    assert how.endswith("word …")
    assert len(how) <= 302
    assert evidence == ["One", "Two", "and 1 more"]
    assert row(report, "Revenues", "B2.b")[3].endswith("No evidence offered.")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("We test each year. The rest waits.", "We test each year. The rest waits."),
        (f"We test each year. {'Nothing ' * 30}waits.", "We test each year."),
        (
            f"We test {'each ' * 50}year. Then we wait.",
            f"We test {'each ' * 50}year.",
        ),
    ],
)
def test_what_is_in_place_ends_with_a_sentence(text: str, cut: str) -> None:
    told = text_event("rationale", "B2.b", text, scope="revenues")
    made = applicability(make_basis(small_state(told), listed=SCOPES))
    assert row(made, "Revenues", "B2.b")[3].splitlines()[0] == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Test report, SharePoint > Security > Tests, 2026-02-27", "Test report, 2026-02-27"),
        (f"{'Long ' * 30}report, SharePoint > Tests, 2026-02", f"{'Long ' * 19}Long …, 2026-02"),
        ("SharePoint > Security > Tests", "SharePoint > Security > Tests"),
        ("Minutes, item 7", "Minutes, item 7"),
    ],
)
def test_evidence_leaves_out_its_folder_and_keeps_its_date(text: str, cut: str) -> None:
    told = text_event("evidence", "B2.b", text, scope="revenues")
    made = applicability(make_basis(small_state(told), listed=SCOPES))
    assert row(made, "Revenues", "B2.b")[3].splitlines() == [cut]


def test_who_confirmed_is_named(report: Document) -> None:
    assert "Confirmed by " in row(report, "Whole organisation", "A1.a")[1]


def test_an_outcome_nobody_answered_applies(report: Document) -> None:
    asked = row(report, "Revenues", "B2.c")
    assert asked[1] == "Yes. Nobody has answered yet."


def test_scopes_left_out_and_sources_are_named(report: Document) -> None:
    assert shown(report, "out").startswith(
        "Systems and services. Museum booking (no critical function). Laptops is not scored"
    )
    assert shown(report, "lead") == (
        "4 outcomes in 3 places make 7 results; 6 of them apply. 1 system was left out."
    )
    (note,) = (e for e in texts(report) if e.startswith("Owner: "))
    assert note == (
        "Owner: Priya Shah. Assessed because: Two days without it stop repairs. "
        "Answers for Laptops count here too, where confirmed."
    )


def test_outcomes_without_a_target_are_named() -> None:
    one = applicability(basis(profile=make_profile({"A1.a": "high", "B2.a": "middle"})))
    said = "have no target in this profile and were assessed all the same."
    assert f"B2.b and B2.c {said}" in texts(one)
    assert not any(said in each for each in texts(applicability(basis(profile=None))))


def test_one_place_and_nothing_left_out_read_simply() -> None:
    report = applicability(make_basis(fold([]), profile=make_profile(GOAL), scopes=()))
    assert shown(report, "lead") == "4 of 4 outcomes apply."
    html = render.render_html(report)
    assert "is not scored" not in html
    assert "Answered once for the whole organisation" not in html
    assert "None was said not to apply." in html
    assert "every outcome that was asked applies" in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Leavers report, IT desk > Reports, 2026-09-29", "Leavers report, 2026-09-29"),
        ("SharePoint > Policies > Backup.docx, 2025-03-01",
         "SharePoint > Policies > Backup.docx, 2025-03-01"),
        ("Minutes", "Minutes"),
    ],
)  # fmt: skip
def test_a_document_keeps_its_name_where_its_folder_goes(text: str, said: str) -> None:
    assert _brief_document(text) == said


def test_a_sentence_does_not_end_at_an_abbreviation() -> None:
    text = "We follow e.g. The Blue Book, and Dr. Smith of IT. Two others do."
    assert _SENTENCE_END.split(text) == [
        "We follow e.g. The Blue Book, and Dr. Smith of IT.", "Two others do.",
    ]  # fmt: skip
