"""Lists of Fair play that stand only where something is out of the ordinary."""

import dataclasses

from cyberassess.paper.detail.fairplay import fair_play
from cyberassess.paper.document import frame
from tests.domain.builder import (
    Written,
    answer_events,
    make_framework,
    make_state,
    make_themes,
    text_event,
)
from tests.domain.test_ended import ENDED, STAGED, made
from tests.paper.made import make_basis
from tests.paper.reading import headings, rows
from tests.paper.test_board import SCOPES, basis

HERE = "\nNorthport Council"
OUT = "out (The supplier does it.)"
COLUMNS = "Columns left out by more than half"
UNSIGNED = "Returns without a signature that stands"
LEFT = "Left out because what they ask for ended"
MANY = "The same explanation in many places"


def test_a_column_of_which_more_than_half_is_left_out_is_listed() -> None:
    framework = make_framework("X One\n  X.a organisation board M.1 M.2 M.3 H.1")
    answers: dict[str, Written] = {"X.a.M.1": OUT, "X.a.M.2": "true", "X.a.M.3": "true"}
    few = fair_play(make_basis(make_state(answers), framework=framework, scopes=()))
    assert COLUMNS not in headings(few)
    answers["X.a.M.2"] = OUT
    many = fair_play(make_basis(make_state(answers), framework=framework, scopes=()))
    assert [row[:2] for row in rows(many, COLUMNS)] == [[f"X.a{HERE}", "Outcome X.a"]]


def test_what_ended_is_listed_only_where_something_did() -> None:
    found = [
        fair_play(make_basis(make_state({}), framework=made(STAGED, ended, "staged"), scopes=()))
        for ended in ([], ["X.a.S.1"])
    ]
    assert LEFT not in headings(found[:1])
    ((ref, _, what),) = rows(found[1:], LEFT)
    assert (ref, what) == (f"X.a.S.1{HERE}", f"Left out: {ENDED}")


def test_an_explanation_of_more_than_three_outcomes_is_listed_once_and_cut() -> None:
    outline = "X One\n" + "".join(f"  X.{each} organisation board H.1\n" for each in "abcd")
    said = [text_event("rationale", f"X.{each}", f"We  do{' it' * 60}.") for each in "abcd"]
    framework = make_framework(outline)
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    three, four = (
        fair_play(make_basis(make_state({}, *each), framework=framework, themes=themes, scopes=()))
        for each in (said[:3], said)
    )
    assert MANY not in headings([three])
    ((ref, text, where),) = rows(four, MANY)
    assert (ref, where) == ("4 outcomes", "Northport Council: X.a, X.b, X.c, X.d")
    assert text == f"We  do{' it' * 51}…"


def test_a_return_that_is_not_signed_is_listed_as_the_control_block_counts_it() -> None:
    now = basis()
    assert ("Returns", "1 not signed (Priya Shah)") in frame(now, "Full report").control
    assert [row[:2] for row in rows(fair_play(now), UNSIGNED)] == [["Priya Shah", "Not signed."]]


def test_lists_stand_by_reference_and_not_by_place() -> None:
    other = dict.fromkeys(("revenues/B2.b.M.1", "housing/B2.a.M.1"), "other-means (So it is.)")
    now = basis(*answer_events(other), listed=SCOPES[::-1])
    found = rows(fair_play(now), "True by other means, with reasons")
    assert [row[0].split()[0] for row in found] == ["A1.a.H.2", "B2.a.M.1", "B2.b.M.1"]


def test_another_theme_to_lead_with_is_told() -> None:
    now = basis()
    default = now.themes.model_copy(update={"headline": "people"})
    moved = dataclasses.replace(now, default_themes=default)
    assert rows(fair_play(moved), "Themes changed by the organisation") == [
        ["headline", "The report leads with pipes; by default with people.", ""]
    ]
