"""Statements counted by the other standards they stand for, and by the role that owns them."""

from cyberassess.domain.result.findings import Tally, tally_by_owner, tally_by_standard
from cyberassess.domain.sets.framework import Framework
from tests.domain.builder import Written, framework_data, make_ruled, measure

OUTLINE = (
    "X X\n  X.c organisation board C.1\n  X.a organisation it-security F.1 S.1 T.1?X.c.C.1\n"
    "  X.b organisation hr F.1"
)
ANSWERS: dict[str, Written] = {
    "X.c.C.1": "no",
    "X.a.F.1": "yes",
    "X.a.S.1": "partly",
    "X.a.T.1": "yes",
}


def with_standards() -> Framework:
    data = framework_data(OUTLINE, "staged")
    data["standards"] = [{"id": "iso", "title": "ISO"}, {"id": "psn", "title": "PSN"}]
    _, first, second = data["groups"][0]["outcomes"]
    first["indicators"][0]["refs"] = {"iso": ["A.5"], "psn": ["1d"]}
    first["indicators"][2]["refs"] = {"iso": ["A.6"]}
    second["indicators"][0]["refs"] = {"iso": ["A.7"]}
    return Framework.model_validate(data)


def test_a_statement_counts_under_every_standard_it_stands_for() -> None:
    """What does not apply is in no count, and unanswered is not met."""
    framework = with_standards()
    found = tally_by_standard(measure(framework, ANSWERS, {}), framework)
    assert found == (
        Tally("iso", "ISO", met=1, of=2, unanswered=1),
        Tally("psn", "PSN", met=1, of=1, unanswered=0),
    )


def test_statements_are_counted_under_the_role_that_owns_their_outcome() -> None:
    framework = with_standards()
    found = tally_by_owner(measure(framework, ANSWERS, {}), framework)
    assert found == (
        Tally("it-security", "it security", met=1, of=2, unanswered=0),
        Tally("hr", "hr", met=0, of=1, unanswered=1),
    )


def test_outcomes_of_another_control_set_are_in_no_count() -> None:
    card = measure(make_ruled("staged", OUTLINE), ANSWERS, {})
    (iso, psn) = tally_by_standard(card, with_standards())
    assert (iso.of, psn.of) == (0, 0)
