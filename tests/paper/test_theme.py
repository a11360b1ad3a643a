"""The theme report, and its charts."""

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.result.theme_maturity import ThemeLevel
from cyberassess.domain.result.trend import Restated
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import AssessmentError
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import plain
from cyberassess.paper.charts import (
    confidence_chart,
    distance_chart,
    needed_for,
    themes_chart,
    trend_chart,
)
from cyberassess.paper.document import Document
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.sections.in_the_way import in_the_way
from tests.domain.builder import (
    Written,
    answer_events,
    make_framework,
    make_profile,
    make_state,
    make_themes,
    segment,
)
from tests.paper.made import GOAL, make_basis, small_state
from tests.paper.reading import headings, numbers, picture_of, rows, shown, texts, title_of
from tests.paper.test_board import PLAN, REF, in_a_row, last_year

MANY = """\
A Leading
  A1 Governance
    A1.a organisation board N.1 H.1
    A1.b organisation board N.1 H.1
    A1.c organisation board N.1 H.1
    A1.d organisation board N.1 H.1 H.2
    A1.e organisation board N.1 H.1
"""


def met(*outcomes: str) -> State:
    answers = {}
    for each in ("A1.a", "A1.b", "A1.c", "A1.d", "A1.e"):
        good = each in outcomes
        answers[f"{each}.N.1"] = "never" if good else "happens"
        answers |= {f"{each}.H.1": "true"} | ({"A1.d.H.2": "true"} if each == "A1.d" else {})
    return fold([segment(1, *answer_events(answers), seed="seed")])


def many(*outcomes: str, **changes: Any) -> Basis:
    goal = make_profile(dict.fromkeys(("A1.a", "A1.b", "A1.c", "A1.d", "A1.e"), "high"))
    framework = make_framework(MANY)
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    return make_basis(
        met(*outcomes), framework=framework, profile=goal, themes=themes, scopes=(), **changes
    )


@pytest.fixture(scope="module")
def report() -> Document:
    now = make_basis(small_state(*PLAN), profile=make_profile(GOAL), ambition={"pipes": "3"})
    row = in_a_row(now, ("2025", now))
    return theme_report(dataclasses.replace(now, years=(last_year(now),), trend=row))


