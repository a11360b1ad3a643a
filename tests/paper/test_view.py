import dataclasses
import datetime
from collections.abc import Mapping
from fractions import Fraction

import pytest

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.years import year_of
from cyberassess.paper.basis import joined, said_role, share, tenths
from cyberassess.paper.blocks import Heading, Table, every
from cyberassess.paper.detail.places import said_place
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.html import render_html
from cyberassess.paper.sections.outcomes import OutcomeView
from cyberassess.paper.sections.summary import (
    said_count,
    said_left_out,
    said_level,
    said_weakest,
    whose_target,
)
from tests.domain.builder import (
    Data,
    Written,
    make_framework,
    make_profile,
    make_state,
    make_themes,
    record_event,
    text_event,
)
from tests.paper.made import GOAL, Views, build, make_basis, small_state
from tests.paper.reading import (
    MAP,
    figures,
    headings,
    rows,
    said,
    shown,
    squares,
    tables,
    texts,
    tones,
    top_gaps,
)
from tests.paper.test_board import REF

NEXT_LEVEL = "What stands between us and"


def outcome(report: Views, ref: str, scope: int = 0) -> OutcomeView:
    return report.outcomes(ref)[scope]


@pytest.fixture(scope="module")
def small() -> Views:
    left_out = [{"title": "Museum booking", "reason": "no critical function"}]
    return build(small_state(), profile=make_profile(GOAL), left_out=left_out)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "none"),
        (0, 9, "0%"),
        (1, 1000, "1%"),
        (999, 1000, "99%"),
        (1, 8, "13%"),
        (9, 9, "100%"),
    ],
)
def test_shares_are_half_up_and_whole_only_when_exact(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


def test_one_decimal_is_half_up() -> None:
    assert tenths(Fraction(1, 20) * 5) == "0.3"
    assert tenths(None) == "none"


def test_dates_and_words_are_said_as_in_britain() -> None:
    assert said_date(datetime.date(2026, 11, 2)) == "2 November 2026"
    assert said_date("2026-11-22T23:59:00Z") == "22 November 2026"
    assert said_date("next spring") == "next spring"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert said_role("it-security") == "IT security"


def test_page_one_counts_and_names_the_weakest(small: Views) -> None:
    assert said_count(small.basis) == "0 of 3 outcomes meet our target."
    assert level_of(small).startswith("Level 0 of 5, not known.")
    assert whose_target(small.basis) == "Our target is the Goal, set by us."
    assert said_left_out(small.basis) == "Museum booking (no critical function)."
    assert "DRAFT" in shown(small.document, "meta")


def test_the_weakest_place_is_named_only_where_places_differ(small: Views) -> None:
    said = said_weakest(small.basis)
    assert said == "The weakest system is Housing, meeting 0 of its 2 pipes outcomes."


def test_outcomes_not_applicable_in_one_place_count_in_others(small: Views) -> None:
    assert outcome(small, "B2.c").verdicts[0].verdict.word == "Not applicable"
    assert "left out of every count" in outcome(small, "B2.c").explanation
    assert outcome(small, "B2.c", 1).explanation == (
        "Nothing has been answered yet, so nothing can be said. The target is high."
    )


def test_a_warning_sign_explains_itself(small: Views) -> None:
    view = outcome(small, "B2.a")
    assert view.verdicts[0].verdict.word == "Low"
    assert view.explanation == (
        "One warning sign decides this outcome: “Statement B2.a.N.1.” "
        "Without that warning sign the outcome would meet the target, middle."
    )
    assert [row.in_the_way for row in view.bands[0].rows] == [True]


def test_people_who_differ_are_named_with_the_answer_that_counts(small: Views) -> None:
    row = outcome(small, "B2.b").bands[0].rows[1]
    assert [(each.who, each.label) for each in row.answers] == [
        ("Sam Reid", "Does not happen"),
        ("Priya Shah", "Happens"),
    ]
    assert row.note == (
        "Sam Reid and Priya Shah differ; the less favourable answer counts until it is settled: "
        "Happens."
    )


def test_an_open_outcome_shows_its_best_and_worst(small: Views) -> None:
    view = outcome(small, "B2.b", 1)
    assert [each.label for each in view.verdicts] == [
        "By the rule",
        "At worst",
        "At best",
        "Confirmed",
        "Target",
    ]
    assert "at worst low, at best high" in view.explanation


def test_origins_name_file_sheet_and_cell(small: Views) -> None:
    view = outcome(small, "A1.a")
    assert view.one_source
    assert view.bands[0].rows[0].origin == "Cell D11"
    assert view.files == "All answers by Sam Reid. F1, sheet “B2 Housing”."
    assert view.rationales[0].origin == "at the prompt, 14 November 2026"
    assert view.evidence[0].valid == "30 June 2027"
    assert outcome(small, "B2.b").evidence[0].valid == "expired 31 October 2026"
    assert view.claims[0].text == "Confirmed in WebCAF as High."


def test_the_map_counts_by_group_and_place(small: Views) -> None:
    (table,) = tables(small.document, MAP)
    heads = ["Principle", "Everywhere", "Whole organisation", "Housing", "Revenues"]
    assert [each.title for each in table.columns] == heads
    assert rows(small.document, MAP) == [
        ["A1 Governance", "1 of 1", "1 of 1", "", ""],
        ["B2 Identity", "0 of 3", "", "0 of 2", "1 of 3"],
        ["In all", "1 of 4", "1 of 1", "0 of 2", "1 of 3"],
        ["Of these, pipes", "0 of 3", "", "0 of 2", "1 of 3"],
    ]
    assert tones(table)[0] == ["all", "all", "", ""]


def test_the_column_everywhere_adds_up_to_the_headline(small: Views) -> None:
    """Checked as a reader would: by adding."""
    found = {row[0]: row[1].split(" of ") for row in rows(small.document, MAP)}
    total, headline = found.pop("In all"), found.pop("Of these, pipes")
    for at in (0, 1):
        assert sum(int(each[at]) for each in found.values()) == int(total[at])
    assert said_count(small.basis) == f"{' of '.join(headline)} outcomes meet our target."


def furthest_of(answers: Mapping[str, Written], outline: str) -> str:
    framework = make_framework(outline)
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    profile = make_profile(dict.fromkeys(framework.outcomes, "high"))
    report = build(make_state(answers), framework=framework, themes=themes, profile=profile)
    return said(report.document, MAP).partition(" Outcomes that")[0]


TWO = """\
A One
  A1 Signs
    A1.a organisation board H.1
    A1.b organisation board H.1
  A2 Locks
    A2.a organisation board H.1
    A2.b organisation board H.1
    A2.c system service H.1
"""
MOST = {f"{each}.H.1": "true" for each in ("A1.a", "A2.a", "A2.b")}


def test_furthest_to_go_is_by_what_is_met_everywhere() -> None:
    """By single results A1 has 1 of 2 and A2 3 of 4; everywhere it has 2 of 3."""
    said = furthest_of(MOST | {"housing/A2.c.H.1": "true"}, TWO)
    assert said == "A1 Signs has furthest to go, with 1 of 2."


def test_of_equal_shares_the_larger_gap_has_furthest_to_go_and_ties_are_said() -> None:
    none: dict[str, Written] = {"A1.a.H.1": "not-true"}
    assert furthest_of(none, TWO) == "A2 Locks has furthest to go, with 0 of 3."
    tie = TWO.replace("    A2.c system service H.1\n", "")
    assert furthest_of(none, tie) == "A1 Signs and A2 Locks have furthest to go, each with 0 of 2."
    many = tie + "".join(f"  A{n} Part\n    A{n}.a organisation board H.1\n" for n in (3, 4))
    assert furthest_of({"A1.a.H.1": "true", "A2.a.H.1": "true"}, many) == (
        "A3 Part and A4 Part have furthest to go, each with 0 of 1."
    )
    assert furthest_of(MOST | {"A1.b.H.1": "true"}, tie) == "Everything with a target meets it."


def test_what_is_not_planned_stands_once_with_its_places(small: Views) -> None:
    assert rows(small.document, "Below the target, and not planned yet") == [
        ["B2.a Outcome B2.a", "Housing", "1 statement"],
        ["B2.b Outcome B2.b", "Housing and Revenues", "1 to 2 statements"],
        ["B2.c Outcome B2.c", "Revenues", "3 statements"],
    ]


def test_statements_stand_once_with_the_answers_of_places_beside_each_other(
    small: Views,
) -> None:
    title = "B2.b Outcome B2.b"
    (heading,) = (
        each
        for each in every(small.document.sections)
        if isinstance(each, Heading) and each.text == title and each.running
    )
    assert heading.running == f"{title} · Housing and Revenues"
    lines = rows(small.document, title)
    assert [row[0] for row in lines].count("Housing") == 1
    (line,) = (row for row in lines if row[0] == "B2.b.N.2")
    assert line[2] == ("People differ in Housing; Not answered in Revenues (in the way)")
    assert line[3] == "Sam Reid: Does not happen, F1 D11; Priya Shah: Happens, F1 D11"


def test_many_places_that_differ_are_named_under_what_each_answered() -> None:
    """Their answers are counted then, so where each comes from says which it is."""
    framework = make_framework("X One\n  X.a system service H.1\n")
    answers = {f"s{n}/X.a.H.1": "true" if n % 2 else "not-true" for n in range(12)}
    goal = {"framework": framework, "themes": make_themes({"X.a": "pipes"})}
    basis = build(make_state(answers), scopes=[f"s{n} system" for n in range(12)], **goal).basis
    (table,) = (
        each
        for each in every(full_report(basis, every_answer=True).sections)
        if isinstance(each, Table) and each.by
    )
    ((_, _, answer, origin),) = table.rows
    assert answer == "Not true in 6 of 12 systems; True in 6 of 12 systems"
    where = "Sam Reid, command, 1 March 2026"
    assert origin == "; ".join(
        label + "; ".join(f"S{number} {where}" for number in range(first, 12, 2))
        for first, label in enumerate(("Not true: ", "True: "))
    )


def test_statements_in_the_way_stand_first() -> None:
    framework = make_framework("X One\n  X.a organisation board H.1 H.2\n")
    state = make_state({"X.a.H.1": "true", "X.a.H.2": "not-true"})
    goal = {"framework": framework, "profile": make_profile({"X.a": "high"}), "scopes": ()}
    document = build(state, themes=make_themes({"X.a": "pipes"}), **goal).document
    (table,) = (each for each in every(document.sections) if isinstance(each, Table) and each.by)
    assert [(row[0], row[2]) for row in table.rows] == [
        ("X.a.H.2", "Not true (in the way)"),
        ("X.a.H.1", "True"),
    ]


def test_fair_play_lists_what_is_there_and_names_what_is_not(small: Views) -> None:
    made = small.document
    assert [row[0] for row in rows(made, "Conflicts open")] == ["B2.b.N.2\nHousing"]
    assert [row[0] for row in rows(made, "Don't know")] == ["B2.b.N.1\nRevenues"]
    assert len(rows(made, "Does not apply, with reasons")) == 3
    (changed,) = rows(made, "Answers changed after they were given")
    assert changed[1] == "Was Otherwise, now Not true."
    twice = rows(made, "Said twice, answered differently")[0]
    assert twice[0].startswith("B2.a.H.1, B2.b.H.1\n")
    assert [row[0] for row in rows(made, "Outcomes that are not applicable")] == ["B2.c\nHousing"]
    (empty,) = (each for each in texts(made) if each.startswith("Nothing to list under"))
    assert "“One document behind many claims”" in empty


def test_one_document_behind_many_claims_is_listed() -> None:
    outline = "X One\n" + "".join(f"  X.{each} organisation board H.1\n" for each in "abcd")
    framework = make_framework(outline)
    events = [text_event("evidence", f"X.{each}", "The  POLICY") for each in "abcd"]
    state = make_state({f"X.{each}.H.1": "true" for each in "abcd"}, *events)
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    report = build(state, framework=framework, themes=themes, scopes=())
    (row,) = rows(report.document, "One document behind many claims")
    assert row == ["4 outcomes", "The  POLICY", "Northport Council: X.a, X.b, X.c, X.d"]


def test_doing_better_than_a_shortfall_is_listed_apart_and_so_is_what_may_be_meant_so() -> None:
    outline = "X One\n  X.a organisation board N.1 M.1^H.1 M.2^ M.3^H.2 H.1 H.2"
    framework = make_framework(outline)
    answers: dict[str, Written] = {
        "X.a.N.1": "never",
        "X.a.M.1": "better",
        "X.a.M.2": "better (All of it is done.)",
        "X.a.M.3": "not-true",
        "X.a.H.1": "true",
        "X.a.H.2": "other-means (By hand.)",
    }
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    report = build(make_state(answers), framework=framework, themes=themes, scopes=())
    here = "\nNorthport Council"
    assert [(row[0], row[2]) for row in rows(report.document, "We do better")] == [
        (f"X.a.M.1{here}", "Sam Reid: X.a.H.1 says better and is true"),
        (f"X.a.M.2{here}", "Sam Reid: All of it is done."),
    ]
    title = "Said not to be true beside a statement that says better"
    ((ref, _, better),) = rows(report.document, title)
    assert (ref, better) == (f"X.a.M.3{here}", "X.a.H.2")
    assert "True by other means, with reasons" in headings(report.document)
    statements = {row.ref: row for band in outcome(report, "X.a").bands for row in band.rows}
    assert statements["X.a.M.1"].answer == "We do better"
    assert statements["X.a.M.3"].note == (
        "X.a.H.2, which says better, is true: see the lists under Fair play."
    )


def test_the_next_level_names_the_shortest_way() -> None:
    outline = "X One\n" + "".join(f"  X.{each} organisation board N.1 H.1\n" for each in "abc")
    framework = make_framework(outline)
    answers = {f"X.{each}.H.1": "true" for each in "abc"}
    answers |= {"X.a.N.1": "never", "X.b.N.1": "happens", "X.c.N.1": "happens"}
    report = build(
        make_state(answers),
        framework=framework,
        themes=make_themes(dict.fromkeys(framework.outcomes, "pipes")),
        profile=make_profile(dict.fromkeys(framework.outcomes, "high")),
        scopes=(),
    )
    title = f"{NEXT_LEVEL} level 2"
    assert said(report.document, title) == (
        "By rule theme-maturity-1, level 2, developing, needs 2 of 3: one more than now. "
        "The shortest way there:"
    )
    assert [row[0] for row in rows(report.document, title)] == ["X.b"]
    assert said_count(report.basis) == "1 of 3 outcomes meets our target."
    gaps = [each[0].partition(" ")[0] for each in top_gaps(report.document)]
    assert gaps == ["X.b", "X.c"]
    assert said_weakest(report.basis) == ""


def points(letters: str, **answered: str) -> Views:
    """Build a report on outcomes of one statement, all of which are to be high."""
    outline = "X One\n" + "".join(f"  X.{each} organisation board M.1 H.1\n" for each in letters)
    framework = make_framework(outline)
    answers = {f"X.{each}.{column}.1": "true" for each in letters for column in "MH"}
    return build(
        make_state(answers | {f"X.{key}.H.1": said for key, said in answered.items()}),
        framework=framework,
        themes=make_themes(dict.fromkeys(framework.outcomes, "pipes")),
        profile=make_profile(dict.fromkeys(framework.outcomes, "high")),
        scopes=(),
    )


def level_of(found: Views) -> str:
    return said_level(found.basis, found.basis.headline_score())


def level_in_the_table(found: Views) -> str:
    return rows(found.document, "All themes")[0][4]


def test_on_target_is_the_highest_level_where_the_target_is_the_highest_of_everything() -> None:
    report = points("abc")
    assert level_of(report) == "Level 4 of 4, on target."
    assert level_in_the_table(report) == "4 on target"
    assert not any(each.startswith(NEXT_LEVEL) for each in headings(report.document))
    assert level_of(points("abc", a="not-true")) == "Level 2 of 4, developing."


def test_one_outcome_is_too_few_to_say_a_level() -> None:
    report = points("a")
    assert said_count(report.basis) == "1 of 1 outcome meets our target."
    assert level_of(report) == "One outcome alone is too few to say a level."
    assert level_in_the_table(report) == "too few to say"
    assert not any(each.startswith(NEXT_LEVEL) for each in headings(report.document))


def test_without_a_target_nothing_is_counted() -> None:
    report = build(small_state())
    assert said_count(report.basis) == (
        "no target was chosen, so nothing can be counted against one."
    )
    assert whose_target(report.basis) == "No target was chosen: Not chosen yet."
    assert squares(report.document) is None
    assert tables(report.document, MAP) == []
    assert not any(each.startswith(NEXT_LEVEL) for each in headings(report.document))


def test_an_assessment_nobody_answered_says_so() -> None:
    report = build(fold([]), profile=make_profile(GOAL))
    assert figures(report.document)[0] == "0%"
    assert figures(report.document)[1] == "none"
    assert not any("An example" in each for each in headings(report.document))
    assert dict(report.document.frame.control)["Fingerprint of the data"] == "none yet"


def test_the_example_is_of_this_assessment(small: Views) -> None:
    title = "An example from this assessment: B2.a Outcome B2.a, Housing"
    assert [row[1:] for row in rows(small.document, title)] == [["1", "1", "0", "0", "0"]] * 3
    assert any("By the rule: Low. All its answers" in each for each in texts(small.document))


def test_the_fingerprint_changes_with_one_answer(small: Views) -> None:
    other = build(
        small_state(text_event("rationale", "B2.a", "More.", scope="housing")),
        profile=make_profile(GOAL),
    )
    assert (
        dict(other.document.frame.control)["Fingerprint of the data"]
        != dict(small.document.frame.control)["Fingerprint of the data"]
    )
    assert dict(small.document.frame.control)["Approved by"] == ""


def test_a_place_says_where_it_stands_and_what_is_to_be_done_there() -> None:
    fields: Data = {"framework": "made@1", "scope": "housing", "outcome": "B2.b"}
    fields |= {"title": text_field("Mend it.", "s"), "owner": text_field("p2", "s")}
    events = [
        record_event(
            "action", [f"ACT-{n:03}"], fields | {"due": "2027-03-31"} if n == 1 else fields
        )
        for n in range(1, 9)
    ]
    basis = make_basis(small_state(*events), profile=make_profile(GOAL))
    year = year_of("2025", basis.card, {}, {basis.first.ref: "Made 1"})
    later = dataclasses.replace(basis, years=(year,))
    whole, housing, _ = (
        said_place(later, [each for each in basis.card.outcomes if each.asked.scope == scope])
        for scope in basis.scopes
    )
    assert whole == "1 of 1 outcome with a target meets it here; last year 1."
    assert {whole, housing} <= set(texts(full_report(later)))
    assert housing.startswith(
        "0 of 2 outcomes with a target meet it here; last year 0. "
        "Below the target: B2.a and B2.b. "
        "To be done: ACT-001 for B2.b (Priya Shah, 31 March 2027); "
        "ACT-002 for B2.b (Priya Shah, no date yet); "
    )
    assert housing.endswith("; and 2 more.")
    assert texts(build(small_state()).document).count("Nothing here has a target.") == 3


def test_without_every_answer_only_what_is_to_be_decided_has_a_section() -> None:
    """A1.a meets its target undisputed; B2.c does not apply in one place; all else is open."""
    basis = make_basis(small_state(), profile=make_profile(GOAL))
    made = full_report(basis, every_answer=False)
    shown = {
        each.text: each.running.partition(" · ")[2]
        for each in every(made.sections)
        if isinstance(each, Heading) and " · " in each.running
    }
    assert shown == {
        "B2.a Outcome B2.a": "Housing",
        "B2.b Outcome B2.b": "Housing and Revenues",
        "B2.c Outcome B2.c": "Revenues",
    }
    html = render_html(made)
    assert "The board meets monthly." not in html
    assert 'href="#outcome-1-organisation-A1.a"' not in html
    assert "The edition with every answer" in html
    whole = render_html(full_report(basis))
    assert "The board meets monthly." in whole
    assert "--every-answer" not in whole


@pytest.mark.parametrize(
    "event",
    [
        record_event("review", (REF, "organisation", "A1.a", "p9"), {"determination": "low"}),
        record_event(
            "determination",
            [REF, "organisation", "A1.a"],
            {"level": "middle", "suggested": "high", "reason": "Not sure."},
        ),
    ],
    ids=["lowered", "overridden"],
)
def test_what_is_lowered_or_overridden_has_a_section(event: Data) -> None:
    basis = make_basis(small_state(event), profile=make_profile(GOAL | {"A1.a": "low"}))
    assert "A1.a Outcome A1.a" in headings(full_report(basis, every_answer=False))
