"""What a scope takes over is its owner's, topic by topic, until something opens it."""

import pytest

from cyberassess.domain.assessment import PersonId, Settings, assign
from cyberassess.domain.people.progress import progress_of
from cyberassess.domain.people.sharing import Parted, parted
from cyberassess.domain.record.recorded import State
from tests.domain.builder import (
    REF,
    answer_event,
    make_framework,
    make_settings,
    make_state,
    record_event,
)

FRAMEWORK = make_framework("""\
B Protection
  B1 Access
    B1.a system service N.1 H.1
    B1.b system service N.1 H.1
  B2 Copies
    B2.a system service H.1 H.2=B1.a.H.1
""")
OWNER, OTHER = PersonId("p2"), PersonId("p3")


def settings(*covers: str) -> Settings:
    return make_settings(
        scopes=[
            {"id": "housing", "kind": "system", "title": "Housing", "owner": "p2",
             "inherits": ["backup"]},
            {"id": "backup", "kind": "shared-service", "title": "Backup", "covers": [*covers]},
        ],
        people=[
            {"id": "p2", "name": "Kim", "answers": [{"scope": "housing"}]},
            {"id": "p3", "name": "Alex", "answers": [{"scope": "housing"}]},
        ],
    )  # fmt: skip


def said(same: str) -> State:
    return make_state({}, record_event("sharing", [REF, "housing", "B2"], {"same": same}))


def parts(person: PersonId, state: State, *covers: str) -> Parted:
    known = settings(*covers)
    return parted(person, assign({REF: FRAMEWORK}, known).get(person, ()), known, state)


def shown(found: Parted) -> tuple[list[str], list[str]]:
    return [e.outcome.id for e in found.asked], [key.group for key in found.shared]


def test_a_topic_is_the_owners_in_part_and_nobody_elses() -> None:
    assert shown(parts(OWNER, make_state({}), "B1.b", "B2")) == (["B1.a"], ["B1", "B2"])
    assert shown(parts(OTHER, make_state({}), "B1.b", "B2")) == (["B1.a"], [])


@pytest.mark.parametrize(
    ("same", "outcomes"), [("yes", ["B1.a", "B1.b"]), ("no", ["B1.a", "B1.b", "B2.a"])]
)
def test_a_no_opens_the_outcomes_and_a_yes_does_not(same: str, outcomes: list[str]) -> None:
    assert shown(parts(OWNER, said(same), "B2")) == (outcomes, ["B2"])


def test_an_owners_own_answer_opens_a_topic_but_one_that_came_with_another_does_not() -> None:
    def of(statement: str, person: str) -> State:
        event = answer_event(statement, "true", person=person) | {"scope": "housing"}
        return make_state({}, event | {"framework": REF})

    assert shown(parts(OWNER, of("B2.a.H.1", OWNER), "B2")) == (["B1.a", "B1.b", "B2.a"], [])
    assert shown(parts(OWNER, of("B2.a.H.1", OTHER), "B2")) == (["B1.a", "B1.b"], ["B2"])
    assert shown(parts(OWNER, of("B2.a.H.2", OWNER), "B2")) == (["B1.a", "B1.b"], ["B2"])


def test_a_topic_is_one_question_and_open_until_something_is_said() -> None:
    known = settings("B2")
    portion = assign({REF: FRAMEWORK}, known)[OWNER]
    assert progress_of(OWNER, portion, known, make_state({})) == (5, 0, 5)
    assert progress_of(OWNER, portion, known, said("yes")) == (5, 1, 4)
