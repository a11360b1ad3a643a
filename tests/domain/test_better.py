"""Doing better than a shortfall: when it counts, and what is odd beside a better statement."""

import pytest

from cyberassess.domain.people.questions import Questionnaire, Row, questionnaire
from cyberassess.domain.record.evidence import Support
from cyberassess.domain.result.better import Beside, overtaken_in, surpassed, two_meanings
from cyberassess.domain.result.confirming import disputes, overrides
from cyberassess.domain.result.scoring import OutcomeScore, determine
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId, LevelId, Needs
from tests.domain.builder import (
    TODAY,
    Data,
    Written,
    make_framework,
    make_settings,
    make_state,
    measure,
)

OUTLINE = "X Governance\n  X.a organisation board N.1 M.1^H.1 M.2^ H.1 H.2"
FRAMEWORK = make_framework(OUTLINE)
NEVER: dict[str, Written] = {"X.a.N.1": "never"}


def found(answers: dict[str, Written], *events: Data) -> OutcomeScore:
    state = make_state(NEVER | {f"X.a.{k}": v for k, v in answers.items()}, *events)
    (score,) = determine(FRAMEWORK, make_settings(), state)
    return score


def counts(score: OutcomeScore, statement: str) -> CountsAs:
    return score.by_statement[IndicatorId(f"X.a.{statement}")].counts_as


def test_a_statement_has_its_own_answers_where_it_names_them() -> None:
    codes = {
        each.id: [answer.code for answer in FRAMEWORK.answers_for(each).answers]
        for each in FRAMEWORK.outcomes[next(iter(FRAMEWORK.outcomes))].indicators
    }
    assert "better" in codes[IndicatorId("X.a.M.1")]
    assert "better" not in codes[IndicatorId("X.a.H.1")]
    middle = FRAMEWORK.level(LevelId("middle"))
    assert [each.id for each in FRAMEWORK.sets_at(middle)] == ["claim", "shortfall"]
    assert "better" in FRAMEWORK.layout_of[IndicatorId("X.a.M.1")].answers


@pytest.mark.parametrize(
    ("shortfall", "better", "expected"),
    [
        ("better (We do it all)", "-", CountsAs.MET),
        ("better", "true", CountsAs.MET),
        ("better", "other-means (By hand)", CountsAs.MET),
        ("better", "other-means", CountsAs.UNANSWERED),
        ("better", "not-true", CountsAs.UNANSWERED),
        ("better", "dont-know", CountsAs.UNANSWERED),
        ("better", "-", CountsAs.UNANSWERED),
        ("not-true", "true", CountsAs.NOT_MET),
    ],
)
def test_it_counts_with_a_reason_or_beside_a_better_statement_that_is_true(
    shortfall: str, better: str, expected: CountsAs
) -> None:
    score = found({"M.1": shortfall, "H.1": better})
    assert counts(score, "M.1") is expected
    assert score.by_statement[IndicatorId("X.a.M.1")].lacks_reason is (
        expected is CountsAs.UNANSWERED
    )


def test_a_statement_nothing_says_better_than_always_needs_the_reason() -> None:
    assert counts(found({"M.2": "better", "H.1": "true", "H.2": "true"}), "M.2") is (
        CountsAs.UNANSWERED
    )


def test_what_stands_in_another_scope_backs_nothing() -> None:
    framework = make_framework("X X\n  X.a system board M.1^H.1 H.1")
    settings = make_settings("housing system", "revenues system")
    state = make_state({"housing/X.a.M.1": "better", "revenues/X.a.H.1": "true"})
    housing, _ = determine(framework, settings, state)
    assert counts(housing, "M.1") is CountsAs.UNANSWERED


def test_a_settled_conflict_decides_whether_it_is_backed() -> None:
    differing: dict[str, Written] = {"M.1": "better", "H.1": ["true", "not-true"]}
    assert counts(found(differing), "M.1") is CountsAs.MET
    settled = {
        "type": "resolution",
        "framework": FRAMEWORK.ref,
        "scope": "organisation",
        "indicator": "X.a.H.1",
        "new": "not-true",
        "settled": [["p1", "true"], ["p2", "not-true"]],
    }
    assert counts(found(differing, settled), "M.1") is CountsAs.UNANSWERED


def test_not_true_beside_a_better_statement_that_is_true_is_named_and_disputed() -> None:
    score = found({"M.1": "not-true", "M.2": "not-true", "H.1": "true", "H.2": "true"})
    assert overtaken_in(score) == {"X.a.M.1": ("X.a.H.1",)}
    said = disputes(score, Support((), ()), TODAY)
    assert "a statement is said not to be so, and one that says better is" in said
    for quiet in ({"M.1": "better", "H.1": "true"}, {"M.1": "not-true", "H.1": "not-true"}):
        assert not overtaken_in(found(dict(quiet)))


def test_what_counts_by_doing_better_is_listed() -> None:
    score = found({"M.1": "better", "M.2": "true", "H.1": "true"})
    assert surpassed(score) == ("X.a.M.1",)
    assert surpassed(found({"M.1": "better", "H.1": "not-true"})) == ()


