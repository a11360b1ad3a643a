"""What documents say was checked follows from what was: they are never told otherwise."""

import re
from collections.abc import Callable

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.document import Document
from cyberassess.paper.documents.applicability import applicability
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.sections.checking import said_checks
from tests.domain.builder import Data, record_event
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
