"""What a report says under each rule but the table, in words a reader can check."""

import pytest

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.result.scoring import determine
from cyberassess.domain.sets.framework import Framework, FrameworkRef, OutcomeId
from cyberassess.paper.detail.fairplay import fair_play
from cyberassess.paper.detail.method import limits
from cyberassess.paper.sections.explaining import explain
from cyberassess.paper.sections.summary import said_verdicts
from tests.domain.builder import Written, make_profile, make_ruled, make_settings, make_state
from tests.paper.made import Views, build, make_basis
from tests.paper.reading import MAP, headings, rows, tables, texts, tones

STAGED = FrameworkRef("pscrf@1.0")
ALL_MET = FrameworkRef("ncsc-cyber-essentials@3.3")
IN_PLACE = FrameworkRef("ncsc-10-steps@2021")
WHY = "(Because.)"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


def said(framework: Framework, outcome: str, answers: dict[str, Written], rest: str) -> str:
    """Explain an outcome; statements that are not named get the answer ``rest``."""
    found = framework.outcomes[OutcomeId(outcome)]
    full: dict[str, Written] = {each.id: rest for each in found.indicators}
    state = make_state(full | answers, framework=framework.ref)
    scores = determine(framework, make_settings(), state)
    return explain(next(each for each in scores if each.asked.outcome.id == outcome))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            {"1.1.2": f"exceptions {WHY}", "1.1.3": f"working-towards {WHY}"},
            "Baseline is reached: its one control is met. 2 of 5 controls for target are not met: "
            "1 met with exceptions and 1 working towards. All is met for advanced, but a stage "
            "counts only on top of those below it.",
        ),
        (
            {"1.1.1": f"risk-accepted {WHY}"},
            "The one control for baseline is not met: 1 risk accepted. All is met for target and "
            "advanced, but a stage counts only on top of those below it.",
        ),
        (
            {"1.1.1": f"does-not-apply {WHY}", "1.1.8": "dont-know"},
            "1 control is not answered out of 8, so the result is still open: at worst target, at "
            "best advanced.",
        ),
        (
            {},
            "Baseline is reached: its one control is met. Target is reached: all its 5 controls "
            "are met. Advanced is reached: both its controls are met.",
        ),
    ],
)
def test_stages(shelf: Shelf, answers: dict[str, Written], sentence: str) -> None:
    assert said(shelf.framework(STAGED).framework, "1.1", answers, "met") == sentence


@pytest.mark.parametrize(
    ("outcome", "answers", "sentence"),
    [
        ("FW", {}, "Ready: all 7 requirements that apply are met."),
        (
            "FW",
            {"FW-01": "not-met", "FW-02": f"does-not-apply {WHY}"},
            "Not ready: 1 of 6 requirements is not met (FW-01).",
        ),
        (
            "SU",
            {"SU-05": "not-met", "SU-06": "not-met"},
            "Not ready: 2 of 6 requirements are not met (SU-05 and SU-06). SU-05 and SU-06 fail "
            "the whole assessment, whatever the rest.",
        ),
        (
            "FW",
            {"SCOPE.other-networks": "no", "FW-07": "not-met"},
            "Ready: all 6 requirements that apply are met. 1 requirement is left out because "
            "SCOPE.other-networks was answered no, under “What applies here”.",
        ),
    ],
)
def test_all_met(shelf: Shelf, outcome: str, answers: dict[str, Written], sentence: str) -> None:
    assert said(shelf.framework(ALL_MET).framework, outcome, answers, "met") == sentence


@pytest.mark.parametrize(
    ("answers", "rest", "sentence"),
    [
        ({}, "in-place", "All its 4 points are in place."),
        ({"3.1": "partly"}, "in-place", "3 of 4 points in place, one partly."),
        ({}, "not-in-place", "None of its 4 points is in place, not even partly."),
        (
            {"3.1": "partly", "3.2": "partly"},
            "not-in-place",
            "None of 4 points in place, 2 partly.",
        ),
    ],
)
def test_in_place(shelf: Shelf, answers: dict[str, Written], rest: str, sentence: str) -> None:
    assert said(shelf.framework(IN_PLACE).framework, "3", answers, rest) == sentence


OUTLINE = """\
X Rules
  X1 Scope
    X.c organisation board C.1 C.2
  X2 Controls
    X.a organisation board R.1 R.2! R.3~
    X.b organisation board R.1?X.c.C.1 R.2
"""