def test_settling_between_true_and_better_raises_and_lowers_nothing() -> None:
    settled = {
        "type": "resolution",
        "framework": FRAMEWORK.ref,
        "scope": "organisation",
        "indicator": "X.a.M.1",
        "new": "true",
        "settled": [["p1", "better"], ["p2", "true"]],
    }
    answers: dict[str, Written] = {"X.a.M.1": ["better", "true"], "X.a.H.1": "true"}
    card = measure(FRAMEWORK, answers, {})
    state = make_state(answers, settled)
    scores = tuple(determine(FRAMEWORK, make_settings(), state))
    (override,) = overrides(
        {FRAMEWORK.ref: FRAMEWORK},
        make_settings(),
        state,
        type(card)(scores, (), card.confidence, TODAY),
    )
    assert override.direction.value == "neither raised nor lowered"


def test_not_true_said_where_nobody_could_say_better_says_less() -> None:
    sets = {each.id: each for each in FRAMEWORK.answer_sets}
    claim, shortfall = sets["claim"], sets["shortfall"]
    assert claim.says_less_than(shortfall, "not-true")
    assert not claim.says_less_than(shortfall, "true")
    assert not claim.says_less_than(shortfall, "gone")
    assert not shortfall.says_less_than(shortfall, "not-true")
    assert not claim.says_less_than(claim, "not-true")


def test_a_plain_no_is_two_things_only_where_somebody_can_do_better() -> None:
    sets = {each.id: each.answers for each in FRAMEWORK.answer_sets}
    assert two_meanings(sets["claim"]) == ""
    assert '"Not true" or "We do better"' in two_meanings(sets["shortfall"])


def asked(answers: dict[str, Written], framework: Framework = FRAMEWORK) -> Questionnaire:
    from cyberassess.domain.assessment import all_asked

    settings = make_settings()
    frameworks = {framework.ref: framework}
    return questionnaire(
        settings.officer,
        tuple(all_asked(frameworks, settings)),
        settings,
        make_state(answers),
        frameworks=frameworks,
        serial=1,
    )


def test_one_persons_rows_know_what_says_better() -> None:
    rows = {row.ref: row for row in asked({}).rows}
    said = {"X.a.M.1": ("not-true", ""), "X.a.H.1": ("true", "")}
    beside = Beside(rows.values(), lambda row: said.get(row.ref))
    shortfall, better = rows["X.a.M.1"], rows["X.a.H.1"]
    assert beside.better(shortfall) == [better]
    for row in (shortfall, better):
        assert list(beside.overtaken(row)) == [(shortfall, better)]
    assert list(beside.overtaken(rows["X.a.H.2"])) == []

    def needing(row: Row) -> set[str]:
        return {each.code for each in beside.needing(row)}

    assert needing(shortfall) == {"other-means", "out"}
    said["X.a.H.1"] = ("other-means", "")
    assert needing(shortfall) == {"other-means", "out", "better"}
    assert needing(rows["X.a.M.2"]) == {"other-means", "out", "better"}


def test_what_a_reason_is_wanted_for_is_said_in_one_place() -> None:
    assert Needs.REASON.wants_reason(is_backed=True)
    assert not Needs.NOTHING.wants_reason(is_backed=False)
    assert Needs.REASON_OR_BETTER.wants_reason(is_backed=False)
    assert not Needs.REASON_OR_BETTER.wants_reason(is_backed=True)


SHORTFALLS = {
    "ncsc-caf@3.2": "B1.b.1 B2.d.4 B3.a.6 B3.b.2 B3.c.3 B4.d.3 B5.b.2 C1.a.1 C1.a.3 C1.b.3 C1.c.2 "
    "C1.c.4 C1.d.1 C1.d.3 C1.e.1 C1.e.3 C1.e.4 C1.e.5 C1.e.6 D1.a.2",
    "ncsc-caf@4.0": "A4.b.2 B1.b.1 B2.d.4 B3.a.6 B3.b.2 B3.c.3 B4.d.3 B5.b.3 C1.a.1 C1.a.2 C1.a.4 "
    "C1.a.5 C1.b.2 C1.c.2 C1.c.4 C1.c.5 C1.c.8 C1.d.1 C1.d.2 C1.d.3 C1.e.1 C1.e.3 C1.e.4 C1.e.5 "
    "C1.f.2 C2.a.1 C2.a.2 D1.a.2",
}
"""By number within the partially achieved column, as read beside the publisher's tables."""


def test_the_shipped_sets_mark_each_statement_that_describes_a_shortfall() -> None:
    from cyberassess.steps.sets.content import framework_list

    marked = {
        each.shelved.framework.ref: [
            indicator.id
            for _, indicator in each.shelved.framework.indicators.values()
            if each.shelved.framework.answers_for(indicator).better is not None
        ]
        for each in framework_list()
    }
    assert {ref: found for ref, found in marked.items() if found} == {
        ref: [".PA.".join(each.rsplit(".", 1)) for each in ids.split()]
        for ref, ids in SHORTFALLS.items()
    }


def test_a_set_without_a_plain_no_has_nothing_to_guess() -> None:
    sets = {each.id: each.answers for each in FRAMEWORK.answer_sets}
    assert two_meanings([e for e in sets["shortfall"] if e.code != "not-true"]) == ""
