"""What documents say was checked follows from what was: they are never told otherwise."""

import re
from collections.abc import Callable

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.detail.fairplay import fair_play
from cyberassess.paper.document import Document
from cyberassess.paper.documents.applicability import applicability
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.sections.checking import said_checks, said_confirmed, said_dissent
from tests.domain.builder import Data, answer_events, make_profile, record_event
from tests.paper.made import GOAL, Views
from tests.paper.reading import headings, rows, shown, squares, texts, top_gaps
from tests.paper.test_board import REF, basis

SELF = "This is a self-assessment: answers are what people said. "
EVERY = (full_report, board_summary, theme_report, findings_report, applicability)


def review(outcome: str, scope: str, level: str, *method: str, person: str = "p9") -> Data:
    fields: Data = {"determination": level, "method": list(method)}
    return record_event("review", (REF, scope, outcome, person), fields)


def item(name: str, held: str = "file", verdict: str = "") -> list[Data]:
    fields: Data = {"number": int(name[-1]), "held": held, "title": text_field(name, "s")}
    events = [record_event("evidence-item", (name,), fields)]
    if verdict:
        events.append(record_event("evidence-item", (name, "review"), {"verdict": verdict}))
    return events


def test_what_nobody_checked_is_said_not_to_be_checked() -> None:
    assert said_checks(basis()) == (
        f"{SELF}0 of 6 results were reviewed independently; 0 of 2 documents were looked at."
    )


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([review("A1.a", "organisation", "high", "test")],
         "1 of 6 results was reviewed independently, by test; 0 of 2 documents were looked at."),
        ([review("A1.a", "organisation", "unsure", "interview")],
         "1 of 6 results was reviewed independently, not by test; 0 of 2 documents were looked "
         "at."),
        ([review("A1.a", "organisation", "high", "examine", "test"),
          review("B2.a", "housing", "low", "interview")],
         "2 of 6 results were reviewed independently, 1 of them by test; 0 of 2 documents were "
         "looked at."),
        ([review("B2.c", "housing", "low", "test"), *item("d1"), *item("d2", "sighted")],
         "0 of 6 results were reviewed independently; 1 of 4 documents was looked at."),
        ([*item("d1", verdict="rejected"), *item("d2", "sighted"), *item("d3", "named")],
         "0 of 6 results were reviewed independently; 2 of 5 documents were looked at and 1 of "
         "them rejected."),
        ([*item("d1", verdict="rejected")],
         "0 of 6 results were reviewed independently; 1 of 3 documents was looked at and "
         "rejected."),
    ],
)  # fmt: skip
def test_what_was_checked_is_said_with_how(events: list[Data], said: str) -> None:
    assert said_checks(basis(*events)) == f"{SELF}{said}"


_CLAIMS = re.compile(
    r"(?i)\b(?:nothing|no (?:document|answer|result)|nobody)\b[^.]{0,40}"
    r"\b(?:tested|opened|looked at|reviewed|checked)"
)
"""A sentence that says of everything that it was not done."""


@pytest.mark.parametrize("make", EVERY)
def test_no_document_says_that_nothing_was_done_where_something_was(
    make: Callable[[Basis], Document],
) -> None:
    """In the demonstration two results were tested and one document was rejected."""
    events = [review("B2.a", "housing", "low", "test"), *item("d1", verdict="rejected")]
    html = render.render_html(make(basis(*events)))
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    assert _CLAIMS.findall(text) == []
    assert f"{SELF}1 of 6 results was reviewed independently, by test; 1 of 3 documents" in text


LOWER = (
    review("B2.a", "revenues", "low", "test"),
    review("A1.a", "organisation", "high", "test"),
)


def test_what_a_review_lowers_is_told_with_the_count_it_would_give() -> None:
    goal = make_profile(GOAL | {"B2.b": "low", "B2.c": "low", "B2.a": "middle"})
    scopes = [{"id": "revenues", "kind": "system", "title": "Revenues"}]
    never = dict.fromkeys(("revenues/B2.b.N.1", "revenues/B2.b.N.2"), "never")
    now = basis(
        *answer_events({"revenues/B2.a.H.1": "true", **never}),
        *LOWER, profile=goal, listed=scopes,
    )  # fmt: skip
    made = board_summary(now)
    assert headings(made)[0] == "pipes: 2 of 3 outcomes meet our target"
    lead = "p9 reviewed 2 results and lowered 1: B2.a Outcome B2.a. On that view 1 "
    said = f"{lead}of 3 outcomes of pipes meets our target."
    drawn = squares(made)
    assert drawn is not None
    assert drawn.words[0].text == "Meet the target in every place: 2, by the review 1"
    assert said_dissent(now) == said
    assert said in texts(made.for_word[0])
    short = f"{lead}outcome meets our target."
    assert any(each.startswith(short) for each in texts(made)), "on page one"
    assert (
        f"{said} By the review B2.a Outcome B2.a (Revenues) falls short too; it makes no finding "
        "here."
    ) in texts(findings_report(now))
    assert said in shown(applicability(now), "level after")
    alone = f"{lead.replace('2 results', '1 result')}outcome meets our target."
    assert alone in texts(theme_report(now)), "which is about that theme"
    is_open = texts(board_summary(now, edition="open").for_word[0])
    assert (
        said.replace(": B2.a Outcome B2.a", "").replace("p9", "An independent assurer") in is_open
    )
    assert "p9 reviewed 1 result and lowered none." in texts(theme_report(now, theme="people"))


