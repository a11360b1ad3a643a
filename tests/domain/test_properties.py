"""What holds for every assessment and every history, tried on random ones."""

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cyberassess.domain.assessment import Settings
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.segment import Segment, up_to
from cyberassess.domain.result.scoring import OutcomeScore, determine, score
from cyberassess.domain.sets.framework import CountsAs, Framework, LevelId, Profile
from tests.domain.builder import (
    REF,
    Written,
    answer_event,
    answer_events,
    key,
    make_framework,
    make_profile,
    make_settings,
    make_state,
    make_themes,
    read_answer,
    segment,
)

# An independent reading of the rule

LOW, MIDDLE, HIGH = range(3)
OUT, HOLDS, FAILS, OPEN = "out", "holds", "fails", "open"
MEANING = {
    "happens": HOLDS,
    "never": FAILS,
    "true": HOLDS,
    "other-means": HOLDS,
    "not-true": FAILS,
    "out": OUT,
    "dont-know": OPEN,
}
NEEDS_REASON = ("other-means", "out")


class Verdict(NamedTuple):
    """The lowest and the highest determination that the answers allow, as ranks."""

    worst: int | None
    best: int | None


def table(columns: Mapping[int, list[str]]) -> int | None:
    """Read the publisher's table word by word, with everything answered; ``None``: no outcome."""
    if all(each == OUT for column in columns.values() for each in column):
        return None
    if HOLDS in columns[LOW]:  # "at least one of the following is true"
        return LOW
    for rank in (HIGH, MIDDLE):  # "all the following are true"
        applicable = [each for each in columns[rank] if each != OUT]
        mostly_applies = 2 * len(applicable) >= len(columns[rank])
        if applicable and mostly_applies and all(each == HOLDS for each in applicable):
            return rank
    return LOW


def readings(written: Written) -> list[str]:
    """Give what the answers to one statement may mean: several where people differ."""
    several = [written] if isinstance(written, str) else written
    said = [each for each in map(read_answer, several) if each is not None]
    firm = [each for each in said if MEANING[each[0]] != OPEN]
    usable = [code for code, reason in firm if reason or code not in NEEDS_REASON]
    return sorted({MEANING[code] for code in usable}) or [OPEN]


def oracle(answers: Mapping[str, Written], statements: Iterable[str]) -> Verdict:
    """Try every reading of conflicts, and every answer to what is open."""
    names = list(statements)
    options = [readings(answers.get(each, "-")) for each in names]
    found: list[Verdict] = []
    for choice in itertools.product(*options):
        completions = itertools.product(
            *([HOLDS, FAILS] if each == OPEN else [each] for each in choice)
        )
        results = [table(_columns(names, each)) for each in completions]
        ranks = [each for each in results if each is not None]
        if ranks:
            found.append(Verdict(min(ranks), max(ranks)))
    if not found:
        return Verdict(None, None)
    return Verdict(
        min(each.worst for each in found if each.worst is not None),
        min(each.best for each in found if each.best is not None),
    )


def _columns(names: list[str], answers: Iterable[str]) -> dict[int, list[str]]:
    columns: dict[int, list[str]] = {LOW: [], MIDDLE: [], HIGH: []}
    for name, each in zip(names, answers, strict=True):
        columns[{"N": LOW, "M": MIDDLE, "H": HIGH}[name.split(".")[-2]]].append(each)
    return columns


# Random outcomes and answers

REASON = "We checked."
SIGNS = ["happens", "never", "dont-know", "out", f"out ({REASON})", "-"]
CLAIMS = ["true", "not-true", "dont-know", "other-means", f"other-means ({REASON})"]
CLAIMS += ["out", f"out ({REASON})", "-"]
LEFT_OUT = f"out ({REASON})"
PALETTES = [[], ["happens", "never", "true", "not-true", LEFT_OUT], ["never", "true", LEFT_OUT]]
"""What people choose from; few choices, so that most of an outcome is often left out."""
SHAPES = [(1, 1, 1), (2, 2, 2), (1, 0, 2), (1, 3, 1), (0, 1, 1), (1, 2, 3), (2, 0, 1), (0, 0, 3)]
MADE = {
    shape: make_framework(
        "X X\n  X.a organisation board "
        + " ".join(
            f"{letter}.{n}"
            for letter, size in zip("NMH", shape, strict=True)
            for n in range(1, size + 1)
        )
    )
    for shape in SHAPES
}
ALONE = make_settings()