@pytest.fixture(scope="module")
def self_check() -> Views:
    """Give a report on a set that asks for everything."""
    state = make_state(
        {
            "X.c.C.1": "no",
            "X.c.C.2": "yes",
            "X.a.R.1": "yes",
            "X.a.R.2": "no",
            "X.a.R.3": "no",
            "X.b.R.1": "no",
            "X.b.R.2": "yes",
        }
    )
    profile = make_profile({"X.a": "ready", "X.b": "ready"})
    return build(state, framework=make_ruled("all-met", OUTLINE), profile=profile, scopes=())


def test_a_self_check_says_what_fails_the_whole(self_check: Views) -> None:
    (verdict,) = said_verdicts(self_check.basis)
    assert verdict == (
        "Made 1: not ready. This requirement is not met and fails the whole assessment, whatever "
        "the rest: X.a.R.2. This is a self-check, not certification."
    )
    assert texts(self_check.document).count(verdict) == 2, "on page one and with its place"
    assert any("not certification" in each for each in limits(self_check.basis))


def test_conditions_are_shown_with_what_follows(self_check: Views) -> None:
    shown = [(e[0], e[2], e[3]) for e in rows(self_check.document, "What applies here")]
    assert shown == [("X.c.C.1", "No", "Left out: X.b.R.1."), ("X.c.C.2", "Yes", "")]
    title = "Left out by what was said under “What applies here”"
    ((ref, _, statements),) = rows(self_check.document, title)
    assert (ref, statements) == ("1 left out\nNorthport Council", "X.b.R.1")


def test_statements_say_that_they_are_left_out_permitted_or_fail_everything(
    self_check: Views,
) -> None:
    found = {
        row.ref: row for view in self_check.outcomes() for band in view.bands for row in band.rows
    }
    assert found["X.b.R.1"].answer == "Left out"
    assert found["X.b.R.1"].note == (
        "Left out: X.c.C.1, “Statement X.c.C.1.”, was answered no. "
        "What was answered here (No) does not count."
    )
    assert found["X.a.R.2"].note.startswith("Not met, this alone fails the whole assessment")
    assert found["X.a.R.3"].note.startswith("A permission")
    titles = headings(self_check.document)
    assert any(each.startswith("An example from this assessment") for each in titles)


def test_a_set_in_one_group_is_mapped_outcome_by_outcome(self_check: Views) -> None:
    found = rows(self_check.document, MAP)
    assert [row[0].partition(" ")[0] for row in found] == ["X.a", "X.b", "In"]
    (map_,) = tables(self_check.document, MAP)
    assert tones(map_) == [["few"], ["all"], ["half"]]
    assert found[-1][1] == "1 of 2"


def test_a_stage_with_nothing_to_assess_is_passed_and_named() -> None:
    outline = "X Rules\n  X1 One\n    X.a organisation board S.1 T.1\n"
    framework = make_ruled("staged", outline)
    state = make_state({"X.a.S.1": "yes", "X.a.T.1": "out (Because.)"}, framework=framework.ref)
    (score,) = determine(framework, make_settings(), state)
    assert explain(score) == (
        "Nothing to assess for first and third, so those stages are passed over. "
        "Second is reached: its one statement is met."
    )
    profile = make_profile({"X.a": "third"})
    report = build(state, framework=framework, profile=profile, scopes=())
    assert rows(report.document, "Stages with nothing to assess") == [
        ["1 outcome\nNorthport Council", "First", "X.a"],
        ["1 outcome\nNorthport Council", "Third", "X.a"],
    ]


def test_an_answer_apart_without_what_it_needs_is_not_listed_as_one(shelf: Shelf) -> None:
    """It counts as unanswered, so it stands under what lacks a reason, not with accepted risks."""
    framework = shelf.framework(STAGED).framework
    answers: dict[str, Written] = {"1.1.1": f"risk-accepted {WHY}", "1.1.2": "risk-accepted"}
    state = make_state(answers, framework=framework.ref)
    found = fair_play(make_basis(state, framework=framework, scopes=()))
    here = "\nNorthport Council"
    assert [row[0] for row in rows(found, "Risk accepted")] == [f"1.1.1{here}"]
    assert [row[0] for row in rows(found, "Answers that lack a reason")] == [f"1.1.2{here}"]
