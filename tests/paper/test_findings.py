"""The document on findings and plan: every gap has a row, the most urgent first."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper import html as render
from cyberassess.paper.blocks import plain
from cyberassess.paper.document import Document
from cyberassess.paper.documents.findings import findings_report
from tests.domain.builder import Data, make_profile, record_event
from tests.paper.made import GOAL, make_basis, small_state
from tests.paper.reading import blocks_of, figures, headings, rows, shown
from tests.paper.test_board import PLAN, REF, SCOPES, action

LATE = (
    *PLAN,
    action("ACT-004", "B2.b", "housing", priority="1", due="2026-03-31", owner="", cost=""),
    action("ACT-005", "A1.a", "organisation"),
    action("ACT-006", "B2.c", "revenues", status="done"),
    action("ACT-007", "Z9.z", "gone"),
)


def review(outcome: str, risk: str, scope: str = "housing", **more: str) -> Data:
    fields: Data = {"determination": "low", "risk": risk}
    fields |= {"recommendation": text_field(f"Mend {outcome}.", "s")} | more
    return record_event("review", (REF, scope, outcome, "p9"), fields)


REVIEWS = (
    review("B2.b", "low", "revenues"),
    review("B2.a", "high"),
    review("B2.a", "", "revenues"),
    review("B2.c", "high", recommendation=""),
    review("Z9.z", "high"),
)


def report_of(*events: Data, **changes: Any) -> Document:
    settings: dict[str, Any] = {"listed": SCOPES, "profile": make_profile(GOAL)}
    return findings_report(make_basis(small_state(*events), **(settings | changes)))


def refs(row: list[str]) -> str:
    return row[0].splitlines()[0]


@pytest.fixture(scope="module")
def report() -> Document:
    return report_of(*LATE, *REVIEWS)


def test_html_is_as_it_was_last_looked_at(
    report: Document, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("findings.html", render.render_html(report))


def test_actions_stand_by_priority_and_then_by_date(report: Document) -> None:
    found = headings(report)
    assert found[found.index("What is planned") :][1:3] == [
        "Priority 1: first", "Priority 2: next",
    ]  # fmt: skip
    first, *others = rows(report, "Priority 1: first")
    assert [refs(first), *map(refs, others)] == ["ACT-004", "ACT-001"]
    assert refs(*rows(report, "Priority 2: next")) == "ACT-002"
    assert first[3:] == ["no owner yet", "31 March 2026 late\nplanned", "not costed"]


def test_every_result_below_its_target_has_a_row(report: Document) -> None:
    """Checklist 2.14: an action, a recorded reason, or the word that nothing is planned yet."""
    basis = make_basis(small_state(*LATE), profile=make_profile(GOAL), listed=SCOPES)
    wanted = {
        (f"{e.score.asked.outcome.id} {e.score.asked.outcome.title}", basis.where(e.score))
        for e in basis.findings
    }
    planned = ("Priority 1: first", "Priority 2: next", "Done, and still below the target")
    gaps = [row[1].splitlines() for title in planned for row in rows(report, title)]
    with_action = {(gap[0], gap[1].partition(":")[0]) for gap in gaps}
    assert wanted
    assert wanted == with_action
    assert "Not planned yet" not in headings(report)
    bare = {tuple(row[0].splitlines()) for row in rows(report_of(), "Not planned yet")}
    assert bare == wanted


def test_the_count_names_every_stage(report: Document) -> None:
    assert shown(report, "lead") == (
        "Of 4 findings, 3 have an action under way or planned and 1 is done but not answered anew."
    )
    assert figures(report) == ["4", "0", "5", "1", "2"]


def test_dropped_done_and_other_actions_stand_apart(report: Document) -> None:
    assert refs(*rows(report, "Done, and still below the target")) == "ACT-006"
    others = rows(report, "Other actions")
    assert [refs(each) for each in others] == ["ACT-003", "ACT-005", "ACT-007"]
    assert others[2][1] == "Z9.z\ngone: no longer assessed"


def test_a_dropped_action_gives_its_reason() -> None:
    given = action("ACT-001", "B2.c", "revenues", status="dropped", reason="Accepted by cabinet.")
    report = report_of(given)
    (dropped,) = rows(report, "Dropped, with the reason")
    assert dropped[2].endswith("\nReason: Accepted by cabinet.")
    assert not any(row[0].startswith("B2.c") for row in rows(report, "Not planned yet"))
    assert "1 is dropped with a reason" in shown(report, "lead")


def test_an_action_for_several_places_says_of_which_is_what_stands_in_the_way() -> None:
    """In Housing people differ on a statement of B2.b; in Revenues two are not answered."""
    one, both = (
        rows(report_of(action("ACT-001", "B2.b", "housing", also=also)), "Priority 1: first")[0][1]
        for also in ([], ["revenues"])
    )
    assert one.splitlines()[-1] == "People differ: Statement B2.b.N.2."
    assert both.splitlines()[-1] == "So in Revenues. Also 1 not answered."


@pytest.mark.parametrize(("about", "also"), [("housing", "revenues"), ("revenues", "housing")])
def test_places_of_an_action_come_in_their_order(about: str, also: str) -> None:
    found = report_of(action("ACT-001", "B2.b", about, also=[also]))
    gap = rows(found, "Priority 1: first")[0][1]
    assert gap.index("Housing") < gap.index("Revenues")


def test_no_tile_leans_on_the_one_at_its_left(report: Document) -> None:
    html = render.render_html(report)
    assert ">actions that are late<" in html
    assert ">of them" not in html


def test_no_command_stands_on_paper(report: Document) -> None:
    lines = [each for found in blocks_of(report) for each in getattr(found, "lines", ())]
    assert lines
    assert not any("cyberassess" in plain(each) for each in lines)


def test_owners_are_told_what_comes_first(report: Document) -> None:
    assert [tuple(row[:3]) for row in rows(report, "Who has what to do")] == [
        ("no owner yet", "1, 1 late", "31 March 2026"),
        ("Priya Shah, service", "3", "31 March 2027"),
        ("Head of IT", "1", "no date yet"),
    ]


def test_recommendations_stand_beside_what_is_planned(report: Document) -> None:
    advice = rows(report, "What the assurer recommends")
    assert [(row[1], row[2], row[4]) for row in advice] == [
        ("high", "Mend B2.a.", "ACT-001"),
        ("low", "Mend B2.b.", "ACT-002"),
        ("not said", "Mend B2.a.", "not planned yet"),
    ]


def test_without_a_plan_everything_is_not_planned_yet() -> None:
    report = report_of()
    open_ = rows(report, "Not planned yet")
    assert len(open_) == 4
    assert shown(report, "lead") == (
        "Of 4 findings, none has an action under way or planned and 4 are not planned yet."
    )
    assert open_[0][3]
    for title in ("What is planned", "Who has what to do", "Done, dropped and other actions"):
        assert title not in headings(report)


def test_without_a_target_or_a_gap_it_says_so() -> None:
    assert shown(report_of(profile=None), "lead").startswith("No target was chosen")
    met = findings_report(
        make_basis(small_state(), profile=make_profile({"A1.a": "low"}), listed=SCOPES)
    )
    assert shown(met, "lead") == "Every outcome with a target meets it."
    assert "Not planned yet" not in headings(met)


def test_an_action_is_late_only_after_its_day() -> None:
    today = datetime.date(2026, 11, 22).isoformat()
    report = report_of(action("ACT-001", "B2.a", due=today))
    assert "late" not in rows(report, "Priority 1: first")[0][4]
