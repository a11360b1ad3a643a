"""What one person is asked: topics, rows, refs and minutes."""

import datetime

import pytest

from cyberassess.domain.assessment import PersonId, ScopeId, Settings, assign
from cyberassess.domain.people.questions import (
    Block,
    Questionnaire,
    Ref,
    Row,
    outcome_for,
    questionnaire,
    read_ref,
    statements_for,
)
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId, OutcomeId
from tests.domain.builder import (
    REF,
    Written,
    answer_event,
    key,
    make_framework,
    make_ruled,
    make_settings,
    make_state,
    segment,
    text_event,
)

OUTLINE = """
X Governance
  X1 Leadership
    X1.a organisation board N.1 M.1 M.2 H.1=M.1 H.2
    X1.b organisation board N.1 H.1
Y Protection
  Y1.a system service N.1 H.1
"""
FRAMEWORK = make_framework(OUTLINE)
SECOND = make_framework("Z Other\n  Z.a organisation board N.1 H.1", id="other", version="2")


def ask(
    state: State | None = None,
    *,
    settings: Settings | None = None,
    person: str = "p1",
    frameworks: tuple[Framework, ...] = (FRAMEWORK,),
) -> Questionnaire:
    settings = settings or make_settings()
    known = {each.ref: each for each in frameworks}
    somebody = settings.person(person)
    assert somebody is not None
    return questionnaire(
        somebody,
        assign(known, settings)[PersonId(person)],
        settings,
        state or make_state({}),
        frameworks=known,
        serial=3,
    )


def first_block(answers: dict[str, Written]) -> Block:
    return ask(make_state(answers)).topics[0].blocks[0]


def rows(block: Block) -> dict[str, list[str]]:
    return {
        each.ref: [statement.indicator for statement in each.statements] for each in block.rows
    }


# Rows


def test_statements_that_say_the_same_are_one_row_for_both() -> None:
    assert rows(first_block({})) == {
        "X1.a.N.1": ["X1.a.N.1"],
        "X1.a.M.1": ["X1.a.M.1", "X1.a.H.1"],
        "X1.a.M.2": ["X1.a.M.2"],
        "X1.a.H.2": ["X1.a.H.2"],
    }


def test_they_stay_one_row_while_their_answers_agree() -> None:
    block = first_block({"X1.a.M.1": "true", "X1.a.H.1": "true"})
    assert rows(block)["X1.a.M.1"] == ["X1.a.M.1", "X1.a.H.1"]
    assert "X1.a.H.1" not in rows(block)
    current = block.rows[1].current
    assert current is not None
    assert current.answer == "true"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("true", "not-true"),
        ("true", "-"),
        ("-", "true"),
        ("other-means (By hand)", "other-means (By robot)"),
    ],
)
def test_they_are_two_rows_until_their_answers_agree(first: str, second: str) -> None:
    block = first_block({"X1.a.M.1": first, "X1.a.H.1": second})
    assert rows(block)["X1.a.M.1"] == ["X1.a.M.1"]
    assert rows(block)["X1.a.H.1"] == ["X1.a.H.1"]
    assert len(block.rows) == 5


def test_another_persons_differing_answers_do_not_split_my_row() -> None:
    events = [answer_event("X1.a.M.1", "true", person="p2")]
    assert len(ask(make_state({}, *events)).topics[0].blocks[0].rows) == 4


def test_every_statement_is_in_exactly_one_row() -> None:
    for answers in ({}, {"X1.a.M.1": "true"}, {"X1.a.M.1": "true", "X1.a.H.1": "true"}):
        written: dict[str, Written] = dict(answers)
        asked = [each for row in ask(make_state(written)).rows for each in row.statements]
        assert len(asked) == len(set(asked))
        assert {each.indicator for each in asked} == set(FRAMEWORK.indicators)


def test_two_that_still_agree_stay_together_when_a_third_differs() -> None:
    """Every statement is asked in some row, whatever the answers so far."""
    framework = make_framework("X X\n  X.a organisation board M.1 M.2=M.1 H.1=M.1")
    state = make_state({"X.a.M.1": "true", "X.a.M.2": "not-true", "X.a.H.1": "true"})
    found = [
        each.indicator
        for row in ask(state, frameworks=(framework,)).rows
        for each in row.statements
    ]
    assert sorted(found) == ["X.a.H.1", "X.a.M.1", "X.a.M.2"]


