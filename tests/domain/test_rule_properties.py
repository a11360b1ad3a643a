"""What holds for the rules staged, all-met and in-place, in every version, on random outcomes.

Each rule is read a second time here, in the words of docs/method.md and on answers that are all
given; best and worst follow by trying every answer to what is open.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cyberassess.domain.result.scoring import OutcomeScore, determine, score
from cyberassess.domain.sets.framework import CountsAs, Framework, LevelId
from tests.domain.builder import (
    REF,
    TODAY,
    Written,
    make_ruled,
    make_settings,
    make_state,
    make_target,
    make_themes,
    read_answer,
)

REASON = "We checked."
LEFT_OUT = f"out ({REASON})"
ANSWERS = ["yes", "partly", "no", "dont-know", "out", LEFT_OUT, "-"]
CONDITIONS = ["yes", "no", "dont-know", "-"]
PALETTES = [["yes", LEFT_OUT], ["yes", "no"], ["no", "partly"], ["no", "partly", LEFT_OUT]]
"""What people choose from; few choices, so that outcomes are often all one thing."""
ALONE = make_settings()
Answers = dict[str, Written]
Complete = Mapping[str, str]
"""Answers that are all given and all apply: yes, partly or no, keyed by statement."""


# The rules, read a second time


def staged(answers: Complete) -> int:
    """Find the highest stage with controls, up to which all controls there are, are met."""
    reached = 0
    for rank, stage in enumerate("FST", start=1):
        column = [answer for each, answer in answers.items() if each.split(".")[2] == stage]
        if set(column) - {"yes"}:
            break
        reached = rank if column else reached
    return reached


def staged_1(answers: Complete) -> int:
    """Count the stages from below whose controls, if it has any, are all met."""
    failing = {each.split(".")[2] for each, answer in answers.items() if answer != "yes"}
    return next((rank for rank, stage in enumerate("FST") if stage in failing), 3)


def all_met(answers: Complete) -> int:
    """Ready, or not."""
    return int(set(answers.values()) == {"yes"})


def in_place(answers: Complete) -> int:
    """All, none, or partly."""
    kinds = set(answers.values())
    if kinds == {"yes"}:
        return 2
    return 0 if kinds == {"no"} else 1


class Kind(NamedTuple):
    """A rule with its second reading, and outcomes of several shapes."""

    rule: str
    read: Callable[[Complete], int]
    shapes: tuple[str, ...]


STAGE_SHAPES = (
    "F.1 S.1",
    "F.1 S.1 T.1",
    "F.1 F.2 S.1 S.2 T.1",
    "S.1 S.2",
    "F.1 T.1?X.c.C.1",
    "F.1 S.1?X.c.C.1 S.2?X.c.C.2 T.1",
)
KINDS = (
    Kind("staged", staged, STAGE_SHAPES),
    Kind("staged-1", staged_1, STAGE_SHAPES),
    Kind(
        "all-met",
        all_met,
        (
            "R.1 R.2",
            "R.1",
            "R.1 R.2 R.3",
            "R.1 R.2~",
            "R.1?X.c.C.1 R.2?X.c.C.2 R.3",
            "R.1~ R.2?X.c.C.1 R.3",
        ),
    ),
    Kind(
        "in-place",
        in_place,
        ("P.1 P.2", "P.1", "P.1 P.2 P.3", "P.1 P.2 P.3?X.c.C.1", "P.1~ P.2 P.3"),
    ),
)
MADE = {
    (kind.rule, shape): make_ruled(
        kind.rule, f"X X\n  X.c organisation board C.1 C.2\n  X.a organisation board {shape}"
    )
    for kind in KINDS
    for shape in kind.shapes
}


class Made(NamedTuple):
    """A random outcome with answers; short when it is printed."""

    kind: int
    shape: str
    answers: Answers

    @property
    def framework(self) -> Framework:
        return MADE[KINDS[self.kind].rule, self.shape]


@st.composite
def outcomes(
    draw: st.DrawFn, *, people: int = 1, usable: bool = False, leave_out: bool = True
) -> Made:
    """Draw one outcome with its conditions, and answers of up to so many people."""
    kind = draw(st.integers(0, len(KINDS) - 1))
    shape = draw(st.sampled_from(KINDS[kind].shapes))
    allowed = ["yes", "partly", "no", LEFT_OUT] if usable else ANSWERS
    allowed = [e for e in allowed if leave_out or not e.startswith("out")]
    favoured = draw(st.sampled_from([allowed, *PALETTES]))
    palette = [each for each in favoured if each in allowed]
    answers: Answers = {}
    for statement in MADE[KINDS[kind].rule, shape].indicators:
        offered = CONDITIONS if ".c." in statement else palette
        answers[statement] = draw(st.lists(st.sampled_from(offered), min_size=1, max_size=people))
    return Made(kind, shape, answers)


def said(written: Written) -> set[str]:
    """Give the answers to a statement that mean something, reasons left aside."""
    several = [written] if isinstance(written, str) else written
    given_ = [each for each in map(read_answer, several) if each is not None]
    return {code for code, reason in given_ if code != "dont-know" and (reason or code != "out")}


def applying(made: Made) -> list[str]:
    """Give the statements to be scored: no condition, no permission, not ruled out."""
    found: list[str] = []
    for token in made.shape.split():
        name, _, condition = token.partition("?")
        is_ruled_out = bool(condition) and said(made.answers.get(condition, "-")) == {"no"}
        if not (name.endswith("~") or is_ruled_out):
            found.append(f"X.a.{name.rstrip('!')}")
    return found


def oracle(made: Made) -> tuple[int | None, int | None]:
    """Give worst and best: try every reading of conflicts, and every answer to what is open."""
    names = applying(made)
    options = [sorted(said(made.answers.get(each, "-"))) or ["open"] for each in names]
    found: list[tuple[int, int]] = []
    for choice in itertools.product(*options):
        kept = [(n, each) for n, each in zip(names, choice, strict=True) if each != "out"]
        if kept:
            ranks = [KINDS[made.kind].read(dict(each)) for each in _completions(kept)]
            found.append((min(ranks), max(ranks)))
    if not found:
        return None, None
    return min(worst for worst, _ in found), min(best for _, best in found)


def _completions(kept: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], ...]]:
    return itertools.product(
        *([(n, e) for e in (("yes", "partly", "no") if a == "open" else (a,))] for n, a in kept)
    )


def determined(made: Made, **changes: Written) -> OutcomeScore:
    answers = made.answers | changes
    (found,) = determine(made.framework, ALONE, make_state(answers), make_target({}))
    return found


def span(found: OutcomeScore) -> tuple[int | None, int | None]:
    ranks = found.asked.framework.ranks
    return (
        None if found.worst is None else ranks[found.worst],
        None if found.best is None else ranks[found.best],
    )


@pytest.mark.slow
@given(outcomes())
@settings(max_examples=300)
def test_determinations_are_those_of_the_second_reading(made: Made) -> None:
    assert span(determined(made)) == oracle(made)


@given(outcomes(people=2))
@settings(max_examples=300)
def test_while_people_differ_the_lowest_determination_counts_by_every_rule(made: Made) -> None:
    assert span(determined(made)) == oracle(made)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=[each.rule for each in KINDS])
def test_whatever_two_people_say_of_two_statements_the_lowest_determination_counts(
    kind: int,
) -> None:
    """Every one and every two of the answers, on both statements."""
    shape = KINDS[kind].shapes[0]
    singles = ["yes", "partly", "no", LEFT_OUT, "-"]
    options = [[each] for each in singles] + [
        list(each) for each in itertools.combinations(singles[:4], 2)
    ]
    wrong = []
    for first, second in itertools.product(options, repeat=2):
        names = [f"X.a.{each}" for each in shape.split()]
        made = Made(kind, shape, dict(zip(names, (first, second), strict=True)))
        if span(determined(made)) != oracle(made):
            wrong.append((first, second))
    assert wrong == []


@given(outcomes(usable=True))
def test_a_complete_outcome_gets_one_determination_or_is_not_applicable(made: Made) -> None:
    found = determined(made)
    assert found.complete
    assert (found.suggested is not None) != found.not_applicable


@given(outcomes(people=2))
def test_worst_suggested_and_best_stand_in_order(made: Made) -> None:
    found = determined(made)
    worst, best = span(found)
    if found.not_applicable:
        assert (found.suggested, worst, best) == (None, None, None)
        return
    assert worst is not None
    assert best is not None
    assert worst <= best
    assert found.suggested == (found.best if worst == best else None)


@given(outcomes(), st.data())
def test_a_better_answer_never_lowers_and_a_worse_never_raises(
    made: Made, data: st.DataObject
) -> None:
    """From no to partly to yes; a statement that was left out may bring its outcome back."""
    statement = data.draw(st.sampled_from([e for e in made.answers if ".a." in e]))
    spans = [span(determined(made, **{statement: e})) for e in ("no", "partly", "yes")]
    for low, high in itertools.pairwise(spans):
        assert (low[0] is None) == (high[0] is None)
        assert (low[0] or 0) <= (high[0] or 0)
        assert (low[1] or 0) <= (high[1] or 0)
    before = determined(made)
    assume(not before.not_applicable)
    if said(made.answers[statement]) != {"out"}:
        assert (spans[0][0] or 0) <= (span(before)[0] or 0) <= (spans[2][0] or 0)
        assert (spans[0][1] or 0) <= (span(before)[1] or 0) <= (spans[2][1] or 0)


@given(outcomes(), st.data(), st.sampled_from(["-", "dont-know", "out"]))
def test_unanswered_never_counts_as_a_pass(made: Made, data: st.DataObject, nothing: str) -> None:
    """Taking an answer back never raises what is certain, and counts like a no at worst."""
    statement = data.draw(st.sampled_from([e for e in made.answers if ".a." in e]))
    before, after = determined(made), determined(made, **{statement: nothing})
    contrary = determined(made, **{statement: "no"})
    assert span(after)[0] == span(contrary)[0]
    assume(not before.not_applicable)
    if said(made.answers[statement]) != {"out"}:
        assert (span(after)[0] or 0) <= (span(before)[0] or 0)


@given(st.sampled_from(sorted(MADE)))
def test_an_outcome_nobody_answered_reaches_nothing_it_has_statements_for(
    name: tuple[str, str],
) -> None:
    framework = MADE[name]
    (found,) = determine(framework, ALONE, make_state({}), make_target({}))
    assert found.suggested is None
    assert not found.complete
    lowest = min(framework.ranks[e.level] for e in found.asked.outcome.indicators)
    assert span(found)[0] == (lowest - 1 if name[0] == "staged-1" else 0)


@given(outcomes(), st.sampled_from(CONDITIONS))
def test_an_open_condition_leaves_its_statements_in(made: Made, condition: str) -> None:
    """Only an answer of no takes statements out; whatever else is said, they are as with yes."""
    found = determined(made, **{"X.c.C.1": condition})
    expected = made._replace(answers=made.answers | {"X.c.C.1": condition})
    assert span(found) == oracle(expected)
    if condition != "no":
        assert span(found) == span(determined(made, **{"X.c.C.1": "yes"}))


@given(outcomes(people=2), st.data())
def test_the_order_of_people_does_not_matter(made: Made, data: st.DataObject) -> None:
    shuffled = {k: data.draw(st.permutations(list(v))) for k, v in made.answers.items()}
    assert span(determined(made)) == span(determined(made._replace(answers=dict(shuffled))))


@given(outcomes(leave_out=False), st.data())
def test_mending_what_stands_in_the_way_reaches_the_level(made: Made, data: st.DataObject) -> None:
    framework = made.framework
    before = determined(made)
    assume(not before.not_applicable)
    stages = framework.rule.kind.passes_over
    level = data.draw(st.sampled_from(before.reachable if stages else list(framework.ranks)[2:]))
    missing = before.gap_to(level).statements
    after = determined(made, **dict.fromkeys(missing, "yes"))
    assert (span(after)[0] or 0) >= framework.ranks[level]
    assert after.counting(CountsAs.UNANSWERED) == tuple(
        each for each in before.counting(CountsAs.UNANSWERED) if each not in missing
    )


@given(outcomes(leave_out=False), st.data())
def test_what_stands_in_the_way_can_be_spared_nowhere(made: Made, data: st.DataObject) -> None:
    """All but one of what keeps an outcome from its highest level is not enough."""
    framework = made.framework
    before = determined(made)
    assume(not before.not_applicable)
    missing = before.gap_to(before.highest).statements
    assume(missing)
    spared = data.draw(st.sampled_from(missing))
    answers = dict.fromkeys(missing, "yes") | {spared: "no"}
    after = determined(made, **{str(k): v for k, v in answers.items()})
    assert (span(after)[1] or 0) < framework.ranks[before.highest]


WHOLE = make_ruled(
    "all-met",
    "X X\n  X.c organisation board C.1\n  X.a organisation board R.1 R.2!\n"
    "  X.b organisation board R.1 R.2~ R.3!?X.c.C.1",
)


@given(
    st.fixed_dictionaries(
        {
            str(each): st.sampled_from(CONDITIONS if ".c." in each else ANSWERS)
            for each in WHOLE.indicators
        }
    )
)
def test_the_whole_is_ready_when_everything_that_applies_is_met(answers: Answers) -> None:
    card = score(
        {REF: WHOLE},
        ALONE,
        make_state(answers),
        targets={},
        themes=make_themes({}),
        on=TODAY,
    )
    (verdict,) = card.verdicts
    is_out = said(answers["X.c.C.1"]) == {"no"}
    names = ["X.a.R.1", "X.a.R.2", "X.b.R.1"] + ([] if is_out else ["X.b.R.3"])
    codes = {each: next(iter(said(answers[each])), "open") for each in names}
    kept = {each: code for each, code in codes.items() if code != "out"}
    assume(kept)
    failed = {each for each, code in kept.items() if code in ("no", "partly")}
    assert set(verdict.failed_by) == failed & {"X.a.R.2", "X.b.R.3"}
    expected = None if "open" in kept.values() else True
    assert verdict.is_ready is (False if failed else expected)


def test_the_second_reading_knows_as_many_levels_as_the_rules() -> None:
    for rule, size in (("staged", 4), ("staged-1", 4), ("all-met", 2), ("in-place", 3)):
        framework = next(each for (name, _), each in MADE.items() if name == rule)
        assert len(framework.scale) == size
        assert framework.ranks[LevelId("conditions")] == -1
