"""What the report says of the assurer's view, of the response to it, and what is signed."""

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.html import render_html
from cyberassess.paper.sections.review import review, said_response
from tests.domain.builder import Data, record_event
from tests.paper.test_board import REF, action, basis


def reviewed(outcome: str, scope: str, **fields: str) -> Data:
    return record_event("review", (REF, scope, outcome, "p9"), fields)


def verdicts(*events: Data) -> dict[str, str]:
    view = review(basis(*events))
    assert view is not None
    return {name: verdict for name, verdict, _ in view.verdicts}


@pytest.mark.parametrize(
    ("events", "risk", "confidence"),
    [
        ([reviewed("A1.a", "organisation", determination="high", risk="low")], "low", "high"),
        ([reviewed("A1.a", "organisation", determination="low", risk="high")], "high", "low"),
        ([reviewed("A1.a", "organisation", determination="unsure")], "not said", "low"),
    ],
    ids=["agrees", "lowered by two", "could not say"],
)
def test_both_verdicts_follow_from_what_was_reviewed(
    events: list[Data], risk: str, confidence: str
) -> None:
    assert verdicts(*events) == {
        "Overall risk": risk, "Confidence in the self-assessment": confidence,
    }  # fmt: skip


def test_the_response_to_a_recommendation_is_what_the_plan_says() -> None:
    def said(*events: Data) -> str:
        found = basis(*events)
        score = next(each for each in found.card.outcomes if each.key.outcome == "B2.a")
        return said_response(found, score)

    dropped = action("ACT-1", "B2.a")
    dropped["new"] |= {"status": "dropped", "reason": text_field("It ends in May", "s")}
    assert said() == "none recorded yet"
    assert said(action("ACT-1", "B2.a")).startswith("accepted: ACT-1, ")
    assert said(dropped) == "not accepted: It ends in May"


def test_the_statement_to_be_signed_rests_on_what_was_done() -> None:
    html = render_html(full_report(basis()))
    statement = html.partition('id="assurance"')[2].partition("</section>")[0]
    assert "results were reviewed independently" in statement
    assert "Sam Reid" in statement
    assert "Senior owner" in statement