frameworks = st.sampled_from(list(MADE.values()))
Answers = dict[str, Written]


class Made(NamedTuple):
    """A random outcome, as sizes of its columns, with answers; short when it is printed."""

    shape: tuple[int, int, int]
    answers: Answers

    @property
    def framework(self) -> Framework:
        return MADE[self.shape]


def choices(statement: str) -> list[str]:
    return SIGNS if ".N." in statement else CLAIMS


@st.composite
def outcomes(
    draw: st.DrawFn, *, people: int = 1, usable: bool = False, leave_out: bool = True
) -> Made:
    """Draw one outcome, and answers of up to so many people.

    ``usable`` leaves out every answer that counts as unanswered; ``leave_out`` allows statements
    that do not apply.
    """
    shape = draw(st.sampled_from(SHAPES))
    answers: Answers = {}
    palette = draw(st.sampled_from(PALETTES if leave_out else PALETTES[:1]))
    for statement in map(str, MADE[shape].indicators):
        allowed = [
            each
            for each in choices(statement)
            if not (usable and readings(each) == [OPEN])
            and (leave_out or not each.startswith("out"))
            and (not palette or each in palette)
        ]
        several = st.lists(st.sampled_from(allowed), min_size=1, max_size=people)
        answers[statement] = draw(several)
    return Made(shape, answers)


def determined(
    framework: Framework, answers: Mapping[str, Written], profile: Profile | None = None
) -> OutcomeScore:
    target = profile.targets[REF] if profile else None
    return determine(framework, ALONE, make_state(answers), target)[0]


def rank(framework: Framework, level: LevelId | None) -> int | None:
    return None if level is None else framework.ranks[level]


def verdict(framework: Framework, found: OutcomeScore) -> Verdict:
    return Verdict(rank(framework, found.worst), rank(framework, found.best))


@given(outcomes())
@settings(max_examples=200)
def test_determinations_are_those_of_the_table(made: Made) -> None:
    framework, answers = made.framework, made.answers
    found = determined(framework, answers)
    assert verdict(framework, found) == oracle(answers, framework.indicators)


@given(outcomes(people=3))
@settings(max_examples=200)
def test_while_people_differ_the_lowest_determination_counts(
    made: Made,
) -> None:
    framework, answers = made.framework, made.answers
    found = determined(framework, answers)
    assert verdict(framework, found) == oracle(answers, framework.indicators)


@given(outcomes(usable=True))
def test_a_complete_assessment_gets_one_determination_or_is_not_applicable(
    made: Made,
) -> None:
    found = determined(made.framework, made.answers)
    assert found.complete
    assert (found.suggested is not None) != found.not_applicable


@given(outcomes(people=2))
def test_suggested_is_empty_only_while_best_and_worst_differ(
    made: Made,
) -> None:
    framework, answers = made.framework, made.answers
    found = determined(framework, answers)
    worst, best = verdict(framework, found)
    if found.not_applicable:
        assert (found.suggested, worst, best) == (None, None, None)
        return
    assert worst is not None
    assert best is not None
    assert worst <= best
    assert found.suggested == (found.best if worst == best else None)


@given(outcomes(people=2))
def test_complete_says_whether_every_statement_counts(made: Made) -> None:
    found = determined(made.framework, made.answers)
    assert found.complete == (not found.counting(CountsAs.UNANSWERED))


@given(outcomes(people=3), st.data())
def test_the_order_of_responses_does_not_matter(made: Made, data: st.DataObject) -> None:
    framework, answers = made.framework, made.answers
    events = answer_events(answers)
    shuffled = data.draw(st.permutations(events))
    results = [
        determine(framework, ALONE, fold([segment(1, *each)])) for each in (events, shuffled)
    ]
    assert verdict(framework, results[0][0]) == verdict(framework, results[1][0])
    assert results[0][0].conflicts == results[1][0].conflicts