@pytest.mark.parametrize(
    ("kind", "person"), [("system", "p1"), ("organisation", "p2")], ids=["scope", "person"]
)
def test_a_repetition_is_asked_for_itself_where_its_first_statement_is_not_asked(
    kind: str, person: str
) -> None:
    """Otherwise an outcome has a statement that nobody is asked there."""
    framework = make_framework(
        f"X X\n  X.a organisation board N.1\n  X.b {kind} hr N.1=X.a.N.1 H.1"
    )
    settings = make_settings(
        "housing system" if kind == "system" else "organisation organisation",
        people=[{"id": "p2", "answers": [{"outcomes": ["X.b"]}]}] if person == "p2" else [],
    )
    found = ask(settings=settings, person=person, frameworks=(framework,))
    scope = "housing" if kind == "system" else "organisation"
    assert key("X.b.N.1", scope) in [each for row in found.rows for each in row.statements]


def test_warning_signs_stand_first_under_their_heading() -> None:
    block = first_block({})
    assert [each.is_warning for each in block.rows] == [True, False, False, False]
    assert block.rows[0].heading == "Warning signs"
    assert [each.code for each in block.rows[0].answers][:2] == ["happens", "never"]
    assert block.rows[1].text == "Statement X1.a.M.1."


def test_a_row_shows_only_my_own_answer() -> None:
    events = [answer_event("X1.a.N.1", "happens", person="p2")]
    row: Row = ask(make_state({}, *events)).rows[0]
    assert row.current is None
    state = make_state({"X1.a.N.1": ["never", "happens"]})
    current = ask(state).rows[0].current
    assert current is not None
    assert current.answer == "never"


def test_texts_are_my_own() -> None:
    events = [
        text_event("rationale", "X1.a", "Theirs.", person="p2"),
        text_event("rationale", "X1.a", "Mine."),
        text_event("evidence", "X1.a", "Theirs.", person="p2"),
    ]
    block = ask(make_state({}, *events)).topics[0].blocks[0]
    assert block.rationale is not None
    assert block.rationale.text == "Mine."
    assert block.evidence is None
    assert block.key == (REF, "organisation", "X1.a")


# Topics


def test_a_topic_is_one_group_in_one_scope() -> None:
    settings = make_settings("housing system", "payroll system")
    found = [
        (each.id, each.title, each.scope, each.scope_title, len(each.blocks))
        for each in ask(settings=settings).topics
    ]
    assert found == [
        ("X1", "Leadership", "organisation", "Northport Council", 2),
        ("Y", "Protection", "housing", "Housing", 1),
        ("Y", "Protection", "payroll", "Payroll", 1),
    ]


def test_a_questionnaire_says_whose_it_is_and_which() -> None:
    first = segment(1, answer_event("X1.a.N.1", "never"), seed="random")
    settings = make_settings(
        people=[{"id": "p2", "answers": [{"outcomes": ["X1.b"]}]}], due=datetime.date(2026, 6, 30)
    )
    found = ask(fold([first]), settings=settings, person="p2")
    assert (found.person.id, found.officer.id, found.serial) == ("p2", "p1", 3)
    assert (found.organisation, found.period, found.due) == (
        "Northport Council",
        "2026",
        "2026-06-30",
    )
    assert (found.head, found.marking) == (first.hash, "OFFICIAL-SENSITIVE")
    assert len(found.assessment) == 64
    assert [each.ref for each in found.rows] == ["X1.b.N.1", "X1.b.H.1"]


def test_without_a_due_date_or_a_ledger_both_are_empty() -> None:
    found = ask(fold([]))
    assert (found.due, found.head, found.assessment) == ("", "", "")


@pytest.mark.parametrize(
    ("statements", "minutes"),
    [(1, 5), (16, 5), (17, 10), (36, 10), (37, 15)],
)
def test_minutes_are_rounded_up_to_five(statements: int, minutes: int) -> None:
    """Fifteen seconds a row and a minute an outcome."""
    names = " ".join(f"H.{number}" for number in range(1, statements + 1))
    framework = make_framework(f"X X\n  X.a organisation board {names}")
    assert ask(frameworks=(framework,)).minutes == minutes


def test_an_outcome_of_one_statement_takes_half_a_minute() -> None:
    lines = "".join(f"\n  X.{number} organisation board H.1" for number in range(1, 21))
    assert ask(frameworks=(make_framework(f"X X{lines}"),)).minutes == 10


# What stands beside our question


def beside(official: dict[str, str], outline: str) -> dict[str, tuple[str, str]]:
    framework = make_ruled("all-met", outline)
    settings = make_settings()
    found = questionnaire(
        settings.officer,
        assign({REF: framework}, settings)[settings.officer.id],
        settings,
        make_state({}),
        frameworks={REF: framework},
        serial=1,
        official={REF: official},
    )
    blocks = {b.ref: ("", b.official) for topic in found.topics for b in topic.blocks}
    return blocks | {row.ref: (row.condition, row.official) for row in found.rows}


