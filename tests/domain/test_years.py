"""Years in a row: baselines, and what rose or fell."""

from collections.abc import Mapping

from cyberassess.domain.result.years import answers_behind, moves, year_of
from cyberassess.domain.sets.framework import FrameworkRef
from tests.domain.builder import REF, Written, make_framework, measure

OUTLINE = """\
A Leading
  A1 Governance
    A1.a organisation board N.1 H.1
    A1.b organisation board N.1 H.1
    A1.c organisation board N.1 H.1
"""
LAST = {"A1.a.N.1": "happens", "A1.b.N.1": "never", "A1.b.H.1": "true"}
NOW = {
    "A1.a.N.1": "never",
    "A1.a.H.1": "true",
    "A1.b.N.1": "happens",
    "A1.c.N.1": "never",
    "A1.c.H.1": "true",
}
GOAL = {"A1.a": "high", "A1.b": "high", "A1.c": "high"}


def test_what_rose_and_fell_is_compared_where_both_years_know() -> None:
    framework = make_framework(OUTLINE)
    before = year_of("2025", measure(framework, LAST, GOAL), {}, {})
    found = moves(before, measure(framework, NOW, GOAL))
    assert [each.key.outcome for each in found.rose] == ["A1.a"]
    assert [each.key.outcome for each in found.fell] == ["A1.b"]
    assert len(found.compared) == 2


def test_baselines_are_of_the_same_version_only() -> None:
    card = measure(make_framework(OUTLINE), LAST, GOAL)
    before = year_of("2025", card, {FrameworkRef(REF): "goal"}, {FrameworkRef(REF): "Made 1"})
    found = before.theme(FrameworkRef(REF), "pipes")
    assert found is not None
    assert (found.meets, found.of) == (1, 3)
    assert before.theme(FrameworkRef("other@1"), "pipes") is None
    assert before.met(FrameworkRef(REF)) == {"A1.a": False, "A1.b": True, "A1.c": False}
    assert before.met(FrameworkRef("other@1")) == {}


def behind(last: Mapping[str, Written], now: Mapping[str, Written]) -> tuple[str, ...]:
    framework = make_framework("A Leading\n  A1 G\n    A1.a organisation board N.1 M.1 H.1 H.2\n")
    before = year_of("2025", measure(framework, last, {"A1.a": "high"}), {}, {})
    return answers_behind(before, measure(framework, now, {"A1.a": "high"}).outcomes[0])


BEST = {"A1.a.N.1": "never", "A1.a.M.1": "true", "A1.a.H.1": "true", "A1.a.H.2": "true"}


def test_what_lowered_a_result_is_what_keeps_it_from_last_years_level_and_did_not_then() -> None:
    assert behind(BEST, BEST | {"A1.a.N.1": "happens"}) == ("A1.a.N.1",)
    assert behind(BEST, BEST | {"A1.a.H.2": "not-true"}) == ("A1.a.H.2",)
    both = BEST | {"A1.a.H.1": "not-true", "A1.a.N.1": "happens"}
    assert behind(BEST, both) == ("A1.a.N.1", "A1.a.H.1")


def test_what_raised_a_result_is_what_kept_it_from_this_years_level_then() -> None:
    assert behind(BEST | {"A1.a.N.1": "happens"}, BEST) == ("A1.a.N.1",)
    poor = BEST | {"A1.a.M.1": "not-true", "A1.a.H.1": "not-true", "A1.a.H.2": "not-true"}
    assert behind(poor, BEST | {"A1.a.H.1": "not-true"}) == ("A1.a.M.1",)


def test_a_result_that_stayed_or_was_not_known_was_moved_by_no_answer() -> None:
    assert behind(BEST, BEST) == ()
    assert behind({}, BEST) == ()
    one = BEST | {"A1.a.H.1": "not-true"}
    assert behind(one, BEST | {"A1.a.H.2": "not-true"}) == ()
