"""Checklist 2.7: last year and the target beside every result; what cannot be compared is said."""

import dataclasses
import re

import pytest

from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.documents.applicability import applicability
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.sections.last_year import (
    counted_before,
    last_year_of,
    said_comparison,
    said_comparisons,
)
from tests.paper.reading import rows
from tests.paper.test_bad_input import three_sets
from tests.paper.test_board import PLAN, REF, basis, last_year


def beside(**changes: object) -> Basis:
    now = basis(*PLAN)
    return dataclasses.replace(now, years=(last_year(now, **changes),))


def test_a_result_of_last_year_stands_beside_each_result_and_its_target() -> None:
    later = beside()
    words = {
        (str(each.key.scope), str(each.key.outcome)): last_year_of(later, each)
        for each in later.card.outcomes
    }
    assert words["organisation", "A1.a"] == "High"
    assert words["housing", "B2.a"] == "Low"
    assert words["revenues", "B2.b"] == "not decided"
    html = render.render_html(applicability(later))
    assert set(re.findall("Last year: ([^<]*)<", html)) >= {"High", "Low", "Not decided"}
    found = findings_report(later)
    first = rows(found, "Priority 1: first")[0][1]
    assert first.splitlines()[1] == "Housing: Low; target middle; last year low"
    stands = {row[1] for row in rows(found, "Not planned yet")}
    assert "Not decided; target high; last year not decided" in stands


def test_counts_of_last_year_stand_beside_this_years() -> None:
    later = beside()
    met = sum(each.meets_target is True for each in later.card.outcomes)
    below = sum(each.meets_target is False for each in later.card.outcomes)
    assert (counted_before(later, met=True), counted_before(later, met=False)) == (
        str(met), str(below),
    )  # fmt: skip
    made = applicability(later)
    html = render.render_html(made)
    assert f">results meet their target; last year {met} did<" in html
    assert [row[-2:] for row in rows(made, "By place")] == [["1", "1"], ["0", "0"], ["1", "1"]]
    assert f"below the target; last year {below}<" in render.render_html(findings_report(later))


def test_a_place_that_was_not_assessed_then_says_so() -> None:
    later = beside()
    (year,) = later.years
    kept = {key: was for key, was in year.outcomes.items() if key.scope != "revenues"}
    later = dataclasses.replace(later, years=(dataclasses.replace(year, outcomes=kept),))
    counts = rows(applicability(later), "By place")
    assert [row[-1] for row in counts] == ["1", "0", "not assessed"]
    gone = next(e for e in later.card.outcomes if e.key.scope == "revenues")
    assert last_year_of(later, gone) == "not assessed"


@pytest.mark.parametrize("make", [applicability, findings_report])
def test_another_version_last_year_is_said_and_nothing_is_compared(make: type) -> None:
    html = render.render_html(make(beside(titles={"made@0": "A set 0"}, outcomes={})))
    assert "In 2025 this version was not assessed (A set 0 was), so nothing is compared." in html
    assert "ast year: " not in html
    assert "; last year" not in html


def test_no_earlier_assessment_and_another_target_are_said() -> None:
    first = basis().first
    assert said_comparison(basis(), first).startswith("No earlier assessment is named")
    assert last_year_of(basis(), basis().card.outcomes[0]) == ""
    assert counted_before(basis(), met=True) == ""
    assert said_comparison(beside(), first) == "Last year is the assessment of 2025."
    assert said_comparison(beside(profiles={REF: "other"}), first) == (
        "Last year is the assessment of 2025, measured against another target."
    )


def test_of_several_control_sets_each_is_said_once() -> None:
    sets = three_sets()
    later = dataclasses.replace(sets, years=(last_year(sets),))
    text = said_comparisons(later)
    assert "Steps and Marks: In 2025 this version was not assessed (Made 1 was)" in text
    assert text.count("Last year is the assessment of 2025") == 1
    assert counted_before(later, met=True) == ""
    (steps,) = [e for e in later.card.outcomes if e.asked.outcome.id == OutcomeId("X.a")]
    assert last_year_of(later, steps) == ""
