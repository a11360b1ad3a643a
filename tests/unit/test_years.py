"""Years in a row: baselines, and what rose or fell."""

from cyberassess.domain.framework import FrameworkRef
from cyberassess.domain.years import moves, year_of
from tests.unit.builder import REF, make_framework, measure

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