def _another(answers: Answers, statement: str, answer: str) -> Answers:
    several = answers[statement]
    return answers | {statement: [*several, answer]}


FAVOURABLE = {True: "never", False: "true"}
CONTRARY = {True: "happens", False: "not-true"}


@given(outcomes(people=2), st.data())
def test_one_more_favourable_response_never_lowers_a_determination(
    made: Made, data: st.DataObject
) -> None:
    framework, answers = made.framework, made.answers
    statement = data.draw(st.sampled_from(list(answers)))
    more = _another(answers, statement, FAVOURABLE[".N." in statement])
    # NOTE: where everything may be left out, one answer can bring an outcome back into the count.
    assume(not all(OUT in readings(each) for each in answers.values()))
    _never_lower(framework, determined(framework, answers), determined(framework, more))


@given(outcomes(people=2), st.data())
def test_one_more_contrary_response_never_raises_a_determination(
    made: Made, data: st.DataObject
) -> None:
    framework, answers = made.framework, made.answers
    statement = data.draw(st.sampled_from(list(answers)))
    less = _another(answers, statement, CONTRARY[".N." in statement])
    before = determined(framework, answers)
    assume(not before.not_applicable)
    _never_lower(framework, determined(framework, less), before)


@given(outcomes(), st.data())
def test_a_better_answer_in_place_of_another_never_lowers_a_determination(
    made: Made, data: st.DataObject
) -> None:
    framework, answers = made.framework, made.answers
    statement = data.draw(st.sampled_from(list(answers)))
    before = determined(framework, answers)
    assume(not before.not_applicable)
    better = determined(framework, answers | {statement: FAVOURABLE[".N." in statement]})
    worse = determined(framework, answers | {statement: CONTRARY[".N." in statement]})
    _never_lower(framework, before, better)
    _never_lower(framework, worse, before)


def _never_lower(framework: Framework, lower: OutcomeScore, higher: OutcomeScore) -> None:
    """Compare ranks; a suggestion may disappear or appear, but never pass the other way."""
    (low_worst, low_best), (high_worst, high_best) = (
        verdict(framework, lower),
        verdict(framework, higher),
    )
    assert None not in (low_worst, low_best, high_worst, high_best)
    assert (low_worst or 0) <= (high_worst or 0)
    assert (low_best or 0) <= (high_best or 0)
    if lower.suggested is not None and higher.suggested is not None:
        assert framework.ranks[lower.suggested] <= framework.ranks[higher.suggested]


@given(outcomes(people=2), st.data())
def test_unanswered_never_counts_as_a_pass(made: Made, data: st.DataObject) -> None:
    """Taking an answer back never raises what is certain."""
    framework, answers = made.framework, made.answers
    statement = data.draw(st.sampled_from(list(answers)))
    before = determined(framework, answers)
    after = determined(
        framework, answers | {statement: data.draw(st.sampled_from(["-", "dont-know"]))}
    )
    assume(not before.not_applicable)
    assume(not any(OUT in readings(each) for each in [answers[statement]]))
    assume(not before.conflicts)
    assert (rank(framework, after.worst) or 0) <= (rank(framework, before.worst) or 0)


@given(frameworks)
def test_an_outcome_nobody_answered_meets_nothing_but_the_lowest(framework: Framework) -> None:
    for level in framework.levels:
        found = determined(framework, {}, make_profile({"X.a": level.id}))
        assert not found.meets_target
        assert rank(framework, found.worst) == 0


@given(outcomes(leave_out=False), st.sampled_from(["low", "middle", "high"]))
def test_mending_what_stands_in_the_way_meets_the_target(made: Made, target: str) -> None:
    framework, answers = made.framework, made.answers
    found = determined(framework, answers)
    highest = framework.ranks[framework.highest_for(found.asked.outcome)]
    assume(framework.ranks[LevelId(target)] <= highest)
    gap = found.gap_to(LevelId(target))
    mended = answers | {str(e): FAVOURABLE[".N." in e] for e in gap.statements}
    again = determined(framework, mended)
    assert (rank(framework, again.worst) or 0) >= framework.ranks[LevelId(target)]
    assert again.gap_to(LevelId(target)).statements == ()


