"""What the report says of the assurer's view, of the response to it, and what is signed."""

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.html import render_html
from cyberassess.paper.sections.review import review, said_response
from tests.domain.builder import Data, make_framework, make_profile, make_themes, record_event
from tests.paper.made import make_basis, small_state
from tests.paper.reading import headings, rows, texts
from tests.paper.test_board import REF, action, basis


def reviewed(outcome: str, scope: str, **fields: str) -> Data:
    return record_event("review", (REF, scope, outcome, "p9"), fields)


def verdicts(*events: Data) -> dict[str, str]:
    said = texts(review(basis(*events)), "")
    found = (each.partition(". ")[0].partition(": ") for each in said)
    return {name: verdict for name, _, verdict in found if verdict}


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


def opinion(text: str, risk: str = "", person: str = "p9") -> Data:
    return record_event("opinion", (person,), {"risk": risk, "text": text_field(text, "s")})


WORDS = "Honest, but proof is thin at Revenues. A restore would change my mind."
SEEN = reviewed("A1.a", "organisation", determination="high", risk="high")


def test_an_opinion_stands_in_front_whole_in_the_full_report_its_first_sentence_elsewhere() -> (
    None
):
    now = basis(opinion(WORDS, "medium"), SEEN)
    assert texts(review(now), "said") == [WORDS]
    (by,) = texts(review(now), "by")
    assert by.endswith("; overall risk: medium; recorded by Sam Reid")
    html = render_html(full_report(now)).partition('id="review"')[2]
    assert html.index(WORDS) < html.index("looked at 1 result independently")
    first = (
        "Opinion of the assurer, p9 (overall risk: medium): “Honest, but proof is thin at "
        "Revenues.” In full in the full report."
    )
    for made in (board_summary(now), theme_report(now)):
        assert first in texts(made)
    assert verdicts(opinion(WORDS, "medium"), SEEN)["Overall risk"] == "medium"


def test_the_open_edition_says_of_an_opinion_only_its_risk() -> None:
    made = board_summary(basis(opinion(WORDS, "medium"), SEEN), edition="open")
    said = (
        "An assurer gave an opinion (overall risk: medium). Their words are in the restricted "
        "edition."
    )
    assert said in texts(made)


def test_no_opinion_is_said_only_where_a_review_took_place() -> None:
    none = "No opinion of the whole was given."
    for made in (board_summary(basis()), theme_report(basis())):
        assert not any("pinion of" in each for each in texts(made))
    assert list(review(basis())) == []
    assert none in texts(board_summary(basis(SEEN)))
    assert none in render_html(full_report(basis(SEEN)))
    alone = tuple(review(basis(opinion("Fine."))))
    assert none not in texts(alone)
    assert "Both determinations, side by side" not in headings(alone)
    assert "No single result was looked at independently." in texts(alone)


def test_an_opinion_whose_words_were_taken_out_leaves_its_risk() -> None:
    gone = record_event("opinion", ("p9",), {"risk": "low", "text": {"digest": "0" * 64}})
    never = opinion("", "low", "p8")
    said = "No words were given, or they were taken out."
    assert texts(review(basis(gone, never)), "said") == [said, said]
    assert "Opinion of the assurer, p9 (overall risk: low)." in texts(board_summary(basis(gone)))


def test_of_several_opinions_each_stands_and_the_highest_risk_counts() -> None:
    both = (opinion("Fine.", "low"), opinion("Not fine.\nAt all.", "high", "p8"))
    assert verdicts(*both)["Overall risk"] == "high"
    (said,) = (each for each in texts(board_summary(basis(*both))) if "pinion" in each)
    assert "“Fine.”" in said
    assert "“Not fine.”" in said


def test_agreement_stands_in_the_publishers_order_whatever_is_assessed_where() -> None:
    """The organisation is scored first: its part D stood before the systems' part B."""
    outline = "A Leading\n  A1.a organisation board H.1\nB Protecting\n"
    outline += "  B1.a system service H.1\nD Learning\n  D1.a organisation board H.1\n"
    framework = make_framework(outline)
    now = make_basis(
        small_state(record_event("review", (framework.ref, "s", "B1.a", "p9"), {})),
        framework=framework, listed=[{"id": "s", "kind": "system", "title": "S"}],
        profile=make_profile(dict.fromkeys(framework.outcomes, "high")),
        themes=make_themes(dict.fromkeys(framework.outcomes, "pipes")),
    )  # fmt: skip
    assert [row[0][0] for row in rows(review(now), "Independent review")] == ["A", "B", "D"]


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