def test_official_words_and_conditions_stand_beside_our_question() -> None:
    outline = "X X\n  X.c organisation board C.1\n  X.a organisation board R.1?X.c.C.1 R.2"
    found = beside({"X.a": "The whole.", "X.a.R.2": "The\nsecond."}, outline)
    condition = make_ruled("all-met", outline).indicators[IndicatorId("X.c.C.1")][1].text
    assert found["X.a"] == ("", "The whole.")
    assert found["X.a.R.1"] == (condition, "")
    assert found["X.a.R.2"] == ("", "The second.")


# Refs


def everything() -> Questionnaire:
    settings = make_settings("housing system")
    return ask(settings=settings, frameworks=(FRAMEWORK, SECOND))


def test_refs_are_unique_and_short() -> None:
    found = everything()
    blocks = [block for topic in found.topics for block in topic.blocks]
    refs = [each.ref for each in found.rows]
    refs += [ref for each in blocks for ref in (each.ref, each.why_ref, each.evidence_ref)]
    assert len(set(refs)) == len(refs)
    assert {
        "X1.a.N.1",
        "Y1.a.H.1/housing",
        "2:Z.a.N.1",
        "Y1.a.why/housing",
        "2:Z.a.evidence",
    } < set(refs)


def test_the_ref_of_a_row_leads_back_to_its_statements() -> None:
    found = everything()
    frameworks = {each.ref: each for each in found.frameworks}
    for row in found.rows:
        ref = read_ref(row.ref, tuple(frameworks))
        assert ref is not None
        assert statements_for(ref, frameworks, together=True) == row.statements


def test_the_refs_of_texts_lead_back_to_their_outcome() -> None:
    found = everything()
    frameworks = {each.ref: each for each in found.frameworks}
    for block in (block for topic in found.topics for block in topic.blocks):
        for text in (block.ref, block.why_ref, block.evidence_ref):
            ref = read_ref(text, tuple(frameworks))
            assert ref is not None
            assert outcome_for(ref, frameworks) == block.key


REFS = (REF, FrameworkRef("other@2"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B2.c.NA.2", (REF, "organisation", "B2.c.NA.2")),
        ("  B2.c.NA.2/housing ", (REF, "housing", "B2.c.NA.2")),
        ("2:A1.a.A.1", ("other@2", "organisation", "A1.a.A.1")),
        ("1:A1.a.A.1/housing-2", (REF, "housing-2", "A1.a.A.1")),
        ("3:A1.a.A.1", None),
        ("0:A1.a.A.1", None),
        ("", None),
        ("Total", (REF, "organisation", "Total")),
        ("A1.a.A.1 and more", None),
        ("A1/a/b", None),
        ("A1.a/Housing", None),
        ("x:A1.a", None),
    ],
)
def test_a_ref_is_taken_apart_or_refused(text: str, expected: tuple[str, str, str] | None) -> None:
    assert read_ref(text, REFS) == expected


def test_an_answer_is_written_to_the_repetitions_only_when_they_are_in_its_row() -> None:
    known = {REF: FRAMEWORK}
    leader = read_ref("X1.a.M.1", REFS)
    follower = read_ref("X1.a.H.1/housing", REFS)
    assert leader is not None
    assert follower is not None
    assert statements_for(leader, known, together=True) == (key("X1.a.M.1"), key("X1.a.H.1"))
    assert statements_for(leader, known, together=False) == (key("X1.a.M.1"),)
    assert statements_for(follower, known, together=True) == (key("X1.a.H.1", "housing"),)


@pytest.mark.parametrize("text", ["X1.a.Q.9", "X1.a", "X1.a.why", "2:X1.a.N.1"])
def test_a_ref_of_no_statement_has_none(text: str) -> None:
    ref = read_ref(text, REFS)
    assert ref is not None
    assert statements_for(ref, {REF: FRAMEWORK}, together=True) == ()


@pytest.mark.parametrize("text", ["X1.a.N.1", "Q.q.why", "2:X1.a.why", "X1.why"])
def test_a_ref_of_no_outcome_has_none(text: str) -> None:
    ref = read_ref(text, REFS)
    assert ref is not None
    assert outcome_for(ref, {REF: FRAMEWORK}) is None


def test_a_ref_can_be_made_by_hand() -> None:
    ref = Ref(REF, ScopeId("housing"), "Y1.a.evidence")
    assert outcome_for(ref, {REF: FRAMEWORK}) == (REF, "housing", OutcomeId("Y1.a"))