def test_a_review_that_raises_or_changes_no_count_says_so() -> None:
    assert said_dissent(basis(review("B2.b", "revenues", "low"))) == (
        "p9 reviewed 1 result, raised 1 and lowered none. The count for pipes would stay as it is."
    )
    assert said_dissent(basis(review("B2.b", "revenues", "unsure"))) == ""
    assert said_dissent(basis()) == ""


def test_a_lowered_outcome_has_a_mark_on_its_box_and_a_third_determination() -> None:
    plain, lower = basis(), basis(*LOWER)
    drawn, before = squares(board_summary(lower)), squares(board_summary(plain))
    assert drawn is not None
    assert before is not None
    assert "The independent review found less for: B2.a." in drawn.alternative
    assert "found less" not in before.alternative
    assert "the independent review found less" in [each.text for each in drawn.words]
    assert len(drawn.bars) == len(before.bars) + 4  # on the box, and beside what it means
    is_open = squares(board_summary(lower, edition="open"))
    assert is_open is not None
    assert "The independent review found less for: 1." in is_open.alternative
    (view,) = (e for e in Views(lower).outcomes("B2.a") if e.anchor.endswith("revenues-B2.a"))
    strip = [(each.label, each.verdict.word) for each in view.verdicts]
    assert strip[-3:] == [("Confirmed", "Not yet"), ("Assurer", "Low"), ("Target", "Middle")]
    html = render.render_html(applicability(lower))
    assert re.findall(r"Assurer: ([^<]*)<", html) == ["High", "Low"]


def test_an_assurer_who_could_not_say_stands_in_the_strip_too() -> None:
    (first,) = Views(basis(review("A1.a", "organisation", "unsure"))).outcomes("A1.a")
    words = [(each.label, each.verdict.word) for each in first.verdicts]
    assert ("Assurer", "Could not determine") in words


def confirmed(outcome: str, scope: str, level: str, person: str = "p1") -> Data:
    fields: Data = {"level": level, "suggested": level}
    return record_event("determination", [REF, scope, outcome], fields, person=person)


SAM = (confirmed("A1.a", "organisation", "high"), confirmed("B2.a", "housing", "low"))


def test_who_confirmed_what_is_said_with_those_who_answered_it_themselves() -> None:
    assert said_confirmed(basis()) == "0 of 6 results are confirmed by a named person."
    assert said_confirmed(basis(SAM[0])) == (
        "Sam Reid confirmed 1 of 6 results and answered 1 of them."
    )
    assert said_confirmed(basis(*SAM)) == (
        "Sam Reid confirmed 2 of 6 results and answered 2 of them."
    )
    both = basis(*SAM, confirmed("B2.a", "revenues", "middle", "p2"))
    assert said_confirmed(both) == (
        "3 of 6 results are confirmed: 2 by Sam Reid and 1 by Priya Shah; 2 of them by who also "
        "answered."
    )
    assert said_confirmed(both, is_open=True) == (
        "2 people confirmed 3 of 6 results and answered 2 of them."
    )
    assert said_confirmed(both) in texts(board_summary(both))
    assert rows(fair_play(both), "Who confirmed what") == [
        ["2 results\nSam Reid", "Whole organisation: A1.a; Housing: B2.a",
         "Whole organisation: A1.a; Housing: B2.a"],
        ["1 result\nPriya Shah", "Revenues: B2.a", "none"],
        ["3 results\nnobody", "Housing: B2.b; Revenues: B2.b, B2.c", ""],
    ]  # fmt: skip


def test_results_are_counted_by_place_where_they_are_many() -> None:
    listed = [{"id": f"s{n}", "kind": "system", "title": f"System {n}"} for n in range(5)]
    counts = "; ".join(f"System {n}: 3" for n in range(5))
    assert rows(fair_play(basis(listed=listed)), "Who confirmed what") == [
        ["16 results\nnobody", f"Whole organisation: 1; {counts}", ""]
    ]


def test_results_nobody_confirmed_are_marked_on_page_one_where_others_are() -> None:
    none, some = board_summary(basis()), board_summary(basis(*SAM))
    unmarked, marked = squares(none), squares(some)
    assert unmarked is not None
    assert marked is not None
    assert "*" not in "".join(each.text for each in unmarked.words)
    assert [e.text for e in marked.words if e.text.startswith("B2.")] == [
        "B2.a*", "B2.b*", "B2.c*",
    ]  # fmt: skip
    assert "Not confirmed by a named person: B2.a, B2.b, B2.c." in marked.alternative
    places = [each[0].partition("\n")[0].split(" ", 3)[3] for each in top_gaps(some)]
    assert places == ["Housing*, Revenues*", "Housing", "Revenues*"]
    assert any(each.endswith("* Not confirmed.") for each in texts(some))
    assert not any("*" in each for each in texts(none))
