"""The document on findings and plan: every gap has a row, the most urgent first."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper import html as render
from cyberassess.paper.documents.findings import FindingsReport, findings_report
from tests.domain.builder import Data, make_profile, record_event
from tests.paper.made import GOAL, make_basis, small_state
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


def report_of(*events: Data, **changes: Any) -> FindingsReport:
    settings: dict[str, Any] = {"listed": SCOPES, "profile": make_profile(GOAL)}
    return findings_report(make_basis(small_state(*events), **(settings | changes)))


@pytest.fixture(scope="module")
def report() -> FindingsReport:
    return report_of(*LATE, *REVIEWS)


def test_html_is_as_it_was_last_looked_at(
    report: FindingsReport, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("findings.html", render.render_html(report))


def test_actions_stand_by_priority_and_then_by_date(report: FindingsReport) -> None:
    assert [(each.title, [row.ref for row in each.rows]) for each in report.planned] == [
        ("Priority 1: first", ["ACT-004", "ACT-001"]),
        ("Priority 2: next", ["ACT-002"]),
    ]
    first = report.planned[0].rows[0]
    assert (first.owner, first.by, first.is_late, first.cost, first.status) == (
        "no owner yet", "31 March 2026", True, "not costed", "planned",
    )  # fmt: skip


def test_every_result_below_its_target_has_a_row(report: FindingsReport) -> None:
    """Checklist 2.14: an action, a recorded reason, or the word that nothing is planned yet."""
    basis = make_basis(small_state(*LATE), profile=make_profile(GOAL), listed=SCOPES)
    wanted = {
        (f"{e.score.asked.outcome.id} {e.score.asked.outcome.title}", basis.where(e.score))
        for e in basis.findings
    }
    rows = [row for table in (*report.planned, *report.others) for row in table.rows]
    with_action = {(row.gap, row.where) for row in rows}
    without = {(row.gap, row.where) for row in report.open}
    assert wanted
    assert wanted <= with_action | without
    assert not with_action & without


def test_the_count_names_every_stage(report: FindingsReport) -> None:
    assert report.lead == (
        "Of 4 findings, 3 have an action under way or planned and 1 is done but not answered anew."
    )
    assert [each.number for each in report.figures] == ["4", "0", "5", "1", "2"]


def test_dropped_done_and_other_actions_stand_apart(report: FindingsReport) -> None:
    assert [(each.title, [row.ref for row in each.rows]) for each in report.others] == [
        ("Done, and still below the target", ["ACT-006"]),
        ("Other actions", ["ACT-003", "ACT-005", "ACT-007"]),
    ]
    gone = report.others[1].rows[2]
    assert (gone.gap, gone.where, gone.stands) == ("Z9.z", "gone", "gone: no longer assessed")


def test_a_dropped_action_gives_its_reason() -> None:
    given = action("ACT-001", "B2.c", "revenues", status="dropped", reason="Accepted by cabinet.")
    report = report_of(given)
    ((table,), open_) = report.others, report.open
    assert table.title == "Dropped, with the reason"
    assert [row.reason for row in table.rows] == ["Accepted by cabinet."]
    assert not any(row.gap.startswith("B2.c") for row in open_)
    assert "1 is dropped with a reason" in report.lead
    assert "Reason: Accepted by cabinet." in render.render_html(report)


def test_owners_are_told_what_comes_first(report: FindingsReport) -> None:
    assert [(each.owner, each.count, each.next) for each in report.owners] == [
        ("no owner yet", "1, 1 late", "31 March 2026"),
        ("Priya Shah, service", "3", "31 March 2027"),
        ("Head of IT", "1", "no date yet"),
    ]


def test_recommendations_stand_beside_what_is_planned(report: FindingsReport) -> None:
    assert [(each.risk, each.text, each.planned) for each in report.advice] == [
        ("high", "Mend B2.a.", "ACT-001"),
        ("low", "Mend B2.b.", "ACT-002"),
        ("not said", "Mend B2.a.", "not planned yet"),
    ]


def test_without_a_plan_everything_is_not_planned_yet() -> None:
    report = report_of()
    assert (report.planned, report.owners, report.others) == ((), (), ())
    assert len(report.open) == 4
    assert report.lead == (
        "Of 4 findings, none has an action under way or planned and 4 are not planned yet."
    )
    assert report.open[0].whom
    assert "What is planned" not in render.render_html(report)


def test_without_a_target_or_a_gap_it_says_so() -> None:
    assert report_of(profile=None).lead.startswith("No target was chosen")
    met = findings_report(
        make_basis(small_state(), profile=make_profile({"A1.a": "low"}), listed=SCOPES)
    )
    assert met.lead == "Every outcome with a target meets it."
    assert met.open == ()


def test_an_action_is_late_only_after_its_day() -> None:
    today = datetime.date(2026, 11, 22).isoformat()
    report = report_of(action("ACT-001", "B2.a", due=today))
    assert not report.planned[0].rows[0].is_late
