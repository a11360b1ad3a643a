"""The statement of applicability: every outcome in every place, and all that was left out."""

from collections.abc import Callable
from typing import Any

import pytest

from cyberassess.domain.record.ledger import fold
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.documents.applicability import (
    Applicability,
    ApplicabilityRow,
    applicability,
)
from tests.domain.builder import answer_event, make_profile, record_event, text_event
from tests.paper.made import GOAL, make_basis, small_state

LEFT_OUT = [{"title": "Museum booking", "reason": "no critical function"}]
SCOPES = [
    {"id": "laptops", "kind": "shared-service", "title": "Laptops"},
    {"id": "housing", "kind": "system", "title": "Housing", "owner": "p2",
     "why_critical": "Two days without it stop repairs.", "inherits": ["laptops"]},
    {"id": "revenues", "kind": "system", "title": "Revenues"},
]  # fmt: skip
MORE = (
    answer_event("B2.a.M.1", "out", scope="revenues", reason="Nobody is there at night."),
    answer_event("A1.a.H.2", "out", reason="No such committee."),
    text_event("rationale", "B2.a", "word " * 60, scope="revenues"),
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
def report() -> Applicability:
    return applicability(basis())


def row(report: Applicability, place: str, outcome: str) -> ApplicabilityRow:
    found = next(each for each in report.places if each.title == place)
    rows = [each for group in found.groups for each in group.rows]
    return next(each for each in rows if each.name.startswith(outcome))


def test_html_is_as_it_was_last_looked_at(
    report: Applicability, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("applicability.html", render.render_html(report))


def test_every_outcome_stands_in_every_place_once(report: Applicability) -> None:
    found = [
        (place.title, each.name)
        for place in report.places
        for group in place.groups
        for each in group.rows
    ]
    assert len(found) == len(set(found)) == len(basis().card.outcomes)


def test_what_does_not_apply_names_the_reason_and_who_said_so(report: Applicability) -> None:
    no = row(report, "Housing", "B2.c")
    assert (no.applies, no.more) == ("No", "")
    assert [(e.what, e.where, e.reason) for e in report.outcomes_out] == [
        ("B2.c Outcome B2.c", "Housing", "The supplier does it."),
    ]  # fmt: skip
    assert report.outcomes_out[0].who in no.why


def test_a_statement_left_out_makes_it_apply_in_part(report: Applicability) -> None:
    part = row(report, "Revenues", "B2.a")
    assert part.applies == "In part"
    assert part.why.startswith("Without B2.a.M.1. Answered by ")
    assert [(each.where, each.reason) for each in report.statements_out] == [
        ("Whole organisation", "No such committee."),
        ("Revenues", "Nobody is there at night."),
    ]


def test_what_is_in_place_and_evidence_are_cut_short(report: Applicability) -> None:
    short = row(report, "Revenues", "B2.a")
    assert short.how.endswith("word …")
    assert len(short.how) <= 132
    assert short.evidence == ("One", "Two")
    assert short.more == "and 1 more"
    assert row(report, "Revenues", "B2.b").more == "No evidence offered."


def test_who_confirmed_is_named(report: Applicability) -> None:
    assert "Confirmed by " in row(report, "Whole organisation", "A1.a").why


def test_an_outcome_nobody_answered_applies(report: Applicability) -> None:
    asked = row(report, "Revenues", "B2.c")
    assert (asked.applies, asked.why) == ("Yes", "Nobody has answered yet.")


def test_scopes_left_out_and_sources_are_named(report: Applicability) -> None:
    assert report.left_out == "Museum booking (no critical function)."
    assert report.sources.startswith("Laptops is not scored")
    assert report.lead == (
        "4 outcomes in 3 places make 7 results; 6 of them apply. 1 system was left out."
    )
    housing = next(each for each in report.places if each.title == "Housing")
    assert housing.note == (
        "Owner: Priya Shah. In scope because: Two days without it stop repairs. "
        "Takes over answers from Laptops where confirmed."
    )


def test_outcomes_without_a_target_are_named() -> None:
    one = applicability(basis(profile=make_profile({"A1.a": "high", "B2.a": "middle"})))
    assert one.untargeted == (
        "B2.b and B2.c have no target in this profile and were assessed all the same."
    )
    assert applicability(basis(profile=None)).untargeted == ""


def test_one_place_and_nothing_left_out_read_simply() -> None:
    report = applicability(make_basis(fold([]), profile=make_profile(GOAL), scopes=()))
    assert report.lead == "4 of 4 outcomes apply."
    assert report.sources == ""
    assert report.places[0].note == ""
    html = render.render_html(report)
    assert "None was said not to apply." in html
    assert "every outcome that was asked applies" in html