def test_html_is_as_it_was_last_looked_at(
    report: Document, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("theme.html", render.render_html(report))


def test_each_rung_names_the_nearest_outcomes() -> None:
    made = theme_report(many("A1.a", ambition={"pipes": "4"}))
    steps = {e: rows(made, e) for e in headings(made) if e.startswith("From level")}
    assert {e: [row[0].partition(" ")[0] for row in found] for e, found in steps.items()} == {
        "From level 1 to level 2, developing": ["A1.b", "A1.c"],
        "From level 2 to level 3, established": ["A1.d"],
        "From level 3 to level 4, on target": ["A1.e"],
    }
    found = texts(made)
    assert "Meet their target everywhere: A1.a Outcome A1.a." in found
    assert "It needs 3 of 5: 2 more than now. The shortest way:" in found
    assert "It needs 4 of 5: 1 more than the level before. The shortest way:" in found
    assert any(each.startswith("Our ambition is level 4.") for each in found)


def test_boxes_without_room_for_their_names_have_them_below() -> None:
    framework = make_framework("LONG One\n  LONG-1.a organisation board H.1\n")
    made = make_basis(
        make_state({"LONG-1.a.H.1": "not-true"}), framework=framework, scopes=(),
        profile=make_profile({"LONG-1.a": "high"}), themes=make_themes({"LONG-1.a": "pipes"}),
    )  # fmt: skip
    assert shown(theme_report(made), "note") == "Below the target: LONG-1.a."


@pytest.mark.parametrize(
    ("answers", "goal", "why"),
    [
        ({"M.1": "true"}, "middle", "Nothing stands in the way of the target itself"),
        (
            {"M.1": "true", "H.1": "true", "H.2": "out (Not ours.)", "H.3": "out (Not ours.)"},
            "high",
            "More than half of the statements were said not to apply",
        ),
    ],
)
def test_a_gap_without_a_statement_in_its_way_says_why(
    answers: dict[str, str], goal: str, why: str
) -> None:
    outline = "X One\n  X.a organisation board N.1 M.1 H.1 H.2 H.3"
    framework = make_framework(outline)
    given: dict[str, Written] = {f"X.a.{each}": text for each, text in answers.items()}
    made = make_basis(
        make_state(given | {"X.a.N.1": "never"}), framework=framework,
        scopes=(), profile=make_profile({"X.a": goal}),
        themes=make_themes({"X.a": "pipes"}),
    )  # fmt: skip
    (said,) = in_the_way(made.findings)
    assert plain(said.line).startswith(why)


def test_at_the_top_there_is_nothing_above() -> None:
    made = theme_report(many("A1.a", "A1.b", "A1.c", "A1.d", "A1.e"))
    assert "There is no level above this one." in texts(made)
    assert not any(e.startswith("From level") or "from the" in e for e in headings(made))


def test_a_target_that_is_the_highest_of_everything_has_nothing_beyond_it() -> None:
    made = theme_report(many("A1.a", ambition={"pipes": "5"}))
    assert shown(made, "level").startswith("Level 1 of 4, starting; our ambition is 5.")
    assert (
        "Our ambition is level 5. Nothing lies beyond this target, so level 4 is the highest here."
    ) in texts(made)
    chart = themes_chart(
        many("A1.a", "A1.b", "A1.c", "A1.d", "A1.e", ambition={"pipes": "5"}), REF
    )
    assert title_of(chart).endswith("Of 1 ambition, 1 is reached.")


def test_one_outcome_has_no_level_to_rise_to() -> None:
    none = make_basis(small_state(), profile=make_profile({"A1.a": "high"}))
    too_few = make_basis(small_state(), profile=make_profile({"B2.a": "high"}))
    assert "Without a target there is no level to rise to." in texts(theme_report(none))
    assert "One outcome alone is too few to say a level." in texts(theme_report(too_few))


def test_too_little_known_names_what_is_missing() -> None:
    made = theme_report(make_basis(fold([]), profile=make_profile(GOAL)))
    assert any("a level needs four fifths of them" in each for each in texts(made))


def test_without_a_target_nothing_is_counted() -> None:
    report = theme_report(make_basis(small_state()))
    assert shown(report, "lead").startswith("pipes: no target was chosen")
    assert "Beside the other themes" not in headings(report)
    assert "By principle and place" not in headings(report)
    assert "Without a target there is no level to rise to." in texts(report)
    assert rows(report, "By place")[0][1] == "no target"


def test_another_theme_is_found_by_id_or_title() -> None:
    basis = make_basis(small_state(), profile=make_profile(GOAL))
    for name in ("people", "PEOPLE"):
        assert headings(theme_report(basis, theme=name))[0] == "people 2026"
    with pytest.raises(AssessmentError, match=r'"pipe" is not a theme.*Did you mean pipes'):
        theme_report(basis, theme="pipe")
    with pytest.raises(AssessmentError, match="There are: pipes, people"):
        theme_report(basis, theme="xyz")


def test_a_theme_without_outcomes_says_so() -> None:
    made = theme_report(many("A1.a"), theme="people")
    assert shown(made, "lead") == "people: no outcome of this theme has a target."
    assert "By place" not in headings(made)


def test_charts_say_their_message_and_have_a_table() -> None:
    now = many("A1.a", ambition={"pipes": "3"})
    then = many()
    row = in_a_row(now, ("2025", then))
    basis = dataclasses.replace(now, years=(last_year(then),), trend=row)
    chart = themes_chart(basis, REF)
    title = "pipes: 1 of 5 meet the target, 1 more than last year. Of 1 ambition, none is reached."
    assert title_of(chart) == title
    assert numbers(chart) == [["pipes", "1 of 5", "0 of 5", "level 3: 4 of 5"]]
    trend = trend_chart(basis, REF, "pipes")
    assert title_of(trend) == "pipes: from 0 of 5 in 2025 to 1 of 5 in 2026."
    assert numbers(trend) == [
        ["2025", "1", "0 of 5", "1 starting"],
        ["2026", "1", "1 of 5", "1 starting"],
    ]
    sure = confidence_chart(basis)
    assert title_of(sure).endswith("nothing is reviewed independently.")
    assert [row[0] for row in numbers(sure)] == [
        "Statements answered", "Claims with evidence", "Claims with evidence seen here",
        "Claims with evidence in date", "Results reviewed independently",
    ]  # fmt: skip
    for each in (chart, trend, sure):
        assert picture_of(each).alternative == title_of(each)
        assert all(bar.x >= 0 and bar.x + bar.width <= 170 for bar in picture_of(each).bars)


def test_fewer_than_last_year_and_as_many_are_said() -> None:
    year = last_year(many("A1.a"))
    fewer = dataclasses.replace(many(), years=(year,))
    same = dataclasses.replace(many("A1.b"), years=(year,))
    for basis, said in ((fewer, "1 fewer than last year"), (same, "as many as last year")):
        assert said in title_of(themes_chart(basis, REF))


def test_a_change_of_version_parts_the_line_and_an_open_year_has_no_bar() -> None:
    now = many("A1.a")
    row = in_a_row(now, ("2023", now), ("2024", many()), ("2025", now))
    (line,) = [each for each in row.lines if each.kind == "theme" and each.id == "pipes"]
    first, second, third, last = line.points
    points = (
        first,
        dataclasses.replace(second, why_not="mostly unanswered: 1 of 9"),
        dataclasses.replace(
            third, framework=FrameworkRef("made@2"), is_break=True, restated=Restated(2, 1, 2)
        ),
        dataclasses.replace(last, framework=FrameworkRef("made@2")),
    )
    broken = dataclasses.replace(row, lines=(dataclasses.replace(line, points=points),))
    chart = trend_chart(dataclasses.replace(now, trend=broken), REF, "pipes")
    assert title_of(chart) == "pipes: from 1 of 5 in 2025 to 1 of 5 in 2026."
    assert [each.text for each in picture_of(chart).words if each.anchor == "start"] == [
        "2023", "1 of 5", "2024", "no point", "Version 2 from here", "", "2025", "1 of 5", "2026",
        "1 of 5",
    ]  # fmt: skip
    assert numbers(chart)[1] == ["2024", "1", "0 of 5", "mostly unanswered: 1 of 9"]
    assert chart is not None
    assert shown(chart, "small") == (
        "2 outcomes of 5 are the same in 2024 and 2025: by this year's target 1 met it then, 2 "
        "now; too few to say that the theme moved."
    )
    heights = {each.y for each in picture_of(chart).bars if each.width > 100 and each.height < 1}
    assert len(heights) == 1
    assert trend_chart(now, REF, "pipes") is None
    assert trend_chart(dataclasses.replace(now, trend=in_a_row(now)), REF, "pipes") is None


def test_the_longest_bar_is_the_furthest_outcome() -> None:
    now = many()
    chart = distance_chart(now, now.findings, ())
    assert title_of(chart) in headings(theme_report(now))
    assert title_of(chart) == (
        "A1.a Outcome A1.a, A1.b Outcome A1.b, A1.c Outcome A1.c and 2 more are furthest from "
        "their target, each with 1 statement."
    )
    assert [row[2] for row in numbers(chart)] == ["1"] * 5
    widths = {bar.width for bar in picture_of(chart).bars if bar.fill == "#0b5563"}
    assert widths == {84.0}


@pytest.mark.parametrize(
    ("level", "of", "needed"),
    [
        (ThemeLevel.NOT_KNOWN, 5, None),
        (ThemeLevel.STARTING, 5, None),
        (ThemeLevel.DEVELOPING, 5, 3),
        (ThemeLevel.ESTABLISHED, 5, 4),
        (ThemeLevel.ON_TARGET, 5, 5),
        (ThemeLevel.BEYOND_TARGET, 5, 5),
    ],
)
def test_what_a_level_needs_is_the_smallest_share_that_reaches_it(
    level: ThemeLevel, of: int, needed: int | None
) -> None:
    assert needed_for(level, of) == needed
    if needed is not None and level is ThemeLevel.ESTABLISHED:
        assert Fraction(needed, of) >= Fraction(4, 5) > Fraction(needed - 1, of)