# Assessments with several outcomes and scopes

WIDE = make_framework(
    "X X\n  X.1 organisation hr N.1 H.1\n  X.2 system hr N.1 M.1 H.1\n  X.3 system hr M.1 M.2\n"
    "  X.4 system hr N.1 H.1 H.2"
)
SYSTEMS = make_settings("housing system", "payroll system", "identity shared-service")
THEMES = make_themes({"X.1": "people", "X.2": "pipes", "X.3": "pipes", "X.4": "pipes"})
TODAY = datetime.date(2026, 3, 1)


@st.composite
def assessments(draw: st.DrawFn, *, usable: bool = False) -> tuple[Settings, Answers]:
    settings = draw(st.sampled_from([ALONE, SYSTEMS]))
    answers: Answers = {}
    for scope in settings.all_scopes:
        for statement in WIDE.indicators:
            allowed = [e for e in choices(statement) if not (usable and readings(e) == [OPEN])]
            answers[f"{scope.id}/{statement}"] = draw(st.sampled_from(allowed))
    return settings, answers


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    requirements: dict[str, str] = {}
    for outcome in WIDE.outcomes.values():
        attached = sorted({str(each.level) for each in outcome.indicators})
        level = draw(st.none() | st.sampled_from(attached))
        if level is not None:
            requirements[outcome.id] = level
    return make_profile(requirements, [e for e in WIDE.outcomes if e not in requirements])


@given(assessments(usable=True))
def test_every_outcome_of_a_complete_assessment_is_determined_once_in_each_of_its_scopes(
    made: tuple[Settings, Answers],
) -> None:
    settings, answers = made
    found = determine(WIDE, settings, make_state(answers))
    assert len({each.key for each in found}) == len(found)
    assert len(found) == (4 if settings is ALONE else 7)
    assert all((each.suggested is None) == each.not_applicable for each in found)


@given(assessments(), profiles())
def test_scores_stay_in_range_and_add_up(made: tuple[Settings, Answers], profile: Profile) -> None:
    settings, answers = made
    card = score(
        {REF: WIDE},
        settings,
        make_state(answers),
        targets=profile.targets,
        themes=THEMES,
        on=TODAY,
    )
    for each in card.themes:
        assert 0 <= each.meets <= each.of <= each.pairs
        assert each.determined <= each.pairs
        assert (each.level is None) == (each.of <= 1)
        for figure in (each.attainment, each.attainment_of_target):
            assert (figure is None) == (each.determined == 0)
            assert figure is None or 0 <= figure <= Fraction(100)
    proof = card.confidence
    assert proof.statements == sum(len(each.standings) for each in card.outcomes)
    assert proof.answered + proof.dont_know + proof.lacks_reason <= proof.statements
    assert proof.in_date <= proof.evidenced <= proof.claims <= proof.outcomes


@given(assessments(), profiles())
def test_a_target_that_is_met_stays_met_when_a_determination_rises(
    made: tuple[Settings, Answers], profile: Profile
) -> None:
    settings, answers = made
    results = determine(WIDE, settings, make_state(answers), profile.targets[REF])
    for found in results:
        if found.meets_target:
            for level in WIDE.levels[found.rank or 0 :]:
                assert dataclasses.replace(found, suggested=level.id).meets_target
                assert dataclasses.replace(found, confirmed=level.id).meets_target


@given(assessments(usable=True), profiles(), st.data())
def test_a_better_answer_in_a_complete_assessment_never_lowers_a_theme(
    made: tuple[Settings, Answers], profile: Profile, data: st.DataObject
) -> None:
    """While something is open, a better answer can open a determination again."""
    settings, answers = made
    where = data.draw(st.sampled_from([k for k, v in answers.items() if v != LEFT_OUT] or [""]))
    assume(where)
    better = answers | {where: FAVOURABLE[".N." in where]}
    cards = [
        score(
            {REF: WIDE}, settings, make_state(e), targets=profile.targets, themes=THEMES, on=TODAY
        )
        for e in (answers, better)
    ]
    for before, after in zip(cards[0].themes, cards[1].themes, strict=True):
        assert before.meets <= after.meets
        assert before.of == after.of
        assert (before.level or 0) <= (after.level or 0)
        assert (before.attainment or 0) <= (after.attainment or 0)


