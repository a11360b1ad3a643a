"""What a declaration is worth where histories part and meet again."""

from cyberassess.domain.assessment import PersonId
from cyberassess.domain.people.declaring import (
    UNSIGNED,
    Worth,
    by_worth,
    declarations,
    declared_for,
)
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.segment import Segment
from tests.domain.builder import Data, answer_event, record_event, segment

KIM = PersonId("p2")
FILE: Data = {"kind": "workbook", "file": "f" * 64}
RECEIVED: Data = {
    "type": "received",
    "person": KIM,
    "asked": KIM,
    "name": text_field("kim.xlsx", "s"),
    "sha256": "f" * 64,
    "serial": 1,
    "accepted": True,
    "stored": 1,
    "problems": 0,
}


def declaration(said: str) -> Data:
    fields = {"name": text_field("Kim Lee", "s"), "date": "2026-03-01", "serial": 1}
    new = {**fields, "said": said, "sha256": "f" * 64}
    return record_event("declaration", (KIM,), new, person=KIM, source=FILE)


GIVEN = answer_event("X.a.N.1", "true", person=KIM, source=FILE)
BASE = segment(1, GIVEN, RECEIVED)
SIGNED = segment(2, declaration("yes"), on=[BASE])


def worth(*segments: Segment) -> Worth:
    return declared_for(fold(segments), KIM).worth


def test_nobody_signed_what_nobody_sent() -> None:
    assert declared_for(fold([segment(1)]), KIM) == UNSIGNED
    assert by_worth(declarations(fold([segment(1)]))) == {}


def test_an_answer_changed_on_the_other_branch_lets_it_lapse() -> None:
    other = segment(2, answer_event("X.a.N.1", "never", person=KIM), on=[BASE])
    joined = segment(3, on=[SIGNED, other])
    assert worth(BASE, SIGNED) is Worth.STANDS
    assert worth(BASE, SIGNED, other) is Worth.LAPSED
    assert worth(BASE, SIGNED, other, joined) is Worth.LAPSED


def test_the_same_answer_again_changes_nothing() -> None:
    again = segment(3, GIVEN, on=[SIGNED])
    assert worth(BASE, SIGNED, again) is Worth.STANDS


def test_an_answer_taken_back_is_a_change() -> None:
    back = segment(3, answer_event("X.a.N.1", None, person=KIM), on=[SIGNED])
    assert worth(BASE, SIGNED, back) is Worth.LAPSED


def test_a_no_on_one_branch_is_not_outvoted_by_a_yes_on_the_other() -> None:
    no = segment(2, declaration("no"), on=[BASE])
    for order in ((BASE, SIGNED, no), (BASE, no, SIGNED)):
        assert worth(*order) in (Worth.WITHDRAWN, Worth.REFUSED)
    assert list(by_worth(declarations(fold([BASE, SIGNED])))) == [Worth.STANDS]