# Histories

SLOTS = ["X.a.H.1", "X.a.H.2"]
PEOPLE = ["p1", "p2"]


@st.composite
def histories(draw: st.DrawFn) -> list[Segment]:
    """Draw segments that branch and merge at random; every answer is a value of its own."""
    history: list[Segment] = []
    for sequence in range(1, draw(st.integers(2, 7)) + 1):
        chosen = draw(st.sets(st.integers(0, sequence - 2), max_size=2)) if history else set()
        parents = [history[each] for each in sorted(chosen)] or history[:1]
        events = [
            answer_event(slot, None if withdraw else f"{sequence}-{line}", person=person)
            for line, (slot, person, withdraw) in enumerate(
                draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from(SLOTS),
                            st.sampled_from(PEOPLE),
                            st.sampled_from([False, False, False, True]),
                        ),
                        max_size=3,
                    )
                )
            )
        ]
        history.append(segment(sequence, *events, on=parents, salt=sequence))
    return history


def ancestors(history: list[Segment]) -> dict[str, set[str]]:
    """Give all that each segment was written on top of, itself not included."""
    known: dict[str, set[str]] = {}
    for each in history:
        known[each.hash] = set(each.parents).union(*(known[parent] for parent in each.parents))
    return known


def standing(history: list[Segment]) -> dict[tuple[str, str], set[str | None]]:
    """Give, for each person's answer, every write that no later write has seen."""
    above = ancestors(history)
    writes = [
        (each, line, (event["indicator"], event["person"]), event["new"])
        for each in history
        for line, event in enumerate(each.events)
    ]
    found: dict[tuple[str, str], set[str | None]] = {}
    for home, line, slot, new in writes:
        is_superseded = any(
            other_slot == slot
            and (home.hash in above[other.hash] or (other is home and other_line > line))
            for other, other_line, other_slot, _ in writes
        )
        if not is_superseded:
            found.setdefault(slot, set()).add(new)
    return found


@given(histories())
def test_nothing_that_was_written_last_on_a_branch_is_lost(history: list[Segment]) -> None:
    state = fold(history)
    expected = standing(history)
    for slot in SLOTS:
        for person in PEOPLE:
            kept = {e.answer for e in state.answers.get(key(slot), ()) if e.person == person}
            wanted = expected.get((slot, person), set())
            assert kept == wanted - {None}
            named = f"{person}'s answer to {slot} in organisation" in state.branched
            assert named == (len(wanted) > 1)


@given(histories(), st.data())
def test_the_fold_does_not_depend_on_the_order_of_segments(
    history: list[Segment], data: st.DataObject
) -> None:
    assert fold(data.draw(st.permutations(history))) == fold(history)


@given(histories())
def test_every_change_is_in_the_history(history: list[Segment]) -> None:
    state = fold(history)
    written = [each for segment_ in history for each in segment_.events]
    assert sum(len(each) for each in state.history.values()) == len(written) == state.events


@given(histories())
def test_heads_are_what_nothing_was_written_on(history: list[Segment]) -> None:
    above = set().union(*ancestors(history).values())
    assert set(fold(history).heads) == {each.hash for each in history} - above


@given(histories(), st.data())
def test_a_merge_that_changes_nothing_changes_no_answer(
    history: list[Segment], data: st.DataObject
) -> None:
    state = fold(history)
    heads = [each for each in history if each.hash in state.heads]
    merge = segment(len(history) + 1, on=data.draw(st.permutations(heads)))
    merged = fold([*history, merge])
    assert merged.heads == (merge.hash,)
    assert merged.answers == state.answers
    assert merged.branched == state.branched


@given(histories(), st.data())
def test_going_back_gives_what_a_branch_alone_would_say(
    history: list[Segment], data: st.DataObject
) -> None:
    head = data.draw(st.sampled_from(history))
    then = up_to(history, head.hash)
    assert then is not None
    above = ancestors(history)[head.hash]
    assert {each.hash for each in then} == above | {head.hash}
    assert fold(then).heads == (head.hash,)
